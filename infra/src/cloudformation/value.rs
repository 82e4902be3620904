//! Property values: literal, or an intrinsic function.

use std::borrow::Cow;

use serde::Serialize;

use super::{Parameter, Test};

/// The value of a property: known here, or known to CloudFormation when it deploys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value<T> {
    /// Known here.
    Literal(T),
    /// Known when the stack is deployed.
    Later(Intrinsic),
}

/// A call of an intrinsic function; made from handles only.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Intrinsic(Function);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
enum Function {
    Ref(Cow<'static, str>),
    #[serde(rename = "Fn::GetAtt")]
    GetAtt(Cow<'static, str>, &'static str),
    #[serde(rename = "Fn::Sub")]
    Sub(String),
    #[serde(rename = "Fn::If")]
    If(&'static str, Box<Function>, Box<Function>),
}

impl<T> Value<T> {
    pub(super) fn reference(id: impl Into<Cow<'static, str>>) -> Self {
        Self::Later(Intrinsic(Function::Ref(id.into())))
    }

    pub(super) fn attribute(id: Cow<'static, str>, name: &'static str) -> Self {
        Self::Later(Intrinsic(Function::GetAtt(id, name)))
    }

    /// A parameter's value, or no property at all where a condition holds.
    pub fn unless(test: Test, parameter: &Parameter<T>) -> Self {
        let nothing = Function::Ref("AWS::NoValue".into());
        let value = Function::Ref(parameter.shared_name());
        Self::Later(Intrinsic(Function::If(
            test.name(),
            Box::new(nothing),
            Box::new(value),
        )))
    }

    /// The same value where any text may stand, such as an output or an environment variable.
    pub fn text(self) -> Value<String>
    where
        T: Into<String>,
    {
        match self {
            Self::Literal(value) => Value::Literal(value.into()),
            Self::Later(intrinsic) => Value::Later(intrinsic),
        }
    }
}

impl From<&str> for Value<String> {
    fn from(text: &str) -> Self {
        Self::Literal(text.to_owned())
    }
}

/// What CloudFormation knows of the deployment itself.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pseudo {
    /// The account that the stack is in: twelve digits.
    AccountId,
    /// The region that the stack is in.
    Region,
    /// The stack's name.
    StackName,
}

impl Pseudo {
    /// A reference to it.
    pub fn reference(self) -> Value<String> {
        Value::reference(self.name())
    }

    fn name(self) -> &'static str {
        match self {
            Self::AccountId => "AWS::AccountId",
            Self::Region => "AWS::Region",
            Self::StackName => "AWS::StackName",
        }
    }
}

/// Text with values in it, built piece by piece.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sub(String);

impl Sub {
    /// Starts with literal text.
    pub fn text(text: &str) -> Self {
        Self::default().and(text)
    }

    /// Adds literal text; `${` in it stays literal.
    #[must_use]
    pub fn and(mut self, text: &str) -> Self {
        self.0.push_str(&text.replace("${", "${!"));
        self
    }

    /// Adds another text with values in it.
    #[must_use]
    pub fn followed_by(mut self, Self(rest): Self) -> Self {
        self.0.push_str(&rest);
        self
    }

    /// Adds what CloudFormation knows of the deployment itself.
    #[must_use]
    pub fn pseudo(mut self, pseudo: Pseudo) -> Self {
        self.0.push_str("${");
        self.0.push_str(pseudo.name());
        self.0.push('}');
        self
    }

    /// Adds the value of a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: &Parameter<String>) -> Self {
        self.0.push_str("${");
        self.0.push_str(parameter.name());
        self.0.push('}');
        self
    }
}

impl From<Sub> for Value<String> {
    fn from(Sub(text): Sub) -> Self {
        Self::Later(Intrinsic(Function::Sub(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_looks_like_a_variable_stays_text() {
        let stage = Parameter::new("Stage".into());
        let value: Value<String> = Sub::text("a${b}").parameter(&stage).into();
        assert_eq!(
            serde_json::to_value(value).unwrap(),
            serde_json::json!({ "Fn::Sub": "a${!b}${Stage}" })
        );
    }
}
