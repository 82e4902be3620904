//! Mistakes in a template, as far as it can be told without AWS: its shape, its names and its references.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{OwnResources, PARAMETERS, text};
use crate::cloudformation::{mistakes, references};
use crate::stack_file::Problem;

pub(super) const ANATOMY: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html";
const RESOURCES: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html";
const OUTPUTS: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html";
const DEPENDENCIES: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html";
const QUOTAS: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html";

/// The most bytes of a template that is sent with the call
/// ([quotas](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)).
const MOST_BYTES: usize = 51_200;

const SECTIONS: [&str; 8] = [
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Mappings",
    "Conditions",
    "Resources",
    "Outputs",
];

const ATTRIBUTES: [&str; 9] = [
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "Metadata",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
];

/// Everything that is wrong, in the order of the lines.
pub(super) fn problems(own: &OwnResources) -> Vec<Problem> {
    let mut found = Found {
        own,
        problems: Vec::new(),
    };
    if own.document.is_object() {
        found.sections();
        found.parameters();
        found.resources();
        found.outputs();
        found.names();
        found.cycle();
        found.size();
    } else {
        let hint = "begin with `Resources:`";
        found.add("", "it is no template but a single value", hint, ANATOMY);
    }
    found.problems.sort_by_key(|problem| problem.line);
    found.problems
}

/// Properties that Amazon's schemas do not allow.
pub(super) fn advice(own: &OwnResources) -> Vec<Problem> {
    let mut found = Found {
        own,
        problems: Vec::new(),
    };
    for (name, resource) in own.section("Resources") {
        let kind = text(&resource["Type"]);
        let Some(schema) = facts::cloudformation::schema(kind) else {
            continue;
        };
        let nothing = json!({});
        let properties = resource.get("Properties").unwrap_or(&nothing);
        for mistake in mistakes(schema, properties) {
            let inside = mistake.path.rsplit('/').next().unwrap_or_default();
            let subject = if inside.is_empty() { name } else { inside };
            found.add(
                &format!("Resources/{name}/Properties/{}", mistake.path),
                format!("{subject} {} ({name}, {kind})", mistake.message),
                "correct it, unless Amazon has added it since this version of the tool",
                RESOURCES,
            );
        }
    }
    found.problems.sort_by_key(|problem| problem.line);
    found.problems
}

struct Found<'own> {
    own: &'own OwnResources,
    problems: Vec<Problem>,
}

impl Found<'_> {
    fn add(
        &mut self,
        path: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
        source: &'static str,
    ) {
        self.problems.push(Problem {
            line: self.own.line(path),
            column: 1,
            message: message.into(),
            hint: Some(hint.into()),
            source: Some(source),
        });
    }

    fn sections(&mut self) {
        let own = self.own;
        for (name, _) in own.document.as_object().into_iter().flatten() {
            let hint = match name.as_str() {
                known if SECTIONS.contains(&known) => continue,
                "Transform" => "macros are not run: write out what they make".to_owned(),
                _ => format!("a template has {}", SECTIONS.join(", ")),
            };
            self.add(
                name,
                format!("there is no section `{name}` here"),
                hint,
                ANATOMY,
            );
        }
        if own.section("Resources").next().is_none() {
            let hint = "name a resource, or delete the file";
            self.add("Resources", "there are no resources", hint, RESOURCES);
        }
    }

    fn parameters(&mut self) {
        let own = self.own;
        for (name, _) in own.section("Parameters") {
            if !PARAMETERS.iter().any(|(known, _)| *known == name) {
                self.add(
                    &format!("Parameters/{name}"),
                    format!("nothing gives the parameter `{name}` a value"),
                    "the stack has Stage and Project; map the stage to the value under Mappings",
                    ANATOMY,
                );
            }
        }
    }

    fn resources(&mut self) {
        let own = self.own;
        for (name, resource) in own.section("Resources") {
            let path = format!("Resources/{name}");
            if !is_name(name) {
                let hint = "use letters and digits";
                self.add(
                    &path,
                    format!("`{name}` is no name of a resource"),
                    hint,
                    RESOURCES,
                );
            }
            if !is_type(text(&resource["Type"])) {
                self.add(
                    &path,
                    format!("{name} has no type"),
                    "write it as Amazon does, such as `Type: AWS::DynamoDB::Table`",
                    RESOURCES,
                );
            }
            for (attribute, _) in resource.as_object().into_iter().flatten() {
                if !ATTRIBUTES.contains(&attribute.as_str()) {
                    self.add(
                        &format!("{path}/{attribute}"),
                        format!("{name} has no attribute `{attribute}`"),
                        format!(
                            "a resource has {}; the rest is below Properties",
                            ATTRIBUTES.join(", ")
                        ),
                        RESOURCES,
                    );
                }
            }
        }
    }

    fn outputs(&mut self) {
        let own = self.own;
        for (name, output) in own.section("Outputs") {
            let path = format!("Outputs/{name}");
            if !is_name(name) {
                let hint = "use letters and digits";
                self.add(
                    &path,
                    format!("`{name}` is no name of an output"),
                    hint,
                    OUTPUTS,
                );
            }
            if output["Value"].is_null() {
                let hint = "write `Value: !Ref …` or `Value: !GetAtt …`";
                self.add(
                    &path,
                    format!("the output {name} has no value"),
                    hint,
                    OUTPUTS,
                );
            }
        }
    }

    /// Names that are referred to and are not there.
    fn names(&mut self) {
        let own = self.own;
        let conditions: BTreeSet<&str> = own.section("Conditions").map(|(name, _)| name).collect();
        for section in ["Conditions", "Resources", "Outputs"] {
            for (name, value) in own.section(section) {
                let path = format!("{section}/{name}");
                let mut missing: BTreeSet<String> = (references(value).into_iter())
                    .map(|(name, _)| name)
                    .filter(|name| !self.is_known(name))
                    .collect();
                missing.extend(
                    waits_for(value)
                        .filter(|name| !self.is_resource(name))
                        .map(str::to_owned),
                );
                for other in missing {
                    self.add(
                        &path,
                        format!("{name} refers to `{other}`, which is not in the file"),
                        "name a resource of this file, or one of the parameters Stage and Project",
                        ANATOMY,
                    );
                }
                let mut used = BTreeSet::new();
                tests(value, &mut used);
                for other in used.into_iter().filter(|name| !conditions.contains(name)) {
                    let hint = "declare it under Conditions";
                    self.add(
                        &path,
                        format!("there is no condition `{other}`"),
                        hint,
                        ANATOMY,
                    );
                }
            }
        }
    }

    fn is_resource(&self, name: &str) -> bool {
        self.own.document["Resources"].get(name).is_some()
    }

    fn is_known(&self, name: &str) -> bool {
        let parameter = PARAMETERS.iter().any(|(known, _)| *known == name);
        name.starts_with("AWS::") || parameter || self.is_resource(name)
    }

    /// Resources that wait for each other.
    fn cycle(&mut self) {
        let own = self.own;
        let mut left: BTreeMap<&str, BTreeSet<String>> = (own.section("Resources"))
            .map(|(name, resource)| {
                let referred = references(resource).into_iter().map(|(name, _)| name);
                let waits = referred.chain(waits_for(resource).map(str::to_owned));
                (name, waits.filter(|name| self.is_resource(name)).collect())
            })
            .collect();
        loop {
            let free: Vec<&str> = (left.iter())
                .filter(|(_, waits)| !waits.iter().any(|name| left.contains_key(name.as_str())))
                .map(|(name, _)| *name)
                .collect();
            if free.is_empty() {
                break;
            }
            left.retain(|name, _| !free.contains(name));
        }
        let Some(first) = left.keys().next() else {
            return;
        };
        let names: Vec<&str> = left.keys().copied().collect();
        self.add(
            &format!("Resources/{first}"),
            format!("{} wait for each other", names.join(", ")),
            "break the cycle: have one of them do without a Ref, GetAtt or DependsOn",
            DEPENDENCIES,
        );
    }

    fn size(&mut self) {
        let bytes = self.own.template().to_string().len();
        if bytes > MOST_BYTES {
            self.add(
                "",
                format!("the template has {bytes} bytes, and CloudFormation takes {MOST_BYTES}"),
                "take out what the skill does not need, or deploy it as a stack of its own",
                QUOTAS,
            );
        }
    }
}

/// The resources that one says it waits for.
fn waits_for(resource: &Value) -> impl Iterator<Item = &str> {
    let said = &resource["DependsOn"];
    let several = said
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    said.as_str().into_iter().chain(several)
}

/// The conditions that a value depends on.
fn tests<'value>(value: &'value Value, used: &mut BTreeSet<&'value str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| tests(item, used)),
        Value::Object(members) => {
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("Fn::If", Value::Array(arguments)) => {
                        used.extend(arguments.first().and_then(Value::as_str));
                    }
                    // Of a resource, of an output, or of another condition; further inside it is a property.
                    ("Condition", Value::String(condition))
                        if members.len() == 1
                            || members.contains_key("Type")
                            || members.contains_key("Value") =>
                    {
                        used.insert(condition);
                    }
                    _ => {}
                }
                if name != "Properties" || !member.is_object() {
                    tests(member, used);
                } else {
                    inside(member, used);
                }
            }
        }
        _ => {}
    }
}

/// The same below properties, where `Condition` is a word of the service, as in policies.
fn inside<'value>(value: &'value Value, used: &mut BTreeSet<&'value str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| inside(item, used)),
        Value::Object(members) => {
            for (name, member) in members {
                if let ("Fn::If", Value::Array(arguments)) = (name.as_str(), member) {
                    used.extend(arguments.first().and_then(Value::as_str));
                }
                inside(member, used);
            }
        }
        _ => {}
    }
}

fn is_name(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `Service::Part::Type`, or a custom resource.
fn is_type(text: &str) -> bool {
    let parts: Vec<_> = text.split("::").collect();
    let is_part = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_@-".contains(&byte))
    };
    (parts.len() >= 3 || parts.first() == Some(&"Custom")) && parts.iter().all(is_part)
}
