//! The device: text in, spoken text and a card out.

mod dialog;
pub(super) mod invoke;
mod language;
mod nlu;
pub(super) mod progressive;
pub(super) mod request;
mod response;
mod route;
pub(super) mod session;
mod slots;
mod ssml;
pub(super) mod turn;
mod utterance;
mod words;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Alexa;
use super::customer::{Customer, Voice};
use super::region::Region;
use crate::guard::{Caller, Door};
use language::Language;
use nlu::Model;
use turn::Said;
use utterance::Addressed;

/// What a device makes of a sentence that is meant for a skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Understanding {
    /// The skill is opened.
    Launch,
    /// The skill is asked for something: the intent's name.
    Intent(String),
    /// The skill is asked for something that no sample says.
    NoIntent,
    /// The skill's invocation name is not in it, or not where it belongs.
    NotTheSkill,
    /// Nothing is known of the language.
    UnknownLanguage,
}

/// What a device that speaks a locale, such as `en-US`, makes of a sentence, if the skill with this
/// `interactionModel` is the only one.
pub fn understanding(locale: &str, model: &Value, sentence: &str) -> Understanding {
    let Some(language) = Language::of_locale(locale) else {
        return Understanding::UnknownLanguage;
    };
    let model = Model::compile(language, model);
    let heard = utterance::heard(language, sentence);
    let addressed = match utterance::address(language, &heard, &[&model.invocation]) {
        Addressed::Loosely(addressed) => *addressed,
        addressed => addressed,
    };
    match addressed {
        Addressed::Launch(_) => Understanding::Launch,
        Addressed::OneShot(_, readings) => model
            .understand(&readings)
            .map_or(Understanding::NoIntent, |understood| {
                Understanding::Intent(understood.intent)
            }),
        Addressed::Loosely(_) | Addressed::Nobody => Understanding::NotTheSkill,
    }
}

pub(super) fn doors(alexa: &Alexa) -> Vec<Door> {
    Door::all(
        alexa,
        [
            Door::post("/say", Caller::StageToken, say),
            progressive::door(),
        ],
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Utterance {
    text: String,
    locale: Option<String>,
    #[serde(default)]
    customer: Customer,
    voice: Option<Voice>,
    device_id: Option<String>,
    region: Option<Region>,
}

async fn say(
    State(alexa): State<Alexa>,
    Json(utterance): Json<Utterance>,
) -> Result<Json<Value>, (StatusCode, Json<Value>)> {
    if utterance.text.trim().is_empty() {
        let problem = json!({ "error": "There is nothing to say: text is empty." });
        return Err((StatusCode::BAD_REQUEST, Json(problem)));
    }
    let said = Said {
        text: utterance.text,
        locale: utterance.locale.unwrap_or_else(|| "en-US".to_owned()),
        device_id: utterance
            .device_id
            .unwrap_or_else(|| utterance.customer.device()),
        customer: utterance.customer,
        voice: utterance.voice,
        only: None,
        region: utterance.region,
    };
    let turn = alexa.say(&said).await;
    Ok(Json(turn.to_json(&said.text)))
}
