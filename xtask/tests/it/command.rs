//! Running a command and looking at what it said.

use std::path::Path;
use std::process::{Command, Output};

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

/// The command, with a home folder, a discovery file and rendered documents of its own and nobody's credentials.
pub(crate) fn xtask(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    for (name, _) in std::env::vars() {
        let prefixes = ["AWS_", "ASK_", "VOICELINK_AMAZON_"];
        if prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
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

/// What a test about e-mail addresses deploys, whatever a fork's own stack file says.
pub(crate) const EMAIL: [&str; 2] = ["--stack", "infra/presets/email.toml"];

/// What people call the skill of this repository; a fork has another name.
pub(crate) fn skill_name(locale: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let file = format!("skill-package/interactionModels/custom/{locale}.json");
    let text = std::fs::read(root.join(file)).unwrap();
    let model: Value = serde_json::from_slice(&text).unwrap();
    let name = &model["interactionModel"]["languageModel"]["invocationName"];
    name.as_str().unwrap().to_owned()
}

/// “open account guide”, with the name that it has here.
pub(crate) fn open() -> String {
    format!("open {}", skill_name("en-US"))
}
