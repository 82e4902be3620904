//! Values of the stack file that are no plain words.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::OnceLock;

use regex_lite::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// Why a text is not the value it should be: what was found, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not {what}: {allowed}")]
pub struct ValueError {
    pub(super) what: &'static str,
    pub(super) allowed: String,
    pub(super) found: String,
}

impl ValueError {
    pub(crate) fn new(found: &str, what: &'static str, allowed: impl Into<String>) -> Self {
        Self {
            what,
            allowed: allowed.into(),
            found: found.to_owned(),
        }
    }
}

/// A regular expression that is compiled when it is first used. One that cannot be compiled matches nothing.
pub(super) struct Pattern {
    text: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(super) const fn new(text: &'static str) -> Self {
        Self {
            text,
            compiled: OnceLock::new(),
        }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(self.text).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// Declares a text with a rule, which is a pattern and, where that cannot say everything, a check: a type that
/// parses, displays, serializes both ways and has a schema.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $allowed:literal, $pattern:literal $(, $check:expr)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::stack_file::ValueError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                static PATTERN: $crate::stack_file::value::Pattern =
                    $crate::stack_file::value::Pattern::new($pattern);
                let checks: &[fn(&str) -> bool] = &[$($check)?];
                if PATTERN.matches(text) && checks.iter().all(|check| check(text)) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err($crate::stack_file::ValueError::new(text, $what, $allowed))
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        $crate::stack_file::value::as_text! {
            $name, { "type": "string", "pattern": $pattern, "x-allowed": $allowed }
        }
    };
}
pub(super) use text;

/// Lets a type that parses and displays be written as a text, and gives it this schema.
macro_rules! as_text {
    ($name:ident, $schema:tt) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}
pub(super) use as_text;

/// Declares words to choose from: an enum that displays, serializes both ways and has a schema.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the stack file.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(super) use words;

/// Declares a whole number between two others: a type that serializes both ways and has a schema.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident($number:ty), $what:literal, $least:literal..=$most:literal, $unit:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
        pub struct $name($number);

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let found = i64::deserialize(deserializer)?;
                match <$number>::try_from(found) {
                    Ok(number @ $least..=$most) => Ok(Self(number)),
                    _ => Err(serde::de::Error::custom($crate::stack_file::ValueError::new(
                        &found.to_string(),
                        $what,
                        concat!("use ", $least, " to ", $most, $unit),
                    ))),
                }
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "integer",
                    "minimum": $least,
                    "maximum": $most,
                    "x-allowed": concat!("use ", $least, " to ", $most, $unit),
                })
            }
        }
    };
}
pub(super) use number;

text! {
    /// The name of the whole: prefix of stacks, pool and function.
    Name, "a name",
    "use 1 to 32 of a-z, 0-9 and -, beginning with a letter as a stack's name must",
    r"^[a-z][a-z0-9-]{0,31}$"
}

text! {
    /// The name of a stage.
    StageName, "the name of a stage",
    "use 1 to 16 of a-z, 0-9 and -, beginning with a letter or digit",
    r"^[a-z0-9][a-z0-9-]{0,15}$"
}

impl StageName {
    /// The stage on this machine.
    pub fn local() -> Self {
        Self(Self::LOCAL.to_owned())
    }

    pub(super) fn dev() -> Self {
        Self("dev".to_owned())
    }

    pub(super) fn prod() -> Self {
        Self("prod".to_owned())
    }

    /// The name of the stage on this machine.
    pub const LOCAL: &'static str = "local";

    /// Whether this is the stage on this machine.
    pub fn is_local(&self) -> bool {
        self.0 == Self::LOCAL
    }
}

text! {
    /// The name of a profile of ask-cli.
    AskProfile, "a profile of ask-cli",
    "use letters, digits, - and _",
    r"^[A-Za-z0-9_-]+$"
}

impl Default for AskProfile {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

/// A length of time in whole seconds, written as a number and a unit: `90s`, `6m`, `1h`, `30d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

impl Duration {
    const ALLOWED: &'static str =
        "write a whole number and s, m, h or d, such as `90s`, `6m`, `1h`, `30d`";

    /// So many seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds)
    }

    /// In seconds.
    pub const fn as_secs(self) -> u64 {
        self.0
    }
}

impl FromStr for Duration {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ValueError::new(text, "a duration", Self::ALLOWED);
        let digits = text.trim_end_matches(|last: char| !last.is_ascii_digit());
        let unit = match &text[digits.len()..] {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86400,
            _ => return Err(refused()),
        };
        let number: u64 = digits.parse().map_err(|_| refused())?;
        number.checked_mul(unit).map(Self).ok_or_else(refused)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(86400, 'd'), (3600, 'h'), (60, 'm')];
        match units.iter().find(|(unit, _)| self.0.is_multiple_of(*unit)) {
            Some((unit, letter)) => write!(f, "{}{letter}", self.0 / unit),
            None => write!(f, "{}s", self.0),
        }
    }
}

as_text! {
    Duration, { "type": "string", "pattern": "^[0-9]{1,9}[smhd]$", "x-allowed": Duration::ALLOWED }
}

/// A list without repetition, in the order in which it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Distinct<T>(Vec<T>);

impl<T: JsonSchema> JsonSchema for Distinct<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Distinct_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        json_schema!({ "type": "array", "items": items, "uniqueItems": true })
    }
}

impl<T> Distinct<T> {
    /// A list of what is known to be distinct.
    pub(super) fn of(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<T> Default for Distinct<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for Distinct<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de> + PartialEq + fmt::Display> Deserialize<'de> for Distinct<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::<T>::deserialize(deserializer)?;
        let repeated = items
            .iter()
            .enumerate()
            .find(|(index, item)| items[..*index].contains(item));
        match repeated {
            Some((_, item)) => Err(de::Error::custom(format!("`{item}` is listed twice"))),
            None => Ok(Self(items)),
        }
    }
}
