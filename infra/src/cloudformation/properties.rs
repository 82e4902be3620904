//! Properties of a resource against Amazon's schema of its type.

use serde_json::Value;

/// Something that a schema does not allow.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The names of the properties on the way to it, joined with `/`; those of a list have no number.
    pub(crate) path: String,
    /// The mistake, behind the name of what has it.
    pub(crate) message: String,
}

/// The mistakes in the properties of a resource whose type has this schema: unknown and missing names, values that are
/// not in a list, and values of another shape. Intrinsic functions may be anything.
pub(crate) fn mistakes(schema: &Value, properties: &Value) -> Vec<Mistake> {
    let mut walk = Walk {
        root: schema,
        found: Vec::new(),
    };
    walk.value(schema, properties, "");
    walk.found
}

struct Walk<'schema> {
    root: &'schema Value,
    found: Vec<Mistake>,
}

impl Walk<'_> {
    fn add(&mut self, path: &str, message: String) {
        let path = path.to_owned();
        self.found.push(Mistake { path, message });
    }

    fn value(&mut self, schema: &Value, value: &Value, path: &str) {
        let reference = schema["$ref"].as_str();
        let target =
            reference.and_then(|pointer| self.root.pointer(pointer.trim_start_matches('#')));
        let schema = target.unwrap_or(schema);
        if is_intrinsic(value) {
            return;
        }
        let expected = schema["type"].as_str().unwrap_or_default();
        if !has_shape(value, expected) {
            return self.add(path, format!("is no {expected}"));
        }
        let allowed = schema["enum"].as_array();
        if allowed.is_some_and(|allowed| !allowed.iter().any(|one| is_same(one, value))) {
            self.add(path, format!("cannot be {value}"));
        }
        match value {
            Value::Object(_) => self.object(schema, value, path),
            Value::Array(items) => {
                for item in items {
                    self.value(&schema["items"], item, path);
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, schema: &Value, object: &Value, path: &str) {
        let Some(known) = schema["properties"].as_object() else {
            return;
        };
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            if object.get(name).is_none() {
                self.add(path, format!("lacks {name}"));
            }
        }
        for (name, value) in object.as_object().into_iter().flatten() {
            let path = match path {
                "" => name.clone(),
                path => format!("{path}/{name}"),
            };
            match known.get(name) {
                Some(schema) => self.value(schema, value, &path),
                None => self.add(&path, "is unknown".to_owned()),
            }
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

/// True if a value has the shape of a type. `CloudFormation` takes a text for a number and the other way round.
fn has_shape(value: &Value, expected: &str) -> bool {
    match expected {
        "array" => value.is_array(),
        "object" => value.is_object(),
        "boolean" | "integer" | "number" | "string" => !value.is_array() && !value.is_object(),
        _ => true,
    }
}

fn is_same(allowed: &Value, value: &Value) -> bool {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    text(allowed) == text(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn slips_are_found() {
        let schema = facts::cloudformation::schema("AWS::Cognito::UserPoolClient").unwrap();
        for (slip, path, message) in [
            (json!({ "CallbackUrls": [] }), "CallbackUrls", "is unknown"),
            (json!({ "UserPoolId": ["x"] }), "UserPoolId", "is no string"),
            (
                json!({ "PreventUserExistenceErrors": "ON" }),
                "PreventUserExistenceErrors",
                "cannot be \"ON\"",
            ),
            (
                json!({ "TokenValidityUnits": { "AccessTokens": "minutes" } }),
                "TokenValidityUnits/AccessTokens",
                "is unknown",
            ),
        ] {
            let found = mistakes(schema, &slip);
            let expected = Mistake {
                path: path.to_owned(),
                message: message.to_owned(),
            };
            assert!(found.contains(&expected), "{found:?}");
        }
        let found = mistakes(schema, &json!({ "ClientName": "x" }));
        assert_eq!(found[0].message, "lacks UserPoolId");
        // What CloudFormation converts is no mistake.
        let written = json!({ "UserPoolId": { "Ref": "Pool" }, "GenerateSecret": "true", "RefreshTokenValidity": "8" });
        assert_eq!(mistakes(schema, &written), []);
    }
}
