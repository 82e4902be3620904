//! The environment variables that the Lambda reads: one name for whoever sets them and whoever
//! reads them, with the text that the documentation shows.

/// One environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    /// The variable's name.
    pub name: &'static str,
    /// What it says and what it is used for.
    pub purpose: &'static str,
    /// A value of the right form.
    pub example: &'static str,
    /// What is assumed without it; `None` where there is no sensible default.
    pub default: Option<&'static str>,
}

/// The skill that the function serves.
pub const SKILL_ID: Variable = Variable {
    name: "VOICELINK_SKILL_ID",
    purpose: "Id of the skill that the function serves. A request for another skill is refused.",
    example: "amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55",
    default: None,
};

/// The app client that access tokens must come from.
pub const CLIENT_ID: Variable = Variable {
    name: "VOICELINK_CLIENT_ID",
    purpose: "Id of the app client that Alexa links accounts with. An access token that was \
              issued to another client is refused.",
    example: "1example23456789",
    default: None,
};

/// Who signs the access tokens.
pub const ISSUER: Variable = Variable {
    name: "VOICELINK_ISSUER",
    purpose: "Issuer of the access tokens, exactly as their `iss` says it. The signing keys are \
              read from `/.well-known/jwks.json` below it. Not read with `login-with-amazon`. Must \
              be https unless it is loopback.",
    example: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123",
    default: None,
};

/// Where people sign in, and where their attributes are read.
pub const SIGN_IN_URL: Variable = Variable {
    name: "VOICELINK_SIGN_IN_URL",
    purpose: "Base URL of the user pool domain; the profile is read from `/oauth2/userInfo` below \
              it. Read with `userinfo` only. Must be https unless it is loopback.",
    example: "https://account-guide-dev-1a2b3c4d.auth.eu-west-1.amazoncognito.com",
    default: None,
};

/// Where `GetUser` is asked.
pub const COGNITO_URL: Variable = Variable {
    name: "VOICELINK_COGNITO_URL",
    purpose: "Base URL of Cognito's API in the user pool's region. Read with `get-user` only. Must be \
              https unless it is loopback.",
    example: "https://cognito-idp.eu-west-1.amazonaws.com",
    default: None,
};

/// What the user has to have consented to.
pub const SCOPES: Variable = Variable {
    name: "VOICELINK_SCOPES",
    purpose: "Scopes that an access token of a user pool must carry, separated by spaces.",
    example: "openid email profile",
    default: Some("openid"),
};

/// Where Login with Amazon answers.
pub const AMAZON_API_URL: Variable = Variable {
    name: "VOICELINK_AMAZON_API_URL",
    purpose: "Base URL of Login with Amazon, for `login-with-amazon`: whose token it is is asked at \
              `/auth/o2/tokeninfo` below it, the profile at `/user/profile`. Must be https unless \
              it is loopback.",
    example: "https://api.amazon.co.uk",
    default: Some("https://api.amazon.com"),
};

/// Where attributes come from.
pub const PROFILE_SOURCE: Variable = Variable {
    name: "VOICELINK_PROFILE_SOURCE",
    purpose: "Where attributes are looked up: `userinfo`, `get-user` or `login-with-amazon`.",
    example: "userinfo",
    default: Some("userinfo"),
};

/// The stage's home region.
pub const HOME_REGION: Variable = Variable {
    name: "VOICELINK_HOME_REGION",
    purpose: "The stage's home region, where its secrets and the resources of `infra/resources.yaml` are. Set where \
              the project has either.",
    example: "eu-west-1",
    default: None,
};

/// Where a person's token may be sent.
pub const BACKENDS: Variable = Variable {
    name: "VOICELINK_BACKENDS",
    purpose: "Base URLs, separated by spaces, that handlers may call with a person's access token. Set where the \
              project names any. Must be https unless they are loopback.",
    example: "https://api.example.com",
    default: None,
};

/// What to trust instead of the compiled-in root certificates.
pub const TRUSTED_ROOTS: Variable = Variable {
    name: "SSL_CERT_FILE",
    purpose: "A file of root certificates in PEM, trusted instead of those that are compiled in: \
              for an identity provider behind a proxy, or with an authority of its own. A layer \
              can bring it. It is read before the first connection, and not at all by an \
              invocation that makes none.",
    example: "/opt/certificates/roots.pem",
    default: None,
};

/// How much is logged.
pub const LOG_LEVEL: Variable = Variable {
    name: "AWS_LAMBDA_LOG_LEVEL",
    purpose: "The least level that is logged, as Lambda's own logging settings say it: `INFO`, \
              `WARN`, `ERROR` or `FATAL`; anything else means `INFO`.",
    example: "WARN",
    default: Some("INFO"),
};

/// Variables with names that others have given, read if they are set. The skill stack does not
/// set them.
pub const CONVENTIONAL: [Variable; 2] = [TRUSTED_ROOTS, LOG_LEVEL];

/// Every variable of our own, in the order in which the documentation lists them.
pub const ALL: [Variable; 10] = [
    SKILL_ID,
    CLIENT_ID,
    ISSUER,
    SIGN_IN_URL,
    COGNITO_URL,
    SCOPES,
    PROFILE_SOURCE,
    AMAZON_API_URL,
    HOME_REGION,
    BACKENDS,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conventional_names_are_not_ours() {
        for variable in CONVENTIONAL {
            assert!(!variable.name.starts_with("VOICELINK_"));
            assert!(variable.purpose.ends_with('.'));
        }
    }

    #[test]
    fn names_share_a_prefix_and_are_unique() {
        for (at, variable) in ALL.iter().enumerate() {
            assert!(variable.name.starts_with("VOICELINK_"));
            assert!(variable.purpose.ends_with('.'));
            assert!(ALL[..at].iter().all(|other| other.name != variable.name));
        }
    }
}
