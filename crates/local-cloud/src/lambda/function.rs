//! What is stored of a function: its versions, aliases, policies and tags.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use uuid::Uuid;

use super::aliases::Alias;
use super::code::Code;
use super::configuration::Configuration;
use super::error::{function_not_found, not_found};
use super::policy::Policy;
use super::reference::{LATEST, Reference};
use super::runtime::{Host, Pool};
use crate::AwsError;

/// One function of one region.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) latest: Arc<Version>,
    /// Published versions by number.
    pub(super) published: BTreeMap<u64, Arc<Version>>,
    /// The number that the next published version gets; numbers are never used again.
    pub(super) next_number: u64,
    pub(super) aliases: BTreeMap<String, Alias>,
    /// Resource policies by qualifier; `None` is the unqualified function.
    pub(super) policies: BTreeMap<Option<String>, Policy>,
    pub(super) tags: IndexMap<String, String>,
}

/// `$LATEST` as it was at one moment, or a published version.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) blueprint: Arc<Blueprint>,
    pub(super) revision_id: String,
    last_modified: Timestamp,
    pub(super) pool: Pool,
}

/// Everything that is needed to run a version.
#[derive(Debug)]
pub(super) struct Blueprint {
    pub(super) region: String,
    pub(super) function_name: String,
    /// `$LATEST` or a number.
    pub(super) version: String,
    /// The description of what was published as this version, whose own may be another one.
    pub(super) published_from: Option<String>,
    pub(super) configuration: Configuration,
    pub(super) code: Code,
}

impl Version {
    pub(super) fn new(host: &Arc<Host>, blueprint: Blueprint, now: Timestamp) -> Arc<Self> {
        let blueprint = Arc::new(blueprint);
        Arc::new(Self {
            pool: Pool::new(host.clone(), blueprint.clone()),
            blueprint,
            revision_id: new_revision(),
            last_modified: now,
        })
    }

    /// The `FunctionConfiguration` document, under the ARN by which it was asked for.
    pub(super) fn to_json(&self, arn: &str) -> Value {
        let blueprint = &self.blueprint;
        let mut document = json!({
            "FunctionName": blueprint.function_name,
            "FunctionArn": arn,
            "CodeSize": blueprint.code.zip.len(),
            "CodeSha256": blueprint.code.sha256,
            "Version": blueprint.version,
            "LastModified": timestamp(self.last_modified),
            "RevisionId": self.revision_id,
            "State": "Active",
            "LastUpdateStatus": "Successful",
        });
        blueprint.configuration.show(&mut document);
        document
    }
}

impl Function {
    /// A function that has never been published.
    pub(super) fn new(latest: Arc<Version>, tags: IndexMap<String, String>) -> Self {
        Self {
            latest,
            published: BTreeMap::new(),
            next_number: 1,
            aliases: BTreeMap::new(),
            policies: BTreeMap::new(),
            tags,
        }
    }

    /// The version behind a qualifier, following an alias.
    pub(super) fn version(&self, reference: &Reference) -> Result<&Arc<Version>, AwsError> {
        let found = match reference.qualifier.as_deref() {
            None | Some(LATEST) => Some(&self.latest),
            Some(qualifier) => match self.aliases.get(qualifier) {
                Some(alias) => self.numbered(&alias.version),
                None => self.numbered(qualifier),
            },
        };
        found.ok_or_else(|| function_not_found(&reference.to_string()))
    }

    /// A version by its label.
    pub(super) fn numbered(&self, label: &str) -> Option<&Arc<Version>> {
        if label == LATEST {
            return Some(&self.latest);
        }
        self.published.get(&label.parse().ok()?)
    }

    /// Refuses a qualifier that names neither a version nor an alias.
    pub(super) fn check_qualifier(&self, reference: &Reference) -> Result<(), AwsError> {
        let Some(qualifier) = reference.qualifier.as_deref() else {
            return Ok(());
        };
        if self.aliases.contains_key(qualifier) || self.numbered(qualifier).is_some() {
            return Ok(());
        }
        if qualifier.bytes().all(|b| b.is_ascii_digit()) {
            return Err(function_not_found(&reference.to_string()));
        }
        Err(not_found(format!("Cannot find alias arn: {reference}")))
    }

    /// Publishes `$LATEST`, unless the newest version would run exactly the same.
    pub(super) fn publish(
        &mut self,
        host: &Arc<Host>,
        description: Option<String>,
        now: Timestamp,
    ) -> Arc<Version> {
        let latest = &self.latest.blueprint;
        if let Some(newest) = self.published.values().next_back()
            && newest.blueprint.code == latest.code
            && newest.blueprint.published_from.as_ref() == Some(&latest.configuration.description)
            && newest
                .blueprint
                .configuration
                .runs_like(&latest.configuration)
        {
            return newest.clone();
        }
        let mut configuration = latest.configuration.clone();
        if let Some(description) = description {
            configuration.description = description;
        }
        let number = self.next_number;
        let version = Version::new(
            host,
            Blueprint {
                region: latest.region.clone(),
                function_name: latest.function_name.clone(),
                version: number.to_string(),
                published_from: Some(latest.configuration.description.clone()),
                configuration,
                code: latest.code.clone(),
            },
            now,
        );
        self.next_number += 1;
        self.published.insert(number, version.clone());
        version
    }
}

/// What `RevisionId` shows; every write makes a new one.
pub(super) fn new_revision() -> String {
    Uuid::new_v4().to_string()
}

/// `2026-11-20T20:15:00.000+0000`, as Lambda writes times.
fn timestamp(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%dT%H:%M:%S.%3f%z")
        .to_string()
}
