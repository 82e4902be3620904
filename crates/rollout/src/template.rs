//! Reading a CloudFormation template for comparison: its resources with parameters filled in, so
//! that a person reads values and not the names of parameters.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value, json};

use infra::cloudformation::RenderError;

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
    /// Reads a template in YAML or JSON.
    pub fn read(text: &str, parameters: &BTreeMap<String, String>) -> Result<Self, Error> {
        let document = load(text).map_err(|cause| {
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
            if let Some(protection) = members
                .get_mut("Properties")
                .and_then(|properties| properties.get_mut("DeletionProtection"))
            {
                *protection = "INACTIVE".into();
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

/// A template that cannot be written as YAML.
pub(crate) fn unrenderable(error: &RenderError) -> Error {
    Error::new(
        Code::StackFile,
        format!("a template cannot be rendered: {error}"),
    )
}

/// The resources that a value refers to, each with the attribute or `None` for its reference.
pub fn references(value: &Value) -> Vec<(String, Option<String>)> {
    match value {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(members) => {
            let call = members.iter().next().filter(|_| members.len() == 1);
            match call.map(|(name, argument)| (name.as_str(), argument)) {
                Some(("Ref", Value::String(name))) => vec![(name.clone(), None)],
                Some(("Fn::GetAtt", Value::Array(path))) => {
                    let part = |index: usize| path.get(index).and_then(Value::as_str);
                    part(0)
                        .map(|name| (name.to_owned(), part(1).map(str::to_owned)))
                        .into_iter()
                        .collect()
                }
                Some(("Fn::Sub", Value::String(text))) => placeholders(text),
                _ => members.values().flat_map(references).collect(),
            }
        }
        _ => Vec::new(),
    }
}

fn placeholders(text: &str) -> Vec<(String, Option<String>)> {
    text.split("${")
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .map(|name| match name.split_once('.') {
            Some((name, attribute)) => (name.to_owned(), Some(attribute.to_owned())),
            None => (name.to_owned(), None),
        })
        .collect()
}

fn load(text: &str) -> Result<Value, String> {
    let mut events = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        events.push(event);
    }
    let mut events = events
        .into_iter()
        .skip_while(|event| !matches!(event, Event::DocumentStart(_)))
        .skip(1);
    node(&mut events)
}

fn node<'text>(events: &mut impl Iterator<Item = Event<'text>>) -> Result<Value, String> {
    let event = events.next().ok_or("it ends too early")?;
    complete(event, events)
}

fn complete<'text>(
    event: Event<'text>,
    events: &mut impl Iterator<Item = Event<'text>>,
) -> Result<Value, String> {
    match event {
        Event::Scalar(text, style, _, tag) => {
            let text = text.to_string();
            Ok(match tag {
                Some(tag) if !tag.is_yaml_core_schema() => function(&tag, json!(text)),
                None if style == ScalarStyle::Plain => scalar(&text),
                _ => json!(text),
            })
        }
        Event::SequenceStart(_, tag) => {
            let mut items = Vec::new();
            loop {
                match events.next().ok_or("a list does not end")? {
                    Event::SequenceEnd => break,
                    event => items.push(complete(event, events)?),
                }
            }
            Ok(tagged(tag.as_deref(), json!(items)))
        }
        Event::MappingStart(_, tag) => {
            let mut members = Map::new();
            loop {
                match events.next().ok_or("a mapping does not end")? {
                    Event::MappingEnd => break,
                    Event::Scalar(name, ..) => {
                        members.insert(name.to_string(), node(events)?);
                    }
                    _ => return Err("a key is not text".to_owned()),
                }
            }
            Ok(tagged(tag.as_deref(), json!(members)))
        }
        _ => Err("it uses a part of YAML that templates do not have".to_owned()),
    }
}

fn tagged(tag: Option<&Tag>, value: Value) -> Value {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() => function(tag, value),
        _ => value,
    }
}

/// The long form of an intrinsic function.
fn function(tag: &Tag, argument: Value) -> Value {
    match (tag.suffix.as_str(), argument) {
        (name @ ("Ref" | "Condition"), argument) => json!({ name: argument }),
        ("GetAtt", Value::String(path)) => {
            let parts: Vec<_> = path.splitn(2, '.').collect();
            json!({ "Fn::GetAtt": parts })
        }
        (name, argument) => json!({ format!("Fn::{name}"): argument }),
    }
}

/// Both sides of a comparison are read by the same rules, so that these need not be all of YAML's.
fn scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => json!(true),
        "false" => json!(false),
        number => number
            .parse::<i64>()
            .map_or(json!(text), |number| json!(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
Parameters:
  Stage: {Type: String}
  Uris: {Type: CommaDelimitedList}
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    DeletionPolicy: Retain
    Properties:
      UserPoolName: !Sub guide-${Stage}
      Mfa: \"OFF\"
      Urls: !Ref Uris
      Arn: !GetAtt Role.Arn
      Text: !Sub \"${Role} of ${AWS::Region}\"
";

    fn parameters() -> BTreeMap<String, String> {
        [("Stage", "dev"), ("Uris", "https://a,https://b")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn parameters_are_filled_in_and_references_stay() {
        let resources = Template::read(TEMPLATE, &parameters()).unwrap().resources();
        let pool = &resources["Pool"];
        assert_eq!(
            Value::from(pool.properties.clone()),
            json!({
                "UserPoolName": "guide-dev",
                "Mfa": "OFF",
                "Urls": ["https://a", "https://b"],
                "Arn": {"Fn::GetAtt": ["Role", "Arn"]},
                "Text": {"Fn::Sub": "${Role} of ${AWS::Region}"},
            })
        );
        assert_eq!(pool.attributes["DeletionPolicy"], "Retain");
        let role = |attribute: Option<&str>| ("Role".to_owned(), attribute.map(str::to_owned));
        let found = references(&json!(pool.properties));
        assert!(found.contains(&role(None)) && found.contains(&role(Some("Arn"))));
    }

    #[test]
    fn what_a_condition_leaves_out_is_not_there() {
        let text = "
Parameters: {Stage: {Type: String}}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsHere: !Equals [!Ref AWS::Region, us-east-1]
Resources:
  Pool:
    Type: P
    Properties:
      Name: !If [IsDev, !Ref AWS::NoValue, !Ref Stage]
      Other: !If [IsHere, a, b]
  Dev: {Type: D, Condition: IsDev}
";
        let of = |stage: &str| {
            let parameters = [("Stage".to_owned(), stage.to_owned())].into();
            Template::read(text, &parameters).unwrap().resources()
        };
        let unknown = json!({"Fn::If": ["IsHere", "a", "b"]});
        assert_eq!(
            json!(of("dev")["Pool"].properties),
            json!({ "Other": unknown })
        );
        assert!(of("dev").contains_key("Dev"));
        assert_eq!(
            json!(of("prod")["Pool"].properties),
            json!({ "Name": "prod", "Other": unknown })
        );
        assert!(!of("prod").contains_key("Dev"));
    }

    #[test]
    fn words_and_layout_mean_nothing_and_values_do() {
        let read = |text: &str| Template::read(text, &parameters()).unwrap();
        let other = format!(
            "# A comment.\nDescription: Other words\n{}Outputs:\n  Pool:\n    Description: a\n    \
             Value: !Ref Pool\n",
            TEMPLATE.replace("{Type: String}", "{Type: String, Description: Which}")
        );
        let plain = format!("{TEMPLATE}Outputs: {{Pool: {{Value: !Ref Pool}}}}\n");
        assert!(read(&other).means_the_same(&read(&plain)));
        assert!(!read(TEMPLATE).means_the_same(&read(&plain)));
        for (from, to) in [
            ("\"OFF\"", "\"ON\""),
            ("Retain", "Delete"),
            ("CommaDelimitedList", "String"),
        ] {
            let changed = plain.replace(from, to);
            assert!(!read(&plain).means_the_same(&read(&changed)), "{to}");
        }
        let moved = [("Stage".to_owned(), "prod".to_owned())].into();
        let moved = Template::read(&plain, &moved).unwrap();
        assert!(!read(&plain).means_the_same(&moved));
    }

    #[test]
    fn a_part_of_a_template_has_no_outputs_and_lacks_nothing() {
        let text = "
Parameters: {Stage: {Type: String}}
Resources:
  Pool: {Type: P, Properties: {Name: !Ref Stage}}
  Client: {Type: C, DependsOn: Other, Properties: {Pool: !Ref Pool}}
  Other: {Type: O}
Outputs: {Pool: {Value: !Ref Pool}}
";
        let template = Template::read(text, &parameters()).unwrap();
        let part: Value =
            serde_json::from_str(&template.only(&["Pool", "Client"]).unwrap()).unwrap();
        assert_eq!(
            part,
            json!({
                "Parameters": {"Stage": {"Type": "String"}},
                "Resources": {
                    "Pool": {"Type": "P", "Properties": {"Name": {"Ref": "Stage"}}},
                    "Client": {"Type": "C", "Properties": {"Pool": {"Ref": "Pool"}}},
                },
            })
        );
        let refused = template.only(&["Client"]).unwrap_err();
        assert!(refused.message().contains("Pool"), "{}", refused.message());
    }

    #[test]
    fn a_released_template_keeps_nothing_when_its_stack_goes() {
        let text = "
Resources:
  Pool:
    Type: P
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties: {DeletionProtection: ACTIVE, Name: !Ref Stage}
";
        let released = Template::read(text, &parameters()).unwrap().released();
        let released: Value = serde_json::from_str(&released).unwrap();
        assert_eq!(
            released["Resources"]["Pool"],
            json!({"Type": "P", "Properties": {"DeletionProtection": "INACTIVE", "Name": {"Ref": "Stage"}}})
        );
    }

    #[test]
    fn what_is_no_template_is_refused() {
        assert!(Template::read("a: [", &parameters()).is_err());
        assert!(Template::read("", &parameters()).is_err());
    }
}
