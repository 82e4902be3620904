//! One difference between what is and what shall be, and how two documents are compared.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What happens to a thing or to one of its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It is not there yet.
    Added,
    /// It is there without a stack, and is taken up.
    Imported,
    /// It is there and differs.
    Changed,
    /// It is there and shall not be.
    Removed,
}

impl Kind {
    /// `+`, `=`, `~` or `-`.
    pub fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Imported => '=',
            Self::Changed => '~',
            Self::Removed => '-',
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "added",
            Self::Imported => "imported",
            Self::Changed => "changed",
            Self::Removed => "removed",
        })
    }
}

/// Whether a changed resource becomes another one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Replacement {
    /// It stays the same one.
    #[default]
    No,
    /// It depends on what only the service knows before it is done.
    Perhaps,
    /// A new one takes its place.
    Yes,
}

impl Replacement {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands fields over by reference"
    )]
    fn is_no(&self) -> bool {
        *self == Self::No
    }
}

/// A thing that would be added, changed or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// What happens.
    pub kind: Kind,
    /// The thing: a resource's logical name, or a document's name.
    pub subject: String,
    /// The resource's type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Whether it is replaced.
    #[serde(default, skip_serializing_if = "Replacement::is_no")]
    pub replacement: Replacement,
    /// Which of its fields differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// All of a resource's properties as they are, for whoever judges the change.
    #[serde(skip)]
    pub before: Option<Map<String, Value>>,
    /// All of them as they shall be.
    #[serde(skip)]
    pub after: Option<Map<String, Value>>,
}

impl Change {
    /// A document's change.
    pub fn new(kind: Kind, subject: impl Into<String>, fields: Vec<Field>) -> Self {
        Self {
            kind,
            subject: subject.into(),
            resource_type: None,
            replacement: Replacement::No,
            fields,
            before: None,
            after: None,
        }
    }

    /// Whether the other one is this one, or as much as is left of it.
    pub(super) fn includes(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.subject == other.subject
            && other.replacement <= self.replacement
            && other.fields.iter().all(|field| self.fields.contains(field))
    }

    /// Whether it was agreed to when this was.
    pub(super) fn covers(&self, other: &Self) -> bool {
        if self.kind == Kind::Added && self.subject == other.subject {
            // It did not exist then, so that there was nothing to lose.
            return other.kind != Kind::Removed && other.replacement == Replacement::No;
        }
        self.kind == other.kind
            && self.subject == other.subject
            && other.replacement <= self.replacement
            && (self.kind != Kind::Changed
                || other
                    .fields
                    .iter()
                    .all(|field| self.fields.iter().any(|own| own.path == field.path)))
    }
}

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// What happens.
    pub kind: Kind,
    /// Where it is: names of members, outermost first.
    pub path: Vec<String>,
    /// What it is; absent when it is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it shall be; absent when it is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

impl Field {
    /// A field from both of its values; at least one of them should be there.
    pub fn new(path: Vec<String>, before: Option<Value>, after: Option<Value>) -> Self {
        let kind = match (&before, &after) {
            (None, _) => Kind::Added,
            (Some(_), None) => Kind::Removed,
            (Some(_), Some(_)) => Kind::Changed,
        };
        Self {
            kind,
            path,
            before,
            after,
        }
    }
}

/// The fields in which two documents differ. Lists are compared as wholes: their order may matter.
pub fn fields(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Field> {
    let mut found = Vec::new();
    compare(&mut Vec::new(), before, after, &mut found);
    found
}

fn compare(
    path: &mut Vec<String>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    found: &mut Vec<Field>,
) {
    let added = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(added) {
        path.push(name.clone());
        match (before.get(name), after.get(name)) {
            (Some(Value::Object(before)), Some(Value::Object(after)))
                if !is_call(before) && !is_call(after) =>
            {
                compare(path, before, after, found);
            }
            (before, after) if before != after => {
                found.push(Field::new(path.clone(), before.cloned(), after.cloned()));
            }
            _ => {}
        }
        path.pop();
    }
}

/// An intrinsic function is one value, not a document.
fn is_call(members: &Map<String, Value>) -> bool {
    members.len() == 1
        && members
            .keys()
            .all(|name| name == "Ref" || name.starts_with("Fn::"))
}

/// The document with the fields as they shall be: the inverse of [`fields`].
pub fn apply(document: &Map<String, Value>, fields: &[Field]) -> Map<String, Value> {
    let mut document = document.clone();
    for field in fields {
        set(&mut document, &field.path, field.after.as_ref());
    }
    document
}

fn set(document: &mut Map<String, Value>, path: &[String], value: Option<&Value>) {
    match (path, value) {
        ([], _) => {}
        ([name], Some(value)) => {
            document.insert(name.clone(), value.clone());
        }
        ([name], None) => {
            document.remove(name);
        }
        ([name, rest @ ..], value) => {
            if let Some(Value::Object(inner)) = document.get_mut(name) {
                set(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..4i64).prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a-c]", inner, 0..4)
                    .prop_map(|members| json!(members)),
            ]
        })
    }

    fn document() -> impl Strategy<Value = Map<String, Value>> {
        prop::collection::btree_map("[a-c]", value(), 0..4)
            .prop_map(|members| members.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_differs_from_itself(document in document()) {
            prop_assert_eq!(fields(&document, &document), []);
        }

        #[test]
        fn applying_the_differences_gives_what_is_desired(
            before in document(),
            after in document(),
        ) {
            prop_assert_eq!(apply(&before, &fields(&before, &after)), after);
        }

        #[test]
        fn the_order_of_differences_does_not_matter(before in document(), after in document()) {
            let mut backwards = fields(&before, &after);
            backwards.reverse();
            prop_assert_eq!(apply(&before, &backwards), after);
        }
    }

    #[test]
    fn what_is_left_of_a_change_is_included_and_what_differs_is_not() {
        let field = |name: &str, after: i64| {
            Field::new(vec![name.to_owned()], Some(json!(1)), Some(json!(after)))
        };
        let change = |fields| Change::new(Kind::Changed, "manifest", fields);
        let agreed = change(vec![field("a", 2), field("b", 3)]);
        assert!(agreed.includes(&agreed));
        assert!(agreed.includes(&change(vec![field("b", 3)])));
        // Covered, because the path is; and yet somebody else's value would be lost.
        assert!(agreed.covers(&change(vec![field("b", 4)])));
        assert!(!agreed.includes(&change(vec![field("b", 4)])));
        assert!(!agreed.includes(&change(vec![field("c", 2)])));
    }
}
