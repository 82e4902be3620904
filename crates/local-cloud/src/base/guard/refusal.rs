//! The guard's answers: a sentence that says why, and the headers that open an answer to scripts.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, CACHE_CONTROL, CONTENT_TYPE,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::json;

/// The reason why a request is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is for another host.
    Host {
        /// The host that it names.
        named: String,
        /// The listener's own names.
        names: String,
    },
    /// It comes from a page that the door is not open to.
    Page(String),
    /// A browser asks whether a page may send what no page may send here.
    Preflight,
    /// The token of the stage is missing or wrong.
    Token,
    /// A change is not sent as JSON.
    ContentType,
    /// The path has no such door.
    Method,
    /// No door has the path.
    Unknown,
    /// The body is larger than so many bytes.
    TooLarge(usize),
    /// The body did not come in time.
    TooSlow,
}

impl Refused {
    fn status(&self) -> StatusCode {
        match self {
            Self::Host { .. } | Self::Page(_) | Self::Preflight => StatusCode::FORBIDDEN,
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
        }
    }

    /// The sentence; `asked` is method and path.
    fn sentence(&self, asked: &str) -> String {
        match self {
            Self::Host { named, names } => format!(
                "This listener of a local stage answers to {names}. The request is for “{named}”, so \
                 it may come from a page that has its own name lead to this machine."
            ),
            Self::Page(page) => format!(
                "{page} may not call {asked}: only programs on this machine and pages of the stage \
                 itself may."
            ),
            Self::Preflight => format!(
                "No page of another origin may call {asked} with this method and these headers."
            ),
            Self::Token => format!(
                "{asked} wants the token of this stage: send `authorization: Bearer TOKEN` with the \
                 `token` that `cargo xtask local --json` prints, or open the address that \
                 `cargo xtask local` prints in a browser."
            ),
            Self::ContentType => {
                format!("{asked} changes something: send `content-type: application/json`.")
            }
            Self::Method => format!("{asked} is no door of this listener; its path has others."),
            Self::Unknown => format!("{asked} is no door of this listener."),
            Self::TooLarge(limit) => format!("{asked} takes at most {limit} bytes."),
            Self::TooSlow => format!("The body of {asked} did not come in time."),
        }
    }

    pub(super) fn answer(&self, asked: &str) -> Response {
        // The device's doors say `error`; clients of Amazon's services read `message`.
        let sentence = self.sentence(asked);
        let document = json!({ "error": sentence, "message": sentence });
        let headers = [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "no-store"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (self.status(), headers, document.to_string()).into_response()
    }
}

/// The answer to a preflight that asks for what may be sent.
/// `Access-Control-Allow-Private-Network` is never among it.
pub(super) fn allowed(method: &Method, asked: &HeaderMap) -> Response {
    let mut answer = readable(Response::new(Body::empty()));
    let headers = answer.headers_mut();
    if let Ok(method) = HeaderValue::from_str(method.as_str()) {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, method);
    }
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    answer
}

/// An answer that the script of any page may read, without cookies.
pub(super) fn readable(mut answer: Response) -> Response {
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (
            ACCESS_CONTROL_EXPOSE_HEADERS,
            "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date",
        ),
    ] {
        answer
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    answer
}
