//! YAML for CloudFormation, which reads it by the rules of YAML 1.1.
//!
//! There a plain `OFF`, `y` or `2012-10-17` is not text; the serializer quotes everything that
//! a YAML 1.1 reader would take for something else.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_yaml::Tagged;

use super::RenderError;

/// Renders a template given in the long form of intrinsic functions.
pub(super) fn render(template: &Value) -> Result<String, RenderError> {
    let options = serde_yaml::ser_options! {
        // A folded scalar hides where a value ends; diffs are read by people.
        prefer_block_scalars: false,
        compact_list_indent: false,
    };
    Ok(serde_yaml::to_string_with_options(
        &Short(template),
        options,
    )?)
}

/// Writes `{"Ref": x}` and `{"Fn::Name": x}` as `!Ref x` and `!Name x`.
struct Short<'a>(&'a Value);

impl Serialize for Short<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => {
                if let Some((tag, argument)) = short_form(map) {
                    return Tagged(argument, Some(tag)).serialize(serializer);
                }
                if let Some((tag, arguments)) = with_arguments(map) {
                    let arguments: Vec<_> = arguments.iter().map(Short).collect();
                    return Tagged(arguments, Some(tag.to_owned())).serialize(serializer);
                }
                let mut out = serializer.serialize_map(Some(map.len()))?;
                for (key, value) in map {
                    out.serialize_entry(key, &Short(value))?;
                }
                out.end()
            }
            Value::Array(items) => {
                let mut out = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    out.serialize_element(&Short(item))?;
                }
                out.end()
            }
            scalar => scalar.serialize(serializer),
        }
    }
}

/// The tag and the argument, if `map` calls a function that takes one text in its short form.
fn short_form(map: &serde_json::Map<String, Value>) -> Option<(String, String)> {
    let (1, Some((name, argument))) = (map.len(), map.iter().next()) else {
        return None;
    };
    match (name.as_str(), argument) {
        ("Ref", Value::String(id)) => Some(("!Ref".to_owned(), id.clone())),
        ("Fn::Sub", Value::String(text)) => Some(("!Sub".to_owned(), text.clone())),
        ("Fn::GetAtt", Value::Array(path)) => match path.as_slice() {
            [Value::String(id), Value::String(name)] => {
                Some(("!GetAtt".to_owned(), format!("{id}.{name}")))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The tag and the arguments, if `map` calls a function that takes several.
fn with_arguments(map: &serde_json::Map<String, Value>) -> Option<(&'static str, &[Value])> {
    let (1, Some((name, Value::Array(arguments)))) = (map.len(), map.iter().next()) else {
        return None;
    };
    match name.as_str() {
        "Fn::Equals" => Some(("!Equals", arguments)),
        "Fn::If" => Some(("!If", arguments)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::render;

    #[test]
    fn functions_take_their_short_form() {
        let template = json!({
            "A": { "Ref": "Pool" },
            "B": [{ "Fn::GetAtt": ["Pool", "Arn"] }],
            "C": { "Fn::Sub": "x-${Stage}" },
            "D": { "Fn::Equals": [{ "Ref": "Stage" }, ""] },
        });
        assert_eq!(
            render(&template).unwrap(),
            "A: !Ref Pool\nB:\n  - !GetAtt Pool.Arn\nC: !Sub x-${Stage}\nD: !Equals\n  - !Ref \
             Stage\n  - \"\"\n"
        );
    }

    #[test]
    fn text_that_yaml_1_1_reads_as_something_else_is_quoted() {
        for text in [
            "OFF",
            "on",
            "y",
            "No",
            "2012-10-17",
            "12:30:45",
            "1_000",
            "0x1F",
            "=",
            "<<",
            "~",
            "null",
            "1e3",
            "",
            "007",
            "a: b",
            "# x",
            "*a",
            "!b",
            "- c",
        ] {
            let yaml = render(&json!({ "V": text })).unwrap();
            let quoted = [format!("V: \"{text}\"\n"), format!("V: '{text}'\n")];
            assert!(quoted.contains(&yaml), "{text:?} became {yaml:?}");
        }
    }
}
