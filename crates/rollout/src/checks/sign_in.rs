//! Whether people get to the sign-in page.

use std::time::Duration;

use futures_util::future::join_all;
use models::account_linking::AccountLinkingRequest;
use models::secure_url::SecureUrl;

use super::Check;
use super::judge::{self, AuthorizeAnswer};
use super::probe::Probe;
use crate::session::Session;

/// The authorize endpoint once per redirect URI, and the page that it leads to.
pub(crate) async fn all(
    session: &Session<'_>,
    probe: &Probe,
    desired: &AccountLinkingRequest,
) -> Vec<Check> {
    let provider = session.inputs.stack.identity.provider;
    let redirects = &session.inputs.endpoints.redirects;
    let uris = redirects.redirect_uris(&session.vendor);
    let asked = uris.iter().map(|uri| async move {
        let url = authorize_url(desired, uri);
        let answer = probe.get(&url).await?;
        judge::authorize(&AuthorizeAnswer {
            provider,
            asked: &url,
            redirect_uri: uri.as_url(),
            status: answer.status,
            location: answer.location.as_deref(),
        })
    });
    let found = join_all(asked).await;
    let page = match found.iter().find_map(|found| found.as_ref().ok()) {
        Some(login) => match probe.get(login).await {
            Ok(answer) => judge::login_page(
                provider,
                login,
                answer.status,
                answer.content_type.as_deref(),
            ),
            Err(problem) => Err(problem),
        },
        None => Err(judge::Problem::new(
            "the authorize endpoint leads nowhere",
            "mend what the authorize endpoint says first",
        )),
    };
    let mut checks: Vec<_> = uris
        .iter()
        .zip(found)
        .map(|(uri, found)| {
            let host = uri.as_url().host_str().unwrap_or_default();
            let place = match uri.as_url().port() {
                // Three hosts share one listener then; the path tells them apart.
                Some(_) => uri.as_url().to_string(),
                None => host.to_owned(),
            };
            let seen = found.map(|_| "leads to the sign-in page".to_owned());
            Check::new(format!("authorize endpoint for {place}"), seen)
        })
        .collect();
    checks.push(Check::new("login page", page));
    checks
}

/// What keeps people from getting to the sign-in page right now, if anything does.
pub(crate) async fn problem(
    session: &Session<'_>,
    desired: &AccountLinkingRequest,
) -> Option<String> {
    let aws = &session.aws;
    let probe = Probe::new(aws.http().clone(), aws.counter().clone(), Duration::ZERO);
    let checks = all(session, &probe, desired).await;
    let mut failed = checks.into_iter().filter(|check| !check.passed);
    failed.next().map(|check| check.seen)
}

fn authorize_url(desired: &AccountLinkingRequest, redirect_uri: &SecureUrl) -> url::Url {
    let linking = desired.linking();
    let mut url = linking.authorization_url.as_url().clone();
    url.query_pairs_mut()
        .append_pair("client_id", linking.client_id.as_str())
        .append_pair("response_type", "code")
        .append_pair("scope", &linking.scopes.as_slice().join(" "))
        .append_pair("redirect_uri", redirect_uri.as_url().as_str())
        .append_pair("state", &uuid::Uuid::new_v4().to_string());
    url
}
