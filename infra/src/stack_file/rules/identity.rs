//! Rules about the user pool.

use super::Severity::{Advice, Refused};
use super::{Rule, Violation, violation};
use crate::stack_file::{
    FirstFactor, Mfa, MfaFactor, Pages, Plan, Recovery, SignIn, StackFile, StandardAttribute,
};

const SIGN_IN: &str =
    "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html";
const FACTORS: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html";
const MFA: &str =
    "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html";
const EMAIL_MFA: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-sms-email-message.html";
const EMAIL_ALONE: &str =
    "https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2221";
const PLANS: &str =
    "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html";
const PAGES: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managed-login.html";
const RECOVERY: &str =
    "https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html";

pub(super) const RULES: &[Rule] = &[
    Rule {
        severity: Refused,
        keys: &["identity.sign-in"],
        source: SIGN_IN,
        check: sign_in_is_empty,
    },
    Rule {
        severity: Refused,
        keys: &["identity.sign-in"],
        source: SIGN_IN,
        check: username_beside_others,
    },
    Rule {
        severity: Refused,
        keys: &["identity.first-factors"],
        source: FACTORS,
        check: password_is_missing,
    },
    Rule {
        severity: Refused,
        keys: &["identity.first-factors", "identity.mfa"],
        source: FACTORS,
        check: code_first_and_mfa_required,
    },
    Rule {
        severity: Refused,
        keys: &["identity.first-factors", "identity.sign-in"],
        source: FACTORS,
        check: code_without_address,
    },
    Rule {
        severity: Refused,
        keys: &["identity.first-factors", "identity.plan"],
        source: PLANS,
        check: code_on_lite_plan,
    },
    Rule {
        severity: Refused,
        keys: &["identity.pages", "identity.first-factors"],
        source: PAGES,
        check: code_on_classic_pages,
    },
    Rule {
        severity: Refused,
        keys: &["identity.pages", "identity.plan"],
        source: PLANS,
        check: managed_login_on_lite_plan,
    },
    Rule {
        severity: Refused,
        keys: &["identity.mfa", "identity.mfa-factors"],
        source: MFA,
        check: mfa_without_factors,
    },
    Rule {
        severity: Refused,
        keys: &["identity.mfa-factors", "identity.mfa"],
        source: MFA,
        check: factors_without_mfa,
    },
    Rule {
        severity: Refused,
        keys: &["identity.mfa-factors"],
        source: EMAIL_MFA,
        check: mfa_by_email_without_ses,
    },
    Rule {
        severity: Refused,
        keys: &["identity.plan", "identity.mfa-factors"],
        source: EMAIL_MFA,
        check: mfa_by_email_on_lite_plan,
    },
    Rule {
        severity: Refused,
        keys: &["identity.mfa-factors", "identity.sign-in"],
        source: EMAIL_MFA,
        check: mfa_by_email_without_address,
    },
    Rule {
        severity: Refused,
        keys: &["identity.mfa-factors", "identity.sign-in"],
        source: MFA,
        check: no_factor_for_some,
    },
    Rule {
        severity: Advice,
        keys: &["identity.mfa-factors", "identity.sign-in"],
        source: MFA,
        check: no_optional_factor_for_some,
    },
    Rule {
        severity: Advice,
        keys: &["identity.mfa-factors"],
        source: EMAIL_ALONE,
        check: email_as_only_factor,
    },
    Rule {
        severity: Refused,
        keys: &["identity.recovery", "identity.mfa-factors"],
        source: RECOVERY,
        check: recovery_over_mfa_channel,
    },
    Rule {
        severity: Refused,
        keys: &["identity.recovery"],
        source: RECOVERY,
        check: recovery_is_contradictory,
    },
    Rule {
        severity: Refused,
        keys: &["identity.recovery", "identity.sign-in"],
        source: RECOVERY,
        check: recovery_without_address,
    },
    Rule {
        severity: Advice,
        keys: &["identity.recovery", "identity.sign-in"],
        source: RECOVERY,
        check: recovery_for_some_alone,
    },
    Rule {
        severity: Advice,
        keys: &["identity.recovery", "identity.mfa-factors"],
        source: RECOVERY,
        check: recovery_over_mfa_channel_of_some,
    },
    Rule {
        severity: Advice,
        keys: &["identity.pages"],
        source: PAGES,
        check: classic_pages_of_choice,
    },
];

/// Whether a one-time code is among the first factors.
fn has_code(stack: &StackFile) -> bool {
    let factors = &stack.identity.first_factors;
    factors
        .iter()
        .any(|factor| *factor != FirstFactor::Password)
}

fn sign_in_is_empty(stack: &StackFile) -> Option<Violation> {
    violation(
        stack.identity.sign_in.is_empty(),
        "sign-in is empty: people have to sign in with something",
        "use [\"email\"], [\"phone\"], [\"email\", \"phone\"] or [\"username\"]",
    )
}

fn username_beside_others(stack: &StackFile) -> Option<Violation> {
    let sign_in = &stack.identity.sign_in;
    violation(
        sign_in.contains(&SignIn::Username) && sign_in.len() > 1,
        "`username` cannot be combined: a pool has user names, or addresses in their place",
        "use [\"username\"], where the e-mail address works as an alias, or leave it out",
    )
}

fn password_is_missing(stack: &StackFile) -> Option<Violation> {
    violation(
        !stack
            .identity
            .first_factors
            .contains(&FirstFactor::Password),
        "first-factors lacks `password`, which Cognito demands beside one-time codes",
        "add \"password\"",
    )
}

fn code_first_and_mfa_required(stack: &StackFile) -> Option<Violation> {
    violation(
        has_code(stack) && stack.identity.mfa == Mfa::Required,
        "a one-time code as first factor excludes mfa = \"required\"",
        "use first-factors = [\"password\"], or mfa = \"off\" or \"optional\"",
    )
}

fn code_without_address(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    // What people sign in with is then known to the pool alone.
    if !identity.makes_a_pool() {
        return None;
    }
    let needs = [
        (FirstFactor::EmailOtp, identity.verifies_email(), "email"),
        (FirstFactor::SmsOtp, identity.verifies_phone(), "phone"),
    ];
    let (factor, _, address) = needs
        .into_iter()
        .find(|(factor, verified, _)| identity.first_factors.contains(factor) && !verified)?;
    violation(
        true,
        format!("`{factor}` has nowhere to go: people sign in without a verified {address}"),
        format!("add \"{address}\" to sign-in, or remove `{factor}`"),
    )
}

fn code_on_lite_plan(stack: &StackFile) -> Option<Violation> {
    violation(
        has_code(stack) && stack.identity.plan == Plan::Lite,
        "one-time codes as first factor are not in the lite plan",
        "use plan = \"essentials\"",
    )
}

fn code_on_classic_pages(stack: &StackFile) -> Option<Violation> {
    violation(
        has_code(stack) && stack.identity.pages == Pages::Classic,
        "the classic pages only know passwords as first factor",
        "use pages = \"managed-login\"",
    )
}

fn managed_login_on_lite_plan(stack: &StackFile) -> Option<Violation> {
    violation(
        stack.identity.pages == Pages::ManagedLogin && stack.identity.plan == Plan::Lite,
        "managed login is not in the lite plan",
        "use pages = \"classic\", or plan = \"essentials\" or \"plus\"",
    )
}

fn mfa_without_factors(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    violation(
        identity.mfa != Mfa::Off && identity.mfa_factors.is_empty(),
        format!("mfa is `{}`, and mfa-factors is empty", identity.mfa),
        "set mfa-factors to some of \"sms\" and \"totp\"",
    )
}

fn factors_without_mfa(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    violation(
        identity.mfa == Mfa::Off && !identity.mfa_factors.is_empty(),
        "mfa-factors are given, and mfa is `off`",
        "set mfa = \"optional\" or \"required\", or remove mfa-factors",
    )
}

fn mfa_by_email_without_ses(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    violation(
        has_mfa_by_email(stack) && identity.email.is_none(),
        "a second factor by e-mail needs Amazon SES as sender",
        "say in identity.email who sends, or use \"totp\" or \"sms\"",
    )
}

fn mfa_by_email_on_lite_plan(stack: &StackFile) -> Option<Violation> {
    violation(
        has_mfa_by_email(stack) && stack.identity.plan == Plan::Lite,
        "a second factor by e-mail is not in the lite plan",
        "use plan = \"essentials\"",
    )
}

fn mfa_by_email_without_address(stack: &StackFile) -> Option<Violation> {
    violation(
        has_mfa_by_email(stack) && !stack.identity.verifies_email(),
        "a second factor by e-mail needs an e-mail address, and nobody has a verified one",
        "add \"email\" to sign-in, or use \"totp\" or \"sms\"",
    )
}

fn has_mfa_by_email(stack: &StackFile) -> bool {
    stack.identity.mfa_factors.contains(&MfaFactor::Email)
}

/// Somebody who can have none of the second factors: what they signed up with.
fn without_a_factor(stack: &StackFile) -> Option<&'static str> {
    let identity = &stack.identity;
    // What people of a pool that exists already have is known to it alone.
    if !identity.makes_a_pool() || identity.mfa_factors.is_empty() {
        return None;
    }
    let gives = |attribute| identity.attributes.required.contains(&attribute);
    let can_have = |sign_in: SignIn, factor: &MfaFactor| match factor {
        MfaFactor::Totp => true,
        MfaFactor::Email => sign_in != SignIn::Phone || gives(StandardAttribute::Email),
        MfaFactor::Sms => sign_in == SignIn::Phone || gives(StandardAttribute::PhoneNumber),
    };
    let cannot = |sign_in: &&SignIn| {
        let mut factors = identity.mfa_factors.iter();
        !factors.any(|factor| can_have(**sign_in, factor))
    };
    let sign_in = identity.sign_in.iter().find(cannot)?;
    Some(match sign_in {
        SignIn::Email => "an e-mail address",
        SignIn::Phone => "a phone number",
        SignIn::Username => "a user name and an e-mail address",
    })
}

fn no_factor_for_some(stack: &StackFile) -> Option<Violation> {
    let whose = without_a_factor(stack).filter(|_| stack.identity.mfa == Mfa::Required)?;
    violation(
        true,
        format!(
            "a person who signs up with {whose} can have none of mfa-factors, and so never gets in"
        ),
        "add \"totp\", let everybody give the address at sign-up (attributes.required), or use \
         mfa = \"optional\"",
    )
}

fn no_optional_factor_for_some(stack: &StackFile) -> Option<Violation> {
    let whose = without_a_factor(stack).filter(|_| stack.identity.mfa == Mfa::Optional)?;
    violation(
        true,
        format!("a person who signs up with {whose} can have none of mfa-factors"),
        "add \"totp\", which everybody can have",
    )
}

fn email_as_only_factor(stack: &StackFile) -> Option<Violation> {
    violation(
        stack.identity.makes_a_pool() && stack.identity.mfa_factors[..] == [MfaFactor::Email],
        "CloudFormation was reported not to create a pool whose only second factor is e-mail (\"SMS \
         configuration and Auto verification for phone_number are required\"); whether it still holds \
         is not known",
        "add \"totp\"; or deploy once with mfa = \"off\", and switch it on with the next deployment",
    )
}

/// Whether it goes over the channel that a second factor comes by.
fn is_shared(stack: &StackFile, recovery: Recovery) -> bool {
    let identity = &stack.identity;
    let carries = match recovery {
        Recovery::Email => has_mfa_by_email(stack),
        Recovery::Phone => identity.mfa_factors.contains(&MfaFactor::Sms),
        Recovery::AdminOnly => false,
    };
    identity.mfa != Mfa::Off && carries
}

/// A channel that carries the second factor, or that leads nowhere, resets no password.
fn recovery_over_mfa_channel(stack: &StackFile) -> Option<Violation> {
    let recovery = &stack.identity.recovery;
    let shared = |one: &Recovery| is_shared(stack, *one);
    let useless = |one: &Recovery| shared(one) || !can_recover(stack, *one);
    violation(
        recovery.iter().any(shared) && recovery.iter().all(useless),
        "no password can be reset over the channel that the second factor comes by",
        "let recovery have another channel, or use [\"admin-only\"]",
    )
}

/// Whether a code can get to anybody that way.
fn can_recover(stack: &StackFile, recovery: Recovery) -> bool {
    match recovery {
        Recovery::Email => stack.identity.verifies_email(),
        Recovery::Phone => stack.identity.verifies_phone(),
        Recovery::AdminOnly => true,
    }
}

fn recovery_is_contradictory(stack: &StackFile) -> Option<Violation> {
    let recovery = &stack.identity.recovery;
    violation(
        recovery.is_empty() || (recovery.contains(&Recovery::AdminOnly) && recovery.len() > 1),
        "recovery is either `email`, `phone` or both, or `admin-only` alone",
        "use [\"email\"], [\"phone\"], [\"email\", \"phone\"] or [\"admin-only\"]",
    )
}

fn recovery_without_address(stack: &StackFile) -> Option<Violation> {
    let recovery = &stack.identity.recovery;
    violation(
        !recovery.is_empty() && !recovery.iter().any(|one| can_recover(stack, *one)),
        "recovery has nowhere to go: nobody has a verified address of that kind",
        "use an address that people sign in with, or [\"admin-only\"]",
    )
}

fn recovery_for_some_alone(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    let (missing, whose) = match (&identity.sign_in[..], &identity.recovery[..]) {
        ([_, _], [Recovery::Email]) => ("phone", "a phone number"),
        ([_, _], [Recovery::Phone]) => ("email", "an e-mail address"),
        _ => return None,
    };
    violation(
        true,
        format!("a person who signed up with {whose} alone cannot reset a password"),
        format!("add \"{missing}\" to recovery"),
    )
}

/// Where people have one address or the other, it may be the one that carries their second factor.
fn recovery_over_mfa_channel_of_some(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    let shared = |one: &&Recovery| is_shared(stack, **one);
    let channel = match &identity.sign_in[..] {
        [_, _] => identity.recovery.iter().find(shared)?,
        _ => return None,
    };
    let (whose, factor) = match channel {
        Recovery::Phone => ("a phone number", MfaFactor::Sms),
        _ => ("an e-mail address", MfaFactor::Email),
    };
    violation(
        recovery_over_mfa_channel(stack).is_none(),
        format!(
            "a person with {whose} alone, who takes codes there as second factor, cannot reset a password"
        ),
        format!("recommend an authenticator app to them, or leave \"{factor}\" out of mfa-factors"),
    )
}

fn classic_pages_of_choice(stack: &StackFile) -> Option<Violation> {
    let identity = &stack.identity;
    violation(
        identity.makes_a_pool() && identity.pages == Pages::Classic && identity.plan != Plan::Lite,
        "the classic pages are in English, whatever language people speak to the skill",
        "use pages = \"managed-login\"",
    )
}
