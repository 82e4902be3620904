//! What one part of a template says about others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Template, format_error};
use crate::aws::schemas::Schema;
use crate::base::error::AwsError;

/// A reference from a value to something with a logical name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Reference {
    /// `Ref`: a parameter, a pseudo parameter or the physical id of a resource.
    Name(String),
    /// `Fn::GetAtt`.
    Attribute(String, String),
    /// The condition of an `Fn::If`.
    Condition(String),
}

impl Reference {
    /// The logical name that is meant.
    pub(in super::super) fn name(&self) -> &str {
        match self {
            Self::Name(name) | Self::Attribute(name, _) | Self::Condition(name) => name,
        }
    }
}

/// Every reference in a value.
pub(in super::super) fn references(value: &Value) -> BTreeSet<Reference> {
    let mut found = BTreeSet::new();
    collect(value, &mut found);
    found
}

fn collect(value: &Value, found: &mut BTreeSet<Reference>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => {
            for (name, member) in members {
                let single = members.len() == 1;
                match (name.as_str(), member) {
                    ("Ref", Value::String(target)) if single => {
                        found.insert(Reference::Name(target.clone()));
                    }
                    ("Condition", Value::String(target)) if single => {
                        found.insert(Reference::Condition(target.clone()));
                    }
                    ("Fn::GetAtt", Value::Array(path)) => {
                        if let [Value::String(resource), Value::String(attribute)] = path.as_slice()
                        {
                            found.insert(Reference::Attribute(resource.clone(), attribute.clone()));
                        }
                    }
                    ("Fn::If", Value::Array(arguments)) => {
                        if let Some(Value::String(condition)) = arguments.first() {
                            found.insert(Reference::Condition(condition.clone()));
                        }
                        arguments
                            .iter()
                            .skip(1)
                            .for_each(|argument| collect(argument, found));
                    }
                    ("Fn::Sub", Value::String(text)) => substitutions(text, &Value::Null, found),
                    ("Fn::Sub", Value::Array(arguments)) => {
                        if let [Value::String(text), variables] = arguments.as_slice() {
                            substitutions(text, variables, found);
                            collect(variables, found);
                        }
                    }
                    _ => collect(member, found),
                }
            }
        }
        _ => {}
    }
}

fn substitutions(text: &str, variables: &Value, found: &mut BTreeSet<Reference>) {
    for placeholder in sub_placeholders(text) {
        if variables.get(placeholder).is_some() {
            continue;
        }
        found.insert(match placeholder.split_once('.') {
            Some((resource, attribute)) => {
                Reference::Attribute(resource.to_owned(), attribute.to_owned())
            }
            None => Reference::Name(placeholder.to_owned()),
        });
    }
}

/// The names between `${` and `}`; `${!literal}` is none.
fn sub_placeholders(text: &str) -> Vec<&str> {
    text.split("${")
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name.trim())
        .filter(|name| !name.starts_with('!'))
        .collect()
}

/// Refuses references to nothing, and resources that wait for each other.
pub(super) fn check(template: &Template) -> Result<(), AwsError> {
    let mut missing_in_resources = BTreeSet::new();
    for (name, resource) in &template.resources {
        for property in resource.properties.values() {
            check_value(template, name, property, &mut missing_in_resources)?;
        }
        for target in &resource.depends_on {
            if !template.resources.contains_key(target) {
                missing_in_resources.insert(target.clone());
            }
        }
        check_condition(template, name, resource.condition.as_deref())?;
    }
    unresolved(&missing_in_resources, "Resources")?;

    let mut missing_in_outputs = BTreeSet::new();
    for (name, output) in &template.outputs {
        check_value(template, name, &output.value, &mut missing_in_outputs)?;
        check_condition(template, name, output.condition.as_deref())?;
    }
    unresolved(&missing_in_outputs, "Outputs")?;
    super::super::order::order(template).map(drop)
}

fn check_value(
    template: &Template,
    owner: &str,
    value: &Value,
    missing: &mut BTreeSet<String>,
) -> Result<(), AwsError> {
    for reference in references(value) {
        match &reference {
            Reference::Name(name) => {
                let known = name.starts_with("AWS::")
                    || template.parameters.contains_key(name)
                    || template.resources.contains_key(name);
                if !known {
                    missing.insert(name.clone());
                }
            }
            Reference::Attribute(name, attribute) => match template.resources.get(name) {
                None => {
                    missing.insert(name.clone());
                }
                Some(resource) => check_attribute(name, attribute, &resource.resource_type)?,
            },
            Reference::Condition(name) => check_condition(template, owner, Some(name))?,
        }
    }
    Ok(())
}

fn check_attribute(name: &str, attribute: &str, resource_type: &str) -> Result<(), AwsError> {
    let top = attribute.split('.').next().unwrap_or(attribute);
    if Schema::of(resource_type).is_some_and(|schema| schema.is_read_only(top)) {
        return Ok(());
    }
    Err(AwsError::bad_request(
        "ValidationError",
        format!(
            "Template error: resource {name} does not support attribute type {attribute} in \
             Fn::GetAtt"
        ),
    ))
}

fn check_condition(
    template: &Template,
    owner: &str,
    condition: Option<&str>,
) -> Result<(), AwsError> {
    match condition {
        Some(name) if !template.conditions.contains_key(name) => Err(format_error(&format!(
            "Unresolved condition dependency {name} in {owner}"
        ))),
        _ => Ok(()),
    }
}

fn unresolved(missing: &BTreeSet<String>, block: &str) -> Result<(), AwsError> {
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(String::as_str).collect();
    Err(format_error(&format!(
        "Unresolved resource dependencies [{}] in the {block} block of the template",
        names.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_hide_in_every_function() {
        let value = json!({
            "A": { "Fn::Sub": ["${X}-${Pool.Arn}-${!Not}-${AWS::Region}", { "X": { "Ref": "P" } }] },
            "B": { "Fn::If": ["Big", { "Fn::GetAtt": ["Role", "Arn"] }, { "Ref": "AWS::NoValue" }] },
        });
        let name = |name: &str| Reference::Name(name.into());
        assert_eq!(
            references(&value).into_iter().collect::<Vec<_>>(),
            [
                name("AWS::NoValue"),
                name("AWS::Region"),
                name("P"),
                Reference::Attribute("Pool".into(), "Arn".into()),
                Reference::Attribute("Role".into(), "Arn".into()),
                Reference::Condition("Big".into()),
            ]
        );
    }
}
