//! The page that the authorization server redirects to.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::Attempt;
use super::exchange::ExchangeError;
use crate::VENDOR_ID;
use crate::alexa::Alexa;
use crate::alexa::customer::NotEnabled;
use crate::alexa::region::Region;

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
        "the state is unknown or has been used; the authorization server must return it \
         unchanged, and a redirect can be followed only once"
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

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
</head>
<body>
<main>
<h1>{{ title }}</h1>
<p>{{ text }}</p>
</main>
</body>
</html>
"#
)]
struct Page<'a> {
    title: &'a str,
    text: &'a str,
}

/// `GET /{na|eu|fe}/api/skill/link/{vendorId}`
pub(super) async fn arrive(
    State(alexa): State<Alexa>,
    Path((region, vendor)): Path<(String, String)>,
    Query(arrival): Query<Arrival>,
) -> Response {
    match alexa.finish_linking(&region, vendor, arrival).await {
        Ok(skill_name) => page(
            StatusCode::OK,
            "Your account has been linked",
            &format!("{skill_name} has been successfully linked. You can close this window."),
        ),
        Err(reason) => page(
            StatusCode::BAD_REQUEST,
            "We were unable to link your account at this time",
            &format!("Reason: {reason}."),
        ),
    }
}

fn page(status: StatusCode, title: &str, text: &str) -> Response {
    match (Page { title, text }).render() {
        Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl Alexa {
    /// Links the account and answers the skill's name.
    async fn finish_linking(
        &self,
        region: &str,
        vendor: String,
        arrival: Arrival,
    ) -> Result<String, NotLinked> {
        let region = Region::from_segment(region)
            .ok_or_else(|| NotLinked::UnknownRegion(region.to_owned()))?;
        if vendor != VENDOR_ID {
            return Err(NotLinked::UnknownVendor(vendor));
        }
        let state = arrival.state.ok_or(NotLinked::NoState)?;
        // Taken out, so that it works once.
        let attempt = self
            .state()
            .attempts
            .remove(&state)
            .ok_or(NotLinked::UnknownState)?;
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
        self.redeem(attempt, code).await
    }

    async fn redeem(&self, attempt: Attempt, code: String) -> Result<String, NotLinked> {
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
