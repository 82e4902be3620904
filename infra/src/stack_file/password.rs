//! What a password must have.

use serde::{Deserialize, Deserializer, de};

use super::value::{Distinct, ValueError, words};

/// What a password must have. Passwords that people have already stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Password {
    /// How long it is at least.
    pub min_length: MinLength,
    /// Of which kinds it must have a character.
    pub require: Distinct<Character>,
}

impl Default for Password {
    fn default() -> Self {
        Self {
            min_length: MinLength(8),
            require: Distinct::of(vec![
                Character::Lowercase,
                Character::Uppercase,
                Character::Number,
                Character::Symbol,
            ]),
        }
    }
}

/// A number of characters, 6 to 99
/// ([password policy](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinLength(u8);

impl MinLength {
    /// In characters.
    pub fn characters(self) -> u8 {
        self.0
    }
}

impl<'de> Deserialize<'de> for MinLength {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = i64::deserialize(deserializer)?;
        match u8::try_from(found) {
            Ok(characters @ 6..=99) => Ok(Self(characters)),
            _ => Err(de::Error::custom(ValueError::new(
                &found.to_string(),
                "a length of passwords",
                "use 6 to 99 characters",
            ))),
        }
    }
}

words! {
    /// A kind of character.
    Character {
        /// A lower-case letter.
        Lowercase = "lowercase",
        /// An upper-case letter.
        Uppercase = "uppercase",
        /// A digit.
        Number = "number",
        /// A special character.
        Symbol = "symbol",
    }
}
