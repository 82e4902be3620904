//! The manifest: what `skill.json` decides, and what a stage adds to it.
//!
//! <https://developer.amazon.com/en-US/docs/alexa/smapi/skill-manifest.html>

use std::collections::BTreeMap;

use models::package::{Finding, Findings, Place, check_manifest};
use serde_json::{Map, Value, json};

use super::problem::Problem;
use super::render::Endpoints;
use super::source::{Document, MODELS};

/// How many characters of the testing instructions are kept free for the mark that [`render`] adds.
const MARK: usize = 200;

/// What is to be said about a manifest: what is wrong, and what is advised.
pub(super) fn check(
    document: &Document,
    models: &BTreeMap<String, Document>,
) -> (Vec<Problem>, Vec<Problem>) {
    let found = |findings: Vec<Finding>| {
        let findings = findings.into_iter();
        findings
            .map(|finding| Problem::found(document, finding))
            .collect()
    };
    let Findings { refusals, advice } = check_manifest(&with_endpoint(&document.value));
    let mut checker = Checker {
        document,
        problems: found(refusals),
    };
    checker.instructions();
    checker.endpoints();
    checker.locales(models);
    (checker.problems, found(advice))
}

/// Events need an endpoint, which only a stage has.
fn with_endpoint(document: &Value) -> Value {
    let mut document = document.clone();
    let events = document.pointer_mut("/manifest/events");
    if let Some(events) = events.and_then(Value::as_object_mut) {
        let any = || json!({ "uri": "arn" });
        events.entry("endpoint").or_insert_with(any);
    }
    document
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

    fn report(&mut self, path: &Place, message: impl Into<String>, hint: impl Into<String>) {
        let position = path.position(&self.document.text);
        let problem = Problem::new(&self.document.file, message)
            .at(Some(position))
            .hint(hint);
        self.problems.push(problem);
    }

    /// Room for the mark is needed; that there is not more than Amazon takes is checked before.
    fn instructions(&mut self) {
        let keys = ["manifest", "publishingInformation", "testingInstructions"];
        let length = self
            .get(&keys)
            .and_then(Value::as_str)
            .map_or(0, |text| text.chars().count());
        let limit = facts::smapi::manifest().at(&keys);
        let limit = limit.and_then(|schema| schema.max_length).unwrap_or(0);
        let most = limit.saturating_sub(MARK);
        if (most + 1..=limit).contains(&length) {
            self.report(
                &Place::of(&keys),
                format!("testingInstructions has {length} characters"),
                format!("use at most {most}: a mark is added by which the skill is found again"),
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
                let path = Place::of(keys);
                self.report(
                    &path,
                    format!("{path} is filled in for each stage and does not belong in the file"),
                    "remove it",
                );
            }
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
                &Place::of(&keys),
                "the skill has no locale",
                "describe it for at least one, such as \"en-US\"",
            );
        }
        for locale in &locales {
            let path = Place::of(&keys).key(locale);
            if !models.contains_key(locale) {
                self.report(
                    &path,
                    format!("the locale {locale} has no interaction model"),
                    format!("add {MODELS}/{locale}.json, or remove the locale"),
                );
            }
        }
        for locale in models.keys().filter(|locale| !locales.contains(locale)) {
            self.report(
                &Place::of(&keys),
                format!("the interaction model of {locale} has no description beside it"),
                format!("describe the skill for {locale}, or remove {MODELS}/{locale}.json"),
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
