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
use super::error::{conflict, function_not_found, not_found};
use super::policy::Policy;
use super::reference::{LATEST, Reference};
use super::runtime::{Host, Pool};
use super::unfinished::{State, Unfinished};
use crate::base::error::AwsError;
use crate::base::pace::Pace;

/// One function of one region.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) latest: Arc<Version>,
    /// The creation or update of `latest`, until Lambda has finished it.
    pub(super) unfinished: Option<Unfinished>,
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
    /// Before and after the version is ready.
    revision_ids: [String; 2],
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
            revision_ids: [new_revision(), new_revision()],
            last_modified: now,
        })
    }

    /// The `FunctionConfiguration` document of a list, which does not tell states, under the ARN by
    /// which it was asked for.
    pub(super) fn listed(&self, arn: &str, state: State) -> Value {
        let blueprint = &self.blueprint;
        let mut document = json!({
            "FunctionName": blueprint.function_name,
            "FunctionArn": arn,
            "CodeSize": blueprint.code.zip.len(),
            "CodeSha256": blueprint.code.sha256,
            "Version": blueprint.version,
            "LastModified": timestamp(self.last_modified),
            "RevisionId": self.revision_id(state),
        });
        blueprint.configuration.show(&mut document);
        document
    }

    /// The `FunctionConfiguration` document, under the ARN by which it was asked for.
    pub(super) fn to_json(&self, arn: &str, state: State) -> Value {
        let mut document = self.listed(arn, state);
        state.show(&mut document);
        document
    }

    fn revision_id(&self, state: State) -> &str {
        let [before, after] = &self.revision_ids;
        if state == State::Ready { after } else { before }
    }
}

impl Function {
    /// A function that has never been published, and that Lambda is still making.
    pub(super) fn new(
        latest: Arc<Version>,
        unfinished: Unfinished,
        tags: IndexMap<String, String>,
    ) -> Self {
        Self {
            latest,
            unfinished: Some(unfinished),
            published: BTreeMap::new(),
            next_number: 1,
            aliases: BTreeMap::new(),
            policies: BTreeMap::new(),
            tags,
        }
    }

    /// Ends a creation or an update that has been in progress long enough.
    pub(super) fn finish(&mut self) {
        self.unfinished.take_if(|unfinished| unfinished.is_over());
    }

    /// The state of one of the versions.
    pub(super) fn state(&self, version: &Version) -> State {
        let unfinished = self.unfinished.as_ref();
        unfinished.map_or(State::Ready, |unfinished| unfinished.state(version))
    }

    /// The current revision of `$LATEST`.
    pub(super) fn revision_id(&self) -> &str {
        self.latest.revision_id(self.state(&self.latest))
    }

    /// The document of one of the versions. A caller who is told that it is not ready has asked once.
    pub(super) fn show(&mut self, version: &Version, arn: &str) -> Value {
        let state = self.state(version);
        if let Some(unfinished) = &mut self.unfinished
            && state != State::Ready
        {
            unfinished.seen();
        }
        version.to_json(arn, state)
    }

    /// Refuses to change, publish or tag a function that is not ready.
    pub(super) fn check_ready(&self, arn: &str) -> Result<(), AwsError> {
        match self.state(&self.latest) {
            State::Ready => Ok(()),
            State::Pending => Err(pending()),
            State::Updating => Err(conflict(format!(
                "The operation cannot be performed at this time. An update is in progress for \
                 resource: {arn}"
            ))),
        }
    }

    /// The version that works on the events of a qualifier: during an update the one before it.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html>
    pub(super) fn running(&self, reference: &Reference) -> Result<Arc<Version>, AwsError> {
        let version = self.version(reference)?;
        let before = self.unfinished.as_ref().and_then(Unfinished::before);
        match (self.state(version), before) {
            (State::Ready, _) => Ok(version.clone()),
            (State::Updating, Some(before)) => Ok(before.clone()),
            (State::Pending | State::Updating, _) => Err(pending()),
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

    /// Takes `updated` for `$LATEST`, which Lambda does not do at once.
    pub(super) fn update(&mut self, updated: Arc<Version>, pace: Pace) {
        let before = std::mem::replace(&mut self.latest, updated);
        self.unfinished = Some(Unfinished::start(pace, Some(before)));
    }

    /// Publishes `$LATEST` in the call that creates or updates it.
    pub(super) fn publish_with(&mut self, host: &Arc<Host>, now: Timestamp) -> Arc<Version> {
        let next = self.next_number;
        let version = self.publish(host, None, now);
        if let Some(unfinished) = &mut self.unfinished
            && next != self.next_number
        {
            unfinished.publishing(&version);
        }
        version
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

fn pending() -> AwsError {
    conflict(
        "The operation cannot be performed at this time. The function is currently in the \
         following state: Pending",
    )
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
