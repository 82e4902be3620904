//! Parameters of a template: what differs from stage to stage.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;

use super::Value;

/// A parameter that was declared in a template.
pub struct Parameter<T> {
    name: Cow<'static, str>,
    kind: PhantomData<fn() -> T>,
}

impl<T> Parameter<T> {
    pub(super) fn new(name: Cow<'static, str>) -> Self {
        Self {
            name,
            kind: PhantomData,
        }
    }

    /// The parameter's value.
    pub fn reference(&self) -> Value<T> {
        Value::reference(self.shared_name())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn shared_name(&self) -> Cow<'static, str> {
        self.name.clone()
    }
}

impl<T> fmt::Debug for Parameter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Parameter").field(&self.name).finish()
    }
}

/// A condition that was declared in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Test(&'static str);

impl Test {
    pub(super) fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0
    }
}

/// What a parameter may be, checked by CloudFormation before anything is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    /// A regular expression that the whole value matches; for a list, every member.
    Pattern {
        /// The expression.
        pattern: &'static str,
        /// What it asks for, in words.
        words: &'static str,
    },
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// A parameter as the template declares it.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Declaration {
    #[serde(rename = "Type")]
    kind: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_pattern: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_values: Option<&'static [&'static str]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constraint_description: Option<&'static str>,
}

impl Declaration {
    pub(super) fn new(
        kind: &'static str,
        description: &'static str,
        constraint: Constraint,
    ) -> Self {
        let declaration = Self {
            kind,
            description,
            default: None,
            allowed_pattern: None,
            allowed_values: None,
            constraint_description: None,
        };
        match constraint {
            Constraint::Pattern { pattern, words } => Self {
                allowed_pattern: Some(pattern),
                constraint_description: Some(words),
                ..declaration
            },
            Constraint::OneOf(values) => Self {
                allowed_values: Some(values),
                ..declaration
            },
        }
    }

    /// The same with a value for whoever gives none.
    pub(super) fn or(self, default: &'static str) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }
}
