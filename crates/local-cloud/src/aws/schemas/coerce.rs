//! Scalars take the type that the schema asks for.

use serde_json::{Map, Value};

use super::Schema;

pub(super) fn coerce(document: &Value, schema: &Value, value: Value) -> Value {
    let schema = Schema::resolve(document, schema);
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| {
                let member = match schema["properties"].get(&name) {
                    Some(schema) => coerce(document, schema, member),
                    None => match pattern_schema(schema) {
                        Some(schema) => coerce(document, schema, member),
                        None => member,
                    },
                };
                (name, member)
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| coerce(document, &schema["items"], item))
            .collect(),
        scalar => coerce_scalar(&schema["type"], scalar),
    }
}

/// The schema of a map's values; the types in use have at most one pattern.
fn pattern_schema(schema: &Value) -> Option<&Value> {
    schema["patternProperties"].as_object()?.values().next()
}

fn coerce_scalar(wanted: &Value, scalar: Value) -> Value {
    match (wanted.as_str(), scalar) {
        (Some("string"), Value::Bool(flag)) => Value::String(flag.to_string()),
        (Some("string"), Value::Number(number)) => Value::String(number.to_string()),
        (Some("integer" | "number"), Value::String(text)) => match serde_json::from_str(&text) {
            Ok(Value::Number(number)) => Value::Number(number),
            _ => Value::String(text),
        },
        (Some("boolean"), Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => Value::String(text),
        },
        (_, scalar) => scalar,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::aws::schemas::Schema;

    #[test]
    fn scalars_become_what_the_property_is() {
        let function = Schema::of("AWS::Lambda::Function").unwrap();
        assert_eq!(
            function.coerce(json!({
                "Timeout": "8",
                "Description": 2026,
                "Tags": [{ "Key": "build", "Value": 7 }],
                "PublishToLatestPublished": "true",
            })),
            json!({
                "Timeout": 8,
                "Description": "2026",
                "Tags": [{ "Key": "build", "Value": "7" }],
                "PublishToLatestPublished": true,
            })
        );
    }
}
