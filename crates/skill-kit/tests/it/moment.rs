//! "One moment, please."

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::people::{Fate, SKILL_ID, Stage, ask_for, invocation, launch, linked, mary, received};
use crate::runtime_api::serve;

/// Alexa's API: keeps what it is sent, and tells whoever waits for it.
#[derive(Default)]
struct Api {
    heard: Mutex<Vec<Value>>,
    arrived: Arc<Notify>,
    /// Never answers.
    hangs: bool,
    refuses: bool,
}

async fn directives(State(api): State<Arc<Api>>, headers: HeaderMap, body: String) -> StatusCode {
    assert_eq!(headers["authorization"], "Bearer api-token-of-mary");
    assert_eq!(headers["content-type"], "application/json");
    api.heard
        .lock()
        .unwrap()
        .push(serde_json::from_str(&body).unwrap());
    api.arrived.notify_one();
    if api.hangs {
        std::future::pending::<()>().await;
    }
    if api.refuses {
        return StatusCode::FORBIDDEN;
    }
    StatusCode::NO_CONTENT
}

/// Starts the API; answers its URL.
async fn start(api: Api) -> (Arc<Api>, String) {
    let api = Arc::new(api);
    let router = Router::new()
        .route("/v1/directives", post(directives))
        .with_state(Arc::clone(&api));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (api, url)
}

fn with_api(mut request: Value, url: &str) -> Value {
    request["context"]["System"]["apiEndpoint"] = url.into();
    request
}

#[tokio::test]
async fn whoever_waits_hears_that_it_takes_a_moment() {
    for (hangs, refuses) in [(false, false), (true, false), (false, true)] {
        let api = Api {
            hangs,
            refuses,
            ..Api::default()
        };
        // The provider answers once the user has been asked for a moment.
        let stage = Stage::local(Fate::GoodAfter(mary(), Arc::clone(&api.arrived)));
        let (api, url) = start(api).await;
        let heard = stage
            .send(with_api(linked(ask_for("emailAddress")), &url))
            .await;
        assert!(heard.said().contains("mary@example.com"), "{heard:?}");
        let expected = json!({
            "header": { "requestId": "amzn1.echo-api.request.1" },
            "directive": {
                "type": "VoicePlayer.Speak",
                "speech": "<speak>One moment, please.</speak>"
            }
        });
        assert_eq!(*api.heard.lock().unwrap(), [expected]);
        assert!(
            !stage.log().contains("api-token-of-mary"),
            "{}",
            stage.log()
        );
    }
}

#[tokio::test]
async fn a_quick_answer_needs_no_moment() {
    let stage = Stage::local(Fate::Good(mary()));
    let (api, url) = start(Api::default()).await;
    for request in [launch(), ask_for("fullProfile")] {
        stage.send(with_api(linked(request), &url)).await;
    }
    assert!(api.heard.lock().unwrap().is_empty());
}

/// In AWS, a loopback host is the function's own machine, where others listen. A local stage is
/// known by its accounts, which are on the machine too.
#[tokio::test]
async fn a_function_in_aws_sends_no_token_to_its_own_machine() {
    let stage = Stage::new(Fate::GoodWithin(mary(), Duration::from_millis(1_600)));
    let (api, url) = start(Api::default()).await;
    let port = url.rsplit_once(':').unwrap().1;
    let ask = async |host: &str| {
        let request = with_api(
            linked(ask_for("emailAddress")),
            &format!("http://{host}:{port}"),
        );
        let heard = stage.send(request).await;
        assert!(heard.said().contains("mary@example.com"), "{heard:?}");
    };
    tokio::join!(
        ask("127.0.0.1"),
        ask("localhost"),
        ask("[::1]"),
        ask("127.1")
    );
    assert!(api.heard.lock().unwrap().is_empty());
    assert!(!stage.log().contains("WARN"), "{}", stage.log());
}

/// Where there is hardly time for the answer, there is none for a moment; and an API that is not
/// Alexa's is not asked.
#[tokio::test]
async fn no_moment_is_asked_for_in_vain() {
    let (api, url) = start(Api::default()).await;
    for (left, url) in [
        (2_000, url.as_str()),
        (4_500, "http://api.example.com"),
        (4_500, ""),
    ] {
        let stage = Stage::local(Fate::GoodWithin(mary(), Duration::from_millis(1_600)));
        let request = with_api(linked(ask_for("emailAddress")), url);
        let answer = stage
            .skill
            .respond(request, &invocation(left), received())
            .await;
        assert!(answer.unwrap()["response"]["outputSpeech"].is_object());
    }
    assert!(api.heard.lock().unwrap().is_empty());
}

/// The real function, whose environment says where people sign in.
#[tokio::test]
async fn the_function_of_a_local_stage_asks_the_alexa_there_for_a_moment() {
    const CLIENT: &str = "amzn1.application-oa2-client.0123456789abcdef";
    async fn token_info(State(arrived): State<Arc<Notify>>) -> Json<Value> {
        // As long as it takes.
        arrived.notified().await;
        Json(json!({ "aud": CLIENT, "user_id": "amzn1.account.MARY", "exp": 3_600 }))
    }
    async fn profile() -> Json<Value> {
        Json(json!({ "user_id": "amzn1.account.MARY", "name": "Mary Smith" }))
    }
    let (api, alexa) = start(Api::default()).await;
    let router = Router::new()
        .route("/auth/o2/tokeninfo", get(token_info))
        .route("/user/profile", get(profile))
        .with_state(Arc::clone(&api.arrived));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let amazon = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    let mut request = with_api(linked(launch()), &alexa);
    request["context"]["System"]["user"]["accessToken"] = "Atza|of-mary".into();
    let environment = [
        ("VOICELINK_SKILL_ID", SKILL_ID),
        ("VOICELINK_CLIENT_ID", CLIENT),
        ("VOICELINK_PROFILE_SOURCE", "login-with-amazon"),
        ("VOICELINK_AMAZON_API_URL", &amazon),
    ];
    let (answers, (log, _)) = serve(crate::function(), vec![request], &environment).await;
    assert!(answers[0].to_string().contains("Mary"), "{answers:?} {log}");
    assert_eq!(api.heard.lock().unwrap().len(), 1);
    server.abort();
}
