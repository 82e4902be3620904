//! Attributes of one's own.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::declaration::either;
use super::value::text;

/// Most characters of a text
/// ([`StringAttributeConstraintsType`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_StringAttributeConstraintsType.html)).
const MOST_CHARACTERS: i64 = 2048;

text! {
    /// The name of an attribute of one's own, without the prefix `custom:` that Cognito gives it
    /// ([custom attributes](https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html#user-pool-settings-custom-attributes)).
    CustomName, "the name of an attribute",
    "use 1 to 20 of a-z, A-Z, 0-9, - and _",
    r"^[A-Za-z0-9_-]{1,20}$"
}

/// The kinds of attributes of one's own.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum CustomKind {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// Yes or no.
    Boolean,
    /// A moment.
    #[serde(rename = "date-time")]
    Moment,
}

/// What an attribute of one's own holds: a kind alone, or a table with the kind as `type` and bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum CustomAttribute {
    /// Text, and how many characters it has.
    Text(Bounds),
    /// A whole number, and what it is between.
    Number(Bounds),
    /// Yes or no.
    Boolean,
    /// A moment.
    Moment,
}

/// What Cognito refuses values outside of. Cannot be changed once the attribute exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// The least that is allowed.
    pub least: Option<i64>,
    /// The most that is allowed.
    pub most: Option<i64>,
}

/// An attribute with its bounds, as it is written.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Table {
    /// The kind of the attribute.
    #[serde(rename = "type")]
    kind: CustomKind,
    /// The fewest characters of a text.
    min_length: Option<i64>,
    /// The most characters of a text, up to 2048.
    max_length: Option<i64>,
    /// The least number.
    min: Option<i64>,
    /// The greatest number.
    max: Option<i64>,
}

impl Table {
    fn check(self) -> Result<CustomAttribute, String> {
        let lengths = Bounds {
            least: self.min_length,
            most: self.max_length,
        };
        let range = Bounds {
            least: self.min,
            most: self.max,
        };
        let none = Bounds::default();
        match self.kind {
            CustomKind::Text if range != none => Err(
                "`min` and `max` are for a number: a text has min-length and max-length".to_owned(),
            ),
            CustomKind::Text if !lengths.are_within(0, MOST_CHARACTERS) => Err(format!(
                "the length of a text is between 0 and {MOST_CHARACTERS}, min-length first"
            )),
            CustomKind::Text => Ok(CustomAttribute::Text(lengths)),
            CustomKind::Number if lengths != none => Err(
                "`min-length` and `max-length` are for a text: a number has min and max".to_owned(),
            ),
            CustomKind::Number if !range.are_within(i64::MIN, i64::MAX) => {
                Err("`min` of a number is more than its `max`".to_owned())
            }
            CustomKind::Number => Ok(CustomAttribute::Number(range)),
            CustomKind::Boolean | CustomKind::Moment if (lengths, range) != (none, none) => {
                Err("only a text and a number have bounds".to_owned())
            }
            CustomKind::Boolean => Ok(CustomAttribute::Boolean),
            CustomKind::Moment => Ok(CustomAttribute::Moment),
        }
    }
}

impl Bounds {
    fn are_within(self, least: i64, most: i64) -> bool {
        let low = self.least.unwrap_or(least);
        let high = self.most.unwrap_or(most);
        least <= low && low <= high && high <= most
    }
}

either! { CustomAttribute, CustomKind, Table }

impl<'de> Deserialize<'de> for CustomAttribute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrTable;

        impl<'de> Visitor<'de> for WordOrTable {
            type Value = CustomAttribute;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a kind such as \"text\", or a table such as { type = \"text\", max-length = 20 }")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<CustomAttribute, E> {
                Ok(match CustomKind::deserialize(StrDeserializer::new(word))? {
                    CustomKind::Text => CustomAttribute::Text(Bounds::default()),
                    CustomKind::Number => CustomAttribute::Number(Bounds::default()),
                    CustomKind::Boolean => CustomAttribute::Boolean,
                    CustomKind::Moment => CustomAttribute::Moment,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CustomAttribute, A::Error> {
                let table = Table::deserialize(MapAccessDeserializer::new(map))?;
                table.check().map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_any(WordOrTable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StackFile;

    fn parse(attribute: &str) -> Result<CustomAttribute, String> {
        let text = format!("name = 'guide'\nidentity.attributes.custom.it = {attribute}\n");
        let stack = StackFile::parse(&text, "stack.toml").map_err(|error| error.to_string())?;
        let mut custom = stack.identity.attributes.custom.into_values();
        custom.next().ok_or_else(|| "none".to_owned())
    }

    #[test]
    fn an_attribute_is_a_word_or_a_table() {
        let bounds = |least, most| Bounds { least, most };
        for (attribute, expected) in [
            ("'text'", CustomAttribute::Text(Bounds::default())),
            (
                "{ type = 'text' }",
                CustomAttribute::Text(Bounds::default()),
            ),
            (
                "{ type = 'text', min-length = 1, max-length = 2048 }",
                CustomAttribute::Text(bounds(Some(1), Some(2048))),
            ),
            (
                "{ type = 'number', min = -5 }",
                CustomAttribute::Number(bounds(Some(-5), None)),
            ),
            (
                "{ type = 'number', max = 9, min = 9 }",
                CustomAttribute::Number(bounds(Some(9), Some(9))),
            ),
            ("'boolean'", CustomAttribute::Boolean),
            ("{ type = 'date-time' }", CustomAttribute::Moment),
        ] {
            assert_eq!(parse(attribute), Ok(expected), "{attribute}");
        }
    }

    #[test]
    fn bounds_are_those_of_the_kind_and_in_order() {
        for (attribute, message) in [
            ("'words'", "unknown variant `words`, expected one of `text`"),
            ("5", "expected a kind such as \"text\", or a table"),
            ("{ max-length = 5 }", "missing field `type`"),
            ("{ type = 'text', longest = 5 }", "unknown field `longest`"),
            (
                "{ type = 'text', max = 5 }",
                "`min` and `max` are for a number",
            ),
            ("{ type = 'text', max-length = 2049 }", "between 0 and 2048"),
            ("{ type = 'text', min-length = -1 }", "between 0 and 2048"),
            (
                "{ type = 'text', min-length = 5, max-length = 4 }",
                "min-length first",
            ),
            (
                "{ type = 'number', max-length = 5 }",
                "`min-length` and `max-length` are for a text",
            ),
            (
                "{ type = 'number', min = 5, max = 4 }",
                "`min` of a number is more than its `max`",
            ),
            (
                "{ type = 'boolean', min = 0 }",
                "only a text and a number have bounds",
            ),
        ] {
            let refused = parse(attribute).unwrap_err();
            assert!(refused.contains(message), "{attribute}: {refused}");
            assert!(refused.starts_with("stack.toml:2:"), "{refused}");
        }
    }
}
