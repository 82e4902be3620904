//! What lets the script of a web page read an answer of another host
//! ([CORS](https://fetch.spec.whatwg.org/#http-cors-protocol)), where Cognito lets it: at the OAuth
//! endpoints that take no cookie, at the public keys, and at the API. Pages are never read so.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
};
use http::{HeaderMap, HeaderValue, Method};

use crate::aws::protocol::json::COGNITO;

/// For a router of which every answer may be read.
pub(crate) async fn open(request: Request, next: Next) -> Response {
    if let Some(asked) = preflight(&request) {
        return allowed(&asked);
    }
    readable(next.run(request).await)
}

/// For the listener of all of AWS, of which a page may call Cognito's API.
pub(crate) async fn open_for_cognito(request: Request, next: Next) -> Response {
    let names_target = |asked: &HeaderMap| {
        let asked = asked.get(ACCESS_CONTROL_REQUEST_HEADERS);
        let asked = asked.and_then(|names| names.to_str().ok());
        asked.is_some_and(|names| names.to_ascii_lowercase().contains("x-amz-target"))
    };
    if let Some(asked) = preflight(&request).filter(names_target) {
        return allowed(&asked);
    }
    let target = request.headers().get("x-amz-target");
    let cognito = target.is_some_and(|target| target.as_bytes().starts_with(COGNITO.as_bytes()));
    let answer = next.run(request).await;
    if cognito { readable(answer) } else { answer }
}

/// The headers of a browser's question whether it may ask.
fn preflight(request: &Request) -> Option<HeaderMap> {
    let headers = request.headers();
    let asks =
        request.method() == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    asks.then(|| headers.clone())
}

fn allowed(asked: &HeaderMap) -> Response {
    let mut answer = readable(Response::new(Body::empty()));
    let headers = answer.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST"),
    );
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    answer
}

fn readable(mut answer: Response) -> Response {
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
