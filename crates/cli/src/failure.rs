//! How a command says that it failed: causes, a hint, and `error[CODE]: message` as the last line.

use rollout::calls::Calls;
use serde_json::json;

use crate::output;

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    code: String,
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
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            causes: Vec::new(),
            hint: None,
            calls: Calls::default(),
        }
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
            self.code,
            self.message.replace('\n', " ")
        ));
        if json {
            let document = json!({
                "error": { "code": self.code, "message": self.message, "hint": self.hint },
                "calls": self.calls,
            });
            output::line(&document.to_string());
        }
    }
}

impl std::fmt::Display for Failure {
    /// All that a person is told.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "error[{}]: {}", self.code, self.message)?;
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
            code: error.code().to_string(),
            message: error.message().to_owned(),
            causes: error.causes().to_vec(),
            hint: error.next_step().map(str::to_owned),
            calls: Calls::default(),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        let failure = Self::new("CI", error.to_string());
        error
            .chain()
            .skip(1)
            .fold(failure, |failure, cause| failure.because(cause.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use rollout::error::Code;

    use crate::workspace;

    /// Codes of failures that are the command line's own, with their meaning.
    const OWN: &[(&str, &str)] = &[
        ("ASK_CLI", "a file of ask-cli cannot be read"),
        ("BENCH", "a measurement could not be made"),
        (
            "CHAOS",
            "a deployment that was hit did not end as it should, or could not be tried",
        ),
        (
            "BUG",
            "the program itself failed; nothing that was in hand is shown",
        ),
        ("CI", "a check failed"),
        ("CONVERSATION", "a conversation file cannot be used"),
        (
            "CREDENTIALS",
            "no Amazon developer credentials for a real stage",
        ),
        (
            "DIGEST",
            "the notes of a release have another digest of the Lambda's zip",
        ),
        ("ENVIRONMENT", "an environment variable is not understood"),
        (
            "GITHUB",
            "a comment on a pull request, or the notes of a release, were not written",
        ),
        ("INIT", "an answer that a fork cannot be made with"),
        (
            "INIT_EDITED",
            "a file that was edited by hand would be replaced",
        ),
        ("IO", "a file or the terminal could not be used"),
        (
            "LOCAL_STAGE",
            "no local stage is running, or it could not be started",
        ),
        ("LOGIN", "no sign-in, or Login with Amazon refused it"),
        ("NEW", "a project that cannot be made"),
        ("PORT", "a port is in use"),
        ("STAGE", "stack.toml has no such stage"),
        (
            "STALE",
            "a rendered template or page is not what is committed",
        ),
        ("TEST", "a check of a project failed"),
        ("STORY", "the deployed skill did not behave as it should"),
    ];

    #[test]
    fn the_documentation_lists_every_code() {
        let page = std::fs::read_to_string(workspace::root().join("docs/errors.md")).unwrap();
        let codes = Code::ALL
            .iter()
            .map(|(code, meaning)| (code.as_str(), *meaning));
        for (code, meaning) in codes.chain(OWN.iter().copied()) {
            let row = format!("| `{code}` | {meaning} |");
            assert!(page.contains(&row), "docs/errors.md lacks the line\n{row}");
        }
    }

    /// The list above is kept by hand, and nobody can forget a code in it.
    #[test]
    fn every_code_of_the_sources_is_listed() {
        let known: Vec<_> = Code::ALL
            .iter()
            .map(|(code, _)| code.as_str())
            .chain(OWN.iter().map(|(code, _)| *code))
            .collect();
        let mut folders = vec![workspace::root().join("crates/cli/src")];
        let mut found = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for call in text.split(concat!("Failure::", "new(")).skip(1) {
                    let Some(code) = call.trim_start().strip_prefix('"') else {
                        continue;
                    };
                    let code = code.split('"').next().unwrap();
                    assert!(known.contains(&code), "{} has {code}", path.display());
                    found += 1;
                }
            }
        }
        assert!(found > 50, "{found}");
    }
}
