//! What is deployed: this workspace as it is, and with everything about it changed. A project whose people
//! sign in otherwise than by e-mail address and password is deployed with that preset: what the judge of
//! the end state takes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use infra::{OwnResources, StackFile};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Child;

use super::child;
use super::point::Scenario;
use crate::ci::presets;
use cli::build::{self, Kind, Parts, Site, What};
use cli::{stack, workspace};

/// Two versions of a fork, and the programs that deploy them.
#[derive(Debug)]
pub(super) struct Fork {
    folder: TempDir,
    pub(super) stack: StackFile,
}

/// One version of a fork.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) stack_file: PathBuf,
    pub(super) bundle: PathBuf,
}

impl Version {
    /// Begins its deployment.
    pub(super) fn deploy(&self, program: &Path, home: &Path) -> Result<Child> {
        child::deploy(program, home, &self.stack_file, &self.bundle)
    }
}

impl Fork {
    /// Builds once, for all deployments.
    pub(super) async fn prepare(project: Option<&Path>) -> Result<Self> {
        let target = super::folder();
        fs::create_dir_all(&target)
            .with_context(|| format!("cannot create {}", target.display()))?;
        let folder = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(&target)
            .context("cannot create a folder for this run")?;
        let root = workspace::root();
        let (root, path) = match project {
            Some(project) => (root.join(project), "stack.toml"),
            None => (root, presets::project_or_email()?),
        };
        let path = root.join(path);
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let resources = root.join(OwnResources::FILE);
        let resources = (resources.exists())
            .then(|| fs::read_to_string(&resources))
            .transpose()?;
        let stack = stack::read(&path).map_err(|failure| anyhow!("{failure}"))?;
        let fork = Self { folder, stack };
        let parts = Parts::of(&fork.stack);
        let site = Site {
            root: root.clone(),
            // Most of what another project is built from has been built here.
            target: Some(workspace::target()),
            cargo_home: None,
        };
        let bootstrap = build::compile(Kind::Local, What::Bootstrap(parts), &site)
            .await
            .map_err(|error| anyhow!("{error}"))?;
        // The program that is running may be built anew meanwhile.
        let program = std::env::current_exe().context("cannot tell which program this is")?;
        fs::copy(&program, fork.program())
            .with_context(|| format!("cannot copy {}", program.display()))?;
        for scenario in [Scenario::First, Scenario::Update] {
            let version = fork.version(scenario);
            let package = version.stack_file.with_file_name("skill-package");
            workspace::copy_folder(&root.join("skill-package"), &package)?;
            if let Some(resources) = &resources {
                let file = version.stack_file.with_file_name(OwnResources::FILE);
                fs::create_dir_all(file.parent().context("a file is in a folder")?)?;
                fs::write(file, revised_resources(resources, scenario))?;
            }
            let (text, bundle) = match scenario {
                Scenario::First => (text.clone(), zip(&bootstrap)?),
                Scenario::Update => {
                    revise_package(&package.join("skill.json"))?;
                    let program = version.stack_file.with_file_name("bootstrap");
                    recode(&bootstrap, &program)?;
                    (revised(&text, &fork.stack)?, zip(&program)?)
                }
            };
            fs::write(&version.stack_file, text)?;
            fs::write(&version.bundle, bundle)?;
        }
        Ok(fork)
    }

    /// A copy of this program.
    pub(super) fn program(&self) -> PathBuf {
        self.folder.path().join("xtask")
    }

    /// A new folder, which goes with the fork.
    pub(super) fn room(&self) -> Result<TempDir> {
        Ok(tempfile::tempdir_in(self.folder.path())?)
    }

    /// What is deployed in the end.
    pub(super) fn version(&self, scenario: Scenario) -> Version {
        let folder = self.folder.path().join(match scenario {
            Scenario::First => "first",
            Scenario::Update => "update",
        });
        Version {
            stack_file: folder.join("stack.toml"),
            bundle: folder.join("bundle.zip"),
        }
    }
}

/// The project's own resources, with one more in an update.
fn revised_resources(text: &str, scenario: Scenario) -> String {
    match scenario {
        Scenario::First => text.to_owned(),
        Scenario::Update => text.replacen(
            "\nResources:\n",
            "\nResources:\n  Revised:\n    Type: AWS::Logs::LogGroup\n",
            1,
        ),
    }
}

/// The stack file with other token lifetimes, scopes and memory.
fn revised(text: &str, parsed: &StackFile) -> Result<String> {
    let mut stack: toml::Table = toml::from_str(text).context("stack.toml")?;
    let minutes = parsed.identity.tokens.access.as_secs() / 60;
    let access = if minutes == 30 { "45m" } else { "30m" };
    set(&mut stack, &["identity", "tokens", "access"], access.into());
    let memory = if parsed.lambda.memory.megabytes() == 512 {
        384
    } else {
        512
    };
    set(&mut stack, &["lambda", "memory"], memory.into());
    let mut scopes: Vec<String> = parsed
        .linking
        .scopes
        .iter()
        .map(ToString::to_string)
        .collect();
    match scopes.iter().position(|scope| scope == "phone") {
        Some(position) => drop(scopes.remove(position)),
        None => scopes.push("phone".to_owned()),
    }
    set(&mut stack, &["linking", "scopes"], scopes.into());
    Ok(toml::to_string(&stack)?)
}

fn set(table: &mut toml::Table, path: &[&str], value: toml::Value) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        table.insert((*name).to_owned(), value);
        return;
    }
    let inner = table
        .entry((*name).to_owned())
        .or_insert_with(|| toml::Table::new().into());
    if let Some(inner) = inner.as_table_mut() {
        set(inner, rest, value);
    }
}

/// The manifest with other texts in every language.
fn revise_package(manifest: &Path) -> Result<()> {
    let mut document: Value = serde_json::from_slice(&fs::read(manifest)?)?;
    let locales = document
        .pointer_mut("/manifest/publishingInformation/locales")
        .and_then(Value::as_object_mut)
        .context("skill.json has no locales")?;
    for locale in locales.values_mut() {
        let summary = locale["summary"].as_str().unwrap_or_default();
        locale["summary"] = format!("{summary} Revised.").into();
    }
    fs::write(manifest, serde_json::to_vec_pretty(&document)?)?;
    Ok(())
}

/// Another program that does the same: what follows the end of an ELF file is not looked at.
fn recode(bootstrap: &Path, revised: &Path) -> Result<()> {
    let mut program = fs::read(bootstrap)?;
    program.extend(b"revised");
    fs::write(revised, program).with_context(|| format!("cannot write {}", revised.display()))
}

fn zip(bootstrap: &Path) -> Result<Vec<u8>> {
    let zip = build::zip(bootstrap, Kind::Local).map_err(|error| anyhow!("{error}"))?;
    Ok(zip.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_changes_what_it_says_and_stays_valid() {
        let before = StackFile::parse("name = \"guide\"\n", "stack.toml").unwrap();
        let text = revised("name = \"guide\"\n", &before).unwrap();
        let after = StackFile::parse(&text, "stack.toml").unwrap();
        assert_ne!(before.identity.tokens.access, after.identity.tokens.access);
        assert_ne!(before.lambda.memory, after.lambda.memory);
        assert_ne!(before.linking.scopes.len(), after.linking.scopes.len());
        let again = revised(&text, &after).unwrap();
        assert_ne!(text, again);
        assert!(StackFile::parse(&again, "stack.toml").is_ok());
    }
}
