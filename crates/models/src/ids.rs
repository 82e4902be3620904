//! Identifiers that Amazon hands out, each a type of its own, so that a skill id never ends up
//! where a client id belongs.
//!
//! Every type is made by parsing; a value that exists is well formed. None of them is a secret.
//!
//! ```
//! use models::ids::SkillId;
//!
//! let id: SkillId = "amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55".parse()?;
//! assert_eq!(id.to_string(), "amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55");
//! assert!("alexa-skill-1".parse::<SkillId>().is_err());
//! # Ok::<(), models::ids::IdError>(())
//! ```

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not the identifier it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not {what}: expected {expected}")]
pub struct IdError {
    what: &'static str,
    expected: &'static str,
    found: String,
}

impl IdError {
    fn new(what: &'static str, expected: &'static str, found: &str) -> Self {
        // A file pasted by mistake must not fill the terminal.
        const SHOWN: usize = 80;
        let mut shown: String = found.chars().take(SHOWN).collect();
        if shown.len() < found.len() {
            shown.push('…');
        }
        Self {
            what,
            expected,
            found: shown,
        }
    }
}

/// Defines one identifier: its name, what to call it, what it looks like and the check.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal, $expected:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError::new($what, $expected, text))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

identifier! {
    /// The id of an Alexa skill, also called its application id.
    SkillId,
    "a skill id",
    "`amzn1.ask.skill.` and a UUID in lower case",
    |text| text.strip_prefix("amzn1.ask.skill.").is_some_and(is_uuid)
}

identifier! {
    /// The id of an Amazon developer account. Alexa's redirect URIs end in it.
    VendorId,
    "a vendor id",
    "capital letters and digits, such as `M3EXAMPLE0TEST`",
    |text| within(text, 1..=64)
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

identifier! {
    /// The id of an OAuth client: a user pool's app client, or a Login with Amazon client.
    ///
    /// Visible ASCII, which is what [RFC 6749, A.1](https://www.rfc-editor.org/rfc/rfc6749#appendix-A.1)
    /// allows except for the space that no provider uses.
    ClientId,
    "a client id",
    "1 to 256 visible ASCII characters without spaces",
    |text| within(text, 1..=256) && text.bytes().all(|b| b.is_ascii_graphic())
}

identifier! {
    /// The id of an Amazon Cognito user pool: its region, `_` and letters or digits
    /// ([UserPoolType](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolType.html)).
    UserPoolId,
    "a user pool id",
    "a region, `_` and letters or digits, such as `eu-west-1_a1B2c3D4e`",
    |text| within(text, 1..=55)
        && text.split_once('_').is_some_and(|(region, rest)| is_region(region) && is_alphanumeric(rest))
}

impl UserPoolId {
    /// The AWS region that the pool lives in.
    pub fn region(&self) -> &str {
        self.0.split_once('_').map_or("", |(region, _)| region)
    }
}

fn within(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len())
}

fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// `us-east-1`, `us-gov-west-1`: lower-case words and digits, at least three parts.
fn is_region(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.split('-').count() >= 3 && text.split('-').all(part)
}

fn is_uuid(text: &str) -> bool {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let lower_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    text.split('-').map(str::len).eq(GROUPS) && text.bytes().all(|b| b == b'-' || lower_hex(b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error<T: FromStr<Err = IdError> + fmt::Debug>(text: &str) -> String {
        text.parse::<T>().unwrap_err().to_string()
    }

    #[test]
    fn an_error_says_what_was_expected_and_found() {
        assert_eq!(
            error::<SkillId>("my skill"),
            "`my skill` is not a skill id: expected `amzn1.ask.skill.` and a UUID in lower case"
        );
        assert!(error::<VendorId>(&"m".repeat(1000)).len() < 200);
    }

    #[test]
    fn near_misses_are_refused() {
        for text in [
            "",
            "amzn1.ask.skill.",
            "amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e5",
            "amzn1.ask.skill.0F9B1A52-37C4-4F0E-9F0D-0D9C7C9B1E55",
            " amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55",
            "amzn1.ask.skill.0f9b1a5237c4-4f0e-9f0d-0d9c7c9b1e55-",
        ] {
            error::<SkillId>(text);
        }
        for text in [
            "",
            "eu-west-1",
            "eu-west-1_",
            "_abc",
            "eu_abc",
            "eu-west-1_a-b",
        ] {
            error::<UserPoolId>(text);
        }
        for text in ["", "a b", "é", "a\n"] {
            error::<ClientId>(text);
        }
        for text in ["", "m1", "M 1", "M/1"] {
            error::<VendorId>(text);
        }
    }

    #[test]
    fn json_is_checked_like_text() {
        let error = serde_json::from_str::<VendorId>("\"a/b\"").unwrap_err();
        assert!(error.to_string().contains("`a/b` is not a vendor id"));
    }

    proptest! {
        #[test]
        fn a_skill_id_survives_text_and_json(
            text in "amzn1\\.ask\\.skill\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        ) {
            let id: SkillId = text.parse().unwrap();
            prop_assert_eq!(id.as_str(), &text);
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<SkillId>(&json).unwrap(), id);
        }

        #[test]
        fn a_user_pool_id_knows_its_region(
            region in "(us|eu|ap)-(gov-)?(east|north|southeast)-[1-9]",
            rest in "[0-9A-Za-z]{9}",
        ) {
            let id: UserPoolId = format!("{region}_{rest}").parse().unwrap();
            prop_assert_eq!(id.region(), region);
        }

        #[test]
        fn whatever_parses_prints_the_same_and_can_stand_in_a_path(text in "\\PC*") {
            if let Ok(id) = text.parse::<VendorId>() {
                prop_assert_eq!(id.to_string(), text.clone());
                prop_assert!(!text.contains(['/', '?', '#', '%', ' ']));
            }
            if let Ok(id) = text.parse::<SkillId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
