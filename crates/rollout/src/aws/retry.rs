//! When a call to AWS is repeated, and how long to wait before.
//!
//! The SDK repeats what failed in passing, with exponential backoff and full jitter; what it does
//! not know is the standard header by which a service says how long it wants to be left alone.

use std::time::Duration;

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_types::retry::{ErrorKind, RetryConfig};

/// Attempts altogether.
const ATTEMPTS: u32 = 6;
/// Upper limit of the first wait; it doubles with each attempt.
const FIRST: Duration = Duration::from_millis(250);
/// The longest wait that is granted to a service that asks for one.
const LONGEST: Duration = Duration::from_mins(1);

/// The policy of every client.
pub(super) fn policy() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST)
        .with_max_backoff(LONGEST)
}

/// Waits as long as `Retry-After` says
/// ([RFC 9110, 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)), and repeats what is
/// throttled whatever the error is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct RetryAfter;

impl ClassifyRetry for RetryAfter {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(response) = context.response() else {
            return RetryAction::NoActionIndicated;
        };
        decide(
            response.status().as_u16(),
            response.headers().get("retry-after"),
        )
    }

    fn name(&self) -> &'static str {
        "RetryAfter"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

fn decide(status: u16, retry_after: Option<&str>) -> RetryAction {
    let kind = match status {
        429 => ErrorKind::ThrottlingError,
        500 | 502..=504 => ErrorKind::TransientError,
        _ => return RetryAction::NoActionIndicated,
    };
    match retry_after.and_then(|text| text.trim().parse().ok()) {
        Some(seconds) => {
            RetryAction::retryable_error_with_explicit_delay(kind, Duration::from_secs(seconds))
        }
        None if status == 429 => RetryAction::retryable_error(kind),
        None => RetryAction::NoActionIndicated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_names_a_time_is_left_alone_until_then() {
        let asked = |status| decide(status, Some("7"));
        let wait =
            |kind| RetryAction::retryable_error_with_explicit_delay(kind, Duration::from_secs(7));
        assert_eq!(asked(429), wait(ErrorKind::ThrottlingError));
        assert_eq!(asked(503), wait(ErrorKind::TransientError));
        assert_eq!(asked(400), RetryAction::NoActionIndicated);
    }

    #[test]
    fn throttling_is_known_by_its_status() {
        let repeated = RetryAction::retryable_error(ErrorKind::ThrottlingError);
        assert_eq!(decide(429, None), repeated);
        assert_eq!(decide(503, None), RetryAction::NoActionIndicated);
    }
}
