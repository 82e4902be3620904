//! Security profiles of Login with Amazon: only a person can make one, in a console, and hands over
//! its client id and secret.

use infra::stack_file::Provider;
use local_access::{Access, VENDOR_ID};
use models::ids::{ClientId, IdError};
use rollout::calls::CallCounter;
use rollout::inputs::{AmazonClient, Inputs};
use rollout::session::find_vendor;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use smapi::SecurityProfile;

use crate::environment::{AMAZON_CLIENT_ID, AMAZON_CLIENT_SECRET};
use crate::failure::{Code, Failure, RolloutCode};
use crate::{output, question};

/// Where security profiles are made.
const CONSOLE: &str = "https://developer.amazon.com/loginwithamazon/console/site/lwa/overview.html";

/// Whether people sign in with Amazon, so that there has to be one.
fn is_needed(inputs: &Inputs) -> bool {
    inputs.stack.identity.provider == Provider::LoginWithAmazon
}

/// How much has to be known of a security profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// Its client id, and its secret if it is there: a plan compares what it may know.
    Plan,
    /// Both.
    Deployment,
}

/// The inputs of a real stage, with the client of the security profile that somebody has made for it,
/// if it needs one: from the environment or from whoever sits there, who is told how to make it.
pub(crate) async fn handed_over(
    inputs: Inputs,
    purpose: For,
    counter: &CallCounter,
) -> Result<Inputs, Failure> {
    if !is_needed(&inputs) {
        return Ok(inputs);
    }
    let (id, secret) = (set(AMAZON_CLIENT_ID.name), set(AMAZON_CLIENT_SECRET.name));
    let client = match (id, secret, purpose) {
        (Some(id), secret, For::Plan) => AmazonClient {
            id: parse(AMAZON_CLIENT_ID.name, &id)?,
            secret: secret.map(SecretString::from),
        },
        (Some(id), Some(secret), For::Deployment) => AmazonClient {
            id: parse(AMAZON_CLIENT_ID.name, &id)?,
            secret: Some(secret.into()),
        },
        _ => asked_for(&inputs, counter).await?,
    };
    Ok(Inputs {
        amazon_client: Some(client),
        ..inputs
    })
}

/// The client, by whoever sits there; whoever does not is told all the same.
async fn asked_for(inputs: &Inputs, counter: &CallCounter) -> Result<AmazonClient, Failure> {
    let steps = steps(inputs, counter).await?;
    if question::somebody() {
        tell(&steps);
    }
    let nobody = |name: &str| {
        let steps: Vec<_> = steps.iter().map(|step| step.trim()).collect();
        Failure::new(
            RolloutCode::SecurityProfile,
            format!(
                "stage `{}` signs people in with Login with Amazon: {name} is not set, and nobody is \
                 there to ask",
                inputs.stage
            ),
        )
        .hint(format!(
            "{}; then set {} and {}",
            steps.join(" "),
            AMAZON_CLIENT_ID.name,
            AMAZON_CLIENT_SECRET.name
        ))
    };
    let profile = read(AMAZON_CLIENT_ID.name, AMAZON_CLIENT_SECRET.name, nobody)?;
    Ok(AmazonClient {
        id: profile.client_id,
        secret: Some(profile.client_secret),
    })
}

/// Says what only a person can do.
pub(crate) fn tell(steps: &[String]) {
    for step in steps {
        output::aside(step);
    }
}

/// What only a person can do, one line each; nothing where nobody signs in with Amazon.
pub(crate) async fn steps(inputs: &Inputs, counter: &CallCounter) -> Result<Vec<String>, Failure> {
    if !is_needed(inputs) {
        return Ok(Vec::new());
    }
    let vendor = find_vendor(inputs, counter).await?;
    let urls = inputs.endpoints.redirects.redirect_uris(&vendor);
    let mut steps = vec![
        format!("at {CONSOLE}:"),
        "  create a security profile, with the URL of your privacy notice,".to_owned(),
        "  enter these three as “Allowed Return URLs” of its “Web Settings”:".to_owned(),
    ];
    steps.extend(urls.iter().map(|url| format!("    {}", url.as_url())));
    steps.push("  and copy its client id and client secret".to_owned());
    Ok(steps)
}

/// The inputs of a local stage, whose security profile needs nobody: what a person does in the
/// console is done for them.
pub(crate) async fn made(inputs: Inputs, access: &Access) -> Result<Inputs, Failure> {
    if !is_needed(&inputs) {
        return Ok(inputs);
    }
    let vendor = VENDOR_ID
        .parse()
        .map_err(|error| Failure::new(Code::LocalStage, format!("{error}")))?;
    let return_urls = inputs.endpoints.redirects.redirect_uris(&vendor);
    let return_urls: Vec<&str> = return_urls
        .iter()
        .map(|url| url.as_url().as_str())
        .collect();
    let name = format!("{}-{}", inputs.stack.name, inputs.stage);
    let mut url = access.urls.device.clone();
    url.set_path(&format!("/console/security-profiles/{name}"));
    let unreachable = |error: reqwest::Error| {
        Failure::new(
            Code::LocalStage,
            format!("no answer from the console at {url}"),
        )
        .because(rollout::error::chain(&error))
        .hint("is the local stage still running? start it again with `cargo xtask local`")
    };
    let client = story::client().map_err(unreachable)?;
    let made: Made = access
        .bearer(client.put(url.clone()))
        .json(&json!({ "returnUrls": return_urls }))
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(unreachable)?
        .json()
        .await
        .map_err(unreachable)?;
    let client = AmazonClient {
        id: (made.client_id.parse())
            .map_err(|error| Failure::new(Code::LocalStage, format!("{error}")))?,
        secret: Some(made.client_secret),
    };
    Ok(Inputs {
        amazon_client: Some(client),
        ..inputs
    })
}

/// What the console of a local stage shows.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    client_id: String,
    client_secret: SecretString,
}

/// What a variable is set to.
fn set(name: &str) -> Option<String> {
    let value = std::env::var(name).ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// A security profile from the environment, or from whoever sits there.
pub(crate) fn read(
    id: &str,
    secret: &str,
    nobody: impl Fn(&str) -> Failure,
) -> Result<SecurityProfile, Failure> {
    let terminal = question::somebody();
    let unreadable =
        |error: std::io::Error| Failure::new(Code::Io, format!("cannot read: {error}"));
    let client_id = match set(id) {
        Some(id) => id,
        None if terminal => {
            question::ask("client id of your security profile: ").map_err(unreadable)?
        }
        None => return Err(nobody(id)),
    };
    let client_id = parse(id, client_id.trim())?;
    let client_secret = match set(secret) {
        Some(secret) => secret,
        None if terminal => question::ask_hidden("client secret").map_err(unreadable)?,
        None => return Err(nobody(secret)),
    };
    Ok(SecurityProfile {
        client_id,
        client_secret: SecretString::from(client_secret.trim()),
    })
}

fn parse(variable: &str, id: &str) -> Result<ClientId, Failure> {
    id.parse().map_err(|error: IdError| {
        Failure::new(Code::Credentials, format!("{variable}: {error}"))
            .hint("copy the client id of the security profile's web settings")
    })
}
