//! What linking an account needs of every user pool, whatever the stack file says.

use serde_json::Value;

use super::{identity, json, stack};
use crate::StackFile;
use crate::stack_file::Pages;

/// Other ways to sign in than those of the presets.
const MORE: &[&str] = &[
    "identity.plan = 'lite'\nidentity.pages = 'classic'",
    "identity.tokens.rotation = true\nlinking.grants = ['implicit', 'code']",
    "identity.mfa = 'optional'\nidentity.mfa-factors = ['sms']",
    "identity.mfa = 'required'\nidentity.mfa-factors = ['totp']",
    "identity.sign-in = ['email', 'phone']\nidentity.recovery = ['phone', 'email']",
];

/// Stack files that have a user pool, those of the presets among them, with the resources of their
/// identity stacks.
pub(super) fn pools() -> Vec<(StackFile, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/presets");
    let presets = std::fs::read_dir(folder).unwrap().map(|entry| {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        StackFile::parse(&text, "stack.toml").unwrap()
    });
    let stacks: Vec<_> = presets
        .chain(MORE.iter().map(|text| stack(text)))
        .filter(|stack| stack.identity.has_a_pool())
        .collect();
    assert!(stacks.len() > MORE.len() + 1);
    let resources = |stack: &StackFile| json(&identity(stack))["Resources"].clone();
    stacks
        .into_iter()
        .map(|stack| (stack.clone(), resources(&stack)))
        .collect()
}

#[test]
fn every_client_of_alexa_has_a_secret_and_the_code_grant() {
    for (_, resources) in pools() {
        let client = &resources["UserPoolClient"]["Properties"];
        assert_eq!(client["GenerateSecret"], true);
        assert_eq!(client["AllowedOAuthFlowsUserPoolClient"], true);
        let flows = client["AllowedOAuthFlows"].as_array().unwrap();
        assert!(flows.iter().any(|flow| flow == "code"), "{client}");
    }
}

/// Cognito refuses a role without the external id that its trust policy has.
#[test]
fn whoever_sends_text_messages_has_a_role() {
    for (stack, resources) in pools() {
        let sms = &resources["UserPool"]["Properties"]["SmsConfiguration"];
        assert_eq!(sms.is_object(), stack.identity.sends_text_messages());
        if sms.is_object() {
            let trust = resources["SmsRole"]["Properties"]["AssumeRolePolicyDocument"].to_string();
            assert!(trust.contains("sts:ExternalId"), "{trust}");
            assert!(trust.contains(&sms["ExternalId"].to_string()), "{trust}");
        }
    }
}

#[test]
fn managed_login_has_its_style_before_its_domain() {
    for (stack, resources) in pools() {
        let domain = &resources["UserPoolDomain"];
        let managed = stack.identity.pages == Pages::ManagedLogin;
        assert_eq!(
            domain["Properties"]["ManagedLoginVersion"],
            1 + i32::from(managed)
        );
        assert_eq!(resources["Branding"].is_object(), managed);
        assert_eq!(
            domain["DependsOn"].to_string().contains("Branding"),
            managed,
            "{domain}"
        );
    }
}

/// A trigger would slow the token endpoint down, and a remembered device is needed to refresh.
#[test]
fn a_pool_calls_nobody_and_remembers_no_device() {
    for (_, resources) in pools() {
        let pool = &resources["UserPool"]["Properties"];
        assert!(pool.get("LambdaConfig").is_none() && pool.get("DeviceConfiguration").is_none());
    }
}
