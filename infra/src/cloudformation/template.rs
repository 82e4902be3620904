//! A template: parameters, resources, outputs.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::parameter::Declaration;
use super::{Constraint, Handle, Kind, Parameter, Test, Value, yaml};
use crate::resources::Resource;

/// A CloudFormation template.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Template {
    #[serde(rename = "AWSTemplateFormatVersion")]
    version: &'static str,
    description: &'static str,
    parameters: IndexMap<Cow<'static, str>, Declaration>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    conditions: IndexMap<&'static str, Equals>,
    resources: IndexMap<Cow<'static, str>, Entry>,
    outputs: IndexMap<&'static str, Output>,
    /// Names that were given twice; rendering refuses them.
    #[serde(skip)]
    repeated: Vec<Cow<'static, str>>,
}

/// Why a template cannot be written down.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Two things in one template have one name.
    #[error("the name `{0}` is given twice in one template")]
    Repeated(Cow<'static, str>),
    /// A value that JSON cannot hold.
    #[error("the template cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// A value that YAML cannot hold.
    #[error("the template cannot be written as YAML")]
    Yaml(#[from] serde_yaml::ser::Error),
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    resource: Resource,
    retention: Retention,
    depends_on: Vec<String>,
    condition: Option<Test>,
}

/// A parameter, and the text that it has to be.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Equals {
    #[serde(rename = "Fn::Equals")]
    sides: (Value<String>, &'static str),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<&'static str>,
    description: &'static str,
    value: Value<String>,
}

impl Template {
    /// An empty template.
    pub fn new(description: &'static str) -> Self {
        Self {
            version: "2010-09-09",
            description,
            parameters: IndexMap::new(),
            conditions: IndexMap::new(),
            resources: IndexMap::new(),
            outputs: IndexMap::new(),
            repeated: Vec::new(),
        }
    }

    /// Declares a parameter that is one text.
    pub fn parameter(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        description: &'static str,
        constraint: Constraint,
    ) -> Parameter<String> {
        self.declare(name, Declaration::new("String", description, constraint))
    }

    /// Declares a parameter that is a list of texts without commas in them.
    pub fn list_parameter(
        &mut self,
        name: &'static str,
        description: &'static str,
        constraint: Constraint,
    ) -> Parameter<Vec<String>> {
        let declaration = Declaration::new("CommaDelimitedList", description, constraint);
        self.declare(name, declaration)
    }

    /// Declares a parameter that is one text, with a value for whoever gives none.
    pub fn parameter_or(
        &mut self,
        name: &'static str,
        description: &'static str,
        constraint: Constraint,
        default: &'static str,
    ) -> Parameter<String> {
        let declaration = Declaration::new("String", description, constraint).or(default);
        self.declare(name, declaration)
    }

    /// Declares a condition: that a parameter is a text.
    pub fn test(
        &mut self,
        name: &'static str,
        parameter: &Parameter<String>,
        text: &'static str,
    ) -> Test {
        let sides = (parameter.reference(), text);
        if self.conditions.insert(name, Equals { sides }).is_some() {
            self.repeated.push(name.into());
        }
        Test::new(name)
    }

    /// Adds a resource that goes when the stack goes.
    pub fn add<R: Kind + Into<Resource>>(&mut self, id: &'static str, resource: R) -> Handle<R> {
        self.insert(id, resource, Retention::Never, Vec::new())
    }

    /// Adds a resource that outlives the stack and every replacement.
    pub fn add_retained<R: Kind + Into<Resource>>(
        &mut self,
        id: &'static str,
        resource: R,
    ) -> Handle<R> {
        self.insert(id, resource, Retention::Always, Vec::new())
    }

    /// Adds a resource that is retained, except by the rollback of the operation that makes it.
    pub fn add_retained_once_made<R: Kind + Into<Resource>>(
        &mut self,
        id: impl Into<Cow<'static, str>>,
        resource: R,
    ) -> Handle<R> {
        self.insert(id, resource, Retention::OnceMade, Vec::new())
    }

    /// Adds a retained resource that waits for others which it does not refer to.
    pub fn add_retained_after<'a, R: Kind + Into<Resource>, Q: Kind + 'a>(
        &mut self,
        id: &'static str,
        resource: R,
        first: impl IntoIterator<Item = &'a Handle<Q>>,
    ) -> Handle<R> {
        let first = first.into_iter().map(|handle| handle.id().to_owned());
        self.insert(id, resource, Retention::Always, first.collect())
    }

    /// Has a resource, and an output of the same stack that tells of it, only where a condition holds.
    pub fn only_if<R: Kind>(&mut self, test: Test, resource: &Handle<R>, output: Option<&str>) {
        if let Some(entry) = self.resources.get_mut(resource.id()) {
            entry.condition = Some(test);
        }
        if let Some(output) = output.and_then(|name| self.outputs.get_mut(name)) {
            output.condition = Some(test.name());
        }
    }

    /// Declares an output.
    pub fn output(&mut self, name: &'static str, description: &'static str, value: Value<String>) {
        let output = Output {
            condition: None,
            description,
            value,
        };
        if self.outputs.insert(name, output).is_some() {
            self.repeated.push(name.into());
        }
    }

    /// What the caller of CloudFormation has to acknowledge.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html#using-iam-capabilities>
    pub fn capabilities(&self) -> &'static [&'static str] {
        let makes_roles = self.resources.values().any(|entry| {
            matches!(
                entry.resource,
                Resource::Role(_) | Resource::ManagedPolicy(_)
            )
        });
        if makes_roles {
            &["CAPABILITY_IAM"]
        } else {
            &[]
        }
    }

    /// The template as JSON, with intrinsic functions in their long form.
    pub fn to_json(&self) -> Result<serde_json::Value, RenderError> {
        match self.repeated.first() {
            Some(name) => Err(RenderError::Repeated(name.clone())),
            None => Ok(serde_json::to_value(self)?),
        }
    }

    /// The template as YAML, with intrinsic functions in their short form.
    pub fn to_yaml(&self) -> Result<String, RenderError> {
        yaml::render(&self.to_json()?)
    }

    fn declare<T>(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        declaration: Declaration,
    ) -> Parameter<T> {
        let name = name.into();
        if self.parameters.insert(name.clone(), declaration).is_some()
            || self.resources.contains_key(&*name)
        {
            self.repeated.push(name.clone());
        }
        Parameter::new(name)
    }

    fn insert<R: Kind + Into<Resource>>(
        &mut self,
        id: impl Into<Cow<'static, str>>,
        resource: R,
        retention: Retention,
        depends_on: Vec<String>,
    ) -> Handle<R> {
        let id = id.into();
        let entry = Entry {
            resource: resource.into(),
            retention,
            depends_on,
            condition: None,
        };
        if self.resources.insert(id.clone(), entry).is_some() || self.parameters.contains_key(&id) {
            self.repeated.push(id.clone());
        }
        Handle::new(id)
    }
}

/// Whether a resource outlives its place in the template.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retention {
    Never,
    Always,
    /// Unless the operation that makes it is rolled back.
    OnceMade,
}

impl Retention {
    fn deletion_policy(self) -> Option<&'static str> {
        match self {
            Self::Never => None,
            Self::Always => Some("Retain"),
            Self::OnceMade => Some("RetainExceptOnCreate"),
        }
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("Type", self.resource.type_name())?;
        if let Some(test) = self.condition {
            map.serialize_entry("Condition", test.name())?;
        }
        if let Some(policy) = self.retention.deletion_policy() {
            map.serialize_entry("DeletionPolicy", policy)?;
            map.serialize_entry("UpdateReplacePolicy", "Retain")?;
        }
        match self.depends_on.as_slice() {
            [] => {}
            [first] => map.serialize_entry("DependsOn", first)?,
            several => map.serialize_entry("DependsOn", several)?,
        }
        map.serialize_entry("Properties", &self.resource)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::LogGroup;

    fn log_group() -> LogGroup {
        LogGroup {
            log_group_name: "logs".into(),
            retention_in_days: 1,
            tags: Vec::new(),
        }
    }

    #[test]
    fn a_name_given_twice_is_refused() {
        let mut template = Template::new("Twice");
        template.add("Logs", log_group());
        template.add("Logs", log_group());
        assert!(matches!(
            template.to_yaml(),
            Err(RenderError::Repeated(Cow::Borrowed("Logs")))
        ));
    }

    #[test]
    fn retention_covers_deletion_and_replacement() {
        let mut template = Template::new("Retained");
        template.add_retained("Logs", log_group());
        let json = template.to_json().unwrap();
        assert_eq!(json["Resources"]["Logs"]["DeletionPolicy"], "Retain");
        assert_eq!(json["Resources"]["Logs"]["UpdateReplacePolicy"], "Retain");
    }
}
