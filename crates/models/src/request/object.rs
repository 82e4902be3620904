//! How objects of a request are read: what cannot be used counts as absent.
//!
//! Alexa adds members, and sends `null` and other types than it documents. None of that may make a
//! request unreadable, so that there is one rule for every member:
//!
//! - `null` counts as absent;
//! - a value of another type counts as absent too, and is kept among the [`Extra`] for the way back;
//! - an object that is none is read as an empty one, and a token that is no text as one that no
//!   provider takes. Who speaks and for which skill depends on these, and to leave one out must not
//!   have the same effect as to spoil it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Extra;

/// A value that is read from JSON, or handed back when it cannot be used.
pub(super) trait FromJson: Sized {
    fn from_json(json: Value) -> Result<Self, Value>;
}

impl FromJson for Value {
    fn from_json(json: Value) -> Result<Self, Value> {
        if json.is_null() { Err(json) } else { Ok(json) }
    }
}

impl FromJson for String {
    fn from_json(json: Value) -> Result<Self, Value> {
        match json {
            Value::String(text) => Ok(text),
            other => Err(other),
        }
    }
}

impl FromJson for bool {
    fn from_json(json: Value) -> Result<Self, Value> {
        json.as_bool().ok_or(json)
    }
}

impl FromJson for u32 {
    fn from_json(json: Value) -> Result<Self, Value> {
        let number = json.as_u64().and_then(|number| number.try_into().ok());
        number.ok_or(json)
    }
}

impl FromJson for Map<String, Value> {
    fn from_json(json: Value) -> Result<Self, Value> {
        match json {
            Value::Object(mut fields) => {
                fields.retain(|_, value| !value.is_null());
                Ok(fields)
            }
            other => Err(other),
        }
    }
}

/// What cannot be used is left out of a list.
impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Value) -> Result<Self, Value> {
        match json {
            Value::Array(items) => Ok(items.into_iter().flat_map(T::from_json).collect()),
            other => Err(other),
        }
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json(json: Value) -> Result<Self, Value> {
        let fields = Map::from_json(json)?.into_iter();
        Ok(fields
            .filter_map(|(name, value)| Some((name, T::from_json(value).ok()?)))
            .collect())
    }
}

/// A member of an object, which may be absent.
pub(super) trait Member: Default {
    fn take(fields: &mut Extra, name: &str) -> Self;
    fn is_absent(&self) -> bool;
}

impl<T: FromJson> Member for Option<T> {
    fn take(fields: &mut Extra, name: &str) -> Self {
        fields.take(name)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl Member for String {
    fn take(fields: &mut Extra, name: &str) -> Self {
        fields.take(name).unwrap_or_default()
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Defines an object with its members and their names in JSON. Every member may be absent; what
/// else was sent is kept.
macro_rules! object {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$member_meta:meta])* $visibility:vis $member:ident: $type:ty = $json:literal,)+ }
    ) => {
        $(#[$meta])*
        pub struct $name {
            $($(#[$member_meta])* $visibility $member: $type,)+
            /// What else was sent.
            pub extra: $crate::request::Extra,
        }

        impl $name {
            pub(super) fn from_fields(mut fields: $crate::request::Extra) -> Self {
                Self {
                    $($member: $crate::request::object::Member::take(&mut fields, $json),)+
                    extra: fields,
                }
            }
        }

        impl $crate::request::object::FromJson for $name {
            fn from_json(json: serde_json::Value) -> Result<Self, serde_json::Value> {
                $crate::request::Extra::from_json(json).map(Self::from_fields)
            }
        }

        impl $crate::request::object::Member for $name {
            fn take(fields: &mut $crate::request::Extra, name: &str) -> Self {
                fields.take(name).unwrap_or_default()
            }

            fn is_absent(&self) -> bool {
                $($crate::request::object::Member::is_absent(&self.$member) &&)+
                self.extra.0.is_empty()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let fields = serde_json::Map::deserialize(deserializer)?;
                Ok(Self::from_fields($crate::request::Extra::of_fields(fields)))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $(if !$crate::request::object::Member::is_absent(&self.$member) {
                    map.serialize_entry($json, &self.$member)?;
                })+
                for (name, value) in &self.extra.0 {
                    let is_written = match name.as_str() {
                        $($json => !$crate::request::object::Member::is_absent(&self.$member),)+
                        _ => false,
                    };
                    if !is_written {
                        map.serialize_entry(name, value)?;
                    }
                }
                map.end()
            }
        }
    };
}

pub(super) use object;
