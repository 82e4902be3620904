//! What the documentation and the service say beyond the specification.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The committed differences.
const DOCUMENTED: &str = include_str!("../../documented.json");

/// One difference.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    /// Where in `smapi.json`, as JSON pointers.
    at: Vec<String>,
    /// Keywords that are added, or replaced.
    #[serde(default)]
    set: Map<String, Value>,
    /// Texts that an `enum` has as well.
    #[serde(default)]
    also: Vec<String>,
    /// Keywords that do not hold.
    #[serde(default)]
    unset: Vec<String>,
    /// The reason, for whoever reads the file.
    #[expect(dead_code, reason = "for people, and checked to be there")]
    why: String,
    /// Where it is written down.
    #[expect(dead_code, reason = "for people, and checked to be there")]
    source: String,
}

/// Applies all differences to the reduced specification. Each must change something.
pub(super) fn apply(reduced: &mut Value) -> Result<(), String> {
    let differences: Vec<Difference> =
        serde_json::from_str(DOCUMENTED).map_err(|error| error.to_string())?;
    for difference in differences {
        for pointer in &difference.at {
            let schema = reduced.pointer_mut(pointer).and_then(Value::as_object_mut);
            let schema = schema.ok_or_else(|| format!("{pointer} is not there"))?;
            let before = schema.clone();
            for (keyword, value) in &difference.set {
                schema.insert(keyword.clone(), value.clone());
            }
            if let Some(Value::Array(values)) = schema.get_mut("enum") {
                values.extend(difference.also.iter().map(|text| text.as_str().into()));
            }
            for keyword in &difference.unset {
                schema.shift_remove(keyword);
            }
            if *schema == before {
                return Err(format!("{pointer} is so already"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_is_one() {
        let mut reduced = serde_json::from_str(super::super::REDUCED).unwrap();
        assert_eq!(apply(&mut reduced), Ok(()));
        let facts: Result<super::super::Facts, _> = serde_json::from_value(reduced);
        assert!(facts.is_ok(), "{facts:?}");
    }
}
