//! Resource policies: who may invoke a function, a version or an alias.
//!
//! Every qualifier has a policy of its own: a statement on the function says nothing about its
//! alias. <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Lambda;
use super::error::{check_revision, conflict, constraint, invalid_parameter, not_found, parse};
use super::function::new_revision;
use super::reference::{LATEST, Reference, is_word};
use crate::base::error::AwsError;

/// The statements of one qualifier, oldest first.
#[derive(Debug)]
pub(super) struct Policy {
    revision_id: String,
    statements: Vec<Statement>,
}

#[derive(Debug)]
struct Statement {
    id: String,
    action: String,
    principal: Principal,
    source_arn: Option<String>,
    source_account: Option<String>,
    event_source_token: Option<String>,
}

/// Who is let in.
#[derive(Debug, PartialEq, Eq)]
enum Principal {
    Anyone,
    Service(String),
    /// An account or an IAM identity, by ARN.
    Aws(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Add {
    region: String,
    function_name: String,
    qualifier: Option<String>,
    statement_id: String,
    action: String,
    principal: String,
    source_arn: Option<String>,
    source_account: Option<String>,
    event_source_token: Option<String>,
    revision_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Remove {
    region: String,
    function_name: String,
    qualifier: Option<String>,
    statement_id: String,
    revision_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Get {
    region: String,
    function_name: String,
    qualifier: Option<String>,
}

impl Lambda {
    pub(super) fn add_permission(&self, input: Value) -> Result<Value, AwsError> {
        let input: Add = parse(input)?;
        let reference = Reference::parse(
            &input.region,
            &input.function_name,
            input.qualifier.as_deref(),
        )?;
        if reference.qualifier.as_deref() == Some(LATEST) {
            return Err(invalid_parameter(
                "We currently do not support adding policies for $LATEST.",
            ));
        }
        let revision_id = input.revision_id.clone();
        let statement = Statement::new(input)?;
        self.change(&reference, |function| {
            function.check_qualifier(&reference)?;
            if let Some(policy) = function.policies.get(&reference.qualifier) {
                check_revision(revision_id.as_deref(), &policy.revision_id)?;
                if policy
                    .statements
                    .iter()
                    .any(|known| known.id == statement.id)
                {
                    return Err(conflict(format!(
                        "The statement id ({}) provided already exists. Please provide a new \
                         statement id, or remove the existing statement.",
                        statement.id
                    )));
                }
            }
            let shown = statement.to_json(&reference).to_string();
            let qualifier = reference.qualifier.clone();
            let policy = function.policies.entry(qualifier).or_default();
            policy.statements.push(statement);
            policy.revision_id = new_revision();
            Ok(json!({ "Statement": shown }))
        })
    }

    pub(super) fn remove_permission(&self, input: Value) -> Result<Value, AwsError> {
        let input: Remove = parse(input)?;
        let reference = Reference::parse(
            &input.region,
            &input.function_name,
            input.qualifier.as_deref(),
        )?;
        self.change(&reference, |function| {
            function.check_qualifier(&reference)?;
            let policy = function
                .policies
                .get_mut(&reference.qualifier)
                .ok_or_else(no_policy)?;
            check_revision(input.revision_id.as_deref(), &policy.revision_id)?;
            let position = policy
                .statements
                .iter()
                .position(|statement| statement.id == input.statement_id)
                .ok_or_else(|| {
                    not_found(format!(
                        "Statement {} is not found in resource policy.",
                        input.statement_id
                    ))
                })?;
            policy.statements.remove(position);
            policy.revision_id = new_revision();
            if policy.statements.is_empty() {
                function.policies.remove(&reference.qualifier);
            }
            Ok(json!({}))
        })
    }

    pub(super) fn get_policy(&self, input: Value) -> Result<Value, AwsError> {
        let input: Get = parse(input)?;
        let reference = Reference::parse(
            &input.region,
            &input.function_name,
            input.qualifier.as_deref(),
        )?;
        self.read(&reference, |function| {
            function.check_qualifier(&reference)?;
            let policy = function.policies.get(&reference.qualifier);
            let policy = policy.ok_or_else(no_policy)?;
            Ok(json!({
                "Policy": policy.to_json(&reference).to_string(),
                "RevisionId": policy.revision_id,
            }))
        })
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            revision_id: new_revision(),
            statements: Vec::new(),
        }
    }
}

impl Policy {
    /// Whether a service may invoke with this event source token. A statement without a token
    /// lets any in; one that is bound to a source ARN or account is not about tokens.
    pub(super) fn allows(&self, service: &str, event_source_token: &str) -> bool {
        self.statements.iter().any(|statement| {
            let action = ["lambda:InvokeFunction", "lambda:*", "*"];
            action.contains(&statement.action.as_str())
                && match &statement.principal {
                    Principal::Anyone => true,
                    Principal::Service(name) => name == service,
                    Principal::Aws(_) => false,
                }
                && statement.source_arn.is_none()
                && statement.source_account.is_none()
                && statement
                    .event_source_token
                    .as_deref()
                    .is_none_or(|token| token == event_source_token)
        })
    }

    fn to_json(&self, resource: &Reference) -> Value {
        let statements: Vec<Value> = self
            .statements
            .iter()
            .map(|statement| statement.to_json(resource))
            .collect();
        json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements })
    }
}

impl Statement {
    fn new(input: Add) -> Result<Self, AwsError> {
        if !is_word(&input.statement_id) || input.statement_id.len() > 100 {
            return Err(constraint(
                &input.statement_id,
                "statementId",
                "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
            ));
        }
        let action = input.action.as_str();
        let named = action.strip_prefix("lambda:").is_some_and(|name| {
            name == "*" || !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic())
        });
        if action != "*" && !named {
            return Err(constraint(
                action,
                "action",
                "Member must satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])",
            ));
        }
        if let Some(token) = &input.event_source_token {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
            if token.is_empty() || token.len() > 256 || !token.bytes().all(plain) {
                return Err(constraint(
                    token,
                    "eventSourceToken",
                    "Member must satisfy regular expression pattern: [a-zA-Z0-9._\\-]+",
                ));
            }
        }
        Ok(Self {
            principal: Principal::parse(&input.principal)?,
            id: input.statement_id,
            action: input.action,
            source_arn: input.source_arn,
            source_account: input.source_account,
            event_source_token: input.event_source_token,
        })
    }

    fn to_json(&self, resource: &Reference) -> Value {
        let mut statement = json!({
            "Sid": self.id,
            "Effect": "Allow",
            "Principal": self.principal.to_json(),
            "Action": self.action,
            "Resource": resource.to_string(),
        });
        let mut equals = Map::new();
        if let Some(token) = &self.event_source_token {
            equals.insert("lambda:EventSourceToken".to_owned(), json!(token));
        }
        if let Some(account) = &self.source_account {
            equals.insert("AWS:SourceAccount".to_owned(), json!(account));
        }
        let mut condition = Map::new();
        if !equals.is_empty() {
            condition.insert("StringEquals".to_owned(), Value::Object(equals));
        }
        if let Some(arn) = &self.source_arn {
            condition.insert("ArnLike".to_owned(), json!({ "AWS:SourceArn": arn }));
        }
        if !condition.is_empty() {
            statement["Condition"] = Value::Object(condition);
        }
        statement
    }
}

impl Principal {
    fn parse(text: &str) -> Result<Self, AwsError> {
        let account = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        if text == "*" {
            Ok(Self::Anyone)
        } else if account {
            Ok(Self::Aws(format!("arn:aws:iam::{text}:root")))
        } else if text.starts_with("arn:aws:iam::") {
            Ok(Self::Aws(text.to_owned()))
        } else if is_service(text) {
            Ok(Self::Service(text.to_owned()))
        } else {
            Err(invalid_parameter(
                "The provided principal was invalid. Please check the principal and try again.",
            ))
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Anyone => json!("*"),
            Self::Service(name) => json!({ "Service": name }),
            Self::Aws(arn) => json!({ "AWS": arn }),
        }
    }
}

/// `alexa-appkit.amazon.com`, `s3.amazonaws.com`.
fn is_service(text: &str) -> bool {
    [".amazon.com", ".amazonaws.com"].iter().any(|suffix| {
        text.strip_suffix(suffix)
            .is_some_and(|name| name.split('.').all(is_word))
    })
}

fn no_policy() -> AwsError {
    not_found("The resource you requested does not exist.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALEXA: &str = "alexa-appkit.amazon.com";

    fn policy(statement: &Value) -> Result<Policy, AwsError> {
        let mut input = json!({
            "Region": "us-east-1",
            "FunctionName": "greeter",
            "StatementId": "alexa",
            "Action": "lambda:InvokeFunction",
            "Principal": ALEXA,
        });
        for (key, value) in statement.as_object().unwrap() {
            input[key] = value.clone();
        }
        Ok(Policy {
            statements: vec![Statement::new(parse(input)?)?],
            ..Policy::default()
        })
    }

    #[test]
    fn alexa_is_let_in_by_a_statement_that_fits() {
        for (statement, allowed) in [
            (json!({ "EventSourceToken": "mine" }), true),
            (json!({}), true),
            (json!({ "Action": "lambda:*" }), true),
            (json!({ "Principal": "*" }), true),
            (json!({ "EventSourceToken": "other" }), false),
            (json!({ "Action": "lambda:GetFunction" }), false),
            (json!({ "Principal": "s3.amazonaws.com" }), false),
            (json!({ "Principal": "123456789012" }), false),
            (json!({ "SourceAccount": "123456789012" }), false),
            (json!({ "SourceArn": "arn:aws:s3:::bucket" }), false),
        ] {
            let policy = policy(&statement).unwrap();
            assert_eq!(policy.allows(ALEXA, "mine"), allowed, "{statement}");
        }
        assert!(!Policy::default().allows(ALEXA, "mine"));
    }

    #[test]
    fn what_lambda_does_not_understand_is_refused() {
        for statement in [
            json!({ "StatementId": "two words" }),
            json!({ "Action": "invoke" }),
            json!({ "Action": "lambda:" }),
            json!({ "Principal": "alexa" }),
            json!({ "Principal": ".amazon.com" }),
            json!({ "EventSourceToken": "a/b" }),
            json!({ "PrincipalOrgID": "o-1" }),
        ] {
            assert!(policy(&statement).is_err(), "{statement}");
        }
    }
}
