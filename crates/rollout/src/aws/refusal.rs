//! Reading why a service refused a call.

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName};
use serde::Deserialize;

use super::{service_time, xml};
use crate::error::Refusal;

/// A signature was refused in a way that a wrong clock leads to.
pub(super) fn blames_the_clock(code: Option<&str>) -> bool {
    matches!(
        code,
        Some(
            "RequestTimeTooSkewed"
                | "RequestExpired"
                | "RequestInTheFuture"
                | "InvalidSignatureException"
                | "SignatureDoesNotMatch"
                | "AuthFailure"
        )
    )
}

#[derive(Deserialize, Default)]
struct JsonRefusal {
    #[serde(rename = "__type", alias = "code")]
    code: Option<String>,
    #[serde(alias = "Message", alias = "errorMessage")]
    message: Option<String>,
}

/// The service's words in XML or JSON, by whatever protocol it speaks.
pub(super) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Refusal {
    let (code, message) = if body.trim_ascii_start().starts_with(b"<") {
        xml::read(body, |root| {
            let text = |name: &str| Some(xml::find(root, name)?.text()?.to_owned());
            (text("Code"), text("Message"))
        })
        .unwrap_or_default()
    } else {
        let said: JsonRefusal = serde_json::from_slice(body).unwrap_or_default();
        let header = headers.get(HeaderName::from_static("x-amzn-errortype"));
        let header = header.and_then(|value| value.to_str().ok().map(str::to_owned));
        (header.or(said.code).map(|code| bare(&code)), said.message)
    };
    Refusal {
        status: status.as_u16(),
        code,
        message,
        retry_after: smapi::retry_after(headers, Timestamp::now()),
        date: service_time::date(headers),
    }
}

/// A code without the namespace before it and the address behind it.
/// <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization>
fn bare(code: &str) -> String {
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    code.to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn refusal(body: &str, headers: &[(&'static str, &'static str)]) -> Refusal {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.insert(*name, value.parse().unwrap());
        }
        read(StatusCode::BAD_REQUEST, &all, body.as_bytes())
    }

    #[test]
    fn a_refusal_keeps_the_services_own_words_in_every_protocol() {
        let query = "<ErrorResponse xmlns=\"http://a/\"><Error><Type>Sender</Type>\
             <Code>ValidationError</Code><Message>Stack [a] does not exist</Message></Error>\
             </ErrorResponse>";
        let s3 = "<?xml version=\"1.0\"?>\n<Error><Code>ValidationError</Code>\
             <Message>Stack [a] does not exist</Message></Error>";
        let json =
            r#"{"__type":"com.amazonaws#ValidationError","message":"Stack [a] does not exist"}"#;
        let rest = r#"{"Message":"Stack [a] does not exist"}"#;
        let header = ("x-amzn-errortype", "ValidationError:http://a/");
        for (body, headers) in [(query, &[][..]), (s3, &[]), (json, &[]), (rest, &[header])] {
            let refusal = refusal(body, headers);
            assert_eq!(refusal.code.as_deref(), Some("ValidationError"), "{body}");
            let message = refusal.message.as_deref();
            assert_eq!(message, Some("Stack [a] does not exist"), "{body}");
        }
        for body in ["", "<html", "{", "Bad Gateway"] {
            assert_eq!(refusal(body, &[]).code, None, "{body}");
        }
    }

    #[test]
    fn a_service_may_say_how_long_to_wait() {
        let refusal = refusal("", &[("retry-after", "7")]);
        assert_eq!(refusal.retry_after, Some(Duration::from_secs(7)));
    }
}
