//! The resource types of our stacks: how each is made, changed and deleted in its service.
//!
//! Every handler calls the service's own API, so that what the API refuses is refused here.

mod alias;
mod branding;
mod client;
mod domain;
mod error;
mod function;
mod log_group;
mod managed_policy;
mod permission;
mod pool;
mod provider;
mod read;
mod record;
mod resource_server;
mod role;
#[cfg(feature = "dynamodb")]
mod table;
mod version;

use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(super) use self::error::HandlerError;
pub(super) use self::read::Actual;
use super::{Failures, Services};
use crate::aws::Shared;
use crate::aws::schemas::Schema;
#[cfg(feature = "dynamodb")]
use crate::base::error::AwsError;

/// What a service said of a resource it has made or changed.
#[derive(Debug, Clone)]
pub(super) struct Made {
    /// What `Ref` gives.
    pub(super) physical: String,
    /// What `Fn::GetAtt` gives.
    pub(super) attributes: Map<String, Value>,
}

impl Made {
    fn new(physical: impl Into<String>, attributes: Value) -> Self {
        let attributes = match attributes {
            Value::Object(attributes) => attributes,
            _ => Map::new(),
        };
        Self {
            physical: physical.into(),
            attributes,
        }
    }
}

/// Works on one resource of one stack.
pub(super) struct Handler<'stack> {
    pub(super) services: &'stack Services,
    pub(super) failures: &'stack Failures,
    pub(super) shared: &'stack Shared,
    pub(super) region: &'stack str,
    pub(super) stack_id: &'stack str,
    pub(super) logical: String,
    pub(super) resource_type: String,
}

type Properties = Map<String, Value>;

impl Handler<'_> {
    pub(super) async fn create(&self, wanted: &Properties) -> Result<Made, HandlerError> {
        self.strike("CREATE")?;
        match self.resource_type.as_str() {
            "AWS::Cognito::ManagedLoginBranding" => branding::create(self, wanted).await,
            "AWS::Cognito::UserPool" => pool::create(self, wanted).await,
            "AWS::Cognito::UserPoolClient" => client::create(self, wanted).await,
            "AWS::Cognito::UserPoolDomain" => domain::create(self, wanted).await,
            #[cfg(feature = "dynamodb")]
            "AWS::DynamoDB::Table" => table::create(self, wanted),
            "AWS::Cognito::UserPoolResourceServer" => resource_server::create(self, wanted).await,
            "AWS::IAM::ManagedPolicy" => managed_policy::create(self, wanted),
            "AWS::IAM::OIDCProvider" => provider::create(self, wanted),
            "AWS::IAM::Role" => role::create(self, wanted),
            "AWS::Lambda::Alias" => alias::create(self, wanted).await,
            "AWS::Lambda::Function" => function::create(self, wanted).await,
            "AWS::Lambda::Permission" => permission::create(self, wanted).await,
            "AWS::Lambda::Version" => version::create(self, wanted).await,
            "AWS::Logs::LogGroup" => log_group::create(self, wanted).await,
            "AWS::Route53::RecordSet" => record::create(self, wanted),
            other => Err(HandlerError::unsupported(other)),
        }
    }

    pub(super) async fn update(
        &self,
        physical: &str,
        before: &Properties,
        wanted: &Properties,
    ) -> Result<Made, HandlerError> {
        self.strike("UPDATE")?;
        match self.resource_type.as_str() {
            "AWS::Cognito::ManagedLoginBranding" => branding::update(self, physical, wanted).await,
            "AWS::Cognito::UserPool" => pool::update(self, physical, before, wanted).await,
            "AWS::Cognito::UserPoolClient" => client::update(self, physical, wanted).await,
            "AWS::Cognito::UserPoolDomain" => domain::update(self, physical, wanted).await,
            #[cfg(feature = "dynamodb")]
            "AWS::DynamoDB::Table" => table::update(self, physical, before, wanted),
            "AWS::Cognito::UserPoolResourceServer" => {
                resource_server::update(self, physical, wanted).await
            }
            "AWS::IAM::ManagedPolicy" => managed_policy::update(self, physical, wanted),
            "AWS::IAM::OIDCProvider" => provider::update(self, physical, before, wanted),
            "AWS::IAM::Role" => role::update(self, physical, before, wanted),
            "AWS::Lambda::Alias" => alias::update(self, wanted).await,
            "AWS::Lambda::Function" => function::update(self, physical, before, wanted).await,
            "AWS::Lambda::Version" => version::update(self, physical, wanted),
            "AWS::Logs::LogGroup" => log_group::update(self, physical, before, wanted).await,
            "AWS::Route53::RecordSet" => record::update(self, before, wanted),
            // Every property of a permission is create-only.
            other => Err(HandlerError::unsupported(other)),
        }
    }

    /// What the service says of a resource that exists.
    pub(super) async fn take_up(
        &self,
        physical: &str,
        declared: &Properties,
    ) -> Result<Made, HandlerError> {
        self.strike("IMPORT")?;
        match self.resource_type.as_str() {
            "AWS::Cognito::ManagedLoginBranding" => branding::take_up(self, physical).await,
            "AWS::Cognito::UserPool" => pool::take_up(self, physical).await,
            "AWS::Cognito::UserPoolClient" => client::take_up(self, physical, declared).await,
            "AWS::Cognito::UserPoolDomain" => domain::take_up(self, physical).await,
            "AWS::Cognito::UserPoolResourceServer" => {
                resource_server::take_up(self, physical).await
            }
            "AWS::IAM::Role" => role::take_up(self, physical),
            other => Err(HandlerError::unsupported(other)),
        }
    }

    /// Deletes the resource; one that is gone already counts as deleted.
    pub(super) async fn delete(
        &self,
        physical: &str,
        properties: &Properties,
    ) -> Result<(), HandlerError> {
        self.strike("DELETE")?;
        let deleted = match self.resource_type.as_str() {
            "AWS::Cognito::ManagedLoginBranding" => branding::delete(self, physical).await,
            "AWS::Cognito::UserPool" => pool::delete(self, physical).await,
            "AWS::Cognito::UserPoolClient" => client::delete(self, physical, properties).await,
            "AWS::Cognito::UserPoolDomain" => domain::delete(self, physical, properties).await,
            #[cfg(feature = "dynamodb")]
            "AWS::DynamoDB::Table" => table::delete(self, physical),
            "AWS::Cognito::UserPoolResourceServer" => resource_server::delete(self, physical).await,
            "AWS::IAM::ManagedPolicy" => managed_policy::delete(self, physical),
            "AWS::IAM::OIDCProvider" => provider::delete(self, physical),
            "AWS::IAM::Role" => role::delete(self, physical),
            "AWS::Lambda::Alias" => alias::delete(self, properties).await,
            "AWS::Lambda::Function" => function::delete(self, physical).await,
            "AWS::Lambda::Permission" => permission::delete(self, physical, properties).await,
            "AWS::Lambda::Version" => version::delete(self, physical).await,
            "AWS::Logs::LogGroup" => log_group::delete(self, physical).await,
            "AWS::Route53::RecordSet" => record::delete(self, properties),
            other => Err(HandlerError::unsupported(other)),
        };
        match deleted {
            Err(error) if error.is_not_found() => Ok(()),
            other => other,
        }
    }

    /// Fails where somebody has asked for it.
    fn strike(&self, action: &str) -> Result<(), HandlerError> {
        match self.failures.strike(&self.logical, action) {
            Some(reason) => Err(HandlerError::new(
                "CloudFormation",
                "GeneralServiceException",
                reason,
            )),
            None => Ok(()),
        }
    }

    /// The properties with the stack's tags, and CloudFormation's own, added to the resource's.
    pub(super) fn tagged(
        &self,
        properties: &Properties,
        stack_tags: &[(String, String)],
    ) -> Properties {
        let mut tagged = properties.clone();
        let schema = Schema::of(&self.resource_type);
        let Some(name) = schema.and_then(Schema::tag_property) else {
            return tagged;
        };
        let mut tags: Map<String, Value> = Map::new();
        for (key, value) in stack_tags {
            tags.insert(key.clone(), json!(value));
        }
        tags.extend(tag_map(tagged.get(name)));
        if schema.is_some_and(Schema::has_system_tags) {
            let own = [
                ("stack-id", self.stack_id),
                ("stack-name", self.stack_name()),
                ("logical-id", &self.logical),
            ];
            for (key, value) in own {
                tags.insert(format!("aws:cloudformation:{key}"), json!(value));
            }
        }
        // The pool's tags are a map, everybody else's are a list.
        let value = if name == "UserPoolTags" {
            Value::Object(tags)
        } else {
            tags.into_iter()
                .map(|(key, value)| json!({ "Key": key, "Value": value }))
                .collect()
        };
        tagged.insert(name.to_owned(), value);
        tagged
    }

    fn stack_name(&self) -> &str {
        self.stack_id.split('/').nth(1).unwrap_or_default()
    }

    /// A name for a resource whose template gives none, at most `longest` characters.
    fn generated_name(&self, longest: usize) -> String {
        let random = Uuid::new_v4().simple().to_string();
        let suffix: String = random.chars().take(12).collect::<String>().to_uppercase();
        let mut prefix = format!("{}-{}", self.stack_name(), self.logical);
        prefix.truncate(longest - suffix.len() - 1);
        format!("{prefix}-{suffix}")
    }

    /// The properties as an API input.
    fn input(&self, properties: &Properties) -> Properties {
        let mut input = properties.clone();
        input.insert("Region".to_owned(), json!(self.region));
        input
    }

    async fn cognito(&self, operation: &str, input: Properties) -> Result<Value, HandlerError> {
        let answer = self.services.cognito.call(operation, Value::Object(input));
        answer
            .await
            .map_err(|error| HandlerError::from_service("CognitoIdentityProvider", error))
    }

    async fn lambda(&self, operation: &str, input: Properties) -> Result<Value, HandlerError> {
        let answer = self.services.lambda.call(operation, Value::Object(input));
        answer
            .await
            .map_err(|error| HandlerError::from_service("Lambda", error))
    }

    async fn logs(&self, operation: &str, input: Properties) -> Result<Value, HandlerError> {
        let answer = self.services.logs.call(operation, Value::Object(input));
        answer
            .await
            .map_err(|error| HandlerError::from_service("CloudWatchLogs", error))
    }

    #[cfg(feature = "dynamodb")]
    fn dynamodb(&self, operation: &str, input: &Properties) -> Result<Value, HandlerError> {
        let body = Value::Object(input.clone()).to_string();
        let (status, document) = self.services.dynamodb.call(self.region, operation, &body);
        if status == 200 {
            return Ok(document);
        }
        let code = document["__type"].as_str().unwrap_or_default();
        let message = document["message"].as_str().unwrap_or_default();
        let code = code.rsplit('#').next().unwrap_or(code);
        let error = AwsError::new(status, code, message);
        Err(HandlerError::from_service("DynamoDb", error))
    }

    fn iam(&self, operation: &str, input: &Value) -> Result<Value, HandlerError> {
        self.services
            .iam
            .call(operation, input)
            .map_err(|error| HandlerError::from_service("Iam", error))
    }
}

/// Whether the change can only be made by making another resource.
pub(super) fn needs_replacement(
    resource_type: &str,
    before: &Properties,
    wanted: &Properties,
) -> bool {
    let Some(schema) = Schema::of(resource_type) else {
        return false;
    };
    before
        .keys()
        .chain(wanted.keys())
        .any(|name| schema.can_replace(name) && before.get(name) != wanted.get(name))
}

/// Tags as a map, whichever form they are in.
fn tag_map(tags: Option<&Value>) -> Map<String, Value> {
    match tags {
        Some(Value::Object(tags)) => tags.clone(),
        Some(Value::Array(tags)) => tags
            .iter()
            .filter_map(|tag| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].clone())))
            .collect(),
        _ => Map::new(),
    }
}

/// An object literal as properties.
fn object(value: Value) -> Properties {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// A property as text; the schema has made sure that required ones are there.
fn text<'properties>(properties: &'properties Properties, name: &str) -> &'properties str {
    properties
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The tags that are new or different, and the keys that are gone.
fn tag_changes(before: &Properties, wanted: &Properties) -> (Map<String, Value>, Vec<String>) {
    let (before, wanted) = (tag_map(before.get("Tags")), tag_map(wanted.get("Tags")));
    let gone = before
        .keys()
        .filter(|key| !wanted.contains_key(*key))
        .cloned()
        .collect();
    let added = wanted
        .into_iter()
        .filter(|(key, value)| before.get(key) != Some(value))
        .collect();
    (added, gone)
}
