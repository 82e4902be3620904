//! Amazon Route 53: hosted zones that somebody else has made, and the records in them.

mod batch;
mod change;
mod name;
mod record;
pub(crate) mod resolver;
pub(crate) mod rest;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

pub(crate) use self::change::{Action, Change};
pub(crate) use self::record::{Record, Target};
use crate::base::error::AwsError;

/// The zone that every CloudFront distribution is in.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html>
pub(crate) const CLOUD_FRONT_ZONE: &str = "Z2FDTNDATAQYW2";

/// A hosted zone, as somebody with a console has made it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewZone {
    id: String,
    name: String,
    /// Whether only networks of the account's own ask it.
    #[serde(default)]
    private: bool,
    /// What its names stand for; an IPv4 address each.
    #[serde(default)]
    addresses: Vec<Address>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    name: String,
    address: std::net::Ipv4Addr,
}

#[derive(Debug)]
struct Zone {
    id: String,
    /// Without the dot at its end.
    name: String,
    private: bool,
    records: Vec<Known>,
}

/// A record, and how many questions are answered as if it were not there.
#[derive(Debug)]
struct Known {
    record: Record,
    hidden: u32,
}

/// Every hosted zone. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Route53 {
    late_answers: u32,
    zones: Arc<Mutex<Vec<Zone>>>,
}

impl Route53 {
    /// No zones yet. So many questions for a new record are answered as if it were not there.
    pub(crate) fn new(late_answers: u32) -> Self {
        Self {
            late_answers,
            zones: Arc::default(),
        }
    }

    /// Keeps a zone; whether it was not there yet. One that was is left as it is.
    pub(crate) fn keep(&self, zone: NewZone) -> bool {
        let mut zones = self.lock();
        if zones.iter().any(|other| other.id == zone.id) {
            return false;
        }
        let records = zone.addresses.iter().map(|address| Known {
            record: Record {
                name: name::canonical(&address.name),
                kind: "A".to_owned(),
                target: Target::Values(vec![address.address.to_string()]),
            },
            hidden: 0,
        });
        zones.push(Zone {
            records: records.collect(),
            name: name::canonical(&zone.name),
            id: zone.id,
            private: zone.private,
        });
        true
    }

    /// `ChangeResourceRecordSets`, with one change.
    ///
    /// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html>
    pub(crate) fn change(&self, zone: &str, change: Change) -> Result<(), AwsError> {
        let mut zones = self.lock();
        let zone = find(&mut zones, zone)?;
        change::apply(zone, change, self.late_answers)
    }

    /// A record by its name and type.
    pub(crate) fn record(
        &self,
        zone: &str,
        record: &str,
        kind: &str,
    ) -> Result<Option<Record>, AwsError> {
        let mut zones = self.lock();
        let zone = find(&mut zones, zone)?;
        let record = name::canonical(record);
        Ok(zone.record(&record, kind).cloned())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Zone>> {
        self.zones.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Zone {
    fn record(&self, name: &str, kind: &str) -> Option<&Record> {
        let mut records = self.records.iter().map(|known| &known.record);
        records.find(|record| record.name == name && record.kind == kind)
    }

    fn holds(&self, name: &str) -> bool {
        name::is_in(name, &self.name)
    }
}

fn find<'a>(zones: &'a mut [Zone], id: &str) -> Result<&'a mut Zone, AwsError> {
    let bare = id.trim_start_matches("/hostedzone/");
    zones
        .iter_mut()
        .find(|zone| zone.id == bare)
        .ok_or_else(|| {
            AwsError::new(
                404,
                "NoSuchHostedZone",
                format!("No hosted zone found with ID: {bare}"),
            )
        })
}
