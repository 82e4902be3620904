//! Running a command and looking at what it said.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use cli::build::{self, Kind};

use serde_json::Value;

/// What a finished command said.
pub(crate) struct Said {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// The last line of stdout as JSON.
    pub(crate) fn json(&self) -> Value {
        let line = self.stdout.lines().last().unwrap_or_default();
        serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("{error} in {line:?}\n{}", self.stderr))
    }

    /// The last line of stderr.
    pub(crate) fn last_words(&self) -> &str {
        self.stderr.lines().last().unwrap_or_default()
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            success: output.status.success(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The folder of this repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The project that commands are about: not the sample of this repository, which a fork replaces.
pub(crate) fn project() -> PathBuf {
    root().join("tests/fixtures/project")
}

/// Where cargo has put what this program was built with.
fn built() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_xtask")).parent().unwrap()
}

/// The program of that project's skill.
pub(crate) fn fixture_skill() -> PathBuf {
    built().join("examples/fixture_skill")
}

/// The same, zipped once for each build.
fn bundle() -> PathBuf {
    let program = fixture_skill();
    let described = fs::metadata(&program).unwrap_or_else(|error| {
        panic!(
            "{error}: `cargo test -p xtask` builds {}",
            program.display()
        )
    });
    let made = described.modified().unwrap().elapsed().unwrap_or_default();
    let zip = built().join("fixture_skill.zip");
    let is_new = |zip: fs::Metadata| zip.modified().unwrap().elapsed().unwrap_or_default() < made;
    if !fs::metadata(&zip).is_ok_and(is_new) {
        let written = tempfile::NamedTempFile::new_in(built()).unwrap();
        fs::write(&written, build::zip(&program, Kind::Local).unwrap()).unwrap();
        written.persist(&zip).unwrap();
    }
    zip
}

/// The command in that project, with a home folder, a discovery file and rendered documents of its own and
/// nobody's credentials.
pub(crate) fn xtask(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    for (name, _) in std::env::vars() {
        let prefixes = ["AWS_", "ASK_", "VOICELINK_AMAZON_"];
        if prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
        .current_dir(project())
        .env("CARGO_TARGET_DIR", built().parent().unwrap())
        .env("VOICELINK_BUNDLE", bundle())
        .env("VOICELINK_LOCAL_STAGE", home.join("local-stage.json"))
        .env("VOICELINK_DIST", home.join("dist"))
        .env_remove("VOICELINK_ENDPOINTS")
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("AWS_CONFIG_FILE", home.join("aws-config"))
        .env("AWS_SHARED_CREDENTIALS_FILE", home.join("aws-credentials"))
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// Runs it to its end.
pub(crate) fn run(home: &Path, arguments: &[&str]) -> Said {
    xtask(home).args(arguments).output().unwrap().into()
}

/// What people call the skill of the project.
pub(crate) fn skill_name(locale: &str) -> String {
    let file = format!("skill-package/interactionModels/custom/{locale}.json");
    let text = fs::read(project().join(file)).unwrap();
    let model: Value = serde_json::from_slice(&text).unwrap();
    let name = &model["interactionModel"]["languageModel"]["invocationName"];
    name.as_str().unwrap().to_owned()
}

/// “open account guide”.
pub(crate) fn open() -> String {
    format!("open {}", skill_name("en-US"))
}
