//! Directives that have no type of their own here.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::response::ResponseError;

/// A directive that goes with any spoken answer, such as `Alexa.Presentation.APL.RenderDocument`
/// or `AudioPlayer.Play`, as data.
///
/// What needs an open session or goes without words has a type of its own, and is refused here.
///
/// ```
/// use models::response::RawDirective;
/// use serde_json::json;
///
/// assert!(RawDirective::new(json!({ "type": "AudioPlayer.Stop" })).is_ok());
/// let refused = RawDirective::new(json!({ "type": "Dialog.Delegate" })).unwrap_err();
/// assert!(refused.to_string().contains("a type of its own"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct RawDirective(Map<String, Value>);

/// Directives of these families have types of their own.
const TYPED: [&str; 3] = ["Dialog.", "Connections.", "Tasks."];

impl RawDirective {
    /// Takes an object with a `type`.
    pub fn new(directive: Value) -> Result<Self, ResponseError> {
        let refused = |reason: &str| {
            Err(ResponseError::Directive {
                reason: reason.to_owned(),
            })
        };
        let Value::Object(fields) = directive else {
            return refused("it is not an object");
        };
        let Some(Value::String(kind)) = fields.get("type") else {
            return refused("it has no `type`");
        };
        if TYPED.iter().any(|family| kind.starts_with(family)) {
            let reason = format!("{kind} has a type of its own in `models::response`; use that");
            return refused(&reason);
        }
        Ok(Self(fields))
    }
}
