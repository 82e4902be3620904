//! `AWS::Route53::RecordSet`.

use serde_json::{Value, json};

use super::{Handler, HandlerError, Made, Properties, text};
use crate::aws::route53::{Action, Change, Record, Target};
use crate::base::error::AwsError;

/// Properties that a local stage keeps; the others would be accepted and forgotten.
const KEPT: &[&str] = &["AliasTarget", "HostedZoneId", "Name", "Type"];

/// A record that is there already is taken over if it is exactly the one that is wanted, and refused
/// otherwise (<https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/560>).
pub(super) fn create(handler: &Handler<'_>, wanted: &Properties) -> Result<Made, HandlerError> {
    let record = record(wanted)?;
    let zone = text(wanted, "HostedZoneId");
    let route53 = &handler.shared.route53;
    let existing = route53
        .record(zone, &record.name, &record.kind)
        .map_err(failed)?;
    if existing.is_none_or(|existing| existing != record) {
        change(handler, wanted, Action::Create)?;
    }
    Ok(made(wanted))
}

pub(super) fn update(
    handler: &Handler<'_>,
    before: &Properties,
    wanted: &Properties,
) -> Result<Made, HandlerError> {
    let key =
        |properties: &Properties| ["Name", "Type"].map(|name| text(properties, name).to_owned());
    change(handler, wanted, Action::Upsert)?;
    if key(before) != key(wanted) {
        change(handler, before, Action::Delete)?;
    }
    Ok(made(wanted))
}

/// A record that is gone already counts as deleted.
pub(super) fn delete(handler: &Handler<'_>, properties: &Properties) -> Result<(), HandlerError> {
    let record = record(properties)?;
    let zone = text(properties, "HostedZoneId");
    let route53 = &handler.shared.route53;
    match route53.record(zone, &record.name, &record.kind) {
        Ok(None) => Ok(()),
        _ => change(handler, properties, Action::Delete),
    }
}

/// The record that is there, as a template would declare it.
pub(super) fn read(handler: &Handler<'_>, declared: &Properties) -> Result<Value, HandlerError> {
    let wanted = record(declared)?;
    let zone = text(declared, "HostedZoneId");
    let route53 = &handler.shared.route53;
    let found = route53.record(zone, &wanted.name, &wanted.kind);
    let Some(found) = found.map_err(failed)? else {
        return Ok(Value::Null);
    };
    if found == wanted {
        return Ok(Value::Object(declared.clone()));
    }
    let mut actual = json!({
        "HostedZoneId": declared["HostedZoneId"],
        "Name": declared["Name"],
        "Type": declared["Type"],
    });
    match found.target {
        Target::Values(values) => actual["ResourceRecords"] = json!(values),
        Target::Alias { host, zone } => {
            actual["AliasTarget"] = json!({
                "DNSName": host,
                "HostedZoneId": zone,
                "EvaluateTargetHealth": false,
            });
        }
    }
    Ok(actual)
}

fn change(
    handler: &Handler<'_>,
    properties: &Properties,
    action: Action,
) -> Result<(), HandlerError> {
    let record = record(properties)?;
    let zone = text(properties, "HostedZoneId");
    let change = Change { action, record };
    handler.shared.route53.change(zone, change).map_err(failed)
}

fn failed(error: AwsError) -> HandlerError {
    HandlerError::from_service("Route53", error)
}

/// The record as Route 53 keeps it: names in lower case, without the dot at their end.
fn record(properties: &Properties) -> Result<Record, HandlerError> {
    let unknown = properties
        .keys()
        .find(|name| !KEPT.contains(&name.as_str()));
    if let Some(unknown) = unknown {
        return Err(HandlerError::new(
            "Route53",
            "UnsupportedOperationException",
            format!("{unknown} of a record is not supported by a local stage"),
        ));
    }
    let target = properties.get("AliasTarget").unwrap_or(&Value::Null);
    let part = |name: &str| target[name].as_str().unwrap_or_default();
    let canonical = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    Ok(Record {
        name: canonical(text(properties, "Name")),
        kind: text(properties, "Type").to_owned(),
        target: Target::Alias {
            host: canonical(part("DNSName")),
            zone: part("HostedZoneId").to_owned(),
        },
    })
}

/// `Ref` gives the record's name.
fn made(properties: &Properties) -> Made {
    Made::new(text(properties, "Name"), Value::Null)
}
