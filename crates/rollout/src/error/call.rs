//! Why a call to AWS did not do what it should, whichever client made it.

use std::time::Duration;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::Timestamp;

use super::{Code, Error, chain};

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// The service refused it.
    Refused(Refusal),
    /// The service did not answer, or the answer broke off.
    Unanswered(String),
    /// The call could not be made, or its answer not be understood.
    Failed(String),
}

/// A service's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The service's code, such as `ValidationError`; an answer to `HEAD` has none.
    pub code: Option<String>,
    /// The service's message.
    pub message: Option<String>,
    /// How long the service wants to be left alone.
    pub retry_after: Option<Duration>,
    /// The time by the service's clock.
    pub date: Option<Timestamp>,
}

impl CallError {
    /// The refusal, if it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Unanswered(_) | Self::Failed(_) => None,
        }
    }

    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.status)
    }

    /// The service's code.
    pub fn code(&self) -> Option<&str> {
        self.refusal()?.code.as_deref()
    }

    /// The service's message.
    pub fn message(&self) -> Option<&str> {
        self.refusal()?.message.as_deref()
    }
}

impl From<&CallError> for CallError {
    fn from(error: &CallError) -> Self {
        error.clone()
    }
}

impl<E> From<&SdkError<E, Response>> for CallError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    fn from(error: &SdkError<E, Response>) -> Self {
        match error {
            SdkError::ServiceError(context) => Self::Refused(Refusal {
                status: context.raw().status().as_u16(),
                code: context.err().code().map(str::to_owned),
                message: context.err().message().map(str::to_owned),
                retry_after: None,
                date: None,
            }),
            SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
                Self::Unanswered(chain(error))
            }
            _ => Self::Failed(chain(error)),
        }
    }
}

impl Error {
    /// A failed call to AWS, with the service's own code and message.
    pub fn aws(doing: impl Into<String>, error: impl Into<CallError>) -> Self {
        let doing = doing.into();
        let refusal = match error.into() {
            CallError::Refused(refusal) => refusal,
            CallError::Unanswered(cause) => {
                return Self::new(Code::Endpoint, format!("{doing}: no answer from AWS"))
                    .because(cause)
                    .hint(
                        "check the network and the stage's endpoint, then run the command again",
                    );
            }
            CallError::Failed(cause) => return Self::new(Code::Aws, doing).because(cause),
        };
        let message = (refusal.message.as_deref()).unwrap_or("the service gave no reason");
        let code = match &refusal.code {
            Some(code) => code.clone(),
            None => format!("HTTP {}", refusal.status),
        };
        let failure = |kind| Self::new(kind, format!("{doing}: {message} ({code})"));
        match code.as_str() {
            "AccessDenied" | "AccessDeniedException" => Self {
                denied: true,
                ..failure(Code::Aws)
                    .hint("give the credentials in use the permission that the message names")
            },
            "ExpiredToken"
            | "ExpiredTokenException"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException" => failure(Code::AwsCredentials)
                .hint("sign in again, for example with `aws sso login`, and rerun"),
            _ => failure(Code::Aws).hint(
                "mend what the message names; if it names nothing, run the command again: it goes \
                 on from here",
            ),
        }
    }
}
