//! AWS Certificate Manager: certificates that somebody else has issued.
//!
//! <https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html>

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::error::AwsError;

/// A certificate, as somebody with a console has requested and validated it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Certificate {
    arn: String,
    /// The names that it is for; the first is its domain name.
    names: Vec<String>,
    #[serde(default)]
    status: Status,
}

/// How far a certificate is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Status {
    /// Its owner has not shown that the names are theirs.
    PendingValidation,
    #[default]
    Issued,
    Expired,
}

impl Certificate {
    /// Whether it is for a host: by its name, or by a `*` in the place of the first label.
    pub(crate) fn covers(&self, host: &str) -> bool {
        let parent = host.split_once('.').map(|(_, parent)| parent);
        self.names.iter().any(|name| {
            name == host
                || (name
                    .strip_prefix("*.")
                    .is_some_and(|name| Some(name) == parent))
        })
    }

    /// Whether browsers believe it.
    pub(crate) fn is_issued(&self) -> bool {
        self.status == Status::Issued
    }

    fn describe(&self) -> Value {
        let status = match self.status {
            Status::PendingValidation => "PENDING_VALIDATION",
            Status::Issued => "ISSUED",
            Status::Expired => "EXPIRED",
        };
        json!({
            "CertificateArn": self.arn,
            "DomainName": self.names.first(),
            "SubjectAlternativeNames": self.names,
            "Status": status,
            "Type": "AMAZON_ISSUED",
        })
    }
}

/// Every certificate. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Acm {
    certificates: Arc<Mutex<BTreeMap<String, Certificate>>>,
}

impl Acm {
    /// Keeps a certificate; whether it was not there yet. One that was is left as it is.
    pub(crate) fn keep(&self, certificate: Certificate) -> bool {
        let mut certificates = self.lock();
        let is_new = !certificates.contains_key(&certificate.arn);
        certificates
            .entry(certificate.arn.clone())
            .or_insert(certificate);
        is_new
    }

    /// A certificate by its ARN, which names its region.
    pub(crate) fn find(&self, region: &str, arn: &str) -> Option<Certificate> {
        let own = arn.split(':').nth(3) == Some(region);
        self.lock().get(arn).filter(|_| own).cloned()
    }

    /// The JSON 1.1 API.
    pub(crate) fn call(&self, operation: &str, input: &Value) -> Result<Value, AwsError> {
        if operation != "DescribeCertificate" {
            return Err(AwsError::bad_request(
                "UnknownOperationException",
                operation,
            ));
        }
        let Some(arn) = input["CertificateArn"].as_str() else {
            return Err(AwsError::bad_request(
                "ValidationException",
                "1 validation error detected: Value null at 'certificateArn' failed to satisfy \
                 constraint: Member must not be null",
            ));
        };
        let region = input["Region"].as_str().unwrap_or_default();
        match self.find(region, arn) {
            Some(certificate) => Ok(json!({ "Certificate": certificate.describe() })),
            None => Err(AwsError::bad_request(
                "ResourceNotFoundException",
                format!("Could not find certificate {arn}."),
            )),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Certificate>> {
        self.certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/1";

    fn certificate(names: &[&str]) -> Certificate {
        Certificate {
            arn: ARN.to_owned(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            status: Status::Issued,
        }
    }

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let wild = certificate(&["*.example.com"]);
        assert!(wild.covers("login.example.com"));
        for other in ["example.com", "a.login.example.com", "login.example.org"] {
            assert!(!wild.covers(other), "{other}");
        }
        assert!(certificate(&["example.com", "login.example.com"]).covers("login.example.com"));
    }

    #[test]
    fn a_certificate_is_found_in_its_own_region_only() {
        let acm = Acm::default();
        assert!(acm.keep(certificate(&["login.example.com"])));
        assert!(!acm.keep(certificate(&["login.example.com"])));
        let ask = |region: &str, arn: &str| {
            let input = json!({ "Region": region, "CertificateArn": arn });
            acm.call("DescribeCertificate", &input)
        };
        assert_eq!(
            ask("us-east-1", ARN).unwrap()["Certificate"]["Status"],
            "ISSUED"
        );
        for (region, arn) in [
            ("eu-west-1", ARN),
            ("us-east-1", "arn:aws:acm:us-east-1:1:x"),
        ] {
            let refused = ask(region, arn).unwrap_err();
            assert_eq!(refused.code, "ResourceNotFoundException");
        }
        let unknown = acm.call("RequestCertificate", &json!({})).unwrap_err();
        assert_eq!(unknown.code, "UnknownOperationException");
    }
}
