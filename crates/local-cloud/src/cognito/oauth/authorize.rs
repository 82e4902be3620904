//! `/oauth2/authorize`: to the pages, or straight back when the browser is signed in already.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::params::Params;
use super::request::{AuthorizationRequest, Prompt, with_parameters};
use crate::aws::Shared;
use crate::base::error::AwsError;
use crate::base::headers;
use crate::cognito::Cognito;
use crate::cognito::browsers::SignedIn;
use crate::cognito::client_settings::Flow;
use crate::cognito::domain::Host;
use crate::cognito::grants::Authorization;
use crate::cognito::pages::{found, request_of};
use crate::cognito::state::State as Store;
use crate::cognito::tokens::Draft;
use crate::cognito::{claims, cookies, errors};

/// `GET /oauth2/authorize`.
pub(crate) async fn get(
    State(cognito): State<Cognito>,
    RawQuery(query): RawQuery,
    host: Host,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let params = Params::parse(&query);
    let request = match request_of(&cognito.lock(), &params) {
        Ok(request) => request,
        Err(refusal) => return found(&refusal.location()),
    };
    let signed_in = match request.prompt {
        Prompt::Login => None,
        Prompt::IfNeeded | Prompt::None => cognito.signed_in(&headers, &request),
    };
    match (signed_in, request.prompt) {
        // The page says that there is none here.
        _ if !cognito.has_pages_at(host, &request) => found(&format!("/login?{query}")),
        (Some(signed_in), _) => finish(&cognito, &request, &signed_in).await,
        (None, Prompt::None) => found(&request.login_required().location()),
        (None, _) => found(&format!("/login?{query}")),
    }
}

/// Sends a signed-in person back to the client with a code, or with tokens in the implicit flow.
pub(crate) async fn finish(
    cognito: &Cognito,
    request: &AuthorizationRequest,
    signed_in: &SignedIn,
) -> Response {
    match answer(cognito, request, signed_in).await {
        Ok(location) => found(&location),
        Err(error) => found(&with_parameters(
            &request.redirect_uri,
            request.flow,
            &with_state(
                vec![
                    ("error", "server_error"),
                    ("error_description", &error.message),
                ],
                request,
            ),
        )),
    }
}

async fn answer(
    cognito: &Cognito,
    request: &AuthorizationRequest,
    signed_in: &SignedIn,
) -> Result<String, AwsError> {
    let now = cognito.shared.clock.now();
    let authorization = Authorization {
        client_id: request.client_id.clone(),
        redirect_uri: request.redirect_uri.clone(),
        scopes: request.scopes.clone(),
        sub: signed_in.sub.clone(),
        nonce: request.nonce.clone(),
        challenge: request.challenge.clone(),
        resource: request.resource.clone(),
        auth_time: signed_in.auth_time,
    };
    if request.flow == Flow::Code {
        // A browser waits for the pool's keys if they are still being made; who exchanges the code,
        // and who verifies the tokens, has little time.
        let keys = cognito
            .lock()
            .pool_of_client(&request.client_id)
            .map(|pool| pool.keys.clone())
            .ok_or_else(|| errors::no_client(&request.client_id))?;
        keys.jwks().await?;
        let mut state = cognito.lock();
        let pool = state
            .pool_of_client(&request.client_id)
            .ok_or_else(|| errors::no_client(&request.client_id))?;
        let code = pool.grants.issue_code(authorization, now);
        let pairs = with_state(vec![("code", &code)], request);
        return Ok(with_parameters(&request.redirect_uri, request.flow, &pairs));
    }
    let draft = implicit(&mut cognito.lock(), &authorization, &cognito.shared)?;
    let tokens = draft.sign().await?;
    let expires_in = tokens.expires_in.to_string();
    let mut pairs = vec![("access_token", tokens.access.as_str())];
    if let Some(id) = &tokens.id {
        pairs.push(("id_token", id));
    }
    pairs.push(("token_type", "Bearer"));
    pairs.push(("expires_in", &expires_in));
    let pairs = with_state(pairs, request);
    Ok(with_parameters(&request.redirect_uri, request.flow, &pairs))
}

/// Tokens without a refresh token: the implicit flow has none.
fn implicit(
    state: &mut Store,
    authorization: &Authorization,
    shared: &Shared,
) -> Result<Draft, AwsError> {
    let client_id = &authorization.client_id;
    let pool = state
        .pool_of_client(client_id)
        .ok_or_else(|| errors::no_client(client_id))?;
    let settings = &pool.client(client_id)?.settings;
    if claims::unreadable(&authorization.scopes, settings) {
        return Err(errors::not_authorized(
            "A scope stands for an attribute that the client can not read.",
        ));
    }
    let life = settings.lifetimes.access_seconds();
    let session = pool.grants.open(authorization, life);
    let user = pool
        .users
        .find(&pool.settings, &authorization.sub)
        .ok_or_else(errors::no_user)?;
    Ok(Draft::new(
        pool,
        pool.client(client_id)?,
        user,
        &session,
        authorization.nonce.as_deref(),
        shared,
    ))
}

fn with_state<'a>(
    mut pairs: Vec<(&'a str, &'a str)>,
    request: &'a AuthorizationRequest,
) -> Vec<(&'a str, &'a str)> {
    if let Some(state) = &request.state {
        pairs.push(("state", state));
    }
    pairs
}

impl Cognito {
    fn has_pages_at(&self, host: Host, request: &AuthorizationRequest) -> bool {
        let state = self.lock();
        let client = state.client(&request.client_id);
        client.is_some_and(|(pool, _)| pool.is_at(host, &self.shared))
    }

    /// Who is signed in to the request's pool in this browser, and not longer than it allows.
    pub(crate) fn signed_in(
        &self,
        browser: &HeaderMap,
        request: &AuthorizationRequest,
    ) -> Option<SignedIn> {
        let now = self.shared.clock.now();
        let state = self.lock();
        let (pool, _) = state.client(&request.client_id)?;
        let cookie = headers::cookie(browser, cookies::SESSION)?;
        let signed_in = state.browsers.signed_in(cookie, &pool.id, now)?;
        let age = now.as_second() - signed_in.auth_time.as_second();
        if request.max_age.is_some_and(|most| age > most) {
            return None;
        }
        let user = pool.users.find(&pool.settings, &signed_in.sub)?;
        user.enabled.then(|| signed_in.clone())
    }
}
