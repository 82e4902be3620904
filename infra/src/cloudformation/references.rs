//! The resources and parameters that a value of a template refers to.

use serde_json::Value;

/// The names that a value refers to, each with the attribute or `None` for its reference.
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
                Some(("Fn::GetAtt", Value::String(path))) => vec![attribute(path)],
                Some(("Fn::Sub", Value::String(text))) => placeholders(text),
                Some(("Fn::Sub", Value::Array(parts))) => {
                    let given = parts.get(1).and_then(Value::as_object);
                    let text = parts.first().and_then(Value::as_str).unwrap_or_default();
                    let mut found = placeholders(text);
                    found.retain(|(name, _)| given.is_none_or(|given| !given.contains_key(name)));
                    found.extend(
                        given
                            .into_iter()
                            .flat_map(|given| given.values().flat_map(references)),
                    );
                    found
                }
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
        // `${!Name}` is the text `${Name}`.
        .filter(|name| !name.starts_with('!'))
        .map(|name| attribute(name.trim()))
        .collect()
}

fn attribute(path: &str) -> (String, Option<String>) {
    match path.split_once('.') {
        Some((name, attribute)) => (name.to_owned(), Some(attribute.to_owned())),
        None => (path.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_way_to_refer_is_found() {
        let value = json!({
            "a": { "Ref": "A" },
            "b": [{ "Fn::GetAtt": ["B", "Arn"] }, { "Fn::GetAtt": "C.Endpoint.Url" }],
            "c": { "Fn::Sub": "${D}-${E.Arn}-${!F}" },
            "d": { "Fn::Sub": ["${G}-${H}", { "G": { "Ref": "I" } }] },
        });
        let found = references(&value)
            .into_iter()
            .map(|(name, attribute)| match attribute {
                Some(attribute) => format!("{name}.{attribute}"),
                None => name,
            });
        let found: Vec<_> = found.collect();
        assert_eq!(
            found,
            ["A", "B.Arn", "C.Endpoint.Url", "D", "E.Arn", "H", "I"]
        );
    }
}
