//! The one error of a rollout: what failed, why, and what to do next.

mod call;

use std::fmt;

pub use call::{CallError, Refusal};

/// A stable name for a kind of failure; `docs/errors.md` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// An AWS call failed.
    Aws,
    /// No AWS credentials, or none that work.
    AwsCredentials,
    /// The Lambda could not be built.
    Build,
    /// A bucket of the rollout's name belongs to somebody else.
    Bucket,
    /// The change set says more than the plan allows.
    ChangeSet,
    /// Nobody confirmed the plan.
    Confirm,
    /// What was changed by hand cannot be put back.
    Drift,
    /// An endpoint is unusable or out of reach.
    Endpoint,
    /// A deployment would delete or replace the user pool, or use another one.
    GuardUserPool,
    /// A deployment would delete or replace the app client.
    GuardAppClient,
    /// A deployment would delete or replace the sign-in domain.
    GuardDomain,
    /// A deployment would shorten links.
    GuardLinkLifetime,
    /// A deployment would change what a pool cannot change.
    GuardSignInAttributes,
    /// A deployment would change what a pool is called in its tokens.
    GuardIssuer,
    /// A deployment would remove a redirect URI in use.
    GuardRedirectUris,
    /// The live version of the skill would lose what it uses.
    GuardLive,
    /// The skill package was not imported.
    Import,
    /// Interrupted between two steps.
    Interrupted,
    /// Account linking is not what was written.
    Linking,
    /// Another deployment of the stage is running.
    Locked,
    /// The function has no log.
    Logs,
    /// The skill package on disk is wrong.
    Package,
    /// The stage changed after the plan was agreed to.
    Plan,
    /// The stage is deployed in another region.
    Region,
    /// A sign-in domain cannot be made, or does not answer yet.
    SignInDomain,
    /// The skill is missing, or there are several candidates.
    Skill,
    /// There is no security profile of Login with Amazon to link accounts with.
    SecurityProfile,
    /// A stack did not reach a good state.
    Stack,
    /// The stack file is wrong.
    StackFile,
    /// The recorded state is unreadable, is another stage's, or was written by another process.
    State,
    /// Several user pools could be the stage's, or the one that is meant cannot be used.
    UserPool,
    /// No such vendor, or several to choose from.
    Vendor,
    /// A deployed stage does not answer as it should.
    Verify,
}

impl Code {
    /// Every code with its meaning, in the order that the documentation lists them.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Aws, "an AWS call failed"),
        (
            Self::AwsCredentials,
            "no AWS credentials, or none that work",
        ),
        (Self::Build, "the Lambda could not be built"),
        (
            Self::Bucket,
            "the rollout's bucket belongs to another account",
        ),
        (
            Self::ChangeSet,
            "a change set would do more than was agreed",
        ),
        (
            Self::Confirm,
            "the plan was not confirmed; nothing was changed",
        ),
        (
            Self::Drift,
            "what was changed by hand could not be put back",
        ),
        (Self::Endpoint, "an endpoint is unusable or out of reach"),
        (
            Self::GuardUserPool,
            "a deployment would delete or replace the user pool, or use another one",
        ),
        (
            Self::GuardAppClient,
            "a deployment would delete or replace the app client",
        ),
        (
            Self::GuardDomain,
            "a deployment would delete or replace the sign-in domain",
        ),
        (Self::GuardLinkLifetime, "a deployment would shorten links"),
        (
            Self::GuardSignInAttributes,
            "a deployment would change what a pool cannot change",
        ),
        (
            Self::GuardIssuer,
            "a deployment would change the form of issuer in tokens",
        ),
        (
            Self::GuardRedirectUris,
            "a deployment would remove a redirect URI in use",
        ),
        (
            Self::GuardLive,
            "the live version of the skill would lose what it uses",
        ),
        (Self::Import, "the skill package was not imported"),
        (
            Self::Interrupted,
            "interrupted between two steps; run it again",
        ),
        (
            Self::Linking,
            "account linking reads back different from what was written",
        ),
        (Self::Locked, "another deployment of the stage is running"),
        (Self::Logs, "the function has no log"),
        (Self::Package, "the skill package on disk is wrong"),
        (
            Self::Plan,
            "the stage changed after the plan was agreed to; plan again",
        ),
        (
            Self::Region,
            "the stage is deployed in another region than stack.toml says",
        ),
        (
            Self::SignInDomain,
            "a sign-in domain cannot be made, or does not answer yet",
        ),
        (
            Self::Skill,
            "the skill is missing, or several could be meant",
        ),
        (
            Self::SecurityProfile,
            "people sign in with Amazon, and the security profile is missing",
        ),
        (
            Self::Stack,
            "a CloudFormation stack did not reach a good state",
        ),
        (Self::StackFile, "stack.toml is wrong"),
        (
            Self::State,
            "the recorded state is unreadable, is another stage's, or changed underneath",
        ),
        (
            Self::UserPool,
            "several user pools could be the stage's, or the one that is meant cannot be used",
        ),
        (
            Self::Vendor,
            "no Amazon developer vendor, or several to choose from",
        ),
        (
            Self::Verify,
            "a deployed stage does not answer as it should",
        ),
    ];

    /// The name that scripts match on.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::AwsCredentials => "AWS_CREDENTIALS",
            Self::Build => "BUILD",
            Self::Bucket => "BUCKET",
            Self::ChangeSet => "CHANGE_SET",
            Self::Confirm => "CONFIRM",
            Self::Drift => "DRIFT",
            Self::Endpoint => "ENDPOINT",
            Self::GuardUserPool => "GUARD_USER_POOL",
            Self::GuardAppClient => "GUARD_APP_CLIENT",
            Self::GuardDomain => "GUARD_DOMAIN",
            Self::GuardLinkLifetime => "GUARD_LINK_LIFETIME",
            Self::GuardSignInAttributes => "GUARD_SIGN_IN_ATTRIBUTES",
            Self::GuardIssuer => "GUARD_ISSUER",
            Self::GuardRedirectUris => "GUARD_REDIRECT_URIS",
            Self::GuardLive => "GUARD_LIVE",
            Self::Import => "IMPORT",
            Self::Interrupted => "INTERRUPTED",
            Self::Linking => "LINKING",
            Self::Locked => "LOCKED",
            Self::Logs => "LOGS",
            Self::Package => "PACKAGE",
            Self::Plan => "PLAN",
            Self::Region => "REGION",
            Self::SignInDomain => "SIGN_IN_DOMAIN",
            Self::Skill => "SKILL",
            Self::SecurityProfile => "SECURITY_PROFILE",
            Self::Stack => "STACK",
            Self::StackFile => "STACK_FILE",
            Self::State => "STATE",
            Self::UserPool => "USER_POOL",
            Self::Vendor => "VENDOR",
            Self::Verify => "VERIFY",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a rollout stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    code: &'static str,
    message: String,
    hint: Option<String>,
    causes: Vec<String>,
    /// Whether somebody else wrote between reading and writing.
    overtaken: bool,
    /// Whether the credentials have no right to the call.
    denied: bool,
}

impl Error {
    /// A failure in one sentence that names the resource.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code: code.as_str(),
            message: message.into(),
            hint: None,
            causes: Vec::new(),
            overtaken: false,
            denied: false,
        }
    }

    /// Whether AWS said that the credentials have no right to the call.
    pub(crate) fn is_denied(&self) -> bool {
        self.denied
    }

    /// Whether somebody else wrote between reading and writing: what was to be written can be
    /// planned again.
    pub(crate) fn is_overtaken(&self) -> bool {
        self.overtaken
    }

    /// What to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What the service or the system said, most important first.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// The kind of failure: a [`Code`], or one of [`smapi::Error::code`].
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence without its causes.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do next, if it is known.
    pub fn next_step(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What led to it, most important first.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<smapi::Error> for Error {
    fn from(error: smapi::Error) -> Self {
        let mut causes = Vec::new();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        // Somebody else wrote what was read: nothing is overwritten.
        if error.is_stale() {
            let hint =
                "somebody else changed it meanwhile: run `cargo xtask plan` and deploy again";
            return Self {
                causes,
                overtaken: true,
                ..Self::new(Code::Plan, error.to_string()).hint(hint)
            };
        }
        Self {
            code: error.code(),
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
            causes,
            overtaken: false,
            denied: false,
        }
    }
}

/// A chain of errors in one line, without the repetitions that some layers add.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if parts.last().is_none_or(|last| !last.contains(&text)) {
            parts.push(text);
        }
        source = error.source();
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_is_listed_once() {
        let names: HashSet<_> = Code::ALL.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
