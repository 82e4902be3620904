//! `AWS::Cognito::UserPool`.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-updating.html>

use serde_json::{Value, json};

use super::{Handler, HandlerError, Made, Properties, object};

/// Properties that only `SetUserPoolMfaConfig` knows.
const MFA: &[&str] = &[
    "EmailAuthenticationMessage",
    "EmailAuthenticationSubject",
    "EnabledMfas",
    "WebAuthnFactorConfiguration",
    "WebAuthnRelyingPartyID",
    "WebAuthnUserVerification",
];

/// What `UpdateUserPool` does not have: the schema lists none of them as create-only, so that a
/// change set promises what then fails.
const IMMUTABLE: &[&str] = &[
    "AliasAttributes",
    "UsernameAttributes",
    "UsernameConfiguration",
];

const SERVICE: &str = "CognitoIdentityProvider";

pub(super) async fn create(
    handler: &Handler<'_>,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let mut input = handler.input(wanted);
    rename(handler, &mut input);
    let mfa = take_mfa(&mut input);
    let created = handler.cognito("CreateUserPool", input).await?;
    let id = created["UserPool"]["Id"].as_str().unwrap_or_default();
    if let Some(mfa) = mfa {
        set_mfa(handler, id, wanted, mfa)
            .await
            .map_err(|error| error.after_making(id))?;
    }
    Ok(made(handler, id, &created["UserPool"]["Arn"]))
}

pub(super) async fn update(
    handler: &Handler<'_>,
    id: &str,
    before: &Properties,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    for name in IMMUTABLE {
        if before.get(*name) != wanted.get(*name) {
            return Err(HandlerError::new(
                SERVICE,
                "InvalidParameterException",
                format!("Updates are not allowed for property - {name}."),
            ));
        }
    }
    let added = added_attributes(before, wanted)?;
    if !added.is_empty() {
        let input = json!({ "UserPoolId": id, "CustomAttributes": added });
        handler
            .cognito("AddCustomAttributes", handler.input(&object(input)))
            .await?;
    }
    let mut input = handler.input(wanted);
    rename(handler, &mut input);
    for name in IMMUTABLE.iter().chain(&["Schema"]) {
        input.remove(*name);
    }
    input.insert("UserPoolId".to_owned(), json!(id));
    let mfa = take_mfa(&mut input);
    let had_mfa = MFA.iter().any(|name| before.contains_key(*name));
    handler.cognito("UpdateUserPool", input).await?;
    match mfa {
        Some(mfa) => set_mfa(handler, id, wanted, mfa).await?,
        None if had_mfa => set_mfa(handler, id, wanted, Properties::new()).await?,
        None => {}
    }
    take_up(handler, id).await
}

pub(super) async fn take_up(handler: &Handler<'_>, id: &str) -> Result<Made, HandlerError> {
    let input = handler.input(&object(json!({ "UserPoolId": id })));
    let described = handler.cognito("DescribeUserPool", input).await?;
    Ok(made(handler, id, &described["UserPool"]["Arn"]))
}

pub(super) async fn delete(handler: &Handler<'_>, id: &str) -> Result<(), HandlerError> {
    let input = handler.input(&object(json!({ "UserPoolId": id })));
    handler.cognito("DeleteUserPool", input).await.map(drop)
}

fn made(handler: &Handler<'_>, id: &str, arn: &Value) -> Made {
    let region = handler.region;
    Made::new(
        id,
        json!({
            "Arn": arn,
            "ProviderName": format!("cognito-idp.{region}.amazonaws.com/{id}"),
            "ProviderURL": format!("{}{id}", handler.shared.urls.aws),
            "UserPoolId": id,
        }),
    )
}

/// The API calls a pool's name `PoolName`, and demands one.
fn rename(handler: &Handler<'_>, input: &mut Properties) {
    let name = input
        .remove("UserPoolName")
        .unwrap_or_else(|| json!(handler.generated_name(128)));
    input.insert("PoolName".to_owned(), name);
}

/// Takes what `SetUserPoolMfaConfig` is for; none when there is nothing of the kind.
fn take_mfa(input: &mut Properties) -> Option<Properties> {
    let mfa: Properties = MFA
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), input.remove(*name)?)))
        .collect();
    if mfa.is_empty() {
        return None;
    }
    // Without a factor the pool cannot require one yet.
    input.remove("MfaConfiguration");
    Some(mfa)
}

async fn set_mfa(
    handler: &Handler<'_>,
    id: &str,
    wanted: &Properties,
    mfa: Properties,
) -> Result<(), HandlerError> {
    let factors = mfa.get("EnabledMfas").and_then(Value::as_array);
    let factors: Vec<&str> = factors
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut input = object(json!({
        "UserPoolId": id,
        "MfaConfiguration": wanted.get("MfaConfiguration").cloned().unwrap_or(json!("OFF")),
    }));
    for factor in &factors {
        let (name, value) = match *factor {
            "SOFTWARE_TOKEN_MFA" => ("SoftwareTokenMfaConfiguration", json!({ "Enabled": true })),
            "SMS_MFA" => (
                "SmsMfaConfiguration",
                present(&[
                    (
                        "SmsAuthenticationMessage",
                        wanted.get("SmsAuthenticationMessage"),
                    ),
                    ("SmsConfiguration", wanted.get("SmsConfiguration")),
                ]),
            ),
            "EMAIL_OTP" => (
                "EmailMfaConfiguration",
                present(&[
                    ("Message", mfa.get("EmailAuthenticationMessage")),
                    ("Subject", mfa.get("EmailAuthenticationSubject")),
                ]),
            ),
            unknown => {
                return Err(HandlerError::new(
                    SERVICE,
                    "InvalidParameterException",
                    format!("Invalid MFA type {unknown}"),
                ));
            }
        };
        input.insert(name.to_owned(), value);
    }
    let passkeys = present(&[
        ("RelyingPartyId", mfa.get("WebAuthnRelyingPartyID")),
        ("UserVerification", mfa.get("WebAuthnUserVerification")),
        (
            "FactorConfiguration",
            mfa.get("WebAuthnFactorConfiguration"),
        ),
    ]);
    if passkeys != json!({}) {
        input.insert("WebAuthnConfiguration".to_owned(), passkeys);
    }
    handler
        .cognito("SetUserPoolMfaConfig", handler.input(&input))
        .await
        .map(drop)
}

/// The members that have a value.
fn present(members: &[(&str, Option<&Value>)]) -> Value {
    members
        .iter()
        .filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.clone())))
        .collect::<Properties>()
        .into()
}

/// Attributes can be added, but neither changed nor removed.
fn added_attributes(before: &Properties, wanted: &Properties) -> Result<Vec<Value>, HandlerError> {
    let list = |properties: &Properties| -> Vec<Value> {
        properties
            .get("Schema")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let (before, wanted) = (list(before), list(wanted));
    // Creation fills the type of a standard attribute in; an update does not.
    if wanted
        .iter()
        .any(|attribute| attribute.get("AttributeDataType").is_none())
    {
        return Err(HandlerError::new(
            SERVICE,
            "InvalidParameterException",
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
        ));
    }
    if before.iter().any(|attribute| !wanted.contains(attribute)) {
        return Err(HandlerError::new(
            SERVICE,
            "InvalidParameterException",
            "Existing schema attributes cannot be modified or deleted.",
        ));
    }
    Ok(wanted
        .into_iter()
        .filter(|attribute| !before.contains(attribute))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(schema: &Value) -> Properties {
        object(json!({ "Schema": schema }))
    }

    #[test]
    fn attributes_are_only_ever_added() {
        let name = json!({ "Name": "name", "AttributeDataType": "String", "Required": true });
        let shop = json!({ "Name": "shop", "AttributeDataType": "String" });
        let before = pool(&json!([name]));
        assert_eq!(
            added_attributes(&before, &pool(&json!([name, shop]))).unwrap(),
            [shop]
        );
        for wanted in [
            json!([]),
            json!([{ "Name": "name", "AttributeDataType": "String", "Required": false }]),
        ] {
            let refused = added_attributes(&before, &pool(&wanted)).unwrap_err();
            assert!(
                refused
                    .reason()
                    .contains("Existing schema attributes cannot be modified or deleted.")
            );
        }
        let untyped = pool(&json!([{ "Name": "email", "Required": true }]));
        let refused = added_attributes(&untyped, &untyped).unwrap_err();
        assert!(refused.reason().contains("Invalid AttributeDataType input"));
    }
}
