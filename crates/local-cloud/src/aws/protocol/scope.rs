//! What a Signature Version 4 says about a request: which service of which region is meant.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use http::HeaderMap;
use http::header::AUTHORIZATION;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The credential scope of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) region: String,
    pub(crate) service: String,
}

/// Why a request has no credential scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ScopeError {
    /// The request is not signed at all.
    Missing,
    /// The signature cannot be read; the text says why, as AWS does.
    Malformed(String),
}

impl Scope {
    /// Reads the `Authorization` header, or the query of a presigned URL.
    pub(crate) fn of(headers: &HeaderMap, query: &[(String, String)]) -> Result<Self, ScopeError> {
        if let Some(header) = headers.get(AUTHORIZATION) {
            let header = header
                .to_str()
                .map_err(|_| ScopeError::Malformed("Authorization header is not text.".into()))?;
            return Self::from_header(header);
        }
        let credential = query.iter().find(|(name, _)| name == "X-Amz-Credential");
        match credential {
            Some((_, credential)) => Self::from_credential(credential),
            None => Err(ScopeError::Missing),
        }
    }

    fn from_header(header: &str) -> Result<Self, ScopeError> {
        let Some(parameters) = header.strip_prefix(ALGORITHM) else {
            return Err(ScopeError::Malformed(format!(
                "Unsupported AWS 'algorithm': '{}'.",
                header.split(' ').next().unwrap_or_default()
            )));
        };
        let parameter = |name: &str| {
            parameters
                .split(',')
                .filter_map(|part| part.trim().split_once('='))
                .find_map(|(key, value)| (key == name).then_some(value))
                .filter(|value| !value.is_empty())
        };
        let missing: Vec<String> = ["Credential", "SignedHeaders", "Signature"]
            .into_iter()
            .filter(|name| parameter(name).is_none())
            .map(|name| format!("Authorization header requires '{name}' parameter."))
            .collect();
        if !missing.is_empty() {
            return Err(ScopeError::Malformed(missing.join(" ")));
        }
        let signature = parameter("Signature").unwrap_or_default();
        if signature.len() != 64 || !signature.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ScopeError::Malformed(
                "'Signature' is not a hexadecimal SHA-256 HMAC.".into(),
            ));
        }
        Self::from_credential(parameter("Credential").unwrap_or_default())
    }

    fn from_credential(credential: &str) -> Result<Self, ScopeError> {
        let malformed = || {
            ScopeError::Malformed(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{credential}'"
            ))
        };
        let parts: Vec<&str> = credential.split('/').collect();
        match parts.as_slice() {
            [key, date, region, service, "aws4_request"]
                if !key.is_empty()
                    && date.len() == 8
                    && is_region(region)
                    && !service.is_empty() =>
            {
                Ok(Self {
                    region: (*region).to_owned(),
                    service: (*service).to_owned(),
                })
            }
            _ => Err(malformed()),
        }
    }
}

/// Whether `name` has the form of a region, such as `ap-northeast-1` or `us-gov-west-1`.
fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    parts.len() >= 3
        && parts.iter().enumerate().all(|(index, part)| {
            let last = index + 1 == parts.len();
            !part.is_empty()
                && part.bytes().all(|byte| {
                    if last {
                        byte.is_ascii_digit()
                    } else {
                        byte.is_ascii_lowercase()
                    }
                })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(credential: &str) -> Result<Scope, ScopeError> {
        let signature = "0123456789abcdef".repeat(4);
        Scope::from_header(&format!(
            "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, \
             Signature={signature}"
        ))
    }

    #[test]
    fn reads_region_and_service() {
        assert_eq!(
            header("AKID/20261120/ap-northeast-1/cognito-idp/aws4_request"),
            Ok(Scope {
                region: "ap-northeast-1".into(),
                service: "cognito-idp".into()
            })
        );
    }

    #[test]
    fn refuses_what_is_not_a_scope() {
        for credential in [
            "AKID/20261120/us-east-1/s3",
            "AKID/20261120/us-east-1/s3/aws4",
            "AKID/today/us-east-1/s3/aws4_request",
            "AKID/20261120/Mars/s3/aws4_request",
            "/20261120/us-east-1/s3/aws4_request",
        ] {
            assert!(
                matches!(header(credential), Err(ScopeError::Malformed(_))),
                "{credential}"
            );
        }
    }

    #[test]
    fn names_every_missing_parameter() {
        assert_eq!(
            Scope::from_header("AWS4-HMAC-SHA256 Credential=a/20261120/us-east-1/s3/aws4_request"),
            Err(ScopeError::Malformed(
                "Authorization header requires 'SignedHeaders' parameter. \
                 Authorization header requires 'Signature' parameter."
                    .into()
            ))
        );
    }
}
