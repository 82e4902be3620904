//! `docs/stack.md`, from what the keys of `stack.toml` declare.

use std::fmt::Write as _;

use infra::stack_file::declaration::{Accounts, Key, Later, keys};
use serde_json::Value;

/// The page, with places for what is declared.
const PAGE: &str = include_str!("stack.md.in");

pub(super) fn page() -> String {
    PAGE.replace("{{file}}", &file())
        .replace("{{keys}}", &reference())
}

/// A whole file with its defaults, and examples of what has none.
fn file() -> String {
    let mut text = format!("#:schema ./{}\n", infra::render::SCHEMA);
    let tables = keys()
        .iter()
        .filter(|key| is_table(key))
        .map(|key| key.path.as_str());
    for table in std::iter::once("").chain(tables) {
        let of_this = |key: &&Key| parent(&key.path) == table && is_written_short(key);
        let members: Vec<_> = keys().iter().filter(of_this).collect();
        if members.is_empty() {
            continue;
        }
        // The stages of a file are its own: one stands for all.
        match table {
            "" => {}
            "stages" => text.push_str("\n[stages.dev]\n"),
            _ => {
                let _ = writeln!(text, "\n[{table}]");
            }
        }
        for key in members {
            for line in wrap(summary(key.description()), 98) {
                let _ = writeln!(text, "# {line}");
            }
            let (mark, value) = match (key.path.as_str(), key.schema().get("default")) {
                ("name", _) => ("", Value::from("account-guide")),
                (_, Some(usual)) => ("", usual.clone()),
                (_, None) => ("# ", key.schema()["examples"][0].clone()),
            };
            let _ = writeln!(text, "{mark}{} = {}", name(&key.path), toml_value(&value));
        }
    }
    text.trim_end().to_owned()
}

/// A table with a header of its own. One that need not be there has an example, and one with a default is short.
fn is_table(key: &Key) -> bool {
    let names = key.path == "stages";
    names || key.properties().is_some() && !is_written_short(key)
}

fn is_written_short(key: &Key) -> bool {
    let schema = key.schema();
    key.path == "name"
        || schema.get("default").is_some() && key.path != "stages"
        || schema.get("examples").is_some()
}

fn parent(path: &str) -> &str {
    let above = path.rsplit_once('.').map_or("", |(above, _)| above);
    above.strip_suffix(".*").unwrap_or(above)
}

/// The key of a kind that is next above a path.
fn innermost(path: &str, kind: impl Fn(&&Key) -> bool) -> Option<&'static Key> {
    let above = |key: &&Key| {
        let rest = path.strip_prefix(&key.path);
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    keys().iter().rev().filter(above).find(kind)
}

fn name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn toml_value(value: &Value) -> String {
    toml::Value::try_from(value).map_or_else(|_| String::new(), |value| value.to_string())
}

/// The first sentence, without links.
fn summary(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once(" ([") {
        plain.push_str(before);
        rest = link.split_once("))").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let end = plain.find(". ").map_or(plain.len(), |at| at + 1);
    plain.truncate(end);
    plain
}

/// A section for each key.
fn reference() -> String {
    let mut text = String::new();
    let has_header = |key: &&Key| key.properties().is_some() || key.path == "stages";
    let at_the_top = keys()
        .iter()
        .filter(|key| !key.path.contains('.') && !has_header(key));
    // What is in a table comes before the tables in it.
    let tables = keys().iter().filter(has_header).flat_map(|table| {
        let inside = keys().iter().filter(|key| !has_header(key));
        let inside = inside.filter(|key| innermost(&key.path, has_header) == Some(table));
        std::iter::once(table).chain(inside)
    });
    for key in at_the_top.chain(tables) {
        let path = key.path.replace('*', "NAME");
        let header = if has_header(&key) {
            format!("## \\[{path}]")
        } else {
            format!("### {path}")
        };
        let mut about = key.description().trim_end_matches('.').to_owned();
        if let Some(source) = key.source() {
            let _ = write!(about, " ([source]({source}))");
        }
        let mut parts = vec![header, format!("{about}.")];
        if key.properties().is_none() {
            let kind = kind(key.schema());
            let mut value = format!("Value: {kind}.");
            match key.schema().get("default") {
                Some(usual) => {
                    let _ = write!(value, " Default: `{}`.", toml_value(usual));
                }
                None if key.required => value.push_str(" It has to be there."),
                None => {}
            }
            parts.push(value);
        }
        let words = words(key.schema()).into_iter();
        let words: Vec<_> = words
            .map(|(word, about)| format!("- `{word}`: {about}"))
            .collect();
        if !words.is_empty() {
            parts.push(words.join("\n"));
        }
        let examples = key.schema()["examples"].as_array().into_iter().flatten();
        let examples: Vec<_> = examples
            .map(|value| format!("{} = {}", name(&key.path), toml_value(value)))
            .collect();
        if !examples.is_empty() && !parent(&key.path).is_empty() {
            let table = match parent(&key.path) {
                // Of one stage: the one that everybody has.
                "stages" => "stages.local",
                table => table,
            };
            parts.push(format!("```toml\n[{table}]\n{}\n```", examples[0]));
        }
        parts.extend(limits(key));
        for part in parts {
            let is_block =
                part.starts_with("```") || part.starts_with('-') || part.starts_with('#');
            let lines = if is_block {
                vec![part]
            } else {
                wrap(part, 120)
            };
            let _ = writeln!(text, "{}\n", lines.join("\n"));
        }
    }
    text.trim_end().to_owned()
}

/// Where the key does not apply, and how it can change later.
fn limits(key: &Key) -> Option<String> {
    let later = key.later().map(|later| match later {
        Later::Never => "It can never change once the stage is deployed.".to_owned(),
        Later::OnlyAdded => "More can be added later; what is there stays as it is.".to_owned(),
        Later::AnotherDeployment => {
            "Another value is another deployment, with a user pool of its own.".to_owned()
        }
        Later::Guarded(guard) => {
            format!("A later change can be refused by the guard [`{guard}`](guards.md).")
        }
    });
    let without = |accounts| key.applies_to().is_some_and(|to| !to.contains(&accounts));
    let only = match (
        without(Accounts::ExistingPool),
        without(Accounts::LoginWithAmazon),
    ) {
        (true, true) => Some("Not with `user-pool-id`, and not with Login with Amazon."),
        (true, false) => Some("Not with `user-pool-id`."),
        (false, true) => Some("Not with Login with Amazon."),
        (false, false) => None,
    };
    let said: Vec<_> = only.map(str::to_owned).into_iter().chain(later).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// A value in words.
fn kind(schema: &Value) -> String {
    let list = |member: &str| schema[member].as_array().cloned().unwrap_or_default();
    if schema.get("oneOf").is_some() {
        return "one of the words below".to_owned();
    }
    if schema.get("enum").is_some() {
        let words: Vec<_> = list("enum")
            .iter()
            .map(|word| format!("`{word}`"))
            .collect();
        return format!("one of {}", words.join(", "));
    }
    if let Some(pattern) = schema
        .get("pattern")
        .filter(|_| schema.get("type").is_none())
    {
        return format!("text like `{}`", pattern.as_str().unwrap_or_default());
    }
    if schema.get("anyOf").is_some() {
        let kinds: Vec<_> = list("anyOf").iter().map(kind).collect();
        return kinds.join(", or ");
    }
    let allowed = schema["x-allowed"]
        .as_str()
        .map(|allowed| format!(" ({allowed})"));
    let allowed = allowed.unwrap_or_default();
    match schema["type"].as_str() {
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("integer") => format!("a whole number{allowed}"),
        Some("array") => format!("a list, each item {}", kind(&schema["items"])),
        Some("object") => {
            let members = schema["patternProperties"]
                .as_object()
                .into_iter()
                .flatten();
            let each = members.map(|(_, value)| format!(" of names, each with {}", kind(value)));
            format!("a table{}", each.collect::<String>())
        }
        _ => format!("text{allowed}"),
    }
}

/// The words of a value and of what is in it, with what they mean.
fn words(schema: &Value) -> Vec<(String, String)> {
    let list = |member: &str| schema[member].as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    for word in list("oneOf") {
        let about = word["description"].as_str().unwrap_or_default();
        found.push((word["const"].to_string(), about.to_owned()));
    }
    let inside = schema["patternProperties"]
        .as_object()
        .into_iter()
        .flatten();
    let inside = inside.map(|(_, value)| value.clone());
    for inner in list("anyOf")
        .into_iter()
        .chain(schema.get("items").cloned())
        .chain(inside)
    {
        if inner.get("properties").is_none() {
            found.extend(words(&inner));
        }
    }
    found
}

fn wrap(text: impl AsRef<str>, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.as_ref().split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
