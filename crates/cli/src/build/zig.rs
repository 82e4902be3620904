//! Building for an architecture other than this machine's: cargo-zigbuild, with zig as the linker.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use infra::stack_file::Architecture;
use rollout::error::{Code, Error};
use tokio::process::Command;

use crate::{child, output, workspace};

/// What is installed, in an environment of its own, unless it is there.
const PACKAGES: [&str; 2] = ["cargo-zigbuild==0.24.0", "ziglang==0.17.0"];

/// The target with the glibc of `provided.al2023`, as cargo-zigbuild takes it.
pub(super) fn target(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Arm64 => "aarch64-unknown-linux-gnu.2.34",
        Architecture::X86_64 => "x86_64-unknown-linux-gnu.2.34",
    }
}

/// The target as rustc knows it.
fn rust_target(architecture: Architecture) -> &'static str {
    target(architecture).trim_end_matches(".2.34")
}

/// Lets a cargo command find cargo-zigbuild, which is installed under the target folder at first
/// use, and makes sure that Rust's library for the architecture is there.
pub(super) async fn prepare(
    command: &mut Command,
    architecture: Architecture,
) -> Result<(), Error> {
    has_library(architecture).await?;
    let programs = install().await?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(programs.clone()).chain(std::env::split_paths(&path));
    let path: OsString = std::env::join_paths(folders).map_err(|error| {
        Error::new(Code::Build, format!("PATH cannot be extended: {error}"))
            .hint("move the workspace to a folder without a colon in its name")
    })?;
    command
        .env("PATH", path)
        .env("CARGO_ZIGBUILD_PYTHON_PATH", programs.join("python3"));
    Ok(())
}

async fn has_library(architecture: Architecture) -> Result<(), Error> {
    let target = rust_target(architecture);
    let missing = || {
        Error::new(
            Code::Build,
            format!("Rust's library for {target} is not installed"),
        )
        .hint(format!(
            "run `rustup target add {target}` and then this again"
        ))
    };
    let mut rustc = child::task(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc
        .current_dir(workspace::root())
        .args(["--print", "target-libdir", "--target", target]);
    let output = rustc.output().await.map_err(|_| missing())?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && Path::new(&folder).is_dir() {
        Ok(())
    } else {
        Err(missing())
    }
}

/// The folder with the programs of the environment.
async fn install() -> Result<PathBuf, Error> {
    let environment = workspace::target().join("zig");
    let programs = environment.join("bin");
    let wanted = PACKAGES.join("\n");
    // Written last, so that half an installation is made again.
    let stamp = environment.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    output::aside("installing cargo-zigbuild and zig under the target folder");
    let mut python = child::task("python3");
    python.args(["-m", "venv", "--clear"]).arg(&environment);
    run(
        python,
        "install Python 3.10 or newer with its venv module (Debian and Ubuntu: python3-venv)",
    )
    .await?;
    let mut pip = child::task(programs.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"])
        .args(PACKAGES);
    run(pip, "a Python package index has to be reachable").await?;
    std::fs::write(&stamp, wanted).map_err(|error| {
        Error::new(
            Code::Build,
            format!("cannot write {}: {error}", stamp.display()),
        )
        .hint("make the target folder writable")
    })?;
    Ok(programs)
}

async fn run(mut command: Command, hint: &str) -> Result<(), Error> {
    let program = command.as_std().get_program().display().to_string();
    let failed = |said: String| {
        Error::new(Code::Build, format!("{program} failed, and zig with it"))
            .because(said)
            .hint(hint)
    };
    let output = command
        .output()
        .await
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(
        String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_lambdas_glibc() {
        assert_eq!(
            target(Architecture::Arm64),
            "aarch64-unknown-linux-gnu.2.34"
        );
        assert_eq!(
            rust_target(Architecture::X86_64),
            "x86_64-unknown-linux-gnu"
        );
    }
}
