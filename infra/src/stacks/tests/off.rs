//! What is off is said to be off, because Cognito keeps some of what an update leaves out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::linking::pools;

/// Properties by their path, `UserPool.MfaConfiguration`; members of what a person writes freely aside.
fn properties(resources: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for (name, resource) in resources.as_object().unwrap() {
        let kind = resource["Type"].as_str().unwrap();
        let Some(kind) = kind.strip_prefix("AWS::Cognito::") else {
            continue;
        };
        let mut found = BTreeSet::new();
        for (property, value) in resource["Properties"].as_object().unwrap() {
            found.insert(format!("{kind}.{property}"));
            if property == "Policies" {
                let members = value.as_object().unwrap().keys();
                found.extend(members.map(|member| format!("{kind}.{property}.{member}")));
            }
        }
        all.insert(name.clone(), found);
    }
    all
}

#[test]
fn a_property_is_always_rendered_or_the_documentation_says_why_not() {
    let page = include_str!("../../../../docs/stack.md");
    let listed: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `User")?.split_once("` |"))
        .map(|(property, _)| format!("User{property}"))
        .collect();
    let mut always: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut ever: BTreeSet<String> = BTreeSet::new();
    for (stack, resources) in pools() {
        if !stack.identity.makes_a_pool() {
            continue;
        }
        for (_, found) in properties(&resources) {
            let Some(first) = found.first() else { continue };
            let kind = first.split('.').next().unwrap().to_owned();
            ever.extend(found.iter().cloned());
            let all = always.entry(kind).or_insert_with(|| found.clone());
            all.retain(|property| found.contains(property));
        }
    }
    let always: BTreeSet<String> = always.into_values().flatten().collect();
    let sometimes: BTreeSet<String> = ever.difference(&always).cloned().collect();
    assert_eq!(sometimes, listed);
}
