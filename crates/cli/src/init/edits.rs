//! What `cargo xtask init` makes of the files of a repository: texts to texts.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What a fork is to be called, and how its people sign in. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The skill's name in the store.
    pub(crate) name: Option<String>,
    /// Prefix of stacks, pool and function.
    pub(crate) stack_name: Option<String>,
    /// What people call the skill, by locale.
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

/// What people may call a skill of that name.
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

/// The stack file: a preset, with what is asked for.
pub(crate) fn stack_file(preset: &str, name: &str, wanted: &Wanted) -> String {
    let mut in_table = false;
    let named = |line: &str| {
        in_table |= line.starts_with('[');
        match line.split_once('=') {
            // A name in a table is that of something else.
            Some((key, _)) if key.trim() == "name" && !in_table => {
                format!("name = {}", quoted(name))
            }
            _ => line.to_owned(),
        }
    };
    let mut lines: Vec<String> = preset.lines().map(named).collect();
    let mut table = |header: String, key: &str, value: Option<String>| {
        lines.extend([String::new(), header]);
        lines.extend(value.map(|value| format!("{key} = {value}")));
    };
    if let Some(prefix) = &wanted.domain_prefix {
        table(
            "[identity.domain]".to_owned(),
            "prefix",
            Some(quoted(prefix)),
        );
    }
    if !wanted.regions.is_empty() {
        let pairs: Vec<_> = (wanted.regions.iter())
            .map(|(part, region)| format!("{part} = {}", quoted(region)))
            .collect();
        let regions = format!("{{ {} }}", pairs.join(", "));
        table("[lambda]".to_owned(), "regions", Some(regions));
    }
    for (stage, region) in &wanted.stages {
        let region = region.as_deref().map(quoted);
        table(format!("[stages.{stage}]"), "region", region);
    }
    lines.join("\n") + "\n"
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Whether somebody has written more into a stack file than `init` would: anything but a name, on top
/// of nothing or of one of the presets.
pub(super) fn is_edited(stack: &str, presets: &[&str]) -> bool {
    let bare = |text: &str| -> Option<toml::Table> {
        let mut table: toml::Table = text.parse().ok()?;
        table.remove("name");
        table.remove("stages");
        if let Some(lambda) = table.get_mut("lambda").and_then(toml::Value::as_table_mut) {
            lambda.remove("regions");
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

/// What a skill is called now: in the store, and by people; by locale.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) store: BTreeMap<String, String>,
    pub(super) spoken: BTreeMap<String, String>,
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
pub(super) fn spoken(text: &str, locale: &str, names: &Names, wanted: &Wanted) -> String {
    match (
        names.spoken.get(locale),
        wanted.invocation_names.get(locale),
    ) {
        (Some(before), Some(after)) => replace_ignoring_case(text, before, after),
        _ => text.to_owned(),
    }
}

fn replace_ignoring_case(text: &str, before: &str, after: &str) -> String {
    let (mut result, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        let mut found = rest.chars().flat_map(char::to_lowercase);
        let mut wanted = before.chars().flat_map(char::to_lowercase);
        let count = before.chars().count();
        if wanted.all(|c| found.next() == Some(c)) {
            result.push_str(after);
            rest = rest
                .char_indices()
                .nth(count)
                .map_or("", |(at, _)| &rest[at..]);
        } else {
            result.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    result
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

    #[test]
    fn a_preset_gets_a_name_and_what_is_asked_for() {
        let preset =
            "# For somebody.\nname = \"account-guide\"\n\n[identity]\nsign-in = [\"phone\"]\n";
        let wanted = Wanted {
            domain_prefix: Some("taxi-{stage}".to_owned()),
            regions: [("default".to_owned(), "eu-west-1".to_owned())].into(),
            stages: [("dev".to_owned(), Some("eu-central-1".to_owned()))].into(),
            ..Wanted::default()
        };
        let text = stack_file(preset, "taxi-desk", &wanted);
        assert_eq!(
            text,
            "# For somebody.\nname = \"taxi-desk\"\n\n[identity]\nsign-in = [\"phone\"]\n\n\
             [identity.domain]\nprefix = \"taxi-{stage}\"\n\n[lambda]\nregions = { default = \
             \"eu-west-1\" }\n\n[stages.dev]\nregion = \"eu-central-1\"\n"
        );
        let presets = [preset];
        assert!(!is_edited(&text, &presets));
        assert!(!is_edited("name = \"mine\"", &presets));
        assert!(is_edited(&text.replace("phone", "email"), &presets));
        assert!(is_edited(
            &format!("{text}[linking]\noptional = false\n"),
            &presets
        ));
        assert!(is_edited("name = ", &presets));
    }

    #[test]
    fn a_domain_of_ones_own_keeps_its_name_and_is_not_lost() {
        let preset = "name = \"account-guide\"\n\n[identity.domain.custom]\n\
            name = \"login.example.com\"\n";
        let text = stack_file(preset, "taxi-desk", &Wanted::default());
        assert_eq!(text, preset.replace("account-guide", "taxi-desk"));
        let presets = [preset];
        assert!(!is_edited(&text, &presets));
        assert!(is_edited(
            &text.replace("example.com", "taxi.com"),
            &presets
        ));
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
