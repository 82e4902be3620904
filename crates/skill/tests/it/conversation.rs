//! What people say and what they hear.

use serde_json::json;

use crate::people::{Fate, Stage, ask_for, intent, launch, linked, mary, unlinked};

const BUILT_IN: [&str; 6] = [
    "AMAZON.HelpIntent",
    "AMAZON.StopIntent",
    "AMAZON.CancelIntent",
    "AMAZON.FallbackIntent",
    "AMAZON.NavigateHomeIntent",
    "AMAZON.RepeatIntent",
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
        (Fate::Foreign, true, "does not belong to this skill"),
        (Fate::Unavailable, false, "cannot reach"),
        (Fate::ProfileUnavailable, false, "cannot reach"),
    ] {
        let heard = Stage::new(fate).send(question()).await;
        assert_eq!(heard.card().is_some(), card, "{heard:?}");
        assert!(heard.said().contains(words), "{heard:?}");
        let expired = matches!(words, "expired");
        assert_eq!(heard.said().contains("link"), expired, "{heard:?}");
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
                let goes_on = matches!(
                    name,
                    "AMAZON.HelpIntent" | "AMAZON.FallbackIntent" | "AMAZON.RepeatIntent"
                );
                assert_eq!(heard.listens(), goes_on, "{name}");
            }
        }
        assert!(stage.seen().is_empty());
    }
}

#[tokio::test]
async fn hello_is_answered_by_first_name_or_plainly() {
    let hello = || linked(intent("HelloWorldIntent"));
    let heard = Stage::new(Fate::Good(mary())).send(hello()).await;
    assert!(heard.said().contains("Hello, Mary!"), "{heard:?}");
    assert!(heard.listens());
    let nameless = Fate::Good(json!({ "sub": "subject-1", "email": "mary@example.com" }));
    for fate in [nameless, Fate::ProfileUnavailable] {
        let heard = Stage::new(fate).send(hello()).await;
        assert!(heard.said().contains("Hello!"), "{heard:?}");
    }
    let stranger = Stage::new(Fate::Good(mary()));
    let heard = stranger.send(unlinked(intent("HelloWorldIntent"))).await;
    assert_eq!(heard.card(), Some("LinkAccount"));
}

#[tokio::test]
async fn whether_an_account_is_linked_is_a_question_of_its_own() {
    let question = || intent("AccountStatusIntent");
    let stage = Stage::new(Fate::Good(mary()));
    let yes = stage.send(linked(question())).await;
    assert!(
        yes.said().contains("Yes, Mary, your account is linked."),
        "{yes:?}"
    );
    assert_eq!(yes.card(), None);
    let no = stage.send(unlinked(question())).await;
    assert!(
        no.said().contains("No, your account is not linked yet."),
        "{no:?}"
    );
    assert_eq!(no.card(), Some("LinkAccount"));
    for (fate, words, card) in [
        (Fate::Expired, "has expired", Some("LinkAccount")),
        (Fate::Revoked, "has expired", Some("LinkAccount")),
        (Fate::Foreign, "does not belong", Some("LinkAccount")),
        (Fate::Unavailable, "cannot reach", None),
        (Fate::ProfileUnavailable, "cannot reach", None),
    ] {
        let heard = Stage::new(fate).send(linked(question())).await;
        assert!(heard.said().contains(words), "{heard:?}");
        assert_eq!(heard.card(), card, "{heard:?}");
    }
}

/// The request again, with what the session kept of an answer.
fn after(answer: &crate::people::Heard, mut request: serde_json::Value) -> serde_json::Value {
    request["session"]["attributes"] = answer.0["sessionAttributes"].clone();
    request
}

#[tokio::test]
async fn repeat_repeats_whatever_was_answered() {
    let stage = Stage::new(Fate::Good(mary()));
    let again = || linked(intent("AMAZON.RepeatIntent"));
    for request in [
        launch(),
        intent("HelloWorldIntent"),
        ask_for("emailAddress"),
        ask_for("fullProfile"),
        intent("RequestInfoIntent"),
        intent("AccountStatusIntent"),
        intent("AMAZON.HelpIntent"),
        intent("AMAZON.FallbackIntent"),
        intent("IntentOfNextYear"),
    ] {
        let first = stage.send(linked(request)).await;
        let second = stage.send(after(&first, again())).await;
        assert_eq!(second.0, first.0);
        // And once more: what is kept survives being repeated.
        let third = stage.send(after(&second, again())).await;
        assert_eq!(third.0, first.0);
    }
}

#[tokio::test]
async fn without_anything_to_repeat_repeat_says_so() {
    let stage = Stage::new(Fate::Good(mary()));
    let broken = json!({ "lastAsked": { "name": "IntentOfLastYear", "choices": 7 } });
    for attributes in [json!({}), json!({ "lastAsked": 1 }), broken] {
        let mut request = unlinked(intent("AMAZON.RepeatIntent"));
        request["session"]["attributes"] = attributes;
        let heard = stage.send(request).await;
        assert!(
            heard.said().contains("not told you anything yet"),
            "{heard:?}"
        );
        assert!(heard.listens());
    }
    assert!(stage.seen().is_empty());
}

#[tokio::test]
async fn an_address_is_part_of_the_full_profile_where_there_is_one() {
    let mut profile = mary();
    profile["address"] = json!({ "formatted": "1 Main Street\nSpringfield" });
    let heard = Stage::new(Fate::Good(profile))
        .send(linked(ask_for("fullProfile")))
        .await;
    let expected = "<say-as interpret-as=\"address\">1 Main Street, Springfield</say-as>";
    assert!(heard.said().contains(expected), "{heard:?}");
}

#[tokio::test]
async fn every_locale_is_answered_in_its_own_words() {
    let stage = Stage::new(Fate::Good(mary()));
    for (locale, words) in [
        ("en-US", "Your e-mail address is mary@example.com."),
        ("en-GB", "Your e-mail address is mary@example.com."),
        ("de-DE", "Deine E-Mail-Adresse lautet mary@example.com."),
        ("es-ES", "Tu correo electrónico es mary@example.com."),
        ("ja-JP", "メールアドレスは、mary@example.comです。"),
        ("en-IN", "Your e-mail address is mary@example.com."),
    ] {
        let mut request = linked(ask_for("emailAddress"));
        request["request"]["locale"] = locale.into();
        let heard = stage.send(request).await;
        assert!(heard.said().contains(words), "{locale}: {heard:?}");
    }
}
