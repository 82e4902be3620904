//! What no real cloud offers: reading the outbox and driving the clock; and what people do in a console
//! before they deploy.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::alexa::{Alexa, Customer, Voice};
use crate::aws::Shared;
use crate::aws::acm::Certificate;
use crate::aws::route53::NewZone;
use crate::aws::secrets::NewSecret;
use crate::base::conditions::Condition;
use crate::base::guard::{Caller, Door};
use crate::base::news::Topic;
use crate::cognito::{Cognito, Flaw};

/// Served beside the device, on the same listener.
pub(crate) fn doors(shared: &Shared) -> Vec<Door> {
    use Caller::StageToken;

    Door::all(
        shared,
        [
            Door::get("/control/clock", StageToken, read_clock),
            Door::post("/control/clock", StageToken, advance_clock),
            Door::get("/outbox", StageToken, read_outbox),
            Door::post("/console/certificates", StageToken, add_certificate),
            Door::post("/console/hosted-zones", StageToken, add_zone),
            Door::post("/console/secrets", StageToken, add_secret),
        ],
    )
}

/// Served on the same listener: what happens to the links of people.
pub(crate) fn people_doors(alexa: &Alexa, cognito: &Cognito) -> Vec<Door> {
    use Caller::StageToken;

    Door::all(
        &(alexa.clone(), cognito.clone()),
        [
            Door::get("/control/provider", StageToken, read_provider),
            Door::post("/control/provider", StageToken, set_provider),
            Door::post("/control/link", StageToken, spoil_link),
            Door::post("/console/user-pools", StageToken, add_pool),
        ],
    )
}

async fn read_clock(State(shared): State<Shared>) -> Json<Value> {
    Json(json!({
        "now": shared.clock.now(),
        "skippedSeconds": shared.clock.skipped_seconds(),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    advance_seconds: u32,
}

async fn advance_clock(State(shared): State<Shared>, Json(body): Json<Advance>) -> Json<Value> {
    shared.clock.advance(body.advance_seconds);
    shared.news.tell(Topic::Clock);
    read_clock(State(shared)).await
}

/// Requested, validated and issued, in one step.
async fn add_certificate(
    State(shared): State<Shared>,
    Json(certificate): Json<Certificate>,
) -> (StatusCode, Json<Value>) {
    kept(shared.acm.keep(certificate))
}

async fn add_zone(
    State(shared): State<Shared>,
    Json(zone): Json<NewZone>,
) -> (StatusCode, Json<Value>) {
    kept(shared.route53.keep(zone))
}

async fn add_secret(
    State(shared): State<Shared>,
    Json(secret): Json<NewSecret>,
) -> (StatusCode, Json<Value>) {
    kept(shared.secrets.keep(secret))
}

/// A user pool that somebody has made without a stack.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewPool {
    id: String,
    /// As `CreateUserPool` takes them.
    settings: Value,
    /// As `CreateUserPoolDomain` takes it.
    domain: Option<Value>,
    /// As `CreateResourceServer` takes them.
    #[serde(default)]
    resource_servers: Vec<Value>,
}

async fn add_pool(
    State((_, cognito)): State<(Alexa, Cognito)>,
    Json(pool): Json<NewPool>,
) -> (StatusCode, Json<Value>) {
    match cognito.keep_pool(&pool.id, pool.settings, pool.domain, pool.resource_servers) {
        Ok(is_new) => kept(is_new),
        Err(error) => (
            StatusCode::BAD_REQUEST,
            Json(json!({ "error": error.to_string() })),
        ),
    }
}

fn kept(is_new: bool) -> (StatusCode, Json<Value>) {
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    (status, Json(json!({ "created": is_new })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    is: Condition,
    /// Their e-mail address, phone number or user name; without it, everybody.
    person: Option<String>,
}

async fn read_provider(State((_, cognito)): State<(Alexa, Cognito)>) -> Json<Value> {
    Json(json!({ "is": cognito.condition() }))
}

async fn set_provider(
    State((alexa, cognito)): State<(Alexa, Cognito)>,
    Json(body): Json<Provider>,
) -> Json<Value> {
    alexa.set_condition(body.person.clone(), body.is);
    cognito.set_condition(body.person, body.is);
    Json(json!({ "is": body.is }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spoil {
    skill_id: String,
    #[serde(default)]
    customer: Customer,
    voice: Option<Voice>,
    token: Flaw,
    /// Whether Alexa takes the token for expired, and gets another one before it sends it.
    #[serde(default)]
    refresh: bool,
}

async fn spoil_link(
    State((alexa, cognito)): State<(Alexa, Cognito)>,
    Json(body): Json<Spoil>,
) -> (StatusCode, Json<Value>) {
    let (customer, voice) = (&body.customer, body.voice.as_ref());
    let expires_at = body.refresh.then(|| cognito.now());
    let spoilt = alexa.swap_token(customer, voice, &body.skill_id, expires_at, |token| {
        cognito.spoil(token, body.token)
    });
    if spoilt || alexa.spoil_token(customer, voice, &body.skill_id, expires_at, body.token) {
        (StatusCode::OK, Json(json!({ "skillId": body.skill_id })))
    } else {
        let whose = if voice.is_some() { "voice" } else { "customer" };
        let problem = format!(
            "The {whose} has no link to {} with a good access token.",
            body.skill_id
        );
        (StatusCode::CONFLICT, Json(json!({ "error": problem })))
    }
}

#[derive(Deserialize)]
struct Addressee {
    to: Option<String>,
}

async fn read_outbox(
    State(shared): State<Shared>,
    Query(addressee): Query<Addressee>,
) -> Json<Value> {
    Json(json!({ "messages": shared.outbox.messages(addressee.to.as_deref()) }))
}
