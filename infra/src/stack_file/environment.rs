//! Variables in the function's environment that are the project's own, and permissions of its role.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::text;

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

/// Variables by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Variables(BTreeMap<VariableName, String>);

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
    pub fn iter(&self) -> impl Iterator<Item = (&VariableName, &str)> {
        self.0.iter().map(|(name, value)| (name, value.as_str()))
    }

    /// The value of a variable.
    pub fn get(&self, name: &VariableName) -> Option<&str> {
        self.0.get(name).map(String::as_str)
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
    /// ARNs of the resources that they may be done to.
    pub resources: Vec<ResourceArn>,
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
