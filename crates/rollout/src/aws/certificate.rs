//! A certificate of AWS Certificate Manager, the one thing that is asked of it.

use serde::Deserialize;
use serde_json::json;

use infra::stack_file::CertificateArn;

use super::Aws;
use super::signed::Service;
use crate::error::Error;

/// Where certificates for CloudFront are, whatever the region of the user pool.
const REGION: &str = "us-east-1";

/// What a certificate is for, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Certificate {
    #[serde(rename = "SubjectAlternativeNames", default)]
    pub(crate) names: Vec<String>,
    pub(crate) status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    certificate: Certificate,
}

impl Certificate {
    /// Whether browsers believe it for a host: by its name, or by a `*` in the place of the first
    /// label ([names](https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html)).
    pub(crate) fn covers(&self, host: &str) -> bool {
        let parent = host.split_once('.').map(|(_, parent)| parent);
        self.names.iter().any(|name| {
            let name = name.to_ascii_lowercase();
            name == host
                || name
                    .strip_prefix("*.")
                    .is_some_and(|name| Some(name) == parent)
        })
    }
}

/// A certificate; `None` when the account does not have it in us-east-1.
/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html>
pub(crate) async fn certificate(
    aws: &Aws,
    arn: &CertificateArn,
) -> Result<Option<Certificate>, Error> {
    let acm = Service::regional(aws, "ACM", "acm", REGION);
    let input = json!({ "CertificateArn": arn });
    let answer = acm
        .json::<Described>("CertificateManager", "DescribeCertificate", &input)
        .await;
    match answer {
        Ok(described) => Ok(Some(described.certificate)),
        Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(Error::aws(format!("cannot read certificate {arn}"), error)),
    }
}
