//! Reading YAML as CloudFormation does: version 1.1 scalars, tags as intrinsic functions, neither
//! aliases nor merges.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};
use serde_json::{Map, Value, json};

use super::scalar;
use crate::base::error::AwsError;

/// The short forms, <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>.
const FUNCTIONS: &[&str] = &[
    "And",
    "Base64",
    "Cidr",
    "Equals",
    "FindInMap",
    "GetAZs",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
];

/// Reads one document, with every intrinsic function in its long form.
pub(super) fn load(text: &str) -> Result<Value, AwsError> {
    let mut loader = Loader {
        parser: Parser::new_from_str(text),
    };
    loader.expect_start()?;
    let (event, mark) = loader.next()?;
    let value = loader.node(event, mark)?;
    loader.expect_end()?;
    Ok(value)
}

struct Loader<'text> {
    parser: Parser<'text, saphyr_parser::StrInput<'text>>,
}

impl<'text> Loader<'text> {
    fn next(&mut self) -> Result<(Event<'text>, Marker), AwsError> {
        match self.parser.next() {
            Some(Ok((event, span))) => Ok((event, span.start)),
            Some(Err(error)) => Err(not_well_formed(&error)),
            None => Ok((Event::StreamEnd, Marker::default())),
        }
    }

    fn expect_start(&mut self) -> Result<(), AwsError> {
        self.next()?;
        match self.next()? {
            (Event::DocumentStart(_), _) => Ok(()),
            _ => Err(AwsError::bad_request(
                "ValidationError",
                "Template format error: the template is empty",
            )),
        }
    }

    fn expect_end(&mut self) -> Result<(), AwsError> {
        self.next()?;
        match self.next()? {
            (Event::StreamEnd, _) => Ok(()),
            (_, mark) => Err(refused("a template is one document", mark)),
        }
    }

    fn node(&mut self, event: Event<'text>, mark: Marker) -> Result<Value, AwsError> {
        match event {
            Event::Scalar(text, style, _, tag) => {
                let value = match style {
                    ScalarStyle::Plain => scalar::resolve(&text),
                    _ => Value::String(text.to_string()),
                };
                match tag {
                    None => Ok(value),
                    Some(tag) if tag.is_yaml_core_schema() => core(&tag, &text, mark),
                    // What follows a tag of an intrinsic function is text: a logical name `No`
                    // stays a name.
                    Some(tag) => function(&tag, &Value::String(text.to_string()), mark),
                }
            }
            Event::SequenceStart(_, tag) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, mark) => items.push(self.node(event, mark)?),
                    }
                }
                tagged(tag.as_deref(), Value::Array(items), mark)
            }
            Event::MappingStart(_, tag) => {
                let mut members = Map::new();
                loop {
                    let name = match self.next()? {
                        (Event::MappingEnd, _) => break,
                        (Event::Scalar(text, style, _, None), at) => {
                            if style == ScalarStyle::Plain && text == "<<" {
                                return Err(refused("merges are not supported", at));
                            }
                            if members.contains_key(text.as_ref()) {
                                return Err(refused(&format!("duplicate key {text}"), at));
                            }
                            text.to_string()
                        }
                        (_, at) => return Err(refused("a key must be text", at)),
                    };
                    let (event, mark) = self.next()?;
                    let value = self.node(event, mark)?;
                    members.insert(name, value);
                }
                tagged(tag.as_deref(), Value::Object(members), mark)
            }
            Event::Alias(_) => Err(refused("aliases are not supported", mark)),
            _ => Err(refused("a value is missing", mark)),
        }
    }
}

fn tagged(tag: Option<&Tag>, value: Value, mark: Marker) -> Result<Value, AwsError> {
    match tag {
        None => Ok(value),
        Some(tag) if tag.is_yaml_core_schema() => match tag.suffix.as_str() {
            "map" | "seq" => Ok(value),
            other => Err(refused(&format!("!!{other} is not supported"), mark)),
        },
        Some(tag) => function(tag, &value, mark),
    }
}

fn core(tag: &Tag, text: &str, mark: Marker) -> Result<Value, AwsError> {
    match tag.suffix.as_str() {
        "str" => Ok(Value::String(text.to_owned())),
        "int" | "float" | "bool" | "null" => Ok(scalar::resolve(text)),
        other => Err(refused(&format!("!!{other} is not supported"), mark)),
    }
}

fn function(tag: &Tag, argument: &Value, mark: Marker) -> Result<Value, AwsError> {
    let name = tag.suffix.as_str();
    match (name, argument) {
        ("Ref" | "Condition", _) => Ok(json!({ name: argument })),
        ("GetAtt", Value::String(path)) => match path.split_once('.') {
            Some((resource, attribute)) => Ok(json!({ "Fn::GetAtt": [resource, attribute] })),
            None => Err(refused("!GetAtt needs a resource and an attribute", mark)),
        },
        ("GetAtt", _) => Ok(json!({ "Fn::GetAtt": argument })),
        _ if FUNCTIONS.contains(&name) => Ok(json!({ format!("Fn::{name}"): argument })),
        _ => Err(refused(&format!("unrecognized tag !{name}"), mark)),
    }
}

fn not_well_formed(error: &ScanError) -> AwsError {
    let mark = error.marker();
    AwsError::bad_request(
        "ValidationError",
        format!(
            "Template format error: YAML not well-formed. (line {}, column {}): {}",
            mark.line(),
            mark.col() + 1,
            error.info()
        ),
    )
}

fn refused(what: &str, mark: Marker) -> AwsError {
    AwsError::bad_request(
        "ValidationError",
        format!(
            "Template format error: {what}. (line {}, column {})",
            mark.line(),
            mark.col() + 1
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_become_long_ones() {
        let loaded = load(
            "A: !Ref No\nB: !GetAtt Pool.Some.Arn\nC: !Sub\n  - a${X}\n  - {X: !Ref Y}\n\
             D: !Join ['', [a, !Ref B]]\nE: !If [On, 1, !Ref 'AWS::NoValue']\n",
        )
        .unwrap();
        assert_eq!(
            loaded,
            json!({
                "A": { "Ref": "No" },
                "B": { "Fn::GetAtt": ["Pool", "Some.Arn"] },
                "C": { "Fn::Sub": ["a${X}", { "X": { "Ref": "Y" } }] },
                "D": { "Fn::Join": ["", ["a", { "Ref": "B" }]] },
                "E": { "Fn::If": [true, 1, { "Ref": "AWS::NoValue" }] },
            })
        );
    }

    #[test]
    fn only_plain_scalars_are_resolved() {
        let loaded =
            load("A: OFF\nB: 'OFF'\nC: \"1\"\nD: !!str yes\nE: |\n  no\nF: 2012-10-17\nG:\n")
                .unwrap();
        assert_eq!(
            loaded,
            json!({
                "A": false,
                "B": "OFF",
                "C": "1",
                "D": "yes",
                "E": "no\n",
                "F": "2012-10-17",
                "G": null,
            })
        );
    }

    #[test]
    fn every_refusal_names_the_line() {
        for (text, message) in [
            ("a: 1\nb: [1", "(line 3"),
            (
                "a: &x 1\nb: *x\n",
                "aliases are not supported. (line 2, column 4)",
            ),
            (
                "a:\n  <<: {}\n",
                "merges are not supported. (line 2, column 3)",
            ),
            ("a: 1\na: 2\n", "duplicate key a. (line 2, column 1)"),
            ("a: !Reff b\n", "unrecognized tag !Reff. (line 1, column 4)"),
            ("a: !GetAtt b\n", "(line 1, column 4)"),
            (
                "a: !!binary b\n",
                "!!binary is not supported. (line 1, column 4)",
            ),
            ("? [a]\n: b\n", "a key must be text. (line 1, column 3)"),
            ("a: 1\n---\nb: 2\n", "a template is one document. (line 2"),
            ("", "the template is empty"),
        ] {
            let refused = load(text).unwrap_err();
            assert_eq!(refused.code, "ValidationError");
            assert!(
                refused.message.contains(message),
                "{text:?}: {}",
                refused.message
            );
        }
    }
}
