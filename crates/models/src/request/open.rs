//! What keeps the unknown: open enums and the fields that no type names.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::object::FromJson;

/// The fields of an object that its type does not name, kept for the way back.
///
/// `Debug` shows the names alone: nobody knows what the values hold.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Extra(pub Map<String, Value>);

impl Extra {
    /// The value of one field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The fields of an object. Those that are `null` count as absent.
    pub(super) fn of_fields(mut fields: Map<String, Value>) -> Self {
        fields.retain(|_, value| !value.is_null());
        Self(fields)
    }

    /// Takes a field out, unless it is of another type: then it stays.
    pub(super) fn take<T: FromJson>(&mut self, name: &str) -> Option<T> {
        match T::from_json(self.0.remove(name)?) {
            Ok(value) => Some(value),
            Err(unusable) => {
                self.0.insert(name.to_owned(), unusable);
                None
            }
        }
    }
}

/// What is there and no object is one without fields.
impl FromJson for Extra {
    fn from_json(json: Value) -> Result<Self, Value> {
        match json {
            Value::Object(fields) => Ok(Self::of_fields(fields)),
            Value::Null => Err(json),
            _ => Ok(Self::default()),
        }
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Defines an enum of texts that keeps a text it does not know.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(into = "String")]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// A value that this build does not know, as sent.
            Other(String),
        }

        impl $name {
            /// The value as Alexa writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    Self::Other(text) => text,
                    known => known.known().unwrap_or_default(),
                }
            }

            /// The value, if this build knows it: nothing that somebody else chose.
            pub fn known(&self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($text),)+
                    Self::Other(_) => None,
                }
            }
        }

        impl super::object::FromJson for $name {
            fn from_json(json: serde_json::Value) -> Result<Self, serde_json::Value> {
                String::from_json(json).map(Self::from)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Other(text),
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }
    };
}

pub(super) use open_enum;
