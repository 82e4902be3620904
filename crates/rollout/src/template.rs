//! Reading a CloudFormation template for comparison: its resources with parameters filled in, so
//! that a person reads values and not the names of parameters.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub use infra::cloudformation::references;
use infra::cloudformation::{RenderError, reader};

use crate::error::{Code, Error};

/// A template and the values of its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    document: Value,
    parameters: BTreeMap<String, String>,
}

/// One resource with what its parameters say.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// The type, such as `AWS::Cognito::UserPool`.
    pub kind: String,
    /// The properties. What only the service knows stays an intrinsic function in its long form.
    pub properties: Map<String, Value>,
    /// `DeletionPolicy` and its like.
    pub attributes: Map<String, Value>,
}

impl Template {
    /// Reads a template in JSON, or in YAML as versions before 0.2.0 have deployed it.
    pub fn read(text: &str, parameters: &BTreeMap<String, String>) -> Result<Self, Error> {
        let document = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| error.to_string())
        } else {
            reader::read(text)
                .map(|read| read.document)
                .map_err(|error| error.to_string())
        };
        let document = document.map_err(|cause| {
            Error::new(Code::Stack, "a deployed template cannot be read").because(cause)
        })?;
        Ok(Self {
            document,
            parameters: parameters.clone(),
        })
    }

    /// Whether CloudFormation would find no difference: layout, comments, descriptions and the
    /// order of what is named mean nothing to it, and a change of them alone is refused as none.
    pub fn means_the_same(&self, other: &Self) -> bool {
        const SECTIONS: [&str; 5] = [
            "Resources",
            "Outputs",
            "Conditions",
            "Mappings",
            "Transform",
        ];
        let same = |section: &str| {
            undescribed(&self.document[section]) == undescribed(&other.document[section])
        };
        let types = |template: &Self| -> BTreeMap<String, Value> {
            let parameters = template.document["Parameters"].as_object();
            parameters
                .into_iter()
                .flatten()
                .map(|(name, declared)| (name.clone(), declared["Type"].clone()))
                .collect()
        };
        self.parameters == other.parameters
            && types(self) == types(other)
            && SECTIONS.into_iter().all(same)
    }

    /// The template of some of its resources, as JSON: with the same parameters, without outputs,
    /// and without waiting for what is left out.
    pub fn only(&self, names: &[&str]) -> Result<String, Error> {
        let mut document = self.document.clone();
        if let Some(members) = document.as_object_mut() {
            members.remove("Outputs");
        }
        let mut resources = self.document["Resources"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        resources.retain(|name, _| names.contains(&name.as_str()));
        for (name, resource) in &mut resources {
            if let Some(members) = resource.as_object_mut() {
                members.remove("DependsOn");
            }
            let others = references(&resource["Properties"])
                .into_iter()
                .map(|(other, _)| other);
            let missing: Vec<_> = others
                .filter(|other| {
                    let declared = self.document["Resources"].get(other).is_some();
                    declared && !names.contains(&other.as_str())
                })
                .collect();
            if !missing.is_empty() {
                return Err(Error::new(
                    Code::UserPool,
                    format!(
                        "{name} exists and {} does not, which it needs",
                        missing.join(", ")
                    ),
                )
                .hint("make it again by hand, so that both can be taken up together"));
            }
        }
        document["Resources"] = resources.into();
        Ok(document.to_string())
    }

    /// The same template without anything that outlives its stack, as JSON.
    pub fn released(&self) -> String {
        let mut document = self.document.clone();
        let resources = document["Resources"].as_object_mut();
        for resource in resources.into_iter().flat_map(|all| all.values_mut()) {
            let Some(members) = resource.as_object_mut() else {
                continue;
            };
            for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
                members.remove(policy);
            }
            let Some(properties) = members.get_mut("Properties") else {
                continue;
            };
            // As a user pool says it, and as a table does.
            let off = [
                ("DeletionProtection", Value::from("INACTIVE")),
                ("DeletionProtectionEnabled", Value::from(false)),
            ];
            for (name, off) in off {
                if let Some(protection) = properties.get_mut(name) {
                    *protection = off;
                }
            }
        }
        document.to_string()
    }

    /// The resources by logical name, without those whose condition does not hold.
    pub fn resources(&self) -> BTreeMap<String, Resource> {
        let resources = self.document["Resources"].as_object();
        let holds = |declared: &Value| {
            let condition = declared["Condition"].as_str();
            condition.and_then(|name| self.condition(name)) != Some(false)
        };
        resources
            .into_iter()
            .flatten()
            .filter(|(_, declared)| holds(declared))
            .map(|(name, declared)| (name.clone(), self.resource(declared)))
            .collect()
    }

    fn resource(&self, declared: &Value) -> Resource {
        let properties = match self.resolve(&declared["Properties"]) {
            Some(Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        let attributes = ["DeletionPolicy", "UpdateReplacePolicy", "Metadata"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), declared.get(name)?.clone())))
            .collect();
        Resource {
            kind: declared["Type"].as_str().unwrap_or_default().to_owned(),
            properties,
            attributes,
        }
    }

    /// The value as far as parameters say it; `None` is no value at all.
    fn resolve(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Array(items) => {
                Some(items.iter().filter_map(|item| self.resolve(item)).collect())
            }
            Value::Object(members) => {
                let call = members.iter().next().filter(|_| members.len() == 1);
                match call.map(|(name, argument)| (name.as_str(), argument)) {
                    Some(("Ref", Value::String(name))) if name == "AWS::NoValue" => None,
                    Some(("Ref", Value::String(name))) => {
                        Some(self.parameter(name).unwrap_or_else(|| value.clone()))
                    }
                    Some(("Fn::Sub", Value::String(text))) => Some(self.substitute(text)),
                    Some(("Fn::If", Value::Array(arguments))) => self.choose(value, arguments),
                    _ => {
                        let resolve = |(name, member): (&String, &Value)| {
                            Some((name.clone(), self.resolve(member)?))
                        };
                        Some(members.iter().filter_map(resolve).collect())
                    }
                }
            }
            scalar => Some(scalar.clone()),
        }
    }

    fn choose(&self, call: &Value, arguments: &[Value]) -> Option<Value> {
        let [Value::String(condition), then, otherwise] = arguments else {
            return Some(call.clone());
        };
        match self.condition(condition) {
            Some(true) => self.resolve(then),
            Some(false) => self.resolve(otherwise),
            None => Some(call.clone()),
        }
    }

    /// Whether a condition holds, where parameters alone say so.
    fn condition(&self, name: &str) -> Option<bool> {
        match self.document["Conditions"][name]["Fn::Equals"]
            .as_array()?
            .as_slice()
        {
            [one, other] => match (self.resolve(one)?, self.resolve(other)?) {
                (Value::String(one), Value::String(other)) => Some(one == other),
                _ => None,
            },
            _ => None,
        }
    }

    fn parameter(&self, name: &str) -> Option<Value> {
        let value = self.parameters.get(name)?;
        let list = self.document["Parameters"][name]["Type"] == "CommaDelimitedList";
        Some(if list {
            value.split(',').map(str::trim).collect()
        } else {
            json!(value)
        })
    }

    fn substitute(&self, text: &str) -> Value {
        let filled = self
            .parameters
            .iter()
            .fold(text.to_owned(), |text, (name, value)| {
                text.replace(&format!("${{{name}}}"), value)
            });
        if filled.contains("${") {
            json!({ "Fn::Sub": filled })
        } else {
            json!(filled)
        }
    }
}

/// A section without the descriptions of its entries, which are for people. Descriptions further
/// inside are properties.
fn undescribed(section: &Value) -> Value {
    let mut section = section.clone();
    for entry in section
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
    {
        if let Some(entry) = entry.as_object_mut() {
            entry.remove("Description");
        }
    }
    section
}

/// A template as it is sent.
pub(crate) fn text(template: &infra::Template) -> Result<String, Error> {
    let document = template.to_json().map_err(|error| unrenderable(&error))?;
    Ok(document.to_string())
}

/// A template that cannot be rendered.
pub(crate) fn unrenderable(error: &RenderError) -> Error {
    Error::new(
        Code::StackFile,
        format!("a template cannot be rendered: {error}"),
    )
}
