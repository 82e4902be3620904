//! What the stage's names stand for: the resolver that everybody on it asks.
//!
//! It answers as the resolvers do that speak JSON
//! (<https://developers.google.com/speed/public-dns/docs/doh/json>).

use std::net::Ipv4Addr;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Known, Record, Route53, Target, Zone, name};
use crate::base::guard::{Caller, Door};

/// A record of type A.
const TYPE_A: u16 = 1;
/// The answer is complete.
const NO_ERROR: u16 = 0;
/// There is no such name.
const NO_SUCH_NAME: u16 = 3;

/// Served beside the device.
pub(crate) fn doors(route53: &Route53) -> Vec<Door> {
    Door::all(route53, [Door::get("/resolve", Caller::StageToken, answer)])
}

#[derive(Deserialize)]
struct Question {
    name: String,
    r#type: Option<String>,
}

async fn answer(State(route53): State<Route53>, Query(question): Query<Question>) -> Response {
    let asked = question.r#type.as_deref().unwrap_or("A");
    let name = name::canonical(&question.name);
    let records = route53.ask(&name);
    let addresses = if matches!(asked, "A" | "1") {
        records.iter().flat_map(addresses).collect()
    } else {
        Vec::new()
    };
    let status = if records.is_empty() {
        NO_SUCH_NAME
    } else {
        NO_ERROR
    };
    let answers: Vec<Value> = addresses
        .iter()
        .map(|address| json!({ "name": format!("{name}."), "type": TYPE_A, "TTL": 60, "data": address }))
        .collect();
    let document = json!({
        "Status": status,
        "Question": [{ "name": format!("{name}."), "type": TYPE_A }],
        "Answer": answers,
    });
    let kind = [(header::CONTENT_TYPE, "application/dns-json")];
    (kind, Json(document)).into_response()
}

/// A distribution is on this machine.
fn addresses(record: &Record) -> Vec<Ipv4Addr> {
    match &record.target {
        _ if record.kind != "A" => Vec::new(),
        Target::Values(values) => values
            .iter()
            .filter_map(|value| value.parse().ok())
            .collect(),
        Target::Alias { .. } => vec![Ipv4Addr::LOCALHOST],
    }
}

impl Route53 {
    /// What a resolver knows of a name, which hears of a new record late.
    fn ask(&self, name: &str) -> Vec<Record> {
        let mut zones = self.lock();
        let mut heard = Vec::new();
        for known in own(&mut zones, name)
            .into_iter()
            .flat_map(|zone| &mut zone.records)
        {
            if known.record.name != name {
                continue;
            }
            if known.hidden > 0 {
                known.hidden -= 1;
            } else {
                heard.push(known.record.clone());
            }
        }
        heard
    }

    /// Whether a name has an address.
    pub(crate) fn resolves(&self, name: &str) -> bool {
        self.any(name, |record| !addresses(record).is_empty())
    }

    /// Whether a name leads to a distribution.
    pub(crate) fn leads_to(&self, name: &str, distribution: &str) -> bool {
        self.any(name, |record| match &record.target {
            Target::Alias { host, .. } => record.kind == "A" && host == distribution,
            Target::Values(_) => false,
        })
    }

    fn any(&self, name: &str, holds: impl Fn(&Record) -> bool) -> bool {
        let name = name::canonical(name);
        let mut zones = self.lock();
        let zone = own(&mut zones, &name);
        let is_one = |known: &Known| known.record.name == name && holds(&known.record);
        zone.is_some_and(|zone| zone.records.iter().any(is_one))
    }
}

/// The zone that answers for a name: the longest public one that it is in.
fn own<'a>(zones: &'a mut [Zone], name: &str) -> Option<&'a mut Zone> {
    zones
        .iter_mut()
        .filter(|zone| !zone.private && zone.holds(name))
        .max_by_key(|zone| zone.name.len())
}
