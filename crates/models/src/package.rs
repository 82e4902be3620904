//! The documents of a skill package, checked against the limits of the Skill Management API when
//! they are read
//! ([format](https://developer.amazon.com/en-US/docs/alexa/smapi/skill-package-api-reference.html)).
//!
//! What is not typed here is kept and written out again: a fork may use a feature that this build
//! does not know. Account linking is no part of a package; see
//! [`account_linking`](crate::account_linking).
//!
//! ```
//! use models::package::{ManifestDocument, Refused};
//!
//! let text = r#"{"manifest": {"manifestVersion": "1.0", "apis": {"custom": {}},
//!   "publishingInformation": {"locales": {"en-US": {"name": "A"}}}}}"#;
//! let Err(Refused::Rules(refusals)) = ManifestDocument::parse(text) else {
//!     unreachable!("a name of one character is accepted");
//! };
//! assert_eq!(
//!     refusals[0].to_string(),
//!     "manifest.publishingInformation.locales.en-US.name: name has 1 characters: use 2 to 50"
//! );
//! assert_eq!(refusals[0].place.position(text), (2, 59));
//! ```

mod interaction_model;
mod manifest;
mod place;

pub use interaction_model::{
    Dialog, DialogIntent, DialogPrompts, DialogSlot, InteractionModel, InteractionModelDocument,
    LanguageModel, ModelIntent, ModelSlot, Prompt, PromptVariation, SlotType, SlotTypeName,
    SlotTypeValue,
};
pub use manifest::{
    Apis, CustomApi, Endpoint, Events, LocalizedPrivacy, LocalizedPublishing,
    MAX_TESTING_INSTRUCTIONS, Manifest, ManifestDocument, Permission, Privacy, Publishing, Region,
    SUBSCRIPTIONS, Subscription,
};
pub use place::Place;

use std::fmt;

/// One thing that the Skill Management API would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where it is.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.message, self.hint)
    }
}

/// Why a document is not one of a skill package.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Not JSON, or a value of the wrong type; the error has line and column.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Rules that it breaks.
    #[error("{}", join(.0))]
    Rules(Vec<Refusal>),
}

fn join(refusals: &[Refusal]) -> String {
    let lines: Vec<String> = refusals.iter().map(Refusal::to_string).collect();
    lines.join("\n")
}

/// Collects refusals.
#[derive(Debug, Default)]
struct Refusals(Vec<Refusal>);

impl Refusals {
    fn report(&mut self, place: &Place, message: impl Into<String>, hint: impl Into<String>) {
        self.0.push(Refusal {
            place: place.clone(),
            message: message.into(),
            hint: hint.into(),
        });
    }

    /// Reports a text whose number of characters is outside of a range.
    fn characters(&mut self, place: &Place, what: &str, text: &str, (least, most): (usize, usize)) {
        let characters = text.chars().count();
        if !(least..=most).contains(&characters) {
            let message = format!("{what} has {characters} characters");
            self.report(place, message, format!("use {least} to {most}"));
        }
    }

    /// Reports a list that is too long.
    fn entries(&mut self, place: &Place, what: &str, found: usize, most: usize) {
        if found > most {
            let message = format!("{what} has {found} entries");
            self.report(place, message, format!("use at most {most}"));
        }
    }

    fn unless_empty<T>(self, document: T) -> Result<T, Refused> {
        if self.0.is_empty() {
            Ok(document)
        } else {
            Err(Refused::Rules(self.0))
        }
    }
}

#[cfg(test)]
mod tests;
