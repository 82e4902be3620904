//! Account linking against an authorization server that notes what it is asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Form, Json, Router};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use url::Url;

use super::device::PROGRAM;
use super::support::Developer;
use crate::cognito::accessible::assert_accessible;

type Parameters = HashMap<String, String>;

/// The `Authorization` header and the form.
type Asked = (Option<String>, Parameters);

/// A token endpoint that grants, unless its next answer is to be a refusal.
#[derive(Clone, Default)]
pub(super) struct Server {
    requests: Arc<Mutex<Vec<Asked>>>,
    refusal: Arc<Mutex<Option<(u16, Value)>>>,
}

async fn token(
    State(server): State<Server>,
    headers: HeaderMap,
    Form(parameters): Form<Parameters>,
) -> (StatusCode, Json<Value>) {
    let authorization = headers
        .get("authorization")
        .map(|value| value.to_str().unwrap().to_owned());
    let mut requests = server.requests.lock().unwrap();
    requests.push((authorization, parameters));
    if let Some((status, body)) = server.refusal.lock().unwrap().take() {
        return (StatusCode::from_u16(status).unwrap(), Json(body));
    }
    let count = requests.len();
    let body = json!({
        "access_token": format!("access-{count}"),
        "refresh_token": format!("refresh-{count}"),
        "token_type": "Bearer",
        "expires_in": 3600,
    });
    (StatusCode::OK, Json(body))
}

impl Server {
    async fn start(&self) -> (Url, JoinHandle<()>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/token", post(token))
            .with_state(self.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (Url::parse(&url).unwrap(), task)
    }

    pub(super) fn last(&self) -> Asked {
        self.requests.lock().unwrap().last().unwrap().clone()
    }

    fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub(super) fn refuse_next(&self, status: u16, body: Value) {
        *self.refusal.lock().unwrap() = Some((status, body));
    }
}

/// A developer whose enabled skill links at a server of its own.
pub(super) struct Scene {
    pub(super) developer: Developer,
    pub(super) server: Server,
    pub(super) skill_id: String,
    task: JoinHandle<()>,
}

impl Scene {
    pub(super) async fn set(scheme: &str) -> Self {
        let developer = Developer::start().await;
        let skill_id = developer.enabled_skill(PROGRAM).await;
        Self::with(developer, skill_id, scheme).await
    }

    /// Lets a skill link at a server of its own.
    pub(super) async fn with(developer: Developer, skill_id: String, scheme: &str) -> Self {
        let server = Server::default();
        let (url, task) = server.start().await;
        let path = format!("/v1/skills/{skill_id}/stages/development/accountLinkingClient");
        let linking = json!({ "accountLinkingRequest": {
            "type": "AUTH_CODE",
            "authorizationUrl": format!("{url}authorize?brand=x"),
            "accessTokenUrl": format!("{url}token"),
            "clientId": "client",
            "clientSecret": "hidden",
            "accessTokenScheme": scheme,
            "scopes": ["openid", "email"],
            "skipOnEnablement": true,
        } });
        developer.put(&path, &linking).await.expect(204);
        Self {
            developer,
            server,
            skill_id,
            task,
        }
    }

    pub(super) async fn clear(self) {
        self.developer.stop().await;
        self.task.abort();
    }

    /// Starts linking and answers the parameters of the authorization request.
    pub(super) async fn authorize(&self, region: &str) -> Parameters {
        self.authorize_with(&json!({ "region": region })).await
    }

    async fn authorize_with(&self, body: &Value) -> Parameters {
        let path = format!("/app/skills/{}/link", self.skill_id);
        let answer = (self.developer)
            .device(Method::POST, &path, body)
            .await
            .expect(200);
        let url = Url::parse(answer["authorizeUrl"].as_str().unwrap()).unwrap();
        assert!(url.path().ends_with("/authorize"));
        url.query_pairs().into_owned().collect()
    }

    /// Follows the redirect with these parameters.
    pub(super) async fn arrive(
        &self,
        redirect_uri: &str,
        parameters: &[(&str, &str)],
    ) -> (u16, String) {
        let url = Url::parse_with_params(redirect_uri, parameters).unwrap();
        self.developer.open(url.as_str()).await
    }

    pub(super) async fn link(&self) {
        self.link_with(&json!({ "region": "NA" })).await;
    }

    /// Links, and waits until the skill has heard of it.
    pub(super) async fn link_with(&self, body: &Value) {
        let asked = self.authorize_with(body).await;
        let back = [("code", "c0de"), ("state", &asked["state"])];
        let (status, page) = self.arrive(&asked["redirect_uri"], &back).await;
        assert_eq!(status, 200, "{page}");
        self.developer.events().await;
    }

    async fn linked(&self) -> bool {
        let path = format!("/app/skills/{}", self.skill_id);
        let skill = self
            .developer
            .device(Method::GET, &path, &Value::Null)
            .await;
        skill.expect(200)["linked"].as_bool().unwrap()
    }

    pub(super) async fn advance(&self, seconds: u32) {
        self.developer
            .device(
                Method::POST,
                "/control/clock",
                &json!({ "advanceSeconds": seconds }),
            )
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn an_account_is_linked_and_the_skill_hears_of_it() {
    let scene = Scene::set("HTTP_BASIC").await;
    let asked = scene.authorize("EU").await;
    assert_eq!(asked["brand"], "x");
    assert_eq!(asked["client_id"], "client");
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["scope"], "openid email");
    let port = scene.developer.urls().device.port().unwrap();
    assert_eq!(
        asked["redirect_uri"],
        format!("http://localhost:{port}/eu/api/skill/link/MLOCALVENDOR01")
    );
    assert!(!asked.contains_key("code_challenge"));

    let back = [("code", "c0de"), ("state", &*asked["state"])];
    let (status, page) = scene.arrive(&asked["redirect_uri"], &back).await;
    assert_eq!(status, 200);
    assert!(page.contains("Your account has been linked"), "{page}");
    let (authorization, parameters) = scene.server.last();
    assert_eq!(authorization.as_deref(), Some("Basic Y2xpZW50OmhpZGRlbg=="));
    assert_eq!(parameters["grant_type"], "authorization_code");
    assert_eq!(parameters["code"], "c0de");
    assert_eq!(parameters["redirect_uri"], asked["redirect_uri"]);
    assert!(!parameters.contains_key("client_secret"));

    assert!(scene.linked().await);
    let launch = scene.developer.say("open voice link").await;
    assert_eq!(launch["heard"], "Linked & ready.");
    assert_eq!(launch["linked"], true);
    let events = scene.developer.events().await;
    assert_eq!(
        events.last().unwrap()["type"],
        "AlexaSkillEvent.SkillAccountLinked"
    );
    assert_eq!(events.last().unwrap()["delivered"], true);

    scene.clear().await;
}

/// A person reloads the page after linking, or goes back and sends the same form once more: neither the
/// code nor the state is used twice, and the page says what has happened.
#[tokio::test]
async fn the_page_after_linking_can_be_loaded_again() {
    let scene = Scene::set("HTTP_BASIC").await;
    for (refusal, status, says) in [
        (None, 200, "Your account has been linked"),
        (Some("invalid_client"), 400, "400 invalid_client"),
    ] {
        let asked = scene.authorize("NA").await;
        let back = [("code", "c0de"), ("state", &*asked["state"])];
        if let Some(error) = refusal {
            scene.server.refuse_next(400, json!({ "error": error }));
        }
        let before = scene.server.count();
        let arrive = Url::parse_with_params(&asked["redirect_uri"], &back).unwrap();
        let first = scene.developer.http.get(arrive).send().await.unwrap();
        let result = first.url().clone();
        assert_eq!(result.path(), "/app/link-result");
        assert_eq!(first.status(), status);
        let first = first.text().await.unwrap();
        assert!(first.contains(says), "{first}");
        assert_accessible(&first);
        let reloaded = scene.developer.open(result.as_str()).await;
        assert_eq!(reloaded, (status, first.clone()));
        let again = [("code", "another"), ("state", &*asked["state"])];
        let returned = scene.arrive(&asked["redirect_uri"], &again).await;
        assert_eq!(returned, (status, first));
        assert_eq!(scene.server.count(), before + 1);
    }
    let stranger = scene
        .developer
        .urls()
        .device
        .join("app/link-result?state=x");
    let (status, page) = scene.developer.open(stranger.unwrap().as_str()).await;
    assert_eq!(status, 400);
    assert!(page.contains("state is unknown"), "{page}");
    scene.clear().await;
}

#[tokio::test]
async fn pkce_is_switched_on_in_the_console() {
    let scene = Scene::set("REQUEST_BODY_CREDENTIALS").await;
    let path = format!("/console/skills/{}/pkce", scene.skill_id);
    scene
        .developer
        .device(Method::POST, &path, &json!({ "enabled": true }))
        .await
        .expect(200);
    let asked = scene.authorize("NA").await;
    assert_eq!(asked["code_challenge_method"], "S256");
    let back = [("code", "c0de"), ("state", &*asked["state"])];
    scene.arrive(&asked["redirect_uri"], &back).await;
    let (authorization, parameters) = scene.server.last();
    assert_eq!(authorization, None);
    assert_eq!(parameters["client_secret"], "hidden");
    let verifier = &parameters["code_verifier"];
    assert_eq!(verifier.len(), 64);
    assert_ne!(*verifier, asked["code_challenge"]);
    scene.clear().await;
}

#[tokio::test]
async fn a_failure_names_its_reason() {
    let scene = Scene::set("HTTP_BASIC").await;
    let asked = scene.authorize("NA").await;
    let state = &*asked["state"];
    let denied = [
        ("error", "access_denied"),
        ("error_description", "<no>"),
        ("state", state),
    ];
    let (status, page) = scene.arrive(&asked["redirect_uri"], &denied).await;
    assert_eq!(status, 400);
    assert!(page.contains("access_denied: "), "{page}");
    assert!(!page.contains("<no>"), "{page}");

    let asked = scene.authorize("NA").await;
    scene
        .server
        .refuse_next(400, json!({ "error": "invalid_client" }));
    let back = [("code", "c0de"), ("state", &*asked["state"])];
    let (_, page) = scene.arrive(&asked["redirect_uri"], &back).await;
    assert!(page.contains("400 invalid_client"), "{page}");

    let asked = scene.authorize("NA").await;
    let elsewhere = asked["redirect_uri"].replace("/na/", "/fe/");
    let back = [("code", "c0de"), ("state", &*asked["state"])];
    let (_, page) = scene.arrive(&elsewhere, &back).await;
    assert!(
        page.contains("started in NA and redirected to FE"),
        "{page}"
    );
    assert!(!scene.linked().await);
    scene.clear().await;
}

#[tokio::test]
async fn an_expired_token_is_refreshed_unless_held_back() {
    let scene = Scene::set("HTTP_BASIC").await;
    scene.link().await;
    scene.advance(3600).await;
    let hold = async |held: bool| {
        scene
            .developer
            .device(Method::POST, "/control/refresh", &json!({ "held": held }))
            .await
            .expect(200);
    };
    hold(true).await;
    assert_eq!(scene.developer.say("open voice link").await["linked"], true);
    assert_eq!(scene.server.count(), 1);

    hold(false).await;
    assert_eq!(scene.developer.say("open voice link").await["linked"], true);
    let (_, parameters) = scene.server.last();
    assert_eq!(parameters["grant_type"], "refresh_token");
    assert_eq!(parameters["refresh_token"], "refresh-1");
    // The rotated one is kept.
    scene.advance(3600).await;
    scene.developer.say("open voice link").await;
    assert_eq!(scene.server.last().1["refresh_token"], "refresh-2");
    scene.clear().await;
}

#[tokio::test]
async fn a_refused_refresh_drops_the_link_and_an_outage_does_not() {
    let scene = Scene::set("HTTP_BASIC").await;
    scene.link().await;
    scene.advance(3600).await;
    scene.server.refuse_next(503, json!({}));
    assert_eq!(
        scene.developer.say("open voice link").await["linked"],
        false
    );
    assert!(scene.linked().await);
    scene
        .server
        .refuse_next(400, json!({ "error": "invalid_grant" }));
    assert_eq!(
        scene.developer.say("open voice link").await["linked"],
        false
    );
    assert!(!scene.linked().await);
    scene.clear().await;
}

#[tokio::test]
async fn disabling_forgets_the_link() {
    let scene = Scene::set("HTTP_BASIC").await;
    scene.link().await;
    let path = format!(
        "/v1/skills/{}/stages/development/enablement",
        scene.skill_id
    );
    scene.developer.delete(&path).await.expect(204);
    scene.developer.put(&path, &Value::Null).await.expect(204);
    assert!(!scene.linked().await);
    assert_eq!(
        scene.developer.say("open voice link").await["linked"],
        false
    );
    scene.clear().await;
}
