//! "Say that again."

use serde_json::json;
use skill_kit::{Intents as _, Repeating};

use crate::Intent;
use crate::people::{Fate, Heard, Stage, ask_for, intent, linked, mary, unlinked};

/// The request again, with what the session kept of an answer.
fn after(answer: &Heard, mut request: serde_json::Value) -> serde_json::Value {
    request["session"]["attributes"] = answer.0["sessionAttributes"].clone();
    request
}

/// A repeated question is asked of the account as it is now, not as it was.
#[tokio::test]
async fn repeat_is_no_way_around_a_link() {
    let linked_once = Stage::new(Fate::Good(mary()))
        .send(linked(ask_for("emailAddress")))
        .await;
    let request = after(&linked_once, unlinked(intent("AMAZON.RepeatIntent")));
    let heard = Stage::new(Fate::Good(mary())).send(request).await;
    assert_eq!(heard.card(), Some("LinkAccount"));
    assert!(!heard.said().contains("mary@example.com"), "{heard:?}");
}

#[tokio::test]
async fn a_session_keeps_what_was_asked_and_not_a_word_of_it() {
    let stage = Stage::new(Fate::Good(mary()));
    let mut question = ask_for("emailAddress");
    question["intent"]["slots"]["infoTypeRequested"]["value"] = "my secret".into();
    let heard = stage.send(linked(question)).await;
    let kept = json!({ "lastAsked": {
        "name": "RequestInfoIntent", "choices": { "infoTypeRequested": "emailAddress" }
    } });
    assert_eq!(heard.0["sessionAttributes"], kept);
}

/// What a row says of repeating is what happens: the handler is called again, or nothing is done.
#[tokio::test]
async fn repeating_does_what_the_row_says() {
    let stage = Stage::new(Fate::Good(mary()));
    for row in Intent::ALL {
        let first = stage.send(linked(intent("AMAZON.HelpIntent"))).await;
        let mut kept = first.0["sessionAttributes"].clone();
        kept["lastAsked"]["name"] = row.name().into();
        for _ in 0..2 {
            let mut again = linked(intent("AMAZON.RepeatIntent"));
            again["session"]["attributes"] = kept;
            let heard = stage.send(again).await;
            let refused = heard.said().contains("done that already");
            let expected = row.repeating() == Repeating::DoneAlready;
            assert_eq!(refused, expected, "{row:?}: {heard:?}");
            if refused {
                assert!(heard.listens(), "{heard:?}");
            }
            kept = heard.0["sessionAttributes"].clone();
        }
    }
}
