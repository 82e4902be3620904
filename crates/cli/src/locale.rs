//! `cargo xtask locale`: the languages and countries of the skill.

mod text;

use std::path::{Path, PathBuf};

use infra::stack_file::closest;
use rollout::error::Error;
use rollout::package::SourcePackage;

use crate::draft::{self, Edit, read};
use crate::failure::{Code, Failure};
use crate::init::edits::{self, Names, Wanted};
use crate::talk::STORY;
use crate::{output, question, workspace};

pub(crate) const HELP: &str = "\
`add` copies the interaction model, the texts of the manifest and the conversations of the project's
locale of the same language, or else of its first locale, and says what to translate. `remove` deletes
them. The words of the skill itself are in its code, by language.

Examples:
  cargo xtask locale add en-IN
  cargo xtask locale add ja-JP --invocation-name タクシー案内
  cargo xtask locale remove es-ES";

const MANIFEST: &str = "skill-package/skill.json";
const WORDS: &str = "crates/skill/src/strings.rs";

/// Work on the locales of the skill.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    action: Action,
    /// The project
    #[arg(long, global = true, value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Write the files of a locale
    Add {
        /// The locale, such as en-IN
        tag: String,
        /// The name that people call the skill by there [default: as in the locale that is copied]
        #[arg(long, value_name = "NAME")]
        invocation_name: Option<String>,
    },
    /// Delete the files of a locale
    Remove {
        /// The locale, such as en-IN
        tag: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) fn run(options: Options) -> Result<(), Failure> {
    let root = options.folder.unwrap_or_else(workspace::root);
    let package = draft::read_package(&root)?;
    match options.action {
        Action::Add {
            tag,
            invocation_name,
        } => add(&root, &package, &tag, invocation_name.as_deref()),
        Action::Remove { tag, yes } => remove(&root, &package, &tag, yes),
    }
}

fn add(
    root: &Path,
    package: &SourcePackage,
    tag: &str,
    invocation_name: Option<&str>,
) -> Result<(), Failure> {
    let known = facts::smapi::locales();
    if !known.iter().any(|known| known == tag) {
        return Err(unknown(
            format!("Alexa has no locale {tag}"),
            tag,
            known.iter().map(String::as_str),
        ));
    }
    if package.locales().any(|own| own == tag) {
        return Err(
            Failure::new(Code::Locale, format!("the skill speaks {tag} already"))
                .hint(format!("its interaction model is {}", model(tag))),
        );
    }
    let alike = package.locales().find(|own| language(own) == language(tag));
    let like = alike.unwrap_or(package.first_locale());
    let spoken = package.invocation_name(like).map_err(Error::from)?;
    let wanted = invocation_name.unwrap_or(spoken);
    let named = |text: &str| renamed(text, spoken, wanted);

    let mut edits = Vec::new();
    let mut edit = |from: String, path: String, make: &dyn Fn(&str) -> String| {
        let before = if from == path {
            read(root, &path)?
        } else {
            String::new()
        };
        let after = make(&read(root, &from)?);
        edits.push(Edit {
            path,
            before,
            after,
        });
        Ok::<(), Failure>(())
    };
    edit(model(like), model(tag), &|text| {
        let model = edits::invocation(text, spoken, wanted);
        if alike.is_some() {
            model
        } else {
            text::untuned(&model)
        }
    })?;
    edit(MANIFEST.to_owned(), MANIFEST.to_owned(), &|text| {
        text::with(text, tag, like, named)
    })?;
    if root.join(conversations(like)).exists() && !root.join(conversations(tag)).exists() {
        edit(conversations(like), conversations(tag), &|text| {
            named(&text::conversations(text, like, tag))
        })?;
    }
    let hint = format!(
        "The files are copies of {like}: a language with other letters needs a name of its own, --invocation-name NAME"
    );
    draft::check(root, &edits, Code::Locale, &hint)?;
    draft::write(root, &edits)?;
    for edit in &edits {
        output::line(&edit.path);
    }
    output::aside(&if alike.is_some() {
        format!("copied from {like}: change what people in {tag} say otherwise")
    } else {
        format!(
            "copied from {like}: translate what is {tag} in each of these files; until then people of {tag} say \
             and read what is written in {like}"
        )
    });
    output::aside(&words(root, tag));
    Ok(())
}

fn remove(root: &Path, package: &SourcePackage, tag: &str, yes: bool) -> Result<(), Failure> {
    if !package.locales().any(|own| own == tag) {
        let message = format!("the skill does not speak {tag}");
        return Err(unknown(message, tag, package.locales()));
    }
    if package.locales().count() == 1 {
        return Err(Failure::new(
            Code::Locale,
            format!("{tag} is the only locale of the skill"),
        )
        .hint("add another one first: cargo xtask locale add TAG"));
    }
    let manifest = read(root, MANIFEST)?;
    let after = text::without(&manifest, tag);
    let mut edits = vec![Edit {
        path: MANIFEST.to_owned(),
        before: manifest,
        after,
    }];
    for path in [model(tag), conversations(tag)] {
        if root.join(&path).exists() {
            edits.push(Edit {
                before: read(root, &path)?,
                path,
                after: String::new(),
            });
        }
    }
    draft::check(root, &edits, Code::Locale, "Mend the file, and try again")?;
    output::aside(&edits[0].difference());
    for edit in &edits[1..] {
        output::aside(&format!("to be deleted: {}", edit.path));
    }
    question::confirm("write and delete this?", "nothing was deleted", yes)?;
    draft::write(root, &edits)?;
    output::line(MANIFEST);
    for edit in &edits[1..] {
        output::line(&format!("deleted {}", edit.path));
    }
    output::aside("what was committed comes back with `git restore`");
    let first = draft::read_package(root)?.first_locale().to_owned();
    if first != package.first_locale() && root.join(STORY).exists() {
        output::aside(&format!(
            "the first locale is {first} now: translate {STORY}, which `deploy` plays"
        ));
    }
    if table(root).iter().any(|row| row == tag) {
        output::aside(&format!(
            "{WORDS} still has a row for {tag}, which does no harm"
        ));
    }
    Ok(())
}

/// The sentence about the words that the skill has for people of a locale.
fn words(root: &Path, tag: &str) -> String {
    let rows = table(root);
    let alike = rows.iter().find(|row| language(row) == language(tag));
    if rows.iter().any(|row| row == tag) {
        format!("{WORDS} has words for {tag}")
    } else if let Some(alike) = alike {
        format!(
            "the skill answers as in {alike}; a row of `locales!` in {WORDS} gives {tag} its own words"
        )
    } else if let Some(first) = rows.first() {
        format!(
            "the skill answers in the language of {first} until `locales!` in {WORDS} has a row for {tag}, and the words"
        )
    } else {
        format!(
            "the skill answers as its code says: {WORDS} has no table `locales!` to look {tag} up in"
        )
    }
}

/// The locales that the skill's code has words for.
fn table(root: &Path) -> Vec<String> {
    text::in_the_table(&std::fs::read_to_string(root.join(WORDS)).unwrap_or_default())
}

/// A text with another invocation name, however the old one is written.
fn renamed(text: &str, before: &str, after: &str) -> String {
    let of = |name: &str| [(String::new(), name.to_owned())].into();
    let names = Names {
        spoken: of(before),
        ..Names::default()
    };
    let wanted = Wanted {
        invocation_names: of(after),
        ..Wanted::default()
    };
    edits::spoken(text, "", &names, &wanted)
}

/// A tag that is none of these. The nearest is named, or else all.
fn unknown<'a>(message: String, tag: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let known: Vec<&str> = known.collect();
    let alike = known
        .iter()
        .filter(|known| language(known) == language(tag));
    let near = closest(&tag.replace('_', "-"), known.iter().copied());
    let near = near.into_iter().chain(alike.copied()).next();
    Failure::new(Code::Locale, message).hint(match near {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are {}", known.join(", ")),
    })
}

fn language(tag: &str) -> Option<&str> {
    tag.split(['-', '_']).next()
}

fn model(tag: &str) -> String {
    format!("skill-package/interactionModels/custom/{tag}.json")
}

fn conversations(tag: &str) -> String {
    format!("tests/conversations/{tag}.yaml")
}
