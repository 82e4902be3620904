//! Comparing what was put with what is read back.

use std::fmt;

use serde_json::{Map, Value};

use super::{AccountLinking, AccountLinkingResponse};
use crate::secure_url::SecureUrl;

/// Fields that the service need not return: their absence says nothing.
/// The published schema of the answer lists every other one, but for `pkceConfiguration`: whether the
/// service knows that, its answer alone can tell.
const NOT_ALWAYS_RETURNED: [&str; 2] = ["reciprocalAccessTokenUrl", "skipOnEnablement"];

/// Lists of which the order means nothing, and whose absence means that they are empty.
const SETS: [&str; 4] = [
    "authorizationUrlsByPlatform",
    "domains",
    "redirectUrls",
    "scopes",
];

/// How the service's account linking differs from what is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Fields that say something else than they should.
    pub differences: Vec<Difference>,
    /// Fields that were asked for and that the answer does not mention.
    pub unconfirmed: Vec<&'static str>,
}

impl Comparison {
    /// Whether nothing contradicts what is wanted.
    pub fn agrees(&self) -> bool {
        self.differences.is_empty()
    }
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field, as the API names it.
    pub field: String,
    /// What it should be; `null` for absent.
    pub wanted: Value,
    /// What it is; `null` for absent.
    pub found: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            wanted,
            found,
        } = self;
        write!(f, "{field}: wanted {wanted}, found {found}")
    }
}

impl AccountLinking {
    /// Compares this with what the service stores.
    ///
    /// A field that was not asked for may have any value, because the service fills in defaults;
    /// a list that was not asked for has to be empty.
    pub fn compare(&self, found: &AccountLinkingResponse) -> Comparison {
        let wanted = members(self);
        let mut comparison = Comparison::default();
        for (field, value) in &wanted {
            let other = found.field(field);
            if other.is_some_and(|other| same(field, value, other)) {
                continue;
            }
            let withheld = NOT_ALWAYS_RETURNED.into_iter().find(|name| name == field);
            match (other, withheld) {
                (None, Some(field)) => comparison.unconfirmed.push(field),
                _ => comparison.differences.push(Difference {
                    field: field.clone(),
                    wanted: value.clone(),
                    found: other.cloned().unwrap_or_default(),
                }),
            }
        }
        for field in SETS
            .into_iter()
            .filter(|field| !wanted.contains_key(*field))
        {
            if let Some(other) = found.field(field)
                && other.as_array().is_none_or(|entries| !entries.is_empty())
            {
                comparison.differences.push(Difference {
                    field: field.to_owned(),
                    wanted: Value::Null,
                    found: other.clone(),
                });
            }
        }
        comparison
    }

    /// The fields of what the service stores that this does not decide and that a PUT would reset by
    /// leaving them out, whether this version knows them or not.
    ///
    /// Lists are not among them, because one that was not asked for has to be empty, nor are the
    /// fields that `applied`, the last deployment, wrote and that are no longer wanted.
    pub fn left_alone(
        &self,
        found: &AccountLinkingResponse,
        applied: Option<&Self>,
    ) -> Map<String, Value> {
        let wanted = members(self);
        let written = applied.map(written).unwrap_or_default();
        found
            .fields()
            .filter(|(name, _)| !wanted.contains_key(*name) && !written.contains_key(*name))
            .filter(|(name, _)| !SETS.contains(name))
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }

    /// The fields that `applied`, the last deployment, wrote, that are no longer wanted and that the
    /// service still has.
    pub fn given_up(&self, found: &AccountLinkingResponse, applied: &Self) -> Vec<Difference> {
        let wanted = members(self);
        let fields = written(applied).into_iter();
        fields
            .filter(|(name, _)| !wanted.contains_key(name) && !SETS.contains(&&**name))
            .filter_map(|(field, value)| {
                let found = found.field(&field)?.clone();
                // Otherwise somebody has set it since.
                same(&field, &value, &found).then_some(Difference {
                    field,
                    wanted: Value::Null,
                    found,
                })
            })
            .collect()
    }
}

/// What a deployment wrote, without PKCE: the developer console decides about it when a stack file
/// no longer does.
fn written(applied: &AccountLinking) -> Map<String, Value> {
    let mut fields = members(applied);
    fields.remove("pkceConfiguration");
    fields
}

fn members(linking: &AccountLinking) -> Map<String, Value> {
    match serde_json::to_value(linking) {
        Ok(Value::Object(fields)) => fields,
        // A struct of texts, numbers and lists of them is always a JSON object.
        Ok(_) | Err(_) => Map::new(),
    }
}

fn same(field: &str, wanted: &Value, found: &Value) -> bool {
    if SETS.contains(&field) {
        return sorted(wanted) == sorted(found);
    }
    match (wanted, found) {
        // Older answers spell booleans as text.
        (Value::Bool(wanted), Value::String(found)) => wanted.to_string() == *found,
        (Value::String(wanted), Value::String(found)) => wanted == found || same_url(wanted, found),
        // The service may add members of its own.
        (Value::Object(wanted), Value::Object(found)) => wanted
            .iter()
            .all(|(name, value)| found.get(name) == Some(value)),
        _ => wanted == found,
    }
}

/// `https://example.com` and `https://example.com/` are the same place.
fn same_url(wanted: &str, found: &str) -> bool {
    let parse = |text: &str| text.parse::<SecureUrl>().ok();
    parse(wanted).is_some_and(|wanted| Some(wanted) == parse(found))
}

fn sorted(list: &Value) -> Option<Vec<String>> {
    let mut entries: Vec<_> = list.as_array()?.iter().map(Value::to_string).collect();
    entries.sort_unstable();
    Some(entries)
}
