//! Requests as Alexa sends them.
//!
//! <https://developer.amazon.com/docs/alexa/custom-skills/request-and-response-json-reference.html>

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Urls;
use crate::alexa::smapi::skill::Skill;
use crate::alexa::state::opaque;

/// Whole seconds, in UTC.
pub(in crate::alexa) fn timestamp(now: Timestamp) -> String {
    Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}

/// `context.System`, without the device.
pub(in crate::alexa) fn system(
    urls: &Urls,
    skill: &Skill,
    user_id: &str,
    access_token: Option<&str>,
) -> Value {
    json!({
        "application": { "applicationId": skill.id },
        "user": user(user_id, access_token),
        "apiEndpoint": urls.device.as_str().trim_end_matches('/'),
        "apiAccessToken": opaque(),
    })
}

/// The customer, with the token while the account is linked.
pub(super) fn user(user_id: &str, access_token: Option<&str>) -> Value {
    let mut user = json!({ "userId": user_id });
    if let Some(token) = access_token {
        user["accessToken"] = token.into();
    }
    user
}
