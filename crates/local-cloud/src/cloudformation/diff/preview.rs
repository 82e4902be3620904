//! What will be known of resources once the ones before them have changed.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value;

use super::super::intrinsics::{Resources, Unresolved};
use super::super::stack::Resource;
use super::super::template::Reference;

/// What becomes of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Unchanged,
    /// Keeps its physical id; its attributes may change.
    Modified,
    /// May get another physical id.
    MaybeNew,
    New,
}

/// Resources as they are, minus what is about to change.
pub(super) struct Preview<'stack> {
    resources: &'stack IndexMap<String, Resource>,
    fates: BTreeMap<String, Fate>,
}

impl<'stack> Preview<'stack> {
    pub(super) fn new(resources: &'stack IndexMap<String, Resource>) -> Self {
        Self {
            resources,
            fates: BTreeMap::new(),
        }
    }

    pub(super) fn decide(&mut self, name: &str, fate: Option<Fate>) {
        self.fates
            .insert(name.to_owned(), fate.unwrap_or(Fate::Unchanged));
    }

    /// Whether the new template has the resource.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.fates.contains_key(name)
    }
}

impl Resources for Preview<'_> {
    fn look_up(&self, reference: &Reference) -> Result<Value, Unresolved> {
        let fate = self
            .fates
            .get(reference.name())
            .copied()
            .unwrap_or(Fate::New);
        let known = match reference {
            Reference::Attribute(..) => fate == Fate::Unchanged,
            _ => matches!(fate, Fate::Unchanged | Fate::Modified),
        };
        if known {
            self.resources.look_up(reference)
        } else {
            Err(Unresolved::Later(reference.clone()))
        }
    }
}
