//! Conversations with a skill that runs.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{Developer, manifest, model};

/// A skill that answers what it was asked.
pub(super) const PROGRAM: &str = include_str!("program.py");

#[tokio::test]
async fn a_conversation() {
    let developer = Developer::start().await;
    let id = developer.enabled_skill(PROGRAM).await;

    let launch = developer.say("Alexa, open Voice Link").await;
    assert_eq!(
        launch,
        json!({
            "said": "Alexa, open Voice Link",
            "heard": "Hello.",
            "progressive": ["One moment."],
            "reprompt": "Well?",
            "card": null,
            "linked": false,
            "jti": null,
            "token": null,
            "person": null,
            "sessionOpen": true,
            "intent": null,
            "slots": null,
            "requestType": "LaunchRequest",
            "skillId": id,
            "endpoint": "arn:aws:lambda:us-east-1:000000000000:function:skill",
            "error": null,
        })
    );
    let known = developer.say("what is my mail address").await;
    assert_eq!(known["heard"], "ER_SUCCESS_MATCH EMAIL 1");
    assert_eq!(known["intent"], "RequestInfoIntent");
    let slot = json!({ "value": "mail address", "name": "e-mail", "id": "EMAIL" });
    assert_eq!(known["slots"], json!({ "info": slot }));
    let unknown = developer.say("what is my age").await;
    assert_eq!(unknown["heard"], "ER_SUCCESS_NO_MATCH age 2");
    assert_eq!(unknown["slots"], json!({ "info": { "value": "age" } }));
    assert_eq!(
        developer.say("sing").await["heard"],
        "AMAZON.FallbackIntent"
    );
    // That answer ended the session.
    let lost = developer.say("what is my age").await;
    assert_eq!(
        lost["heard"],
        "I'm not quite sure how to help you with that."
    );
    assert_eq!(lost["skillId"], Value::Null);

    let one_shot = developer.say("ask voice link what is my e-mail").await;
    assert_eq!(one_shot["heard"], "ER_SUCCESS_MATCH EMAIL 0");
    let left = developer.say("exit").await;
    assert_eq!(left["requestType"], "SessionEndedRequest");
    assert_eq!(left["error"], Value::Null);
    assert_eq!(left["sessionOpen"], false);
    developer.stop().await;
}

#[tokio::test]
async fn a_directive_belongs_to_a_request_that_waits() {
    let developer = Developer::start().await;
    let url = developer.urls().device.join("/v1/directives").unwrap();
    let directive = |id: &str| {
        json!({
            "header": { "requestId": id },
            "directive": { "type": "VoicePlayer.Speak", "speech": "One moment." }
        })
    };
    let send = async |token: Option<&str>, body: &Value| {
        let request = developer.http.post(url.clone()).json(body);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(send(None, &directive("1")).await, 401);
    assert_eq!(send(Some("token"), &directive("1")).await, 400);
    assert_eq!(send(Some("token"), &json!({})).await, 400);
    developer.stop().await;
}

/// Alexa asks by herself; the device says what, and the conversation stays as it is.
#[tokio::test]
async fn a_turn_in_which_alexa_would_ask_is_refused_by_name() {
    let developer = Developer::start().await;
    let id = developer.enabled_skill(PROGRAM).await;
    developer.say("open voice link").await;
    let mut model = model();
    let document = &mut model["interactionModel"];
    document["languageModel"]["intents"][4]["samples"] =
        json!(["what is my {info}", "tell me something"]);
    document["dialog"] = json!({ "delegationStrategy": "ALWAYS", "intents": [{
        "name": "RequestInfoIntent",
        "slots": [{
            "name": "info", "type": "Info", "elicitationRequired": true,
            "prompts": { "elicitation": "Elicit.Info" },
        }],
    }] });
    document["prompts"] = json!([{
        "id": "Elicit.Info",
        "variations": [{ "type": "PlainText", "value": "What would you like to know?" }],
    }]);
    let path = format!("/v1/skills/{id}/stages/development/interactionModel/locales/en-US");
    developer.put(&path, &model).await.expect(202);
    let status = format!("/v1/skills/{id}/status?resource=interactionModel");
    for _ in 0..2 {
        developer.get(&status).await.expect(200);
    }

    let asked = developer.say("tell me something").await;
    let error = asked["error"].as_str().unwrap();
    assert!(
        error.starts_with(
            "by the dialog model, Alexa would ask for the slot info of RequestInfoIntent"
        ),
        "{error}"
    );
    assert_eq!(asked["intent"], "RequestInfoIntent");
    assert_eq!(asked["slots"], json!({ "info": null }));
    assert_eq!(
        (&asked["heard"], &asked["endpoint"]),
        (&json!(""), &Value::Null)
    );
    assert_eq!(asked["sessionOpen"], true);

    let whole = developer.say("what is my mail address").await;
    assert_eq!(whole["heard"], "ER_SUCCESS_MATCH EMAIL 1");
    assert_eq!(whole["error"], Value::Null);
    developer.stop().await;
}

/// Alexa chooses one of them; which, nothing here could tell.
#[tokio::test]
async fn of_two_skills_with_one_invocation_name_one_is_named() {
    let developer = Developer::start().await;
    let first = developer.enabled_skill(PROGRAM).await;
    let second = developer.create_skill().await;
    let mut manifest = manifest();
    manifest["publishingInformation"]["locales"]["en-US"]["name"] = json!("Namesake");
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:skill";
    manifest["apis"]["custom"] = json!({ "endpoint": { "uri": arn } });
    developer.permit(&second).await;
    let files = [
        ("skill.json", json!({ "manifest": manifest })),
        ("interactionModels/custom/en-US.json", model()),
    ];
    let imported = developer.import(Some(&second), &files).await;
    assert_eq!(imported["status"], "SUCCEEDED", "{imported}");
    let path = format!("/v1/skills/{second}/stages/development/enablement");
    developer.put(&path, &Value::Null).await.expect(204);

    let say = async |skill: Value| {
        let body = json!({ "text": "open voice link", "skill": skill });
        developer.device(Method::POST, "/say", &body).await
    };
    let refused = say(Value::Null).await.expect(409);
    let refused = refused["error"].as_str().unwrap();
    for named in [
        &*format!("Voicelink ({first})"),
        &*format!("Namesake ({second})"),
    ] {
        assert!(refused.contains(named), "{refused}");
    }
    for name in [first.as_str(), "voicelink"] {
        assert_eq!(
            say(json!(name)).await.expect(200)["skillId"],
            first.as_str()
        );
    }
    let refused = say(json!("Stranger")).await.expect(409);
    assert!(
        refused["error"]
            .as_str()
            .unwrap()
            .contains("is called Stranger"),
        "{refused}"
    );
    developer.stop().await;
}

#[tokio::test]
async fn devices_have_sessions_of_their_own() {
    let developer = Developer::start().await;
    developer.enabled_skill(PROGRAM).await;
    developer.say("open voice link").await;
    let elsewhere = json!({ "text": "what is my age", "deviceId": "kitchen" });
    let kitchen = developer
        .device(Method::POST, "/say", &elsewhere)
        .await
        .expect(200);
    assert_eq!(kitchen["skillId"], Value::Null);
    assert_eq!(
        developer.say("what is my age").await["intent"],
        "RequestInfoIntent"
    );
    developer.stop().await;
}

#[tokio::test]
async fn an_answer_that_alexa_refuses_is_a_problem_with_a_reason() {
    let developer = Developer::start().await;
    developer.enabled_skill(PROGRAM).await;
    let turn = developer.say("ask voice link for help").await;
    assert_eq!(
        turn["heard"],
        "There was a problem with the requested skill's response."
    );
    assert_eq!(
        turn["error"],
        "response.card.type is Nonsense, which is not a card"
    );
    assert_eq!(turn["sessionOpen"], false);
    developer.stop().await;
}

#[tokio::test]
async fn a_skill_that_crashes_is_a_problem_and_comes_back() {
    let developer = Developer::start().await;
    developer.enabled_skill(PROGRAM).await;
    developer.say("open voice link").await;
    let turn = developer.say("stop").await;
    assert_eq!(turn["requestType"], "IntentRequest");
    assert_eq!(
        turn["heard"],
        "There was a problem with the requested skill's response."
    );
    let error = turn["error"].as_str().unwrap();
    assert!(error.starts_with("the function failed"), "{error}");
    let again = developer.say("open voice link").await;
    assert_eq!(again["heard"], "Hello.");
    developer.stop().await;
}

#[tokio::test]
async fn enabling_and_disabling_reach_the_skill_as_events() {
    let developer = Developer::start().await;
    let id = developer.enabled_skill(PROGRAM).await;
    let app = format!("/app/skills/{id}");
    let before = developer
        .device(Method::GET, &app, &Value::Null)
        .await
        .expect(200);
    let disabled = developer
        .device(Method::POST, &format!("{app}/disable"), &Value::Null)
        .await
        .expect(200);
    assert_eq!(disabled["enabled"], false);
    assert_eq!(
        developer.say("open voice link").await["skillId"],
        Value::Null
    );
    let after = developer
        .device(Method::POST, &format!("{app}/enable"), &Value::Null)
        .await
        .expect(200);
    assert_ne!(before["userId"], after["userId"]);

    let kinds: Vec<Value> = developer.events().await;
    let expected: Vec<Value> = ["SkillEnabled", "SkillDisabled", "SkillEnabled"]
        .into_iter()
        .map(|kind| {
            json!({ "type": format!("AlexaSkillEvent.{kind}"), "delivered": true, "error": null })
        })
        .collect();
    assert_eq!(kinds, expected);
    developer.stop().await;
}
