//! One change, and how the API shows it.

use serde_json::{Map, Value, json};

use crate::aws::schemas::Schema;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Action {
    Add,
    Import,
    Modify,
    Remove,
}

/// What happens to one resource.
#[derive(Debug, Clone)]
pub(in super::super) struct Change {
    pub(in super::super) action: Action,
    pub(super) logical: String,
    pub(super) physical: Option<String>,
    pub(super) resource_type: String,
    pub(super) replacement: Option<&'static str>,
    pub(super) policy_action: Option<&'static str>,
    pub(super) details: Vec<Detail>,
    pub(super) before: Option<Map<String, Value>>,
    pub(super) after: Option<Map<String, Value>>,
}

/// Why one part of a resource changes.
#[derive(Debug, Clone)]
pub(super) struct Detail {
    /// `Properties`, `Tags`, `Metadata`, `DeletionPolicy`, `UpdateReplacePolicy`.
    pub(super) attribute: &'static str,
    pub(super) property: Option<String>,
    pub(super) recreation: &'static str,
    pub(super) dynamic: bool,
    pub(super) source: &'static str,
    pub(super) cause: Option<String>,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

impl Change {
    /// Whether it sets a property that only a new resource can have.
    fn names_itself(&self) -> bool {
        let schema = Schema::of(&self.resource_type);
        let mut properties = self.after.iter().flat_map(Map::keys);
        schema.is_some_and(|schema| properties.any(|name| schema.is_create_only(name)))
    }

    pub(in super::super) fn describe(&self, with_values: bool) -> Value {
        let mut scope: Vec<&str> = self.details.iter().map(|detail| detail.attribute).collect();
        scope.dedup();
        let context = |properties: &Option<Map<String, Value>>| {
            properties
                .as_ref()
                .filter(|_| with_values)
                .map(|properties| json!({ "Properties": properties }).to_string())
        };
        let replacement = match self.action {
            Action::Add if with_values => self.names_itself().then_some("True"),
            _ => self.replacement,
        };
        let details: Vec<Value> = self
            .details
            .iter()
            .map(|detail| detail.describe(with_values))
            .collect();
        json!({
            "Type": "Resource",
            "ResourceChange": {
                "PolicyAction": self.policy_action,
                "Action": match self.action {
                    Action::Add => "Add",
                    Action::Import => "Import",
                    Action::Modify => "Modify",
                    Action::Remove => "Remove",
                },
                "LogicalResourceId": self.logical,
                "PhysicalResourceId": self.physical,
                "ResourceType": self.resource_type,
                "Replacement": replacement,
                "Scope": scope,
                "Details": details,
                "BeforeContext": context(&self.before),
                "AfterContext": context(&self.after),
            },
        })
    }
}

impl Detail {
    fn describe(&self, with_values: bool) -> Value {
        let text = |value: &Option<Value>| {
            value
                .as_ref()
                .filter(|_| with_values)
                .map(|value| match value {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                })
        };
        let path = self
            .property
            .as_ref()
            .map(|name| format!("/Properties/{name}"));
        let kind = match (&self.before, &self.after) {
            (None, Some(_)) => "Add",
            (Some(_), None) => "Remove",
            _ => "Modify",
        };
        json!({
            "Target": {
                "Attribute": self.attribute,
                "Name": self.property,
                "RequiresRecreation": self.recreation,
                "Path": path,
                "BeforeValue": text(&self.before),
                "AfterValue": text(&self.after),
                "AttributeChangeType": kind,
            },
            "Evaluation": if self.dynamic { "Dynamic" } else { "Static" },
            "ChangeSource": self.source,
            "CausingEntity": self.cause,
        })
    }
}
