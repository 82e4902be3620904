//! Creating, reading, changing and deleting functions.

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Lambda;
use super::code::Source;
use super::error::{
    check_revision, conflict, constraint, function_not_found, invalid_parameter, parse,
};
use super::function::{Blueprint, Function, Version};
use super::reference::{LATEST, Reference};
use super::settings::{Settings, architecture};
use super::unfinished::{State, Unfinished};
use crate::base::error::AwsError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Named {
    region: String,
    function_name: String,
    qualifier: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    region: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UpdateCode {
    region: String,
    function_name: String,
    zip_file: Option<String>,
    s3_bucket: Option<String>,
    s3_key: Option<String>,
    s3_object_version: Option<String>,
    architectures: Option<Vec<String>>,
    #[serde(default)]
    publish: bool,
    #[serde(default)]
    dry_run: bool,
    revision_id: Option<String>,
}

impl Lambda {
    pub(super) fn create_function(&self, mut input: Value) -> Result<Value, AwsError> {
        let source: Source = take(&mut input, "Code")?
            .ok_or_else(|| constraint("null", "code", "Member must not be null"))?;
        let publish: bool = take(&mut input, "Publish")?.unwrap_or_default();
        let tags: IndexMap<String, String> = take(&mut input, "Tags")?.unwrap_or_default();
        let package: Option<String> = take(&mut input, "PackageType")?;
        if package.is_some_and(|package| package != "Zip") {
            return Err(invalid_parameter(
                "PackageType Image is not supported by the local stage: it runs zip packages.",
            ));
        }
        let settings: Settings = parse(input)?;
        let reference = Reference::parse(&settings.region, &settings.function_name, None)?;
        if reference.qualifier.is_some() || reference.name.len() > 64 {
            return Err(constraint(
                &settings.function_name,
                "functionName",
                "Member must be a name of at most 64 characters without a qualifier",
            ));
        }
        let configuration = settings.create(&reference.name)?;
        let code = source.read(&self.inner.s3, &reference.region)?;
        let latest = Version::new(
            &self.inner.host,
            Blueprint {
                region: reference.region.clone(),
                function_name: reference.name.clone(),
                version: LATEST.to_owned(),
                published_from: None,
                configuration,
                code,
            },
            self.now(),
        );
        let arn = reference.function_arn();
        let mut functions = self.lock();
        if functions.contains_key(&key(&reference)) {
            return Err(conflict(format!(
                "Function already exist: {}",
                reference.name
            )));
        }
        let unfinished = Unfinished::start(self.inner.shared.pace, None);
        let mut function = Function::new(latest, unfinished, tags);
        // The ARN stays the function's, also beside the version's number.
        let shown = if publish {
            function.publish_with(&self.inner.host, self.now())
        } else {
            function.latest.clone()
        };
        let shown = shown.to_json(&arn, State::Pending);
        functions.insert(key(&reference), function);
        Ok(shown)
    }

    pub(super) fn get_function(&self, input: Value) -> Result<Value, AwsError> {
        let reference = named(input)?;
        self.change(&reference, |function| {
            let version = function.version(&reference)?.clone();
            let mut shown = json!({
                "Configuration": function.show(&version, &reference.to_string()),
                "Code": { "RepositoryType": "S3" },
            });
            if !function.tags.is_empty() {
                shown["Tags"] = json!(function.tags);
            }
            Ok(shown)
        })
    }

    pub(super) fn get_function_configuration(&self, input: Value) -> Result<Value, AwsError> {
        let reference = named(input)?;
        self.change(&reference, |function| {
            let version = function.version(&reference)?.clone();
            Ok(function.show(&version, &reference.to_string()))
        })
    }

    pub(super) fn list_functions(&self, input: Value) -> Result<Value, AwsError> {
        let input: List = parse(input)?;
        let mut functions = self.lock();
        let mut shown = Vec::new();
        for ((region, name), function) in functions.iter_mut() {
            if *region == input.region {
                let arn = super::reference::function_arn(region, name);
                function.finish();
                shown.push(
                    function
                        .latest
                        .listed(&arn, function.state(&function.latest)),
                );
            }
        }
        Ok(json!({ "Functions": shown }))
    }

    pub(super) fn update_function_code(&self, input: Value) -> Result<Value, AwsError> {
        let input: UpdateCode = parse(input)?;
        let reference = unqualified(&input.region, &input.function_name)?;
        let source = Source::new(
            input.zip_file,
            input.s3_bucket,
            input.s3_key,
            input.s3_object_version,
        );
        // The function comes first: Lambda looks for it before it looks at the code.
        self.read(&reference, |_| Ok(()))?;
        let code = source.read(&self.inner.s3, &reference.region)?;
        let now = self.now();
        self.change(&reference, |function| {
            let arn = reference.function_arn();
            function.check_ready(&arn)?;
            check_revision(input.revision_id.as_deref(), function.revision_id())?;
            let latest = &function.latest.blueprint;
            let mut configuration = latest.configuration.clone();
            if let Some(architectures) = &input.architectures {
                configuration.architecture = architecture(architectures)?;
            }
            let updated = Version::new(&self.inner.host, latest.with(configuration, code), now);
            if input.dry_run {
                return Ok(updated.to_json(&arn, State::Ready));
            }
            function.update(updated, self.inner.shared.pace);
            if input.publish {
                let version = function.publish_with(&self.inner.host, now);
                let arn = format!("{arn}:{}", version.blueprint.version);
                return Ok(version.to_json(&arn, function.state(&version)));
            }
            Ok(function.latest.to_json(&arn, State::Updating))
        })
    }

    pub(super) fn update_function_configuration(&self, input: Value) -> Result<Value, AwsError> {
        if input.get("Architectures").is_some() {
            return Err(invalid_parameter(
                "Architectures belongs to UpdateFunctionCode, not to UpdateFunctionConfiguration.",
            ));
        }
        let settings: Settings = parse(input)?;
        let reference = unqualified(&settings.region, &settings.function_name)?;
        let now = self.now();
        self.change(&reference, |function| {
            let arn = reference.function_arn();
            function.check_ready(&arn)?;
            check_revision(settings.revision_id(), function.revision_id())?;
            let latest = &function.latest.blueprint;
            let configuration = settings.apply(latest.configuration.clone())?;
            let code = latest.code.clone();
            let updated = Version::new(&self.inner.host, latest.with(configuration, code), now);
            function.update(updated, self.inner.shared.pace);
            Ok(function.latest.to_json(&arn, State::Updating))
        })
    }

    /// Deletes the function with all that belongs to it, or one published version. Deleting a
    /// version that is not there succeeds, as it does at Lambda.
    pub(super) fn delete_function(&self, input: Value) -> Result<Value, AwsError> {
        let reference = named(input)?;
        let Some(qualifier) = reference.qualifier.as_deref() else {
            let removed = self.lock().remove(&key(&reference));
            return match removed {
                Some(_) => Ok(json!({})),
                None => Err(function_not_found(&reference.to_string())),
            };
        };
        self.change(&reference, |function| {
            if qualifier == LATEST {
                return Err(invalid_parameter(
                    "$LATEST version cannot be deleted without deleting the function.",
                ));
            }
            let Ok(number) = qualifier.parse::<u64>() else {
                return Err(invalid_parameter(
                    "Aliases cannot be deleted with DeleteFunction: use DeleteAlias.",
                ));
            };
            let holders: Vec<&str> = function
                .aliases
                .iter()
                .filter(|(_, alias)| alias.version == qualifier)
                .map(|(name, _)| name.as_str())
                .collect();
            if !holders.is_empty() {
                return Err(conflict(format!(
                    "Unable to delete version because the following aliases reference it: [{}]",
                    holders.join(", ")
                )));
            }
            function.published.remove(&number);
            function.policies.remove(&reference.qualifier);
            Ok(json!({}))
        })
    }
}

impl Blueprint {
    /// The next `$LATEST`.
    fn with(
        &self,
        configuration: super::configuration::Configuration,
        code: super::code::Code,
    ) -> Self {
        Self {
            region: self.region.clone(),
            function_name: self.function_name.clone(),
            version: self.version.clone(),
            published_from: None,
            configuration,
            code,
        }
    }
}

fn named(input: Value) -> Result<Reference, AwsError> {
    let input: Named = parse(input)?;
    Reference::parse(
        &input.region,
        &input.function_name,
        input.qualifier.as_deref(),
    )
}

/// Only `$LATEST` can be changed.
fn unqualified(region: &str, function_name: &str) -> Result<Reference, AwsError> {
    let reference = Reference::parse(region, function_name, None)?;
    match reference.qualifier.as_deref() {
        None | Some(LATEST) => Ok(Reference {
            qualifier: None,
            ..reference
        }),
        Some(_) => Err(invalid_parameter(
            "Versions and aliases cannot be changed: name the function without a qualifier.",
        )),
    }
}

fn key(reference: &Reference) -> (String, String) {
    (reference.region.clone(), reference.name.clone())
}

/// Takes one member out of the input.
fn take<T: DeserializeOwned>(input: &mut Value, member: &str) -> Result<Option<T>, AwsError> {
    match input
        .as_object_mut()
        .and_then(|input| input.shift_remove(member))
    {
        Some(value) => parse(value).map(Some),
        None => Ok(None),
    }
}
