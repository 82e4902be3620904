//! `cargo xtask local`: a stage that stays up.

use local_cloud::{LocalStage, Options, Pace, StartError};
use serde_json::json;
use tokio::signal;

use crate::failure::Failure;
use crate::{Local, discovery, output};

pub(crate) async fn run(options: Local) -> Result<(), Failure> {
    if let Some(urls) = discovery::running()? {
        return Err(Failure::new(
            "LOCAL_STAGE",
            format!(
                "a local stage is already running; its AWS is at {}",
                urls.aws
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
    let urls = stage.urls().clone();
    let announcement = discovery::announce(&urls)?;
    if options.json {
        output::line(&json!(urls).to_string());
    } else {
        output::line(&format!("AWS      {}", urls.aws));
        output::line(&format!("SMAPI    {}", urls.smapi));
        output::line(&format!("LWA      {}", urls.lwa));
        output::line(&format!("sign-in  {}", urls.sign_in));
        output::line(&format!("device   {}", urls.device));
        output::aside(
            "deploy to it with `cargo xtask deploy`; Ctrl-C ends it and forgets everything",
        );
    }
    ended.await;
    drop(announcement);
    stage.stop().await;
    Ok(())
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
