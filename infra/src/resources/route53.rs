//! DNS records.

use serde::Serialize;

use super::DistributionHost;
use crate::cloudformation::Value;

/// `AWS::Route53::RecordSet`: an alias record, which leads to a resource of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RecordSet {
    /// The zone that it is in.
    pub hosted_zone_id: String,
    /// Its name.
    pub name: Value<String>,
    /// Which kind of address it stands for.
    #[serde(rename = "Type")]
    pub kind: RecordType,
    /// Where it leads.
    pub alias_target: AliasTarget,
}

/// Which kind of address a record stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// IPv4.
    A,
}

/// Where an alias record leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AliasTarget {
    /// The host.
    #[serde(rename = "DNSName")]
    pub dns_name: Value<DistributionHost>,
    /// The zone that the host is in.
    pub hosted_zone_id: &'static str,
    /// Whether an unhealthy target is left out of answers; distributions do not support it.
    pub evaluate_target_health: bool,
}

/// The zone that every CloudFront distribution is in
/// ([alias targets](https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html)).
pub const CLOUD_FRONT_ZONE: &str = "Z2FDTNDATAQYW2";
