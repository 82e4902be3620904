//! Tokens of Login with Amazon, and what SMAPI makes of them.

use local_cloud::alexa::{DEVELOPER_CLIENT_ID, DEVELOPER_CLIENT_SECRET, DEVELOPER_REFRESH_TOKEN};
use reqwest::Method;
use serde_json::{Value, json};

use super::support::Developer;

/// The status of a call with this `Authorization` header, and whether it names a challenge.
async fn call(developer: &Developer, authorization: Option<&str>) -> (u16, bool) {
    let mut request = crate::aws::http().get(developer.urls().smapi.join("/v1/vendors").unwrap());
    if let Some(value) = authorization {
        request = request.header("authorization", value);
    }
    let response = request.send().await.unwrap();
    let challenged = response.headers().contains_key("www-authenticate");
    (response.status().as_u16(), challenged)
}

#[tokio::test]
async fn a_token_works_bare_and_as_bearer_until_it_expires() {
    let developer = Developer::start().await;
    let token: Value = crate::aws::http()
        .post(developer.urls().lwa.join("/auth/o2/token").unwrap())
        .form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", DEVELOPER_REFRESH_TOKEN),
            ("client_id", DEVELOPER_CLIENT_ID),
            ("client_secret", DEVELOPER_CLIENT_SECRET),
        ])
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(token["expires_in"], 3600);
    let token = token["access_token"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    assert_eq!(call(&developer, Some(token)).await, (200, false));
    assert_eq!(call(&developer, Some(&bearer)).await, (200, false));

    developer
        .device(
            Method::POST,
            "/control/clock",
            &json!({ "advanceSeconds": 3600 }),
        )
        .await
        .expect(200);
    assert_eq!(call(&developer, Some(&bearer)).await, (401, true));
    developer.stop().await;
}

#[tokio::test]
async fn nobody_else_is_let_in() {
    let developer = Developer::start().await;
    assert_eq!(call(&developer, None).await, (401, true));
    assert_eq!(
        call(&developer, Some("Bearer something")).await,
        (401, true)
    );
    assert_eq!(call(&developer, Some("Atza|opaque")).await, (200, false));
    developer.stop().await;
}
