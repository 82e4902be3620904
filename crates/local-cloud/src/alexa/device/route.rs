//! Where an utterance leads: to a skill, on with a conversation, out of one, or nowhere.

use super::request::Content;
use super::session::Session;
use utterances::language::Language;
use utterances::nlu::{Model, Near, Understood};
use utterances::utterance::{self, Addressed};
use utterances::words::words;

/// What a skill gets that is talked to and not understood.
const FALLBACK: &str = "AMAZON.FallbackIntent";
/// Alexa answers it herself, by ending the conversation.
const HOME: &str = "AMAZON.NavigateHomeIntent";

/// A skill that can be talked to.
#[derive(Debug)]
pub(super) struct Reachable {
    pub(super) skill_id: String,
    pub(super) model: Model,
}

/// What a turn leads to.
#[derive(Debug)]
pub(super) enum Step {
    /// A conversation begins, after the open one, if any, is over.
    Begin(String, Content),
    /// The open conversation goes on.
    Continue(Session, Content),
    /// The person leaves.
    Leave(Session),
    /// Several skills have the invocation name that was said: their ids.
    Ambiguous(Vec<String>),
    /// Nothing is reached.
    Nothing,
}

/// What to do with what was heard.
pub(super) fn decide(
    language: &Language,
    heard: &[String],
    skills: &[Reachable],
    session: Option<Session>,
) -> Step {
    let names: Vec<&[String]> = skills
        .iter()
        .map(|skill| skill.model.invocation.as_slice())
        .collect();
    let addressed = utterance::address(language, heard, &names);
    let namesakes = |index: usize| -> Vec<String> {
        let alike = skills
            .iter()
            .filter(|skill| skill.model.invocation == names[index]);
        alike.map(|skill| skill.skill_id.clone()).collect()
    };
    let begin = |addressed: &Addressed| match addressed {
        Addressed::Launch(index) | Addressed::OneShot(index, _) if namesakes(*index).len() > 1 => {
            Step::Ambiguous(namesakes(*index))
        }
        Addressed::Launch(index) => Step::Begin(skills[*index].skill_id.clone(), Content::Launch),
        Addressed::OneShot(index, readings) => {
            let skill = &skills[*index];
            // What the skill does not understand opens it.
            let content = skill
                .model
                .understand(readings)
                .or_else(|| skill.model.bare(FALLBACK))
                .map_or(Content::Launch, Content::Intent);
            Step::Begin(skill.skill_id.clone(), content)
        }
        Addressed::Loosely(_) | Addressed::Nobody => Step::Nothing,
    };
    let loosely = match &addressed {
        Addressed::Launch(_) | Addressed::OneShot(..) => return begin(&addressed),
        Addressed::Loosely(inner) => Some(inner),
        Addressed::Nobody => None,
    };
    let Some(session) = session else {
        return loosely.map_or(Step::Nothing, |inner| begin(inner));
    };
    let Some(skill) = skills
        .iter()
        .find(|skill| skill.skill_id == session.skill_id)
    else {
        return loosely.map_or(Step::Nothing, |inner| begin(inner));
    };
    let leaves = |phrase: &&str| words(language, phrase) == heard;
    if language.exit.iter().any(leaves) {
        return Step::Leave(session);
    }
    match understood(&skill.model, heard) {
        // Alexa herself takes the person home.
        Some(understood) if understood.intent == HOME => Step::Leave(session),
        Some(understood) => Step::Continue(session, Content::Intent(understood)),
        None => match (loosely, skill.model.bare(FALLBACK)) {
            (Some(inner), _) => begin(inner),
            (None, Some(fallback)) => Step::Continue(session, Content::Intent(fallback)),
            (None, None) => Step::Nothing,
        },
    }
}

/// The samples that come near to what was heard, of the skill that a step leads to.
pub(super) fn near(
    language: &Language,
    heard: &[String],
    skills: &[Reachable],
    step: &Step,
) -> Vec<Near> {
    const SHOWN: usize = 6;
    let skill_id = match step {
        Step::Begin(skill_id, _) => skill_id,
        Step::Continue(session, _) | Step::Leave(session) => &session.skill_id,
        Step::Ambiguous(_) | Step::Nothing => return Vec::new(),
    };
    let skill = skills.iter().find(|skill| skill.skill_id == *skill_id);
    let Some(Reachable { model, .. }) = skill else {
        return Vec::new();
    };
    let addressed = match utterance::address(language, heard, &[&model.invocation]) {
        Addressed::Loosely(addressed) => *addressed,
        addressed => addressed,
    };
    match addressed {
        Addressed::OneShot(_, readings) => model.near(&readings, SHOWN),
        Addressed::Launch(_) => Vec::new(),
        Addressed::Loosely(_) | Addressed::Nobody => model.near(&[heard.to_vec()], SHOWN),
    }
}

fn understood(model: &Model, heard: &[String]) -> Option<Understood> {
    model
        .understand(&[heard.to_vec()])
        .filter(|understood| understood.intent != FALLBACK)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn skill(id: &str, name: &str) -> Reachable {
        let language = Language::of_locale("en-US").unwrap();
        let document = json!({ "languageModel": {
            "invocationName": name,
            "intents": [
                { "name": "AMAZON.StopIntent" },
                { "name": FALLBACK },
                { "name": HOME },
                { "name": "NameIntent", "samples": ["what is my name"] },
            ],
        } });
        Reachable {
            skill_id: id.to_owned(),
            model: Model::compile(language, &document),
        }
    }

    /// What happens, in a word or two.
    fn check(text: &str, session: bool) -> String {
        among(
            &[skill("a", "voice link"), skill("b", "to do")],
            text,
            session,
        )
    }

    fn among(skills: &[Reachable], text: &str, session: bool) -> String {
        let language = Language::of_locale("en-US").unwrap();
        let session = session.then(|| Session::start("a".to_owned()));
        let content = |content: Content| match content {
            Content::Intent(understood) => understood.intent,
            other => other.request_type().to_owned(),
        };
        match decide(language, &utterance::heard(language, text), skills, session) {
            Step::Begin(skill, begun) => format!("{skill}: {}", content(begun)),
            Step::Continue(_, continued) => content(continued),
            Step::Leave(_) => "leave".to_owned(),
            Step::Ambiguous(skills) => skills.join(" or "),
            Step::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn without_a_session_a_skill_must_be_named() {
        assert_eq!(check("open voice link", false), "a: LaunchRequest");
        assert_eq!(check("ask to do what is my name", false), "b: NameIntent");
        assert_eq!(
            check("what is my name from voice link", false),
            "a: NameIntent"
        );
        assert_eq!(
            check("ask voice link to sing", false),
            format!("a: {FALLBACK}")
        );
        assert_eq!(check("what is my name", false), "nothing");
        assert_eq!(check("stop", false), "nothing");
    }

    #[test]
    fn in_a_session_the_skill_is_talked_to() {
        assert_eq!(check("what is my name", true), "NameIntent");
        assert_eq!(check("stop", true), "AMAZON.StopIntent");
        assert_eq!(check("sing", true), FALLBACK);
        assert_eq!(check("open to do", true), "b: LaunchRequest");
    }

    #[test]
    fn a_name_that_two_skills_have_means_neither() {
        let skills =
            ["a", "b", "c"].map(|id| skill(id, if id == "c" { "to do" } else { "voice link" }));
        for said in ["open voice link", "ask voice link what is my name"] {
            assert_eq!(among(&skills, said, false), "a or b");
        }
        assert_eq!(among(&skills, "open to do", false), "c: LaunchRequest");
        // A conversation that is open goes on.
        assert_eq!(among(&skills, "what is my name", true), "NameIntent");
    }

    #[test]
    fn leaving_is_not_the_skills_business() {
        assert_eq!(check("exit", true), "leave");
        assert_eq!(check("go home", true), "leave");
        assert_eq!(check("exit", false), "nothing");
    }
}
