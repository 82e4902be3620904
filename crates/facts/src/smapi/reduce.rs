//! Leaving out of Amazon's specification everything that is not a fact about a skill's documents.

use std::fmt;

use serde_json::{Map, Value, json};

/// The documents, and the definitions of the specification that they are.
const ROOTS: [(&str, &str); 3] = [
    ("manifest", "v1.skill.Manifest.SkillManifestEnvelope"),
    (
        "interaction_model",
        "v1.skill.interactionModel.InteractionModelData",
    ),
    (
        "account_linking",
        "v1.skill.accountLinking.AccountLinkingRequest",
    ),
];
/// Keywords whose value is kept as it is.
const FACTS: [&str; 13] = [
    "enum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "pattern",
    "required",
    "type",
    "discriminator",
];
const PREFIX: &str = "#/definitions/";
/// Deeper than any document is nested; a specification that goes on refers to itself.
const DEEPEST: usize = 40;

/// Why a specification cannot be reduced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReduceError(String);

impl fmt::Display for ReduceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the specification cannot be reduced: {}", self.0)
    }
}

impl std::error::Error for ReduceError {}

/// Reduces a Swagger 2.0 specification to the schemas of a skill's documents, with references and
/// inheritance resolved. No prose survives.
pub fn reduce(specification: &Value) -> Result<Value, ReduceError> {
    let reader = Reader {
        definitions: &specification["definitions"],
    };
    let mut reduced = Map::new();
    for (document, name) in ROOTS {
        reduced.insert(document.to_owned(), reader.definition(name, 0)?);
    }
    Ok(sorted(Value::Object(reduced)))
}

struct Reader<'a> {
    definitions: &'a Value,
}

impl Reader<'_> {
    fn definition(&self, name: &str, depth: usize) -> Result<Value, ReduceError> {
        let Some(definition) = self.definitions.get(name) else {
            return Err(ReduceError(format!("it has no definition `{name}`")));
        };
        let mut reduced = self.own(definition, depth)?;
        let mut kinds = Map::new();
        for (subtype, definition) in self.subtypes(name) {
            let kind = definition["x-discriminator-value"].as_str();
            let own = Value::Object(self.own(definition, depth + 1)?);
            kinds.insert(kind.unwrap_or(subtype).to_owned(), own);
        }
        if definition.get("discriminator").is_some() {
            // Kinds that have no members of their own are only in a list beside the definition.
            let listed = &self.definitions[format!("{name}Type")]["enum"];
            for kind in listed.as_array().into_iter().flatten() {
                if let Some(kind) = kind.as_str().filter(|kind| !kinds.contains_key(*kind)) {
                    kinds.insert(kind.to_owned(), json!({}));
                }
            }
            reduced.insert("mapping".to_owned(), Value::Object(kinds));
        } else {
            // Without a member that tells them apart, an object may have what any kind has.
            let members = kinds
                .values()
                .filter_map(|kind| kind["properties"].as_object());
            let members: Map<String, Value> = members.flatten().map(pair).collect();
            if !members.is_empty() {
                let own = reduced.get("properties").and_then(Value::as_object);
                let all = own.into_iter().flatten().map(pair).chain(members);
                let all: Map<String, Value> = all.collect();
                reduced.insert("properties".to_owned(), Value::Object(all));
            }
        }
        Ok(Value::Object(reduced))
    }

    /// A definition without its kinds: its own members, and those of the inline parts of `allOf`.
    fn own(&self, definition: &Value, depth: usize) -> Result<Map<String, Value>, ReduceError> {
        let mut reduced = self.schema(definition, depth)?;
        for part in definition["allOf"].as_array().into_iter().flatten() {
            if part.get("$ref").is_some() {
                continue;
            }
            for (keyword, value) in self.schema(part, depth)? {
                reduced.insert(keyword, value);
            }
        }
        Ok(reduced)
    }

    fn subtypes(&self, base: &str) -> Vec<(&str, &Value)> {
        let definitions = self.definitions.as_object().into_iter().flatten();
        let inherits = |definition: &Value| {
            let mut parts = definition["allOf"].as_array().into_iter().flatten();
            let refers = |reference: &Value| {
                let reference = reference.as_str().unwrap_or_default();
                reference.strip_prefix(PREFIX).unwrap_or(reference) == base
            };
            parts.any(|part| refers(&part["$ref"])) || refers(&definition["x-inheritsFrom"])
        };
        definitions
            .filter(|(_, definition)| inherits(definition))
            .map(|(name, definition)| (name.as_str(), definition))
            .collect()
    }

    fn schema(&self, schema: &Value, depth: usize) -> Result<Map<String, Value>, ReduceError> {
        if depth > DEEPEST {
            return Err(ReduceError("a definition contains itself".to_owned()));
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.strip_prefix(PREFIX).unwrap_or(reference);
            return match self.definition(name, depth + 1)? {
                Value::Object(reduced) => Ok(reduced),
                _ => Ok(Map::new()),
            };
        }
        let mut reduced = Map::new();
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            let nested = match keyword.as_str() {
                "items" | "additionalProperties" if value.is_object() => {
                    Value::Object(self.schema(value, depth + 1)?)
                }
                "properties" => {
                    let mut members = Map::new();
                    for (name, member) in value.as_object().into_iter().flatten() {
                        let member = self.schema(member, depth + 1)?;
                        members.insert(name.clone(), Value::Object(member));
                    }
                    Value::Object(members)
                }
                fact if FACTS.contains(&fact) => value.clone(),
                _ => continue,
            };
            reduced.insert(keyword.clone(), nested);
        }
        // Some lists of texts are called objects by mistake.
        if reduced.contains_key("enum") {
            reduced.insert("type".to_owned(), "string".into());
        }
        Ok(reduced)
    }
}

fn pair((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// The same value with members and texts in order, so that files compare as text.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members.into_iter().collect();
            members.sort_by(|(left, _), (right, _)| left.cmp(right));
            let members = members.into_iter();
            Value::Object(members.map(|(name, value)| (name, sorted(value))).collect())
        }
        Value::Array(mut items) => {
            items.sort_by_key(ToString::to_string);
            items.into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specification() -> Value {
        let reference = |name: &str| json!({ "$ref": format!("{PREFIX}{name}") });
        json!({ "definitions": {
            "v1.skill.Manifest.SkillManifestEnvelope": {
                "type": "object",
                "description": "prose",
                "properties": { "description": { "items": reference("Base"), "minItems": 1 } },
            },
            "v1.skill.interactionModel.InteractionModelData": { "enum": ["b", "a"], "type": "object" },
            "v1.skill.accountLinking.AccountLinkingRequest": reference("Open"),
            "Base": { "discriminator": "type", "required": ["type"] },
            "BaseType": { "enum": ["ONE", "TWO"] },
            "Kind": {
                "allOf": [reference("Base"), { "properties": { "a": { "maxLength": 3 } } }],
                "x-discriminator-value": "ONE",
            },
            "Open": { "type": "object" },
            "OpenKind": { "allOf": [reference("Open"), { "properties": { "b": {} } }] },
        } })
    }

    #[test]
    fn references_and_kinds_are_resolved_and_prose_goes() {
        assert_eq!(
            reduce(&specification()).unwrap(),
            json!({
                "account_linking": { "type": "object", "properties": { "b": {} } },
                "interaction_model": { "enum": ["a", "b"], "type": "string" },
                "manifest": {
                    "type": "object",
                    "properties": { "description": {
                        "items": {
                            "discriminator": "type",
                            "mapping": {
                                "ONE": { "properties": { "a": { "maxLength": 3 } } },
                                "TWO": {},
                            },
                            "required": ["type"],
                        },
                        "minItems": 1,
                    } },
                },
            })
        );
    }

    #[test]
    fn what_cannot_be_reduced_is_said() {
        let mut specification = specification();
        specification["definitions"]["Open"] = json!({ "items": { "$ref": "#/definitions/Open" } });
        assert!(reduce(&specification).is_err());
        assert!(reduce(&json!({})).is_err());
    }
}
