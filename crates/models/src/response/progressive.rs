//! Saying something while the answer is still being worked on
//! ([progressive response](https://developer.amazon.com/en-US/docs/alexa/custom-skills/progressive-response-api-reference.html)).

use serde_json::{Value, json};

use super::limits::check_speech;
use super::{AlexaApi, ResponseError, Speech};
use crate::request::{AccessToken, RequestBody, RequestEnvelope};
use crate::secure_url::SecureUrl;

/// Words that Alexa speaks before the answer comes: what to post, where, and by which token. The
/// time that they take counts towards the eight seconds of the answer.
#[derive(Debug, Clone)]
pub struct ProgressiveResponse {
    /// The URL to post to.
    pub url: SecureUrl,
    /// The bearer token.
    pub token: AccessToken,
    /// The JSON to post.
    pub body: Value,
}

impl ProgressiveResponse {
    /// The path of the API, below the `apiEndpoint` of a request, in segments.
    const PATH: [&'static str; 2] = ["v1", "directives"];

    /// Words for the person whose request is being answered.
    ///
    /// `None` if Alexa takes none for this request: only a launch and an intent have them, and
    /// only with a token and an endpoint in the context that is one of `api`.
    pub fn new(
        request: &RequestEnvelope,
        speech: &Speech,
        api: AlexaApi,
    ) -> Result<Option<Self>, ResponseError> {
        let takes_one = matches!(
            request.request.body,
            RequestBody::Launch(_) | RequestBody::Intent(_)
        );
        let system = request.context.as_ref().and_then(|it| it.system.as_ref());
        let endpoint = system.and_then(|system| api.admit(system.api_endpoint.as_deref()?));
        let token = system.and_then(|system| system.api_access_token.as_ref());
        let token = token.filter(|token| !token.expose().is_empty());
        let (true, Some(endpoint), Some(token)) = (takes_one, endpoint, token) else {
            return Ok(None);
        };
        let ssml = speech.to_ssml();
        check_speech("the progressive response", &ssml)?;
        Ok(Some(Self {
            url: endpoint.below(Self::PATH),
            token: token.clone(),
            body: json!({
                "header": { "requestId": request.request.request_id },
                "directive": { "type": "VoicePlayer.Speak", "speech": ssml },
            }),
        }))
    }
}
