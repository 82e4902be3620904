//! The Alexa app, the developer console, and what no real Alexa offers: its controls.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Alexa;
use super::customer::{Customer, NotEnabled, Voice};
use super::linking::NotStarted;
use super::region::Region;
use super::smapi::skill::Skill;
use crate::base::guard::{Caller, Door};
use crate::base::news::Topic;
use utterances::language::Language;

pub(super) fn doors(alexa: &Alexa) -> Vec<Door> {
    use Caller::StageToken;

    Door::all(
        alexa,
        [
            Door::get("/app/skills", StageToken, list),
            Door::get("/app/skills/{skill}", StageToken, read),
            Door::post("/app/skills/{skill}/enable", StageToken, enable),
            Door::post("/app/skills/{skill}/disable", StageToken, disable),
            Door::post("/app/skills/{skill}/link", StageToken, link),
            Door::post("/app/skills/{skill}/unlink", StageToken, unlink),
            Door::get("/app/skills/{skill}/samples", StageToken, samples),
            Door::get("/app/linkings", StageToken, linkings),
            Door::get("/app/links/{state}", StageToken, linked),
            Door::post("/console/skills/{skill}/certify", StageToken, certify),
            Door::post("/console/skills/{skill}/pkce", StageToken, switch_pkce),
            Door::get("/control/refresh", StageToken, read_refresh),
            Door::post("/control/refresh", StageToken, hold_refresh),
            Door::get("/events", StageToken, events),
        ],
    )
}

/// What the app cannot do, in a sentence.
#[derive(Debug)]
struct Problem(StatusCode, String);

impl Problem {
    fn unknown(skill_id: &str) -> Self {
        Self(
            StatusCode::NOT_FOUND,
            format!("There is no skill {skill_id}."),
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

/// Whose app it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Owner {
    #[serde(default)]
    customer: Customer,
}

fn describe(skill: &Skill, customer: &Customer) -> Value {
    let enablement = skill.enablement(customer);
    let voices = enablement
        .iter()
        .flat_map(|enablement| &enablement.profiles)
        .map(|(voice, profile)| {
            json!({
                "voice": voice.name(),
                "personId": profile.person_id,
                "linked": profile.tokens.is_some(),
            })
        });
    json!({
        "skillId": skill.id,
        "name": skill.name(),
        "locales": skill.locales(),
        "canLink": skill.linking.is_some(),
        "canBePersonal": skill.is_personalized(),
        "stage": skill.stage.name(),
        "enabled": enablement.is_some(),
        "linked": enablement.is_some_and(|enablement| enablement.tokens.is_some()),
        "userId": enablement.map(|enablement| &enablement.user_id),
        "voices": voices.collect::<Value>(),
    })
}

async fn list(State(alexa): State<Alexa>, Query(owner): Query<Owner>) -> Json<Value> {
    let state = alexa.state();
    let skills: Value = state
        .skills_of(&owner.customer)
        .map(|skill| describe(skill, &owner.customer))
        .collect();
    Json(json!({ "skills": skills }))
}

async fn read(
    State(alexa): State<Alexa>,
    Path(skill_id): Path<String>,
    Query(owner): Query<Owner>,
) -> Result<Json<Value>, Problem> {
    alexa
        .state()
        .skill_of(&owner.customer, &skill_id)
        .map(|skill| Json(describe(skill, &owner.customer)))
        .ok_or_else(|| Problem::unknown(&skill_id))
}

async fn enable(
    State(alexa): State<Alexa>,
    Path(skill_id): Path<String>,
    Query(owner): Query<Owner>,
) -> Result<Json<Value>, Problem> {
    if let Some(skill) = alexa.state().skill_of(&owner.customer, &skill_id)
        && skill.enablement(&owner.customer).is_none()
        && let Some(linking) = &skill.linking
        && !linking.skip_on_enablement
    {
        return Err(Problem(
            StatusCode::CONFLICT,
            format!(
                "The skill {skill_id} can only be enabled by linking an account: \
                 POST /app/skills/{skill_id}/link."
            ),
        ));
    }
    let enabled = alexa.enable(&owner.customer, &skill_id);
    enabled.map_err(|reason| match reason {
        NotEnabled::UnknownSkill => Problem::unknown(&skill_id),
        NotEnabled::NoEndpoint => Problem(
            StatusCode::CONFLICT,
            format!("The skill {skill_id} has no endpoint yet."),
        ),
    })?;
    read(State(alexa), Path(skill_id), Query(owner)).await
}

async fn disable(
    State(alexa): State<Alexa>,
    Path(skill_id): Path<String>,
    Query(owner): Query<Owner>,
) -> Result<Json<Value>, Problem> {
    alexa.disable(&owner.customer, &skill_id);
    read(State(alexa), Path(skill_id), Query(owner)).await
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Link {
    #[serde(default)]
    region: Region,
    /// Whose personal profile is linked.
    voice: Option<Voice>,
}

async fn link(
    State(alexa): State<Alexa>,
    Path(skill_id): Path<String>,
    Query(owner): Query<Owner>,
    body: Option<Json<Link>>,
) -> Result<Json<Value>, Problem> {
    let Json(Link { region, voice }) = body.unwrap_or_default();
    match alexa.start_linking(&owner.customer, voice, &skill_id, region) {
        Ok(url) => Ok(Json(json!({
            "authorizeUrl": url,
            "signInUrl": alexa.sign_in_door(&url),
        }))),
        Err(reason @ NotStarted::UnknownSkill(_)) => {
            Err(Problem(StatusCode::NOT_FOUND, reason.to_string()))
        }
        Err(reason) => Err(Problem(StatusCode::CONFLICT, reason.to_string())),
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Unlink {
    /// Whose personal profile is unlinked.
    voice: Option<Voice>,
}

/// The skill stays enabled, and keeps its user id.
async fn unlink(
    State(alexa): State<Alexa>,
    Path(skill_id): Path<String>,
    Query(owner): Query<Owner>,
    body: Option<Json<Unlink>>,
) -> Result<Json<Value>, Problem> {
    let Json(Unlink { voice }) = body.unwrap_or_default();
    alexa.unlink(&owner.customer, voice.as_ref(), &skill_id);
    read(State(alexa), Path(skill_id), Query(owner)).await
}

async fn linkings(State(alexa): State<Alexa>, Query(owner): Query<Owner>) -> Json<Value> {
    let state = alexa.state();
    Json(json!({ "linkings": state.linkings.of(&owner.customer) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Speaking {
    #[serde(default)]
    customer: Customer,
    locale: String,
}

/// Sentences that the skill understands, by its own interaction model.
async fn samples(
    State(alexa): State<Alexa>,
    Path(skill_id): Path<String>,
    Query(Speaking { customer, locale }): Query<Speaking>,
) -> Result<Json<Value>, Problem> {
    let state = alexa.state();
    let skill = state
        .skill_of(&customer, &skill_id)
        .ok_or_else(|| Problem::unknown(&skill_id))?;
    let model = skill.models.get(&locale);
    let sentences = Language::of_locale(&locale)
        .zip(model)
        .map(|(language, model)| utterances::samples::of(language, &model.document));
    Ok(Json(json!({ "samples": sentences.unwrap_or_default() })))
}

/// The outcome of an account linking that was started, by the `state` of its authorization request.
async fn linked(State(alexa): State<Alexa>, Path(state): Path<String>) -> Json<Value> {
    let outcome = alexa.state().outcomes.get(&state).cloned();
    Json(match outcome {
        None => json!({ "outcome": null, "error": null }),
        Some(Ok(_)) => json!({ "outcome": "linked", "error": null }),
        Some(Err(why)) => json!({ "outcome": "failed", "error": why }),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    enabled: bool,
}

/// The switch in the developer console:
/// <https://developer.amazon.com/docs/account-linking/configure-authorization-code-grant.html>
async fn switch_pkce(
    State(alexa): State<Alexa>,
    Path(skill_id): Path<String>,
    Json(Switch { enabled }): Json<Switch>,
) -> Result<Json<Value>, Problem> {
    let mut state = alexa.state();
    let skill = state
        .skills
        .get_mut(&skill_id)
        .ok_or_else(|| Problem::unknown(&skill_id))?;
    skill.pkce = Some(enabled);
    Ok(Json(json!({ "skillId": skill_id, "enabled": enabled })))
}

/// What the developer asks for in the console, and gets after days: the skill as it is in
/// development goes live, and is worked on further in a development stage of its own.
/// <https://developer.amazon.com/docs/alexa/devconsole/test-and-submit-your-skill.html>
async fn certify(
    State(alexa): State<Alexa>,
    Path(skill_id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let now = alexa.now();
    let mut state = alexa.state();
    let skill = state
        .skills
        .get(&skill_id)
        .ok_or_else(|| Problem::unknown(&skill_id))?;
    if let Some(reason) = skill.uncertifiable() {
        return Err(Problem(
            StatusCode::CONFLICT,
            format!("The skill {skill_id} cannot be certified: {reason}."),
        ));
    }
    state
        .certify(&skill_id, now)
        .map(|live| Json(json!({ "skillId": skill_id, "stage": live.stage.name() })))
        .ok_or_else(|| Problem::unknown(&skill_id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hold {
    held: bool,
}

async fn read_refresh(State(alexa): State<Alexa>) -> Json<Value> {
    Json(json!({ "held": alexa.state().refresh_held }))
}

async fn hold_refresh(State(alexa): State<Alexa>, Json(Hold { held }): Json<Hold>) -> Json<Value> {
    alexa.state().refresh_held = held;
    alexa.inner.shared.news.tell(Topic::Fault);
    Json(json!({ "held": held }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Addressee {
    skill_id: Option<String>,
}

async fn events(State(alexa): State<Alexa>, Query(addressee): Query<Addressee>) -> Json<Value> {
    let events = alexa.delivered(addressee.skill_id.as_deref()).await;
    Json(json!({ "events": events }))
}
