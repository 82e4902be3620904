//! What would change in a stack, from its deployed template and the desired one: by reading only.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::change::{Change, Field, Kind, Replacement, fields};
use super::create_only::CreateOnly;
use crate::template::{Resource, Template, references};

/// The changes by logical name, and how many resources stay as they are.
pub fn changes(before: Option<&Template>, after: &Template) -> (Vec<Change>, usize) {
    changes_by(before, after, &CreateOnly::default())
}

/// The same where types are known that are not this tool's own.
pub fn changes_by(
    before: Option<&Template>,
    after: &Template,
    create_only: &CreateOnly,
) -> (Vec<Change>, usize) {
    let before = before.map(Template::resources).unwrap_or_default();
    let after = after.resources();
    let mut changes: BTreeMap<String, Change> = BTreeMap::new();
    for (name, resource) in &after {
        let change = match before.get(name) {
            None => Some(whole(Kind::Added, name, resource)),
            Some(old) => changed(name, old, resource, create_only),
        };
        changes.extend(change.map(|change| (name.clone(), change)));
    }
    for (name, resource) in &before {
        if !after.contains_key(name) {
            changes.insert(name.clone(), whole(Kind::Removed, name, resource));
        }
    }
    spread(&before, &after, &mut changes, create_only);
    let removed = changes
        .values()
        .filter(|change| change.kind == Kind::Removed)
        .count();
    let unchanged = after.len() + removed - changes.len();
    (changes.into_values().collect(), unchanged)
}

fn whole(kind: Kind, name: &str, resource: &Resource) -> Change {
    let empty = Map::new();
    let fields = match kind {
        Kind::Removed => fields(&resource.properties, &empty),
        Kind::Added | Kind::Imported | Kind::Changed => fields(&empty, &resource.properties),
    };
    Change {
        resource_type: Some(resource.kind.clone()),
        fields,
        ..Change::new(kind, name, Vec::new())
    }
}

fn changed(
    name: &str,
    before: &Resource,
    after: &Resource,
    create_only: &CreateOnly,
) -> Option<Change> {
    let mut found = fields(&before.properties, &after.properties);
    let replaced = found.iter().any(|field| {
        let property = field.path.first();
        property.is_some_and(|property| create_only.replaces(&after.kind, property))
    });
    found.extend(fields(&before.attributes, &after.attributes));
    (!found.is_empty()).then(|| Change {
        before: Some(before.properties.clone()),
        after: Some(after.properties.clone()),
        resource_type: Some(after.kind.clone()),
        replacement: if replaced {
            Replacement::Yes
        } else {
            Replacement::No
        },
        ..Change::new(Kind::Changed, name, found)
    })
}

/// What refers to a resource that is replaced, or to an attribute of one that is changed, may
/// change with it.
fn spread(
    before: &BTreeMap<String, Resource>,
    after: &BTreeMap<String, Resource>,
    changes: &mut BTreeMap<String, Change>,
    create_only: &CreateOnly,
) {
    loop {
        let mut found = Vec::new();
        for (name, resource) in after.iter().filter(|(name, _)| before.contains_key(*name)) {
            for (property, value) in &resource.properties {
                let Some(because) = moved(value, changes) else {
                    continue;
                };
                let replacement = if create_only.replaces(&resource.kind, property) {
                    Replacement::Perhaps
                } else {
                    Replacement::No
                };
                let known = changes.get(name).is_some_and(|change| {
                    change.replacement >= replacement
                        && change
                            .fields
                            .iter()
                            .any(|field| field.path.first() == Some(property))
                });
                if !known {
                    let after = json!(format!("as it is after the change of {because}"));
                    let field =
                        Field::new(vec![property.clone()], Some(value.clone()), Some(after));
                    found.push((name.clone(), resource.kind.clone(), replacement, field));
                }
            }
        }
        if found.is_empty() {
            return;
        }
        for (name, kind, replacement, field) in found {
            let change = changes.entry(name.clone()).or_insert_with(|| Change {
                resource_type: Some(kind),
                ..Change::new(Kind::Changed, name, Vec::new())
            });
            change.replacement = change.replacement.max(replacement);
            if !change
                .fields
                .iter()
                .any(|known| known.path.first() == field.path.first())
            {
                change.fields.push(field);
            }
        }
    }
}

fn moved(value: &Value, changes: &BTreeMap<String, Change>) -> Option<String> {
    references(value).into_iter().find_map(|(name, attribute)| {
        let change = changes
            .get(&name)
            .filter(|change| change.kind == Kind::Changed)?;
        (attribute.is_some() || change.replacement > Replacement::No).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn identity(text: &str, prefix: &str) -> Template {
        let stack = infra::StackFile::parse(text, "stack.toml").unwrap();
        let yaml = infra::stacks::identity(&stack).to_yaml().unwrap();
        let parameters = [
            ("Stage", "dev"),
            ("DomainPrefix", prefix),
            (
                "RedirectUris",
                "https://a.example.com/,https://b.example.com/",
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        Template::read(&yaml, &parameters).unwrap()
    }

    #[test]
    fn a_stack_that_is_as_desired_has_no_change() {
        let template = identity("name = \"guide\"\n", "guide-dev");
        let (changes, unchanged) = changes(Some(&template), &template);
        assert_eq!(changes, []);
        assert_eq!(unchanged, 4);
    }

    #[test]
    fn an_upgrade_from_0_1_0_replaces_and_removes_nothing() {
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/fixtures/templates-of-0.1.0"
        );
        let stack = infra::StackFile::parse("name = \"account-guide\"\n", "stack.toml").unwrap();
        for (file, now) in [
            ("identity.yaml", infra::stacks::identity(&stack)),
            ("skill.yaml", infra::stacks::skill(&stack)),
        ] {
            let before = std::fs::read_to_string(format!("{folder}/{file}")).unwrap();
            let [before, now] = [before, now.to_json().unwrap().to_string()]
                .map(|text| Template::read(&text, &BTreeMap::new()).unwrap());
            let (changes, unchanged) = changes(Some(&before), &now);
            assert!(changes.len() + unchanged >= 4, "{file}");
            for change in changes {
                assert_eq!(change.kind, Kind::Changed, "{file}: {change:?}");
                assert_eq!(change.replacement, Replacement::No, "{file}: {change:?}");
            }
        }
    }

    #[test]
    fn another_prefix_replaces_the_domain_and_nothing_else() {
        let before = identity("name = \"guide\"\n", "guide-dev");
        let after = identity("name = \"guide\"\n", "guide-other");
        let (changes, _) = changes(Some(&before), &after);
        let [domain] = changes.as_slice() else {
            panic!("{changes:?}");
        };
        assert_eq!(domain.subject, "UserPoolDomain");
        assert_eq!(domain.replacement, Replacement::Yes);
        assert_eq!(domain.fields[0].before, Some(json!("guide-dev")));
        assert_eq!(domain.fields[0].after, Some(json!("guide-other")));
    }

    #[test]
    fn what_refers_to_a_replaced_resource_changes_with_it() {
        let template = |description: &str| {
            let text = format!(
                "Resources:\n  Version:\n    Type: AWS::Lambda::Version\n    Properties:\n      \
                 Description: {description}\n  Alias:\n    Type: AWS::Lambda::Alias\n    \
                 Properties:\n      FunctionVersion: !GetAtt Version.Version\n"
            );
            Template::read(&text, &BTreeMap::new()).unwrap()
        };
        let (changes, _) = changes(Some(&template("a")), &template("b"));
        let told: Vec<_> = changes
            .iter()
            .map(|change| (change.subject.as_str(), change.replacement))
            .collect();
        assert_eq!(
            told,
            [("Alias", Replacement::No), ("Version", Replacement::Yes)]
        );
    }

    proptest! {
        #[test]
        fn adding_and_removing_are_opposites(days in 1u32..3650, prefix in "[a-z]{1,8}") {
            let text = format!("name = \"guide\"\n[identity.tokens]\nrefresh = \"{days}d\"\n");
            let one = identity("name = \"guide\"\n", "guide-dev");
            let other = identity(&text, &prefix);
            let there = changes(Some(&one), &other).0;
            let back = changes(Some(&other), &one).0;
            prop_assert_eq!(there.len(), back.len());
            for (there, back) in there.iter().zip(&back) {
                prop_assert_eq!(&there.subject, &back.subject);
                prop_assert_eq!(there.replacement, back.replacement);
            }
        }
    }
}
