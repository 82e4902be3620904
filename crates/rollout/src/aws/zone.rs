//! A hosted zone of Route 53, and the records of one name in it.

use roxmltree::Node;

use infra::names::HostName;
use infra::stack_file::HostedZoneId;

use super::Aws;
use super::signed::Service;
use super::xml::{self, find};
use crate::error::Error;

/// Route 53 is one service for all regions, and signed for this one.
/// <https://docs.aws.amazon.com/general/latest/gr/r53.html>
const REGION: &str = "us-east-1";
const HOST: &str = "route53.amazonaws.com";

/// A hosted zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone {
    /// Its domain, without the dot at its end.
    pub(crate) name: String,
    /// Whether only networks of the account's own ask it.
    pub(crate) private: bool,
}

/// A record of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its type, such as `A`.
    pub(crate) kind: String,
    /// The host that an alias leads to, without the dot at its end.
    pub(crate) alias: Option<String>,
    /// The zone that this host is in.
    pub(crate) alias_zone: Option<String>,
    /// What it stands for, if it is no alias.
    pub(crate) values: Vec<String>,
}

/// A hosted zone; `None` when the account does not have it.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html>
pub(crate) async fn zone(aws: &Aws, id: &HostedZoneId) -> Result<Option<Zone>, Error> {
    let doing = format!("cannot read hosted zone {id}");
    let path = ["2013-04-01", "hostedzone", id.as_str()];
    read(aws, &doing, "GetHostedZone", &path, &[], |root| {
        let zone = find(root, "HostedZone");
        Zone {
            name: bare(zone.and_then(|zone| text(zone, "Name"))),
            private: zone.and_then(|zone| text(zone, "PrivateZone")) == Some("true"),
        }
    })
    .await
}

/// The records of a name; none in a zone that is not there.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html>
pub(crate) async fn records(
    aws: &Aws,
    id: &HostedZoneId,
    host: &HostName,
) -> Result<Vec<Record>, Error> {
    let doing = format!("cannot read the records of hosted zone {id}");
    let path = ["2013-04-01", "hostedzone", id.as_str(), "rrset"];
    // In order, and a name has few types: they are all on the first page.
    let query = [("name", host.as_str())];
    let records = read(
        aws,
        &doing,
        "ListResourceRecordSets",
        &path,
        &query,
        |root| {
            let all = root.descendants();
            let sets = all.filter(|node| is(*node, "ResourceRecordSet"));
            sets.filter(|set| bare(text(*set, "Name")) == host.as_str())
                .map(|set| Record {
                    kind: text(set, "Type").unwrap_or_default().to_owned(),
                    alias: text(set, "DNSName").map(|name| bare(Some(name))),
                    alias_zone: find(set, "AliasTarget")
                        .and_then(|target| text(target, "HostedZoneId"))
                        .map(str::to_owned),
                    values: (set.descendants().filter(|node| is(*node, "Value")))
                        .filter_map(|node| node.text())
                        .map(str::to_owned)
                        .collect(),
                })
                .collect()
        },
    );
    Ok(records.await?.unwrap_or_default())
}

/// Reads an answer; `None` when there is no such zone.
async fn read<T>(
    aws: &Aws,
    doing: &str,
    operation: &'static str,
    path: &[&str],
    query: &[(&str, &str)],
    read: impl FnOnce(Node<'_, '_>) -> T,
) -> Result<Option<T>, Error> {
    let service = Service::at(aws, "Route53", "route53", REGION, HOST.to_owned());
    let answer = service.get(operation, path, query).await;
    match answer.and_then(|answer| xml::read(&answer.body, read)) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code() == Some("NoSuchHostedZone") => Ok(None),
        Err(error) => Err(Error::aws(doing, error)),
    }
}

/// Whether an element has a name; Route 53 has one namespace.
fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    find(node, name)?.text()
}

/// A name without the dot at its end.
fn bare(name: Option<&str>) -> String {
    let name = name.unwrap_or_default();
    name.trim_end_matches('.').to_ascii_lowercase()
}
