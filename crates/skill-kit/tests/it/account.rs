//! Requests of every kind, about an account.

use serde_json::json;

use crate::people::{Fate, Stage, ask_for, intent, linked, mary};

#[tokio::test]
async fn an_intent_of_another_version_is_not_understood() {
    let stage = Stage::new(Fate::Good(mary()));
    let unknown = stage.send(linked(intent("IntentOfNextYear"))).await;
    let fallback = stage.send(linked(intent("AMAZON.FallbackIntent"))).await;
    assert_eq!(unknown.said(), fallback.said());
    assert!(unknown.listens());
}

#[tokio::test]
async fn what_takes_no_words_gets_none() {
    let stage = Stage::new(Fate::Good(mary()));
    for request in [
        json!({ "type": "SessionEndedRequest", "reason": "USER_INITIATED" }),
        json!({ "type": "SessionEndedRequest", "reason": "ERROR",
                "error": { "type": "INVALID_RESPONSE", "message": "said mary@example.com" } }),
        json!({ "type": "AlexaSkillEvent.SkillEnabled" }),
        json!({ "type": "AlexaSkillEvent.SkillAccountLinked" }),
        json!({ "type": "AlexaSkillEvent.SkillDisabled" }),
        json!({ "type": "AlexaSkillEvent.OfNextYear" }),
        json!({ "type": "System.ExceptionEncountered", "error": { "type": "INVALID_RESPONSE" } }),
        json!({ "type": "AudioPlayer.PlaybackStarted" }),
    ] {
        let heard = stage.send(linked(request)).await;
        assert!(heard.is_silent(), "{heard:?}");
    }
    assert!(!stage.log().contains("mary@example.com"));
}

#[tokio::test]
async fn a_linked_account_is_checked_and_a_disabled_one_forgotten() {
    let stage = Stage::new(Fate::Foreign);
    let mut event = linked(json!({ "type": "AlexaSkillEvent.SkillAccountLinked" }));
    event["request"]["body"] = json!({ "accessToken": crate::people::TOKEN });
    event["context"]["System"]["user"]["accessToken"] = "another".into();
    stage.send(event).await;
    assert_eq!(stage.seen(), ["identify at 2026-11-20T09:30:00Z"]);
    assert!(stage.log().contains("foreign-token"), "{}", stage.log());

    stage
        .send(linked(json!({ "type": "AlexaSkillEvent.SkillDisabled" })))
        .await;
    assert_eq!(stage.seen()[1..], ["forget"]);
}

#[tokio::test]
async fn alexa_is_told_what_the_skill_could_do() {
    let stage = Stage::new(Fate::Good(mary()));
    for (name, can) in [
        ("RequestInfoIntent", "MAYBE"),
        ("AMAZON.HelpIntent", "YES"),
        ("OrderPizzaIntent", "NO"),
    ] {
        let mut request = intent(name);
        request["type"] = "CanFulfillIntentRequest".into();
        let heard = stage.send(linked(request)).await;
        assert_eq!(heard.0["response"]["canFulfillIntent"]["canFulfill"], can);
    }
}

#[tokio::test]
async fn a_question_in_one_breath_is_answered_and_done() {
    let stage = Stage::new(Fate::Good(mary()));
    let mut request = linked(ask_for("emailAddress"));
    request["session"]["new"] = true.into();
    let heard = stage.send(request).await;
    assert!(heard.said().contains("mary@example.com"), "{heard:?}");
    assert!(!heard.listens());
}

#[tokio::test]
async fn a_skill_takes_note_of_events_itself() {
    let stage = Stage::new(Fate::Good(mary()));
    for (kind, asked) in [("SkillEnabled", 0), ("SkillPermissionAccepted", 1)] {
        let event = json!({ "type": format!("AlexaSkillEvent.{kind}"), "body": {} });
        let mut request = linked(event);
        request["request"]["body"]["userInformationPersistenceStatus"] = "PERSISTED".into();
        assert!(stage.send(request).await.is_silent());
        assert_eq!(stage.seen().len(), asked, "{kind}");
    }
}
