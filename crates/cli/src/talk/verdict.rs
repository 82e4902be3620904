//! Comparing what was heard with what was expected.

use serde::Serialize;
use story::Answer;

use super::conversation::{Session, Speech, Turn};
use super::wording::Person;

/// What came back, from wherever it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Heard {
    pub(super) text: String,
    /// What was said before the answer came.
    pub(super) meanwhile: Vec<String>,
    /// The `type` of the card.
    pub(super) card: Option<String>,
    pub(super) session_open: bool,
    pub(super) reprompt: Option<String>,
    pub(super) intent: Option<String>,
    /// Whether the request carried an access token.
    pub(super) linked: bool,
    /// Alexa's reason, when she could not use the skill's answer.
    pub(super) error: Option<String>,
}

impl From<Answer> for Heard {
    fn from(answer: Answer) -> Self {
        Self {
            card: answer.card_type().map(str::to_owned),
            text: answer.heard,
            meanwhile: answer.progressive,
            session_open: answer.session_open,
            reprompt: answer.reprompt,
            intent: answer.intent,
            linked: answer.linked,
            error: answer.error,
        }
    }
}

/// One respect in which an answer is not the expected one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Difference {
    /// `speech`, `meanwhile`, `card`, `session`, `reprompt`, `intent` or `error`.
    pub(super) what: &'static str,
    pub(super) expected: String,
    pub(super) heard: String,
}

/// Everything that is different.
pub(super) fn differences(turn: &Turn, heard: &Heard, person: Person<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |what, expected: String, heard: String, same: bool| {
        if !same {
            found.push(Difference {
                what,
                expected,
                heard,
            });
        }
    };
    if let Some(error) = &heard.error {
        compare(
            "error",
            "an answer that Alexa can use".to_owned(),
            error.clone(),
            false,
        );
    }
    match &turn.speech {
        Speech::Exactly(text) => {
            let text = text.text(person);
            let same = text == heard.text;
            compare("speech", text, heard.text.clone(), same);
        }
        Speech::Pattern(pattern) => {
            let found = (pattern.regex(person)).and_then(|regex| regex.is_match(&heard.text));
            let shown = format!("/{}/", pattern.text(person));
            compare(
                "speech",
                shown,
                heard.text.clone(),
                found.unwrap_or_default(),
            );
        }
    }
    if let Some(meanwhile) = &turn.meanwhile {
        let same = heard.meanwhile == [meanwhile.as_str()];
        compare(
            "meanwhile",
            meanwhile.clone(),
            heard.meanwhile.join(" "),
            same,
        );
    }
    let name = |card: Option<&str>| card.unwrap_or("none").to_owned();
    let (expected, got) = (turn.card.kind(), heard.card.as_deref());
    compare("card", name(expected), name(got), expected == got);
    let word = |open: bool| if open { "open" } else { "closed" }.to_owned();
    let open = turn.session == Session::Open;
    compare(
        "session",
        word(open),
        word(heard.session_open),
        open == heard.session_open,
    );
    if let Some(reprompt) = &turn.reprompt {
        let reprompt = reprompt.text(person);
        let same = heard.reprompt.as_ref() == Some(&reprompt);
        let got = heard.reprompt.clone().unwrap_or_else(|| "none".to_owned());
        compare("reprompt", reprompt, got, same);
    }
    if let Some(intent) = &turn.intent {
        let same = heard.intent.as_ref() == Some(intent);
        let got = heard.intent.clone().unwrap_or_else(|| "none".to_owned());
        compare("intent", intent.clone(), got, same);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::conversation::Card;
    use super::super::wording::{Phrases, Wording};
    use super::*;

    fn exact(text: &str) -> Wording {
        Wording::exact(text, &Phrases::default()).unwrap()
    }

    fn pattern(text: &str) -> Speech {
        Speech::Pattern(Wording::pattern(text, &Phrases::default()))
    }

    fn turn(speech: Speech) -> Turn {
        Turn {
            line: 1,
            say: "hello".to_owned(),
            voice: None,
            speech,
            meanwhile: Some("Wait.".to_owned()),
            card: Card::Simple,
            session: Session::Open,
            reprompt: Some(exact("Well, {email}?")),
            intent: Some("HelloWorldIntent".to_owned()),
        }
    }

    fn heard() -> Heard {
        Heard {
            text: "You are a@example.com.".to_owned(),
            meanwhile: vec!["Wait.".to_owned()],
            card: Some("Simple".to_owned()),
            session_open: true,
            reprompt: Some("Well, a@example.com?".to_owned()),
            intent: Some("HelloWorldIntent".to_owned()),
            linked: true,
            error: None,
        }
    }

    fn what(turn: &Turn, heard: &Heard) -> Vec<&'static str> {
        let person = Person {
            email: "a@example.com",
            ..Person::default()
        };
        differences(turn, heard, person)
            .iter()
            .map(|difference| difference.what)
            .collect()
    }

    #[test]
    fn the_same_is_not_different() {
        let whole = turn(Speech::Exactly(exact("You are {email}.")));
        assert!(what(&whole, &heard()).is_empty());
        let part = turn(pattern("^You are {email}\\.$"));
        assert!(what(&part, &heard()).is_empty());
    }

    #[test]
    fn every_respect_is_compared() {
        let whole = turn(Speech::Exactly(exact("You are {email}.")));
        let nothing = Heard {
            error: Some("version is missing".to_owned()),
            ..Heard::default()
        };
        assert_eq!(
            what(&whole, &nothing),
            [
                "error",
                "speech",
                "meanwhile",
                "card",
                "session",
                "reprompt",
                "intent"
            ]
        );
        let longer = Heard {
            text: "You are a@example.com. Bye.".to_owned(),
            ..heard()
        };
        assert_eq!(what(&whole, &longer), ["speech"]);
        let part = turn(pattern("{email}\\.$"));
        assert_eq!(what(&part, &longer), ["speech"]);
    }

    #[test]
    fn what_nobody_expects_is_not_compared() {
        let silent = Turn {
            meanwhile: None,
            reprompt: None,
            intent: None,
            ..turn(Speech::Exactly(exact("You are {email}.")))
        };
        let other = Heard {
            meanwhile: Vec::new(),
            reprompt: None,
            intent: None,
            ..heard()
        };
        assert!(what(&silent, &other).is_empty());
    }
}
