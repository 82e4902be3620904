//! What a skill asks of Alexa besides speaking.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::request::Intent;

/// An instruction to Alexa or to the device.
///
/// All of these keep or suspend the session, which is why only a [`Question`](super::Question) takes
/// them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all_fields = "camelCase")]
pub enum Directive {
    /// Leaves the next turn of a dialog to the dialog model.
    #[serde(rename = "Dialog.Delegate")]
    DialogDelegate {
        /// The intent with what the skill has changed in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        updated_intent: Option<Intent>,
    },
    /// Asks for a slot.
    #[serde(rename = "Dialog.ElicitSlot")]
    DialogElicitSlot {
        /// The slot to ask for.
        slot_to_elicit: String,
        /// The intent with what the skill has changed in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        updated_intent: Option<Intent>,
    },
    /// Asks whether a slot was understood well.
    #[serde(rename = "Dialog.ConfirmSlot")]
    DialogConfirmSlot {
        /// The slot to confirm.
        slot_to_confirm: String,
        /// The intent with what the skill has changed in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        updated_intent: Option<Intent>,
    },
    /// Asks whether everything was understood well.
    #[serde(rename = "Dialog.ConfirmIntent")]
    DialogConfirmIntent {
        /// The intent with what the skill has changed in it.
        #[serde(skip_serializing_if = "Option::is_none")]
        updated_intent: Option<Intent>,
    },
    /// Hands the user to another skill or to a task of Alexa.
    #[serde(rename = "Connections.StartConnection")]
    StartConnection {
        /// The task, such as `connection://AMAZON.AskForAccountLinking/1`.
        uri: String,
        /// The task's input.
        #[serde(skip_serializing_if = "Map::is_empty")]
        input: Map<String, Value>,
        /// Comes back in the request that resumes the session.
        #[serde(skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        /// `RESUME_SESSION` or `SEND_ERRORS_ONLY`.
        #[serde(skip_serializing_if = "Option::is_none")]
        on_completion: Option<String>,
    },
}
