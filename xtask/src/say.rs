//! `cargo xtask say`: one sentence to the device of the running local stage.

use local_cloud::story;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::{Say, discovery, output};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    heard: String,
    card: Option<Value>,
    session_open: bool,
    error: Option<String>,
}

pub(crate) async fn run(options: Say) -> Result<(), Failure> {
    let urls = discovery::running()?.ok_or_else(|| {
        Failure::new("LOCAL_STAGE", "no local stage is running").hint(
            "start one with `cargo xtask local`, deploy to it with `cargo xtask deploy` in a \
             second terminal, then say it again",
        )
    })?;
    let url = format!("{}say", urls.device);
    let unreachable = |error: reqwest::Error| {
        Failure::new("LOCAL_STAGE", format!("no answer from the device at {url}"))
            .because(rollout::error::chain(&error))
            .hint("is the local stage still running? start it again with `cargo xtask local`")
    };
    let answer: Value = story::client()
        .map_err(unreachable)?
        .post(&url)
        .json(&json!({ "text": options.text, "locale": options.locale }))
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(unreachable)?
        .json()
        .await
        .map_err(unreachable)?;
    if options.json {
        output::line(&answer.to_string());
        return Ok(());
    }
    let answer: Answer = serde_json::from_value(answer).map_err(|error| {
        Failure::new(
            "LOCAL_STAGE",
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
