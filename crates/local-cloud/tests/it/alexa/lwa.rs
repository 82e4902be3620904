//! Tokens of Login with Amazon, and what SMAPI makes of them.

use reqwest::Method;
use serde_json::json;

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
    let token = developer.token().await;
    let bearer = format!("Bearer {token}");
    assert_eq!(call(&developer, Some(&token)).await, (200, false));
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
    // A token of Amazon's form that this stage did not issue.
    assert_eq!(call(&developer, Some("Atza|opaque")).await, (401, true));
    developer.stop().await;
}
