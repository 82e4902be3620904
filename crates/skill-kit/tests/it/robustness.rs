//! Deadlines, panics, clocks, foreign requests, missing configuration, and a discreet log.

use std::sync::{Arc, Mutex};

use serde_json::json;
use skill_kit::{Configuration, Log, Skill};

use crate::Intent;
use crate::people::{
    Fate, Heard, Stage, TOKEN, ask_for, intent, invocation, launch, linked, mary, received,
    unlinked,
};

#[tokio::test(start_paused = true)]
async fn a_silent_provider_is_apologised_for_in_time() {
    let stage = Stage::new(Fate::Silent);
    for (left, most) in [(8_000, 6_500), (60_000, 6_500), (3_000, 2_500)] {
        let started = tokio::time::Instant::now();
        let request = linked(ask_for("emailAddress"));
        let answer = stage
            .skill
            .respond(request, &invocation(left), received())
            .await;
        let heard = Heard(answer.unwrap());
        assert!(heard.said().contains("longer than it should"), "{heard:?}");
        assert_eq!(heard.card(), None);
        assert!(
            started.elapsed().as_millis() <= most,
            "{:?}",
            started.elapsed()
        );
    }
    assert!(stage.log().contains("out-of-time"), "{}", stage.log());
}

#[tokio::test]
async fn a_panic_becomes_an_apology() {
    let stage = Stage::new(Fate::Panics);
    let heard = stage.send(linked(ask_for("emailAddress"))).await;
    assert!(heard.said().contains("something went wrong"), "{heard:?}");
    assert!(!heard.listens());
    assert!(
        stage.log().contains("\"level\":\"ERROR\""),
        "{}",
        stage.log()
    );
    assert!(
        stage.log().contains("\"outcome\":\"panic\""),
        "{}",
        stage.log()
    );
    assert!(!stage.log().contains("mary"), "{}", stage.log());
    // The next request is served as if nothing had happened.
    assert!(
        stage
            .send(unlinked(intent("AMAZON.HelpIntent")))
            .await
            .listens()
    );
}

#[tokio::test]
async fn the_later_clock_decides_about_expiry() {
    let stage = Stage::new(Fate::Good(mary()));
    for sent in ["2026-11-20T09:29:58Z", "2026-11-20T11:00:00Z", "yesterday"] {
        let mut request = launch();
        request["timestamp"] = sent.into();
        stage.send(linked(request)).await;
    }
    assert_eq!(
        stage.seen(),
        [
            "identify at 2026-11-20T09:30:00Z",
            "identify at 2026-11-20T11:00:00Z",
            "identify at 2026-11-20T09:30:00Z",
        ]
    );
}

#[tokio::test]
async fn a_request_for_another_skill_is_refused() {
    let stage = Stage::new(Fate::Good(mary()));
    let mut request = linked(launch());
    let other = json!({ "applicationId": "amzn1.ask.skill.00000000-0000-4000-8000-000000000000" });
    request["context"]["System"]["application"] = other;
    for request in [request, json!({ "request": { "type": "LaunchRequest" } })] {
        let refused = stage
            .skill
            .respond(request, &invocation(8_000), received())
            .await;
        assert!(refused.unwrap_err().to_string().contains("another skill"));
    }
    assert!(stage.seen().is_empty());
    assert!(stage.log().contains("wrong-skill"), "{}", stage.log());
}

#[tokio::test]
async fn without_configuration_it_answers_what_needs_none() {
    let lines: Arc<Mutex<String>> = Arc::default();
    let written = Arc::clone(&lines);
    let log = Log::to(move |line| written.lock().unwrap().push_str(line));
    let skill = Skill::<Intent>::new(Configuration::read(|_| None), log);
    for name in ["VOICELINK_SKILL_ID", "VOICELINK_ISSUER"] {
        assert!(
            lines
                .lock()
                .unwrap()
                .contains(&format!("{name} is not set"))
        );
    }
    let ask = async |request| {
        let answer = skill.respond(request, &invocation(8_000), received()).await;
        Heard(answer.unwrap())
    };
    assert_eq!(ask(unlinked(launch())).await.card(), Some("LinkAccount"));
    assert!(ask(unlinked(intent("AMAZON.HelpIntent"))).await.listens());
    let linked = ask(linked(ask_for("emailAddress"))).await;
    assert!(linked.said().contains("cannot reach"), "{linked:?}");
    assert_eq!(linked.card(), None);
}

#[tokio::test]
async fn what_is_no_request_is_answered_in_the_right_tone() {
    let stage = Stage::new(Fate::Good(mary()));
    let broken = json!({ "request": { "type": "IntentRequest", "intent": "mary@example.com" } });
    assert!(
        stage
            .send(broken)
            .await
            .said()
            .contains("something went wrong")
    );
    let german = json!({ "request": {
        "type": "IntentRequest", "locale": "de-DE", "intent": "mary@example.com"
    } });
    let heard = stage.send(german).await;
    assert!(heard.said().contains("schiefgegangen"), "{heard:?}");
    for request in [
        json!({ "request": { "type": 7 } }),
        json!({ "request": {} }),
        json!(null),
        json!("mary@example.com"),
    ] {
        assert!(stage.send(request).await.is_silent());
    }
    assert!(stage.log().contains("unreadable"), "{}", stage.log());
    assert!(!stage.log().contains("mary"), "{}", stage.log());
}

#[tokio::test]
async fn nothing_personal_is_logged_or_remembered() {
    let secrets = [
        TOKEN,
        "mary@example.com",
        "Mary",
        "+15555550100",
        "subject-1",
        "8a2f4c1e",
        "amzn1.ask.account.MARY",
        "api-token-of-mary",
    ];
    for fate in [
        Fate::Good(mary()),
        Fate::Foreign,
        Fate::Revoked,
        Fate::Expired,
        Fate::Unavailable,
        Fate::ProfileUnavailable,
        Fate::Panics,
    ] {
        let stage = Stage::new(fate);
        let mut kept = json!({});
        let story = [
            launch(),
            intent("HelloWorldIntent"),
            ask_for("emailAddress"),
            ask_for("phoneNumber"),
            ask_for("userName"),
            ask_for("fullProfile"),
            intent("AMAZON.RepeatIntent"),
            intent("AccountStatusIntent"),
            intent("AMAZON.HelpIntent"),
            intent("IntentOfNextYear"),
            intent("AMAZON.StopIntent"),
            json!({ "type": "SessionEndedRequest", "reason": "USER_INITIATED" }),
            json!({ "type": "AlexaSkillEvent.SkillAccountLinked",
                    "body": { "accessToken": TOKEN } }),
            json!({ "type": "AlexaSkillEvent.SkillDisabled" }),
        ];
        let requests = story.len();
        for request in story {
            let mut request = linked(request);
            request["session"]["attributes"] = kept;
            let heard = stage.send(request).await;
            kept = heard.0["sessionAttributes"].clone();
            for secret in secrets {
                assert!(!kept.to_string().contains(secret), "{kept}");
            }
        }
        let log = stage.log();
        assert_eq!(log.lines().count(), requests);
        for secret in secrets {
            assert!(!log.contains(secret), "{log}");
        }
    }
}
