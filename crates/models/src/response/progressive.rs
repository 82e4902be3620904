//! Saying something while the answer is still being worked on
//! ([progressive response](https://developer.amazon.com/en-US/docs/alexa/custom-skills/progressive-response-api-reference.html)).

use serde_json::{Value, json};

use super::limits::check_speech;
use super::{ResponseError, Speech};
use crate::request::{AccessToken, RequestBody, RequestEnvelope};

/// Words that Alexa speaks before the answer comes: what to post, where, and by which token. The
/// time that they take counts towards the eight seconds of the answer.
#[derive(Debug, Clone)]
pub struct ProgressiveResponse {
    /// The URL to post to.
    pub url: String,
    /// The bearer token.
    pub token: AccessToken,
    /// The JSON to post.
    pub body: Value,
}

impl ProgressiveResponse {
    /// The path of the API, below the `apiEndpoint` of a request.
    pub const PATH: &'static str = "/v1/directives";

    /// Words for the person whose request is being answered.
    ///
    /// `None` if Alexa takes none for this request: only a launch and an intent have them, and
    /// only with an endpoint and a token in the context.
    pub fn new(request: &RequestEnvelope, speech: &Speech) -> Result<Option<Self>, ResponseError> {
        let takes_one = matches!(
            request.request.body,
            RequestBody::Launch(_) | RequestBody::Intent(_)
        );
        let system = request.context.as_ref().and_then(|it| it.system.as_ref());
        let endpoint = system.and_then(|system| system.api_endpoint.as_deref());
        let token = system.and_then(|system| system.api_access_token.as_ref());
        let (true, Some(endpoint), Some(token)) = (takes_one, endpoint, token) else {
            return Ok(None);
        };
        let ssml = speech.to_ssml();
        check_speech("the progressive response", &ssml)?;
        Ok(Some(Self {
            url: format!("{}{}", endpoint.trim_end_matches('/'), Self::PATH),
            token: token.clone(),
            body: json!({
                "header": { "requestId": request.request.request_id },
                "directive": { "type": "VoicePlayer.Speak", "speech": ssml },
            }),
        }))
    }
}
