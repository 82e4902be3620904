//! The values of a template's parameters.

use std::collections::BTreeMap;

use fancy_regex::Regex;
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::template::{ParameterDeclaration, Template};
use crate::base::error::AwsError;

/// One value, as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) text: String,
    pub(super) list: bool,
    pub(super) no_echo: bool,
}

pub(super) type Parameters = IndexMap<String, Parameter>;

impl Parameter {
    /// What a `Ref` to it gives.
    pub(super) fn value(&self) -> Value {
        if self.list {
            self.text
                .split(',')
                .map(|item| json!(item.trim()))
                .collect()
        } else {
            json!(self.text)
        }
    }

    /// What may be shown.
    pub(super) fn shown(&self) -> &str {
        if self.no_echo { "****" } else { &self.text }
    }
}

/// Values for every parameter of the template: those of the request, those of the stack where the
/// request says `UsePreviousValue`, and defaults.
pub(super) fn values(
    template: &Template,
    given: &[Value],
    previous: Option<&Parameters>,
) -> Result<Parameters, AwsError> {
    let mut requested: BTreeMap<&str, String> = BTreeMap::new();
    for entry in given {
        let Some(key) = entry["ParameterKey"].as_str() else {
            return Err(invalid("ParameterKey must be given".to_owned()));
        };
        let use_previous = entry["UsePreviousValue"].as_str() == Some("true");
        let value = match (entry["ParameterValue"].as_str(), use_previous) {
            (Some(_), true) => {
                return Err(invalid(format!(
                    "Invalid input for parameter key {key}. Cannot specify usePreviousValue as \
                     true and non empty value for a parameter"
                )));
            }
            (Some(value), false) => value.to_owned(),
            (None, true) => match previous.and_then(|previous| previous.get(key)) {
                Some(parameter) => parameter.text.clone(),
                None => {
                    return Err(invalid(format!(
                        "Invalid input for parameter key {key}. Cannot specify usePreviousValue \
                         as true for a parameter key not in the previous template"
                    )));
                }
            },
            (None, false) => String::new(),
        };
        requested.insert(key, value);
    }
    let unknown: Vec<&str> = requested
        .keys()
        .copied()
        .filter(|key| !template.parameters.contains_key(*key))
        .collect();
    if !unknown.is_empty() {
        return Err(invalid(format!(
            "Parameters: [{}] do not exist in the template",
            unknown.join(", ")
        )));
    }
    let mut missing = Vec::new();
    let mut values = Parameters::new();
    for (name, declaration) in &template.parameters {
        let value = requested
            .remove(name.as_str())
            .or(declaration.default.clone());
        match value {
            Some(text) => {
                check(name, declaration, &text)?;
                values.insert(
                    name.clone(),
                    Parameter {
                        text,
                        list: declaration.is_list(),
                        no_echo: declaration.no_echo,
                    },
                );
            }
            None => missing.push(name.as_str()),
        }
    }
    if missing.is_empty() {
        return Ok(values);
    }
    Err(invalid(format!(
        "Parameters: [{}] must have values",
        missing.join(", ")
    )))
}

fn check(name: &str, declaration: &ParameterDeclaration, text: &str) -> Result<(), AwsError> {
    let items: Vec<&str> = if declaration.is_list() {
        text.split(',').map(str::trim).collect()
    } else {
        vec![text]
    };
    for item in items {
        if let Some(broken) = broken_rule(declaration, item)? {
            return Err(invalid(match &declaration.constraint {
                Some(constraint) => {
                    format!("Parameter {name} failed to satisfy constraint: {constraint}")
                }
                None => format!("Parameter {name} failed to satisfy constraint: {broken}"),
            }));
        }
    }
    Ok(())
}

/// The first rule that a value breaks.
fn broken_rule(declaration: &ParameterDeclaration, item: &str) -> Result<Option<String>, AwsError> {
    if let Some(allowed) = &declaration.allowed_values
        && !allowed.iter().any(|value| value == item)
    {
        return Ok(Some(format!("must be one of [{}]", allowed.join(", "))));
    }
    if let Some(pattern) = &declaration.allowed_pattern {
        // The whole value has to match.
        let whole = Regex::new(&format!("^(?:{pattern})$"))
            .map_err(|_| invalid(format!("Invalid regular expression {pattern}")))?;
        if !whole.is_match(item).unwrap_or(false) {
            return Ok(Some(format!("must match pattern {pattern}")));
        }
    }
    let is_number = declaration.parameter_type.contains("Number");
    let number: Option<f64> = item.parse().ok();
    if is_number && number.is_none() {
        return Ok(Some("must be a number".to_owned()));
    }
    #[expect(clippy::cast_precision_loss, reason = "no parameter is that long")]
    let length = item.chars().count() as f64;
    for (limit, value) in &declaration.limits {
        let value_text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let Ok(value) = value_text.parse::<f64>() else {
            continue;
        };
        let broken = match limit.as_str() {
            "MinLength" => length < value,
            "MaxLength" => length > value,
            "MinValue" => number.is_some_and(|number| number < value),
            _ => number.is_some_and(|number| number > value),
        };
        if broken {
            return Ok(Some(format!("{limit} {value_text}")));
        }
    }
    Ok(None)
}

fn invalid(message: String) -> AwsError {
    AwsError::bad_request("ValidationError", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Template {
        Template::parse(
            "Parameters:\n\
             \x20 Stage: {Type: String, AllowedPattern: '[a-z]+'}\n\
             \x20 Uris: {Type: CommaDelimitedList, AllowedPattern: 'https://.*', Default: 'https://a'}\n\
             \x20 Arch: {Type: String, AllowedValues: [arm64, x86_64], Default: arm64}\n\
             \x20 Days: {Type: Number, MinValue: 1, MaxValue: 30, Default: 7}\n\
             \x20 Secret: {Type: String, NoEcho: true, Default: hush}\n\
             Resources:\n  A:\n    Type: AWS::Logs::LogGroup\n",
        )
        .unwrap()
    }

    fn given(pairs: &[(&str, &str)]) -> Vec<Value> {
        pairs
            .iter()
            .map(|(key, value)| json!({ "ParameterKey": key, "ParameterValue": value }))
            .collect()
    }

    #[test]
    fn defaults_fill_in_and_lists_are_split() {
        let values = values(
            &template(),
            &given(&[("Stage", "dev"), ("Uris", "https://a, https://b")]),
            None,
        )
        .unwrap();
        assert_eq!(values["Uris"].value(), json!(["https://a", "https://b"]));
        assert_eq!(values["Days"].value(), json!("7"));
        assert_eq!(values["Secret"].shown(), "****");
    }

    #[test]
    fn every_broken_rule_is_named() {
        for (pairs, message) in [
            (&[][..], "Parameters: [Stage] must have values"),
            (
                &[("Stage", "dev"), ("Stgae", "dev")],
                "Parameters: [Stgae] do not exist in the template",
            ),
            (
                &[("Stage", "dev1")],
                "Parameter Stage failed to satisfy constraint: must match pattern [a-z]+",
            ),
            (
                &[("Stage", "dev"), ("Uris", "https://a,http://b")],
                "Parameter Uris failed to satisfy constraint: must match pattern https://.*",
            ),
            (
                &[("Stage", "dev"), ("Arch", "mips")],
                "Parameter Arch failed to satisfy constraint: must be one of [arm64, x86_64]",
            ),
            (
                &[("Stage", "dev"), ("Days", "31")],
                "Parameter Days failed to satisfy constraint: MaxValue 30",
            ),
        ] {
            let refused = values(&template(), &given(pairs), None).unwrap_err();
            assert_eq!(refused.message, message);
        }
    }

    #[test]
    fn a_previous_value_needs_a_previous_stack() {
        let wanted = [json!({ "ParameterKey": "Stage", "UsePreviousValue": "true" })];
        assert!(values(&template(), &wanted, None).is_err());
        let before = values(&template(), &given(&[("Stage", "dev")]), None).unwrap();
        let now = values(&template(), &wanted, Some(&before)).unwrap();
        assert_eq!(now["Stage"].text, "dev");
    }
}
