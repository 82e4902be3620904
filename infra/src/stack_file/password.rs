//! What a password must have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::{Distinct, number, words};

/// What a password must have. Passwords that people have already stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Password {
    /// The fewest characters.
    pub min_length: MinLength,
    /// Kinds of characters of which a password must have one.
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

number! {
    /// A number of characters, 6 to 99
    /// ([password policy](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html)).
    MinLength(u8), "a length of passwords", 6..=99, " characters"
}

impl MinLength {
    /// In characters.
    pub fn characters(self) -> u8 {
        self.0
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
