//! Rules about the lifetimes of tokens.

use super::Severity::{Advice, Refused};
use super::{Rule, Violation, violation};
use crate::stack_file::{Duration, Plan, StackFile};

const CLIENT: &str = "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html";
const ALEXA: &str =
    "https://developer.amazon.com/docs/alexaplus/account-linking/requirements-account-linking.html";
const ROTATION: &str =
    "https://aws.amazon.com/about-aws/whats-new/2025/04/amazon-cognito-refresh-token-rotation/";

/// How long a refresh token may be valid.
pub(super) const REFRESH_SECONDS: std::ops::RangeInclusive<u64> = 3600..=3650 * 86400;

pub(super) const RULES: &[Rule] = &[
    Rule {
        severity: Refused,
        keys: &["identity.tokens.access"],
        source: ALEXA,
        check: access_too_short,
    },
    Rule {
        severity: Refused,
        keys: &["identity.tokens.access"],
        source: CLIENT,
        check: access_too_long,
    },
    Rule {
        severity: Refused,
        keys: &["identity.tokens.refresh"],
        source: CLIENT,
        check: refresh_out_of_range,
    },
    Rule {
        severity: Refused,
        keys: &["identity.tokens.refresh", "identity.tokens.access"],
        source: CLIENT,
        check: refresh_shorter_than_access,
    },
    Rule {
        severity: Advice,
        keys: &["identity.tokens.access"],
        source: ALEXA,
        check: access_shorter_than_advised,
    },
    Rule {
        severity: Advice,
        keys: &["identity.tokens.refresh"],
        source: ALEXA,
        check: refresh_shorter_than_advised,
    },
    Rule {
        severity: Refused,
        keys: &["identity.tokens.rotation", "identity.plan"],
        source: ROTATION,
        check: rotation_on_lite_plan,
    },
];

fn access_too_short(stack: &StackFile) -> Option<Violation> {
    let access = stack.identity.tokens.access;
    violation(
        access < Duration::from_secs(360),
        format!("an access token of {access} is too short: Alexa refuses less than 6 minutes"),
        "use 6m to 24h; 1h is usual",
    )
}

fn access_too_long(stack: &StackFile) -> Option<Violation> {
    let access = stack.identity.tokens.access;
    violation(
        access > Duration::from_secs(86400),
        format!("an access token of {access} is too long: Cognito refuses more than 24 hours"),
        "use 6m to 24h; 1h is usual",
    )
}

fn refresh_out_of_range(stack: &StackFile) -> Option<Violation> {
    let refresh = stack.identity.tokens.refresh;
    violation(
        !REFRESH_SECONDS.contains(&refresh.as_secs()),
        format!("a refresh token of {refresh} is outside of what Cognito allows"),
        "use 1h to 3650d",
    )
}

fn refresh_shorter_than_access(stack: &StackFile) -> Option<Violation> {
    let tokens = &stack.identity.tokens;
    violation(
        tokens.refresh < tokens.access,
        format!(
            "the refresh token ({}) would end before the access token ({})",
            tokens.refresh, tokens.access
        ),
        "let refresh be longer; people are unlinked when it ends",
    )
}

fn access_shorter_than_advised(stack: &StackFile) -> Option<Violation> {
    let access = stack.identity.tokens.access;
    violation(
        (360..3600).contains(&access.as_secs()),
        format!("an access token of {access} makes Alexa refresh often; it advises an hour"),
        "use access = \"1h\"",
    )
}

fn refresh_shorter_than_advised(stack: &StackFile) -> Option<Violation> {
    let refresh = stack.identity.tokens.refresh;
    violation(
        refresh < Duration::from_secs(180 * 86400),
        format!(
            "everyone is unlinked {refresh} after signing in: nothing extends a refresh token, and \
             Alexa advises 180 days at least"
        ),
        "use refresh = \"3650d\"",
    )
}

fn rotation_on_lite_plan(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    violation(
        identity.tokens.rotation && identity.plan == Plan::Lite,
        "rotation of refresh tokens is not in the lite plan",
        "use plan = \"essentials\", or remove rotation",
    )
}
