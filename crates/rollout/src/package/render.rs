//! The package of one stage: a pure function of what was read and of what the stage is.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use bytes::Bytes;
use infra::stack_file::AlexaRegion;
use serde_json::{Value, json};

use super::problem::{PackageError, Problem};
use super::source::{MANIFEST, MODELS, SourcePackage};
use super::{manifest, zip};
use crate::diff::documents::Documents;
use crate::{digest, files};

/// Where Alexa finds the function: ARNs of aliases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// For everyone whose part of the world is not in `regions`.
    pub default: String,
    /// For parts of the world that have a function of their own.
    pub regions: Vec<(AlexaRegion, String)>,
}

impl Endpoints {
    /// Every part of the world with its ARN.
    pub(super) fn by_region(&self) -> impl Iterator<Item = (AlexaRegion, &str)> {
        let parts = [
            AlexaRegion::NorthAmerica,
            AlexaRegion::Europe,
            AlexaRegion::FarEast,
        ];
        parts.into_iter().map(|part| {
            let own = self.regions.iter().find(|(region, _)| *region == part);
            (part, own.map_or(self.default.as_str(), |(_, arn)| arn))
        })
    }
}

/// The package of one stage, as it is uploaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    manifest: Value,
    locales: Vec<String>,
    files: BTreeMap<String, Bytes>,
    digest: String,
    folder: std::path::PathBuf,
}

impl SourcePackage {
    /// The package of a stage.
    ///
    /// `mark` is put into the testing instructions, by which the skill is found again if its id
    /// was lost; an empty one is left out. Without endpoints, as before there is a function, the
    /// manifest has no endpoint and no events.
    pub fn render(&self, mark: &str, endpoints: Option<&Endpoints>) -> Rendered {
        let manifest = manifest::render(&self.manifest, mark, endpoints);
        let mut documents = BTreeMap::from([(MANIFEST.to_owned(), manifest.clone())]);
        for (locale, model) in &self.models {
            documents.insert(format!("{MODELS}/{locale}.json"), model.clone());
        }

        let mut facts = documents.clone();
        for (path, bytes) in &self.assets {
            facts.insert(path.clone(), json!({ "sha256": digest::of_bytes(bytes) }));
        }
        let digest = digest::of_json(&json!(facts));

        // Byte by byte what ask-cli would write, without a line's end at the end: it rewrites the
        // manifest when it deploys, and takes the package for changed if that makes a difference.
        let mut files: BTreeMap<String, Bytes> = documents
            .into_iter()
            .map(|(path, document)| (path, format!("{document:#}").into()))
            .collect();
        let assets = self.assets.iter();
        files.extend(assets.map(|(path, bytes)| (path.clone(), bytes.clone().into())));
        Rendered {
            manifest,
            locales: self.models.keys().cloned().collect(),
            files,
            digest,
            folder: self.folder.clone(),
        }
    }
}

impl Rendered {
    /// The manifest, as `skill.json` holds it: `{"manifest": {...}}`.
    pub fn manifest(&self) -> &Value {
        &self.manifest
    }

    /// The locales, sorted.
    pub fn locales(&self) -> &[String] {
        &self.locales
    }

    /// Manifest and interaction models, for comparison with what the service stores.
    pub fn documents(&self) -> Documents {
        let model = |locale: &String| {
            let file = self.files.get(&format!("{MODELS}/{locale}.json"))?;
            Some((locale.clone(), serde_json::from_slice(file).ok()?))
        };
        Documents {
            manifest: self.manifest.clone(),
            models: self.locales.iter().filter_map(model).collect(),
        }
    }

    /// The files by their path in the package.
    pub fn files(&self) -> &BTreeMap<String, Bytes> {
        &self.files
    }

    /// SHA-256 of what the package says; how its JSON is laid out does not matter.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The package as it is uploaded: the same bytes for the same files.
    pub fn zip(&self) -> Result<Bytes, PackageError> {
        let files = self.files.iter();
        zip::archive(files.map(|(path, bytes)| (path.as_str(), bytes.as_ref()))).map_err(|error| {
            Problem::new(
                &self.folder,
                format!("cannot zip the skill package: {error}"),
            )
            .into()
        })
    }

    /// Writes the package to `skill-package/` in `dist`, in place of what was there.
    pub fn write(&self, dist: &Path) -> Result<(), PackageError> {
        let folder = dist.join("skill-package");
        let failed = |file: &Path, error| Problem::io(file, "write the rendered package", &error);
        for (path, bytes) in &self.files {
            let file = folder.join(path);
            files::replace(&file, bytes).map_err(|error| failed(&file, error))?;
        }
        self.remove_others(&folder)
            .map_err(|error| failed(&folder, error))?;
        Ok(())
    }

    /// Removes what an earlier rendering has left in a folder, but nobody's drafts.
    fn remove_others(&self, folder: &Path) -> std::io::Result<()> {
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(&next)? {
                let path = entry?.path();
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy();
                let name = name.replace('\\', "/");
                if path.is_dir() {
                    folders.push(path);
                } else if !self.files.contains_key(&name) && !is_hidden(&path) {
                    match std::fs::remove_file(&path) {
                        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }
}

fn is_hidden(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with('.')
}
