//! What a Signature Version 4 says about a request: whose key signed it, for which service of which
//! region, when, and over what. Nothing of it is proven here.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::AUTHORIZATION;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A signature and its credential scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) access_key_id: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) session_token: Option<String>,
    pub(crate) signed_at: SystemTime,
    /// In lower case.
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
    pub(crate) place: Place,
}

/// Where the signature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the `Authorization` header.
    Header,
    /// In the query of a presigned URL.
    Query {
        /// How long the URL works.
        expires: Duration,
    },
}

/// Why a request has no credential scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ScopeError {
    /// The request is not signed at all.
    Missing,
    /// The signature cannot be read; the text says why, as AWS does.
    Malformed(String),
}

/// The parameters of a signature, wherever they are.
struct Parameters<'a> {
    credential: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
    date: &'a str,
    session_token: Option<&'a str>,
    place: Place,
}

impl Scope {
    /// Reads the `Authorization` header, or the query of a presigned URL.
    pub(crate) fn of(headers: &HeaderMap, query: &[(String, String)]) -> Result<Self, ScopeError> {
        if let Some(header) = headers.get(AUTHORIZATION) {
            let header = header
                .to_str()
                .map_err(|_| malformed("Authorization header is not text."))?;
            let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
            return Self::from_header(header, text("x-amz-date"), text("x-amz-security-token"));
        }
        Self::from_query(query)
    }

    fn from_header(
        header: &str,
        date: Option<&str>,
        session_token: Option<&str>,
    ) -> Result<Self, ScopeError> {
        let Some(parameters) = header.strip_prefix(ALGORITHM) else {
            return Err(malformed(format!(
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
        let mut missing: Vec<String> = ["Credential", "SignedHeaders", "Signature"]
            .into_iter()
            .filter(|name| parameter(name).is_none())
            .map(|name| format!("Authorization header requires '{name}' parameter."))
            .collect();
        if date.is_none() && missing.is_empty() {
            missing.push(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' \
                 header."
                    .to_owned(),
            );
        }
        if !missing.is_empty() {
            return Err(malformed(missing.join(" ")));
        }
        Self::read(&Parameters {
            credential: parameter("Credential").unwrap_or_default(),
            signed_headers: parameter("SignedHeaders").unwrap_or_default(),
            signature: parameter("Signature").unwrap_or_default(),
            date: date.unwrap_or_default(),
            session_token,
            place: Place::Header,
        })
    }

    fn from_query(query: &[(String, String)]) -> Result<Self, ScopeError> {
        let parameter = |name: &str| {
            query
                .iter()
                .find_map(|(key, value)| (key == name).then_some(value.as_str()))
        };
        let Some(credential) = parameter("X-Amz-Credential") else {
            return Err(ScopeError::Missing);
        };
        let required = |name: &str| {
            parameter(name).ok_or_else(|| {
                malformed(format!(
                    "AWS query-string parameters must include '{name}'."
                ))
            })
        };
        if required("X-Amz-Algorithm")? != ALGORITHM {
            return Err(malformed("Unsupported AWS 'algorithm'."));
        }
        let expires = required("X-Amz-Expires")?
            .parse()
            .map_err(|_| malformed("X-Amz-Expires should be a number"))?;
        Self::read(&Parameters {
            credential,
            signed_headers: required("X-Amz-SignedHeaders")?,
            signature: required("X-Amz-Signature")?,
            date: required("X-Amz-Date")?,
            session_token: parameter("X-Amz-Security-Token"),
            place: Place::Query {
                expires: Duration::from_secs(expires),
            },
        })
    }

    fn read(parameters: &Parameters<'_>) -> Result<Self, ScopeError> {
        let signature = parameters.signature;
        if signature.len() != 64 || !signature.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(malformed("'Signature' is not a hexadecimal SHA-256 HMAC."));
        }
        let (day, signed_at) = moment(parameters.date).ok_or_else(|| {
            malformed(format!(
                "Date must be in ISO-8601 'basic format'. Got '{}'.",
                parameters.date
            ))
        })?;
        let credential = parameters.credential;
        let parts: Vec<&str> = credential.split('/').collect();
        match parts.as_slice() {
            [key, date, region, service, "aws4_request"]
                if !key.is_empty() && is_region(region) && !service.is_empty() =>
            {
                if *date != day {
                    return Err(malformed(format!(
                        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of \
                         date from HTTP: '{date}' != '{day}'."
                    )));
                }
                Ok(Self {
                    access_key_id: (*key).to_owned(),
                    region: (*region).to_owned(),
                    service: (*service).to_owned(),
                    session_token: parameters.session_token.map(str::to_owned),
                    signed_at,
                    signed_headers: parameters
                        .signed_headers
                        .split(';')
                        .map(str::to_ascii_lowercase)
                        .collect(),
                    signature: signature.to_owned(),
                    place: parameters.place,
                })
            }
            _ => Err(malformed(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{credential}'"
            ))),
        }
    }
}

fn malformed(why: impl Into<String>) -> ScopeError {
    ScopeError::Malformed(why.into())
}

/// Day and moment of `20261130T020000Z`.
fn moment(text: &str) -> Option<(&str, SystemTime)> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    let moment = TimeZone::UTC.to_zoned(time).ok()?.timestamp();
    Some((text.get(..8)?, moment.into()))
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

    const DATE: Option<&str> = Some("20261120T201500Z");

    fn header(credential: &str) -> Result<Scope, ScopeError> {
        let signature = "0123456789abcdef".repeat(4);
        let header = format!(
            "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, \
             Signature={signature}"
        );
        Scope::from_header(&header, DATE, None)
    }

    #[test]
    fn reads_key_region_service_and_time() {
        let scope = header("AKID/20261120/ap-northeast-1/cognito-idp/aws4_request").unwrap();
        assert_eq!(scope.access_key_id, "AKID");
        assert_eq!(scope.region, "ap-northeast-1");
        assert_eq!(scope.service, "cognito-idp");
        assert_eq!(scope.signed_headers, ["host", "x-amz-date"]);
        let expected: jiff::Timestamp = "2026-11-20T20:15:00Z".parse().unwrap();
        assert_eq!(scope.signed_at, SystemTime::from(expected));
    }

    #[test]
    fn refuses_what_is_not_a_scope() {
        for credential in [
            "AKID/20261120/us-east-1/s3",
            "AKID/20261120/us-east-1/s3/aws4",
            "AKID/today/us-east-1/s3/aws4_request",
            "AKID/20261121/us-east-1/s3/aws4_request",
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
        let header = "AWS4-HMAC-SHA256 Credential=a/20261120/us-east-1/s3/aws4_request";
        assert_eq!(
            Scope::from_header(header, DATE, None),
            Err(ScopeError::Malformed(
                "Authorization header requires 'SignedHeaders' parameter. \
                 Authorization header requires 'Signature' parameter."
                    .into()
            ))
        );
    }
}
