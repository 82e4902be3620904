//! `cargo xtask say`: sentences to the device of the running local stage.

use std::io::{IsTerminal as _, Write as _};

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::card;
use crate::device::Device;
use crate::failure::{Code, Failure};
use crate::link::Whose;
use crate::{inputs, output, workspace};

/// The sentence, and who says it how.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The sentence, as you would say it to the device
    text: Option<String>,
    /// The language of the device [default: the first locale of the skill package]
    #[arg(long)]
    locale: Option<String>,
    #[command(flatten)]
    whose: Whose,
    /// The skill that is meant, by its id or its name in the store, where several have one invocation name
    #[arg(long, value_name = "ID|NAME", value_parser = NonEmptyStringValueParser::new())]
    skill: Option<String>,
    /// Print the intent that was understood, and its slots
    #[arg(long, conflicts_with = "json")]
    slots: bool,
    /// Print the whole answer as JSON: docs/local-stage.md has its members, `intent` and `slots` among them
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    heard: String,
    card: Option<Value>,
    session_open: bool,
    intent: Option<String>,
    request_type: Option<String>,
    slots: Option<Map<String, Value>>,
    error: Option<String>,
}

/// The end of the command's help.
pub(crate) const HELP: &str = "\
With --voice, the skill learns who is speaking. It tells that person about the account that they
have linked to their own profile with `cargo xtask link --voice NAME`, and nothing about the account
that the home shares.

Alexa chooses among skills that have one invocation name; a local stage asks which is meant, and
--skill says it.

Examples: cargo xtask say \"open account guide\"
          cargo xtask say --slots \"ask account guide for my phone number\"
          cargo xtask say --voice ann \"open account guide\"";

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let device = Device::of_running_stage()?;
    let locale = if let Some(locale) = &options.locale {
        locale.clone()
    } else {
        let package = inputs::read_package(&workspace::skill_package())?;
        package.first_locale().to_owned()
    };
    if !options.json {
        output::page(&device.access);
    }
    if let Some(text) = &options.text {
        return say(&device, &options, &locale, text).await;
    }
    let mut sentences = std::io::stdin().lines();
    loop {
        prompt()?;
        let sentence = sentences.next().transpose().map_err(|error| {
            Failure::new(Code::Io, format!("cannot read the next sentence: {error}"))
                .hint("give the sentence as an argument: cargo xtask say \"open account guide\"")
        })?;
        match sentence.as_deref().map(str::trim) {
            None | Some("") => return Ok(()),
            Some(text) => say(&device, &options, &locale, text).await?,
        }
    }
}

/// On a terminal, what shows that it is the person's turn.
fn prompt() -> Result<(), Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(());
    }
    let mut terminal = std::io::stderr();
    write!(terminal, "you: ")
        .and_then(|()| terminal.flush())
        .map_err(|error| Failure::new(Code::Io, format!("cannot write to the terminal: {error}")))
}

/// Says one sentence and tells what was heard.
async fn say(device: &Device, options: &Options, locale: &str, text: &str) -> Result<(), Failure> {
    let mut body = json!({
        "text": text,
        "locale": locale,
        "voice": options.whose.voice,
        "skill": options.skill,
    });
    if let Some(customer) = &options.whose.customer {
        body["customer"] = customer.as_str().into();
    }
    let request = (Method::POST, "say".to_owned(), &[][..], Some(body));
    let answer = device.ask(request).await?.map_err(|refusal| {
        let is_unclear = refusal.status == StatusCode::CONFLICT;
        let failure = Failure::from(refusal);
        if is_unclear {
            failure.hint("name the skill that is meant: cargo xtask say --skill \"ID or name\" …")
        } else {
            failure
        }
    })?;
    if options.json {
        output::line(&answer.to_string());
        return Ok(());
    }
    let answer: Answer = serde_json::from_value(answer).map_err(|error| {
        Failure::new(
            Code::LocalStage,
            format!("the device's answer is damaged: {error}"),
        )
    })?;
    if options.slots {
        for line in understood(&answer) {
            output::line(&line);
        }
    }
    output::line(&answer.heard);
    if let Some(shown) = &answer.card {
        output::aside(&card::told(shown, &options.whose.link()));
    }
    if let Some(error) = answer.error {
        output::aside(&format!("the device reports: {error}"));
    }
    if answer.session_open {
        output::aside("the session is open: just say what comes next");
    }
    Ok(())
}

/// The intent and a line for each of its slots.
fn understood(answer: &Answer) -> Vec<String> {
    let request = answer.request_type.as_deref();
    let intent = match answer.intent.as_deref().or(request) {
        None => "none, the device did not know what was meant",
        Some(name) => name,
    };
    let slots = answer.slots.iter().flatten();
    let slots = slots.map(|(name, filling)| match filling["value"].as_str() {
        None => format!("slot    {name}: empty"),
        Some(value) => {
            let part = |part: &str| filling[part].as_str();
            let resolved = match (part("name"), part("id")) {
                (Some(resolved), Some(id)) => format!(" → {resolved} ({id})"),
                (Some(resolved), None) => format!(" → {resolved}"),
                (None, _) => String::new(),
            };
            format!("slot    {name}: {value}{resolved}")
        }
    });
    [format!("intent  {intent}")]
        .into_iter()
        .chain(slots)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_has_a_line_with_what_it_was_resolved_to() {
        let answer = |answer: Value| {
            let answer: Answer = serde_json::from_value(answer).unwrap();
            understood(&answer).join("\n")
        };
        let slots = json!({
            "infoType": {"value": "mail", "name": "e-mail", "id": "emailAddress"},
            "city": {"value": "ulm"},
            "when": null,
        });
        let asked = json!({
            "heard": "", "card": null, "sessionOpen": false, "error": null,
            "requestType": "IntentRequest", "intent": "RequestInfoIntent", "slots": slots,
        });
        assert_eq!(
            answer(asked),
            "intent  RequestInfoIntent\nslot    infoType: mail → e-mail (emailAddress)\n\
             slot    city: ulm\nslot    when: empty"
        );
        let opened = json!({
            "heard": "", "card": null, "sessionOpen": true, "error": null,
            "requestType": "LaunchRequest", "intent": null, "slots": null,
        });
        assert_eq!(answer(opened), "intent  LaunchRequest");
    }
}
