//! The REST API: which operation a request is, and its answer.
//!
//! <https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html>

use axum::response::Response;
use http::Method;

use super::super::protocol::xml::Xml;
use super::super::protocol::{Received, decode, reply};
use super::{Record, Route53, Target, Zone, batch, change, find, name};
use crate::base::error::AwsError;

pub(super) const NAMESPACE: &str = "https://route53.amazonaws.com/doc/2013-04-01/";
/// As many records as one answer has.
const PAGE: usize = 300;

/// The answer to a call that is not let in.
pub(crate) fn refuse(error: &AwsError, id: &str) -> Response {
    failure(error, id)
}

/// Answers one request.
pub(crate) fn serve(route53: &Route53, received: &Received, id: &str) -> Response {
    match answer(route53, received) {
        Ok(document) => reply::xml(200, document, &[("x-amzn-RequestId", id)]),
        Err(error) => failure(&error, id),
    }
}

fn answer(route53: &Route53, received: &Received) -> Result<String, AwsError> {
    let path = decode(&received.path);
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let mut zones = route53.lock();
    match (&received.method, parts.as_slice()) {
        (&Method::GET, ["2013-04-01", "hostedzone", id]) => Ok(hosted_zone(find(&mut zones, id)?)),
        (&Method::GET, ["2013-04-01", "hostedzone", id, "rrset"]) => {
            records(find(&mut zones, id)?, received)
        }
        (&Method::POST, ["2013-04-01", "hostedzone", id, "rrset"]) => {
            let zone = find(&mut zones, id)?;
            change::apply(zone, batch::read(&received.body)?, route53.late_answers)?;
            Ok(batch::answer())
        }
        (method, _) => Err(AwsError::new(
            404,
            "UnknownOperationException",
            format!("{method} {path} is not an operation of Route 53 on a local stage"),
        )),
    }
}

fn hosted_zone(zone: &Zone) -> String {
    let mut xml = Xml::document();
    xml.element_in("GetHostedZoneResponse", Some(NAMESPACE), |xml| {
        xml.element("HostedZone", |xml| {
            xml.leaf("Id", format!("/hostedzone/{}", zone.id))
                .leaf("Name", format!("{}.", zone.name))
                .leaf("CallerReference", "console")
                .element("Config", |xml| {
                    xml.leaf("PrivateZone", zone.private.to_string());
                })
                .leaf("ResourceRecordSetCount", zone.records.len().to_string());
        });
    });
    xml.into_string()
}

/// The records in order, from the one on that the query names.
fn records(zone: &Zone, received: &Received) -> Result<String, AwsError> {
    let from = received.parameter("name").map(name::canonical);
    let kind = received.parameter("type").unwrap_or_default();
    if from.is_none() && !kind.is_empty() {
        return Err(AwsError::bad_request(
            "InvalidInput",
            "Request specified type but not name.",
        ));
    }
    let most = received.parameter("maxitems").unwrap_or_default();
    let most = most.parse().unwrap_or(PAGE).min(PAGE);
    let mut records: Vec<(Vec<String>, &Record)> = zone
        .records
        .iter()
        .map(|known| (order(&known.record.name), &known.record))
        .collect();
    records.sort_by(|left, right| (&left.0, &left.1.kind).cmp(&(&right.0, &right.1.kind)));
    if let Some(from) = from {
        let from = order(&from);
        records.retain(|(name, record)| (name, record.kind.as_str()) >= (&from, kind));
    }
    let truncated = records.len() > most;
    let mut xml = Xml::document();
    xml.element_in("ListResourceRecordSetsResponse", Some(NAMESPACE), |xml| {
        xml.element("ResourceRecordSets", |xml| {
            for (_, record) in records.into_iter().take(most) {
                write(xml, record);
            }
        });
        xml.leaf("IsTruncated", truncated.to_string())
            .leaf("MaxItems", most.to_string());
    });
    Ok(xml.into_string())
}

/// Names are ordered by their labels, the last one first.
fn order(name: &str) -> Vec<String> {
    name.split('.').rev().map(str::to_owned).collect()
}

fn write(xml: &mut Xml, record: &Record) {
    xml.element("ResourceRecordSet", |xml| {
        xml.leaf("Name", format!("{}.", record.name))
            .leaf("Type", &record.kind);
        match &record.target {
            Target::Values(values) => {
                xml.leaf("TTL", "300").element("ResourceRecords", |xml| {
                    for value in values {
                        xml.element("ResourceRecord", |xml| {
                            xml.leaf("Value", value);
                        });
                    }
                });
            }
            Target::Alias { host, zone } => {
                xml.element("AliasTarget", |xml| {
                    xml.leaf("HostedZoneId", zone)
                        .leaf("DNSName", format!("{host}."))
                        .leaf("EvaluateTargetHealth", "false");
                });
            }
        }
    });
}

/// The error document.
pub(crate) fn failure(error: &AwsError, id: &str) -> Response {
    let mut xml = Xml::document();
    xml.element_in("ErrorResponse", Some(NAMESPACE), |xml| {
        xml.element("Error", |xml| {
            xml.leaf("Type", "Sender")
                .leaf("Code", &error.code)
                .leaf("Message", &error.message);
        });
        xml.leaf("RequestId", id);
    });
    reply::xml(error.status, xml.into_string(), &[("x-amzn-RequestId", id)])
}
