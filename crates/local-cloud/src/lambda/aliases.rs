//! Aliases: names that point at versions.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Lambda;
use super::error::{
    check_revision, conflict, constraint, function_not_found, invalid_parameter, not_found, parse,
};
use super::function::{Function, new_revision};
use super::reference::{Reference, is_word};
use super::settings::within_length;
use crate::base::error::AwsError;

/// Where an alias points.
#[derive(Debug)]
pub(super) struct Alias {
    /// `$LATEST` or a number.
    pub(super) version: String,
    description: String,
    revision_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Create {
    region: String,
    function_name: String,
    name: String,
    function_version: String,
    #[serde(default)]
    description: String,
    routing_config: Option<RoutingConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Update {
    region: String,
    function_name: String,
    name: String,
    function_version: Option<String>,
    description: Option<String>,
    revision_id: Option<String>,
    routing_config: Option<RoutingConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RoutingConfig {
    #[serde(default)]
    additional_version_weights: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Named {
    region: String,
    function_name: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    region: String,
    function_name: String,
    function_version: Option<String>,
}

impl Lambda {
    pub(super) fn create_alias(&self, input: Value) -> Result<Value, AwsError> {
        let input: Create = parse(input)?;
        unweighted(input.routing_config)?;
        let name = alias_name(input.name)?;
        let description = within_length(input.description, "description", 256)?;
        let reference = qualified(&input.region, &input.function_name, &name)?;
        self.change(&reference, |function| {
            check_target(function, &reference, &input.function_version)?;
            if function.aliases.contains_key(&name) {
                return Err(conflict(format!("Alias already exists: {reference}")));
            }
            let alias = Alias {
                version: input.function_version,
                description,
                revision_id: new_revision(),
            };
            let shown = alias.to_json(&name, &reference);
            function.aliases.insert(name, alias);
            Ok(shown)
        })
    }

    pub(super) fn update_alias(&self, input: Value) -> Result<Value, AwsError> {
        let input: Update = parse(input)?;
        unweighted(input.routing_config)?;
        let reference = qualified(&input.region, &input.function_name, &input.name)?;
        self.change(&reference, |function| {
            if let Some(version) = &input.function_version {
                check_target(function, &reference, version)?;
            }
            let alias = function
                .aliases
                .get_mut(&input.name)
                .ok_or_else(|| not_found(format!("Alias not found: {reference}")))?;
            check_revision(input.revision_id.as_deref(), &alias.revision_id)?;
            if let Some(description) = input.description {
                alias.description = within_length(description, "description", 256)?;
            }
            if let Some(version) = input.function_version {
                alias.version = version;
            }
            alias.revision_id = new_revision();
            Ok(alias.to_json(&input.name, &reference))
        })
    }

    pub(super) fn get_alias(&self, input: Value) -> Result<Value, AwsError> {
        let input: Named = parse(input)?;
        let reference = qualified(&input.region, &input.function_name, &input.name)?;
        self.read(&reference, |function| {
            let alias = function.aliases.get(&input.name);
            let alias = alias.ok_or_else(|| no_alias(&reference))?;
            Ok(alias.to_json(&input.name, &reference))
        })
    }

    pub(super) fn list_aliases(&self, input: Value) -> Result<Value, AwsError> {
        let input: List = parse(input)?;
        let function = Reference::parse(&input.region, &input.function_name, None)?;
        self.read(&function, |stored| {
            let mut shown = Vec::new();
            for (name, alias) in &stored.aliases {
                let wanted = input.function_version.as_deref();
                if wanted.is_none_or(|version| version == alias.version) {
                    let reference = qualified(&input.region, &input.function_name, name)?;
                    shown.push(alias.to_json(name, &reference));
                }
            }
            Ok(json!({ "Aliases": shown }))
        })
    }

    /// Deleting an alias that does not exist succeeds, as it does at Lambda. Its policy goes
    /// with it.
    pub(super) fn delete_alias(&self, input: Value) -> Result<Value, AwsError> {
        let input: Named = parse(input)?;
        let reference = qualified(&input.region, &input.function_name, &input.name)?;
        self.change(&reference, |function| {
            function.aliases.remove(&input.name);
            function.policies.remove(&Some(input.name));
            Ok(json!({}))
        })
    }
}

impl Alias {
    fn to_json(&self, name: &str, reference: &Reference) -> Value {
        json!({
            "AliasArn": reference.to_string(),
            "Name": name,
            "FunctionVersion": self.version,
            "Description": self.description,
            "RevisionId": self.revision_id,
        })
    }
}

fn qualified(region: &str, function_name: &str, alias: &str) -> Result<Reference, AwsError> {
    Reference::parse(region, function_name, Some(alias))
}

fn alias_name(name: String) -> Result<String, AwsError> {
    if is_word(&name) && name.len() <= 128 && !name.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(name);
    }
    Err(constraint(
        &name,
        "name",
        "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
    ))
}

fn check_target(function: &Function, alias: &Reference, version: &str) -> Result<(), AwsError> {
    match function.numbered(version) {
        Some(_) => Ok(()),
        None => Err(function_not_found(&format!(
            "{}:{version}",
            alias.function_arn()
        ))),
    }
}

fn unweighted(routing: Option<RoutingConfig>) -> Result<(), AwsError> {
    match routing {
        Some(routing) if !routing.additional_version_weights.is_empty() => Err(invalid_parameter(
            "AdditionalVersionWeights are not supported by the local stage: an alias points at \
             one version.",
        )),
        _ => Ok(()),
    }
}

fn no_alias(reference: &Reference) -> AwsError {
    not_found(format!("Cannot find alias arn: {reference}"))
}
