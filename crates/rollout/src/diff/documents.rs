//! What an import would change: the manifest's fields and, by locale, the interaction models'
//! intents, samples and slots.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::change::{Change, Field, Kind, fields};

/// The documents of a skill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Documents {
    /// `{"manifest": {...}}`, or `null` before there is a skill.
    pub manifest: Value,
    /// `{"interactionModel": {...}}` by locale.
    pub models: BTreeMap<String, Value>,
}

/// What has to change for one to become the other.
pub fn changes(before: &Documents, after: &Documents) -> Vec<Change> {
    let manifest = whole(
        "manifest",
        before.manifest.as_object(),
        after.manifest.as_object(),
        fields,
    );
    let locales: BTreeSet<_> = before.models.keys().chain(after.models.keys()).collect();
    let models = locales.into_iter().filter_map(|locale| {
        whole(
            &format!("interaction model {locale}"),
            before.models.get(locale).and_then(Value::as_object),
            after.models.get(locale).and_then(Value::as_object),
            model_fields,
        )
    });
    manifest.into_iter().chain(models).collect()
}

fn whole(
    subject: &str,
    before: Option<&Map<String, Value>>,
    after: Option<&Map<String, Value>>,
    compare: impl Fn(&Map<String, Value>, &Map<String, Value>) -> Vec<Field>,
) -> Option<Change> {
    let kind = match (before, after) {
        (None, None) => return None,
        (None, Some(_)) => Kind::Added,
        (Some(_), None) => Kind::Removed,
        (Some(_), Some(_)) => Kind::Changed,
    };
    let empty = Map::new();
    let fields = compare(before.unwrap_or(&empty), after.unwrap_or(&empty));
    (kind != Kind::Changed || !fields.is_empty()).then(|| Change::new(kind, subject, fields))
}

/// Members of a language model whose order means nothing to Alexa, taken apart by name.
const NAMED: [&str; 2] = ["intents", "types"];

fn model_fields(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Field> {
    let mut found = fields(&without_named(before), &without_named(after));
    for list in NAMED {
        let (before, after) = (named(before, list), named(after, list));
        let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for name in names {
            let path = vec![list.to_owned(), name.clone()];
            match (before.get(name), after.get(name)) {
                (Some(before), Some(after)) => entry(&path, before, after, &mut found),
                (before, after) => {
                    found.push(Field::new(path, before.cloned(), after.cloned()));
                }
            }
        }
    }
    found
}

fn language(document: &Map<String, Value>) -> Option<&Map<String, Value>> {
    document
        .get("interactionModel")?
        .get("languageModel")?
        .as_object()
}

fn named(document: &Map<String, Value>, list: &str) -> BTreeMap<String, Value> {
    let items = language(document).and_then(|model| model.get(list)?.as_array());
    items
        .into_iter()
        .flatten()
        .filter_map(|item| Some((item["name"].as_str()?.to_owned(), item.clone())))
        .collect()
}

fn without_named(document: &Map<String, Value>) -> Map<String, Value> {
    let mut rest = document.clone();
    let language = rest
        .get_mut("interactionModel")
        .and_then(|model| model.get_mut("languageModel"))
        .and_then(Value::as_object_mut);
    if let Some(language) = language {
        language.retain(|name, _| !NAMED.contains(&name.as_str()));
    }
    rest
}

/// An intent or a slot type: samples and values one by one, slots by name, the rest as it is.
fn entry(path: &[String], before: &Value, after: &Value, found: &mut Vec<Field>) {
    let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let (before, after) = (members(before), members(after));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for name in names {
        let path: Vec<_> = path.iter().cloned().chain([name.clone()]).collect();
        let list = |members: &Map<String, Value>| match members.get(name) {
            Some(Value::Array(items)) => items.clone(),
            _ => Vec::new(),
        };
        if !matches!(name.as_str(), "samples" | "slots" | "values") {
            if before.get(name) != after.get(name) {
                let values = (before.get(name).cloned(), after.get(name).cloned());
                found.push(Field::new(path, values.0, values.1));
            }
            continue;
        }
        let (before, after) = (list(&before), list(&after));
        for gone in before.iter().filter(|item| !after.contains(item)) {
            found.push(Field::new(path.clone(), Some(gone.clone()), None));
        }
        for new in after.iter().filter(|item| !before.contains(item)) {
            found.push(Field::new(path.clone(), None, Some(new.clone())));
        }
    }
}

/// The changes without what the service made of the documents when they were sent: a field that it
/// stores otherwise than it was sent is no change while both stay as they were.
pub fn without_normalised(changes: Vec<Change>, normalised: &[Change]) -> Vec<Change> {
    changes
        .into_iter()
        .filter_map(|mut change| {
            let usual = normalised
                .iter()
                .find(|usual| usual.subject == change.subject);
            if let (Kind::Changed, Some(usual)) = (change.kind, usual) {
                change.fields.retain(|field| !usual.fields.contains(field));
                return (!change.fields.is_empty()).then_some(change);
            }
            Some(change)
        })
        .collect()
}

/// What the plan calls the other files.
pub(crate) const FILES: &str = "package";

/// The change of the other files, which cannot be read back: by their digests.
pub fn digest(before: Option<&str>, after: &str) -> Change {
    let value = |digest: &str| json!(format!("sha256:{digest}"));
    let field = Field::new(
        vec!["digest".to_owned()],
        before.map(value),
        Some(value(after)),
    );
    Change::new(field.kind, FILES, vec![field])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(intents: &Value) -> Documents {
        let model = json!({"interactionModel": {"languageModel": {
            "invocationName": "account guide", "intents": intents, "types": []
        }}});
        Documents {
            manifest: json!({"manifest": {"apis": {"custom": {}}}}),
            models: [("en-US".to_owned(), model)].into(),
        }
    }

    #[test]
    fn intents_samples_and_slots_are_told_apart() {
        let before = model(&json!([
            {"name": "HelloIntent", "samples": ["hello", "hi"]},
            {"name": "OldIntent", "samples": []},
        ]));
        let after = model(&json!([
            {"name": "NewIntent", "samples": ["new"]},
            {"name": "HelloIntent", "samples": ["hi", "hey"],
             "slots": [{"name": "who", "type": "AMAZON.FirstName"}]},
        ]));
        let changes = changes(&before, &after);
        let [change] = changes.as_slice() else {
            panic!("{changes:?}");
        };
        let told: Vec<_> = change
            .fields
            .iter()
            .map(|field| format!("{}{}", field.kind.sign(), field.path.join("/")))
            .collect();
        assert_eq!(
            told,
            [
                "-intents/HelloIntent/samples",
                "+intents/HelloIntent/samples",
                "+intents/HelloIntent/slots",
                "+intents/NewIntent",
                "-intents/OldIntent",
            ]
        );
    }

    #[test]
    fn what_the_service_adds_by_itself_is_no_change() {
        let sent = model(&json!([]));
        let mut stored = sent.clone();
        stored.manifest["manifest"]["apis"]["custom"]["added"] = json!(true);
        let normalised = changes(&stored, &sent);
        assert_eq!(normalised.len(), 1);
        assert_eq!(without_normalised(changes(&stored, &sent), &normalised), []);
        stored.manifest["manifest"]["apis"]["custom"]["added"] = json!(false);
        let left = without_normalised(changes(&stored, &sent), &normalised);
        assert_eq!(left[0].fields[0].before, Some(json!(false)));
    }
}
