//! `cargo xtask render`: the committed templates, and the skill package of a stage.

use std::path::PathBuf;

use rollout::package::SourcePackage;

use crate::failure::Failure;
use crate::{Render, output, stack, workspace};

pub(crate) fn run(options: &Render) -> Result<(), Failure> {
    let stack = stack::read(&options.stack)?;
    let stage = stack::stage(&stack, options.stage.as_deref())?;
    let templates = infra::render::templates(&stack)
        .map_err(|error| Failure::new("IO", format!("cannot render: {error}")))?;

    let mut stale = Vec::new();
    for (path, text) in templates {
        let file = workspace::root().join(path);
        if std::fs::read_to_string(&file).is_ok_and(|committed| committed == text) {
            continue;
        }
        if options.check {
            stale.push(path);
        } else {
            write(&file, text.as_bytes())?;
            output::line(path);
        }
    }
    if !stale.is_empty() {
        return Err(Failure::new(
            "STALE",
            format!("not what stack.toml renders to: {}", stale.join(", ")),
        )
        .hint("run `cargo xtask render` and commit the result"));
    }

    // Before a rollout there is neither a function nor a mark: what `ask deploy` may upload then
    // has no endpoint.
    let folder = stack::package_folder(&options.stack);
    let package = SourcePackage::read(&folder)
        .map_err(|error| Failure::from(rollout::error::Error::from(error)))?
        .render("", None);
    if !options.check {
        let dist = workspace::dist(stage.as_str());
        package
            .write(&dist)
            .map_err(|error| Failure::from(rollout::error::Error::from(error)))?;
        output::line(&format!("dist/{stage}/skill-package"));
    }
    Ok(())
}

fn write(file: &PathBuf, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new("IO", format!("cannot write {}: {error}", file.display()))
    };
    if let Some(parent) = file.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::write(file, bytes).map_err(failed)
}
