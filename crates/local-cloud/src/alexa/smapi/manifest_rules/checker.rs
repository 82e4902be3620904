//! What every rule needs: a value of the right type, or a violation at its path.

use serde_json::{Map, Value};

use crate::alexa::smapi::errors::Violation;

/// Collects violations while walking the document.
pub(super) struct Checker<'a>(pub(super) &'a mut Vec<Violation>);

impl Checker<'_> {
    /// Notes a violation.
    pub(super) fn report(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    /// The value as an object.
    pub(super) fn object<'v>(
        &mut self,
        path: &str,
        value: &'v Value,
    ) -> Option<&'v Map<String, Value>> {
        if !value.is_object() {
            self.report(mismatch(path, "an object"));
        }
        value.as_object()
    }

    /// No members but these.
    pub(super) fn only(&mut self, path: &str, object: &Map<String, Value>, known: &[&str]) {
        for name in object.keys().filter(|name| !known.contains(&&***name)) {
            self.report(Violation::at(
                path,
                "UNEXPECTED_PROPERTY",
                format!(
                    "Object instance at \"{path}\" has a property that is not allowed: {name}."
                ),
            ));
        }
    }

    /// A string of this many characters.
    pub(super) fn text(
        &mut self,
        path: &str,
        value: Option<&Value>,
        shortest: usize,
        longest: usize,
    ) {
        let Some(value) = value else { return };
        let Some(text) = value.as_str() else {
            return self.report(mismatch(path, "a string"));
        };
        let length = text.chars().count();
        if length < shortest || length > longest {
            self.report(Violation::at(
                path,
                "INVALID_STRING_LENGTH",
                format!(
                    "String at \"{path}\" has {length} characters; \
                     it must have between {shortest} and {longest}."
                ),
            ));
        }
    }

    /// One of these strings.
    pub(super) fn one_of(&mut self, path: &str, value: Option<&Value>, allowed: &[&str]) {
        let Some(value) = value else { return };
        if !value.as_str().is_some_and(|text| allowed.contains(&text)) {
            self.report(Violation::at(
                path,
                "INVALID_ENUM_VALUE",
                format!(
                    "Value {value} at \"{path}\" is not one of [{}].",
                    allowed.join(", ")
                ),
            ));
        }
    }

    /// An array of at most so many items.
    pub(super) fn list<'v>(
        &mut self,
        path: &str,
        value: Option<&'v Value>,
        longest: usize,
    ) -> &'v [Value] {
        let Some(value) = value else { return &[] };
        let Some(items) = value.as_array() else {
            self.report(mismatch(path, "an array"));
            return &[];
        };
        if items.len() > longest {
            self.report(Violation::at(
                path,
                "INVALID_ARRAY_SIZE",
                format!(
                    "Array at \"{path}\" has {} items; at most {longest} are allowed.",
                    items.len()
                ),
            ));
        }
        items
    }

    /// A member that must be there.
    pub(super) fn required(&mut self, path: &str, object: &Map<String, Value>, name: &str) {
        if !object.contains_key(name) {
            self.report(Violation::at(
                path,
                "MISSING_REQUIRED_PROPERTY",
                format!("Required property is missing at \"{path}\": {name}."),
            ));
        }
    }
}

/// An instance of the wrong type.
pub(super) fn mismatch(path: &str, wanted: &str) -> Violation {
    Violation::at(
        path,
        "INVALID_DATA_TYPE",
        format!("Instance at \"{path}\" is not {wanted}."),
    )
}
