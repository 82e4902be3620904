//! The manifest: what `skill.json` decides, and what a stage adds to it.
//!
//! <https://developer.amazon.com/en-US/docs/alexa/smapi/skill-manifest.html>

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::locate::Path;
use super::problem::Problem;
use super::render::Endpoints;
use super::source::{Document, MODELS};

/// The events that a skill can subscribe to.
///
/// <https://developer.amazon.com/docs/alexa/smapi/skill-events-in-alexa-skills.html>
const EVENTS: [&str; 6] = [
    "SKILL_ACCOUNT_LINKED",
    "SKILL_DISABLED",
    "SKILL_ENABLED",
    "SKILL_PERMISSION_ACCEPTED",
    "SKILL_PERMISSION_CHANGED",
    "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED",
];

/// How many characters testing instructions may have.
const TESTING_INSTRUCTIONS: usize = 4000;
/// How many of them are kept free for the mark that [`render`] adds.
const MARK: usize = 200;

/// What is wrong with a manifest.
pub(super) fn check(document: &Document, models: &BTreeMap<String, Document>) -> Vec<Problem> {
    let mut checker = Checker {
        document,
        problems: Vec::new(),
    };
    checker.shape();
    checker.endpoints();
    checker.events();
    checker.locales(models);
    checker.problems
}

struct Checker<'a> {
    document: &'a Document,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn get(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter()
            .try_fold(&self.document.value, |value, key| value.get(key))
    }

    fn report(&mut self, path: &Path, message: impl Into<String>, hint: impl Into<String>) {
        let position = path.position(&self.document.text);
        let problem = Problem::new(&self.document.file, message)
            .at(Some(position))
            .hint(hint);
        self.problems.push(problem);
    }

    fn shape(&mut self) {
        let manifest = Path::of(&["manifest"]);
        if !self.get(&["manifest"]).is_some_and(Value::is_object) {
            self.report(
                &Path::default(),
                "the manifest is missing",
                "wrap everything in {\"manifest\": {...}}",
            );
            return;
        }
        if self.get(&["manifest", "manifestVersion"]) != Some(&json!("1.0")) {
            self.report(
                &manifest.key("manifestVersion"),
                "manifestVersion is not \"1.0\", the only one there is",
                "write \"manifestVersion\": \"1.0\"",
            );
        }
        if !self
            .get(&["manifest", "apis", "custom"])
            .is_some_and(Value::is_object)
        {
            self.report(
                &manifest.key("apis").key("custom"),
                "apis.custom is missing: this is a custom skill",
                "write \"apis\": {\"custom\": {}}",
            );
        }
        let keys = ["manifest", "publishingInformation", "testingInstructions"];
        let length = self
            .get(&keys)
            .and_then(Value::as_str)
            .map_or(0, |text| text.chars().count());
        if length > TESTING_INSTRUCTIONS - MARK {
            self.report(
                &Path::of(&keys),
                format!("testingInstructions has {length} characters"),
                format!(
                    "use at most {}: a mark is added by which the skill is found again",
                    TESTING_INSTRUCTIONS - MARK
                ),
            );
        }
    }

    /// Endpoints differ from stage to stage, so they are in no file.
    fn endpoints(&mut self) {
        for keys in [
            ["manifest", "apis", "custom", "endpoint"].as_slice(),
            &["manifest", "apis", "custom", "regions"],
            &["manifest", "events", "endpoint"],
            &["manifest", "events", "regions"],
        ] {
            if self.get(keys).is_some() {
                let path = Path::of(keys);
                self.report(
                    &path,
                    format!("{path} is filled in for each stage and does not belong in the file"),
                    "remove it",
                );
            }
        }
    }

    fn events(&mut self) {
        let keys = ["manifest", "events", "subscriptions"];
        let Some(subscriptions) = self.get(&keys).and_then(Value::as_array) else {
            return;
        };
        let unknown: Vec<(usize, String)> = subscriptions
            .iter()
            .map(|subscription| subscription["eventName"].as_str().unwrap_or_default())
            .enumerate()
            .filter(|(_, name)| !EVENTS.contains(name))
            .map(|(index, name)| (index, name.to_owned()))
            .collect();
        for (index, name) in unknown {
            self.report(
                &Path::of(&keys).index(index).key("eventName"),
                format!("`{name}` is not an event that a skill can subscribe to"),
                format!("use some of {}", EVENTS.join(", ")),
            );
        }
    }

    /// A locale needs both what the store shows and what Alexa listens for.
    fn locales(&mut self, models: &BTreeMap<String, Document>) {
        let keys = ["manifest", "publishingInformation", "locales"];
        let locales: Vec<String> = self
            .get(&keys)
            .and_then(Value::as_object)
            .map(|locales| locales.keys().cloned().collect())
            .unwrap_or_default();
        if locales.is_empty() {
            self.report(
                &Path::of(&keys),
                "the skill has no locale",
                "describe it for at least one, such as \"en-US\"",
            );
        }
        for locale in &locales {
            let path = Path::of(&keys).key(locale);
            if !models.contains_key(locale) {
                self.report(
                    &path,
                    format!("the locale {locale} has no interaction model"),
                    format!("add {MODELS}/{locale}.json, or remove the locale"),
                );
            }
            self.locale(&path, locale);
        }
        for locale in models.keys().filter(|locale| !locales.contains(locale)) {
            self.report(
                &Path::of(&keys),
                format!("the interaction model of {locale} has no description beside it"),
                format!("describe the skill for {locale}, or remove {MODELS}/{locale}.json"),
            );
        }
    }

    fn locale(&mut self, path: &Path, locale: &str) {
        let keys = ["manifest", "publishingInformation", "locales", locale];
        let length = |key: &str| -> usize {
            let text = self.get(&keys).and_then(|locale| locale.get(key));
            text.and_then(Value::as_str)
                .map_or(0, |text| text.chars().count())
        };
        let limits = [
            ("name", 2, 50),
            ("summary", 0, 160),
            ("description", 0, 4000),
        ];
        let outside: Vec<(&str, usize, usize, usize)> = limits
            .into_iter()
            .map(|(key, least, most)| (key, least, most, length(key)))
            .filter(|(_, least, most, length)| !(least..=most).contains(&length))
            .collect();
        for (key, least, most, length) in outside {
            self.report(
                &path.key(key),
                format!("{key} has {length} characters"),
                format!("use {least} to {most}"),
            );
        }
    }
}

/// The manifest of a stage.
///
/// `mark` goes into the testing instructions, by which a skill is found again whose id was lost.
/// Without endpoints there are no events either: they would need one.
pub(super) fn render(source: &Value, mark: &str, endpoints: Option<&Endpoints>) -> Value {
    let mut document = source.clone();
    let manifest = &mut document["manifest"];
    if !mark.is_empty() {
        let instructions = &mut manifest["publishingInformation"]["testingInstructions"];
        let marked = match instructions.as_str() {
            Some(text) if !text.is_empty() => format!("{text}\n\n({mark})"),
            _ => format!("({mark})"),
        };
        *instructions = marked.into();
    }
    match endpoints {
        Some(endpoints) => {
            fill(&mut manifest["apis"]["custom"], endpoints);
            if manifest.get("events").is_some() {
                fill(&mut manifest["events"], endpoints);
            }
        }
        None => {
            if let Some(manifest) = manifest.as_object_mut() {
                manifest.shift_remove("events");
            }
        }
    }
    document
}

/// Writes the endpoint and one for every region: one that an earlier manifest had and this one
/// lacks would go on being used.
fn fill(target: &mut Value, endpoints: &Endpoints) {
    let endpoint = |arn: &str| json!({ "uri": arn });
    let regions: Map<String, Value> = endpoints
        .by_region()
        .map(|(region, arn)| (region.to_string(), json!({ "endpoint": endpoint(arn) })))
        .collect();
    target["endpoint"] = endpoint(&endpoints.default);
    target["regions"] = Value::Object(regions);
}
