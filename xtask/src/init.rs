//! `cargo xtask init`: makes a fork one's own.

mod edits;

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write as _};
use std::path::{Path, PathBuf};

use infra::StackFile;
use infra::names::{self, AccountFragment};
use rollout::error::Error;
use rollout::package::SourcePackage;
use serde_json::{Value, json};
use similar::TextDiff;

use self::edits::{Names, Wanted};
use crate::failure::Failure;
use crate::{output, workspace};

pub(crate) const HELP: &str = "\
Everything is checked by the rules of Alexa and Cognito, and shown as a difference, before anything is
written. Run it again to change your mind. docs/identity.md says which preset is for whom.

Examples:
  cargo xtask init
  cargo xtask init --preset phone-mfa --name \"Taxi Desk\" --yes
  cargo xtask init --invocation-name de-DE=\"taxi zentrale\" --region EU=eu-west-1 --yes";

/// What the fork is to be.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The skill's name in the store; stacks and invocation names follow from it
    #[arg(long)]
    name: Option<String>,
    /// Prefix of stacks, user pool and function, if it shall not follow from the name
    #[arg(long, value_name = "NAME")]
    stack_name: Option<String>,
    /// What people call the skill in a language; may be given several times
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
    /// A stage, with its home region if it shall not be us-east-1; may be given several times
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

/// A file and what it becomes.
struct Edit {
    path: String,
    before: String,
    after: String,
}

pub(crate) fn run(mut options: Options) -> Result<(), Failure> {
    let root = options.folder.clone().unwrap_or_else(workspace::root);
    let package = read_package(&root.join("skill-package"))?;
    let stack = read(&root, "stack.toml")?;
    let names = names(&package);
    ask_for_what_is_missing(&mut options, &names)?;
    let presets = presets(&root)?;
    let wanted = wanted(&options, &names)?;
    let edits = edits(&root, &options, &wanted, &names, &stack, &presets)?;
    check(&root, &edits)?;

    let edits: Vec<_> = (edits.into_iter())
        .filter(|edit| edit.before != edit.after)
        .collect();
    for edit in &edits {
        output::aside(&difference(edit));
    }
    let texts: Vec<_> = presets.into_values().collect();
    let replaces = edits.iter().any(|edit| edit.path == "stack.toml");
    if replaces && edits::is_edited(&stack, &texts) && !options.overwrite {
        return Err(Failure::new(
            "INIT_EDITED",
            "nothing was written: stack.toml was edited by hand, and would be replaced as shown",
        )
        .hint("add --overwrite to replace it, or make the change yourself"));
    }
    if !edits.is_empty() {
        confirm(options.yes)?;
    }
    for edit in &edits {
        let file = root.join(&edit.path);
        std::fs::write(&file, &edit.after).map_err(|error| {
            Failure::new("IO", format!("cannot write {}: {error}", file.display()))
        })?;
    }
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

fn read(root: &Path, path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(root.join(path))
        .map_err(|error| Failure::new("IO", format!("cannot read {path}: {error}")))
}

fn read_package(folder: &Path) -> Result<SourcePackage, Failure> {
    SourcePackage::read(folder).map_err(|error| Failure::from(Error::from(error)))
}

/// What the skill is called now.
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

fn presets(root: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let folder = root.join("infra/presets");
    let failed = |error: std::io::Error| {
        Failure::new("IO", format!("cannot read {}: {error}", folder.display()))
    };
    let mut presets = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if let (Some(name), Some("toml")) = (
            path.file_stem().and_then(|name| name.to_str()),
            path.extension().and_then(|extension| extension.to_str()),
        ) {
            let text = std::fs::read_to_string(&path).map_err(failed)?;
            presets.insert(name.to_owned(), text);
        }
    }
    Ok(presets)
}

/// Questions to whoever sits at a terminal and has given no flags for them.
fn ask_for_what_is_missing(options: &mut Options, names: &Names) -> Result<(), Failure> {
    let nobody = !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal();
    if options.yes || nobody {
        return Ok(());
    }
    let current = names.store.values().next().cloned().unwrap_or_default();
    let asked = |question: &str, flag: &mut Option<String>| -> Result<(), Failure> {
        if flag.is_none() {
            *flag = Some(ask(question)?).filter(|answer| !answer.is_empty());
        }
        Ok(())
    };
    asked(
        &format!("name of the skill [{current}]: "),
        &mut options.name,
    )?;
    asked(
        "how people sign in, a preset of docs/identity.md [email]: ",
        &mut options.preset,
    )?;
    asked(
        "prefix of the sign-in host [{name}-{stage}-{account}]: ",
        &mut options.domain_prefix,
    )?;
    if options.invocation_name.is_empty() {
        let name = options
            .name
            .clone()
            .map(|name| edits::invocation_name(&name));
        for (locale, before) in &names.spoken {
            let usual = name.as_ref().unwrap_or(before);
            let answer = ask(&format!("what people call it in {locale} [{usual}]: "))?;
            if !answer.is_empty() {
                options.invocation_name.push((locale.clone(), answer));
            }
        }
    }
    Ok(())
}

fn ask(question: &str) -> Result<String, Failure> {
    let mut answer = String::new();
    let mut stream = std::io::stderr();
    write!(stream, "{question}")
        .and_then(|()| stream.flush())
        .and_then(|()| std::io::stdin().read_line(&mut answer))
        .map_err(|error| Failure::new("INIT", format!("nobody answers: {error}")))?;
    Ok(answer.trim().to_owned())
}

fn wanted(options: &Options, names: &Names) -> Result<Wanted, Failure> {
    let mut wanted = Wanted {
        name: options.name.clone(),
        stack_name: options.stack_name.clone(),
        domain_prefix: options.domain_prefix.clone(),
        regions: options.region.iter().cloned().collect(),
        ..Wanted::default()
    };
    // The stack file needs one; Lambda's and Alexa's own default is the same.
    if !wanted.regions.is_empty() {
        let default = || "us-east-1".to_owned();
        wanted
            .regions
            .entry("default".to_owned())
            .or_insert_with(default);
    }
    for stage in &options.stage {
        let (stage, region) = match stage.split_once('=') {
            Some((stage, region)) => (stage, Some(region.to_owned())),
            None => (stage.as_str(), None),
        };
        wanted.stages.insert(stage.to_owned(), region);
    }
    if let Some(name) = &options.name {
        let spoken = edits::invocation_name(name);
        for locale in names.spoken.keys() {
            wanted
                .invocation_names
                .insert(locale.clone(), spoken.clone());
        }
        if wanted.stack_name.is_none() {
            wanted.stack_name = Some(edits::slug(name));
        }
    }
    for (locale, name) in &options.invocation_name {
        if !names.spoken.contains_key(locale) {
            let known: Vec<_> = names.spoken.keys().map(String::as_str).collect();
            return Err(
                Failure::new("INIT", format!("the skill does not speak {locale}")).hint(format!(
                    "it speaks {}; docs/locales.md says how it learns another language",
                    known.join(", ")
                )),
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
    presets: &BTreeMap<String, String>,
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
        let preset = options.preset.as_deref().unwrap_or("email");
        let preset = presets.get(preset).ok_or_else(|| {
            let known: Vec<_> = presets.keys().map(String::as_str).collect();
            Failure::new("INIT", format!("there is no preset `{preset}`"))
                .hint(format!("there are {}", known.join(", ")))
        })?;
        let name = match &wanted.stack_name {
            Some(name) => name.clone(),
            None => current_name(stack)?,
        };
        edit("stack.toml".to_owned(), &|_| {
            edits::stack_file(preset, &name, wanted)
        })?;
    }
    edit("skill-package/skill.json".to_owned(), &|text| {
        edits::manifest(text, names, wanted).unwrap_or_else(|| text.to_owned())
    })?;
    for locale in names.spoken.keys() {
        let path = format!("skill-package/interactionModels/custom/{locale}.json");
        edit(path, &|text| model(text, locale, names, wanted))?;
        let path = format!("tests/conversations/{locale}.yaml");
        if root.join(&path).exists() {
            edit(path, &|text| edits::spoken(text, locale, names, wanted))?;
        }
    }
    if let Some(name) = &wanted.name {
        edit("README.md".to_owned(), &|text| {
            edits::readme(text, names, name)
        })?;
    }
    Ok(edits)
}

fn current_name(stack: &str) -> Result<String, Failure> {
    let file = StackFile::parse(stack, "stack.toml")
        .map_err(|error| Failure::new("STACK_FILE", error.to_string()))?;
    Ok(file.name.as_str().to_owned())
}

/// The invocation name alone: what people say in samples is not the skill's name.
fn model(text: &str, locale: &str, names: &Names, wanted: &Wanted) -> String {
    match (
        names.spoken.get(locale),
        wanted.invocation_names.get(locale),
    ) {
        (Some(before), Some(after)) => {
            let member = |name: &str| format!("\"invocationName\": {}", Value::from(name));
            text.replace(&member(before), &member(after))
        }
        _ => text.to_owned(),
    }
}

/// By the rules of Cognito and Alexa, as every deployment checks them; in a copy, so that bad answers
/// leave everything as it was.
fn check(root: &Path, edits: &[Edit]) -> Result<(), Failure> {
    let refused = |message: String| {
        Failure::new("INIT", message).hint("nothing was written; answer otherwise")
    };
    let copy = tempfile::tempdir()
        .map_err(|error| Failure::new("IO", format!("cannot make a folder: {error}")))?;
    let package = copy.path().join("skill-package");
    copy_folder(&root.join("skill-package"), &package)
        .map_err(|error| Failure::new("IO", format!("cannot copy skill-package: {error}")))?;
    for edit in edits {
        if edit.path == "stack.toml" {
            let stack = StackFile::parse(&edit.after, "stack.toml")
                .map_err(|error| refused(error.to_string()))?;
            for stage in stack.stages.keys() {
                names::domain_prefix(&stack, stage, &AccountFragment::of("000000000000"))
                    .map_err(|error| refused(error.to_string()))?;
            }
        }
        if edit.path.starts_with("skill-package/") {
            let file = copy.path().join(&edit.path);
            std::fs::write(&file, &edit.after)
                .map_err(|error| Failure::new("IO", format!("cannot write: {error}")))?;
        }
    }
    SourcePackage::read(&package).map(drop).map_err(|error| {
        let error = Error::from(error);
        let shown = |text: &str| text.replace(&format!("{}/", copy.path().display()), "");
        let failure = (error.causes().iter()).fold(
            Failure::new("INIT", shown(error.message())),
            |failure, cause| failure.because(shown(cause)),
        );
        failure.hint(format!(
            "{}; nothing was written. A language can have a name of its own: --invocation-name \
             LOCALE=NAME",
            error.next_step().unwrap_or("answer otherwise")
        ))
    })
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn difference(edit: &Edit) -> String {
    TextDiff::from_lines(&edit.before, &edit.after)
        .unified_diff()
        .context_radius(1)
        .header(&edit.path, &edit.path)
        .to_string()
}

fn confirm(yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(
            Failure::new("CONFIRM", "nothing was written: nobody is there to confirm")
                .hint("add --yes"),
        );
    }
    match ask("write this? [y/N] ")?.as_str() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::new("CONFIRM", "nothing was written")),
    }
}
