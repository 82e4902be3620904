//! Building the Lambda and zipping it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rollout::error::{Code, Error};
use tokio::process::Command;

use infra::stack_file::{Architecture, ProfileSource};

use crate::workspace;

/// How a bundle is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Quickly, for this machine.
    Local,
    /// Optimised, for Lambda.
    Release(Architecture),
}

/// A finished bundle.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) zip: Bytes,
    pub(crate) took: Duration,
}

/// Builds `bootstrap` and puts it into a zip that depends on nothing but its bytes.
pub(crate) async fn bundle(kind: Kind, source: ProfileSource) -> Result<Built, Error> {
    let started = Instant::now();
    let bootstrap = compile(kind, source).await?;
    let zip = tokio::task::spawn_blocking(move || rollout::package::lambda_zip(&bootstrap))
        .await
        .map_err(|error| Error::new(Code::Build, format!("zipping stopped: {error}")))?
        .map_err(Error::from)?;
    Ok(Built {
        zip,
        took: started.elapsed(),
    })
}

async fn compile(kind: Kind, source: ProfileSource) -> Result<PathBuf, Error> {
    let plan = Plan::of(kind, source);
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(workspace::root())
        .args(&plan.arguments)
        .kill_on_drop(true);
    for name in workspace::set_by_cargo_run() {
        command.env_remove(name);
    }
    let output = command.output().await.map_err(|error| {
        Error::new(Code::Build, format!("cannot run cargo: {error}"))
            .hint("install Rust from https://rustup.rs")
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::new(
            Code::Build,
            format!(
                "the Lambda does not build: cargo {}",
                plan.arguments.join(" ")
            ),
        )
        .because(said)
        .hint(plan.hint));
    }
    Ok(plan.bootstrap)
}

/// What to run and where the result is.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    arguments: Vec<String>,
    bootstrap: PathBuf,
    hint: &'static str,
}

impl Plan {
    fn of(kind: Kind, source: ProfileSource) -> Self {
        let package = ["--quiet", "--package", "skill", "--bin", "bootstrap"];
        let mut arguments: Vec<&str> = Vec::new();
        let (folder, hint) = match kind {
            Kind::Local => {
                arguments.push("build");
                arguments.extend(package);
                (PathBuf::from("debug"), "mend what the compiler says")
            }
            Kind::Release(architecture) if is_host(architecture) => {
                arguments.push("build");
                arguments.extend(package);
                arguments.push("--release");
                (PathBuf::from("release"), "mend what the compiler says")
            }
            // Another architecture needs a linker for it, and zig is one that installs anywhere.
            Kind::Release(architecture) => {
                let target = triple(architecture);
                arguments.push("zigbuild");
                arguments.extend(package);
                // provided.al2023 has glibc 2.34.
                // https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
                let glibc = match architecture {
                    Architecture::Arm64 => "aarch64-unknown-linux-gnu.2.34",
                    Architecture::X86_64 => "x86_64-unknown-linux-gnu.2.34",
                };
                arguments.extend(["--release", "--target", glibc]);
                (
                    PathBuf::from(target).join("release"),
                    "install what builds for another architecture, `pip install cargo-zigbuild \
                     ziglang` and `rustup target add` for it, or set lambda.architecture in \
                     stack.toml to this machine's",
                )
            }
        };
        if source == ProfileSource::GetUser {
            arguments.extend(["--features", "get-user"]);
        }
        Self {
            arguments: arguments.into_iter().map(str::to_owned).collect(),
            bootstrap: workspace::target().join(folder).join("bootstrap"),
            hint,
        }
    }
}

fn triple(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Arm64 => "aarch64-unknown-linux-gnu",
        Architecture::X86_64 => "x86_64-unknown-linux-gnu",
    }
}

/// Whether a plain build runs on Lambda of this architecture.
fn is_host(architecture: Architecture) -> bool {
    cfg!(target_os = "linux") && host() == architecture
}

/// The architecture of this machine, which a local stage's Lambda always has.
pub(crate) fn host() -> Architecture {
    if cfg!(target_arch = "aarch64") {
        Architecture::Arm64
    } else {
        Architecture::X86_64
    }
}
