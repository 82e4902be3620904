//! Everything that can go wrong between here and Amazon.

use std::time::Duration;

use crate::{Operation, Refusal};

/// Why a call failed. No variant holds or shows a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The service answered, and refused.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// No connection: nothing was sent.
    #[error("cannot {operation}: no connection to {host}")]
    Unreachable {
        /// What was called.
        operation: Operation,
        /// The host and port.
        host: String,
        /// What the network says.
        source: reqwest::Error,
    },
    /// The connection broke, or the answer took too long: a change may or may not have been made.
    #[error("cannot {operation}: no answer from {host}")]
    NoAnswer {
        /// What was called.
        operation: Operation,
        /// The host and port.
        host: String,
        /// What the network says.
        source: reqwest::Error,
    },
    /// A request that HTTP cannot carry.
    #[error("cannot {operation}: {problem}")]
    Unsendable {
        /// What was called.
        operation: Operation,
        /// What is wrong with it.
        problem: String,
    },
    /// An answer that says yes and does not hold what it should.
    #[error("cannot {operation}: the answer is not understood: {problem}")]
    Unexpected {
        /// What was called.
        operation: Operation,
        /// What is wrong with it.
        problem: String,
    },
    /// Something started that did not end in time.
    #[error("{what} is still in progress after {} s", waited.as_secs())]
    StillInProgress {
        /// What is waited for.
        what: String,
        /// For how long.
        waited: Duration,
    },
    /// TLS could not be set up.
    #[error("cannot set up TLS with this machine's certificates")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// What was called, where the error has to do with one call.
    pub fn operation(&self) -> Option<Operation> {
        match self {
            Self::Refused(refusal) => Some(refusal.operation),
            Self::Unreachable { operation, .. }
            | Self::NoAnswer { operation, .. }
            | Self::Unsendable { operation, .. }
            | Self::Unexpected { operation, .. } => Some(*operation),
            Self::StillInProgress { .. } | Self::Tls(_) => None,
        }
    }

    /// The refusal, if the service answered with one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.status)
    }

    /// Whether the thing asked for does not exist (404).
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether another operation on the skill is in progress (409).
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// Whether somebody else wrote since the `ETag` was read (412).
    pub fn is_stale(&self) -> bool {
        self.status() == Some(412)
    }

    /// Whether a change may have been made although the call failed.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::NoAnswer { .. } | Self::Unexpected { .. } | Self::StillInProgress { .. } => true,
            Self::Refused(refusal) => refusal.status >= 500,
            Self::Unreachable { .. } | Self::Unsendable { .. } | Self::Tls(_) => false,
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.refusal()?.retry_after
    }

    /// A stable code for scripts.
    pub fn code(&self) -> &'static str {
        let lwa = self.operation().is_some_and(Operation::is_lwa);
        match self {
            Self::Unreachable { .. } | Self::NoAnswer { .. } if lwa => "LWA_UNREACHABLE",
            Self::Unreachable { .. } | Self::NoAnswer { .. } => "SMAPI_UNREACHABLE",
            Self::Unexpected { .. } if lwa => "LWA_UNEXPECTED_ANSWER",
            Self::Unexpected { .. } => "SMAPI_UNEXPECTED_ANSWER",
            Self::Unsendable { .. } => "REQUEST_INVALID",
            Self::StillInProgress { .. } => "SMAPI_STILL_IN_PROGRESS",
            Self::Tls(_) => "TLS_SETUP",
            Self::Refused(refusal) => match refusal.status {
                429 if lwa => "LWA_THROTTLED",
                500.. if lwa => "LWA_UNAVAILABLE",
                _ if lwa => "LWA_REFUSED",
                400 => "SMAPI_BAD_REQUEST",
                401 => "SMAPI_UNAUTHORIZED",
                403 => "SMAPI_FORBIDDEN",
                404 => "SMAPI_NOT_FOUND",
                409 => "SMAPI_CONFLICT",
                412 => "SMAPI_STALE_ETAG",
                413 => "SMAPI_TOO_LARGE",
                429 => "SMAPI_THROTTLED",
                500.. => "SMAPI_UNAVAILABLE",
                _ => "SMAPI_REFUSED",
            },
        }
    }

    /// What to do next, where that can be said.
    pub fn hint(&self) -> Option<&'static str> {
        let refusal = match self {
            Self::Unreachable { .. } => {
                return Some(
                    "check the network and the proxy settings (HTTPS_PROXY, NO_PROXY), and the \
                     endpoint if ASK_SMAPI_SERVER_BASE_URL or ASK_LWA_TOKEN_HOST is set",
                );
            }
            Self::NoAnswer { .. } | Self::StillInProgress { .. } => {
                return Some("run it again: it goes on from what has been done");
            }
            Self::Unsendable { .. } => return Some("check the tokens and ids that were given"),
            Self::Unexpected { .. } => {
                return Some("check that the endpoint is SMAPI and not a proxy's page");
            }
            Self::Tls(_) => {
                return Some("check that CA certificates are installed, or set SSL_CERT_FILE");
            }
            Self::Refused(refusal) => refusal,
        };
        if refusal.operation.is_lwa() {
            return lwa_hint(refusal);
        }
        match refusal.status {
            401 => Some(
                "sign in with `cargo xtask login`, or renew the access token in use: \
                 ASK_ACCESS_TOKEN, or ask-cli's with `ask smapi get-vendor-list`",
            ),
            403 => Some("check that this Amazon developer account owns the skill"),
            404 => Some("check the skill id and the developer account"),
            409 => Some("another operation on this skill is in progress; wait and run it again"),
            412 => Some("the skill was changed elsewhere meanwhile; plan again"),
            413 => Some("make the skill package smaller; its assets are the largest part"),
            429 => Some("Amazon limits the rate of calls; wait a minute and run it again"),
            500.. => Some("Amazon's service has a problem; wait and run it again"),
            _ => None,
        }
    }
}

fn lwa_hint(refusal: &Refusal) -> Option<&'static str> {
    match (refusal.status, refusal.code.as_deref()) {
        (_, Some("invalid_grant")) if refusal.operation == Operation::RedeemCode => {
            Some("the code has expired or was used; sign in again")
        }
        (_, Some("invalid_grant")) => Some(
            "the refresh token was revoked or belongs to another client; make a new one with \
             `cargo xtask login`",
        ),
        (_, Some("invalid_client" | "unauthorized_client")) => {
            Some("check the id and the secret of your security profile")
        }
        (429 | 500.., _) => Some("wait and run it again"),
        _ => None,
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}
