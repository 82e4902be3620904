//! Templates in YAML with CloudFormation's short forms: versions before 0.2.0 have deployed them, and
//! CloudFormation hands a template back as it was sent. Those that this version sends are JSON.
//!
//! It is read from the parser's events: a tree that keeps the tags, which here are functions, would be one crate more
//! in the first build.

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value, json};

/// Reads a template.
pub(super) fn read(text: &str) -> Result<Value, String> {
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
