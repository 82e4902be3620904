//! `cargo xtask local`: a stage that stays up.

use local_cloud::{Access, LocalStage, Options, Pace, StartError};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::signal;
use url::Url;

use crate::failure::Failure;
use crate::{Local, discovery, output};

pub(crate) async fn run(options: Local) -> Result<(), Failure> {
    if options.env {
        return environment_of_others();
    }
    if let Some(access) = discovery::running()? {
        return Err(Failure::new(
            "LOCAL_STAGE",
            format!(
                "a local stage is already running; its AWS is at {}",
                access.urls.aws
            ),
        )
        .hint("end it with Ctrl-C, or just use it"));
    }
    // Before anything else, so that an early Ctrl-C ends the stage as cleanly as a late one.
    let ended = until_ended()?;
    let stage = start(Options {
        port: options.port,
        record_smapi: options.record_smapi,
        pace: if options.worst {
            Pace::WORST
        } else {
            Pace::QUICK
        },
    })
    .await?;
    let access = stage.access();
    let urls = &access.urls;
    let announcement = discovery::announce(&access)?;
    if options.json {
        output::line(&json!(access).to_string());
    } else {
        output::line(&format!("AWS      {}", urls.aws));
        output::line(&format!("SMAPI    {}", urls.smapi));
        output::line(&format!("LWA      {}", urls.lwa));
        output::line(&format!("sign-in  {}", urls.sign_in));
        output::line(&format!("device   {}", urls.device));
        output::line(&format!("page     {}", access.page()));
        output::aside(
            "the page opens in a browser; for the AWS CLI, boto3 and ask-cli run \
             `eval \"$(cargo xtask local --env)\"`",
        );
        output::aside(
            "deploy to it with `cargo xtask deploy`; Ctrl-C ends it and forgets everything",
        );
    }
    ended.await;
    drop(announcement);
    stage.stop().await;
    Ok(())
}

/// Prints what `eval` in a shell needs for the programs of others to use the running stage.
fn environment_of_others() -> Result<(), Failure> {
    let access = discovery::running()?.ok_or_else(|| {
        Failure::new("LOCAL_STAGE", "no local stage is running")
            .hint("start one with `cargo xtask local` in another terminal")
    })?;
    // A profile or a session would come before the keys, or be sent along with them.
    output::line("unset AWS_PROFILE AWS_SESSION_TOKEN");
    for (name, value) in variables(&access) {
        // Letters, digits and some marks: single quotes keep them as they are.
        output::line(&format!("export {name}='{value}'"));
    }
    Ok(())
}

/// The variables with which the AWS CLI, boto3 and ask-cli use a stage.
pub(crate) fn variables(access: &Access) -> [(&'static str, String); 6] {
    let base = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    let exposed = |secret: &SecretString| secret.expose_secret().to_owned();
    [
        ("AWS_ENDPOINT_URL", base(&access.urls.aws)),
        ("AWS_ACCESS_KEY_ID", access.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", exposed(&access.secret_access_key)),
        ("ASK_SMAPI_SERVER_BASE_URL", base(&access.urls.smapi)),
        ("ASK_ACCESS_TOKEN", exposed(&access.smapi_token)),
        ("ASK_VENDOR_ID", access.vendor_id.clone()),
    ]
}

/// Starts a stage, and says what to do when a port is taken.
pub(crate) async fn start(options: Options) -> Result<LocalStage, Failure> {
    LocalStage::start(options)
        .await
        .map_err(|error| match error {
            StartError::Listen { .. } => Failure::new("PORT", error.to_string())
                .hint("choose another --port, or leave it out to take free ones"),
            StartError::PortRange(_) => {
                Failure::new("PORT", error.to_string()).hint("choose a --port of at most 65531")
            }
            StartError::Record { .. } => {
                Failure::new("IO", error.to_string()).hint("choose another file for --record-smapi")
            }
        })
}

/// SIGINT or SIGTERM; listening starts now, not when the future is first polled.
#[cfg(unix)]
fn until_ended() -> Result<impl Future<Output = ()>, Failure> {
    use signal::unix::{SignalKind, signal};

    let listen = |kind| {
        signal(kind)
            .map_err(|error| Failure::new("IO", format!("cannot listen for signals: {error}")))
    };
    let mut interrupted = listen(SignalKind::interrupt())?;
    let mut terminated = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Ctrl-C.
#[cfg(not(unix))]
fn until_ended() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        // Without a console there is nobody to end the stage but the one who kills it.
        let _ = signal::ctrl_c().await;
    })
}
