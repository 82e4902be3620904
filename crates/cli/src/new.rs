//! `cargo xtask new`: a project of its own, which takes this tool by version.

mod template;

use std::path::{Path, PathBuf};

use infra::StackFile;
use infra::stack_file::Regions;
use rollout::error::Error;
use rollout::package::SourcePackage;

use crate::failure::{Code, Failure, RolloutCode};
use crate::init;
use crate::init::edits::{self, Wanted};
use crate::init::questions::home_region_question;
use crate::render::unrenderable;
use crate::{output, question, workspace};
pub use template::patch;
use template::{FILES, Values};

pub(crate) const HELP: &str = "\
The project has stack.toml, a skill package, the crate of a small skill, conversations, pipelines,
and packages of a few lines for the commands and the local stage. It has nothing of the tool: an
upgrade is another version in its Cargo.toml.

Examples:
  cargo xtask new ../taxi --name \"Taxi Desk\" --region eu-west-1
  cargo xtask new ../taxi --preset phone-mfa --from .
  cargo xtask new ../guide --sample";

/// The stages of every project that are not on this machine.
const REAL_STAGES: [&str; 2] = ["dev", "prod"];

/// The project that is made.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder to make; it must not be there yet, or be empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The skill's name in the store; stacks and the invocation name follow from it [default: the
    /// folder's name]
    #[arg(long)]
    name: Option<String>,
    /// How people sign in: a preset of docs/identity.md
    #[arg(long, default_value = "email")]
    preset: String,
    /// The home region of the stages dev and prod, where people's data lies; it can never change
    #[arg(long)]
    region: Option<String>,
    /// Begin with the sample skill of the tool's repository, in five languages, in the place of a small one
    #[arg(long)]
    sample: bool,
    /// Take the tool's crates from this folder, a checkout of its repository [default: the one that this
    /// command runs from, if it is one]
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
}

pub(crate) fn run(options: Options) -> Result<(), Failure> {
    let folder = std::path::absolute(&options.folder)
        .map_err(|error| cannot("find", &options.folder, &error))?;
    is_free(&folder)?;
    let region = match options.region {
        None if question::somebody() => ask_for_the_region()?,
        region => region,
    };
    let from = match options.from {
        Some(from) => Some(checkout(&from).ok_or_else(|| {
            Failure::new(
                Code::New,
                format!("{} is no checkout of the tool", from.display()),
            )
            .hint("name a folder with crates/cli in it, or leave --from out")
        })?),
        None => checkout(&workspace::root()),
    };
    let name = options.name.unwrap_or_else(|| title(&folder));
    let skill = match (options.sample, &from) {
        (false, _) => Vec::new(),
        (true, Some(from)) => template::sample(from)?,
        (true, None) => {
            return Err(Failure::new(
                Code::New,
                "the sample skill is in the tool's repository alone",
            )
            .hint("clone it, and name the folder with --from"));
        }
    };
    let stack = stack_file(&options.preset, &name, region, &skill)?;
    let values = Values {
        invocation: edits::invocation_name(&name),
        title: name,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let made = make(&folder, &values, &stack, skill, from.as_deref())?;
    for path in made {
        output::line(&path);
    }
    output::line(&format!(
        "next: cd {} && cargo xtask deploy",
        options.folder.display()
    ));
    Ok(())
}

/// Writes the project beside where it is to be, checks it by the rules of every deployment, and puts it there.
fn make(
    folder: &Path,
    values: &Values,
    stack: &str,
    sample: Vec<(String, String)>,
    from: Option<&Path>,
) -> Result<Vec<String>, Failure> {
    let parent = folder.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent).map_err(|error| cannot("make", parent, &error))?;
    let draft = tempfile::Builder::new()
        .prefix(".new-")
        .tempdir_in(parent)
        .map_err(|error| cannot("write into", parent, &error))?;
    let parsed = StackFile::parse(stack, "stack.toml")
        .map_err(|error| Failure::new(RolloutCode::StackFile, error.to_string()))?;
    let is_sample = !sample.is_empty();
    let mut files: Vec<(String, String)> = FILES
        .iter()
        .filter(|(path, _)| !is_sample || !template::is_of_the_skill(path))
        .map(|(path, text)| ((*path).to_owned(), values.fill(text)))
        .chain(sample)
        .collect();
    files.push(("stack.toml".to_owned(), stack.to_owned()));
    for (name, text) in infra::render::files(&parsed).map_err(|error| unrenderable(&error))? {
        files.extend(text.map(|text| (format!("infra/templates/{name}"), text)));
    }
    let (name, text) = infra::render::delivery(&parsed).map_err(|error| unrenderable(&error))?;
    files.push((format!("infra/templates/{name}"), text));
    let schema = infra::stack_file::declaration::schema_text();
    files.push((infra::render::SCHEMA.to_owned(), schema));
    if let Some(from) = from {
        for (path, text) in &mut files {
            if path == "Cargo.toml" {
                text.push_str(&patch(from));
            }
        }
        // Versions that are known to work together; cargo takes out what the project does not need.
        if let Ok(lock) = std::fs::read_to_string(from.join("Cargo.lock")) {
            files.push(("Cargo.lock".to_owned(), lock));
        }
    }
    files.sort();
    for (path, text) in &files {
        let file = draft.path().join(path);
        let written = match file.parent() {
            Some(parent) => std::fs::create_dir_all(parent),
            None => Ok(()),
        };
        written
            .and_then(|()| std::fs::write(&file, text))
            .map_err(|error| cannot("write", &file, &error))?;
    }
    if is_sample {
        init::rename(draft.path(), &values.title)?;
    }
    SourcePackage::read(&draft.path().join("skill-package")).map_err(|error| {
        let failure = Failure::from(Error::from(error));
        failure.hint("nothing was made; choose another --name")
    })?;
    if folder.is_dir() {
        // It is empty.
        std::fs::remove_dir(folder).map_err(|error| cannot("replace", folder, &error))?;
    }
    let draft = draft.keep();
    std::fs::rename(&draft, folder).map_err(|error| cannot("make", folder, &error))?;
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

fn stack_file(
    preset: &str,
    name: &str,
    region: Option<String>,
    sample: &[(String, String)],
) -> Result<String, Failure> {
    let text = infra::presets::text(preset).ok_or_else(|| {
        let known: Vec<&str> = infra::presets::ALL.iter().map(|(name, _)| *name).collect();
        Failure::new(Code::New, format!("there is no preset `{preset}`"))
            .hint(format!("there are {}", known.join(", ")))
    })?;
    let slug = edits::slug(name);
    let mut wanted = Wanted {
        stack_name: Some(slug),
        ..Wanted::default()
    };
    let models = sample.iter().filter_map(|(path, _)| {
        let model = path.strip_prefix("skill-package/interactionModels/custom/")?;
        model.strip_suffix(".json")
    });
    let near = Regions::near(models);
    if near != Regions::default() {
        let named = near
            .named()
            .map(|(part, region)| (part.to_string(), region));
        let regions = named.chain([("default".to_owned(), near.default)]);
        wanted
            .regions
            .extend(regions.map(|(part, region)| (part, region.to_string())));
    }
    if let Some(region) = region {
        for stage in REAL_STAGES {
            wanted.stages.insert(stage.to_owned(), Some(region.clone()));
        }
    }
    let text = edits::stack_file(text, None, &wanted)
        .map_err(|error| Failure::new(RolloutCode::StackFile, error.to_string()))?;
    Ok(format!("#:schema ./{}\n{text}", infra::render::SCHEMA))
}

fn ask_for_the_region() -> Result<Option<String>, Failure> {
    let stages = REAL_STAGES.map(str::to_owned);
    let said = question::ask(&home_region_question(&stages))
        .map_err(|error| Failure::new(Code::New, format!("nobody answers: {error}")))?;
    Ok(Some(said).filter(|said| !said.is_empty()))
}

fn is_free(folder: &Path) -> Result<(), Failure> {
    let is_empty = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(cannot("read", folder, &error)),
    };
    if is_empty {
        return Ok(());
    }
    Err(Failure::new(
        Code::New,
        format!("{} is there already, and not empty", folder.display()),
    )
    .hint("name another folder; a project that is there is changed with `cargo xtask init`"))
}

/// The root of the tool's repository, if a folder is one.
fn checkout(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let is_checkout = ["crates/cli/Cargo.toml", "crates/local-cloud/Cargo.toml"]
        .iter()
        .all(|file| folder.join(file).is_file());
    is_checkout.then_some(folder)
}

/// `taxi-desk` as a name: `Taxi Desk`.
fn title(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty()).map(|word| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Io,
        format!("cannot {what} {}: {error}", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_a_name() {
        assert_eq!(title(Path::new("/x/taxi-desk")), "Taxi Desk");
        assert_eq!(title(Path::new("my_skill")), "My Skill");
    }
}
