//! Leaving out of a schema everything that is not a fact CloudFormation acts on.

use serde_json::{Map, Value};

/// Keywords whose value is kept as it is.
const FACTS: &[&str] = &[
    "$ref",
    "additionalProperties",
    "conditionalCreateOnlyProperties",
    "createOnlyProperties",
    "enum",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "primaryIdentifier",
    "readOnlyProperties",
    "required",
    "type",
    "typeName",
    "uniqueItems",
    "writeOnlyProperties",
];

/// Keywords whose value maps names to schemas.
const NAMED: &[&str] = &["definitions", "patternProperties", "properties"];

/// Keywords whose value is a schema or a list of schemas.
const NESTED: &[&str] = &["allOf", "if", "items", "not", "then"];

/// Reduces a resource schema to names, types, limits, what cannot change, what the handlers are
/// permitted to do and where tags go. No prose survives.
#[must_use]
pub fn reduce(schema: &Value) -> Value {
    let mut reduced = reduce_schema(schema);
    if let Some(members) = reduced.as_object_mut() {
        if let Some(handlers) = schema["handlers"].as_object() {
            members.insert("handlers".to_owned(), permissions(handlers));
        }
        if let Some(tagging) = schema["tagging"].as_object() {
            let kept = ["cloudFormationSystemTags", "tagProperty", "taggable"];
            members.insert("tagging".to_owned(), only(tagging, &kept));
        }
    }
    sorted(reduced)
}

fn reduce_schema(schema: &Value) -> Value {
    match schema {
        Value::Array(schemas) => schemas.iter().map(reduce_schema).collect(),
        Value::Object(members) => members
            .iter()
            .filter_map(|(keyword, value)| {
                let keyword_name = keyword.as_str();
                let reduced = if FACTS.contains(&keyword_name) {
                    value.clone()
                } else if NAMED.contains(&keyword_name) {
                    named(value)
                } else if NESTED.contains(&keyword_name) {
                    reduce_schema(value)
                } else {
                    return None;
                };
                Some((keyword.clone(), reduced))
            })
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

fn named(schemas: &Value) -> Value {
    let members = schemas.as_object().into_iter().flatten();
    members
        .map(|(name, schema)| (name.clone(), reduce_schema(schema)))
        .collect::<Map<_, _>>()
        .into()
}

fn permissions(handlers: &Map<String, Value>) -> Value {
    handlers
        .iter()
        .filter_map(|(handler, value)| {
            let handler_permissions = only(value.as_object()?, &["permissions"]);
            Some((handler.clone(), handler_permissions))
        })
        .collect::<Map<_, _>>()
        .into()
}

fn only(members: &Map<String, Value>, kept: &[&str]) -> Value {
    members
        .iter()
        .filter(|(name, _)| kept.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

/// The same value with every object's members in order, so that files compare as text.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members.into_iter().collect();
            members.sort_by(|(left, _), (right, _)| left.cmp(right));
            members
                .into_iter()
                .map(|(name, value)| (name, sorted(value)))
                .collect::<Map<_, _>>()
                .into()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prose_goes_and_facts_stay_even_where_a_property_is_named_like_a_keyword() {
        let schema = json!({
            "typeName": "A::B::C",
            "description": "prose",
            "properties": {
                "description": { "type": "string", "description": "prose", "maxLength": 9 },
                "default": { "type": "integer", "default": 3 },
            },
            "handlers": { "create": { "permissions": ["a:B"], "timeoutInMinutes": 2 } },
            "tagging": { "taggable": true, "tagProperty": "/properties/Tags", "permissions": [] },
        });
        assert_eq!(
            reduce(&schema),
            json!({
                "typeName": "A::B::C",
                "properties": {
                    "description": { "type": "string", "maxLength": 9 },
                    "default": { "type": "integer" },
                },
                "handlers": { "create": { "permissions": ["a:B"] } },
                "tagging": { "taggable": true, "tagProperty": "/properties/Tags" },
            })
        );
    }

    #[test]
    fn reducing_twice_changes_nothing() {
        for resource_type in super::super::types() {
            let schema = super::super::Schema::of(resource_type).unwrap();
            assert_eq!(reduce(&schema.document), schema.document, "{resource_type}");
        }
    }
}
