//! A schema as it is committed: JSON Schema's keywords, without references.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A list.
    Array,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// Members with names.
    Object,
    /// Text.
    String,
}

/// What a value may be. A list that is empty, and a limit that is absent, limits nothing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Schema {
    /// What the value is.
    #[serde(rename = "type")]
    pub kind: Option<Kind>,
    /// The texts that it may be.
    #[serde(rename = "enum")]
    pub values: Vec<String>,
    /// The texts that the documentation lists, where the service may know more.
    pub known: Vec<String>,
    /// A regular expression that a text contains a match of.
    pub pattern: Option<String>,
    /// Fewest characters of a text.
    pub min_length: Option<usize>,
    /// Most characters of a text.
    pub max_length: Option<usize>,
    /// Fewest entries of a list.
    pub min_items: Option<usize>,
    /// Most entries of a list.
    pub max_items: Option<usize>,
    /// Fewest members of an object.
    pub min_properties: Option<usize>,
    /// Most members of an object.
    pub max_properties: Option<usize>,
    /// The least number.
    pub minimum: Option<i64>,
    /// The greatest number.
    pub maximum: Option<i64>,
    /// Members that an object must have.
    pub required: Vec<String>,
    /// Members that an object may have.
    pub properties: BTreeMap<String, Schema>,
    /// Every other member of an object, where its names are not Amazon's.
    pub additional_properties: Option<Box<Schema>>,
    /// Every entry of a list.
    pub items: Option<Box<Schema>>,
    /// The member that says which one of `mapping` an object is as well.
    pub discriminator: Option<String>,
    /// Kinds of the object, by the value of the discriminator.
    pub mapping: BTreeMap<String, Schema>,
    /// The names that `additional_properties` may have.
    pub keys: Vec<String>,
    /// Whether Amazon refuses members that are not in `properties`.
    pub closed: bool,
}

impl Schema {
    /// A schema that nothing fits, so that facts which cannot be read let nothing through.
    pub(super) fn nothing() -> Self {
        Self {
            min_properties: Some(usize::MAX),
            kind: Some(Kind::Object),
            ..Self::default()
        }
    }

    /// The schema of a member of a member, through lists; a name may also be one of those that
    /// are not Amazon's.
    pub fn at(&self, names: &[&str]) -> Option<&Self> {
        let Some((name, rest)) = names.split_first() else {
            return Some(self);
        };
        let object = self.items.as_deref().unwrap_or(self);
        object.member(name)?.at(rest)
    }

    /// The schema of a member.
    pub fn member(&self, name: &str) -> Option<&Self> {
        self.properties
            .get(name)
            .or(self.additional_properties.as_deref())
    }
}
