//! `cargo xtask say`: sentences to the device of the running local stage.

use std::io::{IsTerminal as _, Write as _};

use local_access::Access;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::{Code, Failure};
use crate::{Say, discovery, inputs, output, workspace};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    heard: String,
    card: Option<Value>,
    session_open: bool,
    error: Option<String>,
}

/// What the command's help says after its options.
pub(crate) const HELP: &str = "\
With --voice, the skill learns who is speaking. It tells that person about the account that they
have linked to their own profile, and nothing about the account that the home shares.
docs/local-stage.md says how to link one.

Alexa chooses among skills that have one invocation name; a local stage asks which is meant, and
--skill says it.

Examples: cargo xtask say \"open account guide\"
          cargo xtask say --voice ann \"open account guide\"";

pub(crate) async fn run(options: Say) -> Result<(), Failure> {
    let access = discovery::running()?.ok_or_else(|| {
        Failure::new(Code::LocalStage, "no local stage is running").hint(
            "start one with `cargo xtask local`, deploy to it with `cargo xtask deploy` in a \
             second terminal, then say it again",
        )
    })?;
    let locale = if let Some(locale) = &options.locale {
        locale.clone()
    } else {
        let package = inputs::read_package(&workspace::skill_package())?;
        package.first_locale().to_owned()
    };
    let device = Device {
        locale,
        url: format!("{}say", access.urls.device),
        access,
        options: &options,
    };
    if !options.json {
        output::page(&device.access);
    }
    if let Some(text) = &options.text {
        return device.say(text).await;
    }
    let mut sentences = std::io::stdin().lines();
    loop {
        prompt()?;
        let sentence = sentences.next().transpose().map_err(|error| {
            Failure::new(Code::Io, format!("cannot read what you say: {error}"))
                .hint("give the sentence as an argument: cargo xtask say \"open account guide\"")
        })?;
        match sentence.as_deref().map(str::trim) {
            None | Some("") => return Ok(()),
            Some(text) => device.say(text).await?,
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

/// The device of the running stage.
struct Device<'a> {
    url: String,
    access: Access,
    options: &'a Say,
    locale: String,
}

impl Device<'_> {
    /// Says one sentence and tells what was heard.
    async fn say(&self, text: &str) -> Result<(), Failure> {
        let answer = self.ask(text).await?;
        if self.options.json {
            output::line(&answer.to_string());
            return Ok(());
        }
        let answer: Answer = serde_json::from_value(answer).map_err(|error| {
            Failure::new(
                Code::LocalStage,
                format!("the device's answer is damaged: {error}"),
            )
        })?;
        output::line(&answer.heard);
        if let Some(card) = answer.card {
            output::aside(&format!("card: {card}"));
        }
        if let Some(error) = answer.error {
            output::aside(&format!("the device reports: {error}"));
        }
        if answer.session_open {
            output::aside("the session is open: just say what comes next");
        }
        Ok(())
    }

    async fn ask(&self, text: &str) -> Result<Value, Failure> {
        let url = &self.url;
        let unreachable = |error: reqwest::Error| {
            Failure::new(
                Code::LocalStage,
                format!("no answer from the device at {url}"),
            )
            .because(rollout::error::chain(&error))
            .hint("is the local stage still running? start it again with `cargo xtask local`")
        };
        let client = story::client().map_err(unreachable)?;
        let answer = self
            .access
            .bearer(client.post(url))
            .json(&json!({
                "text": text,
                "locale": self.locale,
                "voice": self.options.voice,
                "skill": self.options.skill,
            }))
            .send()
            .await
            .map_err(unreachable)?;
        if answer.status() == reqwest::StatusCode::CONFLICT {
            let why: Value = answer.json().await.map_err(unreachable)?;
            let why = why["error"].as_str().unwrap_or_default().to_owned();
            return Err(Failure::new(Code::LocalStage, why)
                .hint("name the skill that is meant: cargo xtask say --skill \"ID or name\" …"));
        }
        let answer = answer.error_for_status().map_err(unreachable)?;
        answer.json().await.map_err(unreachable)
    }
}
