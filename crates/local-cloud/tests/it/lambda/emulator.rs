//! Calls of a function to services that a stage has not: to an emulator, as far as the function's role allows them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use local_cloud::Options;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::Api;
use super::permissions::SCRIPT;

type Requests = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// An emulator that takes every call and keeps it.
struct Emulator {
    url: url::Url,
    requests: Requests,
    server: JoinHandle<()>,
}

impl Emulator {
    async fn start() -> Self {
        let requests = Requests::default();
        let app = Router::new()
            .fallback(
                |State(kept): State<Requests>, headers: HeaderMap, body: Bytes| async move {
                    kept.lock().unwrap().push((headers, body));
                    (
                        [("x-of-the-emulator", "yes")],
                        r#"{"MessageId":"m-1"}"#.to_owned(),
                    )
                },
            )
            .with_state(requests.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self {
            url: url.parse().unwrap(),
            requests,
            server: tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }),
        }
    }

    fn requests(&self) -> Vec<(HeaderMap, Bytes)> {
        self.requests.lock().unwrap().clone()
    }
}

async fn send(api: &Api) -> Value {
    let input =
        json!({ "QueueUrl": "http://127.0.0.1:1/000000000000/orders", "MessageBody": "a taxi" });
    let event = json!({ "service": "sqs", "target": "AmazonSQS.SendMessage", "input": input });
    api.invoke("greeter", event).await.body
}

#[tokio::test]
async fn a_function_calls_the_emulator_as_far_as_its_role_allows() {
    let emulator = Emulator::start().await;
    let api = Api::start_with(Options {
        aws_emulator: Some(emulator.url.clone()),
        ..Options::default()
    })
    .await;
    assert_eq!(api.stage.access().aws_emulator, Some(emulator.url.clone()));
    api.create_role().await;
    api.create(SCRIPT, json!({})).await;
    let refused = send(&api).await;
    assert_eq!(refused["__type"], "AccessDeniedException", "{refused}");
    let queue = "arn:aws:sqs:us-east-1:000000000000:orders";
    let message = refused["message"].as_str().unwrap();
    let asked = format!("perform: sqs:SendMessage on resource: {queue} because");
    assert!(message.contains(&asked), "{message}");
    assert!(emulator.requests().is_empty());

    api.allow(&["sqs:SendMessage", "ssm:GetParameter"], queue)
        .await;
    let sent = send(&api).await;
    assert_eq!(sent["MessageId"], "m-1", "{sent}");
    let [(headers, body)] = &emulator.requests()[..] else {
        panic!("one call");
    };
    let header = |name: &str| headers[name].to_str().unwrap();
    // Signed anew: the keys of the function are the stage's affair.
    let authorization = header("authorization");
    let begin = "AWS4-HMAC-SHA256 Credential=000000000000/";
    assert!(authorization.starts_with(begin), "{authorization}");
    assert!(authorization.contains("/us-east-1/sqs/aws4_request"));
    assert!(!headers.contains_key("x-amz-security-token"));
    assert_eq!(header("host"), emulator.url.authority());
    assert_eq!(header("x-amz-target"), "AmazonSQS.SendMessage");
    assert!(String::from_utf8_lossy(body).contains("a taxi"));

    // Its secrets are on the stage.
    let input = json!({ "Name": "/guide/dev/key" });
    let event = json!({ "service": "ssm", "target": "AmazonSSM.GetParameter", "input": input });
    let secret = api.invoke("greeter", event).await.body;
    assert_eq!(secret["__type"], "AccessDeniedException", "{secret}");
    assert_eq!(emulator.requests().len(), 1);

    emulator.server.abort();
    let _ = emulator.server.await;
    let unanswered = send(&api).await;
    assert_eq!(unanswered["__type"], "ServiceUnavailableException");
    let message = unanswered["message"].as_str().unwrap();
    let named = format!("at {} (`aws-emulator` of [stages.local]", emulator.url);
    assert!(message.contains(&named), "{message}");
    api.stop().await;
}

#[tokio::test]
async fn without_an_emulator_the_key_that_names_one_is_told() {
    let api = Api::start().await;
    api.create_role().await;
    api.create(SCRIPT, json!({})).await;
    let refused = send(&api).await;
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("no service 'sqs'"), "{message}");
    assert!(
        message.contains("`aws-emulator` of [stages.local]"),
        "{message}"
    );
    api.stop().await;
}
