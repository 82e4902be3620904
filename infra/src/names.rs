//! What things are called: stacks, functions, domains, tags.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::stack_file::{CustomDomain, Name, PrefixTemplate, StackFile, StageName};

/// True if `text` has between 1 and `longest` characters, all of `[a-z0-9-]`.
fn is_slug(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// The alias that Alexa invokes.
pub const ALIAS: &str = "live";

/// What the names of functions' log groups begin with.
pub(crate) const LOG_GROUPS: &str = "/aws/lambda/";

/// The tag that says which stack file a resource comes from; its value is the file's name.
pub const TAG_STACK: &str = "voicelink:stack";

/// The tag that says which stage a resource belongs to.
pub const TAG_STAGE: &str = "voicelink:stage";

/// Name of the stack that holds people.
pub fn identity_stack(name: &Name, stage: &StageName) -> String {
    format!("{name}-{stage}-identity")
}

/// Name of the stack with the project's own resources.
pub fn resources_stack(name: &Name, stage: &StageName) -> String {
    format!("{name}-{stage}-resources")
}

/// Name of the stack that holds the function; the same in every region.
pub fn skill_stack(name: &Name, stage: &StageName) -> String {
    format!("{name}-{stage}-skill")
}

/// Name of the stack with the roles that a pipeline deploys the stage with.
pub fn delivery_stack(name: &Name, stage: &StageName) -> String {
    format!("{name}-{stage}-delivery")
}

/// Name of the function; the same in every region.
pub fn function(name: &Name, stage: &StageName) -> String {
    format!("{name}-{stage}")
}

/// Name of the log group that the function writes to; the same in every region.
pub fn log_group(name: &Name, stage: &StageName) -> String {
    format!("{LOG_GROUPS}{}", function(name, stage))
}

/// Part of an account's id that names may show: eight characters that do not give it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFragment(String);

impl AccountFragment {
    /// The fragment of an account: the beginning of the SHA-256 of its id, in hexadecimal.
    pub fn of(account_id: &str) -> Self {
        let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(account_id.as_bytes()));
        Self(format!("{:08x}", u32::from_be_bytes([a, b, c, d])))
    }

    /// A fragment that has the form of every other, for checks without an account.
    pub(crate) fn any() -> Self {
        Self("0".repeat(8))
    }
}

impl fmt::Display for AccountFragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The prefix of a user pool domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainPrefix(String);

/// Why a text cannot be the prefix of a user pool domain
/// ([rules](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html)).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DomainPrefixError {
    /// Wrong length.
    #[error("the domain prefix `{0}` has {len} characters, and Cognito allows 63", len = .0.len())]
    Length(String),
    /// Wrong characters.
    #[error(
        "the domain prefix `{0}` is not one: use a-z, 0-9 and -, with - neither first nor last"
    )]
    Form(String),
    /// A word that Amazon keeps for itself.
    #[error("the domain prefix `{prefix}` contains `{word}`, which Cognito does not allow")]
    Reserved {
        /// The prefix.
        prefix: String,
        /// The word.
        word: &'static str,
    },
}

impl DomainPrefix {
    /// Checks a prefix.
    pub fn parse(text: &str) -> Result<Self, DomainPrefixError> {
        if text.len() > 63 {
            return Err(DomainPrefixError::Length(text.to_owned()));
        }
        let slug = is_slug(text, 63);
        if !slug || text.starts_with('-') || text.ends_with('-') {
            return Err(DomainPrefixError::Form(text.to_owned()));
        }
        let reserved = ["aws", "amazon", "cognito"];
        match reserved.into_iter().find(|word| text.contains(word)) {
            Some(word) => Err(DomainPrefixError::Reserved {
                prefix: text.to_owned(),
                word,
            }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DomainPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The domain prefix of a stage in an account.
pub fn domain_prefix(
    stack: &StackFile,
    stage: &StageName,
    account: &AccountFragment,
) -> Result<DomainPrefix, DomainPrefixError> {
    prefix(&stack.identity.domain.prefix, stack, stage, account)
}

/// The one that it has if it asks for none: nobody else has it, because it names the stage and the
/// account.
pub fn usual_domain_prefix(
    stack: &StackFile,
    stage: &StageName,
    account: &AccountFragment,
) -> Result<DomainPrefix, DomainPrefixError> {
    prefix(&PrefixTemplate::default(), stack, stage, account)
}

fn prefix(
    template: &PrefixTemplate,
    stack: &StackFile,
    stage: &StageName,
    account: &AccountFragment,
) -> Result<DomainPrefix, DomainPrefixError> {
    DomainPrefix::parse(&template.fill(stack.name.as_str(), stage.as_str(), &account.0))
}

/// A host of one's own for the sign-in pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(String);

/// Why a text cannot be a sign-in domain of one's own
/// ([rules](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html)).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostNameError {
    /// Wrong length.
    #[error("the sign-in domain `{0}` has {len} characters, and Cognito allows 63", len = .0.len())]
    Length(String),
    /// Wrong characters, or nothing above it that could be somebody's own.
    #[error(
        "the sign-in domain `{0}` is not one: use at least three labels of a-z, 0-9 and -, with - \
         neither first nor last"
    )]
    Form(String),
}

impl HostName {
    /// Checks a host.
    pub fn parse(text: &str) -> Result<Self, HostNameError> {
        if text.len() > 63 {
            return Err(HostNameError::Length(text.to_owned()));
        }
        let is_label =
            |label: &str| is_slug(label, 63) && !label.starts_with('-') && !label.ends_with('-');
        if text.split('.').count() < 3 || !text.split('.').all(is_label) {
            return Err(HostNameError::Form(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain that it is below.
    pub fn parent(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, parent)| parent)
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The host of one's own of a stage in an account.
pub fn custom_domain(
    stack: &StackFile,
    custom: &CustomDomain,
    stage: &StageName,
    account: &AccountFragment,
) -> Result<HostName, HostNameError> {
    HostName::parse(
        &custom
            .name
            .fill(stack.name.as_str(), stage.as_str(), &account.0),
    )
}

/// Where the pages of a user pool are: one host, everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInDomain {
    /// At Cognito's own host with this prefix.
    Prefix(DomainPrefix),
    /// At a host of one's own.
    Custom(HostName),
}

/// Why a text is no sign-in domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInDomainError {
    /// A prefix that Cognito refuses.
    #[error(transparent)]
    Prefix(#[from] DomainPrefixError),
    /// A host that Cognito refuses.
    #[error(transparent)]
    Custom(#[from] HostNameError),
}

impl SignInDomain {
    /// The domain as Cognito names it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Prefix(prefix) => prefix.as_str(),
            Self::Custom(host) => host.as_str(),
        }
    }
}

impl std::str::FromStr for SignInDomain {
    type Err = SignInDomainError;

    /// A prefix is one label, a host of one's own never is.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains('.') {
            Ok(Self::Custom(HostName::parse(text)?))
        } else {
            Ok(Self::Prefix(DomainPrefix::parse(text)?))
        }
    }
}

impl fmt::Display for SignInDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The sign-in domain of a stage in an account.
pub fn sign_in_domain(
    stack: &StackFile,
    stage: &StageName,
    account: &AccountFragment,
) -> Result<SignInDomain, SignInDomainError> {
    let domain = &stack.identity.domain;
    if let Some(existing) = &domain.existing {
        return existing.as_str().parse();
    }
    Ok(match &domain.custom {
        Some(custom) => SignInDomain::Custom(custom_domain(stack, custom, stage, account)?),
        None => SignInDomain::Prefix(domain_prefix(stack, stage, account)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fragment_hides_the_account_and_never_changes() {
        let fragment = AccountFragment::of("123456789012").to_string();
        assert_eq!(fragment, "2a33349e");
        assert_eq!(fragment.len(), 8);
    }

    #[test]
    fn every_placeholder_of_the_prefix_is_filled() {
        let stack = StackFile::parse("name = \"guide\"", "stack.toml").unwrap();
        let account = AccountFragment::any();
        let prefix = domain_prefix(&stack, &stack.default_stage, &account).unwrap();
        assert_eq!(prefix.as_str(), "guide-local-00000000");
    }

    #[test]
    fn a_host_of_ones_own_takes_the_place_of_the_prefix() {
        let text = "name = \"guide\"\n[identity.domain.custom]\n\
            name = \"login-{stage}.example.com\"\n\
            certificate-arn = \"arn:aws:acm:us-east-1:123456789012:certificate/1\"\n\
            hosted-zone-id = \"Z1EXAMPLE\"";
        let stack = StackFile::parse(text, "stack.toml").unwrap();
        let account = AccountFragment::any();
        let domain = sign_in_domain(&stack, &stack.default_stage, &account).unwrap();
        assert_eq!(domain.as_str(), "login-local.example.com");
        assert_eq!(domain.as_str().parse(), Ok(domain.clone()));
        let SignInDomain::Custom(host) = domain else {
            panic!("{domain} is no host of one's own");
        };
        assert_eq!(host.parent(), "example.com");
    }

    #[test]
    fn hosts_are_checked_as_cognito_does() {
        assert!(HostName::parse(&format!("{}.example.com", "a".repeat(51))).is_ok());
        assert!(HostName::parse(&format!("{}.example.com", "a".repeat(52))).is_err());
        for bad in [
            "",
            "example.com",
            "-a.example.com",
            "a-.example.com",
            "a.B.com",
            "a..c",
        ] {
            assert!(HostName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn prefixes_are_checked_as_cognito_does() {
        assert!(DomainPrefix::parse(&"a".repeat(63)).is_ok());
        assert!(DomainPrefix::parse(&"a".repeat(64)).is_err());
        for bad in ["", "-a", "a-", "a_b", "A", "my-aws", "amazonian", "cognito"] {
            assert!(DomainPrefix::parse(bad).is_err(), "{bad}");
        }
    }
}
