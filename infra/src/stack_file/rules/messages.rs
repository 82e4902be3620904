//! Rules about the messages that a user pool sends.

use super::Severity::{Advice, Refused};
use super::{Rule, Violation, violation};
use crate::stack_file::{FirstFactor, MfaFactor, StackFile, StandardAttribute};

const EMAIL: &str =
    "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html";
const FACTORS: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-sms-email-message.html";
const QUOTAS: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html";

/// Regions of Amazon SES that user pools of other regions can send from, too.
const SENDING_ELSEWHERE: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        severity: Refused,
        keys: &["identity.email"],
        source: EMAIL,
        check: sender_is_not_the_identitys,
    },
    Rule {
        severity: Advice,
        keys: &["identity.email"],
        source: EMAIL,
        check: sender_in_another_region,
    },
    Rule {
        severity: Advice,
        keys: &["identity.first-factors"],
        source: QUOTAS,
        check: codes_from_cognitos_own_sender,
    },
    Rule {
        severity: Advice,
        keys: &["identity.mfa-factors", "identity.sign-in"],
        source: FACTORS,
        check: text_message_without_number,
    },
];

fn sender_is_not_the_identitys(stack: &StackFile) -> Option<Violation> {
    let email = stack.identity.email.as_ref()?;
    violation(
        !email.is_covered(),
        format!("{} may not send as {}", email.ses_identity, email.from),
        "name the identity of that address, or of its domain",
    )
}

/// Other regions may work as well, but no page says so.
fn sender_in_another_region(stack: &StackFile) -> Option<Violation> {
    let region = stack.identity.email.as_ref()?.ses_identity.region();
    let mut stages = stack.real_stages();
    let (name, stage) = stages.find(|(_, stage)| {
        stage.region.as_str() != region && !SENDING_ELSEWHERE.contains(&region)
    })?;
    violation(
        true,
        format!(
            "Cognito may be unable to send from an identity in {region}: stage {name} is in {}",
            stage.region
        ),
        format!(
            "verify the identity in {}, or in the region of every stage",
            stage.region
        ),
    )
}

fn codes_from_cognitos_own_sender(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    violation(
        // Who sends for a pool that exists already is its own matter.
        identity.makes_a_pool()
            && identity.first_factors.contains(&FirstFactor::EmailOtp)
            && identity.email.is_none(),
        "every sign-in with a code sends an e-mail, and Cognito by itself sends 50 of them a day",
        "say in identity.email who sends",
    )
}

/// The pages may ask for one at the first sign-in; nothing that could be read says so.
fn text_message_without_number(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    let required = &identity.attributes.required;
    violation(
        identity.mfa_factors.contains(&MfaFactor::Sms)
            && !identity.verifies_phone()
            && !required.contains(&StandardAttribute::PhoneNumber),
        "a second factor by text message needs a phone number, and nobody gives one at sign-up",
        "add \"phone\" to sign-in or \"phone_number\" to attributes.required, or use \"totp\"",
    )
}
