//! What a pool is like after an input that leaves something out.

use serde_json::{Map, Value, json};

/// What an update does to a property that it leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Omitted {
    /// Cognito keeps it, says the source.
    Kept(&'static str),
    /// It gets its default, says the source.
    Reset(&'static str),
    /// Nobody has measured it. The stage goes by the reference: "If you don't provide a value for an
    /// attribute, Amazon Cognito sets it to its default value." That sentence holds for some properties
    /// only, so that templates leave none of these out.
    NotKnown,
}

/// Every property of
/// [`UpdateUserPool`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html),
/// by the names of a description, and those that it does not take because they are fixed for good.
const OMITTED: &[(&[&str], Omitted)] = &[
    (&["AccountRecoverySetting"], Omitted::NotKnown),
    (&["AcrConfiguration"], Omitted::NotKnown),
    (&["AdminCreateUserConfig"], Omitted::NotKnown),
    (&["AliasAttributes"], Omitted::Kept(FIXED)),
    (&["AutoVerifiedAttributes"], Omitted::Reset(MEASURED_MFA)),
    // "If you omit this parameter, Amazon Cognito keeps the existing configuration."
    (&["DcrConfiguration"], Omitted::Kept(REFERENCE)),
    (&["DeletionProtection"], Omitted::NotKnown),
    (&["DeviceConfiguration"], Omitted::NotKnown),
    (&["EmailConfiguration"], Omitted::NotKnown),
    (&["EmailVerificationMessage"], Omitted::NotKnown),
    (&["EmailVerificationSubject"], Omitted::NotKnown),
    (&["IssuerConfiguration"], Omitted::NotKnown),
    // Whatever the reference says, without the key nothing could be read any more.
    (&["KeyConfiguration"], Omitted::Kept(REFERENCE)),
    (&["LambdaConfig"], Omitted::NotKnown),
    (&["MfaConfiguration"], Omitted::Kept(MEASURED_MFA)),
    // A pool always has a name.
    (&["Name"], Omitted::Kept(REFERENCE)),
    (
        &["Policies", "PasswordPolicy"],
        Omitted::Kept(MEASURED_POLICIES),
    ),
    (
        &["Policies", "SignInPolicy"],
        Omitted::Kept(MEASURED_POLICIES),
    ),
    (&["SmsAuthenticationMessage"], Omitted::NotKnown),
    (&["SmsConfiguration"], Omitted::NotKnown),
    (&["SmsVerificationMessage"], Omitted::NotKnown),
    // Its only default is a list without members, which has to be sent.
    (&["UserAttributeUpdateSettings"], Omitted::Kept(ACCEPTANCE)),
    (&["UserPoolAddOns"], Omitted::NotKnown),
    (&["UserPoolTags"], Omitted::NotKnown),
    // The reference excepted it by name until 2026.
    (&["UserPoolTier"], Omitted::Kept(MEASURED_MFA)),
    (&["UsernameAttributes"], Omitted::Kept(FIXED)),
    (&["UsernameConfiguration"], Omitted::Kept(FIXED)),
    (&["VerificationMessageTemplate"], Omitted::NotKnown),
];

const MEASURED_MFA: &str = "https://github.com/go-to-k/cdkd/issues/1968";
const MEASURED_POLICIES: &str = "https://github.com/go-to-k/cdkd/pull/1982";
const ACCEPTANCE: &str = "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/cognitoidp/user_pool_test.go";
const REFERENCE: &str = "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html";
const FIXED: &str =
    "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-updating.html";

/// The configuration of a new pool.
pub(crate) fn created(input: &Value) -> Map<String, Value> {
    mirrored(with(defaults(), input))
}

/// The configuration of a pool after an update.
pub(crate) fn updated(input: &Value, before: &Map<String, Value>) -> Map<String, Value> {
    let nothing = Map::new();
    let given = input.as_object().unwrap_or(&nothing);
    let mut start = defaults();
    let kept = OMITTED
        .iter()
        .filter(|(_, omitted)| matches!(omitted, Omitted::Kept(_)));
    for (path, _) in kept {
        // A value that is given replaces the one that was there, all of it.
        if let Some(was) = at(before, path)
            && at(given, path).is_none_or(Value::is_null)
        {
            put(&mut start, path, was.clone());
        }
    }
    mirrored(with(start, input))
}

/// Messages that have an old name of their own and a newer one in `VerificationMessageTemplate`.
const MESSAGES: [(&str, &str); 3] = [
    ("EmailVerificationMessage", "EmailMessage"),
    ("EmailVerificationSubject", "EmailSubject"),
    ("SmsVerificationMessage", "SmsMessage"),
];

/// Whichever name a message was given by, Cognito shows it by both ([`ACCEPTANCE`]). Which of two that
/// differ counts is not known; here it is the newer one.
fn mirrored(mut document: Map<String, Value>) -> Map<String, Value> {
    for (old, new) in MESSAGES {
        let path = ["VerificationMessageTemplate", new];
        let message = at(&document, &path).filter(|message| !message.is_null());
        let message = message.or_else(|| document.get(old));
        if let Some(message) = message.cloned() {
            document.insert(old.to_owned(), message.clone());
            put(&mut document, &path, message);
        }
    }
    document
}

fn at<'value>(document: &'value Map<String, Value>, path: &[&str]) -> Option<&'value Value> {
    let (name, rest) = path.split_first()?;
    let value = document.get(*name)?;
    rest.iter().try_fold(value, |value, name| value.get(*name))
}

fn put(document: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [name] => {
            document.insert((*name).to_owned(), value);
        }
        [name, rest @ ..] => {
            if let Some(inner) = document.get_mut(*name).and_then(Value::as_object_mut) {
                put(inner, rest, value);
            }
        }
    }
}

/// What an input says, over what holds where it says nothing.
fn with(mut document: Map<String, Value>, input: &Value) -> Map<String, Value> {
    for (name, value) in input.as_object().into_iter().flatten() {
        let name = match name.as_str() {
            "PoolName" => "Name",
            "Region" | "UserPoolId" | "Schema" | "UserPoolTags" => continue,
            other => other,
        };
        if value.is_null() {
            continue;
        }
        match document.get_mut(name) {
            Some(Value::Object(default)) => fill(default, value),
            _ => {
                document.insert(name.to_owned(), value.clone());
            }
        }
    }
    document
}

fn fill(default: &mut Map<String, Value>, given: &Value) {
    for (name, value) in given.as_object().into_iter().flatten() {
        match default.get_mut(name) {
            Some(Value::Object(inner)) => fill(inner, value),
            _ => {
                default.insert(name.clone(), value.clone());
            }
        }
    }
}

/// What `DescribeUserPool` shows of a pool that was created with a name only.
fn defaults() -> Map<String, Value> {
    let defaults = json!({
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": true,
                "RequireLowercase": true,
                "RequireNumbers": true,
                "RequireSymbols": true,
                "TemporaryPasswordValidityDays": 7,
            },
            "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] },
        },
        "DeletionProtection": "INACTIVE",
        "LambdaConfig": {},
        "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_CODE" },
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": [] },
        "MfaConfiguration": "OFF",
        "EmailConfiguration": { "EmailSendingAccount": "COGNITO_DEFAULT" },
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": false,
            "UnusedAccountValidityDays": 7,
        },
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [
                { "Priority": 1, "Name": "verified_email" },
                { "Priority": 2, "Name": "verified_phone_number" },
            ],
        },
        "UserPoolTier": "ESSENTIALS",
        "IssuerConfiguration": { "Type": "ORIGINAL" },
        // "Amazon Cognito always returns the effective configuration, with default names merged in":
        // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolType.html
        // The form of the names is that of the one which the developer guide shows:
        // https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-step-up-authentication.html
        "AcrConfiguration": {
            "Level1": { "AcrValue": "urn:cognito:loa:1" },
            "Level2": { "AcrValue": "urn:cognito:loa:2" },
            "Level3": { "AcrValue": "urn:cognito:loa:3" },
            "Level4": { "AcrValue": "urn:cognito:loa:4" },
        },
    });
    match defaults {
        Value::Object(defaults) => defaults,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cognito::api::model;

    #[test]
    fn every_property_of_an_update_is_listed() {
        let listed = |name: &str| OMITTED.iter().any(|(path, _)| path[0] == name);
        for member in model::members("UpdateUserPool") {
            let name = if member == "PoolName" { "Name" } else { member };
            assert!(name == "UserPoolId" || listed(name), "{name} is not listed");
        }
    }

    #[test]
    fn a_message_is_shown_by_both_of_its_names() {
        let old = json!({"EmailVerificationSubject": "a", "SmsVerificationMessage": "{####}"});
        let new = json!({"VerificationMessageTemplate": {
            "DefaultEmailOption": "CONFIRM_WITH_CODE", "EmailSubject": "a", "SmsMessage": "{####}",
        }});
        for given in [&old, &new] {
            let shown = created(given);
            assert_eq!(shown["EmailVerificationSubject"], "a", "{given}");
            assert_eq!(shown["SmsVerificationMessage"], "{####}", "{given}");
            assert_eq!(
                shown["VerificationMessageTemplate"],
                new["VerificationMessageTemplate"]
            );
            assert_eq!(updated(&Value::Object(shown.clone()), &Map::new()), shown);
        }
        let both = json!({
            "EmailVerificationMessage": "old {####}",
            "VerificationMessageTemplate": {"EmailMessage": "new {####}"},
        });
        assert_eq!(created(&both)["EmailVerificationMessage"], "new {####}");
        assert!(!created(&json!({})).contains_key("EmailVerificationMessage"));
    }

    #[test]
    fn what_is_left_out_is_kept_or_reset() {
        let before = created(&json!({
            "PoolName": "guide",
            "MfaConfiguration": "OPTIONAL",
            "Policies": {
                "PasswordPolicy": {"RequireSymbols": false},
                "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]},
            },
            "AutoVerifiedAttributes": ["email"],
            "UserPoolTier": "PLUS",
            "DeletionProtection": "ACTIVE",
        }));
        let after = updated(
            &json!({"Policies": {"PasswordPolicy": {"MinimumLength": 12}}}),
            &before,
        );
        for name in ["Name", "MfaConfiguration", "UserPoolTier"] {
            assert_eq!(after[name], before[name], "{name}");
        }
        assert_eq!(
            after["Policies"]["SignInPolicy"],
            before["Policies"]["SignInPolicy"]
        );
        let passwords = &after["Policies"]["PasswordPolicy"];
        assert_eq!(passwords["MinimumLength"], 12);
        // What a policy that is given does not say is its default.
        assert_eq!(passwords["RequireSymbols"], true);
        assert!(!after.contains_key("AutoVerifiedAttributes"));
        assert_eq!(after["DeletionProtection"], "INACTIVE");
        let off = json!({"MfaConfiguration": "OFF"});
        assert_eq!(updated(&off, &before)["MfaConfiguration"], "OFF");
    }
}
