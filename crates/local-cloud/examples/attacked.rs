//! Two stages for `judges/browsers`, which attacks both: one as people run it, one without its guard.
//!
//! `attacked FOLDER` writes what arrives at their services to `guarded.jsonl` and `unguarded.jsonl` in that
//! folder, and takes `FOLDER/guarded` and `FOLDER/unguarded` for their projects. It prints one line of JSON with
//! their addresses, their keys and the table of doors, and ends both when its standard input ends.

use std::error::Error;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use local_cloud::{AttackTest, DoorRow, LocalStage, Options, doors};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // An error means that there is a provider of TLS already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = std::env::args_os().nth(1).ok_or("give it a folder")?;
    let guarded = start(folder.as_ref(), "guarded").await?;
    let unguarded = start(folder.as_ref(), "unguarded").await?;
    let line = json!({
        "guarded": guarded.access(),
        "unguarded": unguarded.access(),
        "doors": doors().iter().map(row).collect::<Vec<_>>(),
    });
    writeln!(std::io::stdout(), "{line}")?;
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    guarded.stop().await;
    unguarded.stop().await;
    Ok(())
}

async fn start(folder: &Path, name: &str) -> Result<LocalStage, Box<dyn Error>> {
    let test = AttackTest {
        guarded: name == "guarded",
        arrivals: Arc::new(File::create(folder.join(name).with_extension("jsonl"))?),
    };
    let options = Options {
        project: Some(folder.join(name)),
        ..Options::default()
    };
    Ok(LocalStage::start_for_attack_test(options, test).await?)
}

fn row(door: &DoorRow) -> Value {
    json!({ "listener": door.listener, "method": door.method, "path": door.path })
}
