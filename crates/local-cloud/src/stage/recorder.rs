//! Writing down what SMAPI was asked and what it answered, for a judge to read.
//!
//! One JSON object per line: `method`, `path` (with the query), `requestBody`, `status`,
//! `responseBody`. A body that is empty is left out; one that is not JSON is a string. Client
//! secrets are not written down.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

/// Members whose value is a client secret, wherever they are.
const SECRETS: [&str; 2] = ["clientSecret", "client_secret"];

/// A recording being made. Clones write to the same file.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    file: Arc<Mutex<File>>,
    path: Arc<PathBuf>,
}

impl Recorder {
    /// Starts an empty recording, in place of what was in the file.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: Arc::new(Mutex::new(File::create(path)?)),
            path: Arc::new(path.to_owned()),
        })
    }

    /// Records every exchange of a router.
    pub(crate) fn around(self, router: Router) -> Router {
        router.layer(from_fn_with_state(self, record))
    }

    fn write(&self, exchange: Map<String, Value>) -> io::Result<()> {
        let mut line = Value::Object(exchange).to_string();
        line.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes())
    }
}

/// Passes an exchange on and writes it down. A recording with a gap would be worse than none:
/// if it cannot be written, the caller is told.
async fn record(State(recorder): State<Recorder>, request: Request, next: Next) -> Response {
    if !is_api(request.uri()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let mut exchange = Map::new();
    exchange.insert("method".to_owned(), parts.method.as_str().into());
    exchange.insert("path".to_owned(), parts.uri.to_string().into());
    let body = match to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    insert_body(&mut exchange, "requestBody", &body);
    let response = next.run(Request::from_parts(parts, body.into())).await;

    let (parts, body) = response.into_parts();
    let body = match to_bytes(body, usize::MAX).await {
        Ok(body) => body,
        Err(error) => return failure(&error.to_string()),
    };
    exchange.insert("status".to_owned(), parts.status.as_u16().into());
    insert_body(&mut exchange, "responseBody", &body);
    match recorder.write(exchange) {
        Ok(()) => Response::from_parts(parts, Body::from(body)),
        Err(error) => failure(&format!("{}: {error}", recorder.path.display())),
    }
}

fn failure(reason: &str) -> Response {
    let message = format!("This exchange could not be recorded: {reason}");
    (StatusCode::INTERNAL_SERVER_ERROR, message).into_response()
}

/// Whether a path is of the API itself: `/v1/...`, `/v2/...`. Packages go to a store beside it.
fn is_api(uri: &Uri) -> bool {
    let version = uri.path().split('/').nth(1).unwrap_or_default();
    version
        .strip_prefix('v')
        .is_some_and(|number| number.parse::<u8>().is_ok())
}

fn insert_body(exchange: &mut Map<String, Value>, name: &str, body: &Bytes) {
    if body.is_empty() {
        return;
    }
    let mut value = serde_json::from_slice(body)
        .unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned().into());
    redact(&mut value);
    exchange.insert(name.to_owned(), value);
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                // Another type than text would be a fault, which the judge should see.
                if SECRETS.contains(&name.as_str()) && member.is_string() {
                    *member = "[redacted]".into();
                } else {
                    redact(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_blanked_out_wherever_they_are() {
        let mut value = json!({
            "accountLinkingRequest": {"clientSecret": "s", "clientId": "c", "skipOnEnablement": true},
            "list": [{"client_secret": "s"}, {"clientSecret": 1}],
        });
        redact(&mut value);
        assert_eq!(
            value,
            json!({
                "accountLinkingRequest":
                    {"clientSecret": "[redacted]", "clientId": "c", "skipOnEnablement": true},
                "list": [{"client_secret": "[redacted]"}, {"clientSecret": 1}],
            })
        );
    }

    #[test]
    fn the_store_of_packages_is_not_the_api() {
        let api = |path: &str| is_api(&path.parse().unwrap());
        assert!(api("/v1/vendors"));
        assert!(api("/v2/skills/x/stages/development/simulations?a=b"));
        assert!(!api("/skill-packages/1"));
        assert!(!api("/vendors"));
        assert!(!api("/"));
    }
}
