//! What is really there: a resource's properties as its service answers with them.

use serde_json::{Map, Value, json};

use super::{Handler, HandlerError, Properties, object, record, resource_server, text};

/// Properties that can be written and never read back, or that are not configuration.
const UNREADABLE: &[&str] = &["Code", "GenerateSecret", "Schema", "Tags", "UserPoolTags"];

/// What came of reading a resource.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Actual {
    /// Drift detection does not know the type.
    Unsupported,
    /// There is no such resource any more.
    Gone,
    /// What of its declared properties is there.
    Properties(Properties),
}

impl Handler<'_> {
    /// Reads the properties that a template has declared.
    pub(in super::super) async fn read(
        &self,
        physical: &str,
        declared: &Properties,
    ) -> Result<Actual, HandlerError> {
        let answer = match self.resource_type.as_str() {
            "AWS::Cognito::UserPool" => self.read_pool(physical, declared).await,
            "AWS::Cognito::UserPoolClient" => {
                let pool = text(declared, "UserPoolId");
                let input = json!({ "UserPoolId": pool, "ClientId": physical });
                self.ask_cognito("DescribeUserPoolClient", "UserPoolClient", input)
                    .await
            }
            "AWS::Cognito::UserPoolDomain" => {
                let input = json!({ "Domain": physical });
                self.ask_cognito("DescribeUserPoolDomain", "DomainDescription", input)
                    .await
            }
            "AWS::Cognito::UserPoolResourceServer" => {
                let input = resource_server::which(physical).into();
                self.ask_cognito("DescribeResourceServer", "ResourceServer", input)
                    .await
            }
            "AWS::Lambda::Function" => {
                let input = object(json!({ "FunctionName": physical }));
                self.lambda("GetFunctionConfiguration", self.input(&input))
                    .await
            }
            "AWS::Lambda::Alias" => {
                let input = object(json!({
                    "FunctionName": text(declared, "FunctionName"),
                    "Name": text(declared, "Name"),
                }));
                self.lambda("GetAlias", self.input(&input)).await
            }
            "AWS::Route53::RecordSet" => record::read(self, declared),
            _ => return Ok(Actual::Unsupported),
        };
        let answer = match answer {
            Ok(Value::Object(answer)) if !answer.is_empty() => answer,
            Ok(_) => return Ok(Actual::Gone),
            Err(error) if error.is_not_found() => return Ok(Actual::Gone),
            Err(error) => return Err(error),
        };
        Ok(Actual::Properties(actual(declared, &answer)))
    }

    async fn ask_cognito(
        &self,
        operation: &str,
        member: &str,
        input: Value,
    ) -> Result<Value, HandlerError> {
        let mut answer = self.cognito(operation, self.input(&object(input))).await?;
        Ok(answer[member].take())
    }

    async fn read_pool(&self, id: &str, declared: &Properties) -> Result<Value, HandlerError> {
        let input = json!({ "UserPoolId": id });
        let mut pool = self
            .ask_cognito("DescribeUserPool", "UserPool", input.clone())
            .await?;
        pool["UserPoolName"] = pool["Name"].take();
        if declared.contains_key("EnabledMfas") {
            let input = self.input(&object(input));
            let mfa = self.cognito("GetUserPoolMfaConfig", input).await?;
            let enabled = [
                ("SMS_MFA", mfa["SmsMfaConfiguration"].is_object()),
                (
                    "SOFTWARE_TOKEN_MFA",
                    mfa["SoftwareTokenMfaConfiguration"]["Enabled"] == true,
                ),
                ("EMAIL_OTP", mfa["EmailMfaConfiguration"].is_object()),
            ];
            pool["EnabledMfas"] = enabled
                .into_iter()
                .filter(|(_, on)| *on)
                .map(|(name, _)| json!(name))
                .collect();
        }
        Ok(pool)
    }
}

/// The declared properties with their actual values. What the service fills in is left out, and
/// what cannot be read counts as it was declared.
fn actual(declared: &Properties, answer: &Map<String, Value>) -> Properties {
    let mut actual = Properties::new();
    for (name, value) in declared {
        match answer.get(name) {
            _ if UNREADABLE.contains(&name.as_str()) => {
                actual.insert(name.clone(), value.clone());
            }
            Some(Value::Null) | None if is_nothing(value) || !may_be_shown(name) => {
                actual.insert(name.clone(), value.clone());
            }
            Some(Value::Null) | None => {}
            Some(found) => {
                actual.insert(name.clone(), as_declared(value, found));
            }
        }
    }
    actual
}

/// Whether a description would have the property if it were set.
fn may_be_shown(name: &str) -> bool {
    // Names of other resources, which no description repeats.
    !matches!(name, "FunctionName" | "UserPoolId")
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Bool(on) => !on,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// The actual value in the form of the declared one, so that both are equal if they mean the same.
fn as_declared(declared: &Value, found: &Value) -> Value {
    match (declared, found) {
        (Value::Object(members), Value::Object(found)) => members
            .iter()
            .filter_map(|(name, member)| match found.get(name) {
                Some(found) => Some((name.clone(), as_declared(member, found))),
                None if is_nothing(member) => Some((name.clone(), member.clone())),
                None => None,
            })
            .collect::<Map<_, _>>()
            .into(),
        (Value::Array(items), Value::Array(others)) if same_members(items, others) => {
            declared.clone()
        }
        _ => found.clone(),
    }
}

fn same_members(items: &[Value], others: &[Value]) -> bool {
    items.len() == others.len()
        && items
            .iter()
            .all(|item| others.iter().any(|other| as_declared(item, other) == *item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_or_reordered_is_as_declared_and_what_is_changed_is_not() {
        let declared = object(json!({
            "Policies": { "PasswordPolicy": { "MinimumLength": 8 } },
            "Flows": ["a", "b"],
            "Code": { "S3Key": "x" },
            "AllowAdminCreateUserOnly": false,
        }));
        let found = |value: Value| actual(&declared, &object(value));
        let filled = json!({
            "Policies": { "PasswordPolicy": { "MinimumLength": 8, "RequireNumbers": true } },
            "Flows": ["b", "a"],
            "CodeSha256": "abc",
        });
        assert_eq!(found(filled), declared);
        let changed = found(json!({
            "Policies": { "PasswordPolicy": { "MinimumLength": 6 } },
            "Flows": ["a", "c"],
        }));
        assert_eq!(
            changed["Policies"]["PasswordPolicy"]["MinimumLength"],
            json!(6)
        );
        assert_eq!(changed["Flows"], json!(["a", "c"]));
    }
}
