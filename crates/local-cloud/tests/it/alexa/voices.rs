//! The people in a customer's home, whose voices Alexa recognises.

use reqwest::Method;
use serde_json::{Value, json};

use super::linking::Scene;
use super::support::Developer;

/// A skill that says whom a request names.
const LISTENER: &str = include_str!("listener.py");

/// A skill that may know who is speaking, and links at a server of its own.
async fn scene() -> Scene {
    let developer = Developer::start().await;
    let permissions = json!([{ "name": "alexa::person_id:read" }]);
    let skill_id = developer.enabled_skill_with(LISTENER, permissions).await;
    Scene::with(developer, skill_id, "HTTP_BASIC").await
}

/// What the skill was sent when this voice said something, and what the device tells of it.
async fn say(developer: &Developer, voice: Option<&str>) -> (Value, Value) {
    let body = json!({ "text": "open voice link", "voice": voice });
    let answer = developer.device(Method::POST, "/say", &body).await;
    let turn = answer.expect(200);
    let heard = turn["heard"].as_str().unwrap();
    let sent = serde_json::from_str(heard).unwrap_or_else(|_| panic!("{turn}"));
    (sent, turn)
}

/// The access tokens that the skill was sent: the shared account's and the speaker's.
fn tokens(sent: &Value) -> (Option<&str>, Option<&str>) {
    let token = |whose: &str| sent[whose]["accessToken"].as_str();
    (token("user"), token("person"))
}

async fn app(scene: &Scene, method: Method, action: &str) -> Value {
    let path = format!("/app/skills/{}{action}", scene.skill_id);
    let answer = scene.developer.device(method, &path, &Value::Null).await;
    answer.expect(200)
}

#[tokio::test]
async fn each_voice_has_an_account_of_its_own() {
    let scene = scene().await;
    let developer = &scene.developer;
    scene.link_with(&json!({})).await;
    scene.link_with(&json!({ "voice": "ann" })).await;
    scene.link_with(&json!({ "voice": "ben" })).await;

    for (voice, expected) in [
        (None, (Some("access-1"), None)),
        (Some("ann"), (Some("access-1"), Some("access-2"))),
        (Some("ben"), (Some("access-1"), Some("access-3"))),
        (Some("cleo"), (Some("access-1"), None)),
    ] {
        let (sent, turn) = say(developer, voice).await;
        assert_eq!(tokens(&sent), expected, "{sent}");
        assert_eq!(sent["person"].is_object(), voice.is_some(), "{sent}");
        assert_eq!(sent["session"]["user"], sent["user"]);
        assert_eq!(sent["session"].get("person"), None);
        assert_eq!(turn["linked"], true);
        assert_eq!(turn["person"]["personId"], sent["person"]["personId"]);
        let linked = expected.1.is_some();
        assert_eq!(turn["person"]["linked"] == true, linked, "{turn}");
        assert_eq!(turn["person"]["token"].is_string(), linked, "{turn}");
        assert_ne!(turn["person"]["token"], turn["token"]);
        if voice.is_some() {
            let id = sent["person"]["personId"].as_str().unwrap();
            assert!(id.starts_with("amzn1.ask.person."), "{id}");
            let level = &sent["person"]["authenticationConfidenceLevel"]["level"];
            assert!((100..=300).contains(&level.as_u64().unwrap()), "{sent}");
        }
    }
    let shown = app(&scene, Method::GET, "").await;
    let voices: Vec<_> = (shown["voices"].as_array().unwrap().iter())
        .map(|voice| (&voice["voice"], &voice["linked"]))
        .collect();
    let expected = [("ann", true), ("ben", true), ("cleo", false)];
    let expected = expected.map(|(name, linked)| (json!(name), json!(linked)));
    assert!(
        expected
            .iter()
            .map(|(name, linked)| (name, linked))
            .eq(voices),
        "{shown}"
    );
    scene.clear().await;
}

/// Who speaks can change in the middle of a conversation; the session goes on.
#[tokio::test]
async fn a_session_belongs_to_the_device_and_not_to_a_voice() {
    let scene = scene().await;
    let say = async |voice: Option<&str>| {
        let body = json!({ "text": "what is my age", "voice": voice });
        let answer = scene.developer.device(Method::POST, "/say", &body).await;
        let turn = answer.expect(200);
        serde_json::from_str::<Value>(turn["heard"].as_str().unwrap()).unwrap()
    };
    let (opened, _) = self::say(&scene.developer, Some("ann")).await;
    for voice in [None, Some("ben"), Some("ann")] {
        let sent = say(voice).await;
        assert_eq!(sent["session"]["sessionId"], opened["session"]["sessionId"]);
        assert_eq!(sent["person"].is_object(), voice.is_some());
        let same = sent["person"]["personId"] == opened["person"]["personId"];
        assert_eq!(same, voice == Some("ann"));
    }
    scene.clear().await;
}

#[tokio::test]
async fn a_skill_that_does_not_ask_who_speaks_is_not_told() {
    let developer = Developer::start().await;
    let id = developer.enabled_skill(LISTENER).await;
    let scene = Scene::with(developer, id, "HTTP_BASIC").await;
    scene.link_with(&json!({})).await;
    let (sent, turn) = say(&scene.developer, Some("ann")).await;
    assert_eq!(tokens(&sent), (Some("access-1"), None));
    assert_eq!(sent["person"], Value::Null);
    assert_eq!(turn["person"], Value::Null);

    let path = format!("/app/skills/{}/link", scene.skill_id);
    let body = json!({ "voice": "ann" });
    let refused = (scene.developer.device(Method::POST, &path, &body).await).expect(409);
    let problem = refused["error"].as_str().unwrap();
    assert!(problem.contains("alexa::person_id:read"), "{problem}");
    assert_eq!(app(&scene, Method::GET, "").await["voices"], json!([]));
    scene.clear().await;
}

#[tokio::test]
async fn a_voice_has_another_id_after_disabling_and_is_not_linked() {
    let scene = scene().await;
    scene.link_with(&json!({ "voice": "ann" })).await;
    let (first, _) = say(&scene.developer, Some("ann")).await;
    let (again, _) = say(&scene.developer, Some("ann")).await;
    assert_eq!(first["person"], again["person"]);

    app(&scene, Method::POST, "/disable").await;
    let enabled = app(&scene, Method::POST, "/enable").await;
    assert_eq!(enabled["voices"], json!([]));
    let (after, _) = say(&scene.developer, Some("ann")).await;
    assert_ne!(first["person"]["personId"], after["person"]["personId"]);
    assert_eq!(tokens(&after), (None, None));
    scene.clear().await;
}

/// For another customer, the same name is another voice.
#[tokio::test]
async fn a_voice_belongs_to_its_customer() {
    let scene = scene().await;
    scene.link_with(&json!({ "voice": "ann" })).await;
    app(&scene, Method::POST, "/enable?customer=elsewhere").await;
    let body = json!({ "text": "open voice link", "voice": "ann", "customer": "elsewhere" });
    let turn = (scene.developer.device(Method::POST, "/say", &body).await).expect(200);
    let (own, _) = say(&scene.developer, Some("ann")).await;
    assert_eq!(turn["person"]["linked"], false);
    assert_ne!(turn["person"]["personId"], own["person"]["personId"]);
    scene.clear().await;
}

#[tokio::test]
async fn the_token_of_a_voice_is_refreshed_and_lost_by_itself() {
    let scene = scene().await;
    scene.link_with(&json!({})).await;
    scene.link_with(&json!({ "voice": "ann" })).await;
    scene.advance(3600).await;
    let (sent, _) = say(&scene.developer, Some("ann")).await;
    assert_eq!(tokens(&sent), (Some("access-3"), Some("access-4")));
    assert_eq!(scene.server.last().1["refresh_token"], "refresh-2");

    // The shared account is refreshed first, when she does not speak.
    scene.advance(3600).await;
    say(&scene.developer, None).await;
    let gone = json!({ "error": "invalid_grant" });
    scene.server.refuse_next(400, gone);
    let (sent, turn) = say(&scene.developer, Some("ann")).await;
    assert_eq!(tokens(&sent), (Some("access-5"), None));
    assert_eq!(
        (&turn["linked"], &turn["person"]["linked"]),
        (&json!(true), &json!(false))
    );
    let shown = app(&scene, Method::GET, "").await;
    assert_eq!(
        (&shown["linked"], &shown["voices"][0]["linked"]),
        (&json!(true), &json!(false))
    );
    scene.clear().await;
}

#[tokio::test]
async fn an_event_names_whoever_has_linked_a_personal_profile() {
    let scene = scene().await;
    scene.link_with(&json!({})).await;
    scene.link_with(&json!({ "voice": "ann" })).await;
    let (sent, _) = say(&scene.developer, Some("ann")).await;
    let events = sent["events"].as_array().unwrap();
    let kinds: Vec<_> = events.iter().map(|event| &event["type"]).collect();
    let linked = json!("AlexaSkillEvent.SkillAccountLinked");
    assert_eq!(kinds[1..], [&linked, &linked], "{sent}");
    assert_eq!(tokens(&events[1]), (Some("access-1"), None));
    assert_eq!(events[1]["body"]["accessToken"], "access-1");
    assert_eq!(tokens(&events[2]), (Some("access-1"), Some("access-2")));
    assert_eq!(events[2]["body"]["accessToken"], "access-2");
    assert_eq!(events[2]["person"], sent["person"]);
    scene.clear().await;
}

#[tokio::test]
async fn only_the_link_of_a_voice_can_be_spoiled() {
    let scene = scene().await;
    scene.link_with(&json!({})).await;
    let body = json!({ "skillId": scene.skill_id, "voice": "ann", "token": "expired" });
    let refused = (scene
        .developer
        .device(Method::POST, "/control/link", &body)
        .await)
        .expect(409);
    let problem = refused["error"].as_str().unwrap();
    assert!(problem.starts_with("The voice has no link"), "{problem}");
    assert_eq!(app(&scene, Method::GET, "").await["voices"], json!([]));
    scene.clear().await;
}

#[tokio::test]
async fn a_voice_has_a_name() {
    let scene = scene().await;
    let url = scene.developer.urls().device.join("/say").unwrap();
    let body = json!({ "text": "open voice link", "voice": " " });
    let request = scene.developer.http.post(url).json(&body);
    let answer = crate::aws::opened(&scene.developer.stage, request).send();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 422);
    let problem = answer.text().await.unwrap();
    assert!(problem.contains("a voice needs a name"), "{problem}");
    scene.clear().await;
}
