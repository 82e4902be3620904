//! When a call to AWS is repeated, and how long to wait before: by the
//! [rules of the SDKs](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html),
//! whether it goes through an SDK crate or not.
//!
//! The SDK repeats what failed in passing, with exponential backoff and full jitter; what it does
//! not know is the standard header by which a service says how long it wants to be left alone.

use std::time::Duration;

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_types::retry::{ErrorKind, RetryConfig};

use smapi::RetryPolicy;

use crate::error::CallError;

/// The policy of every client of an SDK crate.
pub(super) fn policy() -> RetryConfig {
    let policy = RetryPolicy::default();
    RetryConfig::standard()
        .with_max_attempts(policy.attempts)
        .with_initial_backoff(policy.first)
        .with_max_backoff(policy.longest_asked)
}

/// How long to wait before a call is repeated whose attempt of this number, from 1, failed; `None`
/// when it is not.
pub(super) fn wait(attempt: u32, error: &CallError) -> Option<Duration> {
    let policy = RetryPolicy::default();
    let (passing, asked) = match error {
        CallError::Unanswered(_) => (true, None),
        CallError::Failed(_) => (false, None),
        CallError::Refused(refusal) => {
            let code = refusal.code.as_deref().unwrap_or_default();
            let passing = is_passing(refusal.status)
                || THROTTLING_ERRORS.contains(&code)
                || TRANSIENT_ERRORS.contains(&code);
            (passing, refusal.retry_after)
        }
    };
    if !passing || attempt >= policy.attempts {
        return None;
    }
    policy.pause(attempt, asked)
}

/// The status says that the same call may be answered differently in a moment.
fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 500 | 502..=504)
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
    use crate::error::Refusal;

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

    #[test]
    fn only_what_fails_in_passing_is_repeated_and_not_for_ever() {
        let refused = |status, code: &str| {
            CallError::Refused(Refusal {
                status,
                code: Some(code.to_owned()),
                ..Refusal::default()
            })
        };
        let unanswered = CallError::Unanswered("reset".to_owned());
        for passing in [
            unanswered.clone(),
            refused(503, "SlowDown"),
            refused(500, "InternalError"),
            refused(400, "Throttling"),
            refused(400, "RequestTimeout"),
            refused(429, "Busy"),
        ] {
            assert!(wait(1, &passing).is_some(), "{passing:?}");
            assert_eq!(wait(6, &passing), None, "{passing:?}");
        }
        for lasting in [
            refused(400, "ValidationError"),
            refused(403, "AccessDenied"),
            refused(412, "PreconditionFailed"),
            CallError::Failed("unreadable".to_owned()),
        ] {
            assert_eq!(wait(1, &lasting), None, "{lasting:?}");
        }
    }
}
