//! `cargo xtask init`: makes a fork one's own.

pub(crate) mod edits;
pub(crate) mod questions;

use std::path::{Path, PathBuf};

use infra::names::{self, AccountFragment};
use infra::{StackFile, presets};
use rollout::package::SourcePackage;
use serde_json::json;

use self::edits::{Names, Wanted};
use crate::draft::{self, Edit, read, write};
use crate::failure::{Code, Failure, RolloutCode};
use crate::render::unrenderable;
use crate::talk::STORY;
use crate::{output, question, workspace};

pub(crate) const HELP: &str = "\
Everything is checked by the rules of Alexa and Cognito, and shown as a difference, before anything is
written. Run it again to change your mind. docs/identity.md says which preset is for whom.

Examples:
  cargo xtask init
  cargo xtask init --preset phone-mfa --name \"Taxi Desk\" --yes
  cargo xtask init --invocation-name de-DE=\"taxi zentrale\" --region EU=eu-west-1 --yes";

/// Names, regions and stages of a fork.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// The skill's name in the store; stacks and invocation names follow from it
    #[arg(long)]
    name: Option<String>,
    /// Prefix of stacks, user pool and function (default: derived from the name)
    #[arg(long, value_name = "NAME")]
    stack_name: Option<String>,
    /// The name that people call the skill by in a language; may be given several times
    #[arg(long, value_name = "LOCALE=NAME", value_parser = pair)]
    invocation_name: Vec<(String, String)>,
    /// How people sign in: a file of infra/presets without `.toml`
    #[arg(long)]
    preset: Option<String>,
    /// Prefix of the sign-in host, with the placeholders {name}, {stage} and {account}
    #[arg(long, value_name = "PREFIX")]
    domain_prefix: Option<String>,
    /// Where the function runs, for `default`, `NA`, `EU` or `FE`; may be given several times
    #[arg(long, value_name = "PART=REGION", value_parser = pair)]
    region: Vec<(String, String)>,
    /// A stage, with its home region, where people's data lies for good; may be given several times
    #[arg(long, value_name = "STAGE[=REGION]")]
    stage: Vec<String>,
    /// Replace a stack file that was edited by hand
    #[arg(long)]
    overwrite: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// The repository
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() && !value.is_empty() => {
            Ok((key.to_owned(), value.to_owned()))
        }
        _ => Err("write the key, `=` and the value".to_owned()),
    }
}

const TEMPLATES: &str = "infra/templates/";

/// Gives another name to a project that is nobody's yet.
pub(crate) fn rename(root: &Path, name: &str) -> Result<(), Failure> {
    let options = Options {
        name: Some(name.to_owned()),
        ..Options::default()
    };
    let package = draft::read_package(root)?;
    let stack = read(root, "stack.toml")?;
    let names = names(&package);
    let wanted = wanted(&options, &names)?;
    let edits = edits(
        root,
        &options,
        &wanted,
        &names,
        &stack,
        package.first_locale(),
    )?;
    check(root, &edits)?;
    write(root, &edits)
}

pub(crate) fn run(mut options: Options) -> Result<(), Failure> {
    let root = options.folder.clone().unwrap_or_else(workspace::root);
    let package = draft::read_package(&root)?;
    let stack = read(&root, "stack.toml")?;
    let names = names(&package);
    if !options.yes && question::somebody() {
        let homeless = questions::homeless(&stack);
        questions::ask_for_what_is_missing(&mut options, &names, &homeless, &mut question::ask)?;
    }
    let wanted = wanted(&options, &names)?;
    let edits = edits(
        &root,
        &options,
        &wanted,
        &names,
        &stack,
        package.first_locale(),
    )?;
    check(&root, &edits)?;

    let edits: Vec<_> = (edits.into_iter())
        .filter(|edit| edit.before != edit.after)
        .collect();
    for edit in edits
        .iter()
        .filter(|edit| !edit.path.starts_with(TEMPLATES))
    {
        output::aside(&edit.difference());
    }
    let texts: Vec<_> = presets::ALL.iter().map(|(_, text)| *text).collect();
    if options.preset.is_some() && edits::is_edited(&stack, &texts) && !options.overwrite {
        return Err(Failure::new(
            Code::InitEdited,
            "nothing was written: stack.toml was edited by hand, and would be replaced as shown",
        )
        .hint("add --overwrite to replace it, or make the change yourself"));
    }
    if !edits.is_empty() {
        question::confirm("write this?", "nothing was written", options.yes)?;
    }
    write(&root, &edits)?;
    tell(&options, &edits);
    Ok(())
}

fn tell(options: &Options, edits: &[Edit]) {
    let written: Vec<_> = edits.iter().map(|edit| edit.path.as_str()).collect();
    if options.json {
        output::line(&json!({ "written": written }).to_string());
        return;
    }
    for path in &written {
        output::line(path);
    }
    if written.is_empty() {
        output::line("nothing to change");
    } else {
        output::line("next: cargo xtask deploy");
    }
}

/// The names that the skill has now.
fn names(package: &SourcePackage) -> Names {
    let mut names = Names::default();
    for locale in package.locales() {
        if let Some(name) = package.store_name(locale) {
            names.store.insert(locale.to_owned(), name.to_owned());
        }
        if let Ok(name) = package.invocation_name(locale) {
            names.spoken.insert(locale.to_owned(), name.to_owned());
        }
    }
    names
}

fn wanted(options: &Options, names: &Names) -> Result<Wanted, Failure> {
    let mut wanted = Wanted {
        name: options.name.clone(),
        stack_name: options.stack_name.clone(),
        domain_prefix: options.domain_prefix.clone(),
        regions: options.region.iter().cloned().collect(),
        ..Wanted::default()
    };
    for stage in &options.stage {
        let (stage, region) = match stage.split_once('=') {
            Some((stage, region)) => (stage, Some(region.to_owned())),
            None => (stage.as_str(), None),
        };
        wanted.stages.insert(stage.to_owned(), region);
    }
    if let Some(name) = &options.name {
        let spoken = edits::invocation_name(name);
        for (locale, before) in &names.spoken {
            // One that somebody has chosen by itself stays.
            let follows = |store: &String| edits::invocation_name(store) == *before;
            if names.store.get(locale).is_none_or(follows) {
                wanted
                    .invocation_names
                    .insert(locale.clone(), spoken.clone());
            }
        }
        if wanted.stack_name.is_none() {
            wanted.stack_name = Some(edits::slug(name));
        }
    }
    for (locale, name) in &options.invocation_name {
        if !names.spoken.contains_key(locale) {
            let known: Vec<_> = names.spoken.keys().map(String::as_str).collect();
            return Err(
                Failure::new(Code::Init, format!("the skill does not speak {locale}")).hint(
                    format!(
                        "it speaks {}; docs/locales.md says how it learns another language",
                        known.join(", ")
                    ),
                ),
            );
        }
        wanted.invocation_names.insert(locale.clone(), name.clone());
    }
    Ok(wanted)
}

fn edits(
    root: &Path,
    options: &Options,
    wanted: &Wanted,
    names: &Names,
    stack: &str,
    first_locale: &str,
) -> Result<Vec<Edit>, Failure> {
    let mut edits = Vec::new();
    let mut edit = |path: String, make: &dyn Fn(&str) -> String| -> Result<(), Failure> {
        let before = read(root, &path)?;
        let after = make(&before);
        edits.push(Edit {
            path,
            before,
            after,
        });
        Ok(())
    };
    let asks_for_more = options.preset.is_some()
        || wanted.stack_name.is_some()
        || wanted.domain_prefix.is_some()
        || !wanted.regions.is_empty()
        || !wanted.stages.is_empty();
    if asks_for_more {
        let preset = options.preset.as_deref().map(|preset| {
            presets::text(preset).ok_or_else(|| {
                let known: Vec<_> = presets::ALL.iter().map(|(name, _)| *name).collect();
                Failure::new(Code::Init, format!("there is no preset `{preset}`"))
                    .hint(format!("there are {}", known.join(", ")))
            })
        });
        let after = edits::stack_file(stack, preset.transpose()?, wanted).map_err(|error| {
            Failure::new(RolloutCode::StackFile, format!("stack.toml: {error}"))
        })?;
        edit("stack.toml".to_owned(), &|_| after.clone())?;
    }
    edit("skill-package/skill.json".to_owned(), &|text| {
        edits::manifest(text, names, wanted).unwrap_or_else(|| text.to_owned())
    })?;
    for locale in names.spoken.keys() {
        let path = format!("skill-package/interactionModels/custom/{locale}.json");
        edit(path, &|text| edits::model(text, locale, names, wanted))?;
        let path = format!("tests/conversations/{locale}.yaml");
        if root.join(&path).exists() {
            edit(path, &|text| edits::spoken(text, locale, names, wanted))?;
        }
    }
    if root.join(STORY).exists() {
        edit(STORY.to_owned(), &|text| {
            edits::spoken(text, first_locale, names, wanted)
        })?;
    }
    if let Some(name) = &wanted.name {
        edit("README.md".to_owned(), &|text| {
            edits::readme(text, names, name)
        })?;
    }
    edits.extend(rendered(root, &edits)?);
    Ok(edits)
}

/// The committed templates follow the stack file; they are not shown, because nobody chose them.
fn rendered(root: &Path, edits: &[Edit]) -> Result<Vec<Edit>, Failure> {
    let stack = edits.iter().find(|edit| edit.path == "stack.toml");
    // What is no stack file is refused later, with the reason.
    let stack = stack.and_then(|edit| StackFile::parse(&edit.after, "stack.toml").ok());
    let Some(stack) = stack else {
        return Ok(Vec::new());
    };
    let files = infra::render::files(&stack).map_err(|error| unrenderable(&error))?;
    let (delivery, text) = infra::render::delivery(&stack).map_err(|error| unrenderable(&error))?;
    let edit = |(name, after): (&str, Option<String>)| {
        let path = format!("{TEMPLATES}{name}");
        let before = if root.join(&path).exists() {
            read(root, &path)?
        } else {
            String::new()
        };
        Ok(Edit {
            path,
            before,
            after: after.unwrap_or_default(),
        })
    };
    let files = files.into_iter().chain([(delivery, Some(text))]);
    files.map(edit).collect()
}

/// By the rules of Cognito and Alexa, as every deployment checks them; bad answers leave everything as it was.
fn check(root: &Path, edits: &[Edit]) -> Result<(), Failure> {
    let refused = |message: String| {
        Failure::new(Code::Init, message).hint("nothing was written; answer otherwise")
    };
    for edit in edits.iter().filter(|edit| edit.path == "stack.toml") {
        let stack = StackFile::parse(&edit.after, "stack.toml")
            .map_err(|error| refused(error.to_string()))?;
        let hosts = stack.stages.keys().filter(|_| stack.identity.has_a_pool());
        for stage in hosts {
            names::sign_in_domain(&stack, stage, &AccountFragment::of("000000000000"))
                .map_err(|error| refused(error.to_string()))?;
        }
    }
    let hint = "A language can have a name of its own: --invocation-name LOCALE=NAME";
    draft::check(root, edits, Code::Init, hint)
}
