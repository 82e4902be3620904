//! The strip below a sign-in page, for the browser of the developer: the message that was just sent, or the
//! code of the authenticator app. It belongs to the stage, not to Cognito. A browser without the strip's
//! cookie gets the page as Cognito shows it, byte for byte. The cookie shows the strip and opens nothing:
//! browsers send cookies to every port of a host, and this one goes to `localhost` as well.

use askama::Template as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use sha2::{Digest as _, Sha256};

use crate::aws::Shared;
use crate::base::outbox::Message;
use crate::cognito::{Cognito, Help};

const SCRIPT: &str = include_str!("../../page/strip.js");
/// Pages of the stage are a few kilobytes.
const LARGEST_PAGE: usize = 1024 * 1024;

#[derive(askama::Template)]
#[template(path = "stage/strip.html")]
struct Strip {
    /// `None` at a page that asks for the code of an authenticator app.
    message: Option<Message>,
    code: String,
    /// This code, and those that follow it every 30 seconds.
    codes: String,
    next_milliseconds: i64,
    script: &'static str,
}

/// Puts the strip below the sign-in pages.
pub(super) fn below(pages: Router, cognito: &Cognito, shared: &Shared) -> Router {
    pages.layer(from_fn_with_state((cognito.clone(), shared.clone()), add))
}

async fn add(
    State((cognito, shared)): State<(Cognito, Shared)>,
    request: Request,
    next: Next,
) -> Response {
    if !shared.keys.shows_strip(request.headers()) {
        return next.run(request).await;
    }
    let query = request.uri().query().unwrap_or_default().as_bytes();
    let client_id = url::form_urlencoded::parse(query)
        .find_map(|(name, value)| (name == "client_id").then(|| value.into_owned()));
    let browser = request.headers().clone();
    let page = next.run(request).await;
    let help = client_id.and_then(|id| cognito.help(&browser, &id));
    match help.and_then(|help| Strip::of(help, &shared)) {
        Some(strip) if is_page(page.headers()) => with(page, &strip).await,
        _ => page,
    }
}

impl Strip {
    fn of(help: Help, shared: &Shared) -> Option<Self> {
        if let Some(app) = help.app {
            let next = app.next_at.duration_since(shared.clock.now());
            return Some(Self {
                message: None,
                code: app.codes.first()?.clone(),
                codes: app.codes.join(" "),
                next_milliseconds: i64::try_from(next.as_millis()).unwrap_or_default(),
                script: SCRIPT,
            });
        }
        let sent = help.addresses.iter().filter_map(|address| {
            let messages = shared.outbox.messages(Some(address));
            messages.into_iter().rfind(|message| message.code.is_some())
        });
        let message = sent.max_by_key(|message| message.sent_at)?;
        let code = message.code.clone()?;
        Some(Self {
            codes: code.clone(),
            code,
            // It does not change.
            next_milliseconds: i64::from(i32::MAX),
            message: Some(message),
            script: SCRIPT,
        })
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"text/html"))
}

/// The page with the strip, whose script is the only one that may run.
async fn with(page: Response, strip: &Strip) -> Response {
    let (mut parts, body) = page.into_parts();
    let read = to_bytes(body, LARGEST_PAGE).await;
    let (Ok(html), Ok(strip)) = (read, strip.render()) else {
        let mut broken = Response::new(Body::from("The strip of the local stage is broken."));
        *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return broken;
    };
    let html = String::from_utf8_lossy(&html);
    let html = match html.rsplit_once("</body>") {
        Some((page, end)) => format!("{page}{strip}</body>{end}"),
        None => html.into_owned(),
    };
    let policy = parts.headers.get(CONTENT_SECURITY_POLICY);
    let policy = policy.and_then(|policy| policy.to_str().ok());
    let hash = BASE64_STANDARD.encode(Sha256::digest(SCRIPT));
    let policy = format!("{}; script-src 'sha256-{hash}'", policy.unwrap_or_default());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        parts.headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    Response::from_parts(parts, Body::from(html))
}
