//! Several customers of one stage.

use reqwest::Method;
use serde_json::{Value, json};

use super::device::PROGRAM;
use super::support::Developer;

async fn skill(developer: &Developer, method: Method, id: &str, action: &str) -> Value {
    let path = format!("/app/skills/{id}{action}");
    developer
        .device(method, &path, &Value::Null)
        .await
        .expect(200)
}

async fn say(developer: &Developer, customer: &str, text: &str) -> Value {
    let body = json!({ "text": text, "customer": customer });
    let answer = developer.device(Method::POST, "/say", &body).await;
    answer.expect(200)
}

#[tokio::test]
async fn customers_know_nothing_of_each_other() {
    let developer = Developer::start().await;
    let id = developer.enabled_skill(PROGRAM).await;
    let stranger = say(&developer, "ada", "open voice link").await;
    assert_eq!(stranger["skillId"], Value::Null, "{stranger}");

    let ada = skill(&developer, Method::POST, &id, "/enable?customer=ada").await;
    let own = skill(&developer, Method::GET, &id, "").await;
    assert_eq!(
        (&ada["enabled"], &own["enabled"]),
        (&json!(true), &json!(true))
    );
    assert_ne!(ada["userId"], own["userId"]);

    assert_eq!(
        say(&developer, "ada", "open voice link").await["heard"],
        "Hello."
    );
    let elsewhere = developer.say("what is my age").await;
    assert_eq!(elsewhere["skillId"], Value::Null, "not that session");
    let heard = say(&developer, "ada", "what is my age").await;
    assert_eq!(heard["intent"], "RequestInfoIntent");

    skill(&developer, Method::POST, &id, "/disable?customer=ada").await;
    let own = skill(&developer, Method::GET, &id, "").await;
    assert_eq!(own["enabled"], true);
    developer.stop().await;
}

#[tokio::test]
async fn only_a_link_can_be_spoiled() {
    let developer = Developer::start().await;
    let id = developer.enabled_skill(PROGRAM).await;
    let body = json!({ "skillId": id, "token": "expired" });
    let answer = developer.device(Method::POST, "/control/link", &body).await;
    let problem = answer.expect(409);
    assert!(
        problem["error"].as_str().unwrap().contains(&id),
        "{problem}"
    );
    developer.stop().await;
}
