//! Judging properties by a schema, in the words that CloudFormation uses.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use fancy_regex::Regex;
use serde_json::Value;

use super::Schema;

/// Everything that is wrong with `properties`.
pub(super) fn violations(document: &Value, properties: &Value) -> Vec<String> {
    let mut judge = Judge {
        document,
        violations: Vec::new(),
    };
    judge.value("#", document, properties);
    judge.read_only(properties);
    judge.violations
}

struct Judge<'schema> {
    document: &'schema Value,
    violations: Vec<String>,
}

impl Judge<'_> {
    fn value(&mut self, path: &str, schema: &Value, value: &Value) {
        let schema = Schema::resolve(self.document, schema);
        if !has_type(&schema["type"], value) {
            let expected = type_name(&schema["type"]);
            self.refuse(
                path,
                &format!("expected type: {expected}, found: {}", found(value)),
            );
            return;
        }
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            self.failed(path, "enum");
        }
        match value {
            Value::String(text) => self.text(path, schema, text),
            Value::Number(number) => self.number(path, schema, number),
            Value::Array(items) => self.list(path, schema, items),
            Value::Object(_) => self.object(path, schema, value),
            Value::Bool(_) | Value::Null => {}
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            let applies = part
                .get("if")
                .is_none_or(|condition| self.holds(condition, value));
            if applies {
                self.value(path, part.get("then").unwrap_or(part), value);
            }
        }
    }

    fn text(&mut self, path: &str, schema: &Value, text: &str) {
        let length = text.chars().count() as u64;
        if let Some(least) = schema["minLength"].as_u64().filter(|least| length < *least) {
            self.refuse(
                path,
                &format!("expected minLength: {least}, actual: {length}"),
            );
        }
        if let Some(most) = schema["maxLength"].as_u64().filter(|most| length > *most) {
            self.refuse(
                path,
                &format!("expected maxLength: {most}, actual: {length}"),
            );
        }
        if let Some(pattern) = schema["pattern"].as_str()
            && !matches(pattern, text)
        {
            self.failed(path, "pattern");
        }
    }

    fn number(&mut self, path: &str, schema: &Value, number: &serde_json::Number) {
        let value = number.as_f64().unwrap_or(f64::NAN);
        if let Some(least) = schema["minimum"].as_f64().filter(|least| value < *least) {
            self.refuse(
                path,
                &format!("{number} is not greater or equal to {least}"),
            );
        }
        if let Some(most) = schema["maximum"].as_f64().filter(|most| value > *most) {
            self.refuse(path, &format!("{number} is not less or equal to {most}"));
        }
    }

    fn list(&mut self, path: &str, schema: &Value, items: &[Value]) {
        let count = items.len() as u64;
        if let Some(least) = schema["minItems"].as_u64().filter(|least| count < *least) {
            self.refuse(
                path,
                &format!("expected minimum item count: {least}, found: {count}"),
            );
        }
        if let Some(most) = schema["maxItems"].as_u64().filter(|most| count > *most) {
            self.refuse(
                path,
                &format!("expected maximum item count: {most}, found: {count}"),
            );
        }
        let repeated = items
            .iter()
            .enumerate()
            .any(|(index, item)| items[..index].contains(item));
        if schema["uniqueItems"] == true && repeated {
            self.refuse(path, "array items are not unique");
        }
        for (index, item) in items.iter().enumerate() {
            self.value(&format!("{path}/{index}"), &schema["items"], item);
        }
    }

    fn object(&mut self, path: &str, schema: &Value, object: &Value) {
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            if object.get(name).is_none() {
                self.refuse(path, &format!("required key [{name}] not found"));
            }
        }
        for (name, member) in object.as_object().into_iter().flatten() {
            let path_of_member = format!("{path}/{name}");
            if let Some(schema) = schema["properties"].get(name) {
                self.value(&path_of_member, schema, member);
            } else if let Some(schema) = pattern_property(schema, name) {
                self.value(&path_of_member, schema, member);
            } else if schema["additionalProperties"] == false {
                self.refuse(path, &format!("extraneous key [{name}] is not permitted"));
            }
        }
    }

    /// Attributes that only the service sets.
    fn read_only(&mut self, properties: &Value) {
        let pointers = self.document["readOnlyProperties"].as_array();
        let names: Vec<&str> = pointers
            .into_iter()
            .flatten()
            .filter_map(|pointer| pointer.as_str()?.strip_prefix("/properties/"))
            .filter(|name| properties.get(name).is_some())
            .collect();
        for name in names {
            self.refuse("#", &format!("extraneous key [{name}] is not permitted"));
        }
    }

    fn holds(&self, condition: &Value, value: &Value) -> bool {
        let mut trial = Judge {
            document: self.document,
            violations: Vec::new(),
        };
        if let Some(negated) = condition.get("not") {
            return !self.holds(negated, value);
        }
        trial.value("#", condition, value);
        trial.violations.is_empty()
    }

    fn failed(&mut self, path: &str, keyword: &str) {
        self.refuse(
            path,
            &format!("failed validation constraint for keyword [{keyword}]"),
        );
    }

    fn refuse(&mut self, path: &str, what: &str) {
        self.violations.push(format!("{path}: {what}"));
    }
}

fn pattern_property<'schema>(schema: &'schema Value, name: &str) -> Option<&'schema Value> {
    let mut patterns = schema["patternProperties"]
        .as_object()
        .into_iter()
        .flatten();
    patterns.find_map(|(pattern, schema)| matches(pattern, name).then_some(schema))
}

fn has_type(wanted: &Value, value: &Value) -> bool {
    match wanted {
        Value::String(name) => match name.as_str() {
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => true,
        },
        Value::Array(names) => names.iter().any(|name| has_type(name, value)),
        _ => true,
    }
}

fn type_name(wanted: &Value) -> String {
    let name = |value: &Value| match value.as_str() {
        Some("array") => "JSONArray".to_owned(),
        Some("object") => "JSONObject".to_owned(),
        Some(name) => name[..1].to_uppercase() + &name[1..],
        None => String::new(),
    };
    match wanted {
        Value::Array(names) => names.iter().map(name).collect::<Vec<_>>().join(" or "),
        single => name(single),
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_f64() => "Double",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "JSONArray",
        Value::Object(_) => "JSONObject",
    }
}

static PATTERNS: LazyLock<Mutex<HashMap<String, Option<Arc<Regex>>>>> =
    LazyLock::new(Mutex::default);

/// Whether the pattern is found in the text; a test makes sure that every pattern compiles.
fn matches(pattern: &str, text: &str) -> bool {
    let regex = PATTERNS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(pattern.to_owned())
        .or_insert_with(|| Regex::new(pattern).ok().map(Arc::new))
        .clone();
    regex.is_some_and(|regex| regex.is_match(text).unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn violations_of(resource_type: &str, properties: &Value) -> Vec<String> {
        Schema::of(resource_type).unwrap().violations(properties)
    }

    #[test]
    fn every_pattern_compiles() {
        fn walk(value: &Value, found: &mut usize) {
            for (name, member) in value.as_object().into_iter().flatten() {
                if name == "pattern"
                    && let Some(pattern) = member.as_str()
                {
                    *found += 1;
                    assert!(Regex::new(pattern).is_ok(), "{pattern}");
                }
                walk(member, found);
            }
            for item in value.as_array().into_iter().flatten() {
                walk(item, found);
            }
        }
        let mut found = 0;
        for resource_type in crate::aws::schemas::types() {
            walk(&Schema::of(resource_type).unwrap().document, &mut found);
        }
        assert!(found > 50, "{found}");
    }

    #[test]
    fn each_keyword_has_its_words() {
        assert_eq!(
            violations_of(
                "AWS::Lambda::Function",
                &json!({
                    "Code": { "S3Bucket": "b" },
                    "Timeout": 5401,
                    "MemorySize": "much",
                    "Architectures": ["arm64", "arm64"],
                    "Handlers": "bootstrap",
                    "Arn": "arn",
                })
            ),
            [
                "#: required key [Role] not found",
                "#/Code/S3Bucket: expected minLength: 3, actual: 1",
                "#/Timeout: 5401 is not less or equal to 5400",
                "#/MemorySize: expected type: Integer, found: String",
                "#/Architectures: expected maximum item count: 1, found: 2",
                "#/Architectures: array items are not unique",
                "#: extraneous key [Handlers] is not permitted",
                "#: extraneous key [Arn] is not permitted",
            ]
        );
    }

    #[test]
    fn a_domain_is_a_prefix_unless_it_is_custom() {
        let prefix = json!({ "UserPoolId": "us-east-1_abc", "Domain": "login.example.com" });
        assert_eq!(
            violations_of("AWS::Cognito::UserPoolDomain", &prefix),
            ["#/Domain: failed validation constraint for keyword [pattern]"]
        );
        let custom = json!({
            "UserPoolId": "us-east-1_abc",
            "Domain": "login.example.com",
            "CustomDomainConfig": {
                "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/1",
            },
        });
        assert!(violations_of("AWS::Cognito::UserPoolDomain", &custom).is_empty());
    }
}
