//! How commands find a running local stage: a file that it leaves while it is up.

use std::fs::File;
use std::io::ErrorKind;
use std::path::PathBuf;

use infra::stack_file::StageName;
use local_access::Access;
use serde::{Deserialize, Serialize};

use crate::failure::{Code, Failure};
use crate::{alone, ask_cli, environment, workspace};

#[derive(Debug, Serialize, Deserialize)]
struct Discovery {
    pid: u32,
    #[serde(flatten)]
    access: Access,
}

/// The file while it is there; dropping it removes the file.
#[derive(Debug)]
pub struct Announcement {
    path: PathBuf,
}

/// Tells other commands where this process listens.
pub fn announce(access: &Access) -> Result<Announcement, Failure> {
    let path = path();
    // A stage that was killed could not say that its skill is gone.
    ask_cli::forget(&workspace::dist(StageName::LOCAL))?;
    let discovery = Discovery {
        pid: std::process::id(),
        access: access.clone(),
    };
    let text = serde_json::to_string_pretty(&discovery)
        .map_err(|error| Failure::new(Code::Io, format!("cannot write JSON: {error}")))?;
    rollout::files::replace_private(&path, text.as_bytes())
        .map_err(|error| cannot_write(&path, &error))?;
    Ok(Announcement { path })
}

/// The local stage that is running, if there is one.
pub fn running() -> Result<Option<Access>, Failure> {
    let path = path();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure::new(
                Code::Io,
                format!("cannot read {}: {error}", path.display()),
            ));
        }
    };
    let discovery: Discovery = serde_json::from_str(&text).map_err(|error| {
        Failure::new(
            Code::LocalStage,
            format!("{} is damaged: {error}", path.display()),
        )
        .hint("delete the file; `cargo xtask local` writes a new one")
    })?;
    Ok(rollout::lock::is_alive(discovery.pid).then_some(discovery.access))
}

/// Held by whoever talks to the stage as its developer, whom there is only one of.
pub async fn conversation() -> Result<File, Failure> {
    let lock = path().with_extension("conversation.lock");
    alone::hold(lock.clone(), "another deployment holds its conversation")
        .await
        .map_err(|error| cannot_write(&lock, &error))
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // The stage has ended: a file that stays behind names a process that does not live.
        let _ = std::fs::remove_file(&self.path);
        // The next stage says it again.
        let _ = ask_cli::forget(&workspace::dist(StageName::LOCAL));
    }
}

fn path() -> PathBuf {
    std::env::var_os(environment::LOCAL_STAGE.name).map_or_else(
        || workspace::target().join("local-stage.json"),
        PathBuf::from,
    )
}

fn cannot_write(path: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Io,
        format!("cannot write {}: {error}", path.display()),
    )
}
