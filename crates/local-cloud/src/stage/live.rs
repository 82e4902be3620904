//! News of the stage as they happen, by server-sent events; and links and accounts as a person wants to see
//! them.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse as _, Response, Sse};
use futures_util::stream;
use http::HeaderMap;
use http::header::ACCEPT;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::alexa::{Alexa, Customer, Held, claims};
use crate::aws::Shared;
use crate::base::guard::{Caller, Door};
use crate::base::news::Topic;
use crate::cognito::Cognito;

/// How long a browser waits before it asks again.
const RETRY: Duration = Duration::from_secs(1);

/// The door of what happens.
pub(crate) fn doors(shared: &Shared) -> Vec<Door> {
    Door::all(shared, [Door::get("/live", Caller::StageToken, live)])
}

/// The doors of links and accounts.
pub(crate) fn people_doors(alexa: &Alexa, cognito: &Cognito) -> Vec<Door> {
    Door::all(
        &(alexa.clone(), cognito.clone()),
        [
            Door::get("/app/skills/{skill}/links", Caller::StageToken, links),
            Door::get("/people", Caller::StageToken, people),
        ],
    )
}

async fn live(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|kinds| kinds.to_str().ok());
    if !accepted.is_some_and(|kinds| kinds.contains("text/event-stream")) {
        let problem = "This door never ends its answer: ask with `accept: text/event-stream`.";
        return (
            StatusCode::NOT_ACCEPTABLE,
            Json(json!({ "error": problem })),
        )
            .into_response();
    }
    // Who connects learns everything first: something may have happened while nobody listened.
    let first = Some(Topic::Everything);
    let news = stream::unfold(
        (first, shared.news.listen()),
        async |(first, mut listener)| {
            let topic = match first {
                Some(topic) => topic,
                None => listener.next().await?,
            };
            let event = Event::default().event(topic.name()).data("{}").retry(RETRY);
            Some((Ok::<_, Infallible>(event), (None, listener)))
        },
    );
    Sse::new(news)
        .keep_alive(KeepAlive::default())
        .into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Owner {
    #[serde(default)]
    customer: Customer,
}

async fn links(
    State((alexa, cognito)): State<(Alexa, Cognito)>,
    Path(skill_id): Path<String>,
    Query(owner): Query<Owner>,
) -> (StatusCode, Json<Value>) {
    if let Some(held) = alexa.held(&owner.customer, &skill_id) {
        let links: Value = held.iter().map(|link| shown(link, &cognito)).collect();
        (StatusCode::OK, Json(json!({ "links": links })))
    } else {
        let problem = format!("There is no skill {skill_id}.");
        (StatusCode::NOT_FOUND, Json(json!({ "error": problem })))
    }
}

/// A link without its tokens: what the access token says, and when both end.
fn shown(link: &Held, cognito: &Cognito) -> Value {
    let refresh = link.refresh_token.as_ref();
    let refresh_ends: Option<Timestamp> =
        refresh.and_then(|token| cognito.end_of_refreshing(token.expose_secret()));
    json!({
        "voice": link.voice,
        "scopes": link.scopes,
        "accessToken": {
            "expiresAt": link.expires_at,
            "claims": claims(&link.access_token),
        },
        "refreshToken": refresh.map(|_| json!({ "expiresAt": refresh_ends })),
    })
}

async fn people(State((_, cognito)): State<(Alexa, Cognito)>) -> Json<Value> {
    Json(json!({ "people": cognito.people() }))
}
