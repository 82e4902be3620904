//! One skill and what has been written to it.

use std::collections::HashMap;
use std::time::Instant;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::Value;

use super::errors::Violation;
use super::linking_rules::AccountLinking;
use super::manifest_rules;
use crate::alexa::customer::{Customer, Enablement};
use crate::alexa::state::opaque;
use crate::base::pace::Progress;

/// The permission of a manifest with which a skill learns who is speaking.
pub(in crate::alexa) const PERSON_ID: &str = "alexa::person_id:read";

/// A version of a skill that exists beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::alexa) enum Stage {
    /// What the developer works on.
    Development,
    /// What customers have, as it was certified. Nothing of it changes but by another certification.
    Live,
}

impl Stage {
    /// As it is part of paths.
    pub(in crate::alexa) fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Live => "live",
        }
    }

    /// As lists tell it.
    pub(super) fn publication_status(self) -> &'static str {
        match self {
            Self::Development => "DEVELOPMENT",
            Self::Live => "PUBLISHED",
        }
    }
}

/// A skill of the vendor, in one of its stages.
#[derive(Debug)]
pub(in crate::alexa) struct Skill {
    /// Which one this is.
    pub(in crate::alexa) stage: Stage,
    /// `amzn1.ask.skill.{uuid}`.
    pub(in crate::alexa) id: String,
    /// The last manifest that was accepted.
    pub(in crate::alexa) manifest: Option<Versioned>,
    /// By locale.
    pub(in crate::alexa) models: IndexMap<String, Versioned>,
    /// Names manifest and models together, as an import sees them.
    pub(super) package_etag: Option<String>,
    /// The account linking.
    pub(in crate::alexa) linking: Option<AccountLinking>,
    /// PKCE as the developer console shows it; `None` until somebody has decided.
    pub(in crate::alexa) pkce: Option<bool>,
    /// What customers have done with the skill.
    pub(in crate::alexa) enablements: HashMap<Customer, Enablement>,
    /// The write that is being processed.
    pub(super) pending: Option<Pending>,
    /// Violations of the last manifest, if it was refused.
    pub(super) manifest_errors: Vec<Violation>,
    /// By locale: violations of the last model, if it was refused.
    pub(super) model_errors: IndexMap<String, Vec<Violation>>,
    /// By the stage's clock.
    pub(super) last_updated: Timestamp,
    /// Lists learn of it some time after this.
    pub(super) created: Instant,
}

/// A document with its entity tag.
#[derive(Debug, Clone)]
pub(in crate::alexa) struct Versioned {
    /// As it is answered, without its envelope.
    pub(in crate::alexa) document: Value,
    /// Opaque; another one after each write.
    pub(in crate::alexa) etag: String,
    /// Counts the writes of a model.
    pub(super) version: u32,
}

/// A write that was accepted and decided, but whose outcome nobody has seen.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) progress: Progress,
    pub(super) change: Change,
}

/// What is being written.
#[derive(Debug)]
pub(super) enum Change {
    /// A manifest, or why not.
    Manifest(Result<Value, Vec<Violation>>),
    /// A model for a locale, or why not.
    Model(String, Result<Value, Vec<Violation>>),
    /// A package; the import holds the rest.
    Import,
}

impl Skill {
    /// A skill that nothing has been written to.
    pub(super) fn new(id: String, now: Timestamp) -> Self {
        Self {
            stage: Stage::Development,
            id,
            manifest: None,
            models: IndexMap::new(),
            package_etag: None,
            linking: None,
            pkce: None,
            enablements: HashMap::new(),
            pending: None,
            manifest_errors: Vec::new(),
            model_errors: IndexMap::new(),
            last_updated: now,
            created: Instant::now(),
        }
    }

    /// Why it cannot be certified as it is, if it cannot.
    pub(in crate::alexa) fn uncertifiable(&self) -> Option<&'static str> {
        let endpoint = |region: &crate::alexa::region::Region| self.endpoint(region.name());
        if self.pending.is_some() {
            Some("a change is in progress")
        } else if self.models.is_empty() {
            Some("it has no interaction model")
        } else if crate::alexa::region::Region::ALL
            .iter()
            .all(|one| endpoint(one).is_none())
        {
            Some("it has no endpoint")
        } else {
            None
        }
    }

    /// What goes live when it is certified as it is.
    pub(in crate::alexa) fn certified(
        &self,
        enablements: HashMap<Customer, Enablement>,
        now: Timestamp,
    ) -> Self {
        Self {
            stage: Stage::Live,
            manifest: self.manifest.clone(),
            models: self.models.clone(),
            package_etag: self.package_etag.clone(),
            linking: self.linking.clone(),
            pkce: self.pkce,
            enablements,
            ..Self::new(self.id.clone(), now)
        }
    }

    /// What a customer has done with the skill, who has enabled it.
    pub(in crate::alexa) fn enablement(&self, customer: &Customer) -> Option<&Enablement> {
        self.enablements.get(customer)
    }

    /// A new skill id.
    pub(super) fn new_id() -> String {
        format!("amzn1.ask.skill.{}", uuid::Uuid::new_v4())
    }

    /// Publishes the outcome of a finished write.
    pub(in crate::alexa) fn settle(&mut self, now: Timestamp) {
        let over = self
            .pending
            .as_ref()
            .is_some_and(|pending| pending.progress.is_over());
        let Some(pending) = self.pending.take_if(|_| over) else {
            return;
        };
        match pending.change {
            Change::Manifest(Ok(manifest)) => self.put_manifest(manifest, now),
            Change::Manifest(Err(violations)) => self.manifest_errors = violations,
            Change::Model(locale, Ok(model)) => self.put_model(locale, model, now),
            Change::Model(locale, Err(violations)) => {
                self.model_errors.insert(locale, violations);
            }
            // The import ends it.
            Change::Import => self.pending = Some(pending),
        }
    }

    /// Replaces the manifest.
    pub(super) fn put_manifest(&mut self, document: Value, now: Timestamp) {
        let etag = opaque();
        self.package_etag = Some(etag.clone());
        self.manifest = Some(Versioned {
            document,
            etag,
            version: 1,
        });
        self.manifest_errors.clear();
        self.last_updated = now;
    }

    /// Replaces the model of one locale.
    pub(super) fn put_model(&mut self, locale: String, document: Value, now: Timestamp) {
        let version = self.models.get(&locale).map_or(1, |old| old.version + 1);
        let etag = opaque();
        self.package_etag = Some(etag.clone());
        self.model_errors.shift_remove(&locale);
        self.models.insert(
            locale,
            Versioned {
                document,
                etag,
                version,
            },
        );
        self.last_updated = now;
    }

    /// The locales that it speaks, in the manifest's order.
    pub(in crate::alexa) fn locales(&self) -> Vec<&str> {
        let manifest = self.manifest.as_ref();
        let named = manifest
            .and_then(|manifest| manifest.document["publishingInformation"]["locales"].as_object())
            .into_iter()
            .flat_map(|locales| locales.keys());
        let spoken = named.filter(|locale| self.models.contains_key(*locale));
        spoken.map(String::as_str).collect()
    }

    /// The name that customers see, in whatever locale comes first.
    pub(in crate::alexa) fn name(&self) -> String {
        self.manifest
            .as_ref()
            .and_then(|manifest| {
                let locales = &manifest.document["publishingInformation"]["locales"];
                locales.as_object()?.values().next()?["name"].as_str()
            })
            .unwrap_or("Your skill")
            .to_owned()
    }

    /// True if this is its id, or its name in the store in any locale, in upper or lower case.
    pub(in crate::alexa) fn is_called(&self, name: &str) -> bool {
        let locales = self
            .manifest
            .as_ref()
            .map(|manifest| manifest.document["publishingInformation"]["locales"].as_object());
        let locales = locales
            .flatten()
            .into_iter()
            .flat_map(|locales| locales.values());
        let mut names = locales.filter_map(|locale| locale["name"].as_str());
        self.id == name || names.any(|own| own.to_lowercase() == name.to_lowercase())
    }

    /// The Lambda ARN or HTTPS URL that answers requests from an Alexa region.
    pub(in crate::alexa) fn endpoint(&self, region: &str) -> Option<&str> {
        manifest_rules::endpoint(&self.manifest.as_ref()?.document["apis"]["custom"], region)
    }

    /// The Lambda ARN or HTTPS URL that takes the skill events of an Alexa region.
    pub(in crate::alexa) fn event_endpoint(&self, region: &str) -> Option<&str> {
        manifest_rules::endpoint(&self.manifest.as_ref()?.document["events"], region)
    }

    /// Whether the manifest asks who is speaking, without which no request names a recognised speaker.
    /// <https://developer.amazon.com/docs/alexa/custom-skills/add-personalization-to-your-skill.html>
    pub(in crate::alexa) fn is_personalized(&self) -> bool {
        let permissions = (self.manifest.as_ref())
            .and_then(|manifest| manifest.document["permissions"].as_array());
        permissions.is_some_and(|all| all.iter().any(|one| one["name"] == PERSON_ID))
    }

    /// Whether the manifest subscribes to an event, such as `SKILL_ENABLED`.
    pub(in crate::alexa) fn subscribes(&self, event: &str) -> bool {
        self.manifest.as_ref().is_some_and(|manifest| {
            manifest.document["events"]["subscriptions"]
                .as_array()
                .is_some_and(|subscriptions| {
                    subscriptions
                        .iter()
                        .any(|subscription| subscription["eventName"] == event)
                })
        })
    }
}
