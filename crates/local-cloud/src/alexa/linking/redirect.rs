//! The page that the authorization server redirects to.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use local_access::VENDOR_ID;
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::Attempt;
use super::exchange::ExchangeError;
use super::progress::Part;
use crate::alexa::Alexa;
use crate::alexa::customer::NotEnabled;
use crate::alexa::region::Region;
use crate::base::html;

/// What comes back (RFC 6749, section 4.1.2).
#[derive(Debug, Deserialize)]
pub(super) struct Arrival {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Why an account was not linked. Alexa itself never says; this stage does.
#[derive(Debug, thiserror::Error)]
enum NotLinked {
    #[error("{0} is not a redirect host of Alexa")]
    UnknownRegion(String),
    #[error("the redirect went to the vendor {0}, which does not exist on this stage")]
    UnknownVendor(String),
    #[error("the redirect has no state; the authorization server must return it unchanged")]
    NoState,
    #[error(
        "the state is unknown; the authorization server must return it unchanged, and the stage \
         that started the linking must still be running"
    )]
    UnknownState,
    #[error("the person took longer than Alexa waits")]
    TooLate,
    #[error("the linking was started in {started} and redirected to {arrived}")]
    OtherRegion {
        started: &'static str,
        arrived: &'static str,
    },
    #[error("the authorization server answered {error}{description}")]
    Denied { error: String, description: String },
    #[error("the redirect has no code")]
    NoCode,
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    #[error("the skill or its account linking was deleted meanwhile")]
    Gone,
    #[error("the skill cannot be enabled, because it has no endpoint")]
    NoEndpoint,
}

/// The end of an account linking: the name of the skill, or the reason why it is not linked.
pub(in crate::alexa) type Outcome = Result<String, String>;

#[derive(Template)]
#[template(path = "alexa/link-result.html")]
struct Page<'a> {
    outcome: &'a Outcome,
}

/// `GET /{na|eu|fe}/api/skill/link/{vendorId}`: takes the code, and leads to the page of the result, so
/// that loading that page once more brings no code a second time.
pub(super) async fn arrive(
    State(alexa): State<Alexa>,
    Path((region, vendor)): Path<(String, String)>,
    Query(arrival): Query<Arrival>,
) -> Response {
    let state = arrival.state.clone().unwrap_or_default();
    // Back in the browser, and the same form once more, lead here again.
    let known = alexa.state().outcomes.contains_key(&state);
    if !known {
        let attempt = match alexa.take_attempt(&region, vendor, &state) {
            Ok(attempt) => attempt,
            Err(reason) => return page(&Err(reason.to_string())),
        };
        if arrival.code.is_some() {
            alexa.note(&state, Part::Code, "the browser is back with a code");
        }
        let linked = alexa.finish_linking(attempt, arrival).await;
        let outcome = linked.map_err(|reason| reason.to_string());
        if let Err(reason) = &outcome {
            alexa.note(&state, Part::Failed, format!("not linked: {reason}"));
        }
        alexa.state().outcomes.insert(state.clone(), outcome);
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("state", &state)
        .finish();
    Redirect::to(&format!("/app/link-result?{query}")).into_response()
}

/// `GET /app/link-result`: the result, as often as it is asked for.
pub(super) async fn show(State(alexa): State<Alexa>, Query(arrival): Query<Arrival>) -> Response {
    let state = arrival.state.unwrap_or_default();
    let known = alexa.state().outcomes.get(&state).cloned();
    page(&known.unwrap_or_else(|| Err(NotLinked::UnknownState.to_string())))
}

/// The page for a `state` that no linking has.
pub(super) fn unknown_state() -> Response {
    page(&Err(NotLinked::UnknownState.to_string()))
}

fn page(outcome: &Outcome) -> Response {
    let status = match outcome {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    };
    html::page(status, &Page { outcome })
}

impl Alexa {
    /// The account linking that this redirect belongs to. It is taken out, so that it works once.
    fn take_attempt(
        &self,
        region: &str,
        vendor: String,
        state: &str,
    ) -> Result<(Attempt, Region), NotLinked> {
        let region = Region::from_segment(region)
            .ok_or_else(|| NotLinked::UnknownRegion(region.to_owned()))?;
        if vendor != VENDOR_ID {
            return Err(NotLinked::UnknownVendor(vendor));
        }
        if state.is_empty() {
            return Err(NotLinked::NoState);
        }
        let attempt = self.state().attempts.remove(state);
        attempt
            .map(|attempt| (attempt, region))
            .ok_or(NotLinked::UnknownState)
    }

    /// Links the account and answers the skill's name.
    async fn finish_linking(
        &self,
        (attempt, region): (Attempt, Region),
        arrival: Arrival,
    ) -> Result<String, NotLinked> {
        if attempt.expires_at <= self.now() {
            return Err(NotLinked::TooLate);
        }
        if attempt.region != region {
            return Err(NotLinked::OtherRegion {
                started: attempt.region.name(),
                arrived: region.name(),
            });
        }
        if let Some(error) = arrival.error {
            let description = arrival.error_description;
            return Err(NotLinked::Denied {
                error,
                description: description
                    .map(|text| format!(": {text}"))
                    .unwrap_or_default(),
            });
        }
        let code = arrival
            .code
            .filter(|code| !code.is_empty())
            .ok_or(NotLinked::NoCode)?;
        let handle = arrival.state.unwrap_or_default();
        self.redeem(&handle, attempt, code).await
    }

    async fn redeem(
        &self,
        state: &str,
        attempt: Attempt,
        code: String,
    ) -> Result<String, NotLinked> {
        let (linking, name) = {
            let state = self.state();
            let skill = state.skill_of(&attempt.customer, &attempt.skill_id);
            let skill = skill.ok_or(NotLinked::Gone)?;
            let linking = skill.linking.clone().ok_or(NotLinked::Gone)?;
            (linking, skill.name())
        };
        let mut grant = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code),
            ("redirect_uri", attempt.redirect_uri),
        ];
        if let Some(verifier) = attempt.verifier {
            grant.push(("code_verifier", verifier.expose_secret().to_owned()));
        }
        let tokens = self
            .inner
            .outgoing
            .request(&linking, grant, self.now())
            .await?;
        self.note(state, Part::Token, "the code was exchanged for tokens");
        self.enable(&attempt.customer, &attempt.skill_id)
            .map_err(|reason| match reason {
                NotEnabled::UnknownSkill => NotLinked::Gone,
                NotEnabled::NoEndpoint => NotLinked::NoEndpoint,
            })?;
        let (customer, skill_id) = (&attempt.customer, &attempt.skill_id);
        self.linked(customer, attempt.voice, skill_id, attempt.region, tokens);
        Ok(name)
    }
}
