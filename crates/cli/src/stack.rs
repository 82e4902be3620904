//! Reading the stack file for a command.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use infra::stack_file::{Problem, Region, StageName};
use infra::{OwnResources, StackFile};

use crate::failure::{Code, Failure, RolloutCode};
use crate::{output, workspace};

/// Reads and checks a stack file; a path that does not exist from here is looked for in the
/// workspace.
pub fn read(path: &Path) -> Result<StackFile, Failure> {
    let (text, shown) = text(path)?;
    let resources = resources(path)?;
    let stack = StackFile::parse_with(&text, &shown, resources)
        .map_err(|error| refused(path, error.problems()))?;
    for advice in stack.advice() {
        output::aside(&format!("advice: {advice}"));
    }
    Ok(stack)
}

/// The project's own resources, if it has any.
fn resources(stack: &Path) -> Result<Option<OwnResources>, Failure> {
    let Some((text, shown)) = resources_text(stack)? else {
        return Ok(None);
    };
    let parsed = OwnResources::parse(&text, OwnResources::FILE);
    parsed
        .map(Some)
        .map_err(|error| refused(&shown, error.problems()))
}

/// The text of `infra/resources.yaml` beside the stack file, and what to call it.
pub(crate) fn resources_text(stack: &Path) -> Result<Option<(String, PathBuf)>, Failure> {
    let path = found(stack).with_file_name("").join(OwnResources::FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((text, PathBuf::from(OwnResources::FILE)))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(
            Code::Io,
            format!("cannot read {}: {error}", path.display()),
        )),
    }
}

/// The text of a stack file, and what to call it.
pub(crate) fn text(path: &Path) -> Result<(String, String), Failure> {
    let found = found(path);
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(&found).map_err(|error| {
        Failure::new(
            RolloutCode::StackFile,
            format!("cannot read {shown}: {error}"),
        )
        .hint("name a stack file with --stack, or run the command inside the repository")
    })?;
    Ok((text, shown))
}

/// The file that is meant: from here, or from the root of the repository.
pub(crate) fn found(path: &Path) -> PathBuf {
    if path.exists() {
        path.to_owned()
    } else {
        workspace::root().join(path)
    }
}

/// The first problem is the message; the others are told with it.
fn refused(path: &Path, problems: &[Problem]) -> Failure {
    let place = |problem: &Problem| {
        format!(
            "{}:{}:{}: {}",
            path.display(),
            problem.line,
            problem.column,
            problem.message
        )
    };
    let Some((first, others)) = problems.split_first() else {
        return Failure::new(
            RolloutCode::StackFile,
            format!("{} cannot be used", path.display()),
        );
    };
    let mut failure = Failure::new(RolloutCode::StackFile, place(first));
    for problem in others {
        let source = problem.source.map(|source| format!(" ({source})"));
        failure = failure.because(place(problem) + &source.unwrap_or_default());
    }
    if let Some(source) = first.source {
        failure = failure.because(format!("the rule is at {source}"));
    }
    failure.hint(
        first
            .hint
            .clone()
            .unwrap_or_else(|| "docs/stack.md explains every key".to_owned()),
    )
}

/// The stage that is asked for, or the default one.
pub fn stage(stack: &StackFile, name: Option<&str>) -> Result<StageName, Failure> {
    let known = || {
        let names: Vec<_> = stack.stages.keys().map(StageName::as_str).collect();
        format!("stack.toml has {}", names.join(", "))
    };
    let name = match name {
        None => stack.default_stage.clone(),
        Some(name) => name
            .parse()
            .map_err(|error| Failure::new(Code::Stage, format!("{error}")).hint(known()))?,
    };
    if stack.stages.contains_key(&name) {
        Ok(name)
    } else {
        Err(Failure::new(Code::Stage, format!("there is no stage `{name}`")).hint(known()))
    }
}

/// The home region of a stage.
pub fn home(stack: &StackFile, name: &StageName) -> Result<Region, Failure> {
    stack
        .stage(name)
        .map(|stage| stage.region.clone())
        .ok_or_else(|| Failure::new(Code::Stage, format!("there is no stage `{name}`")))
}

/// The profile of ask-cli that a stage's skill belongs to.
pub(crate) fn ask_profile(stack: &StackFile, name: &StageName) -> String {
    let profile = stack.stage(name).map(|stage| stage.ask_profile.clone());
    profile.unwrap_or_default().as_str().to_owned()
}

/// The folder with the skill package that is deployed, which has the project's other files as well.
pub(crate) fn project(stack: &Path) -> PathBuf {
    let mut folder = package_folder(stack);
    folder.pop();
    folder
}

/// The skill package beside the stack file, or the workspace's.
pub fn package_folder(stack: &Path) -> PathBuf {
    let beside = stack
        .parent()
        .map(|folder| folder.join("skill-package"))
        .filter(|folder| folder.is_dir());
    beside.unwrap_or_else(workspace::skill_package)
}

/// Whether a stack file is the one at the root of the repository.
pub(crate) fn is_the_workspaces(stack: &Path) -> bool {
    let own = workspace::root().join("stack.toml").canonicalize();
    matches!((stack.canonicalize(), own), (Ok(given), Ok(own)) if given == own)
}
