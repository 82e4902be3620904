//! `cargo xtask local`: a stage that stays up.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use infra::stack_file::StageName;
use infra::{OwnResources, StackFile};
use local_access::Access;
use local_access::program::{Start, Started};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::signal;
use tokio::time::timeout;
use url::Url;

use crate::build::{self, Kind, Site, What};
use crate::failure::{Code, Failure};
use crate::{Local, child, discovery, output, stack, workspace};

/// How long a stage may take to end.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a build goes on before it is told.
const SILENCE: Duration = Duration::from_secs(1);

pub(crate) async fn run(options: Local) -> Result<(), Failure> {
    if options.env {
        return environment_of_others();
    }
    if let Some(access) = discovery::running()? {
        return Err(Failure::new(
            Code::LocalStage,
            format!(
                "a local stage is already running; its AWS is at {}",
                access.urls.aws
            ),
        )
        .hint("end it with Ctrl-C, or just use it"));
    }
    // Before anything else, so that an early Ctrl-C ends the stage as cleanly as a late one.
    let ended = until_ended()?;
    let wanted = Start {
        port: options.port,
        record_smapi: options.record_smapi,
        project: Some(workspace::root()),
        worst: options.worst,
        aws_emulator: None,
    };
    let mut stage = start(wanted, &stack::read(&options.stack)?).await?;
    let access = stage.access.clone();
    let urls = &access.urls;
    let announcement = discovery::announce(&access)?;
    if options.json {
        let mut line = json!(access);
        line["page"] = access.page().into();
        output::line(&line.to_string());
    } else {
        output::line(&format!("AWS      {}", urls.aws));
        output::line(&format!("SMAPI    {}", urls.smapi));
        output::line(&format!("LWA      {}", urls.lwa));
        output::line(&format!("sign-in  {}", urls.sign_in));
        output::line(&format!("device   {}", urls.device));
        output::line(&format!("page     {}", access.page()));
        output::aside(
            "deploy to it with `cargo xtask deploy` in a second terminal, then open the page in a \
             browser; Ctrl-C ends the stage and forgets everything",
        );
        output::aside(
            "for the AWS CLI, boto3 and ask-cli run `eval \"$(cargo xtask local --env)\"`",
        );
    }
    let result = tokio::select! {
        () = ended => Ok(()),
        crashed = stage.ended_by_itself() => Err(crashed),
    };
    drop(announcement);
    stage.stop().await;
    result
}

/// Prints what `eval` in a shell needs for the programs of others to use the running stage.
fn environment_of_others() -> Result<(), Failure> {
    let access = discovery::running()?.ok_or_else(|| {
        Failure::new(Code::LocalStage, "no local stage is running")
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
pub fn variables(access: &Access) -> [(&'static str, String); 6] {
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

/// A stage that this process has started. It ends with this process, however that ends.
#[derive(Debug)]
pub struct OwnStage {
    process: Child,
    /// The stage ends with it. Not left in `process`, which closes it to wait.
    stdin: ChildStdin,
    /// Where it listens, and what opens it.
    pub access: Access,
}

impl OwnStage {
    /// Waits until the stage ends without having been asked to, and says so.
    pub(crate) async fn ended_by_itself(&mut self) -> Failure {
        let status = self.process.wait().await;
        ended_by_itself(&status.map_or_else(|error| error.to_string(), |status| status.to_string()))
    }

    /// Ends the stage, and waits until its functions have ended.
    pub async fn stop(mut self) {
        drop(self.stdin);
        // It has ended, or is killed when this is dropped.
        let _ = timeout(PATIENCE, self.process.wait()).await;
    }
}

/// Builds the project's package `local`, with what a stack file needs of it, and starts it.
pub async fn start(start: Start, stack: &StackFile) -> Result<OwnStage, Failure> {
    let emulator = stack.aws_emulator(&StageName::local());
    let start = Start {
        aws_emulator: emulator.map(|emulator| emulator.url().as_url().clone()),
        ..start
    };
    let program = built(stack).await?;
    let cannot = |error: std::io::Error| {
        Failure::new(
            Code::LocalStage,
            format!("cannot start a local stage: {error}"),
        )
    };
    let mut command = child::task(&program);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    // Ctrl-C is for us: a stage must not end before what is being deployed to it.
    #[cfg(unix)]
    command.process_group(0);
    let mut process = command.spawn().map_err(cannot)?;
    let pipe = || cannot(std::io::Error::other("it has no pipe"));
    let mut stdin = process.stdin.take().ok_or_else(pipe)?;
    let stdout = process.stdout.take().ok_or_else(pipe)?;
    let mut line = serde_json::to_vec(&start)
        .map_err(|error| Failure::new(Code::LocalStage, format!("cannot write JSON: {error}")))?;
    line.push(b'\n');
    stdin.write_all(&line).await.map_err(cannot)?;
    let mut line = String::new();
    let mut stdout = BufReader::new(stdout);
    stdout.read_line(&mut line).await.map_err(cannot)?;
    match serde_json::from_str(&line) {
        Ok(Started::Listening(access)) => Ok(OwnStage {
            process,
            stdin,
            access: *access,
        }),
        Ok(Started::Refused(refusal)) => {
            Err(Failure::with_code_of_another(refusal.code(), refusal.message).hint(refusal.hint))
        }
        Err(_) => {
            let status = process.wait().await.map_err(cannot)?;
            Err(ended_by_itself(&status.to_string()))
        }
    }
}

/// The program of the stage, built if it is not there. On a terminal or not, a person learns what takes so long.
async fn built(stack: &StackFile) -> Result<PathBuf, Failure> {
    let site = Site::here();
    let types = stack.resources.as_ref().map(OwnResources::types);
    let has_tables = types.is_some_and(|types| types.contains_key("AWS::DynamoDB::Table"));
    // An emulator has them all.
    let tables = has_tables && stack.aws_emulator(&StageName::local()).is_none();
    let build = build::compile(Kind::Local, What::LocalStage { tables }, &site);
    tokio::pin!(build);
    let built = match timeout(SILENCE, &mut build).await {
        Ok(built) => built,
        Err(_elapsed) => {
            output::aside("building the local stage");
            build.await
        }
    };
    Ok(built?)
}

fn ended_by_itself(how: &str) -> Failure {
    Failure::new(
        Code::LocalStage,
        format!("the local stage has ended by itself: {how}"),
    )
    .hint("what it wrote to stderr says more")
}

/// SIGINT or SIGTERM; listening starts now, not when the future is first polled.
#[cfg(unix)]
pub(crate) fn until_ended() -> Result<impl Future<Output = ()>, Failure> {
    use signal::unix::{SignalKind, signal};

    let listen = |kind| {
        signal(kind)
            .map_err(|error| Failure::new(Code::Io, format!("cannot listen for signals: {error}")))
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
pub(crate) fn until_ended() -> Result<impl Future<Output = ()>, Failure> {
    Ok(async {
        // Without a console there is nobody to end the stage but the one who kills it.
        let _ = signal::ctrl_c().await;
    })
}
