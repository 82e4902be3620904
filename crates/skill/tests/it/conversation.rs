//! What people say and what they hear.

use serde_json::json;

use crate::people::{Fate, Stage, ask_for, intent, launch, linked, mary, unlinked};

const BUILT_IN: [&str; 5] = [
    "AMAZON.HelpIntent",
    "AMAZON.StopIntent",
    "AMAZON.CancelIntent",
    "AMAZON.FallbackIntent",
    "AMAZON.NavigateHomeIntent",
];

#[tokio::test]
async fn a_launch_without_a_link_asks_to_link() {
    let stage = Stage::new(Fate::Good(mary()));
    let heard = stage.send(unlinked(launch())).await;
    assert_eq!(heard.card(), Some("LinkAccount"));
    assert!(heard.said().contains("link it first"), "{heard:?}");
    assert!(!heard.listens());
    assert!(stage.seen().is_empty());
}

#[tokio::test]
async fn a_launch_greets_by_first_name_or_plainly() {
    let heard = Stage::new(Fate::Good(mary())).send(linked(launch())).await;
    assert!(heard.said().contains("Welcome back, Mary."), "{heard:?}");
    assert!(heard.listens());

    let nameless = Fate::Good(json!({ "sub": "subject-1", "email": "mary@example.com" }));
    for fate in [nameless, Fate::ProfileUnavailable] {
        let heard = Stage::new(fate).send(linked(launch())).await;
        assert!(heard.said().contains("Welcome back."), "{heard:?}");
        assert!(heard.listens());
    }
}

#[tokio::test(start_paused = true)]
async fn a_greeting_does_not_wait_long_for_a_name() {
    let started = tokio::time::Instant::now();
    let heard = Stage::new(Fate::Silent).send(linked(launch())).await;
    assert!(heard.said().contains("Welcome back."), "{heard:?}");
    assert!(started.elapsed().as_millis() <= 2_000);
}

#[tokio::test]
async fn what_is_asked_for_is_said_and_put_on_a_card() {
    let stage = Stage::new(Fate::Good(mary()));
    for (id, expected) in [
        ("emailAddress", "Your e-mail address is mary@example.com."),
        (
            "phoneNumber",
            "<say-as interpret-as=\"telephone\">+15555550100</say-as>",
        ),
        ("userName", "Your name is Mary Smith."),
        ("fullProfile", "mary@example.com"),
        ("fullProfile", "+15555550100"),
        ("fullProfile", "Mary Smith"),
    ] {
        let heard = stage.send(linked(ask_for(id))).await;
        assert!(heard.said().contains(expected), "{heard:?}");
        assert_eq!(heard.card(), Some("Simple"));
        assert!(heard.listens(), "an open conversation goes on");
    }
    let card = stage.send(linked(ask_for("emailAddress"))).await;
    let content = &card.0["response"]["card"]["content"];
    assert_eq!(content, "Your e-mail address is mary@example.com.");
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
async fn what_was_not_understood_is_answered_with_everything() {
    let stage = Stage::new(Fate::Good(mary()));
    let mut unresolved = ask_for("emailAddress");
    unresolved["intent"]["slots"]["infoTypeRequested"]["resolutions"]["resolutionsPerAuthority"]
        [0]["status"]["code"] = "ER_SUCCESS_NO_MATCH".into();
    for request in [unresolved, intent("RequestInfoIntent"), ask_for("shoeSize")] {
        let heard = stage.send(linked(request)).await;
        assert!(heard.said().contains("not sure"), "{heard:?}");
        assert!(heard.said().contains("mary@example.com"), "{heard:?}");
    }
}

#[tokio::test]
async fn a_missing_attribute_is_said_to_be_missing() {
    let stage = Stage::new(Fate::Good(json!({
        "sub": "subject-1", "username": "8a2f4c1e-70b1-42d3-9e55-0c1d2e3f4a5b"
    })));
    for (id, expected) in [
        ("emailAddress", "no e-mail address"),
        ("phoneNumber", "no phone number"),
        ("userName", "no name"),
    ] {
        let heard = stage.send(linked(ask_for(id))).await;
        assert!(heard.said().contains(expected), "{heard:?}");
        assert!(!heard.said().contains("8a2f4c1e"), "{heard:?}");
    }
}

#[tokio::test]
async fn a_profile_cannot_inject_markup() {
    let stage = Stage::new(Fate::Good(json!({
        "sub": "subject-1", "name": "<audio src='x'/> & Co"
    })));
    let heard = stage.send(linked(ask_for("userName"))).await;
    assert!(
        heard
            .said()
            .contains("&lt;audio src=&apos;x&apos;/&gt; &amp; Co"),
        "{heard:?}"
    );
}

#[tokio::test]
async fn each_problem_has_its_own_answer_and_only_three_speak_of_linking() {
    let question = || linked(ask_for("emailAddress"));
    let mut answers = Vec::new();
    for (fate, card, words) in [
        (Fate::Expired, true, "expired"),
        (Fate::Revoked, true, "expired"),
        (Fate::Foreign, true, "does not belong"),
        (Fate::Unavailable, false, "cannot reach"),
        (Fate::ProfileUnavailable, false, "cannot reach"),
    ] {
        let heard = Stage::new(fate).send(question()).await;
        assert_eq!(heard.card().is_some(), card, "{heard:?}");
        assert!(heard.said().contains(words), "{heard:?}");
        assert_eq!(heard.said().contains("link"), card, "{heard:?}");
        answers.push(heard.said().to_owned());
    }
    let unlinked = Stage::new(Fate::Expired)
        .send(unlinked(ask_for("emailAddress")))
        .await;
    answers.push(unlinked.said().to_owned());
    answers.sort();
    answers.dedup();
    assert_eq!(answers.len(), 4);
}

#[tokio::test]
async fn built_in_intents_need_no_link_and_ask_nobody() {
    for fate in [Fate::Expired, Fate::Unavailable, Fate::Silent] {
        let stage = Stage::new(fate);
        for name in BUILT_IN {
            for request in [linked(intent(name)), unlinked(intent(name))] {
                let heard = stage.send(request).await;
                assert_eq!(heard.card(), None, "{name}: {heard:?}");
                assert!(!heard.said().is_empty());
                let goes_on = matches!(name, "AMAZON.HelpIntent" | "AMAZON.FallbackIntent");
                assert_eq!(heard.listens(), goes_on, "{name}");
            }
        }
        assert!(stage.seen().is_empty());
    }
}

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
