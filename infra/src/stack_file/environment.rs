//! Variables in the function's environment that are the project's own, and permissions of its role.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::value::text;
use super::{Name, StageName, ValueError};

text! {
    /// The name of a variable in the function's environment. Lambda keeps some for itself
    /// ([reserved variables](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime)),
    /// and so does this tool.
    VariableName, "the name of a variable",
    "begin with a letter, go on with letters, digits and _, two characters or more; AWS_…, LAMBDA_… and VOICELINK_… are taken",
    r"^[A-Za-z][A-Za-z0-9_]+$",
    |text| {
        let text = text.to_ascii_uppercase();
        !TAKEN.iter().any(|taken| text.starts_with(taken))
    }
}

/// Beginnings of the names of reserved variables.
const TAKEN: [&str; 3] = ["AWS_", "LAMBDA_", "VOICELINK_"];

impl VariableName {
    /// The parameter of the skill stack's template that has the value: a name of letters and digits, such as
    /// `EnvironmentBackendUrl` for `BACKEND_URL`.
    pub fn parameter(&self) -> String {
        let mut name = "Environment".to_owned();
        for word in self.as_str().split('_').filter(|word| !word.is_empty()) {
            let (first, rest) = word.split_at(1);
            name += &first.to_ascii_uppercase();
            name += &rest.to_ascii_lowercase();
        }
        name
    }
}

text! {
    /// The name of an output of `infra/resources.yaml`.
    OutputName, "the name of an output",
    "use letters and digits, as CloudFormation does",
    r"^[A-Za-z0-9]{1,255}$"
}

text! {
    /// A secret: a name, for a `SecureString` of the stage in Parameter Store, or the ARN of a secret that exists in
    /// Secrets Manager.
    SecretName, "a secret",
    "use 1 to 64 of letters, digits, . - and _, or the ARN of a secret in Secrets Manager",
    r"^([A-Za-z0-9_.-]{1,64}|arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,519})$"
}

impl SecretName {
    /// True if it is a secret of Secrets Manager, which exists already.
    pub fn is_arn(&self) -> bool {
        self.as_str().starts_with("arn:")
    }

    /// The name or ARN that the function reads it by.
    pub fn place(&self, project: &Name, stage: &StageName) -> String {
        if self.is_arn() {
            self.to_string()
        } else {
            format!("/{project}/{stage}/{self}")
        }
    }
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum VariableValue {
    /// A plain text.
    Text(String),
    /// An output of `infra/resources.yaml`, as the stage has it.
    #[schemars(extend("additionalProperties" = false))]
    Output {
        /// The name of the output.
        output: OutputName,
    },
    /// The name of a secret, which the skill reads when it needs it.
    #[schemars(extend("additionalProperties" = false))]
    Secret {
        /// The secret.
        secret: SecretName,
    },
}

impl<'de> Deserialize<'de> for VariableValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTable {
            expected: "a text, { output = \"…\" } or { secret = \"…\" }",
            text: |text| Ok(Self::Text(text.to_owned())),
            table: |key, value| match key {
                "output" => value.parse().map(|output| Some(Self::Output { output })),
                "secret" => value.parse().map(|secret| Some(Self::Secret { secret })),
                _ => Ok(None),
            },
        })
    }
}

/// Reads a value that is a text, or a table with one key.
struct TextOrTable<T> {
    expected: &'static str,
    text: fn(&str) -> Result<T, ValueError>,
    /// `None` if there is no such key.
    table: fn(&str, &str) -> Result<Option<T>, ValueError>,
}

impl<'de, T> Visitor<'de> for TextOrTable<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.text)(text).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let expected = self.expected;
        let unknown = || de::Error::custom(format!("expected {expected}"));
        let (key, value) = map.next_entry::<String, String>()?.ok_or_else(unknown)?;
        let found = (self.table)(&key, &value).map_err(de::Error::custom)?;
        match map.next_key::<String>()? {
            None => found.ok_or_else(unknown),
            Some(_) => Err(unknown()),
        }
    }
}

/// Variables by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Variables(BTreeMap<VariableName, VariableValue>);

impl Variables {
    /// True if the file has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &VariableName> {
        self.0.keys()
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&VariableName, &VariableValue)> {
        self.0.iter()
    }

    /// The value of a variable.
    pub fn get(&self, name: &VariableName) -> Option<&VariableValue> {
        self.0.get(name)
    }

    /// The outputs that they are from.
    pub fn outputs(&self) -> impl Iterator<Item = &OutputName> {
        self.0.values().filter_map(|value| match value {
            VariableValue::Output { output } => Some(output),
            _ => None,
        })
    }

    /// The secrets that they name, each once.
    pub fn secrets(&self) -> BTreeSet<&SecretName> {
        (self.0.values())
            .filter_map(|value| match value {
                VariableValue::Secret { secret } => Some(secret),
                _ => None,
            })
            .collect()
    }

    /// These with the values that a stage has of its own.
    #[must_use]
    pub fn overridden_by(&self, own: &Self) -> Self {
        let mut all = self.0.clone();
        all.extend(own.0.clone());
        Self(all)
    }
}

/// One permission of the function's role
/// ([IAM policy elements](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Permission {
    /// Actions, such as `sqs:SendMessage`.
    pub actions: Vec<Action>,
    /// The resources that they may be done to.
    pub resources: Vec<PermittedResource>,
}

/// A resource of a permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum PermittedResource {
    /// Its ARN.
    Arn(ResourceArn),
    /// An output of `infra/resources.yaml` that is an ARN.
    #[schemars(extend("additionalProperties" = false))]
    Output {
        /// The name of the output.
        output: OutputName,
    },
}

impl<'de> Deserialize<'de> for PermittedResource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTable {
            expected: "an ARN or { output = \"…\" }",
            text: |text| text.parse().map(Self::Arn),
            table: |key, value| match key {
                "output" => value.parse().map(|output| Some(Self::Output { output })),
                _ => Ok(None),
            },
        })
    }
}

text! {
    /// An action of IAM: a service, a colon and the action, in which * stands for any characters.
    Action, "an action",
    "write it as IAM does, such as `sqs:SendMessage`",
    r"^(\*|[a-z0-9-]+:[A-Za-z0-9*]+)$"
}

text! {
    /// The ARN of a resource, in which * and ? are wildcards; or * for all of them.
    ResourceArn, "a resource",
    "write its ARN, such as `arn:aws:sqs:eu-west-1:123456789012:orders`",
    r"^(\*|arn:aws:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[!-#%-~]+)$"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_lambda_leaves_free() {
        for free in ["BACKEND_URL", "aB", "A1_", "LANG"] {
            assert!(free.parse::<VariableName>().is_ok(), "{free}");
        }
        for taken in [
            "",
            "A",
            "1A",
            "_HANDLER",
            "AWS_REGION",
            "aws_x",
            "LAMBDA_TASK_ROOT",
            "VOICELINK_ISSUER",
            "A-B",
        ] {
            assert!(taken.parse::<VariableName>().is_err(), "{taken}");
        }
        let name: VariableName = "BACKEND_URL".parse().unwrap();
        assert_eq!(name.parameter(), "EnvironmentBackendUrl");
    }

    #[test]
    fn permissions_are_written_as_iam_writes_them() {
        for good in ["sqs:SendMessage", "dynamodb:*", "s3:Get*", "*"] {
            assert!(good.parse::<Action>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "sqs",
            "SQS:SendMessage",
            "sqs:",
            "sqs:Send Message",
            ":x",
        ] {
            assert!(bad.parse::<Action>().is_err(), "{bad}");
        }
        for good in [
            "*",
            "arn:aws:s3:::bucket/*",
            "arn:aws:sqs:eu-west-1:123456789012:orders",
        ] {
            assert!(good.parse::<ResourceArn>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "orders",
            "arn:aws:s3",
            "arn:aws-cn:s3:::b",
            "arn:aws:s3:::${x}",
            "arn:aws:s3:::a b",
        ] {
            assert!(bad.parse::<ResourceArn>().is_err(), "{bad}");
        }
    }
}
