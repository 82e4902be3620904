//! The one error of a rollout: what failed, why, and what to do next.

mod call;

use std::fmt;

pub use call::{CallError, Refusal};

/// Declares an enum of error codes: each variant with the name that scripts match on, and its meaning, which is
/// its documentation as well as its row in `docs/errors.md`.
#[macro_export]
macro_rules! error_codes {
    ($(#[$about:meta])* $enum:ident { $($variant:ident = $name:literal, $meaning:literal;)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $enum {
            $(#[doc = $meaning] $variant,)*
        }

        impl $enum {
            /// Every code, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name that scripts match on.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Its meaning, without a full stop.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }

        impl std::fmt::Display for $enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

error_codes! {
/// A stable name for a kind of failure; `docs/errors.md` lists them.
Code {
    Aws = "AWS", "an AWS call failed";
    AwsCredentials = "AWS_CREDENTIALS", "no AWS credentials, or none that work";
    Build = "BUILD", "the Lambda could not be built";
    Bucket = "BUCKET", "the rollout's bucket belongs to another account";
    ChangeSet = "CHANGE_SET", "a change set would do more than was agreed";
    Confirm = "CONFIRM", "the plan was not confirmed; nothing was changed";
    Drift = "DRIFT", "what was changed by hand could not be put back";
    Endpoint = "ENDPOINT", "an endpoint is unusable or out of reach";
    GuardUserPool = "GUARD_USER_POOL", "a deployment would delete or replace the user pool, or use another one";
    GuardAppClient = "GUARD_APP_CLIENT", "a deployment would delete or replace the app client";
    GuardDomain = "GUARD_DOMAIN", "a deployment would delete or replace the sign-in domain";
    GuardLinkLifetime = "GUARD_LINK_LIFETIME", "a deployment would shorten links";
    GuardSignInAttributes = "GUARD_SIGN_IN_ATTRIBUTES", "a deployment would change what a pool cannot change";
    GuardIssuer = "GUARD_ISSUER", "a deployment would change the form of issuer in tokens";
    GuardRedirectUris = "GUARD_REDIRECT_URIS", "a deployment would remove a redirect URI in use";
    GuardData = "GUARD_DATA", "a deployment would remove or replace a resource that holds data";
    GuardScopes = "GUARD_SCOPES", "a deployment would remove scopes of your own";
    GuardLive = "GUARD_LIVE", "the live version of the skill would lose what it uses";
    Import = "IMPORT", "the skill package was not imported";
    Interrupted = "INTERRUPTED", "interrupted between two steps; run it again";
    Linking = "LINKING", "account linking reads back different from what was written";
    Locked = "LOCKED", "another deployment of the stage is running";
    Logs = "LOGS", "the function has no log";
    Package = "PACKAGE", "the skill package on disk is wrong";
    Plan = "PLAN", "the stage changed after the plan was agreed to; plan again";
    Region = "REGION", "the stage is deployed in another region than stack.toml says, or stack.toml says none";
    ResourceType = "RESOURCE_TYPE", "a type in infra/resources.yaml does not exist where the stage is";
    Secret = "SECRET", "a secret of the skill is missing, or cannot be written";
    SignInDomain = "SIGN_IN_DOMAIN", "a sign-in domain cannot be made, or does not answer yet";
    Skill = "SKILL", "the skill is missing, or several could be meant";
    SecurityProfile = "SECURITY_PROFILE", "people sign in with Amazon, and the security profile is missing";
    Stack = "STACK", "a CloudFormation stack did not reach a good state";
    StackFile = "STACK_FILE", "stack.toml is wrong";
    State = "STATE", "the recorded state is unreadable, is another stage's, or changed underneath";
    UserPool = "USER_POOL", "several user pools could be the stage's, or the one that is meant cannot be used";
    Vendor = "VENDOR", "no Amazon developer vendor, or several to choose from";
    Verify = "VERIFY", "a deployed stage does not answer as it should";
}}

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
