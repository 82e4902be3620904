//! What things are called: stacks, functions, domains, tags.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::stack_file::{Name, StackFile, StageName};

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
        let slug = crate::stack_file::is_slug(text, 63);
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
    let template = &stack.identity.domain.prefix;
    DomainPrefix::parse(&template.fill(stack.name.as_str(), stage.as_str(), &account.0))
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
    fn prefixes_are_checked_as_cognito_does() {
        assert!(DomainPrefix::parse(&"a".repeat(63)).is_ok());
        assert!(DomainPrefix::parse(&"a".repeat(64)).is_err());
        for bad in ["", "-a", "a-", "a_b", "A", "my-aws", "amazonian", "cognito"] {
            assert!(DomainPrefix::parse(bad).is_err(), "{bad}");
        }
    }
}
