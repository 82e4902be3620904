//! Reading a template that is written in YAML: one of a person, or one that a version before 0.2.0 has deployed.
//! Intrinsic functions come out in their long form.
//!
//! It is read from the parser's events, as `CloudFormation` reads it: it knows neither aliases nor merges
//! ([templates](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html)). A tree that keeps
//! the tags, which here are functions, would be one crate more in the first build.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Value, json};

/// A template, and where its parts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The document, with intrinsic functions in their long form.
    pub document: Value,
    /// The line of each key, by the keys on the way to it joined with `/`, as far as [`DEPTH`].
    pub lines: BTreeMap<String, usize>,
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NotYaml {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// The reason.
    pub message: String,
}

/// How deep the lines of keys are kept: a section, a resource, `Properties`, a property, and one inside it.
pub const DEPTH: usize = 5;

/// Reads a template.
pub fn read(text: &str) -> Result<Read, NotYaml> {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        path: Vec::new(),
        lines: BTreeMap::new(),
        at: (1, 1),
    };
    loop {
        match reader.next("it is empty")? {
            Event::DocumentStart(_) => break,
            Event::StreamEnd => return Err(reader.because("it is empty")),
            _ => {}
        }
    }
    let document = reader.node()?;
    reader.next("it ends too early")?;
    match reader.next("it ends too early")? {
        Event::StreamEnd => {}
        _ => return Err(reader.because("it has more than one document")),
    }
    Ok(Read {
        document,
        lines: reader.lines,
    })
}

struct Reader<'text> {
    events: Parser<'text, saphyr_parser::StrInput<'text>>,
    path: Vec<String>,
    lines: BTreeMap<String, usize>,
    at: (usize, usize),
}

impl<'text> Reader<'text> {
    fn next(&mut self, missing: &str) -> Result<Event<'text>, NotYaml> {
        match self.events.next() {
            Some(Ok((event, Span { start, .. }))) => {
                self.at = (start.line(), start.col() + 1);
                Ok(event)
            }
            Some(Err(error)) => {
                let marker = error.marker();
                self.at = (marker.line(), marker.col() + 1);
                Err(self.because(error.info()))
            }
            None => Err(self.because(missing)),
        }
    }

    fn because(&self, message: impl Into<String>) -> NotYaml {
        NotYaml {
            line: self.at.0,
            column: self.at.1,
            message: message.into(),
        }
    }

    fn node(&mut self) -> Result<Value, NotYaml> {
        let event = self.next("it ends too early")?;
        self.complete(event)
    }

    fn complete(&mut self, event: Event<'text>) -> Result<Value, NotYaml> {
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
                    match self.next("a list does not end")? {
                        Event::SequenceEnd => break,
                        event => items.push(self.complete(event)?),
                    }
                }
                Ok(tagged(tag.as_deref(), json!(items)))
            }
            Event::MappingStart(_, tag) => {
                let mut members = Map::new();
                loop {
                    match self.next("a mapping does not end")? {
                        Event::MappingEnd => break,
                        Event::Scalar(name, ..) => self.member(name.to_string(), &mut members)?,
                        _ => return Err(self.because("a key is not text")),
                    }
                }
                Ok(tagged(tag.as_deref(), json!(members)))
            }
            Event::Alias(_) => {
                Err(self.because("CloudFormation knows no aliases: write the value out"))
            }
            _ => Err(self.because("it uses a part of YAML that templates do not have")),
        }
    }

    fn member(&mut self, name: String, members: &mut Map<String, Value>) -> Result<(), NotYaml> {
        if name == "<<" {
            return Err(self.because("CloudFormation knows no merges: write the members out"));
        }
        if members.contains_key(&name) {
            return Err(self.because(format!("`{name}` is there twice")));
        }
        self.path.push(name.clone());
        if self.path.len() <= DEPTH {
            self.lines.insert(self.path.join("/"), self.at.0);
        }
        let value = self.node()?;
        self.path.pop();
        members.insert(name, value);
        Ok(())
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

/// CloudFormation makes of a scalar what the property asks for, so that these need not be all of YAML's.
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

    #[test]
    fn short_forms_come_out_long_and_lines_are_kept() {
        let text = "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      TableName: !Sub '${Stage}-t'\n\
            Outputs:\n  Arn: { Value: !GetAtt Table.Arn }\n";
        let read = read(text).unwrap();
        assert_eq!(
            read.document["Resources"]["Table"]["Properties"]["TableName"],
            json!({ "Fn::Sub": "${Stage}-t" })
        );
        assert_eq!(
            read.document["Outputs"]["Arn"]["Value"],
            json!({ "Fn::GetAtt": ["Table", "Arn"] })
        );
        assert_eq!(read.lines["Resources/Table"], 2);
        assert_eq!(read.lines["Resources/Table/Type"], 3);
        assert_eq!(read.lines["Outputs/Arn"], 7);
    }

    #[test]
    fn what_cloudformation_does_not_read_is_refused_with_its_place() {
        for (text, line, message) in [
            ("", 1, "empty"),
            ("a: 1\na: 2\n", 2, "twice"),
            ("a: &x 1\nb: *x\n", 2, "aliases"),
            ("a: { b: 1 }\nc:\n  <<: { b: 2 }\n", 3, "merges"),
            ("a: [1, 2\n", 2, ""),
            ("a: 1\n---\nb: 2\n", 2, "more than one"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message.contains(message), "{text}: {error}");
            assert_eq!(error.line, line, "{text}: {error}");
        }
    }
}
