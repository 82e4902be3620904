use std::time::Duration;

use serde_json::json;
use smapi::{CallKind, Client, Credentials, Operation};
use tokio::task::JoinSet;

use crate::service::{Reply, Seen, Service, no_vendors, refresh_token, reply};

fn is_token_call(seen: &Seen) -> bool {
    seen.path == "/auth/o2/token"
}

/// Issues `Atza|<number of earlier requests>`, valid for an hour.
fn issue(earlier: usize) -> Reply {
    let token = format!("Atza|{earlier}");
    reply(
        200,
        &json!({"access_token": token, "token_type": "bearer", "expires_in": 3600}),
    )
}

async fn many_calls(client: &Client) {
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        tasks.spawn(async move { client.vendors().await });
    }
    for result in tasks.join_all().await {
        result.unwrap();
    }
}

fn token_calls(service: &Service) -> usize {
    service
        .seen()
        .iter()
        .filter(|seen| is_token_call(seen))
        .count()
}

#[tokio::test]
async fn one_token_is_asked_for_per_lifetime_however_many_want_it() {
    let service = Service::start(|seen, earlier| {
        if is_token_call(seen) {
            issue(earlier)
        } else {
            no_vendors()
        }
    })
    .await;
    let client = service.client_with(refresh_token());
    many_calls(&client).await;
    assert_eq!(token_calls(&service), 1);

    // Nearly an hour passes; the token would expire on the way.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(3600 - 30)).await;
    tokio::time::resume();
    many_calls(&client).await;
    assert_eq!(token_calls(&service), 2);

    let seen = service.seen();
    assert_eq!(
        seen[0].body,
        "grant_type=refresh_token&refresh_token=Atzr%7Crefresh\
         &client_id=amzn1.application-oa2-client.mine&client_secret=confirmation"
    );
    assert_eq!(seen[1].header("authorization"), Some("Bearer Atza|0"));
    let renewal = service
        .calls()
        .into_iter()
        .rev()
        .find(|call| call.operation == Operation::RefreshToken);
    assert_eq!(renewal.unwrap().kind, CallKind::Reading);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_for_everybody() {
    let service = Service::start(|seen, earlier| {
        if is_token_call(seen) {
            return issue(earlier);
        }
        match seen.header("authorization") {
            Some("Bearer Atza|0") => reply(401, &json!({"message": "Token is expired."})),
            _ => no_vendors(),
        }
    })
    .await;
    many_calls(&service.client_with(refresh_token())).await;
    assert_eq!(token_calls(&service), 2);
}

#[tokio::test]
async fn a_token_that_stays_refused_is_an_error_and_not_a_loop() {
    let service = Service::start(|seen, earlier| {
        if is_token_call(seen) {
            issue(earlier)
        } else {
            reply(401, &json!({"message": "Not authorised."}))
        }
    })
    .await;
    let error = service
        .client_with(refresh_token())
        .vendors()
        .await
        .unwrap_err();
    assert_eq!(error.code(), "SMAPI_UNAUTHORIZED");
    assert_eq!(service.seen().len(), 4);

    let borrowed = Credentials::AccessToken("Atza|old".into());
    let error = service.client_with(borrowed).vendors().await.unwrap_err();
    assert!(error.hint().unwrap().contains("ask smapi get-vendor-list"));
    assert_eq!(service.seen().len(), 5);
}

#[tokio::test]
async fn a_refused_refresh_token_says_what_to_do_and_not_what_it_was() {
    let service = Service::start(|_, _| {
        let description = "The request has an invalid grant parameter : refresh_token Atzr|refresh";
        reply(
            400,
            &json!({"error": "invalid_grant", "error_description": description}),
        )
    })
    .await;
    let error = service
        .client_with(refresh_token())
        .vendors()
        .await
        .unwrap_err();
    assert_eq!(error.code(), "LWA_REFUSED");
    assert!(error.hint().unwrap().contains("cargo xtask login"));
    assert_eq!(
        error.to_string(),
        "cannot get an access token: Login with Amazon answered 400 invalid_grant: The request \
         has an invalid grant parameter : refresh_token [redacted]"
    );
    assert!(!format!("{error:?}").contains("Atzr"));
    assert_eq!(service.seen().len(), 1);
}
