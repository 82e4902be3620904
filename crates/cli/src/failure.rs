//! How a command says that it failed: causes, a hint, and `error[CODE]: message` as the last line.

use rollout::calls::Calls;
pub use rollout::error::Code as RolloutCode;
use serde_json::json;

use crate::output;

rollout::error_codes! {
/// The kind of a failure that is the command line's own; `docs/errors.md` lists these beside
/// [the rollout's](RolloutCode).
Code {
    AskCli = "ASK_CLI", "a file of ask-cli cannot be read";
    Bench = "BENCH", "a measurement could not be made";
    Bug = "BUG", "the program itself failed; nothing that was in hand is shown";
    Chaos = "CHAOS", "a deployment that was hit did not end as it should, or could not be tried";
    Ci = "CI", "a check failed";
    Conversation = "CONVERSATION", "a conversation file cannot be used";
    Credentials = "CREDENTIALS", "no Amazon developer credentials for a real stage";
    Digest = "DIGEST", "the notes of a release have another digest of the Lambda's zip";
    Environment = "ENVIRONMENT", "an environment variable is not understood";
    Github = "GITHUB", "a comment on a pull request, or the notes of a release, were not written";
    Grid = "GRID", "a way to sign in that a stack file may name did not end well";
    Init = "INIT", "an answer that a fork cannot be made with";
    InitEdited = "INIT_EDITED", "a file that was edited by hand would be replaced";
    Io = "IO", "a file or the terminal could not be used";
    Locale = "LOCALE", "a locale that Alexa does not have, or that cannot be added or removed";
    LocalStage = "LOCAL_STAGE", "no local stage is running, or it could not be started";
    Login = "LOGIN", "no sign-in, or Login with Amazon refused it";
    New = "NEW", "a project that cannot be made";
    Port = "PORT", "a port is in use";
    Stage = "STAGE", "stack.toml has no such stage";
    Stale = "STALE", "a rendered template or page is not what is committed";
    Story = "STORY", "the deployed skill did not behave as it should";
    Test = "TEST", "a check of a project failed";
}}

/// The kind of a failure: the command line's own, or that of the crate which failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyCode(&'static str);

impl From<Code> for AnyCode {
    fn from(code: Code) -> Self {
        Self(code.as_str())
    }
}

impl From<RolloutCode> for AnyCode {
    fn from(code: RolloutCode) -> Self {
        Self(code.as_str())
    }
}

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    code: AnyCode,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    calls: Calls,
}

impl Failure {
    /// The message, without code, causes and hint.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// An error with a code of docs/errors.md and a message that says what failed.
    #[must_use]
    pub fn new(code: impl Into<AnyCode>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            causes: Vec::new(),
            hint: None,
            calls: Calls::default(),
        }
    }

    /// The same with the code that an error of another crate has.
    #[must_use]
    pub(crate) fn with_code_of_another(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(AnyCode(code), message)
    }

    /// Adds a cause.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What had been called until then.
    #[must_use]
    pub fn after(mut self, calls: Calls) -> Self {
        self.calls = calls;
        self
    }

    /// Tells the person on stderr, and a machine that asked for JSON on stdout.
    pub fn report(&self, json: bool) {
        for cause in &self.causes {
            output::aside(&format!("cause: {cause}"));
        }
        if let Some(hint) = &self.hint {
            output::aside(&format!("hint: {hint}"));
        }
        output::aside(&format!(
            "error[{}]: {}",
            self.code.0,
            self.message.replace('\n', " ")
        ));
        if json {
            let document = json!({
                "error": { "code": self.code.0, "message": self.message, "hint": self.hint },
                "calls": self.calls,
            });
            output::line(&document.to_string());
        }
    }
}

impl std::fmt::Display for Failure {
    /// All that a person is told.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "error[{}]: {}", self.code.0, self.message)?;
        for cause in &self.causes {
            write!(f, "\ncause: {cause}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl From<rollout::error::Error> for Failure {
    fn from(error: rollout::error::Error) -> Self {
        Self {
            code: AnyCode(error.code()),
            message: error.message().to_owned(),
            causes: error.causes().to_vec(),
            hint: error.next_step().map(str::to_owned),
            calls: Calls::default(),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let failure = Self::new(Code::Ci, error.to_string());
        error
            .chain()
            .skip(1)
            .fold(failure, |failure, cause| failure.because(cause.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn the_documentation_lists_every_code() {
        let page = std::fs::read_to_string(workspace::root().join("docs/errors.md")).unwrap();
        let own = Code::ALL.iter().map(|code| (code.as_str(), code.meaning()));
        let others = RolloutCode::ALL.iter();
        let others = others.map(|code| (code.as_str(), code.meaning()));
        for (code, meaning) in own.chain(others) {
            let row = format!("| `{code}` | {meaning} |");
            assert!(page.contains(&row), "docs/errors.md lacks the line\n{row}");
        }
    }
}
