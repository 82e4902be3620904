//! What a request is called, and what could be wrong with it.

use http::request::Parts;
use http::{HeaderMap, Method};
use url::form_urlencoded;

use super::gate::Service;
use crate::aws::protocol::scope::Scope;
use crate::base::keys::Principal;

/// A request as the journal names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Called {
    /// The service and the operation.
    pub(super) operation: String,
    pub(super) mutating: bool,
    /// Of 409 and 412, those that exist for it.
    pub(super) conflicts: Vec<u16>,
    /// How its service words errors.
    pub(super) dialect: Dialect,
}

/// How errors are worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// XML of the AWS query protocol.
    Query,
    /// AWS JSON.
    Json,
    /// XML of S3.
    S3,
    /// SMAPI.
    Smapi,
    /// OAuth 2.0.
    Lwa,
}

impl Called {
    /// `None` for what is no call of a deployment: requests of people, of functions and of Alexa.
    pub(super) fn of(service: Service, parts: &Parts, body: &[u8]) -> Option<Self> {
        match service {
            Service::Aws => aws(parts, body),
            Service::Smapi => Some(smapi(parts)),
            Service::Lwa => Some(Self {
                operation: format!("lwa {} {}", parts.method, parts.uri.path()),
                mutating: false,
                conflicts: Vec::new(),
                dialect: Dialect::Lwa,
            }),
        }
    }
}

fn aws(parts: &Parts, body: &[u8]) -> Option<Called> {
    if let Some(Principal::Function { .. }) = parts.extensions.get() {
        return None;
    }
    let scope = Scope::of(&parts.headers, &[]).ok()?;
    let service = scope.service.as_str();
    if service == "s3" {
        return Some(s3(parts));
    }
    let target = parts.headers.get("x-amz-target");
    let (operation, dialect) = match target.and_then(|target| target.to_str().ok()) {
        Some(target) => (
            target.rsplit('.').next().unwrap_or_default().to_owned(),
            Dialect::Json,
        ),
        None if service == "lambda" => (
            format!("{} {}", parts.method, parts.uri.path()),
            Dialect::Json,
        ),
        None if service == "route53" => {
            let operation = match parts.uri.path().rsplit('/').next() {
                Some("rrset") if parts.method == "POST" => "ChangeResourceRecordSets",
                Some("rrset") => "ListResourceRecordSets",
                _ => "GetHostedZone",
            };
            (operation.to_owned(), Dialect::Query)
        }
        None => (
            form_urlencoded::parse(body)
                .find(|(name, _)| name == "Action")
                .map(|(_, action)| action.into_owned())
                .unwrap_or_default(),
            Dialect::Query,
        ),
    };
    let reading = ["Describe", "Detect", "Get", "GET", "List"];
    Some(Called {
        mutating: !reading.iter().any(|verb| operation.starts_with(verb)),
        operation: format!("{service} {operation}"),
        conflicts: Vec::new(),
        dialect,
    })
}

fn s3(parts: &Parts) -> Called {
    let path = parts.uri.path().trim_matches('/');
    let what = if path.contains('/') {
        "object"
    } else {
        "bucket"
    };
    let sub: String = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
        .filter(|(name, _)| name != "x-id")
        .flat_map(|(name, _)| ["?".to_owned(), name.into_owned()])
        .collect();
    // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    let conflicts = if parts.method != Method::PUT {
        Vec::new()
    } else if is_conditional(&parts.headers) {
        vec![409, 412]
    } else if what == "bucket" {
        vec![409]
    } else {
        Vec::new()
    };
    Called {
        operation: format!("s3 {} {what}{sub}", parts.method),
        mutating: !is_reading(&parts.method),
        conflicts,
        dialect: Dialect::S3,
    }
}

fn smapi(parts: &Parts) -> Called {
    // Ids would tell one run's calls from another's.
    let path: Vec<&str> = parts
        .uri
        .path()
        .split('/')
        .map(|segment| match segment {
            id if id.starts_with("amzn1.ask.skill.") => "{skillId}",
            id if id.starts_with("amzn1.ask-package.import.") => "{importId}",
            other => other,
        })
        .collect();
    let path = match path.as_slice() {
        ["", "skill-packages", ..] => "/skill-packages/{upload}".to_owned(),
        path => path.join("/"),
    };
    let mutating = !is_reading(&parts.method);
    let mut conflicts = Vec::new();
    // https://developer.amazon.com/docs/alexa/smapi/error-codes.html
    if mutating && path.contains("{skillId}") {
        conflicts.push(409);
        if is_conditional(&parts.headers) {
            conflicts.push(412);
        }
    }
    Called {
        operation: format!("smapi {} {path}", parts.method),
        mutating,
        conflicts,
        dialect: Dialect::Smapi,
    }
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn is_conditional(headers: &HeaderMap) -> bool {
    ["if-match", "if-none-match"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let request = http::Request::builder().method(method).uri(uri);
        headers
            .iter()
            .fold(request, |request, (name, value)| {
                request.header(*name, *value)
            })
            .body(())
            .unwrap()
            .into_parts()
            .0
    }

    fn signed(service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/{service}/aws4_request, \
             SignedHeaders=host, Signature={}",
            "00".repeat(32)
        )
    }

    #[test]
    fn operations_are_named_whatever_the_protocol() {
        let authorization = signed("cloudformation");
        let date = ("x-amz-date", "20260101T000000Z");
        let query = parts("POST", "/", &[("authorization", &authorization), date]);
        let called = Called::of(Service::Aws, &query, b"Version=1&Action=CreateChangeSet").unwrap();
        assert_eq!(called.operation, "cloudformation CreateChangeSet");
        assert!(called.mutating && called.conflicts.is_empty());

        let authorization = signed("s3");
        let put = [
            ("authorization", &*authorization),
            ("if-match", "\"e\""),
            date,
        ];
        let called = Called::of(
            Service::Aws,
            &parts("PUT", "/b/k?x-id=PutObject", &put),
            b"",
        );
        let called = called.unwrap();
        assert_eq!(called.operation, "s3 PUT object");
        assert_eq!(called.conflicts, [409, 412]);

        let import = parts("POST", "/v1/skills/amzn1.ask.skill.1/imports", &[]);
        let called = Called::of(Service::Smapi, &import, b"").unwrap();
        assert_eq!(called.operation, "smapi POST /v1/skills/{skillId}/imports");
        assert_eq!(called.conflicts, [409]);
    }

    #[test]
    fn requests_of_people_are_no_calls_of_a_deployment() {
        let user = [("x-amz-target", "AWSCognitoIdentityProviderService.GetUser")];
        assert_eq!(
            Called::of(Service::Aws, &parts("POST", "/", &user), b""),
            None
        );
    }
}
