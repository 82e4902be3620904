//! Verifying and making Signature Version 4. `aws-sigv4`, which the AWS SDK for Rust signs with,
//! computes; this module says what is signed.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningParams,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use http::HeaderMap;
use http::header::HOST;
use http::request::Parts;
use secrecy::ExposeSecret as _;

use super::scope::{Place, Scope};
use crate::base::keys::{KeyPair, Keys, Principal};
use crate::base::secret::same;

/// How far the time of a signature may be from the machine's.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html>
const TOLERANCE: Duration = Duration::from_mins(15);
/// The longest that a presigned URL may work.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// The reason why a signature proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// No key pair of this stage has the id.
    UnknownKey,
    /// Temporary credentials come with their session token, others with none.
    WrongToken,
    /// The time is too far from the machine's.
    Skewed,
    /// The presigned URL is no longer valid.
    Expired,
    /// The signature is another one than the key makes of this request.
    Different,
}

/// What can be told without the body: whose key it is, and whether the time is near enough.
pub(crate) fn look(
    keys: &Keys,
    scope: &Scope,
    now: SystemTime,
) -> Result<(KeyPair, Principal), Unproven> {
    let (pair, principal) = keys
        .find(&scope.access_key_id)
        .ok_or(Unproven::UnknownKey)?;
    let token_fits = match (&pair.session_token, &scope.session_token) {
        (Some(own), Some(given)) => same(own.expose_secret(), given),
        (None, None) => true,
        _ => false,
    };
    if !token_fits {
        return Err(Unproven::WrongToken);
    }
    let signed_at = scope.signed_at;
    let age = now.duration_since(signed_at).unwrap_or_default();
    let ahead = signed_at.duration_since(now).unwrap_or_default();
    match scope.place {
        Place::Header if age > TOLERANCE || ahead > TOLERANCE => Err(Unproven::Skewed),
        Place::Query { expires } if expires > LONGEST || age > expires => Err(Unproven::Expired),
        Place::Query { .. } if ahead > TOLERANCE => Err(Unproven::Skewed),
        _ => Ok((pair, principal)),
    }
}

/// The caller that the signature of a request proves.
pub(crate) fn verify(
    keys: &Keys,
    scope: &Scope,
    parts: &Parts,
    body: &[u8],
    now: SystemTime,
) -> Result<Principal, Unproven> {
    let (pair, principal) = look(keys, scope, now)?;
    let computed = compute(&pair, scope, parts, body).map_err(|_| Unproven::Different)?;
    if same(&computed, &scope.signature) {
        Ok(principal)
    } else {
        Err(Unproven::Different)
    }
}

/// The signature that a key pair makes of a request.
fn compute(
    pair: &KeyPair,
    scope: &Scope,
    parts: &Parts,
    body: &[u8],
) -> Result<String, Box<dyn std::error::Error>> {
    let host = parts
        .headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .ok_or("no host")?;
    let mut uri = format!("http://{host}{}", parts.uri.path());
    let query = match scope.place {
        Place::Header => parts.uri.query().map(str::to_owned),
        Place::Query { .. } => parts.uri.query().map(without_signature),
    };
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        uri = format!("{uri}?{query}");
    }
    let headers = signed_headers(scope, &parts.headers)?;
    let content = content(scope, &parts.headers, body);
    let request = SignableRequest::new(
        parts.method.as_str(),
        uri,
        headers.iter().map(|(name, value)| (name.as_str(), *value)),
        content,
    )?;
    let mut settings = settings(&scope.service);
    if let Place::Query { expires } = scope.place {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(expires);
    }
    let signed = signed(pair, scope, settings, scope.signed_at, request)?;
    Ok(signed)
}

fn signed(
    pair: &KeyPair,
    scope: &Scope,
    settings: SigningSettings,
    time: SystemTime,
    request: SignableRequest<'_>,
) -> Result<String, Box<dyn std::error::Error>> {
    let identity = credentials(pair).into();
    let params: SigningParams<'_> = v4::SigningParams::builder()
        .identity(&identity)
        .region(&scope.region)
        .name(&scope.service)
        .time(time)
        .settings(settings)
        .build()?
        .into();
    let (_, signature) = sign(request, &params)?.into_parts();
    Ok(signature)
}

fn credentials(pair: &KeyPair) -> Credentials {
    let token = &pair.session_token;
    Credentials::new(
        &pair.access_key_id,
        pair.secret_access_key.expose_secret(),
        token.as_ref().map(|token| token.expose_secret().to_owned()),
        None,
        "local stage",
    )
}

/// S3 signs paths as they are; every other service signs them normalized and encoded once more.
fn settings(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    // What is signed is said in the request; nothing is left out.
    settings.excluded_headers = None;
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    settings
}

/// The headers that the request says are signed. All have to be there.
fn signed_headers<'a>(
    scope: &Scope,
    headers: &'a HeaderMap,
) -> Result<Vec<(String, &'a str)>, Box<dyn std::error::Error>> {
    let mut found = Vec::new();
    for name in &scope.signed_headers {
        let mut values = headers.get_all(name.as_str()).iter().peekable();
        values.peek().ok_or("a signed header is missing")?;
        for value in values {
            found.push((name.clone(), value.to_str()?));
        }
    }
    Ok(found)
}

/// The hash of the body, or what S3 takes in its place. The chunks of a streaming upload have
/// signatures of their own, which are not computed; their checksums are.
fn content<'a>(scope: &Scope, headers: &HeaderMap, body: &'a [u8]) -> SignableBody<'a> {
    let declared = headers
        .get("x-amz-content-sha256")
        .and_then(|value| value.to_str().ok());
    match declared {
        Some(mark) if mark == "UNSIGNED-PAYLOAD" || mark.starts_with("STREAMING-") => {
            SignableBody::Precomputed(mark.to_owned())
        }
        None if scope.service == "s3" && matches!(scope.place, Place::Query { .. }) => {
            SignableBody::UnsignedPayload
        }
        _ => SignableBody::Bytes(body),
    }
}

/// A presigned query as it was before it was signed; the rest is computed again.
fn without_signature(query: &str) -> String {
    const OWN: [&str; 7] = [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    ];
    let kept = query.split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !OWN.contains(&name)
    });
    kept.collect::<Vec<_>>().join("&")
}
