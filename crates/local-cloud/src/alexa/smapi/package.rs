//! Reading a skill package.
//!
//! <https://developer.amazon.com/docs/alexa/smapi/skill-package-api-reference.html>

use std::io::{Cursor, Read};

use indexmap::IndexMap;
use serde_json::Value;
use zip::ZipArchive;

use super::errors::Violation;
use super::{manifest_rules, model_rules, without_mark};

/// The largest document inside a package, in bytes.
const DOCUMENT_LIMIT: u64 = 4 * 1024 * 1024;

/// A valid package.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) manifest: Value,
    /// By locale.
    pub(super) models: IndexMap<String, Value>,
    pub(super) warnings: Vec<Violation>,
}

/// Why a package is refused, by resource (`Manifest`, `InteractionModel.en-US`); without a resource
/// when the package as a whole cannot be read.
#[derive(Debug, Default)]
pub(super) struct Rejected {
    pub(super) package: Vec<Violation>,
    pub(super) resources: IndexMap<String, Vec<Violation>>,
}

impl Rejected {
    fn whole(message: impl Into<String>) -> Self {
        Self {
            package: vec![Violation::plain(message)],
            ..Self::default()
        }
    }
}

/// Opens and checks a package.
pub(super) fn parse(zip: &[u8]) -> Result<Package, Rejected> {
    let mut archive = ZipArchive::new(Cursor::new(zip))
        .map_err(|source| Rejected::whole(format!("The skill package is not a zip: {source}.")))?;
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| Some(name.ok()?.into_owned()))
        .collect();
    let mut rejected = Rejected::default();
    let mut models = IndexMap::new();
    let mut warnings = Vec::new();

    let manifest = match read(&mut archive, "skill.json") {
        None => {
            return Err(Rejected::whole(
                "skill.json is not found at the root of the skill package.",
            ));
        }
        Some(document) => document.and_then(|mut document| {
            let manifest = document["manifest"].take();
            if manifest.is_null() {
                return Err(vec![Violation::plain(
                    "skill.json does not have the property manifest.",
                )]);
            }
            manifest_rules::check(&manifest)
        }),
    };
    for name in &names {
        if let Some(locale) = model_locale(name) {
            let checked = read(&mut archive, name)
                .unwrap_or_else(|| Err(vec![Violation::plain(format!("{name} is not readable."))]))
                .and_then(|document| model_rules::check(locale, &document));
            match checked {
                Ok(model) => {
                    models.insert(locale.to_owned(), model);
                }
                Err(violations) => {
                    rejected
                        .resources
                        .insert(format!("InteractionModel.{locale}"), violations);
                }
            }
        } else if !belongs(name) {
            warnings.push(Violation::plain(format!(
                "{name} is not part of a skill package and is ignored."
            )));
        }
    }
    match manifest {
        Ok(manifest) if rejected.resources.is_empty() => Ok(Package {
            manifest,
            models,
            warnings,
        }),
        Ok(_) => Err(rejected),
        Err(violations) => {
            rejected
                .resources
                .insert_before(0, "Manifest".to_owned(), violations);
            Err(rejected)
        }
    }
}

fn model_locale(name: &str) -> Option<&str> {
    name.strip_prefix("interactionModels/custom/")?
        .strip_suffix(".json")
}

/// Whether a member is part of the package format: a folder, the manifest, an asset, a product.
fn belongs(name: &str) -> bool {
    name.ends_with('/')
        || name == "skill.json"
        || ["assets/", "isps/", "response/", "conversations/"]
            .iter()
            .any(|folder| name.starts_with(folder))
}

fn read(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
) -> Option<Result<Value, Vec<Violation>>> {
    let member = archive.by_name(name).ok()?;
    let mut text = Vec::new();
    let refuse = |message: String| Err(vec![Violation::plain(message)]);
    match member.take(DOCUMENT_LIMIT + 1).read_to_end(&mut text) {
        Err(source) => return Some(refuse(format!("{name} cannot be unpacked: {source}."))),
        Ok(_) if text.len() as u64 > DOCUMENT_LIMIT => {
            return Some(refuse(format!(
                "{name} is larger than {DOCUMENT_LIMIT} bytes."
            )));
        }
        Ok(_) => {}
    }
    Some(
        serde_json::from_slice(without_mark(&text))
            .or_else(|source| refuse(format!("{name} is not valid JSON: {source}."))),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use serde_json::json;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    pub(in crate::alexa::smapi) fn zip(members: &[(&str, Value)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, document) in members {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(document.to_string().as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn model() -> Value {
        json!({ "interactionModel": { "languageModel": {
            "invocationName": "voice link",
            "intents": [{ "name": "AMAZON.HelpIntent", "samples": [] }],
        } } })
    }

    #[test]
    fn manifest_and_models_are_read() {
        let package = parse(&zip(&[
            (
                "skill.json",
                json!({ "manifest": { "apis": { "custom": {} } } }),
            ),
            ("interactionModels/custom/en-US.json", model()),
            ("assets/images/icon.png", json!(null)),
        ]))
        .unwrap();
        assert_eq!(package.manifest["apis"], json!({ "custom": {} }));
        assert_eq!(package.models.keys().collect::<Vec<_>>(), ["en-US"]);
        assert!(package.warnings.is_empty());
    }

    #[test]
    fn account_linking_inside_is_ignored_with_a_warning() {
        let package = parse(&zip(&[
            ("skill.json", json!({ "manifest": {} })),
            ("accountLinking.json", json!({})),
        ]))
        .unwrap();
        assert_eq!(package.warnings.len(), 1);
        assert!(
            package.warnings[0]
                .message()
                .contains("accountLinking.json")
        );
    }

    #[test]
    fn each_resource_has_its_own_errors() {
        let rejected = parse(&zip(&[
            ("skill.json", json!({ "manifest": { "extra": 1 } })),
            ("interactionModels/custom/en-US.json", json!({})),
        ]))
        .unwrap_err();
        let resources: Vec<&String> = rejected.resources.keys().collect();
        assert_eq!(resources, ["Manifest", "InteractionModel.en-US"]);
    }

    #[test]
    fn what_is_not_a_package_is_refused_as_a_whole() {
        assert_eq!(parse(b"PK").unwrap_err().package.len(), 1);
        let nested = zip(&[("skill-package/skill.json", json!({ "manifest": {} }))]);
        assert_eq!(parse(&nested).unwrap_err().package.len(), 1);
    }
}
