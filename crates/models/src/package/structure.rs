//! Whether a document has the form that Amazon's specification gives it.

use std::collections::BTreeMap;

use facts::smapi::{Kind, Schema};
use regex_lite::Regex;
use serde_json::Value;

use super::{Findings, Place};

/// Most values that a hint lists.
const LISTED: usize = 12;
/// As many values are suggested from a longer list.
const SUGGESTED: usize = 5;

/// Checks a value that is called `name`, and all that is in it. `null` is as good as absent.
pub(super) fn check(
    findings: &mut Findings,
    place: &Place,
    name: &str,
    schema: &Schema,
    value: &Value,
) {
    if let Some(kind) = schema.kind.filter(|kind| !is(*kind, value)) {
        let message = format!("{name} is {} instead of {}", described(value), called(kind));
        let hint = format!("write {}", called(kind));
        return findings.refuse(place, message, hint);
    }
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let members: BTreeMap<&str, &Value> = members
                .map(|(name, value)| (name.as_str(), value))
                .collect();
            object(findings, place, name, schema, &members);
        }
        Value::Array(items) => {
            let limits = (schema.min_items, schema.max_items);
            if let Some(hint) = outside(items.len(), limits) {
                findings.refuse(place, format!("{name} has {} entries", items.len()), hint);
            }
            let entry = format!("an entry of {name}");
            for (index, item) in items.iter().enumerate() {
                if let Some(schema) = &schema.items {
                    check(findings, &place.index(index), &entry, schema, item);
                }
            }
        }
        Value::String(text) => string(findings, place, name, schema, text),
        Value::Number(number) => {
            let least = schema.minimum.unwrap_or(i64::MIN);
            let most = schema.maximum.unwrap_or(i64::MAX);
            if number
                .as_i64()
                .is_some_and(|number| !(least..=most).contains(&number))
            {
                let hint = match (schema.minimum, schema.maximum) {
                    (least, None) => format!("use at least {}", least.unwrap_or_default()),
                    (None, Some(most)) => format!("use at most {most}"),
                    (Some(least), Some(most)) => format!("use {least} to {most}"),
                };
                findings.refuse(place, format!("{name} is {number}"), hint);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn object(
    findings: &mut Findings,
    place: &Place,
    name: &str,
    schema: &Schema,
    members: &BTreeMap<&str, &Value>,
) {
    let kind = schema.discriminator.as_deref().and_then(|discriminator| {
        let kind = members.get(discriminator)?.as_str()?;
        if !schema.mapping.contains_key(kind) {
            let known = schema.mapping.keys().map(String::as_str);
            unknown(
                findings,
                &place.key(discriminator),
                discriminator,
                kind,
                known,
            );
        }
        schema.mapping.get(kind)
    });
    let schemas = || std::iter::once(schema).chain(kind);
    for member in schemas().flat_map(|schema| &schema.required) {
        if !members.contains_key(member.as_str()) {
            let message = format!("{member} is missing from {name}");
            findings.refuse(place, message, format!("add {member}"));
        }
    }
    let limits = (schema.min_properties, schema.max_properties);
    if let Some(hint) = outside(members.len(), limits) {
        findings.refuse(place, format!("{name} has {} members", members.len()), hint);
    }
    for (key, value) in members {
        let place = place.key(key);
        if !schema.keys.is_empty() && !schema.keys.iter().any(|known| known == key) {
            let known = schema.keys.iter().map(String::as_str);
            unknown(findings, &place, name, key, known);
        }
        if let Some(member) = schemas().find_map(|schema| schema.member(key)) {
            check(findings, &place, key, member, value);
        } else if schemas().any(|schema| !schema.properties.is_empty()) {
            let known = schemas().flat_map(|schema| schema.properties.keys());
            let hint = nearest(key, known.map(String::as_str));
            let message = format!("{name} has the member `{key}`, which Amazon does not know");
            if schema.closed {
                findings.refuse(&place, message, hint);
            } else {
                findings.advise(&place, message, hint);
            }
        }
    }
}

fn string(findings: &mut Findings, place: &Place, name: &str, schema: &Schema, text: &str) {
    let characters = text.chars().count();
    if let Some(hint) = outside(characters, (schema.min_length, schema.max_length)) {
        findings.refuse(place, format!("{name} has {characters} characters"), hint);
    }
    if !schema.values.is_empty() && !schema.values.iter().any(|known| known == text) {
        let known = schema.values.iter().map(String::as_str);
        unknown(findings, place, name, text, known);
    }
    if !schema.known.is_empty() && !schema.known.iter().any(|known| known == text) {
        let message = format!("`{text}` is not one of the values of {name} that are documented");
        let hint = nearest(text, schema.known.iter().map(String::as_str));
        findings.advise(place, message, hint);
    }
    if let Some(pattern) = &schema.pattern {
        // What cannot be judged is refused.
        if !Regex::new(pattern).is_ok_and(|regex| regex.is_match(text)) {
            let message = format!("{name} is `{text}`");
            findings.refuse(place, message, format!("use what matches {pattern}"));
        }
    }
}

fn unknown<'a>(
    findings: &mut Findings,
    place: &Place,
    name: &str,
    text: &str,
    known: impl Iterator<Item = &'a str>,
) {
    let message = format!("`{text}` is not one of the values of {name} that Amazon knows");
    findings.refuse(place, message, nearest(text, known));
}

/// All that there is, or what begins most alike.
fn nearest<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.collect();
    if known.len() <= LISTED {
        return format!("use one of {}", known.join(", "));
    }
    let common = |other: &str| {
        let pairs = text.chars().zip(other.chars());
        pairs
            .take_while(|(own, other)| own.eq_ignore_ascii_case(other))
            .count()
    };
    known.sort_by_key(|other| std::cmp::Reverse(common(other)));
    known.truncate(SUGGESTED);
    let source = facts::smapi::MANIFEST_SOURCE;
    format!("perhaps one of {}; all are in {source}", known.join(", "))
}

/// What to do about a number outside of its limits.
fn outside(found: usize, (least, most): (Option<usize>, Option<usize>)) -> Option<String> {
    let within = least.is_none_or(|least| found >= least) && most.is_none_or(|most| found <= most);
    (!within).then(|| match (least, most) {
        (Some(least), Some(most)) => format!("use {least} to {most}"),
        (None, Some(most)) => format!("use at most {most}"),
        (least, None) => format!("use at least {}", least.unwrap_or_default()),
    })
}

fn is(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Array => value.is_array(),
        Kind::Boolean => value.is_boolean(),
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Object => value.is_object(),
        Kind::String => value.is_string(),
    }
}

fn called(kind: Kind) -> &'static str {
    match kind {
        Kind::Array => "a list",
        Kind::Boolean => "true or false",
        Kind::Integer => "a whole number",
        Kind::Number => "a number",
        Kind::Object => "an object",
        Kind::String => "a text",
    }
}

fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
