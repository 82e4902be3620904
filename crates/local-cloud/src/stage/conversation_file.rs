//! Turns as a file of conversation tests: what was said and heard becomes what has to be heard
//! (docs/conversations.md).

use std::fmt::Write as _;

use serde_json::Value;

/// A person whose details may be in what was heard: tests have another one, with other details.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    /// Their whole name.
    pub(super) name: Option<String>,
    /// The e-mail address.
    pub(super) email: Option<String>,
    /// The phone number.
    pub(super) phone: Option<String>,
    /// The name to sign in with, if they chose one.
    pub(super) user_name: Option<String>,
}

/// A file with the turns, as `GET /turns` lists them. Consecutive turns of one account state and locale are
/// one conversation. Turns that Alexa had to end with an error are left out.
pub(super) fn render(name: &str, turns: &[Value], people: &[Person]) -> String {
    let mut file =
        "# Saved from the page of the local stage: docs/conversations.md explains every key.\n\n\
                    conversations:\n"
            .to_owned();
    let good: Vec<&Value> = turns
        .iter()
        .filter(|turn| turn["error"].is_null())
        .collect();
    let groups: Vec<&[&Value]> = good
        .chunk_by(|one, other| account(one) == account(other) && one["locale"] == other["locale"])
        .collect();
    for (index, group) in groups.iter().enumerate() {
        let title = match groups.len() {
            1 => name.to_owned(),
            _ => format!("{name} ({})", index + 1),
        };
        conversation(&mut file, &title, group, people);
    }
    file
}

/// A name as a file's, without its extension.
pub(super) fn file_name(name: &str) -> String {
    let words: Vec<String> = name
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut slug = words.join("-");
    slug.truncate(60);
    match slug.trim_end_matches('-') {
        "" => "conversation".to_owned(),
        // That file is part of each deployment.
        "story" => "a-story".to_owned(),
        slug => slug.to_owned(),
    }
}

/// The state of the account that the home shares, in the words of the tests.
fn account(turn: &Value) -> &'static str {
    if turn["linked"] == true {
        "linked"
    } else {
        "not-linked"
    }
}

fn conversation(file: &mut String, name: &str, turns: &[&Value], people: &[Person]) {
    let first = turns.first().copied().unwrap_or(&Value::Null);
    let mut line = |indent: &str, key: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(file, "{indent}{key}: {value}");
    };
    line("  - ", "name", &quoted(name));
    line("    ", "locale", text(&first["locale"]));
    line("    ", "account", account(first));
    let mut voices: Vec<(&str, &str)> = Vec::new();
    for turn in turns {
        if let Some(voice) = turn["voice"].as_str()
            && voices.iter().all(|(known, _)| *known != voice)
        {
            let linked = turn["person"]["linked"] == true;
            voices.push((voice, if linked { "linked" } else { "not-linked" }));
        }
    }
    if !voices.is_empty() {
        let voices: Vec<String> = voices
            .iter()
            .map(|(voice, account)| format!("{}: {account}", quoted(voice)))
            .collect();
        line("    ", "voices", &format!("{{{}}}", voices.join(", ")));
    }
    file.push_str("    turns:\n");
    for turn in turns {
        let mut line = |indent: &str, key: &str, value: &str| {
            let _ = writeln!(file, "{indent}{key}: {value}");
        };
        let heard = |member: &Value| quoted(&impersonal(text(member), people));
        line("      - ", "say", &quoted(text(&turn["said"])));
        if let Some(voice) = turn["voice"].as_str() {
            line("        ", "voice", &quoted(voice));
        }
        if let Some([one]) = turn["progressive"].as_array().map(Vec::as_slice) {
            line("        ", "meanwhile", &quoted(text(one)));
        }
        line("        ", "hear", &heard(&turn["heard"]));
        if let Some(kind) = turn["card"]["type"].as_str() {
            line("        ", "card", &kebab(kind));
        }
        let session = if turn["sessionOpen"] == true {
            "open"
        } else {
            "closed"
        };
        line("        ", "session", session);
        if turn["reprompt"].is_string() {
            line("        ", "reprompt", &heard(&turn["reprompt"]));
        }
        if let Some(intent) = turn["intent"].as_str() {
            line("        ", "intent", intent);
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A scalar that means itself, whatever is in it.
fn quoted(text: &str) -> String {
    if text.chars().any(char::is_control) {
        return Value::from(text).to_string();
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// `LinkAccount` as `link-account`.
fn kebab(kind: &str) -> String {
    let mut words = String::new();
    for letter in kind.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push('-');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// The heard text, with the placeholders of the tests in place of a person's details. The person of the
/// tests is always called Ada Lovelace.
fn impersonal(heard: &str, people: &[Person]) -> String {
    let mut text = heard.to_owned();
    for person in people {
        let first_name = person
            .name
            .as_deref()
            .and_then(|name| name.split(' ').next());
        for (detail, placeholder) in [
            (person.email.as_deref(), "{email}"),
            (person.phone.as_deref(), "{phone}"),
            (person.name.as_deref(), "{name}"),
            (person.user_name.as_deref(), "{user-name}"),
            (first_name, "Ada"),
        ] {
            if let Some(detail) = detail {
                text = replace_words(&text, detail, placeholder);
            }
        }
    }
    text
}

/// Replaces what stands for itself, and is no part of a longer word.
fn replace_words(text: &str, what: &str, with: &str) -> String {
    if what.is_empty() {
        return text.to_owned();
    }
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(what) {
        let joined = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let part_of_a_word = joined(before.chars().next_back()) && joined(what.chars().next())
            || joined(after.chars().next()) && joined(what.chars().next_back());
        replaced.push_str(before);
        replaced.push_str(if part_of_a_word { what } else { with });
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_conversation_changes_with_the_account() {
        let turns = [
            json!({
                "said": "open account guide", "heard": "Link first: it's new.", "locale": "en-US",
                "linked": false, "card": { "type": "LinkAccount" }, "sessionOpen": false,
                "progressive": [], "reprompt": null, "intent": null, "error": null, "voice": null,
            }),
            json!({ "said": "boom", "error": "the function failed", "linked": false, "locale": "en-US" }),
            json!({
                "said": "what is my name", "heard": "Gracefully, Grace: it is Grace Hopper.",
                "locale": "en-US", "linked": true, "card": null, "sessionOpen": true,
                "progressive": ["One moment."], "reprompt": "Grace?", "intent": "NameIntent",
                "error": null, "voice": "ann", "person": { "linked": false },
            }),
        ];
        let person = Person {
            name: Some("Grace Hopper".to_owned()),
            ..Person::default()
        };
        assert_eq!(
            render("My test", &turns, &[person]),
            "# Saved from the page of the local stage: docs/conversations.md explains every key.\n\n\
             conversations:\n\
             \x20 - name: 'My test (1)'\n\
             \x20   locale: en-US\n\
             \x20   account: not-linked\n\
             \x20   turns:\n\
             \x20     - say: 'open account guide'\n\
             \x20       hear: 'Link first: it''s new.'\n\
             \x20       card: link-account\n\
             \x20       session: closed\n\
             \x20 - name: 'My test (2)'\n\
             \x20   locale: en-US\n\
             \x20   account: linked\n\
             \x20   voices: {'ann': not-linked}\n\
             \x20   turns:\n\
             \x20     - say: 'what is my name'\n\
             \x20       voice: 'ann'\n\
             \x20       meanwhile: 'One moment.'\n\
             \x20       hear: 'Gracefully, Ada: it is {name}.'\n\
             \x20       session: open\n\
             \x20       reprompt: 'Ada?'\n\
             \x20       intent: NameIntent\n"
        );
    }

    #[test]
    fn a_file_name_leads_nowhere_else() {
        for (name, file) in [
            ("My first test!", "my-first-test"),
            ("../../etc/passwd", "etc-passwd"),
            ("日本語", "conversation"),
            ("Story", "a-story"),
            (&"x y ".repeat(50), &"x-y-".repeat(15)[..59]),
        ] {
            assert_eq!(file_name(name), file);
        }
    }
}
