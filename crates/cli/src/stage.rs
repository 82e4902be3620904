//! From the name of a stage to the hosts that it is on.

use std::path::PathBuf;
use std::time::Duration;

use infra::StackFile;
use infra::stack_file::StageName;
use jiff::Timestamp;
use local_access::{ACCOUNT_ID, Access, Urls};
use models::ids::VendorId;
use models::secure_url::{SecureUrl, SecureUrlError, is_loopback};
use rollout::endpoints::{
    AwsEndpoint, CALL_TIMEOUT, Endpoints, HostPattern, LoginWithAmazon, RedirectHosts,
    UserPoolHosts,
};
use rollout::resolver::Resolver;
use secrecy::SecretString;
use smapi::{AskCliProfile, Configuration, Credentials, Logins, variables};
use url::Url;

use crate::environment::{self, ENDPOINTS};
use crate::failure::{Code, Failure, RolloutCode};
use crate::{logins, stack as stack_files};

/// The hosts of a local stage.
pub fn local_endpoints(access: &Access) -> Result<Endpoints, Failure> {
    let urls = &access.urls;
    let secure = |url: &str| -> Result<SecureUrl, Failure> {
        url.parse().map_err(|error: SecureUrlError| {
            Failure::new(Code::LocalStage, error.to_string())
                .hint("the local stage's discovery file is damaged; start the stage again")
        })
    };
    let base = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    let [na, eu, fe] = urls.redirect_bases();
    Ok(Endpoints {
        // A stage with overrides never takes credentials from the default chain.
        aws: AwsEndpoint::Override {
            url: secure(urls.aws.as_str())?,
            access_key_id: access.access_key_id.clone(),
            secret_access_key: access.secret_access_key.clone(),
        },
        emulator: match &access.aws_emulator {
            None => None,
            // Emulators take any key; some read the account from its id.
            Some(url) => Some(AwsEndpoint::Override {
                url: secure(url.as_str())?,
                access_key_id: ACCOUNT_ID.to_owned(),
                secret_access_key: SecretString::from("local"),
            }),
        },
        developer: smapi::Endpoints {
            smapi: secure(urls.smapi.as_str())?,
            lwa: secure(urls.lwa.as_str())?,
            lwa_consent: secure(urls.lwa.as_str())?,
        },
        redirects: RedirectHosts {
            na: secure(&na)?,
            eu: secure(&eu)?,
            fe: secure(&fe)?,
        },
        amazon: LoginWithAmazon {
            pages: secure(urls.lwa.as_str())?,
            api: secure(urls.lwa.as_str())?,
        },
        sign_in: HostPattern::new(base(&urls.sign_in)),
        custom_sign_in: HostPattern::new(urls.custom_sign_in()),
        resolver: Resolver::Http {
            url: secure(&urls.resolver())?,
            token: access.token.clone(),
        },
        user_pools: UserPoolHosts {
            api: HostPattern::new(base(&urls.aws)),
            original_issuer: HostPattern::new(format!("{}/{{pool}}", base(&urls.aws))),
            updated_issuer: HostPattern::new(format!("{}/{{pool}}", urls.updated_issuers())),
        },
        call_timeout: call_timeout()?,
    })
}

/// How long one call to a service may take.
pub(crate) fn call_timeout() -> Result<Duration, Failure> {
    let Ok(text) = std::env::var(environment::CALL_TIMEOUT.name) else {
        return Ok(CALL_TIMEOUT);
    };
    match text.trim().parse() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err(Failure::new(
            Code::Environment,
            format!(
                "{} is “{text}”, which is no number of seconds",
                environment::CALL_TIMEOUT.name
            ),
        )
        .hint("use a whole number from 1, or unset it")),
    }
}

/// The Amazon developer of a local stage.
pub fn local_developer(access: &Access) -> Result<Credentials, Failure> {
    Ok(Credentials::RefreshToken {
        refresh_token: access.lwa_refresh_token.clone(),
        client_id: access
            .lwa_client_id
            .parse()
            .map_err(|error| Failure::new(Code::LocalStage, format!("{error}")))?,
        client_secret: access.lwa_client_secret.clone(),
    })
}

/// The Amazon developer that a real stage is deployed as.
#[derive(Debug)]
pub(crate) struct Developer {
    pub(crate) credentials: Credentials,
    pub(crate) vendor: Option<VendorId>,
}

/// A real stage's hosts and who develops it.
pub(crate) fn real(stack: &StackFile, name: &StageName) -> Result<(Endpoints, Developer), Failure> {
    let (endpoints, configuration) = hosts()?;
    let developer = developer(stack, name, configuration, &endpoints.developer)?;
    Ok((endpoints, developer))
}

/// The hosts of real stages, and what the environment says of the Amazon developer.
pub(crate) fn hosts() -> Result<(Endpoints, Configuration), Failure> {
    let configuration =
        Configuration::read(|variable| std::env::var(variable).ok()).map_err(|error| {
            Failure::with_code_of_another(error.code(), error.to_string()).hint(error.hint())
        })?;
    let endpoints = match elsewhere()? {
        Some(access) => local_endpoints(&access)?,
        None => Endpoints {
            developer: configuration.endpoints.clone(),
            call_timeout: call_timeout()?,
            ..Endpoints::amazon(None)
        },
    };
    Ok((endpoints, configuration))
}

/// The base URLs of a stage that is not Amazon's, if the environment names any. They are all on
/// this machine: a real stage's credentials go to Amazon or stay here.
pub(crate) fn elsewhere() -> Result<Option<Access>, Failure> {
    let Some(path) = std::env::var_os(ENDPOINTS.name).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let path = PathBuf::from(path);
    let refused = |problem: String| {
        Failure::new(
            RolloutCode::Endpoint,
            format!("{}: {problem}", ENDPOINTS.name),
        )
        .hint(
            "name a file with what `cargo xtask local --json` prints, or unset the variable to use \
             Amazon's",
        )
    };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| refused(format!("cannot read {}: {error}", path.display())))?;
    let access: Access = serde_json::from_str(&text)
        .map_err(|error| refused(format!("{}: {error}", path.display())))?;
    let urls: &Urls = &access.urls;
    let all = [
        &urls.aws,
        &urls.smapi,
        &urls.lwa,
        &urls.sign_in,
        &urls.device,
    ];
    let stranger = all.into_iter().find(|url| !is_loopback(url)).cloned();
    match stranger {
        Some(url) => Err(refused(format!("{url} is not on this machine"))),
        None => Ok(Some(access)),
    }
}

/// From the environment, from a login of one's own, or else from the profile of ask-cli that the
/// stage names.
fn developer(
    stack: &StackFile,
    name: &StageName,
    configuration: Configuration,
    endpoints: &smapi::Endpoints,
) -> Result<Developer, Failure> {
    if let Some(credentials) = configuration.credentials {
        return Ok(Developer {
            credentials,
            vendor: configuration.vendor_id,
        });
    }
    let profile = stack_files::ask_profile(stack, name);
    let kept = match logins::path() {
        Ok(path) => logins::read(&path)?,
        // Without a home there is no login either.
        Err(_) => Logins::default(),
    };
    if let Some(login) = kept.find(&profile, endpoints) {
        return Ok(Developer {
            credentials: login.credentials(),
            vendor: configuration.vendor_id.or_else(|| login.vendor_id.clone()),
        });
    }
    if endpoints.is_overridden() {
        return Err(Failure::new(
            Code::Credentials,
            "the token of an ask-cli profile is for Amazon, and the endpoint is another",
        )
        .hint(format!(
            "set {} for that endpoint, sign in there with `cargo xtask login`, or unset {}, {} and {}",
            variables::ACCESS_TOKEN,
            ENDPOINTS.name,
            variables::SMAPI_BASE_URL,
            variables::LWA_TOKEN_HOST
        )));
    }
    let path = ask_cli_config();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::new(
            Code::Credentials,
            format!("no Amazon developer credentials for stage `{name}`"),
        )
        .because(format!("nobody has signed in for the profile `{profile}`"))
        .because(format!("cannot read {}: {error}", path.display()))
        .hint(format!(
            "run `cargo xtask login {name}`, or set {} with {} and {}, or run `ask configure`; \
             `cargo xtask deploy local` needs none",
            variables::REFRESH_TOKEN,
            variables::LWA_CLIENT_ID,
            variables::LWA_CLIENT_CONFIRMATION
        ))
    })?;
    let found = AskCliProfile::read(&text, &profile, Timestamp::now()).map_err(|error| {
        Failure::with_code_of_another(error.code(), error.to_string()).hint(error.hint())
    })?;
    Ok(Developer {
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
