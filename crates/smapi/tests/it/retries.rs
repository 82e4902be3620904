use serde_json::{Value, json};
use smapi::{Client, Credentials};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::service::{Service, endpoints, no_vendors, quick, reply, skill, with_header};

fn throttled() -> Value {
    json!({"message": "Request is throttled."})
}

#[tokio::test]
async fn a_read_survives_throttling_and_outages() {
    let service = Service::start(|_, earlier| match earlier {
        0 => with_header(429, &throttled(), "retry-after", "0"),
        1 => reply(500, &Value::Null),
        2 => reply(503, &json!({"message": "Try later."})),
        _ => no_vendors(),
    })
    .await;
    assert!(service.client().vendors().await.unwrap().is_empty());
    let statuses: Vec<_> = service.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [Some(429), Some(500), Some(503), Some(200)]);
}

#[tokio::test]
async fn a_read_gives_up_in_the_end_with_the_services_words() {
    let service = Service::start(|_, _| reply(503, &json!({"message": "Try later."}))).await;
    let error = service.client().vendors().await.unwrap_err();
    assert_eq!(error.code(), "SMAPI_UNAVAILABLE");
    assert!(error.to_string().contains("Try later."));
    assert_eq!(service.seen().len(), 6);
}

#[tokio::test]
async fn nobody_waits_an_hour_because_a_service_says_so() {
    let service =
        Service::start(|_, _| with_header(429, &throttled(), "retry-after", "3600")).await;
    let error = service.client().vendors().await.unwrap_err();
    assert_eq!(error.code(), "SMAPI_THROTTLED");
    assert_eq!(service.seen().len(), 1);
}

#[tokio::test]
async fn a_create_is_repeated_when_throttled_and_not_after_an_outage() {
    let id = skill();
    let created = json!({"skillId": id});
    let service = Service::start(move |_, earlier| match earlier {
        0 => reply(429, &throttled()),
        1 => reply(202, &created),
        _ => reply(500, &Value::Null),
    })
    .await;
    let client = service.client();
    let vendor = "M1".parse().unwrap();
    let manifest = json!({"manifest": {}});
    assert_eq!(client.create_skill(&vendor, &manifest).await.unwrap(), id);

    let error = client.create_skill(&vendor, &manifest).await.unwrap_err();
    assert!(error.may_have_happened());
    assert_eq!(service.seen().len(), 3);
}

/// Takes a request and hangs up, `times` times, and then stops listening.
async fn hang_up(times: usize) -> (String, tokio::task::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        for _ in 0..times {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).await.unwrap() > 0);
        }
        times
    });
    (base, served)
}

fn client(base: &str) -> Client {
    let token = Credentials::AccessToken("Atza|access".into());
    Client::with(endpoints(base), token, None, quick())
}

#[tokio::test]
async fn a_broken_connection_ends_a_create_and_not_a_read() {
    let (base, served) = hang_up(6).await;
    let error = client(&base).vendors().await.unwrap_err();
    assert_eq!(error.code(), "SMAPI_UNREACHABLE");
    assert_eq!(served.await.unwrap(), 6);

    let (base, served) = hang_up(1).await;
    let create = client(&base);
    let manifest = json!({"manifest": {}});
    let error = create.create_skill(&"M1".parse().unwrap(), &manifest).await;
    assert!(error.unwrap_err().may_have_happened());
    assert_eq!(served.await.unwrap(), 1);
}

#[tokio::test]
async fn nobody_listening_is_named_with_the_port() {
    let (base, served) = hang_up(0).await;
    served.await.unwrap();
    let error = client(&base).vendors().await.unwrap_err();
    assert!(!error.may_have_happened());
    assert_eq!(
        error.to_string(),
        format!(
            "cannot list vendors: no connection to {}",
            &base["http://".len()..]
        )
    );
    assert!(error.hint().unwrap().contains("ASK_SMAPI_SERVER_BASE_URL"));
}
