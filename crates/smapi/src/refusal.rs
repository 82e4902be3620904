//! What a service says when it refuses.

use std::fmt;
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::Operation;

/// A refusal by SMAPI or LWA, with everything that the service said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What was called.
    pub operation: Operation,
    /// The HTTP status.
    pub status: u16,
    /// The error's code, such as `invalid_grant`, where there is one.
    pub code: Option<String>,
    /// The service's own sentence; empty if it said nothing.
    pub message: String,
    /// What exactly is wrong, in the service's order.
    pub violations: Vec<Violation>,
    /// What Amazon's support asks for.
    pub request_id: Option<String>,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Such as `MISSING_REQUIRED_PROPERTY`
    /// ([codes](https://developer.amazon.com/docs/smapi/error-codes.html)).
    pub code: Option<String>,
    /// The service's own sentence.
    pub message: String,
    /// Where in the body.
    pub property_path: Option<String>,
}

/// Headers that carry the request's id, by service.
const REQUEST_IDS: [&str; 3] = ["x-amzn-requestid", "x-amzn-request-id", "x-amz-request-id"];
/// How much of an answer that is not JSON is shown, in characters.
const EXCERPT: usize = 300;

impl Refusal {
    /// A refusal that says nothing.
    pub(crate) fn new(operation: Operation, status: u16) -> Self {
        Self {
            operation,
            status,
            code: None,
            message: String::new(),
            violations: Vec::new(),
            request_id: None,
            retry_after: None,
        }
    }

    /// Reads an answer. `secrets` are blanked out of it: services quote what they refuse.
    pub(crate) fn read(
        operation: Operation,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        secrets: &[&SecretString],
    ) -> Self {
        let text = redact(&String::from_utf8_lossy(body), secrets);
        let mut refusal = Self::new(operation, status.as_u16());
        refusal.retry_after = retry_after(headers, Timestamp::now());
        refusal.request_id = REQUEST_IDS
            .iter()
            .find_map(|name| headers.get(*name)?.to_str().ok().map(str::to_owned));
        match serde_json::from_str::<Value>(&text) {
            Ok(answer) if answer.is_object() => refusal.read_json(&answer),
            // A proxy's page, most likely.
            _ => refusal.message = excerpt(&text),
        }
        refusal
    }

    fn read_json(&mut self, answer: &Value) {
        let text = |name: &str| Some(answer.get(name)?.as_str()?.to_owned());
        // SMAPI says `code` and `message`; OAuth says `error` and `error_description`.
        self.code = text("code").or_else(|| text("error"));
        self.message = text("message")
            .or_else(|| text("error_description"))
            .or_else(|| text("Message"))
            .unwrap_or_default();
        if self.request_id.is_none() {
            self.request_id = text("request_id");
        }
        let violations = answer.get("violations").and_then(Value::as_array);
        self.violations = violations
            .into_iter()
            .flatten()
            .map(Violation::read)
            .collect();
    }
}

impl Violation {
    fn read(violation: &Value) -> Self {
        let text = |pointer: &str| Some(violation.pointer(pointer)?.as_str()?.to_owned());
        Self {
            code: text("/code"),
            message: text("/message").unwrap_or_else(|| violation.to_string()),
            property_path: text("/validationDetails/originalInstance/propertyPath"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let service = match self.operation {
            Operation::RefreshToken => "Login with Amazon",
            Operation::UploadPackage => "the upload store",
            _ => "SMAPI",
        };
        write!(
            f,
            "cannot {}: {service} answered {}",
            self.operation, self.status
        )?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        for violation in &self.violations {
            write!(f, "\n  {violation}")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, "\n  (request id {id})")?;
        }
        Ok(())
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)?;
        match &self.property_path {
            Some(path) if !self.message.contains(path.as_str()) => write!(f, " (at {path})"),
            _ => Ok(()),
        }
    }
}

/// Blanks secrets out, also where the service quotes JSON inside JSON.
fn redact(text: &str, secrets: &[&SecretString]) -> String {
    const QUOTED: usize = 3;
    let mut text = text.to_owned();
    for secret in secrets.iter().map(|secret| secret.expose_secret()) {
        if secret.is_empty() {
            continue;
        }
        let mut forms = vec![secret.to_owned()];
        for depth in 0..QUOTED {
            let quoted = Value::from(forms[depth].as_str()).to_string();
            forms.push(quoted[1..quoted.len() - 1].to_owned());
        }
        // The longest first: it contains parts of the shorter ones.
        for form in forms.iter().rev() {
            text = text.replace(form, "[redacted]");
        }
    }
    text
}

fn excerpt(text: &str) -> String {
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(EXCERPT) {
        words.truncate(end);
        words.push('…');
    }
    words
}

/// The wait that the service asks for, in seconds or as a date
/// ([RFC 9110, 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str, secrets: &[&SecretString]) -> Refusal {
        let mut headers = HeaderMap::new();
        headers.insert("x-amzn-requestid", "abc".parse().unwrap());
        let status = StatusCode::from_u16(status).unwrap();
        let operation = Operation::PutAccountLinking;
        Refusal::read(operation, status, &headers, body.as_bytes(), secrets)
    }

    /// What SMAPI says to account linking without its wrapper.
    #[test]
    fn seconds_and_dates_are_understood() {
        let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let ask = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(ask("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            ask("Fri, 02 Jan 2026 03:05:05 GMT"),
            Some(Duration::from_mins(1))
        );
        assert_eq!(ask("Thu, 01 Jan 2026 00:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(ask("soon"), None);
    }

    #[test]
    fn violations_are_shown_in_full() {
        let body = r#"{"message":"Account linking information is not valid.","violations":[{
            "code":"INVALID_REQUEST_PARAMETER","message":"Parsing error due to empty body.",
            "validationDetails":{"originalInstance":{"type":"BODY"},
            "reason":{"type":"EXPECTED_NOT_EMPTY_VALUE"}}}]}"#;
        assert_eq!(
            read(400, body, &[]).to_string(),
            "cannot update account linking: SMAPI answered 400: Account linking information is \
             not valid.\n  INVALID_REQUEST_PARAMETER: Parsing error due to empty body.\n  \
             (request id abc)"
        );
    }

    #[test]
    fn a_violation_says_where() {
        let body = r#"{"message":"Request is not valid.","violations":[{
            "code":"MISSING_REQUIRED_PROPERTY","message":"Instance is missing a property.",
            "validationDetails":{"originalInstance":{"type":"BODY","propertyPath":"/manifest"}}}]}"#;
        let shown = read(400, body, &[]).to_string();
        assert!(
            shown.contains("Instance is missing a property. (at /manifest)"),
            "{shown}"
        );
    }

    #[test]
    fn answers_that_are_not_json_are_shown_in_part() {
        let page = format!(
            "<html>\n  <h1>Proxy says no</h1>{}</html>",
            "x".repeat(2000)
        );
        let shown = read(502, &page, &[]).to_string();
        assert!(shown.contains("<h1>Proxy says no</h1>"));
        assert!(shown.len() < 500);
        assert!(read(500, "", &[]).to_string().contains("answered 500\n"));
    }

    #[test]
    fn secrets_are_blanked_out() {
        let secret = SecretString::from("a\"b\\c");
        let body = r#"{"message":"`a\"b\\c` is not a secret"}"#;
        let refusal = read(400, body, &[&secret]);
        assert_eq!(refusal.message, "`[redacted]` is not a secret");
    }
}
