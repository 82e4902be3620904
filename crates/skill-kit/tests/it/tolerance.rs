//! Requests that are not what they should be: whatever is in them, they are answered as Alexa takes
//! it, and nobody hears what is not theirs.

use serde_json::{Map, Value, json};

use crate::fuzz::fuzzed;
use crate::people::{Fate, Heard, SKILL_ID, Stage, TOKEN, mary};
use crate::runtime_api::serve;
use crate::samples::{pointers, replaced, requests};

/// What a request of one type is answered, as
/// [Alexa takes it](https://developer.amazon.com/en-US/docs/alexa/custom-skills/request-and-response-json-reference.html#response-format).
fn judge(request: &Value, answer: &Value) -> Result<(), String> {
    let only = |object: &Map<String, Value>, known: &[&str]| {
        let other = object.keys().find(|name| !known.contains(&name.as_str()));
        other.map_or(Ok(()), |name| Err(format!("{name} is not a member")))
    };
    let Some(fields) = answer.as_object() else {
        return Err("no object".to_owned());
    };
    only(fields, &["version", "sessionAttributes", "response"])?;
    let text = answer.to_string();
    if answer["version"] != "1.0" || text.len() > 120_000 || text.contains(":null") {
        return Err("no answer that Alexa takes".to_owned());
    }
    let Some(response) = answer["response"].as_object() else {
        return Err("no response".to_owned());
    };
    match request["request"]["type"].as_str() {
        Some("LaunchRequest" | "IntentRequest" | "SessionResumedRequest") => {
            let known = ["outputSpeech", "card", "reprompt", "shouldEndSession"];
            only(response, &known)?;
            let said = response["outputSpeech"]["ssml"]
                .as_str()
                .unwrap_or_default();
            if !said.starts_with("<speak>") || said.len() < 20 {
                return Err(format!("says {said:?}"));
            }
            let goes_on = response["shouldEndSession"] == json!(false);
            if goes_on != response.contains_key("reprompt") {
                return Err("a reprompt belongs to an open session".to_owned());
            }
            Ok(())
        }
        Some("CanFulfillIntentRequest") => only(response, &["canFulfillIntent"]),
        _ if response.is_empty() => Ok(()),
        _ => Err("speaks where nobody listens".to_owned()),
    }
}

/// Whether a request carries what a person's data are told for: this skill's id, and a token of
/// theirs. Of a recognised speaker that is their own token, whatever else the home has linked.
fn entitles(request: &Value) -> bool {
    let system = &request["context"]["System"];
    let linked = |whose: &str| system[whose]["accessToken"] == TOKEN;
    let id = &request["context"]["System"]["application"]["applicationId"];
    let whose = if system["person"].is_null() {
        "user"
    } else {
        "person"
    };
    *id == SKILL_ID && linked(whose)
}

fn tells_about_mary(answer: &Value) -> bool {
    let answer = answer.to_string();
    ["Mary", "mary@", "+1555"]
        .iter()
        .any(|it| answer.contains(it))
}

/// Whether a request is answered as it should be.
fn check(about: &str, request: &Value, answer: &Value) {
    if let Err(reason) = judge(request, answer) {
        panic!("{about}: {reason}: {answer}");
    }
    if tells_about_mary(answer) {
        assert!(entitles(request), "{about}: {answer}");
    }
}

fn others() -> [Value; 6] {
    [
        Value::Null,
        json!(-7),
        json!(true),
        json!("a text"),
        json!([[null], 7, { "a": 1 }]),
        json!({ "a": { "b": null } }),
    ]
}

/// The members that answers depend on, with everything in them.
const READ: [&str; 10] = [
    "/context/System/application",
    "/context/System/person",
    "/context/System/user",
    "/request/intent",
    "/request/locale",
    "/request/type",
    "/session/application",
    "/session/attributes",
    "/session/new",
    // What was asked is marked with the speaker, for this session alone.
    "/session/sessionId",
];

fn is_read(pointer: &str) -> bool {
    let inside = |read: &str| pointer == read || pointer.starts_with(&format!("{read}/"));
    let around = |read: &str| read.starts_with(&format!("{pointer}/"));
    READ.iter().any(|read| inside(read) || around(read))
}

#[tokio::test]
async fn every_value_of_every_request_may_be_anything() {
    let stage = Stage::new(Fate::Good(mary()));
    let (mut answered, mut refused, mut unchanged) = (0, 0, 0);
    for (name, json) in requests() {
        let usual = stage.send(json.clone()).await;
        check(&name, &json, &usual.0);
        for pointer in pointers(&json) {
            for other in others() {
                let about = format!("{name}: {pointer} = {other}");
                let request = replaced(&json, &pointer, &other);
                let Ok(Heard(answer)) = stage.answer(request.clone()).await else {
                    // Only what says for which skill a request is.
                    let named = "/context/System/application/applicationId";
                    let of_session = "/session/application/applicationId";
                    assert!(
                        named.starts_with(&pointer) || of_session.starts_with(&pointer),
                        "{about}"
                    );
                    refused += 1;
                    continue;
                };
                check(&about, &request, &answer);
                answered += 1;
                if !is_read(&pointer) {
                    assert_eq!(answer, usual.0, "{about}");
                    unchanged += 1;
                }
            }
        }
    }
    assert!(answered > 10_000 && refused > 300 && unchanged > 5_000);
    // The log has a line for each, and none of a fault of the skill's own.
    let log = stage.log();
    assert!(!log.contains("\"outcome\":\"panic\"") && !log.contains("refused-answer"));
}

/// What skills have met in requests, in public bug reports.
#[tokio::test]
async fn requests_that_others_could_not_read_are_answered() {
    let stage = Stage::new(Fate::Good(mary()));
    let envelope = |request: Value| {
        let mut envelope = crate::people::linked(json!({ "type": "LaunchRequest" }));
        let header = envelope["request"].as_object().unwrap().clone();
        envelope["request"] = request;
        for (name, value) in header {
            let fields = envelope["request"].as_object_mut().unwrap();
            fields.entry(name).or_insert(value);
        }
        envelope
    };
    let launch = || envelope(json!({ "type": "LaunchRequest" }));
    let mut no_user_id = launch();
    no_user_id["session"]["user"]["userId"] = Value::Null;
    no_user_id["context"]["System"]["user"]["userId"] = Value::Null;
    let mut perhaps_new = launch();
    perhaps_new["session"]["new"] = Value::Null;
    let mut no_attributes = launch();
    no_attributes["session"]["attributes"] = Value::Null;
    let numbered_task = envelope(json!({
        "type": "LaunchRequest",
        "task": { "name": "AMAZON.PrintPDF", "version": 1, "input": {} }
    }));
    for request in [no_user_id, perhaps_new, no_attributes, numbered_task] {
        let heard = stage.send(request).await;
        assert!(heard.said().contains("Mary"), "{heard:?}");
    }
    let mut spoken_number = crate::people::ask_for("emailAddress");
    spoken_number["intent"]["slots"]["infoTypeRequested"]["value"] = json!(42);
    let heard = stage.send(envelope(spoken_number)).await;
    assert!(heard.said().contains("mary@example.com"), "{heard:?}");
    let unresolved = json!({
        "type": "IntentRequest",
        "intent": { "name": "RequestInfoIntent", "slots": { "infoTypeRequested": {
            "name": "infoTypeRequested", "value": 42, "resolutions": null
        } } }
    });
    let heard = stage.send(envelope(unresolved)).await;
    assert!(heard.said().contains("mary@example.com"), "{heard:?}");
    let numbered_status = envelope(json!({
        "type": "Connections.Response",
        "name": "Buy",
        "status": { "code": 200, "message": "OK" },
        "payload": {},
        "token": "t"
    }));
    assert!(stage.send(numbered_status).await.is_silent());
    assert!(!stage.log().contains("unreadable"), "{}", stage.log());
}

#[tokio::test]
async fn twenty_two_thousand_fuzzed_requests_are_answered_or_refused() {
    let stage = Stage::new(Fate::Good(mary()));
    let (mut answered, mut refused, mut told) = (0, 0, 0);
    for request in fuzzed(22_000, 15) {
        match stage.answer(request.clone()).await {
            Ok(Heard(answer)) => {
                check(&request.to_string(), &request, &answer);
                answered += 1;
                told += usize::from(tells_about_mary(&answer));
            }
            Err(_wrong_skill) => refused += 1,
        }
    }
    assert!(
        answered > 10_000 && refused > 1_000 && told > 500,
        "{answered} answered, {refused} refused, {told} told about Mary"
    );
    let log = stage.log();
    assert!(!log.contains("\"outcome\":\"panic\"") && !log.contains("refused-answer"));
}

/// The real function outlives them.
#[tokio::test]
async fn the_function_outlives_fuzzed_requests() {
    let requests: Vec<Value> = fuzzed(300, 16).collect();
    let environment = [("VOICELINK_SKILL_ID", SKILL_ID)];
    let (answers, (log, errors)) = serve(crate::function(), requests.clone(), &environment).await;
    assert_eq!(answers.len(), requests.len());
    for (request, answer) in requests.iter().zip(&answers) {
        // JSON deeper than this is no request to the runtime, which reads it first.
        if pointers(request)
            .iter()
            .any(|it| it.matches('/').count() >= 127)
        {
            continue;
        }
        match answer.get("errorType") {
            Some(error) => assert_eq!(error, "WrongSkill"),
            None => check(&request.to_string(), request, answer),
        }
    }
    assert!(!log.contains("panic") && errors.is_empty(), "{errors}");
}
