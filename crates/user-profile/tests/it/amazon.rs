//! Login with Amazon's tokeninfo and profile, counted and breakable.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use models::request::AccessToken;
use serde_json::json;
use tokio::net::TcpListener;
use user_profile::{
    Directory, ForeignToken, LinkProblem, Settings, StaleLink, TrustedRoots, directory,
};

use crate::{at, unavailable};

const CLIENT: &str = "amzn1.application-oa2-client.0123456789abcdef";
/// Real tokens have `|` and `=`, which a URL has to encode.
const TOKEN: &str = "Atza|IQEBLjAsAhRmHjNgHpi0U-Dme37rR6CuUpSR+/==";

#[derive(Default)]
pub(crate) struct Amazon {
    /// Status to fail with; 0 means none.
    failing: AtomicU16,
    asked: Mutex<Vec<&'static str>>,
    /// Whose client the token is, and whose profile there is, if not the usual.
    client: Mutex<Option<String>>,
    customer: Mutex<Option<String>>,
}

impl Amazon {
    pub(crate) async fn start() -> (Arc<Self>, Box<dyn Directory>) {
        let amazon = Arc::new(Self::default());
        let router = Router::new()
            .route("/auth/o2/tokeninfo", get(token_info))
            .route("/user/profile", get(profile))
            .with_state(Arc::clone(&amazon));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let settings = Settings::login_with_amazon(CLIENT.parse().unwrap(), &base);
        (
            amazon,
            directory(settings.unwrap(), TrustedRoots::default()),
        )
    }

    pub(crate) fn asked(&self) -> Vec<&'static str> {
        self.asked.lock().unwrap().clone()
    }

    fn fail(&self, status: u16) {
        self.failing.store(status, Ordering::SeqCst);
    }

    fn failure(&self) -> Option<Response> {
        let status = StatusCode::from_u16(self.failing.load(Ordering::SeqCst)).ok()?;
        let body = json!({ "error": "invalid_token", "error_description": "mary@example.com" });
        Some((status, body.to_string()).into_response())
    }
}

#[derive(serde::Deserialize)]
struct Asked {
    access_token: String,
}

async fn token_info(State(amazon): State<Arc<Amazon>>, Query(asked): Query<Asked>) -> Response {
    amazon.asked.lock().unwrap().push("tokeninfo");
    if let Some(failure) = amazon.failure() {
        return failure;
    }
    assert_eq!(asked.access_token, TOKEN);
    let client = amazon.client.lock().unwrap().clone();
    json!({
        "iss": "https://www.amazon.com",
        "user_id": "amzn1.account.MARY",
        "aud": client.as_deref().unwrap_or(CLIENT),
        "app_id": "amzn1.application.1",
        "exp": 3_597,
        "iat": 1_311_280_970
    })
    .to_string()
    .into_response()
}

async fn profile(
    State(amazon): State<Arc<Amazon>>,
    headers: HeaderMap,
    uri: axum::http::Uri,
) -> Response {
    amazon.asked.lock().unwrap().push("profile");
    if let Some(failure) = amazon.failure() {
        return failure;
    }
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(uri.query(), None, "a token in a query ends up in logs");
    let customer = amazon.customer.lock().unwrap().clone();
    json!({
        "user_id": customer.as_deref().unwrap_or("amzn1.account.MARY"),
        "name": "Mary Smith",
        "email": "mary@example.com",
        "postal_code": "98101"
    })
    .to_string()
    .into_response()
}

pub(crate) fn token() -> AccessToken {
    TOKEN.to_owned().into()
}

#[tokio::test]
async fn whose_token_it_is_comes_before_the_profile_and_both_once() {
    let (amazon, directory) = Amazon::start().await;
    let token = token();
    let look_up = async || {
        let verified = directory.identify(&token, at(0)).await.unwrap();
        assert_eq!(verified.subject(), "amzn1.account.MARY");
        directory.profile(&verified).await.unwrap()
    };
    let (one, two) = tokio::join!(look_up(), look_up());
    assert_eq!(one, two);
    assert_eq!(one.email(), Some("mary@example.com"));
    assert_eq!(one.first_name(), Some("Mary"));
    assert_eq!(one.user_name(), None, "an account id is no name");
    assert_eq!(amazon.asked(), ["tokeninfo", "profile"]);

    // Until the token expires, and not after.
    directory.identify(&token, at(3_500)).await.unwrap();
    assert_eq!(amazon.asked().len(), 2);
    directory.identify(&token, at(3_700)).await.unwrap();
    assert_eq!(amazon.asked().len(), 3);
}

#[tokio::test]
async fn a_token_of_another_client_is_never_used() {
    let (amazon, directory) = Amazon::start().await;
    *amazon.client.lock().unwrap() = Some("amzn1.application-oa2-client.other".to_owned());
    let result = directory.identify(&token(), at(0)).await;
    assert!(
        matches!(result, Err(LinkProblem::Foreign(ForeignToken::Client))),
        "{result:?}"
    );
    assert_eq!(amazon.asked(), ["tokeninfo"]);
}

#[tokio::test]
async fn a_token_of_another_form_is_not_shown_to_amazon() {
    let (amazon, directory) = Amazon::start().await;
    let long = format!("Atza|{}", "x".repeat(2_048));
    for foreign in ["", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "Atzr|refresh", &long] {
        let result = directory.identify(&foreign.to_owned().into(), at(0)).await;
        assert!(
            matches!(result, Err(LinkProblem::Foreign(ForeignToken::Malformed))),
            "{result:?}"
        );
    }
    assert!(amazon.asked().is_empty());
}

#[tokio::test]
async fn a_refusal_is_the_link_and_a_failure_is_not() {
    let (amazon, directory) = Amazon::start().await;
    let token = token();
    for status in [400, 401] {
        amazon.fail(status);
        let refused = directory.identify(&token, at(0)).await;
        assert!(
            matches!(refused, Err(LinkProblem::Expired(StaleLink::Revoked))),
            "{refused:?}"
        );
    }
    for status in [429, 500, 503] {
        amazon.fail(status);
        let failed = directory.identify(&token, at(0)).await;
        assert!(unavailable(&failed), "{failed:?}");
        assert!(!format!("{failed:?}").contains("Atza"), "{failed:?}");
    }
    amazon.fail(0);
    let verified = directory.identify(&token, at(0)).await.unwrap();
    amazon.fail(500);
    assert!(unavailable(&directory.profile(&verified).await));
    amazon.fail(401);
    let revoked = directory.profile(&verified).await;
    assert!(
        matches!(revoked, Err(LinkProblem::Expired(StaleLink::Revoked))),
        "{revoked:?}"
    );
    amazon.fail(0);
    *amazon.customer.lock().unwrap() = Some("amzn1.account.EVE".to_owned());
    let verified = directory.identify(&token, at(1)).await.unwrap();
    let other = directory.profile(&verified).await;
    assert!(
        matches!(other, Err(LinkProblem::Foreign(ForeignToken::Subject))),
        "{other:?}"
    );
}
