//! From the name of a stage to the hosts that it is on.

use std::path::PathBuf;
use std::time::Duration;

use infra::StackFile;
use infra::stack_file::StageName;
use jiff::Timestamp;
use local_cloud::Urls;
use models::ids::VendorId;
use models::secure_url::{SecureUrl, SecureUrlError};
use rollout::endpoints::{AwsEndpoint, CALL_TIMEOUT, Endpoints, HostPattern, RedirectHosts};
use secrecy::SecretString;
use smapi::{AskCliProfile, Configuration, Credentials, variables};
use url::Url;

use crate::failure::Failure;

/// The hosts of a local stage.
pub(crate) fn local_endpoints(urls: &Urls) -> Result<Endpoints, Failure> {
    let secure = |url: &str| -> Result<SecureUrl, Failure> {
        url.parse().map_err(|error: SecureUrlError| {
            Failure::new("LOCAL_STAGE", error.to_string())
                .hint("the local stage's discovery file is damaged; start the stage again")
        })
    };
    let base = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    let [na, eu, fe] = urls.redirect_bases();
    Ok(Endpoints {
        // A stage with overrides never takes credentials from the default chain.
        aws: AwsEndpoint::Override {
            url: secure(urls.aws.as_str())?,
            access_key_id: "local".to_owned(),
            secret_access_key: SecretString::from("local"),
        },
        developer: smapi::Endpoints {
            smapi: secure(urls.smapi.as_str())?,
            lwa: secure(urls.lwa.as_str())?,
        },
        redirects: RedirectHosts {
            na: secure(&na)?,
            eu: secure(&eu)?,
            fe: secure(&fe)?,
        },
        sign_in: HostPattern::new(base(&urls.sign_in)),
        issuer: HostPattern::new(format!("{}/{{pool}}", base(&urls.aws))),
        call_timeout: call_timeout()?,
    })
}

/// How long one call may take, in seconds: for lines that are slower than most.
const CALL_TIMEOUT_VARIABLE: &str = "VOICELINK_CALL_TIMEOUT";

/// How long one call to a service may take.
pub(crate) fn call_timeout() -> Result<Duration, Failure> {
    let Ok(text) = std::env::var(CALL_TIMEOUT_VARIABLE) else {
        return Ok(CALL_TIMEOUT);
    };
    match text.trim().parse() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err(Failure::new(
            "ENVIRONMENT",
            format!("{CALL_TIMEOUT_VARIABLE} is “{text}”, which is no number of seconds"),
        )
        .hint("use a whole number from 1, or unset it")),
    }
}

/// The Amazon developer of a local stage.
pub(crate) fn local_developer() -> Result<Credentials, Failure> {
    Ok(Credentials::RefreshToken {
        refresh_token: SecretString::from(local_cloud::alexa::DEVELOPER_REFRESH_TOKEN),
        client_id: local_cloud::alexa::DEVELOPER_CLIENT_ID
            .parse()
            .map_err(|error| Failure::new("LOCAL_STAGE", format!("{error}")))?,
        client_secret: SecretString::from(local_cloud::alexa::DEVELOPER_CLIENT_SECRET),
    })
}

/// The Amazon developer that a real stage is deployed as.
#[derive(Debug)]
pub(crate) struct Developer {
    pub(crate) endpoints: smapi::Endpoints,
    pub(crate) credentials: Credentials,
    pub(crate) vendor: Option<VendorId>,
}

/// From the environment, or else from the profile of ask-cli that the stage names.
pub(crate) fn developer(stack: &StackFile, name: &StageName) -> Result<Developer, Failure> {
    let configuration = Configuration::read(|variable| std::env::var(variable).ok())
        .map_err(|error| Failure::new(error.code(), error.to_string()).hint(error.hint()))?;
    if let Some(credentials) = configuration.credentials {
        return Ok(Developer {
            endpoints: configuration.endpoints,
            credentials,
            vendor: configuration.vendor_id,
        });
    }
    if configuration.endpoints.is_overridden() {
        return Err(Failure::new(
            "CREDENTIALS",
            "the token of an ask-cli profile is for Amazon, and the endpoint is another",
        )
        .hint(format!(
            "set {} for that endpoint, or unset {} and {}",
            variables::ACCESS_TOKEN,
            variables::SMAPI_BASE_URL,
            variables::LWA_TOKEN_HOST
        )));
    }
    let profile = stack
        .stage(name)
        .map(|stage| stage.ask_profile.as_str().to_owned())
        .unwrap_or_default();
    let path = ask_cli_config();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::new(
            "CREDENTIALS",
            format!("no Amazon developer credentials for stage `{name}`"),
        )
        .because(format!("cannot read {}: {error}", path.display()))
        .hint(format!(
            "set {} with {} and {}, or run `ask configure`; `cargo xtask deploy local` needs none",
            variables::REFRESH_TOKEN,
            variables::LWA_CLIENT_ID,
            variables::LWA_CLIENT_CONFIRMATION
        ))
    })?;
    let found = AskCliProfile::read(&text, &profile, Timestamp::now())
        .map_err(|error| Failure::new(error.code(), error.to_string()).hint(error.hint()))?;
    Ok(Developer {
        endpoints: configuration.endpoints,
        credentials: found.credentials,
        vendor: configuration.vendor_id.or(found.vendor_id),
    })
}

/// Where ask-cli keeps its profiles.
fn ask_cli_config() -> PathBuf {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
    PathBuf::from(home.unwrap_or_default())
        .join(".ask")
        .join("cli_config")
}
