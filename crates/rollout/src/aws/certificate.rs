//! A certificate of AWS Certificate Manager, the one thing that is asked of it.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use infra::stack_file::CertificateArn;

use super::Aws;
use super::signed::{self, Request};
use crate::error::{Code, Error};

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

#[derive(Deserialize, Default)]
struct Refusal {
    #[serde(rename = "__type", default)]
    code: String,
    #[serde(alias = "Message", default)]
    message: String,
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
    let doing = format!("cannot read certificate {arn}");
    let url = aws.service_url(&format!("acm.{REGION}.amazonaws.com"))?;
    let request = Request {
        doing: &doing,
        service: "acm",
        region: REGION,
        operation: "ACM DescribeCertificate",
        method: Method::POST,
        url: url.as_url().clone(),
        headers: &[
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", "CertificateManager.DescribeCertificate"),
        ],
        body: json!({ "CertificateArn": arn }).to_string().into_bytes(),
    };
    let answer = signed::send(aws, &request).await?;
    if answer.status.is_success() {
        let described: Described = serde_json::from_slice(&answer.body)
            .map_err(|error| Error::new(Code::Aws, doing.clone()).because(error.to_string()))?;
        return Ok(Some(described.certificate));
    }
    let refusal: Refusal = serde_json::from_slice(&answer.body).unwrap_or_default();
    if refusal.code.ends_with("ResourceNotFoundException") {
        return Ok(None);
    }
    Err(answer.refusal(&doing, &refusal.message, "acm:DescribeCertificate"))
}
