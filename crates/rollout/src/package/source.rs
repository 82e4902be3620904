//! Reading the folder that people edit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use models::package::check_model;
use serde_json::Value;

use super::linking::{self, Decisions};
use super::manifest;
use super::problem::{PackageError, Problem};

/// The manifest's file.
pub(super) const MANIFEST: &str = "skill.json";
/// The file that says how accounts are linked.
pub(super) const ACCOUNT_LINKING: &str = "accountLinking.json";
/// The folder of the interaction models, one file for each locale.
pub(super) const MODELS: &str = "interactionModels/custom";

/// A skill package as people edit it, checked: decisions, and nothing of any stage.
#[derive(Debug, Clone, PartialEq)]
pub struct SourcePackage {
    pub(super) folder: PathBuf,
    pub(super) manifest: Value,
    pub(super) models: BTreeMap<String, Value>,
    pub(super) linking: Decisions,
    /// What else is uploaded, such as icons: paths with `/`, and their bytes.
    pub(super) assets: BTreeMap<String, Vec<u8>>,
    /// What Amazon takes, and what does not work as it looks.
    pub(super) advice: Vec<Problem>,
}

/// A document, and the text that it was read from.
pub(super) struct Document {
    pub(super) file: PathBuf,
    pub(super) text: String,
    pub(super) value: Value,
}

impl SourcePackage {
    /// Reads and checks a folder with `skill.json`, `accountLinking.json` and
    /// `interactionModels/custom/<locale>.json`.
    pub fn read(folder: &Path) -> Result<Self, PackageError> {
        let mut files = BTreeMap::new();
        collect(folder, "", &mut files)?;

        let mut problems = Vec::new();
        let mut take = |name: &str| match files.remove(name) {
            Some(bytes) => Document::parse(folder.join(name), bytes),
            None => Err(missing(&folder.join(name))),
        };
        let manifest = keep(take(MANIFEST), &mut problems);
        let linking = keep(take(ACCOUNT_LINKING), &mut problems);
        let mut models = BTreeMap::new();
        for locale in locales(&files) {
            let document = take_model(&locale, folder, &mut files);
            if let Some(document) = keep(document, &mut problems) {
                models.insert(locale, document);
            }
        }

        let mut advice = Vec::new();
        if let Some(document) = &manifest {
            let (refused, advised) = manifest::check(document, &models);
            problems.extend(refused);
            advice.extend(advised);
        }
        for (locale, document) in &models {
            let findings = check_model(locale, &document.value);
            let found = |finding| Problem::found(document, finding);
            problems.extend(findings.refusals.into_iter().map(found));
            advice.extend(findings.advice.into_iter().map(found));
        }
        let linking = linking.and_then(|document| keep(linking::read(&document), &mut problems));
        PackageError::unless_empty(problems)?;
        let (Some(manifest), Some(linking)) = (manifest, linking) else {
            // Not read without a problem, which was returned above.
            return Err(missing(&folder.join(MANIFEST)).into());
        };
        Ok(Self {
            folder: folder.to_owned(),
            manifest: manifest.value,
            models: models
                .into_iter()
                .map(|(locale, document)| (locale, document.value))
                .collect(),
            linking,
            assets: files,
            advice,
        })
    }

    /// What can be deployed and does not work as it looks.
    pub fn advice(&self) -> &[Problem] {
        &self.advice
    }

    /// The locales of the skill, sorted.
    pub fn locales(&self) -> impl Iterator<Item = &str> {
        self.models.keys().map(String::as_str)
    }

    /// The first locale of the manifest that has an interaction model: the project's own language.
    pub fn first_locale(&self) -> &str {
        let described = self
            .manifest
            .pointer("/manifest/publishingInformation/locales");
        let described = described.and_then(Value::as_object);
        let described = described.into_iter().flat_map(serde_json::Map::keys);
        let mut locales = described.chain(self.models.keys()).map(String::as_str);
        // A package without a model is not read.
        (locales.find(|locale| self.models.contains_key(*locale))).unwrap_or_default()
    }

    /// The skill's name in the store, in a locale such as `en-US`.
    pub fn store_name(&self, locale: &str) -> Option<&str> {
        let publishing = self.manifest.pointer("/manifest/publishingInformation")?;
        publishing["locales"][locale]["name"].as_str()
    }

    /// What people say to open the skill, in a locale such as `en-US`.
    pub fn invocation_name(&self, locale: &str) -> Result<&str, PackageError> {
        let name = self
            .models
            .get(locale)
            .and_then(|model| model.pointer("/interactionModel/languageModel/invocationName"))
            .and_then(Value::as_str);
        let file = self.folder.join(MODELS).join(format!("{locale}.json"));
        name.ok_or_else(|| missing(&file).into())
    }
}

impl Document {
    fn parse(file: PathBuf, bytes: Vec<u8>) -> Result<Self, Problem> {
        let text = String::from_utf8(bytes)
            .map_err(|error| Problem::new(&file, format!("not UTF-8 text: {error}")))?;
        // Editors on Windows leave a byte order mark, which is no part of JSON (RFC 8259, 8.1).
        let text = match text.strip_prefix('\u{feff}') {
            Some(text) => text.to_owned(),
            None => text,
        };
        match serde_json::from_str(&text) {
            Ok(value) => Ok(Self { file, text, value }),
            Err(error) => Err(Problem::json(&file, &error).hint(
                "mend the file there; a missing or extra comma or bracket is the usual cause",
            )),
        }
    }
}

fn keep<T>(result: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

fn missing(file: &Path) -> Problem {
    Problem::new(file, "the file is missing")
        .hint("bring it back, or take it from the repository that this one was forked from")
}

fn locales(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let locale = |path: &String| -> Option<String> {
        let name = path.strip_prefix(MODELS)?.strip_prefix('/')?;
        Some(name.strip_suffix(".json")?.to_owned())
    };
    files.keys().filter_map(locale).collect()
}

fn take_model(
    locale: &str,
    folder: &Path,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<Document, Problem> {
    let name = format!("{MODELS}/{locale}.json");
    let bytes = files.remove(&name);
    let file = folder.join(&name);
    match bytes {
        Some(bytes) => Document::parse(file, bytes),
        None => Err(missing(&file)),
    }
}

/// Reads every file below `folder`, except for hidden ones.
fn collect(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), Problem> {
    let failed = |error: std::io::Error| {
        Problem::io(folder, "read the skill package", &error)
            .hint("run the command in the repository, where skill-package/ is")
    };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(Problem::new(&path, "the file's name is not UTF-8"));
        };
        if name.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else {
            let bytes = std::fs::read(&path)
                .map_err(|error| Problem::io(&path, "read the file", &error))?;
            files.insert(name, bytes);
        }
    }
    Ok(())
}
