//! Changes of records.

use super::{CLOUD_FRONT_ZONE, Known, Record, Target, Zone, name};
use crate::base::error::AwsError;

/// What is done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Create,
    Delete,
    Upsert,
}

/// A change of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) action: Action,
    pub(crate) record: Record,
}

/// Carries a change out; what is made is hidden from so many questions.
pub(super) fn apply(zone: &mut Zone, change: Change, hidden: u32) -> Result<(), AwsError> {
    let Change { action, mut record } = change;
    record.name = name::canonical(&record.name);
    let what = format!("[name='{}.', type='{}']", record.name, record.kind);
    if !zone.holds(&record.name) {
        return Err(invalid(&format!(
            "RRSet with DNS name {}. is not permitted in zone {}.",
            record.name, zone.name
        )));
    }
    if let Target::Alias { host, zone: target } = &mut record.target {
        *host = name::canonical(host);
        let is_distribution = host.ends_with(".cloudfront.net");
        // Nothing else of AWS is a target on a local stage.
        if !is_distribution || target != CLOUD_FRONT_ZONE {
            return Err(invalid(&format!(
                "Tried to create an alias that targets {host}., type {} in zone {target}, but the \
                 alias target name does not lie within the target zone",
                record.kind
            )));
        }
    }
    let existing = zone.record(&record.name, &record.kind);
    match (action, existing) {
        (Action::Create, Some(_)) => {
            return Err(invalid(&format!(
                "Tried to create resource record set {what} but it already exists"
            )));
        }
        (Action::Delete, None) => {
            return Err(invalid(&format!(
                "Tried to delete resource record set {what} but it was not found"
            )));
        }
        (Action::Delete, Some(existing)) if *existing != record => {
            return Err(invalid(&format!(
                "Tried to delete resource record set {what} but the values provided do not match \
                 the current values"
            )));
        }
        _ => {}
    }
    if action != Action::Delete {
        let conflicts = |known: &Known| {
            let known = &known.record;
            let is_alone = "CNAME" == known.kind || "CNAME" == record.kind;
            known.name == record.name && known.kind != record.kind && is_alone
        };
        if let Some(known) = zone.records.iter().find(|known| conflicts(known)) {
            return Err(invalid(&format!(
                "RRSet of type {} with DNS name {}. is not permitted because a conflicting RRSet \
                 of type {} with the same DNS name already exists in zone {}.",
                record.kind, record.name, known.record.kind, zone.name
            )));
        }
    }
    let others = |known: &Known| {
        (known.record.name.as_str(), known.record.kind.as_str())
            != (record.name.as_str(), record.kind.as_str())
    };
    zone.records.retain(others);
    if action != Action::Delete {
        zone.records.push(Known { record, hidden });
    }
    Ok(())
}

/// The message is a list in brackets, as the service words it.
fn invalid(message: &str) -> AwsError {
    AwsError::bad_request("InvalidChangeBatch", format!("[{message}]"))
}
