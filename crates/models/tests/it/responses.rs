//! One answer of every kind, and what Alexa would refuse.

use models::request::{Intent, RequestEnvelope};
use models::response::{
    Acknowledgement, AlexaApi, Answer, CanFulfill, CanFulfillAnswer, CanFulfillSlot, Card,
    Directive, DynamicEntities, DynamicName, DynamicType, DynamicValue, Image, ProgressiveResponse,
    Question, RawDirective, ResponseError, Speech,
};
use serde_json::{Value, json};

use crate::recording;

fn intent() -> Intent {
    serde_json::from_value(json!({
        "name": "BookIntent",
        "confirmationStatus": "NONE",
        "slots": { "city": { "name": "city", "value": "Rome", "confirmationStatus": "NONE" } }
    }))
    .unwrap()
}

fn entities(values: usize) -> DynamicEntities {
    let value = |number: usize| DynamicValue {
        id: Some(format!("v{number}")),
        name: DynamicName {
            value: format!("value {number}"),
            synonyms: vec![format!("synonym {number}")],
        },
    };
    DynamicEntities::Replace {
        types: vec![DynamicType {
            name: "City".to_owned(),
            values: (0..values).map(value).collect(),
        }],
    }
}

fn question() -> Question {
    Question::new(Speech::text("Where to?"), Speech::plain("Which city?"))
}

fn ask(directive: Directive) -> Question {
    question().with_directive(directive)
}

/// Renders an answer and leaves it to the judge.
fn render(answer: impl Into<Answer>) -> Value {
    let json = answer.into().render().unwrap();
    recording::response(&json);
    json
}

#[test]
fn every_card_has_its_form() {
    let tell = || Answer::tell(Speech::text("Done."));
    let image = Image {
        small_image_url: "https://example.com/small.png".to_owned(),
        large_image_url: "https://example.com/large.png".to_owned(),
    };
    let standard = Card::Standard {
        title: "Trip".to_owned(),
        text: "To Rome".to_owned(),
        image: Some(image),
    };
    let consent = Card::AskForPermissionsConsent {
        permissions: vec!["alexa::profile:email:read".to_owned()],
    };
    for (card, kind) in [
        (Card::simple("Trip", "To Rome"), "Simple"),
        (standard, "Standard"),
        (Card::LinkAccount, "LinkAccount"),
        (consent, "AskForPermissionsConsent"),
    ] {
        let answer = render(tell().with_card(card));
        assert_eq!(answer["response"]["card"]["type"], kind);
    }
}

#[test]
fn a_question_may_steer_the_dialog() {
    let updated_intent = Some(intent());
    for directive in [
        Directive::DialogElicitSlot {
            slot_to_elicit: "city".to_owned(),
            updated_intent: updated_intent.clone(),
        },
        Directive::DialogConfirmSlot {
            slot_to_confirm: "city".to_owned(),
            updated_intent: None,
        },
        Directive::DialogConfirmIntent { updated_intent },
        Directive::DialogUpdateDynamicEntities(DynamicEntities::Clear),
        Directive::DialogUpdateDynamicEntities(entities(2)),
    ] {
        let answer = render(ask(directive).remember("asked", "city"));
        assert_eq!(answer["response"]["shouldEndSession"], false);
    }
    let taught = render(ask(Directive::DialogUpdateDynamicEntities(entities(1))));
    let expected = json!([{
        "type": "Dialog.UpdateDynamicEntities",
        "updateBehavior": "REPLACE",
        "types": [{
            "name": "City",
            "values": [{
                "id": "v0",
                "name": { "value": "value 0", "synonyms": ["synonym 0"] }
            }]
        }]
    }]);
    assert_eq!(taught["response"]["directives"], expected);
}

#[test]
fn could_you_is_answered_slot_by_slot() {
    let answer = CanFulfillAnswer::new(CanFulfill::Maybe)
        .with_slot(
            "city",
            CanFulfillSlot {
                can_understand: CanFulfill::Yes,
                can_fulfill: false,
            },
        )
        .render();
    recording::response(&answer);
    let expected = json!({
        "canFulfill": "MAYBE",
        "slots": { "city": { "canUnderstand": "YES", "canFulfill": "NO" } }
    });
    assert_eq!(answer["response"]["canFulfillIntent"], expected);
    recording::response(&CanFulfillAnswer::new(CanFulfill::No).render());
}

#[test]
fn an_acknowledgement_says_nothing() {
    let answer = Acknowledgement.render();
    recording::response(&answer);
    assert_eq!(answer["response"], json!({}));
}

#[test]
fn any_answer_may_carry_a_directive_of_another_interface() {
    let play = RawDirective::new(json!({
        "type": "AudioPlayer.Play",
        "playBehavior": "REPLACE_ALL",
        "audioItem": {
            "stream": {
                "token": "episode-1",
                "url": "https://example.com/1.mp3",
                "offsetInMilliseconds": 0
            }
        }
    }))
    .unwrap();
    let answer = render(Answer::tell(Speech::plain("Here it is.")).with_raw_directive(play));
    assert_eq!(answer["response"]["outputSpeech"]["type"], "PlainText");
    assert_eq!(
        answer["response"]["directives"][0]["type"],
        "AudioPlayer.Play"
    );
    for (value, reason) in [
        (json!([]), "not an object"),
        (json!({ "token": "t" }), "no `type`"),
        (json!({ "type": "Dialog.Delegate" }), "type of its own"),
    ] {
        let refused = RawDirective::new(value).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    }
}

#[test]
fn what_alexa_would_refuse_is_refused_with_a_reason() {
    let confirm = || Directive::DialogConfirmIntent {
        updated_intent: None,
    };
    let twice = Answer::from(ask(confirm()).with_directive(confirm())).render();
    assert_eq!(twice, Err(ResponseError::SeveralTurns { count: 2 }));

    let many = Directive::DialogUpdateDynamicEntities(entities(51));
    let many = Answer::from(ask(many)).render();
    assert_eq!(many, Err(ResponseError::TooManyEntities { count: 102 }));

    let nothing = Answer::from(
        ask(Directive::DialogUpdateDynamicEntities(
            DynamicEntities::Clear,
        ))
        .remember("a", Value::Null),
    )
    .render();
    let path = "/sessionAttributes/a".to_owned();
    assert_eq!(nothing, Err(ResponseError::Null { path }));

    let long = Speech::plain("x".repeat(8_001));
    assert!(matches!(
        Answer::tell(long).render(),
        Err(ResponseError::SpeechTooLong {
            characters: 8_001,
            ..
        })
    ));
}

#[test]
fn words_come_before_the_answer_of_a_launch_or_an_intent() {
    let request = |kind: &str, endpoint: bool| -> RequestEnvelope {
        let mut json = json!({
            "context": { "System": { "apiAccessToken": "api-secret" } },
            "request": { "type": kind, "requestId": "r-1" }
        });
        if endpoint {
            json["context"]["System"]["apiEndpoint"] = "https://api.eu.amazonalexa.com".into();
        }
        serde_json::from_value(json).unwrap()
    };
    let speech = Speech::text("Just a second & I will know.");
    let progressive =
        ProgressiveResponse::new(&request("LaunchRequest", true), &speech, AlexaApi::Amazon);
    let progressive = progressive.unwrap().unwrap();
    recording::progressive(&progressive.body);
    assert_eq!(
        progressive.url.as_str(),
        "https://api.eu.amazonalexa.com/v1/directives"
    );
    assert_eq!(progressive.token.expose(), "api-secret");
    assert!(!format!("{progressive:?}").contains("api-secret"));
    let expected = json!({
        "header": { "requestId": "r-1" },
        "directive": {
            "type": "VoicePlayer.Speak",
            "speech": "<speak>Just a second &amp; I will know.</speak>"
        }
    });
    assert_eq!(progressive.body, expected);

    let mut without_token = request("LaunchRequest", true);
    for spoiled in [json!(null), json!(7)] {
        let mut json = serde_json::to_value(&without_token).unwrap();
        json["context"]["System"]["apiAccessToken"] = spoiled;
        without_token = serde_json::from_value(json).unwrap();
        let none = ProgressiveResponse::new(&without_token, &speech, AlexaApi::Amazon);
        assert!(none.unwrap().is_none());
    }

    for (kind, endpoint) in [("LaunchRequest", false), ("SessionEndedRequest", true)] {
        let none =
            ProgressiveResponse::new(&request(kind, endpoint), &speech, AlexaApi::Amazon).unwrap();
        assert!(none.is_none(), "{kind}");
    }
}
