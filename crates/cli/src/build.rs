//! Building the Lambda and zipping it.

mod elf;
mod site;
mod zig;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rollout::error::{Code, Error};
use rollout::package::Effort;
use serde_json::Value;
use tokio::process::Command;

use infra::StackFile;
use infra::stack_file::{Architecture, ProfileSource};

use crate::{alone, child, workspace};

pub use site::Site;

/// How something is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Quickly, for this machine.
    Local,
    /// Optimised, for Lambda, and the same from every checkout.
    Release(Architecture),
}

/// What is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The skill, with what its stack file asks for.
    Bootstrap(Parts),
    /// The least that `lambda_runtime` can run, to compare the skill with.
    NoOp,
    /// What measures both.
    Bench,
    /// Alexa and AWS on this machine, with tables or without.
    LocalStage {
        /// True if the project has a table: the part that keeps them takes long to build.
        tables: bool,
    },
}

/// The parts of the skill's crates that a stack file asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// Profiles are read with `GetUser`.
    pub get_user: bool,
    /// A variable of the function names a secret.
    pub secrets: bool,
}

impl Parts {
    /// The parts that a stack file asks for.
    pub fn of(stack: &StackFile) -> Self {
        Self {
            get_user: stack.linking.profile_source == ProfileSource::GetUser,
            secrets: stack.has_secrets(),
        }
    }
}

/// A finished bundle.
#[derive(Debug)]
pub struct Built {
    /// The zip.
    pub zip: Bytes,
    pub(crate) took: Duration,
}

/// Builds `bootstrap` and puts it into a zip that depends on nothing but its bytes.
pub async fn bundle(kind: Kind, parts: Parts) -> Result<Built, Error> {
    let started = Instant::now();
    // Every variant of the program has the same path: nobody else may build one before this one has
    // been read.
    let lock = lock().await?;
    let bootstrap = compile(kind, What::Bootstrap(parts), &Site::here()).await?;
    let zip = tokio::task::spawn_blocking(move || zip(&bootstrap, kind))
        .await
        .map_err(|error| Error::new(Code::Build, format!("zipping stopped: {error}")))??;
    drop(lock);
    Ok(Built {
        zip,
        took: started.elapsed(),
    })
}

/// Waits for its turn among all processes that build a bundle in this target folder. It ends when the
/// file is closed, however that comes.
async fn lock() -> Result<std::fs::File, Error> {
    let path = workspace::target().join("bundle.lock");
    alone::hold(path.clone(), "another deployment builds its Lambda")
        .await
        .map_err(|error| {
            let path = path.display();
            Error::new(Code::Build, format!("cannot lock {path}: {error}"))
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

/// Zips a built program. What never leaves the machine is not worth compressing well.
pub fn zip(program: &Path, kind: Kind) -> Result<Bytes, Error> {
    let effort = match kind {
        Kind::Local => Effort::Quick,
        Kind::Release(_) => Effort::Best,
    };
    Ok(rollout::package::lambda_zip(program, effort)?)
}

/// Builds a program and says where it is.
pub async fn compile(kind: Kind, what: What, site: &Site) -> Result<PathBuf, Error> {
    let plan = Plan::of(kind, what);
    let mut command = cargo(site);
    command.args(&plan.arguments);
    if let Kind::Release(architecture) = kind {
        let (name, flags) = site.reproducible().await?;
        command.env_remove("RUSTFLAGS").env(name, flags);
        if !is_host(architecture) {
            zig::prepare(&mut command, architecture).await?;
        }
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
                "{} does not build: cargo {}",
                what.described(),
                plan.arguments.join(" ")
            ),
        )
        .because(said)
        .hint("mend what the compiler says"));
    }
    let program = executable(&String::from_utf8_lossy(&output.stdout), what.name());
    let program = program.ok_or_else(|| {
        let name = what.name();
        Error::new(
            Code::Build,
            format!("cargo built no executable called `{name}`"),
        )
        .hint("the Cargo.toml of the package has to name it")
    })?;
    if let Kind::Release(architecture) = kind {
        elf::runs_on_lambda(&program, architecture)?;
    }
    Ok(program)
}

/// Cargo in a workspace.
fn cargo(site: &Site) -> Command {
    let mut command = child::cargo();
    command.current_dir(&site.root).kill_on_drop(true);
    // Ctrl-C is for us: the build is a step in flight, and ends by itself.
    #[cfg(unix)]
    command.process_group(0);
    if let Some(target) = &site.target {
        command.env("CARGO_TARGET_DIR", target);
    }
    if let Some(home) = &site.cargo_home {
        command.env("CARGO_HOME", home);
    }
    command
}

/// Where cargo says that it has put a program; its settings decide that, not we.
pub fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message.pointer("/target/name") == Some(&Value::from(name)))
        .find_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
}

impl What {
    fn described(self) -> &'static str {
        match self {
            Self::Bootstrap(_) => "the Lambda",
            Self::NoOp => "the least Lambda",
            Self::Bench => "the bench",
            Self::LocalStage { .. } => "the local stage",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bootstrap(_) => "bootstrap",
            Self::NoOp => "noop",
            Self::Bench => "bench",
            Self::LocalStage { .. } => "local",
        }
    }
}

/// What to run.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    arguments: Vec<&'static str>,
}

impl Plan {
    fn of(kind: Kind, what: What) -> Self {
        let mut arguments = vec![
            "build",
            "--quiet",
            "--message-format",
            "json-render-diagnostics",
        ];
        match what {
            What::Bootstrap(_) => arguments.extend(["--package", "skill", "--bin", "bootstrap"]),
            What::NoOp | What::Bench => {
                arguments.extend(["--package", "bench", "--bin", what.name()]);
            }
            What::LocalStage { tables } => {
                arguments.extend(["--package", "local"]);
                if tables {
                    arguments.extend(["--features", "local-cloud/dynamodb"]);
                }
            }
        }
        match kind {
            Kind::Local => {}
            Kind::Release(architecture) if is_host(architecture) => arguments.push("--release"),
            // Another architecture needs a linker for it, and zig is one that installs anywhere.
            Kind::Release(architecture) => {
                arguments[0] = "zigbuild";
                arguments.extend(["--release", "--target", zig::target(architecture)]);
            }
        }
        if let What::Bootstrap(parts) = what {
            let features = [
                (parts.get_user, "get-user"),
                // Of the crate that runs the skill: a project need not name it.
                (parts.secrets, "skill-kit/secrets"),
            ];
            for (_, feature) in features.into_iter().filter(|(wanted, _)| *wanted) {
                arguments.extend(["--features", feature]);
            }
            if kind == Kind::Local {
                // Half of the program: zipped, hashed and unzipped at every save, and read by no debugger.
                arguments[0] = "rustc";
                arguments.extend(["--", "-C", "strip=symbols"]);
            }
        }
        Self { arguments }
    }
}

/// Whether a plain build runs on Lambda of this architecture.
fn is_host(architecture: Architecture) -> bool {
    cfg!(target_os = "linux") && host() == architecture
}

/// The architecture of this machine, which a local stage's Lambda always has.
pub fn host() -> Architecture {
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
        let bootstrap = What::Bootstrap(Parts::default());
        assert_eq!(
            executable(messages, bootstrap.name()),
            Some(PathBuf::from("/b"))
        );
        assert_eq!(executable(messages, What::NoOp.name()), None);
        assert_eq!(executable("", "bootstrap"), None);
    }

    #[test]
    fn another_architecture_is_built_with_zig() {
        let other = match host() {
            Architecture::Arm64 => Architecture::X86_64,
            Architecture::X86_64 => Architecture::Arm64,
        };
        let what = What::Bootstrap(Parts {
            get_user: true,
            secrets: true,
        });
        let plan = Plan::of(Kind::Release(other), what).arguments;
        assert_eq!(plan[0], "zigbuild");
        assert!(plan.contains(&zig::target(other)) && plan.contains(&"get-user"));
        assert!(plan.contains(&"skill-kit/secrets"));
        let local = Plan::of(Kind::Local, what).arguments;
        assert!(local[0] == "rustc" && local.ends_with(&["--", "-C", "strip=symbols"]));
        let local = Plan::of(Kind::Local, What::NoOp).arguments;
        assert_eq!(local[0], "build");
        assert!(!local.contains(&"--release") && !local.contains(&"get-user"));
    }
}
