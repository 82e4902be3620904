//! Reading the members of a call's input.

use serde_json::Value;

use crate::base::error::AwsError;

/// The input of one call. Scalars of the query protocol are strings, those of CloudFormation
/// properties have their own type: both are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'input>(pub(crate) &'input Value);

impl<'input> Input<'input> {
    /// A text that may be absent; an empty one counts as absent.
    pub(crate) fn text(self, name: &str) -> Option<&'input str> {
        self.0[name].as_str().filter(|text| !text.is_empty())
    }

    /// A text that the API demands.
    pub(crate) fn required(self, name: &str) -> Result<&'input str, AwsError> {
        self.text(name).ok_or_else(|| {
            let member = name[..1].to_lowercase() + &name[1..];
            AwsError::bad_request(
                "ValidationError",
                format!(
                    "1 validation error detected: Value null at '{member}' failed to satisfy \
                     constraint: Member must not be null"
                ),
            )
        })
    }

    /// A flag.
    pub(crate) fn flag(self, name: &str) -> Option<bool> {
        match &self.0[name] {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// A whole number.
    pub(crate) fn number(self, name: &str) -> Option<i64> {
        match &self.0[name] {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The items of a list; none when it is absent.
    pub(crate) fn list(self, name: &str) -> &'input [Value] {
        self.0[name].as_array().map_or(&[], Vec::as_slice)
    }

    /// The texts of a list.
    pub(crate) fn texts(self, name: &str) -> Vec<&'input str> {
        self.list(name).iter().filter_map(Value::as_str).collect()
    }

    /// `Key` and `Value` pairs.
    pub(crate) fn tags(self, name: &str) -> Vec<(String, String)> {
        self.list(name)
            .iter()
            .filter_map(|tag| {
                Some((
                    tag["Key"].as_str()?.to_owned(),
                    tag["Value"].as_str().unwrap_or_default().to_owned(),
                ))
            })
            .collect()
    }
}
