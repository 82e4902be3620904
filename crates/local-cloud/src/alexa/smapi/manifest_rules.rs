//! What SMAPI accepts as a skill manifest.
//!
//! <https://developer.amazon.com/docs/alexa/smapi/skill-manifest.html>. A property that the service
//! knows and the specification does not is kept as it is.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::errors::Violation;
use super::structure;

/// The regions of Lambda that a custom skill can be hosted in.
/// <https://developer.amazon.com/docs/alexa/custom-skills/host-a-custom-skill-as-an-aws-lambda-function.html>
const LAMBDA_REGIONS: &[&str] = &["ap-northeast-1", "eu-west-1", "us-east-1", "us-west-2"];

/// The manifest as the service keeps it, or all that is wrong with it.
pub(super) fn check(document: &Value) -> Result<Value, Vec<Violation>> {
    let mut document = structure::without_nulls(document.clone());
    if let Value::Object(manifest) = &mut document {
        let version = manifest.entry("manifestVersion");
        version.or_insert_with(|| "1.0".into());
    }
    let whole = json!({ "manifest": document });
    let mut found = structure::violations("$", facts::smapi::manifest(), &whole);
    let document = &whole["manifest"];
    for (path, hosted) in [
        ("$.manifest.apis.custom", &document["apis"]["custom"]),
        ("$.manifest.events", &document["events"]),
    ] {
        for (path, endpoint) in endpoints(path, hosted) {
            found.extend(wrong_function(&path, endpoint));
        }
    }
    if found.is_empty() {
        Ok(document.clone())
    } else {
        Err(found)
    }
}

/// Every URI of an API or of the events, with its path.
fn endpoints<'v>(path: &str, hosted: &'v Value) -> Vec<(String, &'v str)> {
    let own = (format!("{path}.endpoint.uri"), &hosted["endpoint"]["uri"]);
    let regions = hosted["regions"].as_object().into_iter().flatten();
    let regional = regions.map(|(region, place)| {
        let path = format!("{path}.regions.{region}.endpoint.uri");
        (path, &place["endpoint"]["uri"])
    });
    std::iter::once(own)
        .chain(regional)
        .filter_map(|(path, uri)| Some((path, uri.as_str()?)))
        .collect()
}

fn wrong_function(path: &str, uri: &str) -> Option<Violation> {
    (uri.starts_with("arn") && !is_lambda(uri)).then(|| {
        Violation::at(
            path,
            "INVALID_ENDPOINT",
            format!(
                "\"{uri}\" at \"{path}\" is not the ARN of a Lambda function in one of the regions \
                 for custom skills: {}.",
                LAMBDA_REGIONS.join(", ")
            ),
        )
    })
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
        .flat_map(|hosted| endpoints("", hosted))
        .map(|(_, uri)| uri)
        .filter(|uri| uri.starts_with("arn"))
        .collect()
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

#[cfg(test)]
mod tests;
