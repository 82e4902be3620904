//! One stack: its resources, its change sets and what has happened to it.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use local_access::ACCOUNT_ID;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::change_set::ChangeSet;
use super::intrinsics::{Evaluation, Resources, Unresolved};
use super::parameters::Parameters;
use super::status::{Operation, Phase, Status};
use super::template::{Policy, Reference, ResourceDeclaration, Template};

/// One resource as it is now.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "`type` is a keyword")]
pub(super) struct Resource {
    pub(super) logical: String,
    pub(super) resource_type: String,
    /// Absent until the service has given one.
    pub(super) physical: Option<String>,
    /// As last applied, every function evaluated, without the stack's own tags.
    pub(super) properties: Map<String, Value>,
    /// What `Fn::GetAtt` reads.
    pub(super) attributes: Map<String, Value>,
    pub(super) status: Status,
    pub(super) reason: Option<String>,
    pub(super) updated: Timestamp,
    pub(super) deletion_policy: Policy,
    pub(super) update_replace_policy: Policy,
    pub(super) metadata: Value,
}

impl Resource {
    pub(super) fn new(logical: &str, declaration: &ResourceDeclaration, now: Timestamp) -> Self {
        let mut resource = Self {
            logical: logical.to_owned(),
            resource_type: declaration.resource_type.clone(),
            physical: None,
            properties: Map::new(),
            attributes: Map::new(),
            status: Status(Operation::Create, Phase::InProgress),
            reason: None,
            updated: now,
            deletion_policy: Policy::Delete,
            update_replace_policy: Policy::Delete,
            metadata: Value::Null,
        };
        resource.declare(declaration);
        resource
    }

    /// Takes over what a template says beside properties.
    pub(super) fn declare(&mut self, declaration: &ResourceDeclaration) {
        self.deletion_policy = declaration.deletion_policy;
        self.update_replace_policy = declaration.update_replace_policy;
        self.metadata = declaration.metadata.clone();
    }

    /// Whether the service has it.
    pub(super) fn exists(&self) -> bool {
        let gone = self.status.0 == Operation::Delete
            && matches!(self.status.1, Phase::Complete | Phase::Skipped);
        self.physical.is_some() && !gone && !self.is_half_made()
    }

    /// Whether its creation failed.
    pub(super) fn is_half_made(&self) -> bool {
        self.status == Status(Operation::Create, Phase::Failed)
    }
}

/// One line of a stack's history.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) logical: String,
    pub(super) physical: String,
    pub(super) resource_type: String,
    pub(super) at: Timestamp,
    pub(super) status: Status,
    pub(super) reason: Option<String>,
    pub(super) token: Option<String>,
}

/// A value that the stack hands out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Output {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) description: Option<String>,
}

#[derive(Debug)]
pub(super) struct Stack {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) region: String,
    pub(super) status: Status,
    pub(super) reason: Option<String>,
    pub(super) created: Timestamp,
    pub(super) updated: Option<Timestamp>,
    pub(super) deleted: Option<Timestamp>,
    /// When its resources were last begun to be deleted: with the stack, or because its creation failed.
    pub(super) deletion: Option<Timestamp>,
    pub(super) termination_protection: bool,
    pub(super) disable_rollback: bool,
    pub(super) capabilities: Vec<String>,
    /// The role that it was worked on with last.
    pub(super) role: Option<String>,
    /// What was deployed last; none while the stack is in review.
    pub(super) deployed: Option<Arc<Deployed>>,
    pub(super) outputs: Vec<Output>,
    pub(super) resources: IndexMap<String, Resource>,
    /// Replaced resources that an update without rollback has left behind.
    pub(super) leftovers: Vec<Resource>,
    /// Oldest first.
    pub(super) events: Vec<Event>,
    pub(super) change_sets: Vec<ChangeSet>,
    pub(super) change_set_id: Option<String>,
    /// The token of the operation that is going on.
    pub(super) token: Option<String>,
    /// What a failed rollback has left to do.
    pub(super) unrestored: Option<Unrestored>,
    /// How often the operation that is going on has been asked after.
    pub(super) seen: u32,
    /// The token that the last change set was executed with.
    pub(super) executed_with: Option<String>,
    /// What a description that comes late shows once more.
    pub(super) stale: Option<Value>,
}

/// What a rollback that failed could not take back.
#[derive(Debug, Clone, Default)]
pub(super) struct Unrestored {
    /// Resources as they were before the update, and whether the service has changed them.
    pub(super) old: Vec<(Resource, bool)>,
    /// The tags that the update wanted.
    pub(super) tags: Vec<(String, String)>,
    /// Resources that the update has made and nobody needs.
    pub(super) made: Vec<Resource>,
}

/// A template with everything that decides what it means.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Deployed {
    pub(super) template: Template,
    pub(super) parameters: Parameters,
    pub(super) tags: Vec<(String, String)>,
}

impl Stack {
    pub(super) fn new(name: &str, region: &str, now: Timestamp) -> Self {
        let uuid = Uuid::new_v4();
        Self {
            id: format!("arn:aws:cloudformation:{region}:{ACCOUNT_ID}:stack/{name}/{uuid}"),
            name: name.to_owned(),
            region: region.to_owned(),
            status: Status(Operation::Review, Phase::InProgress),
            reason: None,
            created: now,
            updated: None,
            deleted: None,
            deletion: None,
            termination_protection: false,
            disable_rollback: false,
            role: None,
            capabilities: Vec::new(),
            deployed: None,
            outputs: Vec::new(),
            resources: IndexMap::new(),
            leftovers: Vec::new(),
            events: Vec::new(),
            change_sets: Vec::new(),
            change_set_id: None,
            token: None,
            unrestored: None,
            seen: 0,
            executed_with: None,
            stale: None,
        }
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.deleted.is_some()
    }

    pub(super) fn tags(&self) -> &[(String, String)] {
        self.deployed
            .as_ref()
            .map_or(&[], |deployed| &deployed.tags)
    }

    /// Sets the stack's status and writes it down.
    pub(super) fn enter(&mut self, status: Status, reason: Option<&str>, now: Timestamp) {
        self.status = status;
        self.reason = reason.map(str::to_owned);
        if let Status(Operation::Delete | Operation::Rollback, Phase::InProgress) = status {
            self.deletion = Some(now);
        }
        self.events.push(Event {
            id: Uuid::new_v4().to_string(),
            logical: self.name.clone(),
            physical: self.id.clone(),
            resource_type: "AWS::CloudFormation::Stack".to_owned(),
            at: now,
            status,
            reason: reason.map(str::to_owned),
            token: self.token.clone(),
        });
    }

    /// Sets a resource's status and writes it down.
    pub(super) fn mark(
        &mut self,
        logical: &str,
        status: Status,
        reason: Option<&str>,
        now: Timestamp,
    ) {
        if let Some(resource) = self.resources.get_mut(logical) {
            resource.status = status;
            resource.reason = reason.map(str::to_owned);
            resource.updated = now;
            let resource = resource.clone();
            self.record(&resource, status, reason, now);
        }
    }

    /// Writes down what happened to a resource that may no longer be the stack's.
    pub(super) fn record(
        &mut self,
        resource: &Resource,
        status: Status,
        reason: Option<&str>,
        now: Timestamp,
    ) {
        self.events.push(Event {
            id: format!(
                "{}-{status}-{}",
                resource.logical,
                now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
            ),
            logical: resource.logical.clone(),
            physical: resource.physical.clone().unwrap_or_default(),
            resource_type: resource.resource_type.clone(),
            at: now,
            status,
            reason: reason.map(str::to_owned),
            token: self.token.clone(),
        });
    }
}

impl Resources for IndexMap<String, Resource> {
    fn look_up(&self, reference: &Reference) -> Result<Value, Unresolved> {
        let later = || Unresolved::Later(reference.clone());
        let resource = self.get(reference.name()).ok_or_else(later)?;
        if !resource.exists() {
            return Err(later());
        }
        match reference {
            Reference::Attribute(_, attribute) => {
                let pointer = format!("/{}", attribute.replace('.', "/"));
                resource
                    .attributes
                    .get(attribute)
                    .cloned()
                    .or_else(|| {
                        Value::Object(resource.attributes.clone())
                            .pointer(&pointer)
                            .cloned()
                    })
                    .ok_or_else(later)
            }
            _ => Ok(Value::String(resource.physical.clone().unwrap_or_default())),
        }
    }
}

/// The values of all outputs whose condition holds.
pub(super) fn outputs(evaluation: &Evaluation<'_>) -> Result<Vec<Output>, Unresolved> {
    let mut outputs = Vec::new();
    for (key, declaration) in &evaluation.template.outputs {
        if !evaluation.holds(declaration.condition.as_deref())? {
            continue;
        }
        let value = match evaluation.value(&declaration.value)? {
            Some(Value::String(text)) => text,
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| {
                    item.as_str()
                        .map_or_else(|| item.to_string(), str::to_owned)
                })
                .collect::<Vec<_>>()
                .join(","),
            Some(other) => other.to_string(),
            None => continue,
        };
        outputs.push(Output {
            key: key.clone(),
            value,
            description: declaration.description.clone(),
        });
    }
    Ok(outputs)
}
