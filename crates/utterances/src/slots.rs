//! What fits into a slot, and entity resolution.
//!
//! <https://developer.amazon.com/docs/alexa/custom-skills/define-synonyms-and-ids-for-slot-type-values-entity-resolution.html>

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::language::Language;
use crate::words::{text, words};

/// One slot of an understood intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its name in the intent.
    pub name: String,
    /// The name of its type.
    pub kind: String,
    /// The words that fill it.
    pub filling: Option<Filling>,
}

/// A value in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filling {
    /// What was said, numbers as digits.
    pub value: String,
    /// Only types with values of their own resolve.
    pub resolution: Option<Resolution>,
}

/// The outcome of entity resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// `ER_SUCCESS_MATCH`, best first.
    Match(Vec<Canonical>),
    /// `ER_SUCCESS_NO_MATCH`
    NoMatch,
}

/// A value that a slot type defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// The value as the model writes it.
    pub name: String,
    /// Its id in the model, or one that follows from its name.
    pub id: String,
}

/// A filling, and how far it is to be trusted.
#[derive(Debug)]
pub struct Fit {
    /// The words and the value that they mean.
    pub filling: Filling,
    /// How sure it is.
    pub trust: Trust,
}

/// Why words are taken for a slot's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// They are one of the type's values.
    Known,
    /// They are few enough to be in Amazon's list of the type's values, which is not known here.
    Listed,
    /// They are where a value belongs.
    Free,
}

/// Words that Amazon's lists have in one value at most, as far as this device believes:
/// "Democratic Republic of the Congo".
const LONGEST_LISTED: usize = 5;
/// The same for languages in which each letter counts as a word.
const LONGEST_LISTED_LETTERS: usize = 15;

/// Amazon's types that are no lists of items.
/// <https://developer.amazon.com/en-US/docs/alexa/custom-skills/slot-type-reference.html>
const NO_LISTS: &[&str] = &[
    "AMAZON.DATE",
    "AMAZON.DURATION",
    "AMAZON.FOUR_DIGIT_NUMBER",
    "AMAZON.NUMBER",
    "AMAZON.Ordinal",
    "AMAZON.PhoneNumber",
    "AMAZON.SearchQuery",
    "AMAZON.TIME",
];

/// A slot type that the model defines or extends.
#[derive(Debug)]
pub struct SlotType {
    language: &'static Language,
    values: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    canonical: Canonical,
    /// The value itself and its synonyms, as words.
    spoken: Vec<Vec<String>>,
}

impl SlotType {
    /// Reads a member of the model's `types`.
    pub fn compile(language: &'static Language, slot_type: &Value) -> Self {
        let values = slot_type["values"].as_array().into_iter().flatten();
        Self {
            language,
            values: values
                .filter_map(|value| {
                    let name = value["name"]["value"].as_str()?;
                    let synonyms = value["name"]["synonyms"].as_array().into_iter().flatten();
                    Some(Known {
                        canonical: Canonical {
                            name: name.to_owned(),
                            id: value["id"]
                                .as_str()
                                .map_or_else(|| default_id(name), str::to_owned),
                        },
                        spoken: std::iter::once(name)
                            .chain(synonyms.filter_map(Value::as_str))
                            .map(|spoken| words(language, spoken))
                            .collect(),
                    })
                })
                .collect(),
        }
    }

    /// Any words fit; known ones resolve.
    pub fn fit(&self, value: &[String]) -> Fit {
        let matches: Vec<Canonical> = self
            .values
            .iter()
            .filter(|known| known.spoken.iter().any(|spoken| spoken == value))
            .map(|known| known.canonical.clone())
            .collect();
        let is_known = !matches.is_empty();
        Fit {
            filling: Filling {
                value: text(self.language, value),
                resolution: Some(if is_known {
                    Resolution::Match(matches)
                } else {
                    Resolution::NoMatch
                }),
            },
            trust: if is_known { Trust::Known } else { Trust::Free },
        }
    }
}

/// Values without an id get one that only depends on their name.
fn default_id(name: &str) -> String {
    let digest = Sha256::digest(name);
    (digest.iter().take(16)).fold(String::new(), |id, byte| format!("{id}{byte:02x}"))
}

/// Words in a slot of a built-in type. Types other than numbers take the words as they are.
pub fn built_in(language: &Language, slot_type: &str, value: &[String]) -> Option<Fit> {
    let longest = if language.spaced {
        LONGEST_LISTED
    } else {
        LONGEST_LISTED_LETTERS
    };
    let (value, trust) = match slot_type {
        "AMAZON.NUMBER" => (number(language, value)?.to_string(), Trust::Known),
        "AMAZON.FOUR_DIGIT_NUMBER" => (four_digits(language, value)?, Trust::Known),
        _ if NO_LISTS.contains(&slot_type) || value.len() > longest => {
            (text(language, value), Trust::Free)
        }
        _ => (text(language, value), Trust::Listed),
    };
    Some(Fit {
        filling: Filling {
            value,
            resolution: None,
        },
        trust,
    })
}

/// "forty two", "2 hundred and five", "1984".
fn number(language: &Language, value: &[String]) -> Option<u64> {
    let mut total: u64 = 0;
    let mut part: u64 = 0;
    let mut previous: Option<u64> = None;
    for (index, word) in value.iter().enumerate() {
        if word == language.and && index > 0 && index + 1 < value.len() {
            continue;
        }
        let amount = match word.parse::<u64>() {
            Ok(amount) => amount,
            Err(_) => language.numbers.iter().find(|(name, _)| name == word)?.1,
        };
        match amount {
            100 if previous.is_some() => part = part.checked_mul(100)?,
            1000 if previous.is_some() => {
                total = total.checked_add(part.checked_mul(1000)?)?;
                part = 0;
            }
            // "forty" takes a unit after it, "two" takes none.
            _ if previous.is_some_and(|previous| previous < 20 || previous / 10 % 10 == 1) => {
                return None;
            }
            _ if previous.is_some_and(|previous| previous < 100 && amount >= 10) => return None,
            _ => part = part.checked_add(amount)?,
        }
        previous = Some(amount);
    }
    previous.map(|_| total + part)
}

/// "1984", "one nine eight four".
fn four_digits(language: &Language, value: &[String]) -> Option<String> {
    let digits = value
        .iter()
        .map(|word| {
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                Some(word.clone())
            } else {
                let (_, amount) = language.numbers.iter().find(|(name, _)| name == word)?;
                (*amount < 10).then(|| amount.to_string())
            }
        })
        .collect::<Option<String>>()?;
    (digits.len() == 4).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language() -> &'static Language {
        Language::of_locale("en-US").unwrap()
    }

    fn count(text: &str) -> Option<u64> {
        number(language(), &words(language(), text))
    }

    #[test]
    fn numbers() {
        assert_eq!(count("seven"), Some(7));
        assert_eq!(count("forty two"), Some(42));
        assert_eq!(count("forty-two"), Some(42));
        assert_eq!(count("two hundred and five"), Some(205));
        assert_eq!(count("three thousand four hundred"), Some(3400));
        assert_eq!(count("1984"), Some(1984));
        assert_eq!(count("nineteen four"), None);
        assert_eq!(count("one two"), None);
        assert_eq!(count("tired"), None);
        assert_eq!(count("and"), None);
    }

    #[test]
    fn four_digit_numbers() {
        let read = |text| four_digits(language(), &words(language(), text));
        assert_eq!(read("one nine eight four").as_deref(), Some("1984"));
        assert_eq!(read("1984").as_deref(), Some("1984"));
        assert_eq!(read("nineteen eighty four"), None);
        assert_eq!(read("123"), None);
    }
}
