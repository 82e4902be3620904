//! `cargo xtask render`: the committed templates and the skill package of a stage.

use std::path::{Path, PathBuf};

use infra::StackFile;
use infra::cloudformation::RenderError;
use rollout::package::SourcePackage;
use serde_json::Value;

use crate::failure::Failure;
use crate::{Render, ask_cli, output, stack, workspace};

/// The committed documents that are not what the code renders.
pub(crate) fn stale(stack: &StackFile) -> Result<Vec<PathBuf>, Failure> {
    let documents = committed(stack)?.into_iter();
    let stale = documents.filter(|(file, text)| !holds(file, text.as_deref()));
    Ok(stale.map(|(file, _)| file).collect())
}

/// Whether a file is as it shall be; one without a text shall not be there.
fn holds(file: &Path, text: Option<&str>) -> bool {
    match text {
        Some(text) => std::fs::read_to_string(file).is_ok_and(|there| there == text),
        None => !file.exists(),
    }
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
        if holds(&file, text.as_deref()) {
            continue;
        }
        if options.check {
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
            "STALE",
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

/// What is committed, so that a pull request shows what changes: the templates of `stack.toml` and of every preset; and
/// the schema of `stack.toml`.
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
                .map_err(|error| Failure::new("STACK_FILE", error.to_string()))?;
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
    Failure::new("IO", format!("cannot render: {error}"))
}

/// A path as people write it, from the root of the repository.
pub(crate) fn shown(file: &Path) -> String {
    let root = workspace::root();
    let path = file.strip_prefix(&root).unwrap_or(file);
    path.display().to_string()
}

/// Whether a rendered manifest names a function: then it was rendered by a deployment, and only
/// another one knows what belongs into it.
fn is_deployed(manifest: &Path) -> bool {
    std::fs::read(manifest)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
        .is_some_and(|manifest| manifest.pointer("/manifest/apis/custom/endpoint").is_some())
}

fn remove(file: &Path) -> Result<(), Failure> {
    std::fs::remove_file(file)
        .map_err(|error| Failure::new("IO", format!("cannot remove {}: {error}", file.display())))
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new("IO", format!("cannot write {}: {error}", file.display()))
    };
    if let Some(parent) = file.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::write(file, bytes).map_err(failed)
}
