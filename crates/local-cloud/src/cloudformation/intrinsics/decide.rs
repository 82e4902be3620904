//! Taking decisions without evaluating what follows from them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::template::{Reference, references};
use super::{Evaluation, Unresolved};

impl Evaluation<'_> {
    /// The references in some values that are left once every `Fn::If` has been decided.
    pub(in super::super) fn remaining_references<'values>(
        &self,
        values: impl IntoIterator<Item = &'values Value>,
    ) -> Result<BTreeSet<Reference>, Unresolved> {
        let mut decided = Vec::new();
        for value in values {
            decided.push(self.decide(value)?);
        }
        Ok(references(&Value::Array(decided)))
    }

    fn decide(&self, value: &Value) -> Result<Value, Unresolved> {
        match value {
            Value::Array(items) => items.iter().map(|item| self.decide(item)).collect(),
            Value::Object(members) => {
                if let Some([Value::String(condition), then, otherwise]) = members
                    .get("Fn::If")
                    .and_then(Value::as_array)
                    .map(Vec::as_slice)
                {
                    let chosen = if self.condition(condition)? {
                        then
                    } else {
                        otherwise
                    };
                    return self.decide(chosen);
                }
                let mut decided = Map::new();
                for (name, member) in members {
                    decided.insert(name.clone(), self.decide(member)?);
                }
                Ok(Value::Object(decided))
            }
            scalar => Ok(scalar.clone()),
        }
    }
}
