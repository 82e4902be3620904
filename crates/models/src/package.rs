//! The documents of a skill package, checked against what Amazon's specification and documentation
//! say of them
//! ([format](https://developer.amazon.com/en-US/docs/alexa/smapi/skill-package-api-reference.html)).
//!
//! Account linking is no part of a package; see [`account_linking`](crate::account_linking).
//!
//! ```
//! use models::package::check_manifest;
//!
//! let text = r#"{"manifest": {"manifestVersion": "1.0", "apis": {"custom": {}},
//!   "publishingInformation": {"locales": {"en-US": {"name": "A"}}}}}"#;
//! let document = serde_json::from_str(text).unwrap();
//! let findings = check_manifest(&document);
//! assert_eq!(
//!     findings.refusals[0].to_string(),
//!     "manifest.publishingInformation.locales.en-US.name: name has 1 characters: use 2 to 50"
//! );
//! assert_eq!(findings.refusals[0].place.position(text), (2, 59));
//! ```

mod interaction_model;
mod manifest;
mod place;
mod structure;

pub use interaction_model::{
    Dialog, DialogIntent, DialogPrompts, DialogSlot, InteractionModel, InteractionModelDocument,
    LanguageModel, ModelIntent, ModelSlot, Prompt, PromptVariation, SlotType, SlotTypeName,
    SlotTypeValue, check_model,
};
pub use manifest::check_manifest;
pub use place::Place;

use std::fmt;

/// One thing about a document that is wrong or unwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.message, self.hint)
    }
}

/// What is to be said about a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// What the Skill Management API would refuse.
    pub refusals: Vec<Finding>,
    /// What it takes, perhaps with a warning, and does not work as it looks.
    pub advice: Vec<Finding>,
}

impl Findings {
    fn refuse(&mut self, place: &Place, message: impl Into<String>, hint: impl Into<String>) {
        self.refusals.push(finding(place, message, hint));
    }

    fn advise(&mut self, place: &Place, message: impl Into<String>, hint: impl Into<String>) {
        self.advice.push(finding(place, message, hint));
    }
}

fn finding(place: &Place, message: impl Into<String>, hint: impl Into<String>) -> Finding {
    Finding {
        place: place.clone(),
        message: message.into(),
        hint: hint.into(),
    }
}

#[cfg(test)]
mod tests;
