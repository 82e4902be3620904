//! What SMAPI accepts as a skill manifest.
//!
//! <https://developer.amazon.com/docs/alexa/smapi/skill-manifest.html>. The rules are those that a
//! custom skill meets; a property that the service knows and these rules do not is kept as it is.

mod checker;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::errors::Violation;
use checker::{Checker, mismatch};

/// The members of a manifest.
const MEMBERS: &[&str] = &[
    "manifestVersion",
    "publishingInformation",
    "privacyAndCompliance",
    "events",
    "permissions",
    "authorizedClients",
    "apis",
];
/// The APIs that a skill can implement.
const APIS: &[&str] = &[
    "alexaForBusiness",
    "custom",
    "demandResponse",
    "flashBriefing",
    "householdList",
    "knowledge",
    "music",
    "smartHome",
    "video",
];
/// The documented skill events.
/// <https://developer.amazon.com/docs/alexa/smapi/skill-events-in-alexa-skills.html>
const EVENTS: &[&str] = &[
    "AUDIO_ITEM_PLAYBACK_FAILED",
    "AUDIO_ITEM_PLAYBACK_FINISHED",
    "AUDIO_ITEM_PLAYBACK_STARTED",
    "AUDIO_ITEM_PLAYBACK_STOPPED",
    "IN_SKILL_PRODUCT_SUBSCRIPTION_ENDED",
    "IN_SKILL_PRODUCT_SUBSCRIPTION_RENEWED",
    "IN_SKILL_PRODUCT_SUBSCRIPTION_STARTED",
    "ITEMS_CREATED",
    "ITEMS_DELETED",
    "ITEMS_UPDATED",
    "LIST_CREATED",
    "LIST_DELETED",
    "LIST_UPDATED",
    "REMINDER_CREATED",
    "REMINDER_DELETED",
    "REMINDER_STARTED",
    "REMINDER_STATUS_CHANGED",
    "REMINDER_UPDATED",
    "SKILL_ACCOUNT_LINKED",
    "SKILL_DISABLED",
    "SKILL_ENABLED",
    "SKILL_PERMISSION_ACCEPTED",
    "SKILL_PERMISSION_CHANGED",
    "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED",
];
/// The regions of Lambda that a custom skill can be hosted in.
/// <https://developer.amazon.com/docs/alexa/custom-skills/host-a-custom-skill-as-an-aws-lambda-function.html>
const LAMBDA_REGIONS: &[&str] = &["ap-northeast-1", "eu-west-1", "us-east-1", "us-west-2"];

/// The manifest as the service keeps it, or all that is wrong with it.
pub(super) fn check(document: &Value) -> Result<Value, Vec<Violation>> {
    let mut document = document.clone();
    drop_nulls(&mut document);
    let mut found = Vec::new();
    if let Value::Object(manifest) = &mut document {
        manifest
            .entry("manifestVersion")
            .or_insert_with(|| "1.0".into());
        check_manifest(&mut Checker(&mut found), manifest);
    } else {
        found.push(mismatch("$.manifest", "an object"));
    }
    if found.is_empty() {
        Ok(document)
    } else {
        Err(found)
    }
}

/// The URI that serves an Alexa region (`NA`, `EU` or `FE`): its own, or else the default one.
pub(super) fn endpoint<'a>(api: &'a Value, region: &str) -> Option<&'a str> {
    api["regions"][region]["endpoint"]["uri"]
        .as_str()
        .or_else(|| api["endpoint"]["uri"].as_str())
}

/// Every Lambda function that Alexa is to invoke.
pub(super) fn lambda_arns(manifest: &Value) -> BTreeSet<&str> {
    [&manifest["apis"]["custom"], &manifest["events"]]
        .into_iter()
        .flat_map(|api| {
            let regional = api["regions"].as_object().into_iter().flat_map(Map::values);
            std::iter::once(api).chain(regional)
        })
        .filter_map(|place| place["endpoint"]["uri"].as_str())
        .filter(|uri| uri.starts_with("arn"))
        .collect()
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|_, member| !member.is_null());
            object.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn check_manifest(checker: &mut Checker<'_>, manifest: &Map<String, Value>) {
    let path = "$.manifest";
    checker.only(path, manifest, MEMBERS);
    checker.one_of(
        &format!("{path}.manifestVersion"),
        manifest.get("manifestVersion"),
        &["1.0"],
    );
    if let Some(value) = manifest.get("publishingInformation") {
        check_publishing(checker, &format!("{path}.publishingInformation"), value);
    }
    if let Some(value) = manifest.get("privacyAndCompliance") {
        check_privacy(checker, &format!("{path}.privacyAndCompliance"), value);
    }
    if let Some(value) = manifest.get("apis") {
        let path = format!("{path}.apis");
        if let Some(apis) = checker.object(&path, value) {
            checker.only(&path, apis, APIS);
        }
        if let Some(custom) = value.get("custom") {
            check_hosting(checker, &format!("{path}.custom"), custom);
        }
    }
    if let Some(value) = manifest.get("events") {
        check_events(checker, &format!("{path}.events"), value);
    }
    for (index, permission) in checker
        .list(
            &format!("{path}.permissions"),
            manifest.get("permissions"),
            100,
        )
        .iter()
        .enumerate()
    {
        let path = format!("{path}.permissions[{index}]");
        if let Some(permission) = checker.object(&path, permission) {
            checker.required(&path, permission, "name");
        }
    }
}

fn check_publishing(checker: &mut Checker<'_>, path: &str, value: &Value) {
    let Some(information) = checker.object(path, value) else {
        return;
    };
    checker.text(
        &format!("{path}.testingInstructions"),
        information.get("testingInstructions"),
        0,
        4000,
    );
    checker.one_of(
        &format!("{path}.distributionMode"),
        information.get("distributionMode"),
        &["PRIVATE", "PUBLIC"],
    );
    let Some(locales) = information.get("locales") else {
        return;
    };
    let path = format!("{path}.locales");
    let Some(locales) = checker.object(&path, locales) else {
        return;
    };
    if locales.is_empty() {
        checker.report(Violation::at(
            &path,
            "INVALID_NUMBER_OF_PROPERTIES",
            format!("Object at \"{path}\" has no locale; at least one is required."),
        ));
    }
    for (locale, value) in locales {
        let path = format!("{path}.{locale}");
        let Some(texts) = checker.object(&path, value) else {
            continue;
        };
        checker.required(&path, texts, "name");
        checker.text(&format!("{path}.name"), texts.get("name"), 2, 50);
        checker.text(&format!("{path}.summary"), texts.get("summary"), 0, 160);
        checker.text(
            &format!("{path}.description"),
            texts.get("description"),
            0,
            4000,
        );
        let phrases = format!("{path}.examplePhrases");
        for (index, phrase) in checker
            .list(&phrases, texts.get("examplePhrases"), 3)
            .iter()
            .enumerate()
        {
            checker.text(&format!("{phrases}[{index}]"), Some(phrase), 1, 200);
        }
        let keywords = format!("{path}.keywords");
        for (index, keyword) in checker
            .list(&keywords, texts.get("keywords"), 30)
            .iter()
            .enumerate()
        {
            checker.text(&format!("{keywords}[{index}]"), Some(keyword), 1, 150);
        }
    }
}

fn check_privacy(checker: &mut Checker<'_>, path: &str, value: &Value) {
    let Some(privacy) = checker.object(path, value) else {
        return;
    };
    for name in [
        "allowsPurchases",
        "usesPersonalInfo",
        "isChildDirected",
        "isExportCompliant",
        "containsAds",
        "usesHealthInfo",
    ] {
        if privacy.get(name).is_some_and(|value| !value.is_boolean()) {
            checker.report(mismatch(&format!("{path}.{name}"), "a boolean"));
        }
    }
}

/// `endpoint` and `regions`, as the custom API and the events have them.
fn check_hosting(checker: &mut Checker<'_>, path: &str, value: &Value) {
    let Some(api) = checker.object(path, value) else {
        return;
    };
    if let Some(endpoint) = api.get("endpoint") {
        check_endpoint(checker, &format!("{path}.endpoint"), endpoint);
    }
    let Some(regions) = api.get("regions") else {
        return;
    };
    let path = format!("{path}.regions");
    let Some(regions) = checker.object(&path, regions) else {
        return;
    };
    checker.only(&path, regions, &["NA", "EU", "FE"]);
    for (region, value) in regions {
        let path = format!("{path}.{region}");
        let Some(region) = checker.object(&path, value) else {
            continue;
        };
        checker.required(&path, region, "endpoint");
        if let Some(endpoint) = region.get("endpoint") {
            check_endpoint(checker, &format!("{path}.endpoint"), endpoint);
        }
    }
}

fn check_endpoint(checker: &mut Checker<'_>, path: &str, value: &Value) {
    let Some(endpoint) = checker.object(path, value) else {
        return;
    };
    checker.required(path, endpoint, "uri");
    checker.one_of(
        &format!("{path}.sslCertificateType"),
        endpoint.get("sslCertificateType"),
        &["SelfSigned", "Wildcard", "Trusted"],
    );
    let Some(uri) = endpoint.get("uri") else {
        return;
    };
    let path = format!("{path}.uri");
    let Some(uri) = uri.as_str() else {
        return checker.report(mismatch(&path, "a string"));
    };
    if !uri.starts_with("arn") && !uri.starts_with("https://") {
        checker.report(Violation::at(
            &path,
            "INVALID_STRING_PATTERN",
            format!(
                "String \"{uri}\" at \"{path}\" does not match the regular expression: \
                 \"^(arn|https://)\"."
            ),
        ));
    } else if uri.starts_with("arn") && !is_lambda(uri) {
        checker.report(Violation::at(
            &path,
            "INVALID_ENDPOINT",
            format!(
                "\"{uri}\" at \"{path}\" is not the ARN of a Lambda function in one of the regions \
                 for custom skills: {}.",
                LAMBDA_REGIONS.join(", ")
            ),
        ));
    }
}

fn is_lambda(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    matches!(
        parts.as_slice(),
        ["arn", "aws", "lambda", region, account, "function", _]
        | ["arn", "aws", "lambda", region, account, "function", _, _]
            if LAMBDA_REGIONS.contains(region)
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
    )
}

fn check_events(checker: &mut Checker<'_>, path: &str, value: &Value) {
    let Some(events) = checker.object(path, value) else {
        return;
    };
    checker.required(path, events, "endpoint");
    check_hosting(checker, path, value);
    let subscriptions = format!("{path}.subscriptions");
    for (index, subscription) in checker
        .list(&subscriptions, events.get("subscriptions"), 100)
        .iter()
        .enumerate()
    {
        let path = format!("{subscriptions}[{index}]");
        if let Some(subscription) = checker.object(&path, subscription) {
            checker.required(&path, subscription, "eventName");
            checker.one_of(
                &format!("{path}.eventName"),
                subscription.get("eventName"),
                EVENTS,
            );
        }
    }
}

#[cfg(test)]
mod tests;
