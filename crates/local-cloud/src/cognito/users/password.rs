//! Password policy and storage.

use std::num::NonZeroU32;

use ring::pbkdf2;

use crate::base::random;
use crate::cognito::settings::PasswordPolicy;

/// What Cognito counts as a symbol; a space counts inside the password only.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html>
const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-";

/// The most characters that Cognito takes, by the model of `SignUp`: "Maximum length of 256"
/// (<https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html>). What its
/// own pages say to more is not documented.
const LONGEST: usize = 256;

/// Enough to be slow to guess and quick to test.
const ROUNDS: NonZeroU32 = NonZeroU32::new(10_000).unwrap();

impl PasswordPolicy {
    /// The first rule that a password breaks, in Cognito's words.
    pub(crate) fn violation(&self, password: &str) -> Option<&'static str> {
        let has = |kind: fn(char) -> bool| password.chars().any(kind);
        let inner_space = password.trim().contains(' ');
        let length = password.chars().count();
        if length < self.minimum_length {
            Some("Password not long enough")
        } else if length > LONGEST {
            Some("Password must not be longer than 256 characters")
        } else if self.require_uppercase && !has(|letter| letter.is_ascii_uppercase()) {
            Some("Password must have uppercase characters")
        } else if self.require_lowercase && !has(|letter| letter.is_ascii_lowercase()) {
            Some("Password must have lowercase characters")
        } else if self.require_numbers && !has(|letter| letter.is_ascii_digit()) {
            Some("Password must have numeric characters")
        } else if self.require_symbols && !has(|letter| SYMBOLS.contains(letter)) && !inner_space {
            Some("Password must have symbol characters")
        } else {
            None
        }
    }
}

/// A salted hash.
#[derive(Debug, Clone)]
pub(crate) struct PasswordHash {
    salt: [u8; 16],
    hash: [u8; 32],
}

impl PasswordHash {
    pub(crate) fn new(password: &str) -> Self {
        let salt = random::bytes();
        let mut hash = [0; 32];
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA256,
            ROUNDS,
            &salt,
            password.as_bytes(),
            &mut hash,
        );
        Self { salt, hash }
    }

    pub(crate) fn matches(&self, password: &str) -> bool {
        pbkdf2::verify(
            pbkdf2::PBKDF2_HMAC_SHA256,
            ROUNDS,
            &self.salt,
            password.as_bytes(),
            &self.hash,
        )
        .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_broken_rule_is_named() {
        let policy = PasswordPolicy::default();
        let cases = [
            ("Sh0rt!", Some("Password not long enough")),
            (
                "lower-case-1",
                Some("Password must have uppercase characters"),
            ),
            (
                "UPPER-CASE-1",
                Some("Password must have lowercase characters"),
            ),
            (
                "No-Digits-Here",
                Some("Password must have numeric characters"),
            ),
            ("NoSymbols123", Some("Password must have symbol characters")),
            ("Correct-Horse-1", None),
            ("Correct Horse 1", None),
        ];
        for (password, violation) in cases {
            assert_eq!(policy.violation(password), violation, "{password}");
        }
    }

    #[test]
    fn a_lax_policy_looks_at_the_length_only() {
        let policy = PasswordPolicy {
            minimum_length: 6,
            require_uppercase: false,
            require_lowercase: false,
            require_numbers: false,
            require_symbols: false,
        };
        assert_eq!(policy.violation("aaaaaa"), None);
        assert_eq!(policy.violation(&"a".repeat(256)), None);
        let longer = policy.violation(&"a".repeat(257));
        assert_eq!(
            longer,
            Some("Password must not be longer than 256 characters")
        );
        assert_eq!(policy.violation("aaaaa"), Some("Password not long enough"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn only_the_password_itself_matches(password in "\\PC{8,20}", other in "\\PC{8,20}") {
            let hash = PasswordHash::new(&password);
            prop_assert!(hash.matches(&password));
            prop_assert_eq!(hash.matches(&other), password == other);
        }
    }
}
