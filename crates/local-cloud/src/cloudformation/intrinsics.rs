//! Evaluating intrinsic functions.

mod decide;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use local_access::ACCOUNT_ID;
use serde_json::{Map, Value, json};

use super::parameters::Parameters;
use super::template::{Reference, Template};
use crate::base::error::AwsError;

/// Why a value could not be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Unresolved {
    /// It depends on a resource that does not exist yet, or is about to change.
    Later(Reference),
    /// It is wrong.
    Wrong(AwsError),
}

impl Unresolved {
    fn wrong(message: impl Into<String>) -> Self {
        Self::Wrong(AwsError::bad_request(
            "ValidationError",
            format!("Template error: {}", message.into()),
        ))
    }
}

impl From<Unresolved> for AwsError {
    fn from(unresolved: Unresolved) -> Self {
        match unresolved {
            Unresolved::Wrong(error) => error,
            Unresolved::Later(reference) => Self::bad_request(
                "ValidationError",
                format!("Template error: {} is not available", reference.name()),
            ),
        }
    }
}

/// What is known of resources.
pub(super) trait Resources {
    /// The physical id or an attribute of a resource.
    fn look_up(&self, reference: &Reference) -> Result<Value, Unresolved>;
}

/// Everything that functions are evaluated against.
pub(super) struct Evaluation<'stack> {
    pub(super) template: &'stack Template,
    pub(super) parameters: &'stack Parameters,
    pub(super) region: &'stack str,
    pub(super) stack_name: &'stack str,
    pub(super) stack_id: &'stack str,
    pub(super) resources: &'stack dyn Resources,
}

/// Knows no resource: for conditions, which may only look at parameters.
pub(super) struct NoResources;

impl Resources for NoResources {
    fn look_up(&self, reference: &Reference) -> Result<Value, Unresolved> {
        Err(Unresolved::wrong(format!(
            "{} cannot be used in a condition",
            reference.name()
        )))
    }
}

impl Evaluation<'_> {
    /// The value with every function replaced by its result; `None` for `AWS::NoValue`.
    pub(super) fn value(&self, value: &Value) -> Result<Option<Value>, Unresolved> {
        match value {
            Value::Array(items) => {
                let items: Result<Vec<Option<Value>>, Unresolved> =
                    items.iter().map(|item| self.value(item)).collect();
                Ok(Some(items?.into_iter().flatten().collect()))
            }
            Value::Object(members) => {
                if let (1, Some((name, argument))) = (members.len(), members.iter().next())
                    && (name == "Ref" || name == "Condition" || name.starts_with("Fn::"))
                {
                    return self.function(name, argument);
                }
                self.members(members)
                    .map(|members| Some(Value::Object(members)))
            }
            scalar => Ok(Some(scalar.clone())),
        }
    }

    /// The members of an object; those without a value disappear.
    pub(super) fn members(
        &self,
        members: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Unresolved> {
        let mut evaluated = Map::new();
        for (name, member) in members {
            if let Some(value) = self.value(member)? {
                evaluated.insert(name.clone(), value);
            }
        }
        Ok(evaluated)
    }

    /// Whether a condition of the template holds.
    pub(super) fn condition(&self, name: &str) -> Result<bool, Unresolved> {
        let Some(condition) = self.template.conditions.get(name) else {
            return Err(Unresolved::wrong(format!("unresolved condition {name}")));
        };
        self.truth(condition)
    }

    /// Whether something with an optional condition is there.
    pub(super) fn holds(&self, condition: Option<&str>) -> Result<bool, Unresolved> {
        condition.map_or(Ok(true), |name| self.condition(name))
    }

    fn truth(&self, condition: &Value) -> Result<bool, Unresolved> {
        match self.value(condition)? {
            Some(Value::Bool(truth)) => Ok(truth),
            _ => Err(Unresolved::wrong(
                "every condition must be Fn::And, Fn::Equals, Fn::Not or Fn::Or",
            )),
        }
    }

    fn function(&self, name: &str, argument: &Value) -> Result<Option<Value>, Unresolved> {
        let arguments = argument.as_array().map_or(&[][..], Vec::as_slice);
        let value = match (name, arguments) {
            ("Ref", _) => return self.reference(argument),
            ("Condition", _) => json!(self.condition(argument.as_str().unwrap_or_default())?),
            ("Fn::GetAtt", [Value::String(resource), Value::String(attribute)]) => {
                self.resources
                    .look_up(&Reference::Attribute(resource.clone(), attribute.clone()))?
            }
            ("Fn::Sub", _) => json!(self.substitute(argument)?),
            ("Fn::Join", [Value::String(delimiter), list]) => {
                json!(self.texts(list)?.join(delimiter))
            }
            ("Fn::Split", [Value::String(delimiter), text]) => {
                self.text(text)?.split(delimiter.as_str()).collect()
            }
            ("Fn::Select", [index, list]) => {
                let index = self.text(index)?.parse::<usize>().ok();
                let list = self.value(list)?.unwrap_or_default();
                match index.and_then(|index| list.get(index)) {
                    Some(item) => item.clone(),
                    None => {
                        return Err(Unresolved::wrong(
                            "Fn::Select cannot select nonexistent value at the given index",
                        ));
                    }
                }
            }
            ("Fn::If", [Value::String(condition), then, otherwise]) => {
                let chosen = if self.condition(condition)? {
                    then
                } else {
                    otherwise
                };
                return self.value(chosen);
            }
            ("Fn::Equals", [left, right]) => json!(self.value(left)? == self.value(right)?),
            ("Fn::Not", [condition]) => json!(!self.truth(condition)?),
            ("Fn::And", [_, _, ..]) => {
                let truths: Result<Vec<bool>, _> =
                    arguments.iter().map(|one| self.truth(one)).collect();
                json!(truths?.into_iter().all(|truth| truth))
            }
            ("Fn::Or", [_, _, ..]) => {
                let truths: Result<Vec<bool>, _> =
                    arguments.iter().map(|one| self.truth(one)).collect();
                json!(truths?.into_iter().any(|truth| truth))
            }
            ("Fn::FindInMap", [map, first, second]) => self.find_in_map(map, first, second)?,
            ("Fn::Base64", _) => json!(STANDARD.encode(self.text(argument)?)),
            _ => {
                return Err(Unresolved::wrong(format!(
                    "{name} with these arguments is not supported by the local stage: {argument}"
                )));
            }
        };
        Ok(Some(value))
    }

    fn reference(&self, target: &Value) -> Result<Option<Value>, Unresolved> {
        let Some(name) = target.as_str() else {
            return Err(Unresolved::wrong("every Ref must name something"));
        };
        if let Some(parameter) = self.parameters.get(name) {
            return Ok(Some(parameter.value()));
        }
        Ok(Some(match name {
            "AWS::NoValue" => return Ok(None),
            "AWS::AccountId" => json!(ACCOUNT_ID),
            "AWS::NotificationARNs" => json!([]),
            "AWS::Partition" => json!("aws"),
            "AWS::Region" => json!(self.region),
            "AWS::StackId" => json!(self.stack_id),
            "AWS::StackName" => json!(self.stack_name),
            "AWS::URLSuffix" => json!("amazonaws.com"),
            pseudo if pseudo.starts_with("AWS::") => {
                return Err(Unresolved::wrong(format!(
                    "unknown pseudo parameter {pseudo}"
                )));
            }
            resource => self
                .resources
                .look_up(&Reference::Name(resource.to_owned()))?,
        }))
    }

    fn substitute(&self, argument: &Value) -> Result<String, Unresolved> {
        let (text, variables) = match argument {
            Value::String(text) => (text.as_str(), BTreeMap::new()),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(text), Value::Object(variables)] => {
                    let variables: Result<BTreeMap<&str, String>, Unresolved> = variables
                        .iter()
                        .map(|(name, value)| Ok((name.as_str(), self.text(value)?)))
                        .collect();
                    (text.as_str(), variables?)
                }
                _ => return Err(sub_error()),
            },
            _ => return Err(sub_error()),
        };
        let mut parts = text.split("${");
        let mut result = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let Some((name, rest)) = part.split_once('}') else {
                return Err(sub_error());
            };
            let name = name.trim();
            if let Some(literal) = name.strip_prefix('!') {
                result.extend(["${", literal, "}"]);
            } else if let Some(value) = variables.get(name) {
                result.push_str(value);
            } else if let Some((resource, attribute)) = name.split_once('.') {
                result.push_str(&self.text(&json!({ "Fn::GetAtt": [resource, attribute] }))?);
            } else {
                result.push_str(&self.text(&json!({ "Ref": name }))?);
            }
            result.push_str(rest);
        }
        Ok(result)
    }

    fn find_in_map(&self, map: &Value, first: &Value, second: &Value) -> Result<Value, Unresolved> {
        let (map, first, second) = (self.text(map)?, self.text(first)?, self.text(second)?);
        let found = &self.template.mappings[&map][&first][&second];
        if found.is_null() {
            return Err(Unresolved::wrong(format!(
                "Unable to get mapping for {map}::{first}::{second}"
            )));
        }
        Ok(found.clone())
    }

    fn text(&self, value: &Value) -> Result<String, Unresolved> {
        match self.value(value)? {
            Some(Value::String(text)) => Ok(text),
            Some(scalar @ (Value::Number(_) | Value::Bool(_))) => Ok(scalar.to_string()),
            other => Err(Unresolved::wrong(format!(
                "{} is not a text",
                other.unwrap_or_default()
            ))),
        }
    }

    fn texts(&self, list: &Value) -> Result<Vec<String>, Unresolved> {
        match self.value(list)? {
            Some(Value::Array(items)) => items.iter().map(|item| self.text(item)).collect(),
            _ => Err(Unresolved::wrong(
                "every Fn::Join object requires a list to join",
            )),
        }
    }
}

fn sub_error() -> Unresolved {
    Unresolved::wrong("every Fn::Sub object must be a text, or a text and variables")
}

#[cfg(test)]
mod tests {
    use super::super::parameters;
    use super::*;

    struct OnePool;

    impl Resources for OnePool {
        fn look_up(&self, reference: &Reference) -> Result<Value, Unresolved> {
            match reference {
                Reference::Name(name) if name == "Pool" => Ok(json!("us-east-1_abc")),
                Reference::Attribute(name, attribute) if name == "Pool" => {
                    Ok(json!(format!("pool-{attribute}")))
                }
                other => Err(Unresolved::Later(other.clone())),
            }
        }
    }

    fn evaluate(value: &Value) -> Result<Option<Value>, Unresolved> {
        let template = Template::parse(
            "Parameters: {Stage: {Type: String}, Uris: {Type: CommaDelimitedList}}\n\
             Conditions:\n  Prod: !Equals [!Ref Stage, prod]\n  NotProd: !Not [!Condition Prod]\n\
             \x20 Never: !And [!Condition Prod, !Condition NotProd]\n\
             Mappings: {Sizes: {dev: {memory: 256}}}\n\
             Resources: {Pool: {Type: 'AWS::Cognito::UserPool'}}\n",
        )
        .unwrap();
        let given = [
            json!({ "ParameterKey": "Stage", "ParameterValue": "dev" }),
            json!({ "ParameterKey": "Uris", "ParameterValue": "a,b" }),
        ];
        let parameters = parameters::values(&template, &given, None).unwrap();
        let evaluation = Evaluation {
            template: &template,
            parameters: &parameters,
            region: "eu-west-1",
            stack_name: "guide-dev",
            stack_id: "arn",
            resources: &OnePool,
        };
        evaluation.value(value)
    }

    #[test]
    fn functions_give_their_results() {
        for (value, result) in [
            (json!({ "Ref": "Uris" }), json!(["a", "b"])),
            (
                json!({ "Fn::Sub": "${AWS::Region}/${Stage}/${Pool}/${Pool.Arn}/${!Stage}" }),
                json!("eu-west-1/dev/us-east-1_abc/pool-Arn/${Stage}"),
            ),
            (
                json!({ "Fn::Sub": ["${a}-${Stage}", { "a": { "Ref": "AWS::AccountId" } }] }),
                json!("000000000000-dev"),
            ),
            (
                json!({ "Fn::Join": ["-", ["a", { "Ref": "Stage" }, 1]] }),
                json!("a-dev-1"),
            ),
            (
                json!({ "Fn::Select": ["1", { "Fn::Split": [".", "x.y.z"] }] }),
                json!("y"),
            ),
            (json!({ "Fn::If": ["Prod", "ON", "OFF"] }), json!("OFF")),
            (json!({ "Fn::If": ["Never", 1, 2] }), json!(2)),
            (
                json!({ "Fn::FindInMap": ["Sizes", { "Ref": "Stage" }, "memory"] }),
                json!(256),
            ),
        ] {
            assert_eq!(evaluate(&value), Ok(Some(result)), "{value}");
        }
    }

    #[test]
    fn no_value_removes_a_member() {
        assert_eq!(
            evaluate(&json!({ "a": { "Fn::If": ["Prod", 1, { "Ref": "AWS::NoValue" }] }, "b": 2 })),
            Ok(Some(json!({ "b": 2 })))
        );
        assert_eq!(
            evaluate(&json!([1, { "Ref": "AWS::NoValue" }])),
            Ok(Some(json!([1])))
        );
    }

    #[test]
    fn what_is_not_there_yet_is_known_to_come_later() {
        assert_eq!(
            evaluate(&json!({ "Fn::Sub": "x-${Client}" })),
            Err(Unresolved::Later(Reference::Name("Client".into())))
        );
    }

    #[test]
    fn unknown_functions_are_refused_by_name() {
        let refused = evaluate(&json!({ "Fn::ImportValue": "x" })).unwrap_err();
        assert!(AwsError::from(refused).message.contains("Fn::ImportValue"));
    }
}
