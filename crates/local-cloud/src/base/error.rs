//! The one error that every AWS-like service of the stage answers with.

/// An error as AWS words it; the protocol layer turns it into JSON or XML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct AwsError {
    /// HTTP status.
    pub(crate) status: u16,
    /// The error code, such as `ResourceNotFoundException`.
    pub(crate) code: String,
    /// The service's own sentence.
    pub(crate) message: String,
    /// Further members of the error document, by name. Only S3 has some.
    pub(crate) details: Vec<(&'static str, String)>,
}

impl AwsError {
    /// An error with a status of its own.
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// The same with one more member in its document.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// A 400, which is what most AWS errors are.
    pub(crate) fn bad_request(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }
}
