//! In which order resources are made: what is referred to comes first.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::template::{Template, references};
use crate::base::error::AwsError;

/// The logical names that each resource waits for.
pub(super) fn dependencies(template: &Template) -> BTreeMap<&str, BTreeSet<String>> {
    template
        .resources
        .iter()
        .map(|(name, resource)| {
            let properties = Value::Object(resource.properties.clone());
            let mentioned = references(&properties);
            let wanted = mentioned
                .iter()
                .map(|reference| reference.name().to_owned())
                .chain(resource.depends_on.iter().cloned())
                .filter(|target| template.resources.contains_key(target))
                .collect();
            (name.as_str(), wanted)
        })
        .collect()
}

/// All resources, each after those it waits for and otherwise as the template lists them.
pub(super) fn order(template: &Template) -> Result<Vec<String>, AwsError> {
    let dependencies = dependencies(template);
    let mut ordered: Vec<String> = Vec::with_capacity(template.resources.len());
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    while ordered.len() < template.resources.len() {
        let next = template.resources.keys().find(|name| {
            !placed.contains(name.as_str())
                && dependencies
                    .get(name.as_str())
                    .is_none_or(|wanted| wanted.iter().all(|name| placed.contains(name.as_str())))
        });
        let Some(next) = next else {
            let mut stuck: Vec<&str> = template
                .resources
                .keys()
                .map(String::as_str)
                .filter(|name| !placed.contains(name))
                .collect();
            stuck.sort_unstable();
            return Err(AwsError::bad_request(
                "ValidationError",
                format!(
                    "Circular dependency between resources: [{}]",
                    stuck.join(", ")
                ),
            ));
        };
        placed.insert(next);
        ordered.push(next.clone());
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;

    fn template(edges: &BTreeSet<(u8, u8)>, count: u8) -> Result<Template, AwsError> {
        let resources: Map<String, Value> = (0..count)
            .map(|index| {
                let wanted: Vec<String> = edges
                    .iter()
                    .filter(|(from, _)| *from == index)
                    .map(|(_, to)| format!("R{to}"))
                    .collect();
                // Half of the edges are references, half are DependsOn.
                let (references, depends): (Vec<_>, Vec<_>) = wanted
                    .into_iter()
                    .enumerate()
                    .partition(|(position, _)| position % 2 == 0);
                let references: Vec<Value> = references
                    .into_iter()
                    .map(|(_, name)| json!({ "Ref": name }))
                    .collect();
                let depends: Vec<String> = depends.into_iter().map(|(_, name)| name).collect();
                let resource = json!({
                    "Type": "AWS::Logs::LogGroup",
                    "DependsOn": depends,
                    "Properties": { "LogGroupName": { "Fn::Join": ["", references] } },
                });
                (format!("R{index}"), resource)
            })
            .collect();
        Template::parse(&json!({ "Resources": resources }).to_string())
    }

    proptest! {
        #[test]
        fn everything_comes_after_what_it_waits_for(
            edges in prop::collection::btree_set((0_u8..12, 0_u8..12), 0..30)
        ) {
            // Edges that point down only cannot form a circle.
            let edges: BTreeSet<(u8, u8)> =
                edges.into_iter().filter(|(from, to)| from > to).collect();
            let template = template(&edges, 12).unwrap();
            let order = order(&template).unwrap();
            prop_assert_eq!(order.len(), 12);
            let place = |index: u8| order.iter().position(|name| *name == format!("R{index}"));
            for (from, to) in edges {
                prop_assert!(place(from) > place(to));
            }
        }

        #[test]
        fn a_circle_of_any_length_is_refused(length in 1_u8..8) {
            let edges = (0..length).map(|index| (index, (index + 1) % length)).collect();
            let refused = template(&edges, length).unwrap_err();
            prop_assert!(
                refused.message.starts_with("Circular dependency between resources: [R0"),
                "{}", refused.message
            );
        }
    }
}
