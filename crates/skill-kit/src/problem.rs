//! The reasons why a handler has nothing to say.

use user_profile::{HttpError, LinkProblem};

/// The reason why a handler has nothing to say: each has an answer of its own, the same for every handler. `?` leaves a
/// handler for it.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The account.
    #[error(transparent)]
    Link(#[from] LinkProblem),
    /// A service that the skill itself uses. The answer never speaks of linking.
    #[error("a service that the skill uses has failed")]
    Service(#[source] ServiceError),
}

impl Problem {
    /// A word for logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Link(problem) => problem.name(),
            Self::Service(_) => "service-unavailable",
        }
    }
}

impl Problem {
    /// A failure of a service that a handler calls by itself, such as a table. `what` and the error are logged, so that
    /// neither may say anything of a person.
    pub fn service(what: &str, error: &(dyn std::error::Error + 'static)) -> Self {
        Self::Service(ServiceError::Failed {
            what: what.to_owned(),
            why: crate::log::chain(error),
        })
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

/// The way in which a service has failed that the skill itself uses.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A variable that says where it is, or who asks, is not there.
    #[error("{0} is not set")]
    NotConfigured(String),
    /// It is for a host that stack.toml does not name in `skill.backends`.
    #[error("{0} is not among skill.backends of stack.toml, and was not called")]
    NotNamed(String),
    /// The request could not be made.
    #[error("the request could not be made: {0}")]
    Unsent(String),
    /// No answer, or one that is not what it should be.
    #[error("no usable answer")]
    Http(#[source] HttpError),
    /// A handler could not use it.
    #[error("{what} failed: {why}")]
    Failed {
        /// The service, or what was done there.
        what: String,
        /// The error with everything that led to it.
        why: String,
    },
    /// It says no.
    #[error("{what} was refused: {code}{}", .message.as_deref().map_or_else(String::new, |message| format!(": {message}")))]
    Refused {
        /// The thing that was asked for.
        what: String,
        /// The service's code, such as `AccessDeniedException`.
        code: String,
        /// The service's own words.
        message: Option<String>,
    },
}
