//! `cargo xtask render`: the committed templates and the skill package of a stage.

use std::path::{Path, PathBuf};

use infra::StackFile;
use infra::cloudformation::RenderError;
use rollout::package::SourcePackage;
use serde_json::Value;

use crate::failure::{Code, Failure, RolloutCode};
use crate::{Render, ask_cli, output, stack, workspace};

/// A committed template beside the one that the code renders.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Committed {
    /// The same.
    Current,
    /// The text of another version, which an upgrade has left behind.
    OfAnotherVersion(String),
    /// Not there, and made for editors only.
    NotYetThere,
    /// Missing, left over, or another text of this version.
    Stale,
}

impl Committed {
    /// Compares a file with its text; one without a text should not be there.
    fn of(file: &Path, text: Option<&str>) -> Self {
        let there = std::fs::read_to_string(file).ok();
        match there.as_deref() {
            there if there == text => Self::Current,
            Some(there) if text.is_some() => match infra::render::version(there) {
                Some(version) if version != infra::render::VERSION => {
                    Self::OfAnotherVersion(version.to_owned())
                }
                _ => Self::Stale,
            },
            None if file.ends_with(infra::render::SCHEMA) => Self::NotYetThere,
            _ => Self::Stale,
        }
    }

    /// A sentence about a document that an upgrade wants rendered, and that is no mistake until then.
    pub(crate) fn left_behind(&self) -> Option<String> {
        match self {
            Self::OfAnotherVersion(version) => Some(format!(
                "rendered by version {version}; `cargo xtask render` shows what {} changes in it",
                infra::render::VERSION
            )),
            Self::NotYetThere => {
                Some("not there; `cargo xtask render` writes it, for editors".to_owned())
            }
            Self::Current | Self::Stale => None,
        }
    }
}

/// The committed documents that are not what the code renders.
pub(crate) fn differing(stack: &StackFile) -> Result<Vec<(PathBuf, Committed)>, Failure> {
    let documents = committed(stack)?.into_iter();
    let compared = documents.map(|(file, text)| {
        let standing = Committed::of(&file, text.as_deref());
        (file, standing)
    });
    Ok(compared
        .filter(|(_, standing)| *standing != Committed::Current)
        .collect())
}

pub(crate) fn run(options: &Render) -> Result<(), Failure> {
    let stack = stack::read(&options.stack)?;
    let stage = stack::stage(&stack, options.stage.as_deref())?;
    let dist = workspace::dist(stage.as_str());
    let documents = if stack::is_the_workspaces(&options.stack) {
        committed(&stack)?
    } else {
        // Templates of another file are not what this repository deploys.
        templates(&stack, &dist.join("templates"))?
    };
    let mut stale = Vec::new();
    for (file, text) in documents {
        let path = shown(&file);
        let standing = Committed::of(&file, text.as_deref());
        if standing == Committed::Current {
            continue;
        }
        if let (true, Some(why)) = (options.check, standing.left_behind()) {
            output::aside(&format!("{path}: {why}"));
        } else if options.check {
            stale.push(path);
        } else {
            match text {
                Some(text) => write(&file, text.as_bytes())?,
                None => remove(&file)?,
            }
            output::line(&path);
        }
    }
    if !stale.is_empty() {
        return Err(Failure::new(
            Code::Stale,
            format!("not what it renders to: {}", stale.join(", ")),
        )
        .hint("run `cargo xtask render` and commit the result"));
    }

    // Before a rollout there is neither a function nor a mark: what `ask deploy` may upload then
    // has no endpoint.
    let folder = stack::package_folder(&options.stack);
    let package = SourcePackage::read(&folder)
        .map_err(|error| Failure::from(rollout::error::Error::from(error)))?
        .render("", None);
    if options.check {
        return Ok(());
    }
    let profile = stack::ask_profile(&stack, &stage);
    ask_cli::describe(&dist, &profile)?;
    // A local stage is gone with its end, and ask-cli is told so then.
    let there = !stage.is_local() || ask_cli::skill(&dist, &profile)?.is_some();
    if there && is_deployed(&dist.join("skill-package/skill.json")) {
        output::aside(&format!(
            "dist/{stage}/skill-package is what was deployed, with its endpoints, and was left as \
             it is; `cargo xtask deploy {stage}` renders it anew"
        ));
    } else {
        package
            .write(&dist)
            .map_err(|error| Failure::from(rollout::error::Error::from(error)))?;
        output::line(&format!("dist/{stage}/skill-package"));
    }
    Ok(())
}

/// The committed documents, which show in a pull request what changes: the templates of `stack.toml` and of every preset,
/// and the schema of `stack.toml`.
fn committed(stack: &StackFile) -> Result<Documents, Failure> {
    let folder = workspace::root().join("infra/templates");
    let mut documents = templates(stack, &folder)?;
    let (name, text) = infra::render::delivery(stack).map_err(|error| unrenderable(&error))?;
    documents.push((folder.join(name), Some(text)));
    let schema = infra::stack_file::declaration::schema_text();
    documents.push((workspace::root().join(infra::render::SCHEMA), Some(schema)));
    // A project has one way to sign in; the tool's own repository shows all.
    let presets = folder.join("presets");
    if presets.is_dir() {
        for (name, text) in infra::presets::ALL {
            let stack = StackFile::parse(text, name)
                .map_err(|error| Failure::new(RolloutCode::StackFile, error.to_string()))?;
            documents.extend(templates(&stack, &presets.join(name))?);
        }
    }
    Ok(documents)
}

/// Files, and their texts if they shall be there.
type Documents = Vec<(PathBuf, Option<String>)>;

fn templates(stack: &StackFile, folder: &Path) -> Result<Documents, Failure> {
    let rendered = infra::render::files(stack).map_err(|error| unrenderable(&error))?;
    Ok(rendered
        .into_iter()
        .map(|(name, text)| (folder.join(name), text))
        .collect())
}

/// A template that cannot be written as YAML.
pub(crate) fn unrenderable(error: &RenderError) -> Failure {
    Failure::new(Code::Io, format!("cannot render: {error}"))
}

/// A path as people write it, from the root of the repository.
pub(crate) fn shown(file: &Path) -> String {
    let root = workspace::root();
    let path = file.strip_prefix(&root).unwrap_or(file);
    path.display().to_string()
}

/// True if a rendered manifest names a function: then it was rendered by a deployment, and only
/// another one knows what belongs into it.
fn is_deployed(manifest: &Path) -> bool {
    std::fs::read(manifest)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
        .is_some_and(|manifest| manifest.pointer("/manifest/apis/custom/endpoint").is_some())
}

fn remove(file: &Path) -> Result<(), Failure> {
    std::fs::remove_file(file).map_err(|error| {
        Failure::new(
            Code::Io,
            format!("cannot remove {}: {error}", file.display()),
        )
    })
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(
            Code::Io,
            format!("cannot write {}: {error}", file.display()),
        )
    };
    if let Some(parent) = file.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::write(file, bytes).map_err(failed)
}
