//! The attributes of a pool: the standard ones of `OpenID Connect` and the pool's own.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html>

use serde_json::{Value, json};

use crate::base::error::AwsError;
use crate::cognito::errors::invalid;

/// Standard attributes that hold text, with the longest value.
const STANDARD: &[(&str, u32)] = &[
    ("profile", 2048),
    ("address", 2048),
    ("gender", 2048),
    ("preferred_username", 2048),
    ("picture", 2048),
    ("website", 2048),
    ("zoneinfo", 2048),
    ("locale", 2048),
    ("email", 2048),
    ("phone_number", 2048),
    ("family_name", 2048),
    ("given_name", 2048),
    ("middle_name", 2048),
    ("name", 2048),
    ("nickname", 2048),
];

/// The whole schema of a new pool, in the shape of `SchemaAttributes`.
pub(crate) fn build(requested: &[Value]) -> Result<Vec<Value>, AwsError> {
    let mut schema = standard();
    for attribute in requested {
        let name = attribute["Name"].as_str().unwrap_or_default();
        if let Some(existing) = schema.iter_mut().find(|known| known["Name"] == name) {
            if attribute
                .get("AttributeDataType")
                .is_some_and(|kind| *kind != existing["AttributeDataType"])
            {
                return Err(invalid(format!(
                    "You can not change AttributeDataType or set developerOnlyAttribute for \
                     standard schema attribute {name}"
                )));
            }
            merge(existing, attribute);
        } else {
            add_custom(&mut schema, attribute)?;
        }
    }
    Ok(schema)
}

/// Adds one attribute of the pool's own; its name gets the prefix that Cognito gives it.
pub(crate) fn add_custom(schema: &mut Vec<Value>, attribute: &Value) -> Result<(), AwsError> {
    let prefix = if attribute["DeveloperOnlyAttribute"] == true {
        "dev:custom:"
    } else {
        "custom:"
    };
    let name = format!("{prefix}{}", attribute["Name"].as_str().unwrap_or_default());
    if schema.iter().any(|known| known["Name"] == name.as_str()) {
        return Err(invalid(format!(
            "{name}: Existing attribute already has name {name}."
        )));
    }
    if attribute["Required"] == true {
        return Err(invalid(
            "Required custom attributes are not supported currently.",
        ));
    }
    let kind = attribute["AttributeDataType"].as_str().unwrap_or("String");
    let mut whole = json!({
        "Name": name,
        "AttributeDataType": kind,
        "DeveloperOnlyAttribute": false,
        "Mutable": true,
        "Required": false,
    });
    match kind {
        "String" => whole["StringAttributeConstraints"] = json!({}),
        "Number" => whole["NumberAttributeConstraints"] = json!({}),
        _ => {}
    }
    merge(&mut whole, attribute);
    schema.push(whole);
    Ok(())
}

fn merge(into: &mut Value, from: &Value) {
    for (key, value) in from.as_object().into_iter().flatten() {
        if key != "Name" {
            into[key] = value.clone();
        }
    }
}

fn standard() -> Vec<Value> {
    let mut schema = vec![text("sub", 2048)];
    schema[0]["Mutable"] = json!(false);
    schema[0]["Required"] = json!(true);
    schema[0]["StringAttributeConstraints"]["MinLength"] = json!("1");
    schema.extend(STANDARD.iter().map(|(name, longest)| text(name, *longest)));
    let mut birthdate = text("birthdate", 10);
    birthdate["StringAttributeConstraints"]["MinLength"] = json!("10");
    schema.push(birthdate);
    for name in ["email_verified", "phone_number_verified"] {
        schema.push(json!({
            "Name": name,
            "AttributeDataType": "Boolean",
            "DeveloperOnlyAttribute": false,
            "Mutable": true,
            "Required": false,
        }));
    }
    schema.push(json!({
        "Name": "updated_at",
        "AttributeDataType": "Number",
        "DeveloperOnlyAttribute": false,
        "Mutable": true,
        "Required": false,
        "NumberAttributeConstraints": { "MinValue": "0" },
    }));
    schema
}

fn text(name: &str, longest: u32) -> Value {
    json!({
        "Name": name,
        "AttributeDataType": "String",
        "DeveloperOnlyAttribute": false,
        "Mutable": true,
        "Required": false,
        "StringAttributeConstraints": { "MinLength": "0", "MaxLength": longest.to_string() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_attributes_get_their_prefix() {
        let schema = build(&[json!({"Name": "plan", "AttributeDataType": "String"})]).unwrap();
        assert!(schema.iter().any(|known| known["Name"] == "custom:plan"));
        assert_eq!(schema.len(), 21);
    }

    #[test]
    fn a_standard_attribute_can_be_made_required() {
        let wanted = json!({"Name": "email", "AttributeDataType": "String", "Required": true});
        let schema = build(&[wanted]).unwrap();
        let email = schema
            .iter()
            .find(|known| known["Name"] == "email")
            .unwrap();
        assert_eq!(email["Required"], true);
        assert_eq!(email["StringAttributeConstraints"]["MaxLength"], "2048");
    }

    #[test]
    fn what_cognito_refuses_is_refused() {
        build(&[json!({"Name": "email", "AttributeDataType": "Number"})]).unwrap_err();
        build(&[json!({"Name": "plan", "Required": true})]).unwrap_err();
        let twice = json!({"Name": "plan", "AttributeDataType": "String"});
        build(&[twice.clone(), twice]).unwrap_err();
    }
}
