//! Upload URLs for skill packages.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::errors::Refusal;
use crate::alexa::Alexa;
use crate::alexa::state::{State as Store, opaque};
use crate::base::secret::same;

/// Where packages are PUT.
pub(super) const ROUTE: &str = "/skill-packages/{upload}";
/// How long an upload URL works, in seconds.
const LIFETIME_SECONDS: i64 = 900;

/// One upload URL.
#[derive(Debug)]
pub(in crate::alexa) struct Upload {
    url: String,
    expires_at: Timestamp,
    content: Option<Bytes>,
}

/// `POST /v1/skills/uploads`
pub(super) async fn create(State(alexa): State<Alexa>) -> (StatusCode, Json<Value>) {
    let id = opaque();
    let url = format!(
        "{}skill-packages/{id}?X-Amz-Expires={LIFETIME_SECONDS}&X-Amz-Signature={}",
        alexa.inner.shared.urls.smapi,
        opaque()
    );
    let expires_at = alexa
        .now()
        .saturating_add(SignedDuration::from_secs(LIFETIME_SECONDS))
        .unwrap_or(Timestamp::MAX);
    let answer = json!({ "uploadUrl": url, "expiresAt": expires_at });
    let upload = Upload {
        url,
        expires_at,
        content: None,
    };
    alexa.state().uploads.insert(id, upload);
    (StatusCode::CREATED, Json(answer))
}

/// An upload URL is its own permission, as a presigned S3 URL is: the whole of it.
pub(super) fn authenticate(alexa: &Alexa, uri: &Uri) -> Result<(), Refusal> {
    let id = uri.path().rsplit('/').next().unwrap_or_default();
    let state = alexa.state();
    let upload = state.uploads.get(id).ok_or_else(stranger)?;
    let base = &alexa.inner.shared.urls.smapi;
    let asked = uri.path_and_query().map(PathAndQuery::as_str);
    let own = upload.url.strip_prefix(base.as_str().trim_end_matches('/'));
    match (own, asked) {
        (Some(own), Some(asked)) if same(own, asked) => Ok(()),
        _ => Err(stranger()),
    }
}

fn stranger() -> Refusal {
    Refusal::forbidden("The upload URL is not one of this stage.")
}

/// `PUT` to an upload URL.
pub(super) async fn receive(
    State(alexa): State<Alexa>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let now = alexa.now();
    let mut state = alexa.state();
    match state.uploads.get_mut(&id) {
        Some(upload) if now < upload.expires_at => {
            upload.content = Some(body);
            Ok(StatusCode::OK)
        }
        Some(_) => Err(Refusal::forbidden("Request has expired")),
        None => Err(stranger()),
    }
}

/// What has been uploaded to `location`.
pub(super) fn content(state: &Store, location: &str) -> Result<Bytes, Refusal> {
    state
        .uploads
        .values()
        .find(|upload| upload.url == location)
        .ok_or_else(|| {
            Refusal::bad_request(
                "The location is not an upload URL from POST /v1/skills/uploads.",
                Vec::new(),
            )
        })?
        .content
        .clone()
        .ok_or_else(|| {
            Refusal::bad_request("No package has been uploaded to the location.", Vec::new())
        })
}
