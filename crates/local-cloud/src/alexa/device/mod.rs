//! The device: text in, spoken text and a card out.

pub(super) mod invoke;
pub(super) mod progressive;
pub(super) mod request;
mod response;
mod route;
pub(super) mod session;
mod ssml;
pub(super) mod turn;
pub(super) mod turns;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Alexa;
use super::customer::{Customer, Voice};
use super::region::Region;
use crate::base::guard::{Caller, Door};
use turn::Said;

pub(super) fn doors(alexa: &Alexa) -> Vec<Door> {
    let talking = [
        Door::post("/say", Caller::StageToken, say),
        progressive::door(),
    ];
    Door::all(alexa, talking.into_iter().chain(turns::doors()))
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
    /// The id of the skill that is meant, or its name in the store.
    skill: Option<String>,
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
        only: utterance.skill,
        region: utterance.region,
    };
    let turn = alexa.say(&said).await;
    if turn.is_unclear {
        return Err((StatusCode::CONFLICT, Json(json!({ "error": turn.error }))));
    }
    Ok(Json(turn.to_json(&said.text)))
}
