//! Building the Lambda and zipping it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rollout::error::{Code, Error};
use serde_json::Value;
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

/// Reads a bundle that was built before.
pub(crate) async fn read(path: PathBuf) -> Result<Built, Error> {
    let started = Instant::now();
    let zip = tokio::fs::read(&path).await.map_err(|error| {
        Error::new(
            Code::Build,
            format!("cannot read the bundle {}: {error}", path.display()),
        )
        .hint("leave --bundle out to build one")
    })?;
    Ok(Built {
        zip: zip.into(),
        took: started.elapsed(),
    })
}

/// Builds `bootstrap` and says where it is.
pub(crate) async fn compile(kind: Kind, source: ProfileSource) -> Result<PathBuf, Error> {
    let plan = Plan::of(kind, source);
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(workspace::root())
        .args(&plan.arguments)
        .kill_on_drop(true);
    // Ctrl-C is for us: the build is a step in flight, and ends by itself.
    #[cfg(unix)]
    command.process_group(0);
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
    let bootstrap = executable(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| {
        Error::new(Code::Build, "cargo built no executable called `bootstrap`")
            .hint("crates/skill/Cargo.toml has to name it in [[bin]]")
    })?;
    if let Kind::Release(_) = kind {
        runs_on_lambda(&bootstrap)?;
    }
    Ok(bootstrap)
}

/// Where cargo says that it has put the binary; its settings decide that, not we.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message.pointer("/target/name") == Some(&Value::from("bootstrap")))
        .find_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
}

/// The C library of `provided.al2023`
/// ([runtimes](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html)).
const GLIBC: u32 = 34;

/// A binary that was linked against a newer C library than Lambda has does not start there.
fn runs_on_lambda(bootstrap: &Path) -> Result<(), Error> {
    let bytes = std::fs::read(bootstrap).map_err(|error| {
        Error::new(
            Code::Build,
            format!("cannot read {}: {error}", bootstrap.display()),
        )
    })?;
    match newest_glibc(&bytes) {
        Some(newest) if newest > GLIBC => Err(Error::new(
            Code::Build,
            format!("the Lambda needs glibc 2.{newest}, and provided.al2023 has 2.{GLIBC}"),
        )
        .hint(
            "build on an older Linux, or set lambda.architecture in stack.toml to another than \
             this machine's, which is then built with cargo-zigbuild",
        )),
        _ => Ok(()),
    }
}

/// The newest `GLIBC_2.x` that an ELF file names.
fn newest_glibc(bytes: &[u8]) -> Option<u32> {
    const PREFIX: &[u8] = b"GLIBC_2.";
    bytes
        .windows(PREFIX.len())
        .enumerate()
        .filter(|(_, window)| *window == PREFIX)
        .filter_map(|(start, _)| {
            let rest = &bytes[start + PREFIX.len()..];
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
            String::from_utf8(digits.copied().collect())
                .ok()?
                .parse()
                .ok()
        })
        .max()
}

/// What to run, and what to do if it fails.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    arguments: Vec<String>,
    hint: &'static str,
}

impl Plan {
    fn of(kind: Kind, source: ProfileSource) -> Self {
        let mut arguments = vec![
            "build",
            "--quiet",
            "--package",
            "skill",
            "--bin",
            "bootstrap",
            "--message-format",
            "json-render-diagnostics",
        ];
        let mut hint = "mend what the compiler says";
        match kind {
            Kind::Local => {}
            Kind::Release(architecture) if is_host(architecture) => arguments.push("--release"),
            // Another architecture needs a linker for it, and zig is one that installs anywhere.
            Kind::Release(architecture) => {
                arguments[0] = "zigbuild";
                arguments.extend(["--release", "--target", zig_target(architecture)]);
                hint = "install what builds for another architecture, `pip install cargo-zigbuild \
                        ziglang` and `rustup target add` for it, or set lambda.architecture in \
                        stack.toml to this machine's";
            }
        }
        if source == ProfileSource::GetUser {
            arguments.extend(["--features", "get-user"]);
        }
        Self {
            arguments: arguments.into_iter().map(str::to_owned).collect(),
            hint,
        }
    }
}

/// The target with the glibc of `provided.al2023`, as cargo-zigbuild takes it.
fn zig_target(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::Arm64 => "aarch64-unknown-linux-gnu.2.34",
        Architecture::X86_64 => "x86_64-unknown-linux-gnu.2.34",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_where_cargo_says() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"skill"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"bootstrap"},"executable":"/b"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(executable(messages), Some(PathBuf::from("/b")));
        assert_eq!(executable(""), None);
    }

    #[test]
    fn the_newest_c_library_counts() {
        let bytes = b"\0GLIBC_2.17\0GLIBC_2.34\0GLIBC_2.9\0GLIBC_PRIVATE\0";
        assert_eq!(newest_glibc(bytes), Some(34));
        assert_eq!(newest_glibc(b"static"), None);
    }
}
