//! Several people in one home: who hears whose data.

use proptest::prelude::*;
use serde_json::{Value, json};
use skill_kit::{Intents as _, Locale as _};

use crate::Intent;
use crate::people::{Fate, Heard, Stage, TOKEN, ask_for, intent, launch, linked, mary, unlinked};
use crate::small::Locale;

/// The access token of Ann's own account.
const ANN: &str = "eyJhbGciOiJSUzI1NiJ9.token.of-ann";
const ANN_ID: &str = "amzn1.ask.person.ANN";
const BEN_ID: &str = "amzn1.ask.person.BEN";

fn ann() -> Value {
    json!({ "sub": "subject-2", "name": "Ann Jones", "email": "ann@example.com" })
}

/// A home that shares Mary's account, and where Ann has one of her own.
fn home() -> Stage {
    home_with(Fate::Good(ann()))
}

fn home_with(ann: Fate) -> Stage {
    Stage::of(vec![(TOKEN, Fate::Good(mary())), (ANN, ann)], "INFO")
}

/// Somebody at the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    /// Alexa does not recognise the voice.
    Unrecognised,
    /// Recognised, with an account of her own.
    Ann,
    /// Recognised, without one.
    Ben,
}

impl Speaker {
    const ALL: [Self; 3] = [Self::Unrecognised, Self::Ann, Self::Ben];

    /// The request, when this speaker has made it.
    fn says(self, mut request: Value) -> Value {
        let level = json!({ "level": 300 });
        let person = match self {
            Self::Unrecognised => return request,
            Self::Ann => json!({
                "personId": ANN_ID,
                "accessToken": ANN,
                "authenticationConfidenceLevel": level
            }),
            Self::Ben => json!({ "personId": BEN_ID, "authenticationConfidenceLevel": level }),
        };
        request["context"]["System"]["person"] = person;
        request
    }
}

/// What only Mary's account knows, and what only Ann's does.
const OF_MARY: [&str; 3] = ["Mary", "mary@example.com", "+15555550100"];
const OF_ANN: [&str; 2] = ["Ann", "ann@example.com"];

/// No answer holds anything of an account that is not the speaker's.
#[track_caller]
fn check(speaker: Speaker, heard: &Heard) {
    let answer = heard.0.to_string();
    let others: &[&[&str]] = match speaker {
        Speaker::Unrecognised => &[&OF_ANN],
        Speaker::Ann => &[&OF_MARY],
        Speaker::Ben => &[&OF_ANN, &OF_MARY],
    };
    for secret in others.iter().copied().flatten() {
        assert!(!answer.contains(secret), "{speaker:?} heard {answer}");
    }
}

fn questions() -> Vec<Value> {
    let mut questions = vec![launch()];
    questions.extend(Intent::ALL.iter().map(|known| intent(known.name())));
    questions.extend(["emailAddress", "phoneNumber", "userName", "fullProfile"].map(ask_for));
    questions
}

#[tokio::test]
async fn a_recognised_speaker_without_a_link_hears_nothing_of_the_shared_account() {
    let stage = home();
    let question = linked(ask_for("emailAddress"));
    let heard = stage.send(Speaker::Ben.says(question)).await;
    assert!(!heard.said().contains("mary@example.com"), "{heard:?}");
    assert_eq!(heard.card(), Some("LinkAccount"), "{heard:?}");
    assert!(stage.seen().is_empty(), "{:?}", stage.seen());
}

#[tokio::test]
async fn everybody_hears_their_own_account() {
    let stage = home();
    for (speaker, expected) in [
        (Speaker::Unrecognised, "mary@example.com"),
        (Speaker::Ann, "ann@example.com"),
        (Speaker::Ben, "an account of your own"),
        (Speaker::Unrecognised, "mary@example.com"),
    ] {
        let question = linked(ask_for("emailAddress"));
        let heard = stage.send(speaker.says(question)).await;
        assert!(heard.said().contains(expected), "{speaker:?}: {heard:?}");
        for question in questions() {
            check(speaker, &stage.send(speaker.says(linked(question))).await);
        }
    }
    // Where the home shares no account, Ann still has hers.
    let question = unlinked(ask_for("emailAddress"));
    let heard = stage.send(Speaker::Ann.says(question)).await;
    assert!(heard.said().contains("ann@example.com"), "{heard:?}");
}

/// Whatever needs an account gets the same sentence and the card that starts a link; whatever needs
/// none is answered as ever.
#[tokio::test]
async fn a_speaker_without_a_link_is_asked_to_link_in_every_language() {
    let stage = home();
    for (locale, words) in [
        (Locale::EnUs, "an account of your own"),
        (Locale::DeDe, "kein eigenes Konto verknüpft"),
    ] {
        for (question, needs) in [
            (launch(), true),
            (intent("HelloWorldIntent"), true),
            (ask_for("fullProfile"), true),
            (intent("AccountStatusIntent"), true),
            (intent("AMAZON.HelpIntent"), false),
            (intent("AMAZON.StopIntent"), false),
        ] {
            for request in [linked(question.clone()), unlinked(question.clone())] {
                let mut request = Speaker::Ben.says(request);
                request["request"]["locale"] = locale.tag().into();
                let heard = stage.send(request).await;
                assert_eq!(heard.card(), needs.then_some("LinkAccount"), "{heard:?}");
                assert_eq!(heard.said().contains(words), needs, "{heard:?}");
                assert!(!(needs && heard.listens()), "{heard:?}");
            }
        }
    }
    assert!(stage.seen().is_empty(), "{:?}", stage.seen());
    assert!(
        stage.log().contains("\"speaker-not-linked\""),
        "{}",
        stage.log()
    );
}

/// A bad link of one's own is told, and never made up for by the shared account.
#[tokio::test]
async fn a_bad_link_of_ones_own_is_no_way_to_the_shared_account() {
    for (fate, card) in [
        (Fate::Expired, true),
        (Fate::Revoked, true),
        (Fate::Foreign, true),
        (Fate::Unavailable, false),
        (Fate::ProfileUnavailable, false),
    ] {
        let stage = home_with(fate);
        for question in questions() {
            check(
                Speaker::Ann,
                &stage.send(Speaker::Ann.says(linked(question))).await,
            );
        }
        let question = linked(ask_for("emailAddress"));
        let heard = stage.send(Speaker::Ann.says(question)).await;
        assert_eq!(heard.card().is_some(), card, "{heard:?}");
    }
}

#[tokio::test]
async fn what_one_speaker_asked_is_nothing_to_repeat_for_another() {
    let stage = home();
    for first in Speaker::ALL {
        for second in Speaker::ALL {
            let asked = linked(intent("AMAZON.HelpIntent"));
            let asked = stage.send(first.says(asked)).await;
            let mut again = second.says(linked(intent("AMAZON.RepeatIntent")));
            again["session"]["attributes"] = asked.0["sessionAttributes"].clone();
            let repeated = stage.send(again).await;
            if first == second {
                assert_eq!(repeated.0, asked.0);
            } else {
                let said = repeated.said();
                assert!(said.contains("not told you anything yet"), "{said}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// People who take turns in one session: whoever speaks hears their own account, whatever was
    /// said before.
    #[test]
    fn a_session_carries_nothing_from_one_speaker_to_another(
        turns in prop::collection::vec(
            (prop::sample::select(Speaker::ALL.to_vec()), prop::sample::select(questions())),
            1..12,
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let stage = home();
            let mut kept = json!({});
            for (speaker, question) in turns {
                let mut request = speaker.says(linked(question));
                request["session"]["attributes"] = kept;
                let heard = stage.send(request).await;
                check(speaker, &heard);
                kept = heard.0["sessionAttributes"].clone();
                assert!(!kept.to_string().contains("amzn1"), "{kept}");
            }
        });
    }
}

#[tokio::test]
async fn the_log_says_which_account_it_was_and_never_whose() {
    let stage = home();
    for speaker in Speaker::ALL {
        for request in [linked(ask_for("fullProfile")), unlinked(launch())] {
            stage.send(speaker.says(request)).await;
        }
    }
    let lines: Vec<Value> = (stage.log().lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let accounts: Vec<(&str, &str)> = (lines.iter())
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap();
            (text("account"), text("outcome"))
        })
        .collect();
    assert_eq!(
        accounts,
        [
            ("shared", "answered"),
            ("none", "not-linked"),
            ("speaker", "answered"),
            ("speaker", "answered"),
            ("none", "speaker-not-linked"),
            ("none", "speaker-not-linked"),
        ]
    );
    assert!(lines.iter().all(|line| line["level"] == "INFO"));
    let ids = [ANN_ID, BEN_ID, "amzn1.ask.account", "subject", TOKEN, ANN];
    for secret in ids.iter().chain(&OF_MARY).chain(&OF_ANN) {
        assert!(!stage.log().contains(secret), "{}", stage.log());
    }
}

/// An event that a speaker has linked an account is about that account; one that the skill was
/// disabled ends every link.
#[tokio::test]
async fn events_are_about_the_link_that_they_tell_of() {
    let stage = home_with(Fate::Foreign);
    let mut event = linked(json!({
        "type": "AlexaSkillEvent.SkillAccountLinked", "body": { "accessToken": ANN }
    }));
    stage.send(Speaker::Ann.says(event.clone())).await;
    assert!(stage.log().contains("foreign-token"), "{}", stage.log());
    assert!(stage.log().contains("\"speaker\""), "{}", stage.log());
    // Without a body, the shared account's token is not the new one.
    event["request"]["body"] = json!({});
    stage.send(Speaker::Ben.says(event)).await;
    assert_eq!(stage.seen().len(), 1, "{:?}", stage.seen());

    let disabled = linked(json!({ "type": "AlexaSkillEvent.SkillDisabled" }));
    stage.send(Speaker::Ann.says(disabled)).await;
    assert_eq!(stage.seen()[1..], ["forget", "forget"]);
}
