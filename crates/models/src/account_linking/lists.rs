//! The two lists whose length Alexa limits.

use serde::{Deserialize, Serialize};

/// How many scopes, and how many domains, account linking may have
/// ([schemas](https://developer.amazon.com/docs/smapi/account-linking-schemas.html)).
pub const MAX_ENTRIES: usize = 15;

/// A list that account linking cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Too many entries.
    #[error("{found} {what}, but account linking takes at most {MAX_ENTRIES}")]
    TooMany {
        /// `scopes` or `domains`.
        what: &'static str,
        /// How many there are.
        found: usize,
    },
    /// An entry of the wrong form.
    #[error("`{entry}` among the {what}: expected {expected}")]
    Entry {
        /// `scopes` or `domains`.
        what: &'static str,
        /// The entry.
        entry: String,
        /// What it should look like.
        expected: &'static str,
    },
}

macro_rules! list {
    ($(#[$doc:meta])* $name:ident, $what:literal, $expected:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "Vec<String>", into = "Vec<String>")]
        pub struct $name(Vec<String>);

        impl $name {
            /// The entries in the order given.
            pub fn as_slice(&self) -> &[String] {
                &self.0
            }

            /// Whether there are none.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl TryFrom<Vec<String>> for $name {
            type Error = ListError;

            fn try_from(entries: Vec<String>) -> Result<Self, ListError> {
                if entries.len() > MAX_ENTRIES {
                    return Err(ListError::TooMany { what: $what, found: entries.len() });
                }
                let check: fn(u8) -> bool = $check;
                let wrong = |entry: &&String| entry.is_empty() || !entry.bytes().all(check);
                if let Some(entry) = entries.iter().find(wrong) {
                    return Err(ListError::Entry {
                        what: $what,
                        entry: entry.clone(),
                        expected: $expected,
                    });
                }
                Ok(Self(entries))
            }
        }

        impl From<$name> for Vec<String> {
            fn from(list: $name) -> Self {
                list.0
            }
        }
    };
}

list! {
    /// The scopes that Alexa asks for, at most 15
    /// ([RFC 6749, 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3) says what one is).
    Scopes,
    "scopes",
    "visible ASCII without spaces, quotes or backslashes",
    |b| b.is_ascii_graphic() && b != b'"' && b != b'\\'
}

list! {
    /// Other domains that the sign-in page fetches content from, at most 15.
    Domains,
    "domains",
    "a host name without scheme or path",
    |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':' | b'*' | b'_')
}
