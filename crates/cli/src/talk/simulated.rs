//! Talking on a real stage, through simulations of the Skill Management API.
//!
//! A simulation speaks as the developer, and signs in to nothing: only conversations of people
//! who have not linked an account can be held, and only while the developer has not.

use std::time::{Duration, Instant};

use models::ids::SkillId;
use serde_json::Value;
use smapi::{Client, SessionMode, Simulation, SkillStage};
use story::Account;

use super::conversation::{Conversation, Turn};
use super::verdict::{Heard, differences};
use super::wording::Person;
use super::{Outcome, Talked};
use crate::output;
use crate::progress::seconds;

/// How long one simulation may take.
const LIMIT: Duration = Duration::from_mins(1);

/// Holds the conversations that need no link.
pub(super) async fn talk(
    client: &Client,
    skill: &SkillId,
    conversations: Vec<Conversation>,
) -> Vec<Talked> {
    let mut talked = Vec::with_capacity(conversations.len());
    // One simulation at a time is allowed.
    for conversation in conversations {
        if conversation.account != Account::NotLinked {
            let why = format!(
                "`account: {}` takes a link, which a simulation cannot make",
                conversation.account.name()
            );
            talked.push(Talked::throughout(conversation, &Outcome::Skipped(why)));
            continue;
        }
        if !conversation.voices.is_empty() {
            let why = "a simulation has no voice that Alexa could recognise".to_owned();
            talked.push(Talked::throughout(conversation, &Outcome::Skipped(why)));
            continue;
        }
        let started = Instant::now();
        let outcomes = converse(client, skill, &conversation).await;
        output::aside(&format!(
            "{}: {} ({})",
            conversation.locale,
            conversation.name,
            seconds(started.elapsed())
        ));
        talked.push(Talked {
            conversation,
            outcomes,
        });
    }
    talked
}

async fn converse(client: &Client, skill: &SkillId, conversation: &Conversation) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(conversation.turns.len());
    for (index, turn) in conversation.turns.iter().enumerate() {
        let mode = if index == 0 {
            SessionMode::ForceNew
        } else {
            SessionMode::Default
        };
        outcomes.push(
            match simulate(client, skill, &conversation.locale, turn, mode).await {
                Ok(simulation) => judge(turn, &simulation),
                Err(error) => Outcome::Broken {
                    why: rollout::error::chain(&error),
                    hint: "`cargo xtask deploy` enables the skill, which a simulation needs"
                        .to_owned(),
                },
            },
        );
    }
    outcomes
}

async fn simulate(
    client: &Client,
    skill: &SkillId,
    locale: &str,
    turn: &Turn,
    mode: SessionMode,
) -> Result<Simulation, smapi::Error> {
    let stage = SkillStage::Development;
    let started = client
        .simulate(skill, stage, locale, &turn.say, mode)
        .await?;
    client
        .wait_for_simulation(skill, stage, &started.id, LIMIT)
        .await
}

fn judge(turn: &Turn, simulation: &Simulation) -> Outcome {
    let result = simulation.result.clone().unwrap_or_default();
    let heard = heard(&result);
    if heard.linked {
        return Outcome::Skipped(
            "your own account is linked; unlink the skill in the Alexa app to hear what others \
             hear"
                .to_owned(),
        );
    }
    let found = differences(turn, &heard, Person::default());
    if found.is_empty() {
        Outcome::Passed(heard)
    } else {
        Outcome::Failed(heard, found)
    }
}

/// What came of a simulation: what Alexa said, and the rest from the skill's own answer.
///
/// <https://developer.amazon.com/docs/alexa/smapi/skill-simulation-api.html>
fn heard(result: &Value) -> Heard {
    let invocation = result
        .pointer("/skillExecutionInfo/invocations")
        .and_then(Value::as_array)
        .and_then(|invocations| invocations.last())
        .cloned()
        .unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let request = invocation.pointer("/invocationRequest/body");
    let request = request.cloned().unwrap_or_default();
    let response = invocation.pointer("/invocationResponse/body/response");
    let response = response.cloned().unwrap_or_default();
    let captions: Vec<&str> = result
        .pointer("/alexaExecutionInfo/alexaResponses")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|answer| answer.pointer("/content/caption")?.as_str())
        .collect();
    Heard {
        text: captions.join(" "),
        // Simulations do not tell.
        meanwhile: Vec::new(),
        card: text(response.pointer("/card/type")),
        session_open: response["shouldEndSession"] == Value::Bool(false),
        reprompt: text(response.pointer("/reprompt/outputSpeech/text")).or_else(|| {
            text(response.pointer("/reprompt/outputSpeech/ssml")).map(|ssml| plain(&ssml))
        }),
        intent: text(request.pointer("/request/intent/name")),
        linked: request
            .pointer("/context/System/user/accessToken")
            .is_some_and(Value::is_string),
        error: text(result.pointer("/error/message")),
    }
}

/// SSML without its tags.
fn plain(ssml: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in ssml.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text, |text, (escaped, meant)| text.replace(escaped, meant))
    .trim()
    .to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::super::conversation::parse;
    use super::super::known::Known;
    use super::*;

    fn simulation(result: &Value) -> Simulation {
        serde_json::from_value(json!({ "id": "1", "status": "SUCCESSFUL", "result": result }))
            .unwrap()
    }

    fn result() -> Value {
        json!({
            "alexaExecutionInfo": {
                "alexaResponses": [{ "type": "Speech", "content": { "caption": "Ask & I say." } }],
            },
            "skillExecutionInfo": { "invocations": [{
                "invocationRequest": { "body": {
                    "context": { "System": { "user": { "userId": "u" } } },
                    "request": { "type": "IntentRequest", "intent": { "name": "AMAZON.HelpIntent" } },
                } },
                "invocationResponse": { "body": { "response": {
                    "shouldEndSession": false,
                    "reprompt": { "outputSpeech": {
                        "type": "SSML", "ssml": "<speak>Q &amp; <emphasis>A</emphasis>?</speak>",
                    } },
                } } },
            }] },
        })
    }

    fn turn() -> Turn {
        let text = "locale: en-US\nconversations:\n  - {name: A, account: not-linked, turns: [\
                    {say: help, hear: Ask & I say., session: open, reprompt: 'Q & A?', \
                    intent: AMAZON.HelpIntent}]}\n";
        let mut conversations = parse(Path::new("a.yaml"), text, &Known::these(&[])).unwrap();
        conversations.remove(0).turns.remove(0)
    }

    #[test]
    fn an_answer_is_found_in_a_simulation() {
        assert!(matches!(
            judge(&turn(), &simulation(&result())),
            Outcome::Passed(_)
        ));
        let mut closed = result();
        closed["skillExecutionInfo"]["invocations"][0]["invocationResponse"]["body"]["response"]
            ["shouldEndSession"] = true.into();
        let Outcome::Failed(_, found) = judge(&turn(), &simulation(&closed)) else {
            panic!("a closed session is not an open one");
        };
        assert_eq!(found[0].what, "session");
    }

    #[test]
    fn a_developer_with_a_link_hears_something_else() {
        let mut linked = result();
        linked["skillExecutionInfo"]["invocations"][0]["invocationRequest"]["body"]["context"]["System"]
            ["user"]["accessToken"] = "token".into();
        assert!(matches!(
            judge(&turn(), &simulation(&linked)),
            Outcome::Skipped(_)
        ));
    }

    #[test]
    fn a_failed_simulation_is_a_failure_with_its_reason() {
        let failed = json!({ "error": { "message": "The utterance did not reach the skill." } });
        let Outcome::Failed(_, found) = judge(&turn(), &simulation(&failed)) else {
            panic!("a failed simulation is no success");
        };
        assert_eq!(
            (found[0].what, found[0].heard.as_str()),
            ("error", "The utterance did not reach the skill.")
        );
    }
}
