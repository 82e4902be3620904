//! What keeps Amazon from certifying a skill, as far as its package shows it.
//!
//! <https://developer.amazon.com/docs/alexa/custom-skills/certification-requirements-for-custom-skills.html>

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use models::package::Place as JsonPlace;
use serde_json::Value;
use utterances::{Understanding, understanding};

use super::finding::{Finding, Place, Severity};
use super::icons;
use crate::failure::{Code, Failure};

/// Intents that make a skill better, and what they are for
/// ([built-in intents](https://developer.amazon.com/docs/alexa/custom-skills/standard-built-in-intents.html)).
/// Without those that Alexa demands it is no package.
const ADVISED_INTENTS: [(&str, &str); 2] = [
    (
        "AMAZON.FallbackIntent",
        "what no sample covers is not answered",
    ),
    (
        "AMAZON.NavigateHomeIntent",
        "“go home” does not leave the skill",
    ),
];
/// As many example phrases as the store shows.
const EXAMPLE_PHRASES: usize = 3;

/// A document and the text that its places are counted in.
pub(super) struct Document {
    file: PathBuf,
    text: String,
    pub(super) value: Value,
}

impl Document {
    fn read(file: PathBuf) -> Result<Self, Failure> {
        let failed = |why: String| Failure::new(Code::Io, format!("{}: {why}", file.display()));
        let text = std::fs::read_to_string(&file).map_err(|error| failed(error.to_string()))?;
        let text = text.trim_start_matches('\u{feff}').to_owned();
        let value = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        Ok(Self { file, text, value })
    }

    /// Where a value is.
    pub(super) fn place(&self, place: &JsonPlace) -> Place {
        let (line, column) = place.position(&self.text);
        Place::new(&self.file, line, column)
    }

    fn finding(&self, code: &'static str, place: &JsonPlace, message: String) -> Finding {
        Finding::new(code, Severity::Certification, message).at(self.place(place))
    }
}

/// A skill package that can be read.
pub(super) struct Package {
    folder: PathBuf,
    manifest: Document,
    models: BTreeMap<String, Document>,
}

impl Package {
    /// Reads the manifest and the models of its locales.
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let manifest = Document::read(folder.join("skill.json"))?;
        let mut models = BTreeMap::new();
        let locales = manifest.value["manifest"]["publishingInformation"]["locales"].as_object();
        for locale in locales.into_iter().flat_map(|locales| locales.keys()) {
            let file = folder.join(format!("interactionModels/custom/{locale}.json"));
            // One that cannot be read is no package's, which is found elsewhere.
            if let Ok(model) = Document::read(file) {
                models.insert(locale.clone(), model);
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            manifest,
            models,
        })
    }

    /// The interaction models, by locale.
    pub(super) fn models(&self) -> &BTreeMap<String, Document> {
        &self.models
    }

    /// `optional` says whether the skill can be used without linking an account.
    pub(super) fn check(&self, optional: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (locale, model) in &self.models {
            findings.extend(intents(model));
            findings.extend(dialogs(model));
            findings.extend(self.example_phrases(locale, model));
            findings.extend(self.icons(locale));
            findings.extend(self.policies(locale));
        }
        findings.extend(self.testing_account(optional));
        findings
    }

    fn publishing(&self) -> &Value {
        &self.manifest.value["manifest"]["publishingInformation"]
    }

    /// What the store suggests has to work word for word.
    fn example_phrases(&self, locale: &str, model: &Document) -> Vec<Finding> {
        let keys = ["manifest", "publishingInformation", "locales"];
        let place = JsonPlace::of(&keys).key(locale).key("examplePhrases");
        let phrases: Vec<&str> = self.publishing()["locales"][locale]["examplePhrases"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut findings = Vec::new();
        let report = |place: &JsonPlace, message: String, fix: &str| {
            self.manifest
                .finding("EXAMPLE_PHRASE", place, message)
                .fix(fix.to_owned())
        };
        if phrases.len() != EXAMPLE_PHRASES {
            findings.push(report(
                &place,
                format!("{locale} has {} example phrases", phrases.len()),
                "give three: one that opens the skill, and two that ask it for something",
            ));
        }
        let interaction = &model.value["interactionModel"];
        for (index, phrase) in phrases.into_iter().enumerate() {
            let (why, fix) = match understanding(locale, interaction, phrase) {
                Understanding::Launch | Understanding::Intent(_) => continue,
                Understanding::NoIntent => (
                    "no sample of the interaction model says that",
                    "use a sample of an intent after the invocation name, or add this one",
                ),
                Understanding::NotTheSkill => (
                    "the invocation name is not in it, or not where it belongs",
                    "begin with the wake word, then “open” or “ask” and the invocation name",
                ),
            };
            let message = format!("“{phrase}” does not work: {why}");
            findings.push(report(&place.index(index), message, fix));
        }
        findings
    }

    fn icons(&self, locale: &str) -> Vec<Finding> {
        let keys = ["manifest", "publishingInformation", "locales"];
        let place = JsonPlace::of(&keys).key(locale);
        let described = &self.publishing()["locales"][locale];
        [("smallIconUri", 108), ("largeIconUri", 512)]
            .into_iter()
            .filter_map(|(name, side)| {
                let problem = match described[name].as_str() {
                    None => Some(format!("{locale} has no {name}")),
                    Some(uri) => icons::problem(&self.folder, uri, side),
                };
                let finding = self.manifest.finding("ICON", &place.key(name), problem?);
                Some(finding.fix(format!(
                    "put a PNG or JPEG of {side} by {side} pixels into \
                     skill-package/assets/images and name it as file://assets/images/NAME"
                )))
            })
            .collect()
    }

    /// A skill that links accounts handles personal information.
    fn policies(&self, locale: &str) -> Vec<Finding> {
        let keys = ["manifest", "privacyAndCompliance", "locales"];
        let place = JsonPlace::of(&keys).key(locale);
        let given = &self.manifest.value["manifest"]["privacyAndCompliance"]["locales"][locale];
        [
            ("privacyPolicyUrl", "privacy policy"),
            ("termsOfUseUrl", "terms of use"),
        ]
        .into_iter()
        .filter_map(|(name, what)| {
            let message = match given[name].as_str() {
                None => format!("{locale} names no {what} ({name})"),
                Some(url) if !url.starts_with("https://") => {
                    format!("the {what} of {locale} is not at an https address: {url}")
                }
                Some(_) => return None,
            };
            let finding = self
                .manifest
                .finding("POLICY_URL", &place.key(name), message);
            Some(finding.fix(format!(
                "publish the {what} where everybody can read it without signing in, and write its \
                 address into privacyAndCompliance.locales.{locale}.{name}"
            )))
        })
        .collect()
    }

    /// Whoever certifies has to get past the sign-in page.
    fn testing_account(&self, optional: bool) -> Option<Finding> {
        let keys = ["manifest", "publishingInformation", "testingInstructions"];
        let text = self.publishing()["testingInstructions"].as_str();
        if text.is_some_and(names_an_account) {
            return None;
        }
        let why = if optional {
            "most of the skill needs an account, and the testing instructions name none"
        } else {
            "the skill cannot be used without an account, and the testing instructions name none"
        };
        let place = JsonPlace::of(&keys);
        let finding = self
            .manifest
            .finding("TESTING_ACCOUNT", &place, why.to_owned());
        Some(
            finding.fix(
                "make an account for Amazon's testers, and write what to sign in with, and its \
             password or how a code is received, into testingInstructions"
                    .to_owned(),
            ),
        )
    }
}

/// An e-mail address or a phone number, or else a password.
fn names_an_account(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.any(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+');
        let address = word
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let number = word.starts_with('+') && digits >= 8;
        address || number || word.eq_ignore_ascii_case("password")
    })
}

fn intents(model: &Document) -> Vec<Finding> {
    let keys = ["interactionModel", "languageModel", "intents"];
    let place = JsonPlace::of(&keys);
    let list = model.value["interactionModel"]["languageModel"]["intents"].as_array();
    let has = |name: &str| {
        let mut intents = list.into_iter().flatten();
        intents.any(|intent| intent["name"] == name)
    };
    let missing = ADVISED_INTENTS.into_iter().filter(|(name, _)| !has(name));
    let finding = |(name, without): (&str, &str)| {
        let message = format!("{name} is missing: {without}");
        Finding::new("INTENT", Severity::Advice, message)
            .at(model.place(&place))
            .fix(format!("add {{\"name\": \"{name}\", \"samples\": []}}"))
    };
    missing.map(finding).collect()
}

/// The local device does not ask what a dialog would have Alexa ask.
fn dialogs(model: &Document) -> Vec<Finding> {
    let keys = ["interactionModel", "dialog", "intents"];
    let intents = model.value["interactionModel"]["dialog"]["intents"].as_array();
    let finding = |(index, intent): (usize, &Value)| {
        let name = intent["name"].as_str().unwrap_or_default();
        let place = model.place(&JsonPlace::of(&keys).index(index));
        let message = format!("the local device does not hold the dialog of {name}");
        Finding::new("DIALOG", Severity::Advice, message)
            .at(place)
            .fix(
                "try it with Alexa: what she asks by herself is not asked on a local stage"
                    .to_owned(),
            )
    };
    intents
        .into_iter()
        .flatten()
        .enumerate()
        .map(finding)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_told_from_a_description() {
        for text in [
            "Sign in as ada@example.com with the password given below.",
            "Link with +4915112345678; codes are read to you.",
            "User tester, password: Correct-Horse-7",
        ] {
            assert!(names_an_account(text), "{text}");
        }
        for text in [
            "Enable the skill, link an account when asked to.",
            "Say: what is my e-mail @ home",
            "",
        ] {
            assert!(!names_an_account(text), "{text}");
        }
    }
}
