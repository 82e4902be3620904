//! The manifest: what a skill is to the store and to Alexa
//! ([schema](https://developer.amazon.com/en-US/docs/alexa/smapi/skill-manifest.html)).

use serde_json::Value;

use super::{Findings, Place, structure};

/// Checks the file `skill.json`.
pub fn check_manifest(document: &Value) -> Findings {
    let mut findings = Findings::default();
    let root = Place::default();
    if document["manifest"].is_null() {
        findings.refuse(
            &root,
            "the manifest is missing",
            "wrap everything in {\"manifest\": {...}}",
        );
        return findings;
    }
    let schema = facts::smapi::manifest();
    structure::check(&mut findings, &root, "the file", schema, document);
    if document["manifest"]["apis"]["custom"].is_null() {
        findings.refuse(
            &Place::of(&["manifest", "apis", "custom"]),
            "apis.custom is missing: this is a custom skill",
            "write \"apis\": {\"custom\": {}}",
        );
    }
    findings
}
