//! Handles to resources of a template, and what can be asked of them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use super::Value;

/// A resource type.
pub trait Kind {
    /// Its name, such as `AWS::Cognito::UserPool`.
    const TYPE: &'static str;
    /// What `Ref` answers for it.
    type Ref;
}

/// A resource that was added to a template.
pub struct Handle<R> {
    id: Cow<'static, str>,
    kind: PhantomData<fn() -> R>,
}

impl<R: Kind> Handle<R> {
    pub(super) fn new(id: Cow<'static, str>) -> Self {
        Self {
            id,
            kind: PhantomData,
        }
    }

    /// What `Ref` answers for the resource.
    pub fn reference(&self) -> Value<R::Ref> {
        Value::reference(self.id.clone())
    }

    /// An attribute of the resource.
    pub fn get<T>(&self, attribute: &Attribute<R, T>) -> Value<T> {
        Value::attribute(self.id.clone(), attribute.name)
    }

    /// The logical id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl<R> fmt::Debug for Handle<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.id).finish()
    }
}

/// An attribute `T` that resources of type `R` have once they exist.
pub struct Attribute<R, T> {
    name: &'static str,
    kind: PhantomData<fn() -> (R, T)>,
}

impl<R, T> Attribute<R, T> {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            kind: PhantomData,
        }
    }
}

impl<R, T> fmt::Debug for Attribute<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Attribute").field(&self.name).finish()
    }
}

/// Declares types of values that only CloudFormation can know: no literal of them can be made.
macro_rules! known_later {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
            pub enum $name {}

            impl From<$name> for String {
                fn from(never: $name) -> Self {
                    match never {}
                }
            }
        )+
    };
}
pub(crate) use known_later;
