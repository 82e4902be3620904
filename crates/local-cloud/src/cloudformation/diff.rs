//! What executing a template would change, resource by resource.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html>

mod change;
mod preview;

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

pub(super) use self::change::Change;
use self::change::{Action, Detail};
use self::preview::{Fate, Preview};
use super::import::Import;
use super::intrinsics::{Evaluation, NoResources, Unresolved};
use super::stack::{Deployed, Resource, Stack};
use super::template::{Policy, Reference, ResourceDeclaration, references};
use super::{order, stack};
use crate::aws::schemas::Schema;
use crate::base::error::AwsError;

/// Every change, by logical name. An empty list means that no resource changes.
pub(super) fn changes(stack: &Stack, wanted: &Deployed) -> Result<Vec<Change>, AwsError> {
    let conditions = evaluation(stack, wanted, &NoResources);
    check_left_out(wanted, &conditions)?;
    let mut preview = Preview::new(&stack.resources);
    let mut changes = Vec::new();
    for name in order::order(&wanted.template)? {
        let declaration = &wanted.template.resources[&name];
        if !conditions.holds(declaration.condition.as_deref())? {
            continue;
        }
        let existing = stack
            .resources
            .get(&name)
            .filter(|resource| resource.exists());
        let change = match existing {
            None => {
                let evaluation = evaluation(stack, wanted, &preview);
                if let Err(Unresolved::Wrong(error)) = evaluation.members(&declaration.properties) {
                    return Err(error);
                }
                Some(add(&name, declaration))
            }
            Some(resource) => modify(stack, wanted, resource, declaration, &preview)?,
        };
        preview.decide(&name, change.as_ref().map(fate));
        changes.extend(change);
    }
    for resource in stack
        .resources
        .values()
        .filter(|resource| resource.exists())
    {
        if !preview.knows(&resource.logical) {
            changes.push(remove(resource));
        }
    }
    changes.sort_by(|left, right| left.logical.cmp(&right.logical));
    Ok(changes)
}

/// Refuses references to resources whose condition does not hold. The two sentences differ, as LocalStack
/// (`test_change_set_conditions`) and Moto (`test_permanent_output_conditional_value`) have recorded.
fn check_left_out(wanted: &Deployed, conditions: &Evaluation<'_>) -> Result<(), AwsError> {
    let mut left_out = BTreeSet::new();
    for (name, declaration) in &wanted.template.resources {
        if !conditions.holds(declaration.condition.as_deref())? {
            left_out.insert(name.as_str());
        }
    }
    let missing = |mentioned: &BTreeSet<Reference>| -> Option<String> {
        let names = mentioned.iter().map(Reference::name);
        let missing: Vec<&str> = names.filter(|name| left_out.contains(name)).collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    };
    let refused = |message: String| Err(AwsError::bad_request("ValidationError", message));
    for (name, declaration) in &wanted.template.resources {
        if left_out.contains(name.as_str()) {
            continue;
        }
        let mentioned = conditions.remaining_references(declaration.properties.values())?;
        if let Some(missing) = missing(&mentioned) {
            return refused(format!(
                "Template format error: Unresolved resource dependencies [{missing}] in the \
                 Resources block of the template"
            ));
        }
    }
    for declaration in wanted.template.outputs.values() {
        if !conditions.holds(declaration.condition.as_deref())? {
            continue;
        }
        let mentioned = conditions.remaining_references([&declaration.value])?;
        if let Some(missing) = missing(&mentioned) {
            return refused(format!(
                "Unresolved resource dependencies [{missing}] in the Outputs block of the template"
            ));
        }
    }
    Ok(())
}

/// Refuses to turn a resource into one of another type.
pub(super) fn check_types(stack: &Stack, wanted: &Deployed) -> Result<(), AwsError> {
    let changed: Vec<&str> = stack
        .resources
        .values()
        .filter(|resource| resource.exists())
        .filter(|resource| {
            wanted
                .template
                .resources
                .get(&resource.logical)
                .is_some_and(|declared| declared.resource_type != resource.resource_type)
        })
        .map(|resource| resource.logical.as_str())
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    Err(AwsError::bad_request(
        "ValidationError",
        format!(
            "Update of resource type is not permitted. The new template modifies resource type of \
             the following resources: [{}]",
            changed.join(", ")
        ),
    ))
}

fn evaluation<'stack>(
    stack: &'stack Stack,
    wanted: &'stack Deployed,
    resources: &'stack dyn super::intrinsics::Resources,
) -> Evaluation<'stack> {
    Evaluation {
        template: &wanted.template,
        parameters: &wanted.parameters,
        region: &stack.region,
        stack_name: &stack.name,
        stack_id: &stack.id,
        resources,
    }
}

fn fate(change: &Change) -> Fate {
    match (change.action, change.replacement) {
        (Action::Add, _) | (_, Some("True")) => Fate::New,
        (_, Some("Conditional")) => Fate::MaybeNew,
        _ => Fate::Modified,
    }
}

fn add(name: &str, declaration: &ResourceDeclaration) -> Change {
    Change {
        action: Action::Add,
        logical: name.to_owned(),
        physical: None,
        resource_type: declaration.resource_type.clone(),
        replacement: None,
        policy_action: None,
        details: Vec::new(),
        before: None,
        after: Some(declaration.properties.clone()),
    }
}

/// The changes of a change set that takes up what exists: nothing else is done.
pub(super) fn imports(wanted: &Deployed, imports: &[Import]) -> Vec<Change> {
    imports
        .iter()
        .filter_map(|import| {
            let declaration = wanted.template.resources.get(&import.logical)?;
            Some(Change {
                action: Action::Import,
                physical: Some(import.physical()),
                ..add(&import.logical, declaration)
            })
        })
        .collect()
}

fn remove(resource: &Resource) -> Change {
    Change {
        action: Action::Remove,
        logical: resource.logical.clone(),
        physical: resource.physical.clone(),
        resource_type: resource.resource_type.clone(),
        replacement: None,
        policy_action: Some(match resource.deletion_policy {
            Policy::Delete => "Delete",
            Policy::Retain | Policy::RetainExceptOnCreate => "Retain",
        }),
        details: Vec::new(),
        before: Some(resource.properties.clone()),
        after: None,
    }
}

fn modify(
    stack: &Stack,
    wanted: &Deployed,
    resource: &Resource,
    declaration: &ResourceDeclaration,
    preview: &Preview<'_>,
) -> Result<Option<Change>, AwsError> {
    let evaluation = evaluation(stack, wanted, preview);
    let mut after = Map::new();
    let mut details = Vec::new();
    let empty = Map::new();
    let old_declaration = stack
        .deployed
        .as_ref()
        .and_then(|deployed| deployed.template.resources.get(&resource.logical))
        .map_or(&empty, |declaration| &declaration.properties);
    let mut names: IndexMap<&str, ()> = IndexMap::new();
    names.extend(
        declaration
            .properties
            .keys()
            .map(|name| (name.as_str(), ())),
    );
    names.extend(resource.properties.keys().map(|name| (name.as_str(), ())));
    for name in names.into_keys() {
        let expression = declaration.properties.get(name);
        let before = resource.properties.get(name);
        let unchanged_expression = expression == old_declaration.get(name);
        let value = match expression.map(|expression| evaluation.value(expression)) {
            None | Some(Ok(None)) => None,
            Some(Ok(Some(value))) => Some(coerced(&resource.resource_type, name, value)),
            Some(Err(Unresolved::Wrong(error))) => return Err(error),
            Some(Err(Unresolved::Later(reference))) => {
                after.insert(name.to_owned(), json!("{{changeSet:KNOWN_AFTER_APPLY}}"));
                details.push(detail(resource, name, before, None, Some(&reference), None));
                continue;
            }
        };
        if value.as_ref() != before {
            let cause = expression
                .filter(|_| unchanged_expression)
                .and_then(|expression| changed_parameter(stack, wanted, expression));
            details.push(detail(resource, name, before, value.as_ref(), None, cause));
        }
        if let Some(value) = value {
            after.insert(name.to_owned(), value);
        }
    }
    details.extend(attribute_details(stack, wanted, resource, declaration));
    if details.is_empty() && resource.status.1 != super::status::Phase::Failed {
        return Ok(None);
    }
    let recreated = |dynamic: bool| {
        details
            .iter()
            .any(|detail| detail.recreation == "Always" && detail.dynamic == dynamic)
    };
    let replacement = if recreated(false) {
        "True"
    } else if recreated(true) {
        "Conditional"
    } else {
        "False"
    };
    let policy_action = match (replacement, declaration.update_replace_policy) {
        ("True", Policy::Delete) => Some("ReplaceAndDelete"),
        ("True", _) => Some("ReplaceAndRetain"),
        _ => None,
    };
    Ok(Some(Change {
        action: Action::Modify,
        logical: resource.logical.clone(),
        physical: resource.physical.clone(),
        resource_type: resource.resource_type.clone(),
        replacement: Some(replacement),
        policy_action,
        details,
        before: Some(resource.properties.clone()),
        after: Some(after),
    }))
}

fn coerced(resource_type: &str, name: &str, value: Value) -> Value {
    let Some(schema) = Schema::of(resource_type) else {
        return value;
    };
    let mut object = schema.coerce(json!({ name: value }));
    object[name].take()
}

fn detail(
    resource: &Resource,
    name: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    later: Option<&Reference>,
    parameter: Option<String>,
) -> Detail {
    let create_only =
        Schema::of(&resource.resource_type).is_some_and(|schema| schema.is_create_only(name));
    let (source, cause) = match (later, parameter) {
        (Some(Reference::Attribute(target, attribute)), _) => {
            ("ResourceAttribute", Some(format!("{target}.{attribute}")))
        }
        (Some(reference), _) => ("ResourceReference", Some(reference.name().to_owned())),
        (None, Some(parameter)) => ("ParameterReference", Some(parameter)),
        (None, None) => ("DirectModification", None),
    };
    Detail {
        attribute: "Properties",
        property: Some(name.to_owned()),
        recreation: if create_only { "Always" } else { "Never" },
        dynamic: later.is_some(),
        source,
        cause,
        before: before.cloned(),
        after: after
            .cloned()
            .or_else(|| later.map(|_| json!("{{changeSet:KNOWN_AFTER_APPLY}}"))),
    }
}

/// The parameter whose new value makes an unchanged expression mean something else.
fn changed_parameter(stack: &Stack, wanted: &Deployed, expression: &Value) -> Option<String> {
    let deployed = stack.deployed.as_ref()?;
    references(expression)
        .iter()
        .map(Reference::name)
        .find(|name| {
            wanted.parameters.contains_key(*name)
                && wanted.parameters.get(*name) != deployed.parameters.get(*name)
        })
        .map(str::to_owned)
}

fn attribute_details(
    stack: &Stack,
    wanted: &Deployed,
    resource: &Resource,
    declaration: &ResourceDeclaration,
) -> Vec<Detail> {
    let taggable = Schema::of(&resource.resource_type)
        .and_then(Schema::tag_property)
        .is_some();
    let metadata = &declaration.metadata;
    [
        ("Tags", taggable && stack.tags() != wanted.tags),
        ("Metadata", resource.metadata != *metadata),
        (
            "DeletionPolicy",
            resource.deletion_policy != declaration.deletion_policy,
        ),
        (
            "UpdateReplacePolicy",
            resource.update_replace_policy != declaration.update_replace_policy,
        ),
    ]
    .into_iter()
    .filter(|(_, changed)| *changed)
    .map(|(attribute, _)| Detail {
        attribute,
        property: None,
        recreation: "Never",
        dynamic: false,
        source: "DirectModification",
        cause: None,
        before: None,
        after: None,
    })
    .collect()
}

/// Whether a change set would do anything: change a resource, or an output.
pub(super) fn is_empty(stack: &Stack, wanted: &Deployed, changes: &[Change]) -> bool {
    let Some(deployed) = &stack.deployed else {
        return false;
    };
    changes.is_empty()
        && deployed.template.outputs == wanted.template.outputs
        && outputs_stay(stack, wanted)
        && !stack.status.1.eq(&super::status::Phase::Failed)
}

fn outputs_stay(stack: &Stack, wanted: &Deployed) -> bool {
    let evaluation = evaluation(stack, wanted, &stack.resources);
    stack::outputs(&evaluation).is_ok_and(|outputs| outputs == stack.outputs)
}
