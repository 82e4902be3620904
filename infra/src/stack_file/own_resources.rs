//! `infra/resources.yaml`: the AWS resources of the project's own, in plain CloudFormation.
//!
//! The file becomes the stage's stack `resources`. This tool adds the parameters `Stage` and `Project`, and the policies
//! that keep what holds data.

mod check;
mod holds_data;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Name, Problem, StackFileError, StageName};
use crate::cloudformation::{reader, references};

use holds_data::HOLDS_DATA;

/// The parameters that the file may refer to without declaring them, each with its description.
const PARAMETERS: [(&str, &str); 2] = [
    ("Project", "The project, as stack.toml names it"),
    ("Stage", "Which deployment this is, such as dev or prod"),
];

/// Resources of the project's own: a template that has been checked, as far as it can be without asking AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnResources {
    document: Value,
    lines: BTreeMap<String, usize>,
}

impl OwnResources {
    /// The file in a project.
    pub const FILE: &'static str = "infra/resources.yaml";

    /// Reads a template; `path` is only used to say where a problem is.
    pub fn parse(text: &str, path: &str) -> Result<Self, StackFileError> {
        let read = reader::read(text).map_err(|error| {
            let problem = Problem {
                line: error.line,
                column: error.column,
                message: format!("it is no template: {error}"),
                hint: Some("write CloudFormation's YAML, or JSON".to_owned()),
                source: Some(check::ANATOMY),
            };
            StackFileError::new(path, vec![problem])
        })?;
        let own = Self {
            document: read.document,
            lines: read.lines,
        };
        let problems = check::problems(&own);
        if problems.is_empty() {
            Ok(own)
        } else {
            Err(StackFileError::new(path, problems))
        }
    }

    /// Properties that Amazon's schemas do not allow, as far as this version has the schema of a type. Amazon may know
    /// more by now.
    pub fn advice(&self) -> Vec<Problem> {
        check::advice(self)
    }

    /// The names of the outputs.
    pub fn outputs(&self) -> impl Iterator<Item = &str> {
        self.section("Outputs").map(|(name, _)| name)
    }

    /// The types of the resources, each with the line where it is first.
    pub fn types(&self) -> BTreeMap<&str, usize> {
        let mut types = BTreeMap::new();
        for (name, resource) in self.section("Resources") {
            let line = self.line(&format!("Resources/{name}/Type"));
            let first = types.entry(text(&resource["Type"])).or_insert(line);
            *first = line.min(*first);
        }
        types
    }

    /// True if a resource outlives its stack.
    pub fn holds_data(&self) -> bool {
        self.section("Resources").any(|(_, resource)| {
            let policy = deletion_policy(resource);
            policy.is_some_and(|policy| policy != "Delete")
        })
    }

    /// The template as it is deployed.
    pub fn template(&self) -> Value {
        let mut document = self.document.clone();
        document["Parameters"] = (self.used_parameters())
            .map(|(name, description)| {
                let declared = json!({ "Type": "String", "Description": description });
                (name.to_owned(), declared)
            })
            .collect::<Map<_, _>>()
            .into();
        let resources = document["Resources"].as_object_mut();
        for resource in resources.into_iter().flat_map(Map::values_mut) {
            let Some(policy) = deletion_policy(resource).map(str::to_owned) else {
                continue;
            };
            let said = resource.get("DeletionPolicy").is_some();
            let Some(members) = resource.as_object_mut() else {
                continue;
            };
            members.insert("DeletionPolicy".to_owned(), json!(policy));
            if !said && !members.contains_key("UpdateReplacePolicy") {
                members.insert("UpdateReplacePolicy".to_owned(), json!("Retain"));
            }
        }
        document
    }

    /// The values of the template's parameters in a stage.
    pub fn parameters(&self, project: &Name, stage: &StageName) -> BTreeMap<String, String> {
        let value = |parameter: &str| match parameter {
            "Project" => project.to_string(),
            _ => stage.to_string(),
        };
        let used = self.used_parameters();
        used.map(|(name, _)| (name.to_owned(), value(name)))
            .collect()
    }

    /// The parameters that the file refers to.
    fn used_parameters(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let used: BTreeSet<String> = (references(&self.document).into_iter())
            .map(|(name, _)| name)
            .collect();
        PARAMETERS
            .into_iter()
            .filter(move |(name, _)| used.contains(*name))
    }

    /// The services whose resources are made: the prefixes of their actions in IAM.
    pub fn services(&self) -> Vec<String> {
        let mut services: Vec<_> = self
            .types()
            .keys()
            .filter_map(|kind| service(kind))
            .collect();
        services.sort();
        services.dedup();
        services
    }

    fn section(&self, name: &str) -> impl Iterator<Item = (&str, &Value)> {
        let members = self.document[name].as_object();
        let members = members.into_iter().flatten();
        members.map(|(name, value)| (name.as_str(), value))
    }

    /// The line of a key, or of what it is in.
    fn line(&self, path: &str) -> usize {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return *line;
            }
            match path.rsplit_once('/') {
                Some((outer, _)) => path = outer,
                None => return 1,
            }
        }
    }
}

/// The deletion policy that a resource is deployed with: its own, or the one of what holds data.
fn deletion_policy(resource: &Value) -> Option<&str> {
    let usual = HOLDS_DATA.contains(&text(&resource["Type"]));
    let own = resource["DeletionPolicy"].as_str();
    own.or(usual.then_some("RetainExceptOnCreate"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The prefix of a service's actions in IAM. Most are the service's name in its types; those that differ are in the
/// [service authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
fn service(kind: &str) -> Option<String> {
    const OTHERS: &[(&str, &str)] = &[
        ("ApplicationAutoScaling", "application-autoscaling"),
        ("CertificateManager", "acm"),
        ("Cognito", "cognito-idp"),
        ("DocDB", "rds"),
        ("EFS", "elasticfilesystem"),
        ("ElasticLoadBalancingV2", "elasticloadbalancing"),
        ("KinesisFirehose", "firehose"),
        ("MSK", "kafka"),
        ("Neptune", "rds"),
        ("OpenSearchServerless", "aoss"),
        ("OpenSearchService", "es"),
        ("RedshiftServerless", "redshift-serverless"),
        ("StepFunctions", "states"),
    ];
    let name = kind.strip_prefix("AWS::")?.split("::").next()?;
    let other = OTHERS.iter().find(|(own, _)| *own == name);
    Some(other.map_or_else(
        || name.to_ascii_lowercase(),
        |(_, prefix)| (*prefix).to_owned(),
    ))
}

#[cfg(test)]
mod tests;
