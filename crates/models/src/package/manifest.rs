//! The manifest: what a skill is to the store and to Alexa
//! ([schema](https://developer.amazon.com/en-US/docs/alexa/smapi/skill-manifest.html)).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Place, Refusals, Refused};
use crate::request::Extra;

/// Most characters of testing instructions.
pub const MAX_TESTING_INSTRUCTIONS: usize = 4_000;

/// The events that a skill can subscribe to
/// ([skill events](https://developer.amazon.com/docs/alexa/smapi/skill-events-in-alexa-skills.html)).
pub const SUBSCRIPTIONS: [&str; 6] = [
    "SKILL_ACCOUNT_LINKED",
    "SKILL_DISABLED",
    "SKILL_ENABLED",
    "SKILL_PERMISSION_ACCEPTED",
    "SKILL_PERMISSION_CHANGED",
    "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED",
];

/// Defines an object of the manifest: every member may be absent, and others are kept.
macro_rules! object {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
            /// What else is there.
            #[serde(flatten)]
            pub extra: Extra,
        }
    };
}

object! {
    /// The file `skill.json`.
    ManifestDocument {
        /// The manifest.
        manifest: Manifest,
    }
}

object! {
    /// A skill manifest.
    Manifest {
        /// `1.0`.
        manifest_version: String,
        /// What the store shows.
        publishing_information: Publishing,
        /// What the skill declares about itself.
        privacy_and_compliance: Privacy,
        /// What the skill wants to hear of.
        events: Events,
        /// What the skill asks users for.
        permissions: Vec<Permission>,
        /// What kind of skill it is.
        apis: Apis,
    }
}

object! {
    /// What the store shows.
    Publishing {
        /// What the store shows in each locale.
        locales: BTreeMap<String, LocalizedPublishing>,
        /// Whether every country gets it.
        is_available_worldwide: bool,
        /// The countries that get it otherwise.
        distribution_countries: Vec<String>,
        /// `PUBLIC` or `PRIVATE`.
        distribution_mode: String,
        /// Where in the store it is.
        category: String,
        /// What those who certify the skill are told.
        testing_instructions: String,
    }
}

object! {
    /// What the store shows in one locale.
    LocalizedPublishing {
        /// Name in the store, 2 to 50 characters.
        name: String,
        /// One line, at most 160 characters.
        summary: String,
        /// At most 4,000 characters.
        description: String,
        /// What is new, at most 4,000 characters.
        updates_description: String,
        /// What people might say, at most 4 of at most 200 characters.
        example_phrases: Vec<String>,
        /// What people might search for, at most 30 of at most 150 characters.
        keywords: Vec<String>,
        /// 108 by 108 pixels.
        small_icon_uri: String,
        /// 512 by 512 pixels.
        large_icon_uri: String,
    }
}

object! {
    /// What the skill declares about itself.
    Privacy {
        /// Whether money can be spent.
        allows_purchases: bool,
        /// Whether it handles personal information.
        uses_personal_info: bool,
        /// Whether it is for children under 13.
        is_child_directed: bool,
        /// Whether it may be exported.
        is_export_compliant: bool,
        /// Whether there is advertising in it.
        contains_ads: bool,
        /// Its policies in each locale.
        locales: BTreeMap<String, LocalizedPrivacy>,
    }
}

object! {
    /// Policies in one locale.
    LocalizedPrivacy {
        /// The privacy policy.
        privacy_policy_url: String,
        /// The terms of use.
        terms_of_use_url: String,
    }
}

object! {
    /// What the skill wants to hear of.
    Events {
        /// The events.
        subscriptions: Vec<Subscription>,
        /// Who is told; needed as soon as there are events.
        endpoint: Endpoint,
        /// Who is told in a part of the world, `NA`, `EU` or `FE`.
        regions: BTreeMap<String, Region>,
    }
}

object! {
    /// An event to hear of.
    Subscription {
        /// One of [`SUBSCRIPTIONS`].
        event_name: String,
    }
}

object! {
    /// Something to ask users for.
    Permission {
        /// Such as `alexa::profile:email:read`.
        name: String,
    }
}

object! {
    /// What kind of skill it is.
    Apis {
        /// A custom skill.
        custom: CustomApi,
    }
}

object! {
    /// A custom skill.
    CustomApi {
        /// Who answers.
        endpoint: Endpoint,
        /// Who answers in a part of the world, `NA`, `EU` or `FE`.
        regions: BTreeMap<String, Region>,
    }
}

object! {
    /// A part of the world.
    Region {
        /// Who answers there.
        endpoint: Endpoint,
    }
}

object! {
    /// Who answers.
    Endpoint {
        /// ARN of a function, or an https URL.
        uri: String,
        /// Kind of the certificate, with a URL.
        ssl_certificate_type: String,
    }
}

impl ManifestDocument {
    /// Reads and checks a manifest.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let document: Self = serde_json::from_str(text)?;
        let mut refusals = Refusals::default();
        match &document.manifest {
            Some(manifest) => check(manifest, &mut refusals),
            None => refusals.report(
                &Place::default(),
                "the manifest is missing",
                "wrap everything in {\"manifest\": {...}}",
            ),
        }
        refusals.unless_empty(document)
    }
}

fn check(manifest: &Manifest, refusals: &mut Refusals) {
    let root = Place::of(&["manifest"]);
    if manifest.manifest_version.as_deref() != Some("1.0") {
        refusals.report(
            &root.key("manifestVersion"),
            "manifestVersion is not \"1.0\", the only one there is",
            "write \"manifestVersion\": \"1.0\"",
        );
    }
    let custom = manifest.apis.as_ref().and_then(|apis| apis.custom.as_ref());
    let place = root.key("apis").key("custom");
    match custom {
        Some(custom) => endpoints(
            refusals,
            &place,
            custom.endpoint.as_ref(),
            custom.regions.as_ref(),
        ),
        None => refusals.report(
            &place,
            "apis.custom is missing: this is a custom skill",
            "write \"apis\": {\"custom\": {}}",
        ),
    }
    if let Some(events) = &manifest.events {
        let place = root.key("events");
        let regions = events.regions.as_ref();
        endpoints(refusals, &place, events.endpoint.as_ref(), regions);
        subscriptions(refusals, &place.key("subscriptions"), events);
    }
    if let Some(publishing) = &manifest.publishing_information {
        let place = root.key("publishingInformation");
        if let Some(text) = &publishing.testing_instructions {
            let limits = (0, MAX_TESTING_INSTRUCTIONS);
            let place = place.key("testingInstructions");
            refusals.characters(&place, "testingInstructions", text, limits);
        }
        for (locale, texts) in publishing.locales.iter().flatten() {
            store(refusals, &place.key("locales").key(locale), texts);
        }
    }
}

fn subscriptions(refusals: &mut Refusals, place: &Place, events: &Events) {
    for (index, subscription) in events.subscriptions.iter().flatten().enumerate() {
        let name = subscription.event_name.as_deref().unwrap_or_default();
        if !SUBSCRIPTIONS.contains(&name) {
            refusals.report(
                &place.index(index).key("eventName"),
                format!("`{name}` is not an event that a skill can subscribe to"),
                format!("use some of {}", SUBSCRIPTIONS.join(", ")),
            );
        }
    }
}

fn endpoints(
    refusals: &mut Refusals,
    place: &Place,
    endpoint: Option<&Endpoint>,
    regions: Option<&BTreeMap<String, Region>>,
) {
    let own = endpoint.map(|endpoint| (place.key("endpoint"), endpoint));
    let regional = regions.into_iter().flatten().filter_map(|(name, region)| {
        let place = place.key("regions").key(name).key("endpoint");
        Some((place, region.endpoint.as_ref()?))
    });
    for (place, endpoint) in own.into_iter().chain(regional) {
        let uri = endpoint.uri.as_deref().unwrap_or_default();
        if !uri.starts_with("arn") && !uri.starts_with("https://") {
            refusals.report(
                &place.key("uri"),
                format!("`{uri}` is no endpoint"),
                "use the ARN of a Lambda function, or an https URL",
            );
        }
    }
}

fn store(refusals: &mut Refusals, place: &Place, texts: &LocalizedPublishing) {
    let name = texts.name.as_deref().unwrap_or_default();
    refusals.characters(&place.key("name"), "name", name, (2, 50));
    for (key, text, most) in [
        ("summary", &texts.summary, 160),
        ("description", &texts.description, 4_000),
        ("updatesDescription", &texts.updates_description, 4_000),
    ] {
        let text = text.as_deref().unwrap_or_default();
        refusals.characters(&place.key(key), key, text, (0, most));
    }
    for (key, entries, most, longest) in [
        ("examplePhrases", &texts.example_phrases, 4, 200),
        ("keywords", &texts.keywords, 30, 150),
    ] {
        let entries = entries.as_deref().unwrap_or_default();
        let place = place.key(key);
        refusals.entries(&place, key, entries.len(), most);
        for (index, entry) in entries.iter().enumerate() {
            let what = format!("an entry of {key}");
            refusals.characters(&place.index(index), &what, entry, (0, longest));
        }
    }
}
