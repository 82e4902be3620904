//! The sign-in of a web page on the same pool, asked for as the page's script does.

use futures_util::future::join_all;
use infra::stack_file::{Provider, Scope, WebClient, WebUrl};
use infra::stacks::IdentityOutputs;
use models::ids::ClientId;
use models::secure_url::SecureUrl;
use url::Url;

use crate::checks::Check;
use crate::checks::judge::{self, AuthorizeAnswer, Finding, Problem};
use crate::checks::probe::Probe;
use crate::error::Error;
use crate::session::Session;

/// Nobody gets a code, so that nobody needs the verifier
/// ([RFC 7636, appendix B](https://www.rfc-editor.org/rfc/rfc7636#appendix-B)).
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The authorize endpoint once per callback URL, and the page that it leads to.
pub(super) async fn checks(
    session: &Session<'_>,
    probe: &Probe,
    outputs: Option<&IdentityOutputs>,
) -> Result<Vec<Check>, Error> {
    let inputs = session.inputs;
    let (Some(web), Some(outputs)) = (&inputs.stack.identity.web_client, outputs) else {
        return Ok(Vec::new());
    };
    let Some(client) = &outputs.web_client_id else {
        let problem = Problem::new("its client is not deployed", "deploy again");
        return Ok(vec![Check::new("web page", Err(problem))]);
    };
    let host = &inputs.endpoints.sign_in(&outputs.domain, &inputs.home)?;
    let asked = web.callback_urls.iter().map(|callback| async move {
        let finding = sign_in(probe, host, client, web, callback).await;
        Check::new(format!("web page {callback}"), finding)
    });
    Ok(join_all(asked).await)
}

async fn sign_in(
    probe: &Probe,
    host: &SecureUrl,
    client: &ClientId,
    web: &WebClient,
    callback: &WebUrl,
) -> Finding {
    let url = authorize_url(host, client, web, callback);
    let answer = probe.get(&url).await?;
    let malformed = |_| Problem::new("its callback URL is none", "see stack.toml");
    // A web page's client is one of a user pool.
    let provider = Provider::Cognito;
    let login = judge::authorize(&AuthorizeAnswer {
        provider,
        asked: &url,
        redirect_uri: &Url::parse(callback.as_str()).map_err(malformed)?,
        status: answer.status,
        location: answer.location.as_deref(),
    })?;
    let page = probe.get(&login).await?;
    judge::login_page(provider, &login, page.status, page.content_type.as_deref())
        .map(|_| "leads to the sign-in page".to_owned())
}

fn authorize_url(host: &SecureUrl, client: &ClientId, web: &WebClient, callback: &WebUrl) -> Url {
    let scopes: Vec<&str> = web.scopes.iter().map(Scope::as_str).collect();
    let mut url = host.below(["oauth2", "authorize"]).as_url().clone();
    url.query_pairs_mut()
        .append_pair("client_id", client.as_str())
        .append_pair("response_type", "code")
        .append_pair("scope", &scopes.join(" "))
        .append_pair("redirect_uri", callback.as_str())
        .append_pair("state", &uuid::Uuid::new_v4().to_string())
        .append_pair("code_challenge", CHALLENGE)
        .append_pair("code_challenge_method", "S256");
    url
}
