//! The Skill Management API: what a skill manifest, an interaction model and account linking may say.
//!
//! `smapi.json` is [reduced](reduce) from Amazon's specification, `spec.json` of the npm package
//! `ask-smapi-model`; continuous integration compares the two. `documented.json` has what the
//! specification lacks or says otherwise than the service does, each with its reason and source.

mod documented;
mod reduce;
mod schema;

use std::sync::LazyLock;

use serde_json::Value;

pub use self::reduce::{ReduceError, reduce};
pub use self::schema::{Kind, Schema};

/// The committed reduction of the specification.
const REDUCED: &str = include_str!("../smapi.json");

/// Where Amazon describes the manifest.
pub const MANIFEST_SOURCE: &str =
    "https://developer.amazon.com/docs/alexa/smapi/skill-manifest.html";

static FACTS: LazyLock<Option<Facts>> = LazyLock::new(|| {
    let mut reduced = serde_json::from_str(REDUCED).ok()?;
    documented::apply(&mut reduced).ok()?;
    serde_json::from_value(reduced).ok()
});

/// The schemas of the three documents.
#[derive(Debug, Default, serde::Deserialize)]
struct Facts {
    manifest: Schema,
    interaction_model: Schema,
    account_linking: Schema,
}

fn of(document: fn(&Facts) -> &Schema) -> &'static Schema {
    static NOTHING: LazyLock<Schema> = LazyLock::new(Schema::nothing);
    FACTS.as_ref().map_or(&*NOTHING, document)
}

/// The file `skill.json`: `{"manifest": {...}}`.
pub fn manifest() -> &'static Schema {
    of(|facts| &facts.manifest)
}

/// A file of `interactionModels/custom`: `{"interactionModel": {...}}`.
pub fn interaction_model() -> &'static Schema {
    of(|facts| &facts.interaction_model)
}

/// The body that writes account linking: `{"accountLinkingRequest": {...}}`.
pub fn account_linking() -> &'static Schema {
    of(|facts| &facts.account_linking)
}

/// The locales of skills, such as `en-US`.
/// <https://developer.amazon.com/docs/alexa/custom-skills/develop-skills-in-multiple-languages.html>
pub fn locales() -> &'static [String] {
    let at = ["manifest", "publishingInformation", "locales"];
    manifest().at(&at).map_or(&[], |locales| &locales.keys)
}

/// Whether the committed reduction is not that of a specification.
pub fn is_stale(specification: &Value) -> Result<bool, ReduceError> {
    Ok(text(specification)? != REDUCED)
}

/// The reduction of a specification as the text of a file.
pub fn text(specification: &Value) -> Result<String, ReduceError> {
    Ok(format!("{:#}\n", reduce(specification)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specification_is_there_with_its_lists() {
        let events = manifest()
            .at(&["manifest", "events", "subscriptions", "eventName"])
            .unwrap();
        assert_eq!(events.values.len(), 231);
        let permissions = manifest().at(&["manifest", "permissions", "name"]).unwrap();
        assert!(
            permissions
                .values
                .contains(&"alexa::profile:email:read".to_owned())
        );
        let interfaces = manifest()
            .at(&["manifest", "apis", "custom", "interfaces"])
            .unwrap();
        let interfaces = interfaces.items.as_deref().unwrap();
        for known in [
            "ALEXA_PRESENTATION_APL",
            "ALEXA_PRESENTATION_HTML",
            "CAN_FULFILL_INTENT_REQUEST",
        ] {
            assert!(interfaces.mapping.contains_key(known), "{known}");
        }
        assert_eq!(locales().len(), 17);
        let model = interaction_model().at(&["interactionModel", "languageModel"]);
        assert_eq!(model.unwrap().required, ["intents", "invocationName"]);
        let linking = account_linking().at(&["accountLinkingRequest", "scopes"]);
        assert_eq!(linking.unwrap().max_items, Some(15));
    }
}
