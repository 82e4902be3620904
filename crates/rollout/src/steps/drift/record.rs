//! The DNS record that leads to a sign-in domain of one's own.
//!
//! It is read from Route 53 and not by `CloudFormation`'s drift detection: that compares the name of
//! the target as it is written, and Route 53 answers with a dot at its end.

use std::collections::BTreeMap;

use infra::names::SignInDomain;
use infra::stack_file::HostedZoneId;
use infra::stacks::DOMAIN_RECORD;
use serde_json::{Value, json};

use super::compare::{self, Compared};
use crate::aws::Aws;
use crate::aws::document::Document;
use crate::aws::zone::{Record, records};
use crate::diff::change::Field;
use crate::error::{Code, Error};
use crate::template::{Resource, Template};

/// What there is of the record.
#[derive(Debug)]
pub(super) enum Seen {
    /// The template declares none.
    Undeclared,
    /// Somebody has deleted it.
    Gone,
    /// It is there.
    There(Record),
}

/// The record as it is.
pub(super) async fn read(
    aws: &Aws,
    template: &Template,
    domain: &SignInDomain,
) -> Result<Seen, Error> {
    let SignInDomain::Custom(host) = domain else {
        return Ok(Seen::Undeclared);
    };
    let declared = template.resources().remove(DOMAIN_RECORD);
    let Some((kind, zone)) = declared.as_ref().and_then(place) else {
        return Ok(Seen::Undeclared);
    };
    let found = records(aws, &zone, host).await?;
    if found.iter().any(|record| record.kind == "CNAME") {
        return Err(Error::new(
            Code::Drift,
            format!("{host} was made another name by hand: hosted zone {zone} has a CNAME record"),
        )
        .because(
            "such a name has no other record, and nobody overwrites one that is not the stage's",
        )
        .hint(
            "remove it from the zone and run the command again, which puts the stage's own back",
        ));
    }
    let record = found.into_iter().find(|record| record.kind == kind);
    Ok(record.map_or(Seen::Gone, Seen::There))
}

/// The type of a declared record, and the zone that it is in.
fn place(declared: &Resource) -> Option<(String, HostedZoneId)> {
    let text = |name: &str| declared.properties.get(name).and_then(Value::as_str);
    Some((
        text("Type")?.to_owned(),
        text("HostedZoneId")?.parse().ok()?,
    ))
}

/// How the record differs from what is declared. `domain` tells where it has to lead; one that is gone
/// is made again with another distribution, to which the record then leads.
pub(super) fn compare(
    resources: &BTreeMap<String, Resource>,
    live: &Seen,
    domain: Option<&Document>,
) -> Option<Compared> {
    let record = match live {
        Seen::Undeclared => return None,
        Seen::Gone => None,
        Seen::There(record) => Some(record),
    };
    let mut declared = resources.get(DOMAIN_RECORD)?.clone();
    let target = declared.properties.get_mut("AliasTarget")?;
    // What only Cognito knew when the template was written.
    let unknown = target["DNSName"].take();
    if let Some(domain) = domain {
        target["DNSName"] = domain.get("CloudFrontDistribution")?.clone();
    } else {
        target["DNSName"].clone_from(&unknown);
    }
    let live = record.map(|record| as_declared(record, &declared));
    let compared = compare::compare(DOMAIN_RECORD, &declared, live.as_ref(), None);
    Some(match (record, domain) {
        (Some(record), None) => {
            let path = ["AliasTarget", "DNSName"].map(str::to_owned).to_vec();
            let before = record.alias.as_ref().map(|host| json!(host));
            compared.with(Field::new(path, before, Some(unknown)))
        }
        _ => compared,
    })
}

/// The record in the form of a template; it was found by its name and zone.
fn as_declared(record: &Record, declared: &Resource) -> Document {
    let mut live = Document::new();
    for name in ["HostedZoneId", "Name"] {
        if let Some(value) = declared.properties.get(name) {
            live.insert(name.to_owned(), value.clone());
        }
    }
    live.insert("Type".to_owned(), json!(record.kind));
    if let Some(host) = &record.alias {
        let target = json!({ "DNSName": host, "HostedZoneId": record.alias_zone });
        live.insert("AliasTarget".to_owned(), target);
    }
    if !record.values.is_empty() {
        live.insert("ResourceRecords".to_owned(), json!(record.values));
    }
    live
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "Z2FDTNDATAQYW2";

    fn alias(host: &str, zone: &str) -> Record {
        Record {
            kind: "A".to_owned(),
            alias: Some(host.to_owned()),
            alias_zone: Some(zone.to_owned()),
            ..Record::default()
        }
    }

    fn told(live: &Seen) -> Vec<String> {
        let domain = json!({"CloudFrontDistribution": "d1.cloudfront.net"});
        told_with(live, domain.as_object())
    }

    fn told_with(live: &Seen, domain: Option<&Document>) -> Vec<String> {
        let properties = json!({
            "HostedZoneId": "Z1EXAMPLE",
            "Name": "login.example.com",
            "Type": "A",
            "AliasTarget": {
                "DNSName": {"Fn::GetAtt": ["UserPoolDomain", "CloudFrontDistribution"]},
                "HostedZoneId": ZONE,
                "EvaluateTargetHealth": false,
            },
        });
        let declared = Resource {
            kind: "AWS::Route53::RecordSet".to_owned(),
            properties: properties.as_object().unwrap().clone(),
            attributes: Document::new(),
        };
        let resources = [(DOMAIN_RECORD.to_owned(), declared)].into();
        let compared = compare(&resources, live, domain).unwrap();
        let change = compared.change();
        let told = change.iter().flat_map(|change| {
            let fields = change.fields.iter().map(|field| field.path.join("/"));
            [change.kind.to_string()].into_iter().chain(fields)
        });
        told.collect()
    }

    #[test]
    fn a_record_leads_to_the_distribution_of_the_domain_or_has_drifted() {
        let led = |host: &str| told(&Seen::There(alias(host, ZONE)));
        assert!(led("d1.cloudfront.net").is_empty());
        assert_eq!(told(&Seen::Gone), ["added"]);
        assert_eq!(led("d2.cloudfront.net"), ["changed", "AliasTarget/DNSName"]);
        let plain = Record {
            kind: "A".to_owned(),
            values: vec!["192.0.2.9".to_owned()],
            ..Record::default()
        };
        assert_eq!(
            told(&Seen::There(plain)),
            ["changed", "AliasTarget/DNSName", "AliasTarget/HostedZoneId"]
        );
    }

    #[test]
    fn a_domain_that_is_made_again_takes_the_record_with_it() {
        assert_eq!(
            told_with(&Seen::There(alias("d1.cloudfront.net", ZONE)), None),
            ["changed", "AliasTarget/DNSName"]
        );
        assert_eq!(told_with(&Seen::Gone, None), ["added"]);
    }

    #[test]
    fn nothing_is_compared_where_no_record_is_declared() {
        assert!(compare(&BTreeMap::new(), &Seen::Undeclared, None).is_none());
    }
}
