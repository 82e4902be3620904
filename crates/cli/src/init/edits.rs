//! The files of a repository as `cargo xtask init` changes them: texts to texts.

use std::collections::BTreeMap;

use infra::stack_file::Region;
use serde_json::{Map, Value};
use toml_edit::{DocumentMut, InlineTable, Item, Table, TomlError, value};

/// Names, regions and stages that a fork is to have. Whatever is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The skill's name in the store.
    pub(crate) name: Option<String>,
    /// Prefix of stacks, pool and function.
    pub(crate) stack_name: Option<String>,
    /// Invocation names, by locale.
    pub(crate) invocation_names: BTreeMap<String, String>,
    /// Prefix of the sign-in host.
    pub(crate) domain_prefix: Option<String>,
    /// Where the function runs: `default`, `NA`, `EU` or `FE`, and the region.
    pub(crate) regions: BTreeMap<String, String>,
    /// Stages and their home regions.
    pub(crate) stages: BTreeMap<String, Option<String>>,
}

/// The prefix of stacks that follows from a name: its Latin letters and digits.
pub(crate) fn slug(name: &str) -> String {
    let dashed: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let words: Vec<_> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// The invocation name that follows from a name.
pub(crate) fn invocation_name(name: &str) -> String {
    let spoken: String = name
        .to_lowercase()
        .chars()
        .map(|c| match c {
            '\'' | '.' => c,
            c if c.is_alphabetic() => c,
            _ => ' ',
        })
        .collect();
    spoken.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Keys that `init` writes beside a preset, which has none of them but the name.
const BESIDE_A_PRESET: [&str; 4] = ["name", "default-stage", "lambda", "stages"];

/// The stack file with what is asked for. All the rest stays as it is, comments included; a preset takes the
/// place of everything that says how people sign in.
pub(crate) fn stack_file(
    text: &str,
    preset: Option<&str>,
    wanted: &Wanted,
) -> Result<String, TomlError> {
    let mut file: DocumentMut = text.parse()?;
    if let Some(preset) = preset {
        let before = std::mem::replace(&mut file, preset.parse()?);
        for key in BESIDE_A_PRESET {
            let Some(item) = before.get(key) else {
                continue;
            };
            match (file.get_mut(key), item.as_str()) {
                (Some(place), Some(kept)) => set(place, kept),
                _ => {
                    file.insert(key, item.clone());
                }
            }
        }
    }
    let root = file.as_item_mut();
    if let Some(name) = &wanted.stack_name {
        set(&mut root["name"], name);
    }
    if let Some(prefix) = &wanted.domain_prefix {
        let identity = table(root, "identity");
        set(&mut table(identity, "domain")["prefix"], prefix);
    }
    if !wanted.regions.is_empty() {
        let regions = &mut table(root, "lambda")["regions"];
        if regions.is_none() {
            *regions = value(InlineTable::new());
        }
        for (part, region) in &wanted.regions {
            set(&mut regions[part.as_str()], region);
        }
        // The stack file needs one as soon as it names another.
        if regions.get("default").is_none() {
            set(&mut regions["default"], Region::us_east_1().as_str());
        }
        if let Some(inline) = regions.as_inline_table_mut() {
            inline.fmt();
        }
    }
    for (name, region) in &wanted.stages {
        let stage = table(table(root, "stages"), name);
        if let Some(region) = region {
            set(&mut stage["region"], region);
        }
    }
    let edited = file.to_string();
    // Editors find the schema by the first line, which no preset has.
    let first = text
        .lines()
        .next()
        .filter(|line| line.starts_with("#:schema "));
    Ok(match first.filter(|_| preset.is_some()) {
        Some(line) => format!("{line}\n{edited}"),
        None => edited,
    })
}

/// A table of another, made where it is not there.
fn table<'a>(parent: &'a mut Item, name: &str) -> &'a mut Item {
    let is_inline = parent.is_inline_table();
    let place = &mut parent[name];
    if place.is_none() {
        let mut table = Table::new();
        // Its header is written if it has something of its own.
        table.set_implicit(name == "stages" || name == "identity");
        *place = if is_inline {
            value(InlineTable::new())
        } else {
            Item::Table(table)
        };
    }
    place
}

/// Writes a text, and leaves spaces and comments around it as they are.
fn set(place: &mut Item, text: &str) {
    let mut new = toml_edit::Value::from(text);
    if let Some(old) = place.as_value() {
        *new.decor_mut() = old.decor().clone();
    }
    *place = Item::Value(new);
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// True if a person has written more into a stack file than `init` would: anything but a name, on top
/// of nothing or of one of the presets.
pub(super) fn is_edited(stack: &str, presets: &[&str]) -> bool {
    let bare = |text: &str| -> Option<toml::Table> {
        let mut table: toml::Table = text.parse().ok()?;
        for key in BESIDE_A_PRESET {
            table.remove(key);
        }
        if let Some(identity) = table
            .get_mut("identity")
            .and_then(toml::Value::as_table_mut)
        {
            let domain = identity.get_mut("domain");
            if let Some(domain) = domain.and_then(toml::Value::as_table_mut) {
                domain.remove("prefix");
                if domain.is_empty() {
                    identity.remove("domain");
                }
            }
        }
        table.retain(|_, value| value.as_table().is_none_or(|table| !table.is_empty()));
        Some(table)
    };
    let Some(own) = bare(stack) else {
        return true;
    };
    !own.is_empty()
        && !presets
            .iter()
            .any(|preset| bare(preset).as_ref() == Some(&own))
}

/// Names of a skill by locale: in the store, and as people say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    pub(crate) store: BTreeMap<String, String>,
    pub(crate) spoken: BTreeMap<String, String>,
}

/// The manifest with other names, wherever they are written for people.
pub(super) fn manifest(text: &str, names: &Names, wanted: &Wanted) -> Option<String> {
    let document: Value = serde_json::from_str(text).ok()?;
    let publishing = document.pointer("/manifest/publishingInformation")?;
    let mut strings = Map::new();
    let locales = publishing.get("locales")?.as_object()?;
    for (locale, texts) in locales {
        for (member, value) in texts.as_object().into_iter().flatten() {
            // What people say, or what they read.
            let rename = if member == "examplePhrases" {
                spoken
            } else {
                written
            };
            collect(value, &mut |text| {
                strings.insert(text.to_owned(), rename(text, locale, names, wanted).into());
            });
        }
    }
    if let Some(instructions) = publishing
        .get("testingInstructions")
        .and_then(Value::as_str)
    {
        let renamed = (locales.keys()).fold(instructions.to_owned(), |text, locale| {
            spoken(&text, locale, names, wanted)
        });
        strings.insert(instructions.to_owned(), renamed.into());
    }
    // Only the strings are replaced, so that the layout stays.
    let mut result = text.to_owned();
    for (before, after) in strings {
        result = result.replace(&quoted(&before), &after.to_string());
    }
    Some(result)
}

fn collect(value: &Value, take: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => take(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, take)),
        Value::Object(members) => members.values().for_each(|member| collect(member, take)),
        _ => {}
    }
}

/// A text with another name of the skill.
fn written(text: &str, locale: &str, names: &Names, wanted: &Wanted) -> String {
    match (names.store.get(locale), &wanted.name) {
        (Some(before), Some(after)) => text.replace(before, after),
        _ => text.to_owned(),
    }
}

/// A text with another invocation name, however the old one is written.
pub(crate) fn spoken(text: &str, locale: &str, names: &Names, wanted: &Wanted) -> String {
    match (
        names.spoken.get(locale),
        wanted.invocation_names.get(locale),
    ) {
        // Somebody has written the same name with other letters, and means it.
        (Some(before), Some(after)) if before != after => {
            replace_ignoring_case(text, before, after)
        }
        _ => text.to_owned(),
    }
}

/// The model of a locale with another invocation name.
pub(super) fn model(text: &str, locale: &str, names: &Names, wanted: &Wanted) -> String {
    match (
        names.spoken.get(locale),
        wanted.invocation_names.get(locale),
    ) {
        (Some(before), Some(after)) => invocation(text, before, after),
        _ => text.to_owned(),
    }
}

/// A model with another invocation name. What people say in samples is not the skill's name.
pub(crate) fn invocation(model: &str, before: &str, after: &str) -> String {
    let member = |name: &str| format!("\"invocationName\": {}", Value::from(name));
    model.replace(&member(before), &member(after))
}

fn replace_ignoring_case(text: &str, before: &str, after: &str) -> String {
    let (mut result, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        let mut found = rest.chars().flat_map(char::to_lowercase);
        let mut wanted = before.chars().flat_map(char::to_lowercase);
        let count = before.chars().count();
        if wanted.all(|c| found.next() == Some(c)) {
            let end = rest
                .char_indices()
                .nth(count)
                .map_or(rest.len(), |(at, _)| at);
            let (found, after_it) = rest.split_at(end);
            result.push_str(&written_like(found, after));
            rest = after_it;
        } else {
            result.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    result
}

/// A name as another one is written: `Taxi Desk` in the place of `Account Guide`.
fn written_like(found: &str, name: &str) -> String {
    let capital = |word: &str| word.starts_with(char::is_uppercase);
    if !found.split_whitespace().all(capital) {
        return name.to_owned();
    }
    let words = name.split(' ').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The README with another title, if it still has one that `init` knows.
pub(super) fn readme(text: &str, names: &Names, name: &str) -> String {
    let Some((title, rest)) = text.split_once('\n') else {
        return text.to_owned();
    };
    let known = |title: &str| title == "Voicelink" || names.store.values().any(|own| own == title);
    match title.strip_prefix("# ") {
        Some(title) if known(title) => format!("# {name}\n{rest}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names() -> Names {
        Names {
            store: [("en-US".to_owned(), "Account Guide".to_owned())].into(),
            spoken: [("en-US".to_owned(), "account guide".to_owned())].into(),
        }
    }

    fn wanted() -> Wanted {
        Wanted {
            name: Some("Taxi Desk".to_owned()),
            invocation_names: [("en-US".to_owned(), "taxi desk".to_owned())].into(),
            ..Wanted::default()
        }
    }

    #[test]
    fn a_name_gives_the_others() {
        assert_eq!(slug("Taxi Desk"), "taxi-desk");
        assert_eq!(slug("  Anna's  7 Gärten"), "anna-s-7-g-rten");
        assert_eq!(slug("アカウント"), "");
        assert_eq!(invocation_name("Taxi-Desk, T. V."), "taxi desk t. v.");
    }

    const PRESET: &str =
        "# For somebody.\nname = \"account-guide\"\n\n[identity]\nsign-in = [\"phone\"]\n";

    fn asked_for() -> Wanted {
        Wanted {
            stack_name: Some("taxi-desk".to_owned()),
            domain_prefix: Some("taxi-{stage}".to_owned()),
            regions: [("EU".to_owned(), "eu-west-1".to_owned())].into(),
            stages: [("dev".to_owned(), Some("eu-central-1".to_owned()))].into(),
            ..Wanted::default()
        }
    }

    #[test]
    fn a_preset_gets_a_name_and_what_is_asked_for() {
        let text = stack_file("name = \"mine\"", Some(PRESET), &asked_for()).unwrap();
        assert_eq!(
            text,
            "# For somebody.\nname = \"taxi-desk\"\n\n[identity]\nsign-in = [\"phone\"]\n\n\
             [identity.domain]\nprefix = \"taxi-{stage}\"\n\n[lambda]\nregions = { EU = \
             \"eu-west-1\", default = \"us-east-1\" }\n\n[stages.dev]\nregion = \"eu-central-1\"\n"
        );
        assert_eq!(stack_file(&text, None, &asked_for()).unwrap(), text);
        let presets = [PRESET];
        assert!(!is_edited(&text, &presets));
        assert!(!is_edited("name = \"mine\"", &presets));
        assert!(is_edited(&text.replace("phone", "email"), &presets));
        let more = format!("{text}[linking]\noptional = false\n");
        assert!(is_edited(&more, &presets));
        assert!(is_edited("name = ", &presets));
    }

    /// Whatever was not asked for is there afterwards, as somebody has written it.
    #[test]
    fn what_is_not_asked_for_stays() {
        let text = "# Ours.\nname = \"mine\" # for now\n\n[identity.domain.custom]\nname = \
                    \"login.example.com\"\n\n[lambda]\nmemory = 512\nregions = { default = \
                    \"eu-west-1\" } # near\n\n[stages.prod]\nregion = \"eu-west-1\"\n";
        let name = Wanted {
            stack_name: Some("taxi-desk".to_owned()),
            ..Wanted::default()
        };
        let renamed = stack_file(text, None, &name).unwrap();
        assert_eq!(renamed, text.replace("\"mine\"", "\"taxi-desk\""));
        let more = stack_file(text, None, &asked_for()).unwrap();
        for kept in [
            "# Ours.\n",
            "# for now\n",
            "login.example.com",
            "memory = 512\n",
            "# near\n",
        ] {
            assert!(more.contains(kept), "{kept}: {more}");
        }
        assert!(
            more.contains("default = \"eu-west-1\", EU = \"eu-west-1\""),
            "{more}"
        );
        let preset = stack_file(text, Some(PRESET), &name).unwrap();
        assert!(
            preset.contains("sign-in") && !preset.contains("login.example.com"),
            "{preset}"
        );
        assert!(
            preset.contains("memory = 512") && preset.contains("[stages.prod]"),
            "{preset}"
        );
        assert!(is_edited(text, &[PRESET]));
        assert!(stack_file("name = ", None, &name).is_err());
    }

    #[test]
    fn a_phrase_that_somebody_has_written_stays_as_it_is() {
        let (names, mut wanted) = (names(), wanted());
        let text = "Alexa, open Account Guide, or account guide";
        assert_eq!(
            spoken(text, "en-US", &names, &wanted),
            "Alexa, open Taxi Desk, or taxi desk"
        );
        wanted.invocation_names = names.spoken.clone();
        assert_eq!(spoken(text, "en-US", &names, &wanted), text);
    }

    #[test]
    fn names_are_replaced_and_the_layout_stays() {
        let text = r#"{ "manifest": {"publishingInformation": {
  "testingInstructions": "Say: ask account guide who I am.",
  "locales": {"en-US": { "name": "Account Guide", "keywords": ["account"],
    "examplePhrases": ["Alexa, open Account guide"] }}
}}}"#;
        let renamed = manifest(text, &names(), &wanted()).unwrap();
        assert_eq!(
            renamed,
            text.replace("\"Account Guide\"", "\"Taxi Desk\"")
                .replace("open Account guide", "open taxi desk")
                .replace("ask account guide", "ask taxi desk")
        );
        assert_eq!(
            readme("# Voicelink\nx", &names(), "Taxi Desk"),
            "# Taxi Desk\nx"
        );
        assert_eq!(readme("# Account Guide\nx", &names(), "T"), "# T\nx");
        assert_eq!(readme("# My own\nx", &names(), "T"), "# My own\nx");
    }

    proptest! {
        #[test]
        fn what_is_not_the_name_stays(text in "[a-zäß ]{0,30}") {
            prop_assert_eq!(replace_ignoring_case(&text, "ACCOUNT", "x"), text);
        }

        #[test]
        fn a_slug_is_one(name in "\\PC{0,40}") {
            let slug = slug(&name);
            prop_assert!(slug.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
            prop_assert!(!slug.starts_with('-') && !slug.ends_with('-'));
        }
    }
}
