use serde_json::json;

use super::*;

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:skill:live";

fn messages(document: &Value) -> Vec<String> {
    match check(document) {
        Ok(_) => Vec::new(),
        Err(violations) => violations
            .iter()
            .map(|violation| violation.message().to_owned())
            .collect(),
    }
}

#[test]
fn nulls_go_and_the_version_is_added() {
    let kept = check(&json!({ "apis": { "custom": { "endpoint": null } } })).unwrap();
    assert_eq!(
        kept,
        json!({ "apis": { "custom": {} }, "manifestVersion": "1.0" })
    );
}

#[test]
fn a_valid_property_that_the_rules_do_not_know_is_kept() {
    let document = json!({
        "manifestVersion": "1.0",
        "apis": { "custom": { "interfaces": [{ "type": "AUDIO_PLAYER" }] } },
    });
    assert_eq!(check(&document), Ok(document));
}

#[test]
fn events_need_an_endpoint() {
    let found = messages(&json!({
        "events": { "subscriptions": [{ "eventName": "SKILL_ENABLED" }] },
    }));
    assert_eq!(
        found,
        ["Required property is missing at \"$.manifest.events\": endpoint."]
    );
}

#[test]
fn an_endpoint_is_an_arn_or_an_https_url() {
    let with =
        |uri: &str| messages(&json!({ "apis": { "custom": { "endpoint": { "uri": uri } } } }));
    assert!(with(ARN).is_empty());
    assert!(with("https://example.com/skill").is_empty());
    let placeholder = with("${Arn}");
    assert!(
        placeholder[0].ends_with("does not match the regular expression: \"^(arn|https://)\"."),
        "{placeholder:?}"
    );
    assert_eq!(with("http://example.com").len(), 1);
    assert_eq!(with(&ARN.replace("us-east-1", "sa-east-1")).len(), 1);
    assert_eq!(with("arn:aws:s3:::bucket").len(), 1);
}

#[test]
fn every_violation_is_reported() {
    let found = messages(&json!({
        "manifestVersion": "2.0",
        "publishingInformation": { "locales": { "en-US": { "name": "x" } } },
        "apis": { "custom": { "regions": { "US": { "endpoint": { "uri": ARN } } } } },
        "events": {
            "endpoint": { "uri": ARN },
            "subscriptions": [{ "eventName": "SKILL_LINKED" }],
        },
        "extra": {},
    }));
    assert_eq!(found.len(), 5, "{found:?}");
}

#[test]
fn a_region_falls_back_to_the_default_endpoint() {
    let api = json!({
        "endpoint": { "uri": "default" },
        "regions": { "EU": { "endpoint": { "uri": "eu" } } },
    });
    assert_eq!(endpoint(&api, "EU"), Some("eu"));
    assert_eq!(endpoint(&api, "FE"), Some("default"));
    assert_eq!(endpoint(&json!({}), "NA"), None);
}

#[test]
fn functions_of_requests_and_events_are_found() {
    let manifest = json!({
        "apis": { "custom": {
            "endpoint": { "uri": "arn:1" },
            "regions": { "EU": { "endpoint": { "uri": "arn:2" } } },
        } },
        "events": { "endpoint": { "uri": "arn:3" } },
    });
    assert_eq!(
        lambda_arns(&manifest),
        BTreeSet::from(["arn:1", "arn:2", "arn:3"])
    );
}
