//! The doors of the stage's page: what was said, how it was linked, and what happens.

use std::fs;
use std::time::Duration;

use local_cloud::{LocalStage, Options};
use reqwest::Method;
use serde_json::{Value, json};

use super::device::PROGRAM;
use super::linking::Scene;
use super::support::{Answer, Developer};

async fn read(developer: &Developer, path: &str) -> Value {
    developer
        .device(Method::GET, path, &Value::Null)
        .await
        .expect(200)
}

async fn change(developer: &Developer, path: &str, body: Value) -> Answer {
    developer.device(Method::POST, path, &body).await
}

/// The number of the last turn.
async fn newest(developer: &Developer) -> u64 {
    let turns = read(developer, "/turns").await;
    turns["turns"].as_array().unwrap().last().unwrap()["turn"]
        .as_u64()
        .unwrap()
}

#[tokio::test]
async fn a_turn_is_kept_with_what_was_sent_and_what_the_function_left() {
    let scene = Scene::set("HTTP_BASIC").await;
    scene.link().await;
    let developer = &scene.developer;
    let said = developer.say("open voice link").await;
    assert_eq!(said["heard"], "Linked & ready.");
    developer.say("what is my e-mail").await;
    let number = newest(developer).await - 1;
    let newer = read(developer, &format!("/turns?after={number}")).await;
    assert_eq!(newer["turns"].as_array().unwrap().len(), 1);
    assert_eq!(newer["turns"][0]["said"], "what is my e-mail");
    assert_eq!(newer["turns"][0]["deviceId"], "amzn1.ask.device.LOCAL");

    let first = read(developer, &format!("/turns/{number}")).await;
    let request = &first["requests"][0];
    assert_eq!(request["request"]["request"]["type"], "LaunchRequest");
    assert_eq!(request["response"]["response"]["shouldEndSession"], false);
    assert!(request["report"]["metrics"]["durationMs"].is_number());
    let log = request["log"].as_str().unwrap();
    assert!(
        log.contains("START RequestId:") && log.contains("REPORT RequestId:"),
        "{log}"
    );
    // The request has carried a token, and nothing shows it.
    assert_eq!(
        request["request"]["context"]["System"]["user"]["accessToken"],
        "hidden"
    );
    assert!(!first.to_string().contains("access-1"), "{first}");

    let second = read(developer, &format!("/turns/{}", number + 1)).await;
    assert_eq!(second["near"][0]["sample"], "what is my {info}");
    assert_eq!(second["near"][0]["percent"], 100);
    assert_eq!(
        developer
            .device(Method::GET, "/turns/999", &Value::Null)
            .await
            .status,
        404
    );
    scene.clear().await;
}

#[tokio::test]
async fn a_link_is_shown_without_its_tokens_and_can_be_taken_away() {
    let scene = Scene::set("HTTP_BASIC").await;
    scene.link().await;
    let developer = &scene.developer;
    let skill = format!("/app/skills/{}", scene.skill_id);
    let links = read(developer, &format!("{skill}/links")).await;
    assert_eq!(links["links"][0]["scopes"], json!(["openid", "email"]));
    assert!(links["links"][0]["accessToken"]["expiresAt"].is_string());
    // The server of this test is no user pool of the stage.
    assert_eq!(
        links["links"][0]["refreshToken"],
        json!({ "expiresAt": null })
    );
    for token in ["access-1", "refresh-1"] {
        assert!(!links.to_string().contains(token), "{links}");
    }
    developer.events().await;
    let linkings = read(developer, "/app/linkings").await;
    let steps = linkings["linkings"][0]["steps"].as_array().unwrap();
    let parts: Vec<&str> = steps
        .iter()
        .map(|step| step["part"].as_str().unwrap())
        .collect();
    assert_eq!(parts, ["authorize", "code", "token", "event"], "{linkings}");

    let before = read(developer, &skill).await;
    let after = change(developer, &format!("{skill}/unlink"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        (&before["linked"], &after["linked"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(before["userId"], after["userId"]);
    assert_eq!(developer.say("open voice link").await["heard"], "Hello.");
    scene.clear().await;
}

#[tokio::test]
async fn what_fails_is_a_step_in_words() {
    let scene = Scene::set("HTTP_BASIC").await;
    scene
        .server
        .refuse_next(400, json!({ "error": "invalid_grant" }));
    let asked = scene.authorize("NA").await;
    let back = [("code", "c0de"), ("state", &*asked["state"])];
    assert_eq!(scene.arrive(&asked["redirect_uri"], &back).await.0, 400);
    let linkings = read(&scene.developer, "/app/linkings").await;
    let last = linkings["linkings"][0]["steps"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(last["part"], "failed");
    assert!(
        last["text"].as_str().unwrap().contains("invalid_grant"),
        "{last}"
    );
    scene.clear().await;
}

#[tokio::test]
async fn samples_are_sentences_that_the_skill_understands() {
    let developer = Developer::start().await;
    let skill_id = developer.enabled_skill(PROGRAM).await;
    let path = format!("/app/skills/{skill_id}/samples?locale=en-US");
    let samples = read(&developer, &path).await;
    assert_eq!(samples["samples"][0], "open voice link");
    assert!(
        samples["samples"]
            .as_array()
            .unwrap()
            .contains(&json!("what is my e-mail"))
    );
    developer.stop().await;
}

#[tokio::test]
async fn who_listens_hears_of_everything_first_and_then_of_each_change() {
    let developer = Developer::start().await;
    let url = developer.urls().device.join("live").unwrap();
    let request = crate::aws::opened(&developer.stage, developer.http.get(url));
    let plain = request.try_clone().unwrap().send().await.unwrap();
    assert_eq!(plain.status(), 406);
    let request = request.header("accept", "text/event-stream");
    let mut live = request.send().await.unwrap();
    assert_eq!(live.headers()["content-type"], "text/event-stream");
    let mut heard = String::new();
    for topic in ["everything", "clock", "turn"] {
        match topic {
            "clock" => drop(
                change(&developer, "/control/clock", json!({ "advanceSeconds": 1 }))
                    .await
                    .expect(200),
            ),
            "turn" => drop(developer.say("open nothing").await),
            _ => {}
        }
        while !heard.contains(&format!("event: {topic}\n")) {
            let chunk = tokio::time::timeout(Duration::from_secs(10), live.chunk());
            let chunk = chunk.await.unwrap().unwrap().unwrap();
            heard.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
    // A stage ends while a browser listens.
    developer.stop().await;
}

#[tokio::test]
async fn a_conversation_is_saved_as_a_new_file_of_the_project() {
    let project = tempfile::tempdir().unwrap();
    let options = Options {
        project: Some(project.path().to_owned()),
        ..Options::default()
    };
    let developer = Developer {
        stage: LocalStage::start(options).await.unwrap(),
        http: crate::aws::http(),
    };
    developer.enabled_skill(PROGRAM).await;
    developer.say("open voice link").await;
    let turn = newest(&developer).await;
    let mut test = json!({ "turns": [turn], "name": "../First words" });
    let shown = change(&developer, "/turns/test", test.clone())
        .await
        .expect(200);
    assert_eq!(shown["saved"], false);
    let folder = project.path().join("tests/conversations");
    assert!(!folder.exists());
    test["save"] = true.into();
    for file in ["first-words.yaml", "first-words-2.yaml"] {
        let saved = change(&developer, "/turns/test", test.clone())
            .await
            .expect(201);
        assert_eq!(saved["file"], format!("tests/conversations/{file}"));
        let written = fs::read_to_string(folder.join(file)).unwrap();
        assert_eq!(saved["yaml"], written);
        assert!(written.contains("hear: 'Hello.'"), "{written}");
    }
    let unknown = json!({ "turns": [99], "name": "x" });
    assert_eq!(change(&developer, "/turns/test", unknown).await.status, 404);
    developer.stop().await;

    let without = Developer::start().await;
    without.say("hello").await;
    let turn = newest(&without).await;
    let test = json!({ "turns": [turn], "name": "x", "save": true });
    assert_eq!(change(&without, "/turns/test", test).await.status, 409);
    without.stop().await;
}
