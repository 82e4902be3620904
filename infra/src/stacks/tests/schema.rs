//! Every rendered property against Amazon's resource schemas, as the local stage keeps them.

use std::path::Path;

use serde_json::Value;

use super::{delivery, identity, json, skill, stack};

#[test]
fn every_property_is_one_that_amazon_knows() {
    let systems = [
        "",
        "[identity]\nsign-in = ['phone']\nmfa = 'required'\nmfa-factors = ['sms', 'totp']\n\
         recovery = ['admin-only']",
        "[identity]\nsign-in = ['email', 'phone']\nfirst-factors = ['password', 'email-otp', \
         'sms-otp']\n[identity.tokens]\nrotation = true",
        "[identity]\nsign-in = ['username']\nplan = 'lite'\npages = 'classic'",
        super::WEB_PAGE,
        super::CUSTOM_DOMAIN,
        super::EXISTING,
        super::SCOPES,
        "[identity.attributes]\nrequired = ['given_name']\ncustom = { since = 'date-time' }",
    ];
    let mut walk = Walk::default();
    for system in systems {
        let stack = stack(system);
        for template in [identity(&stack), skill(&stack), delivery(&stack)] {
            let template = json(&template);
            for (id, resource) in template["Resources"].as_object().unwrap() {
                let schema = schema(resource["Type"].as_str().unwrap());
                walk.value(&schema, &schema, &resource["Properties"], id);
            }
        }
    }
    assert!(walk.problems.is_empty(), "{:#?}", walk.problems);
    assert!(walk.properties > 100, "{} properties", walk.properties);
}

/// A test that cannot fail proves nothing: a slip in a name, a value or a list is found.
#[test]
fn slips_are_found() {
    let schema = schema("AWS::Cognito::UserPoolClient");
    for (slip, problem) in [
        (
            serde_json::json!({ "UserPoolId": "x", "CallbackUrls": [] }),
            "Client.CallbackUrls is unknown",
        ),
        (
            serde_json::json!({ "ClientName": "x" }),
            "Client lacks UserPoolId",
        ),
        (
            serde_json::json!({ "UserPoolId": "x", "PreventUserExistenceErrors": "ON" }),
            "Client.PreventUserExistenceErrors cannot be \"ON\"",
        ),
        (
            serde_json::json!({ "UserPoolId": "x", "GenerateSecret": "true" }),
            "Client.GenerateSecret is no boolean",
        ),
    ] {
        let mut walk = Walk::default();
        walk.value(&schema, &schema, &slip, "Client");
        assert_eq!(walk.problems, [problem]);
    }
}

pub(super) fn schema(type_name: &str) -> Value {
    let file = format!("{}.json", type_name.replace("::", "-"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/local-cloud/schemas");
    let text = std::fs::read_to_string(folder.join(&file)).expect(&file);
    serde_json::from_str(&text).unwrap()
}

#[derive(Default)]
struct Walk {
    properties: usize,
    problems: Vec<String>,
}

impl Walk {
    fn value(&mut self, root: &Value, schema: &Value, value: &Value, path: &str) {
        if let Some(reference) = schema["$ref"].as_str() {
            let pointer = reference.trim_start_matches('#');
            return self.value(root, root.pointer(pointer).unwrap(), value, path);
        }
        if is_intrinsic(value) {
            return;
        }
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            self.problems.push(format!("{path} cannot be {value}"));
        }
        let expected = schema["type"].as_str();
        if let Some(expected) = expected
            && !has_type(value, expected)
        {
            self.problems.push(format!("{path} is no {expected}"));
        }
        match value {
            Value::Object(members) => {
                let Some(known) = schema["properties"].as_object() else {
                    return;
                };
                for name in schema["required"].as_array().into_iter().flatten() {
                    let name = name.as_str().unwrap();
                    if !members.contains_key(name) {
                        self.problems.push(format!("{path} lacks {name}"));
                    }
                }
                for (name, value) in members {
                    self.properties += 1;
                    let path = format!("{path}.{name}");
                    match known.get(name) {
                        Some(schema) => self.value(root, schema, value, &path),
                        None => self.problems.push(format!("{path} is unknown")),
                    }
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.value(root, &schema["items"], item, path);
                }
            }
            _ => {}
        }
    }
}

fn is_intrinsic(value: &Value) -> bool {
    value.as_object().is_some_and(|members| {
        members.len() == 1
            && members
                .keys()
                .all(|name| name == "Ref" || name.starts_with("Fn::"))
    })
}

fn has_type(value: &Value, expected: &str) -> bool {
    match expected {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" | "number" => value.is_number(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        _ => true,
    }
}
