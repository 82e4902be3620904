//! `cargo xtask login`: signing in as an Amazon developer with a security profile of one's own.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::header::HOST;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Html;
use axum::routing::get;
use models::ids::VendorId;
use secrecy::SecretString;
use smapi::{Configuration, Endpoints, Login, ReturnError, SecurityProfile, SignIn, variables};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::failure::{Code, Failure, RolloutCode};
use crate::{logins, output, security_profile, stack, stage};

/// Who signs in, and where the browser comes back to.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A stage of stack.toml: the login is kept under the ask-profile that it names [default: the
    /// profile `default`]
    stage: Option<String>,
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// The port that the browser comes back to; the security profile has to allow
    /// <http://127.0.0.1:PORT/cb>
    #[arg(long, default_value_t = 9090)]
    port: u16,
}

/// What the command's help says after its options.
pub(crate) const HELP: &str = "\
Once, at https://developer.amazon.com/loginwithamazon/console/site/lwa/overview.html: create a
security profile, and add http://127.0.0.1:9090/cb to the allowed return URLs of its web settings.
Its client id and secret are taken from ASK_LWA_CLIENT_ID and ASK_LWA_CLIENT_CONFIRMATION, or asked
for on a terminal.

The refresh token is kept in voicelink/logins.json below the configuration folder of your user, where
only you can read it, and is used by every command for a real stage unless the environment says
otherwise.

Example: cargo xtask login dev";

/// How long a person may take.
const PATIENCE: Duration = Duration::from_mins(10);
/// The path that ask-cli uses too.
const RETURN_PATH: &str = "/cb";

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let key = profile(&options)?;
    let configuration = Configuration::read(|name| std::env::var(name).ok()).map_err(|error| {
        Failure::with_code_of_another(error.code(), error.to_string()).hint(error.hint())
    })?;
    let endpoints = match stage::elsewhere()? {
        Some(access) => stage::local_endpoints(&access)?.developer,
        None => configuration.endpoints,
    };
    // Before anybody signs in for nothing.
    let path = logins::path()?;
    let mut kept = logins::read(&path)?;
    let profile = security_profile()?;

    let refresh_token = sign_in(&endpoints, &profile, options.port).await?;
    let mut login = Login {
        token_host: endpoints.lwa.clone(),
        client_id: profile.client_id,
        client_secret: profile.client_secret,
        refresh_token,
        vendor_id: None,
    };
    login.vendor_id = vendor(&endpoints, &login, configuration.vendor_id).await?;
    let vendor = login.vendor_id.clone();
    kept.set(&key, login);
    logins::write(&path, &kept)?;
    output::line(&format!("profile  {key}"));
    if let Some(vendor) = vendor {
        output::line(&format!("vendor   {vendor}"));
    }
    output::line(&format!("kept in  {}", path.display()));
    Ok(())
}

/// What the login is kept under.
fn profile(options: &Options) -> Result<String, Failure> {
    let Some(name) = options.stage.as_deref() else {
        return Ok("default".to_owned());
    };
    let stack = stack::read(&options.stack)?;
    let name = stack::stage(&stack, Some(name))?;
    if name.is_local() {
        return Err(
            Failure::new(Code::Stage, "the stage `local` needs no login")
                .hint("name the real stage that you want to deploy to"),
        );
    }
    Ok(stack::ask_profile(&stack, &name))
}

/// The client of the security profile, from the environment or from whoever sits there.
fn security_profile() -> Result<SecurityProfile, Failure> {
    let nobody = |name: &str| {
        Failure::new(
            Code::Credentials,
            format!("{name} is not set, and nobody is there to ask"),
        )
        .hint(
            "set ASK_LWA_CLIENT_ID and ASK_LWA_CLIENT_CONFIRMATION to those of your security \
             profile; `cargo xtask login --help` says where to make one",
        )
    };
    security_profile::read(
        variables::LWA_CLIENT_ID,
        variables::LWA_CLIENT_CONFIRMATION,
        nobody,
    )
}

/// Waits for the browser to come back with a code, and redeems it.
async fn sign_in(
    endpoints: &Endpoints,
    profile: &SecurityProfile,
    port: u16,
) -> Result<SecretString, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| {
            Failure::new(
                Code::Port,
                format!("cannot listen on 127.0.0.1:{port}: {error}"),
            )
            .hint("end what uses the port, or allow and name another one with --port")
        })?;
    let port = listener.local_addr().map_or(port, |address| address.port());
    let home = format!("http://127.0.0.1:{port}{RETURN_PATH}")
        .parse()
        .map_err(|error| Failure::new(Code::Login, format!("{error}")))?;
    let attempt = Arc::new(SignIn::new(endpoints, &profile.client_id, home));
    output::aside("open this in a browser, and allow what it asks for:");
    output::aside(attempt.url().as_str());

    let (heard, mut hearing) = mpsc::channel(1);
    let (stop, stopped) = oneshot::channel::<()>();
    let door = Door {
        host: format!("127.0.0.1:{port}"),
        attempt: Arc::clone(&attempt),
        heard,
    };
    let router = Router::new()
        .route(RETURN_PATH, get(come_back))
        .with_state(door);
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        // Either way there is nothing more to wait for.
        let _ = stopped.await;
    });
    let server = tokio::spawn(async { server.await });
    let answer = tokio::time::timeout(PATIENCE, hearing.recv()).await;
    // The page that the person looks at is delivered before the server ends.
    let _ = stop.send(());
    let _ = tokio::time::timeout(Duration::from_secs(2), server).await;
    let code =
        match answer {
            Ok(Some(answer)) => answer.map_err(|error| {
                Failure::new(Code::Login, error.to_string())
                    .hint("run `cargo xtask login` again, and allow it")
            })?,
            _ => {
                return Err(Failure::new(
                Code::Login,
                format!("nobody signed in within {} minutes", PATIENCE.as_secs() / 60),
            )
            .hint(
                "if Amazon showed an error instead, add the return URL of `--help` to the security \
                 profile; then run it again",
            ));
            }
        };
    let observer = output::call_counter().observer();
    smapi::redeem(endpoints, profile, &attempt, &code, Some(observer))
        .await
        .map_err(|error| Failure::from(rollout::error::Error::from(error)))
}

#[derive(Clone)]
struct Door {
    /// The only name that the browser is sent to. A page whose own name leads to this machine names
    /// another one.
    host: String,
    attempt: Arc<SignIn>,
    heard: mpsc::Sender<Result<SecretString, ReturnError>>,
}

/// Where the browser comes back to.
async fn come_back(
    State(door): State<Door>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> (StatusCode, Html<&'static str>) {
    if headers.get(HOST).map(HeaderValue::as_bytes) != Some(door.host.as_bytes()) {
        let page = "<!doctype html><title>Voicelink</title><p>This is not the address that \
                    <code>cargo xtask login</code> waits at.";
        return (StatusCode::FORBIDDEN, Html(page));
    }
    let answer = door.attempt.code(query.as_deref().unwrap_or_default());
    let (status, page) = match &answer {
        // Somebody else's: it is not what is waited for.
        Err(ReturnError::Foreign) => {
            let page = "<!doctype html><title>Voicelink</title><p>This is no answer to the \
                        running <code>cargo xtask login</code>.";
            return (StatusCode::BAD_REQUEST, Html(page));
        }
        Err(_) => (
            StatusCode::OK,
            "<!doctype html><title>Voicelink</title><p>Nobody was signed in. The terminal says why.",
        ),
        Ok(_) => (
            StatusCode::OK,
            "<!doctype html><title>Voicelink</title><p>You are signed in and can close this window.",
        ),
    };
    // A second answer finds nobody who waits.
    let _ = door.heard.send(answer).await;
    (status, Html(page))
}

/// Proves that the login works, and finds the vendor if there is nothing to choose.
async fn vendor(
    endpoints: &Endpoints,
    login: &Login,
    wanted: Option<VendorId>,
) -> Result<Option<VendorId>, Failure> {
    let observer = output::call_counter().observer();
    let client = smapi::Client::with(
        endpoints.clone(),
        login.credentials(),
        Some(observer),
        smapi::RetryPolicy::default(),
    );
    let vendors = client
        .vendors()
        .await
        .map_err(|error| Failure::from(rollout::error::Error::from(error)))?;
    let ids: Vec<_> = vendors.into_iter().map(|vendor| vendor.id).collect();
    match (wanted, ids.as_slice()) {
        (Some(wanted), ids) if !ids.contains(&wanted) => Err(Failure::new(
            RolloutCode::Vendor,
            format!("vendor {wanted} is not among those of this developer"),
        )
        .hint("correct ASK_VENDOR_ID, or sign in as a developer of that vendor")),
        (Some(wanted), _) => Ok(Some(wanted)),
        (None, [only]) => Ok(Some(only.clone())),
        (None, several) => {
            let names: Vec<_> = several.iter().map(VendorId::as_str).collect();
            output::aside(&format!(
                "this developer has the vendors {}; choose one with ASK_VENDOR_ID",
                names.join(", ")
            ));
            Ok(None)
        }
    }
}
