//! The form that Amazon's specification gives a document, and the violations of it.
//!
//! Codes and sentences follow <https://developer.amazon.com/docs/alexa/smapi/error-codes.html>.

use facts::smapi::{Kind, Schema};
use fancy_regex::Regex;
use serde_json::{Map, Value};

use super::errors::Violation;

/// Everything about a value at `path`, such as `$.manifest`, that breaks its schema.
pub(super) fn violations(path: &str, schema: &Schema, value: &Value) -> Vec<Violation> {
    let mut judge = Judge(Vec::new());
    judge.value(path, schema, value);
    judge.0
}

/// A document without its `null` members: they are as good as absent.
pub(super) fn without_nulls(mut value: Value) -> Value {
    drop_nulls(&mut value);
    value
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|_, member| !member.is_null());
            object.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

struct Judge(Vec<Violation>);

impl Judge {
    fn report(&mut self, path: &str, code: &'static str, message: String) {
        self.0.push(Violation::at(path, code, message));
    }

    fn value(&mut self, path: &str, schema: &Schema, value: &Value) {
        if let Some(wanted) = schema.kind.and_then(|kind| mismatch(kind, value)) {
            let message = format!("Instance at \"{path}\" is not {wanted}.");
            return self.report(path, "INVALID_DATA_TYPE", message);
        }
        match value {
            Value::Object(object) => self.object(path, schema, object),
            Value::Array(items) => {
                let found = (items.len(), "items");
                let message = size("Array", path, found, schema.min_items, schema.max_items);
                if let Some(message) = message {
                    self.report(path, "INVALID_ARRAY_SIZE", message);
                }
                for (index, item) in items.iter().enumerate() {
                    if let Some(schema) = &schema.items {
                        self.value(&format!("{path}[{index}]"), schema, item);
                    }
                }
            }
            Value::String(text) => self.text(path, schema, text),
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                #[expect(clippy::cast_precision_loss, reason = "limits are small")]
                let beyond = schema.minimum.is_some_and(|least| number < least as f64)
                    || schema.maximum.is_some_and(|most| number > most as f64);
                if beyond {
                    let message = format!("Number {value} at \"{path}\" is out of its range.");
                    self.report(path, "INVALID_NUMBER_RANGE", message);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn object(&mut self, path: &str, schema: &Schema, object: &Map<String, Value>) {
        self.members(path, schema, object);
        if let Some(name) = &schema.discriminator
            && let Some(kind) = object.get(name).and_then(Value::as_str)
        {
            let path_of_kind = format!("{path}.{name}");
            match schema.mapping.get(kind) {
                Some(schema) => self.members(path, schema, object),
                None => self.not_one_of(&path_of_kind, kind, schema.mapping.keys()),
            }
        }
    }

    fn members(&mut self, path: &str, schema: &Schema, object: &Map<String, Value>) {
        for name in &schema.required {
            if !object.contains_key(name) {
                self.report(
                    path,
                    "MISSING_REQUIRED_PROPERTY",
                    format!("Required property is missing at \"{path}\": {name}."),
                );
            }
        }
        let found = (object.len(), "properties");
        let (least, most) = (schema.min_properties, schema.max_properties);
        if let Some(message) = size("Object", path, found, least, most) {
            self.report(path, "INVALID_NUMBER_OF_PROPERTIES", message);
        }
        for (name, value) in object {
            let path_of_member = format!("{path}.{name}");
            if !schema.keys.is_empty() && !schema.keys.contains(name) {
                self.not_one_of(&path_of_member, name, &schema.keys);
            }
            match schema.member(name) {
                Some(member) => self.value(&path_of_member, member, value),
                None if schema.closed => self.report(
                    path,
                    "UNEXPECTED_PROPERTY",
                    format!(
                        "Object instance at \"{path}\" has a property that is not allowed: {name}."
                    ),
                ),
                None => {}
            }
        }
    }

    fn text(&mut self, path: &str, schema: &Schema, text: &str) {
        let found = (text.chars().count(), "characters");
        let message = size("String", path, found, schema.min_length, schema.max_length);
        if let Some(message) = message {
            self.report(path, "INVALID_STRING_LENGTH", message);
        }
        if !schema.values.is_empty() && !schema.values.iter().any(|value| value == text) {
            self.not_one_of(path, text, &schema.values);
        }
        if let Some(pattern) = &schema.pattern {
            let matches = Regex::new(pattern).and_then(|regex| regex.is_match(text));
            if !matches.unwrap_or(false) {
                self.report(
                    path,
                    "INVALID_STRING_PATTERN",
                    format!(
                        "String \"{text}\" at \"{path}\" does not match the regular expression: \
                         \"{pattern}\"."
                    ),
                );
            }
        }
    }

    fn not_one_of<'s>(
        &mut self,
        path: &str,
        found: &str,
        allowed: impl IntoIterator<Item = &'s String>,
    ) {
        let allowed: Vec<&str> = allowed.into_iter().map(String::as_str).collect();
        let message = format!(
            "Value \"{found}\" at \"{path}\" is not one of [{}].",
            allowed.join(", ")
        );
        self.report(path, "INVALID_ENUM_VALUE", message);
    }
}

/// The sentence about a size that is outside of its limits.
fn size(
    what: &str,
    path: &str,
    (found, unit): (usize, &str),
    least: Option<usize>,
    most: Option<usize>,
) -> Option<String> {
    let least = least.unwrap_or(0);
    if found >= least && most.is_none_or(|most| found <= most) {
        return None;
    }
    let allowed = match most {
        Some(most) if least > 0 => format!("it must have between {least} and {most}"),
        Some(most) => format!("at most {most} are allowed"),
        None => format!("at least {least} is required"),
    };
    Some(format!(
        "{what} at \"{path}\" has {found} {unit}; {allowed}."
    ))
}

/// What the value should be, where it is something else.
fn mismatch(kind: Kind, value: &Value) -> Option<&'static str> {
    let (fits, wanted) = match kind {
        Kind::Array => (value.is_array(), "an array"),
        Kind::Boolean => (value.is_boolean(), "a boolean"),
        Kind::Integer => (value.is_i64() || value.is_u64(), "an integer"),
        Kind::Number => (value.is_number(), "a number"),
        Kind::Object => (value.is_object(), "an object"),
        Kind::String => (value.is_string(), "a string"),
    };
    (!fits).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use facts::rules;
    use serde_json::json;

    use super::*;
    use crate::alexa::smapi::{manifest_rules, model_rules};

    fn messages(document: &Value) -> Vec<String> {
        let found = violations("$", facts::smapi::manifest(), document);
        found
            .iter()
            .map(|found| found.message().to_owned())
            .collect()
    }

    #[track_caller]
    fn refused(expected: &str, manifest: &Value) {
        let found = messages(&json!({ "manifest": manifest }));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(expected), "{found:?}");
    }

    /// The rules that the specification does not say; the deployer's check runs the same examples.
    #[test]
    fn every_example_of_every_rule_is_judged_as_it_says() {
        let mut wrong = Vec::new();
        for rule in rules::all() {
            for (verdict, locale, document) in rule.examples() {
                let found = match rule.document {
                    rules::Document::Manifest => manifest_rules::check(&document["manifest"]),
                    rules::Document::Model => model_rules::check(locale, &document),
                };
                let expected = verdict != rules::Verdict::Refuse;
                if found.is_ok() != expected {
                    wrong.push(format!("{}: {found:?} {locale} {document}", rule.id));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// What the specification says, each kind of it once.
    #[test]
    fn every_kind_of_violation_is_found() {
        refused("is not an array", &json!({ "permissions": {} }));
        refused(
            "is not an integer",
            &json!({ "publishingInformation": { "gadgetSupport": {
            "requirement": "OPTIONAL", "minGadgetButtons": "1",
        } } }),
        );
        refused(
            "is out of its range",
            &json!({ "publishingInformation": { "gadgetSupport": {
            "requirement": "OPTIONAL", "minGadgetButtons": 5,
        } } }),
        );
        refused(
            "Value \"alexa::all\" at \"$.manifest.permissions[0].name\" is not one of [",
            &json!({ "permissions": [{ "name": "alexa::all" }] }),
        );
        let custom = |custom: Value| json!({ "apis": { "custom": custom } });
        refused(
            "\"$.manifest.apis.custom.interfaces[0].type\" is not one of [ALEXA_",
            &custom(json!({ "interfaces": [{ "type": "TELEPATHY" }] })),
        );
        refused(
            "is missing at \"$.manifest.apis.custom.interfaces[0]\": packages",
            &custom(json!({
                "interfaces": [{ "type": "ALEXA_DATASTORE_PACKAGEMANAGER" }],
            })),
        );
        refused(
            "has 0 items; at least 1 is required",
            &custom(json!({ "tasks": [] })),
        );
        refused(
            "has 0 properties; at least 1 is required",
            &json!({ "publishingInformation": { "locales": {} } }),
        );
        refused(
            "has 51 characters; it must have between 2 and 50",
            &json!({ "publishingInformation": { "locales": { "en-US": { "name": "x".repeat(51) } } } }),
        );
        refused(
            "has a property that is not allowed: event",
            &json!({ "event": {} }),
        );
        assert_eq!(
            messages(&json!({ "manifest": { "publishingInformation": { "new": 1 } } })),
            [""; 0]
        );
    }
}
