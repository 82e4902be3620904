//! One turn of a conversation: what is said, to whom it goes, what is heard.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::invoke::Invoked;
use super::request::{self, Content, EndReason, Envelope};
use super::response::{self, Answering};
use super::route::{Reachable, Step, decide, near};
use super::session::Session;
use crate::alexa::Alexa;
use crate::alexa::customer::{Customer, Voice};
use crate::alexa::linking::{Links, claims};
use crate::alexa::region::Region;
use crate::alexa::state::fingerprint;
use utterances::dialog::Dialog;
use utterances::language::Language;
use utterances::nlu::{Model, Near, Understood};
use utterances::utterance;

/// What a person says to a device.
#[derive(Debug, Clone)]
pub(in crate::alexa) struct Said {
    /// The words.
    pub(in crate::alexa) text: String,
    /// What the device is set to, such as `en-US`.
    pub(in crate::alexa) locale: String,
    /// Whose device it is.
    pub(in crate::alexa) customer: Customer,
    /// Who says it, if Alexa recognises the voice.
    pub(in crate::alexa) voice: Option<Voice>,
    /// Which of their devices it is; sessions are per device.
    pub(in crate::alexa) device_id: String,
    /// Only skills with this id or name in the store can be reached, as in a simulation.
    pub(in crate::alexa) only: Option<String>,
    /// Where the Amazon account of the device is registered; by its locale when absent.
    pub(in crate::alexa) region: Option<Region>,
}

impl Said {
    /// What its session is filed under.
    fn device(&self) -> (Customer, String) {
        (self.customer.clone(), self.device_id.clone())
    }

    /// The part of the world whose endpoint answers.
    /// <https://developer.amazon.com/docs/alexa/smapi/skill-manifest.html>
    fn region(&self) -> Region {
        self.region
            .unwrap_or_else(|| Region::of_locale(&self.locale))
    }
}

/// What comes of it.
#[derive(Debug, Default)]
pub(in crate::alexa) struct Turn {
    /// Plain text, as spoken.
    pub(in crate::alexa) heard: String,
    pub(super) reprompt: Option<String>,
    pub(super) card: Option<Value>,
    /// What the request carried.
    pub(super) links: Links,
    pub(super) session_open: bool,
    pub(super) intent: Option<Understood>,
    pub(super) request_type: Option<&'static str>,
    /// Who answered; `None` when Alexa herself did.
    pub(in crate::alexa) skill_id: Option<String>,
    /// Several skills, or none, could be meant, as `error` says: nothing was sent.
    pub(super) is_unclear: bool,
    /// Why Alexa could not use the answer.
    pub(in crate::alexa) error: Option<String>,
    /// The requests that were sent, in order.
    pub(in crate::alexa) invocations: Vec<Invoked>,
    /// The samples that what was said comes near to, of the skill that was meant.
    pub(super) near: Vec<Near>,
}

impl Turn {
    /// What was understood, as simulations show it.
    pub(in crate::alexa) fn considered_intents(&self) -> Value {
        self.intent
            .iter()
            .map(|understood| {
                let skill_id = self.skill_id.as_deref().unwrap_or_default();
                request::considered_intent(skill_id, understood)
            })
            .collect()
    }

    /// What was heard before the answer came.
    fn progressive(&self) -> Vec<&str> {
        let said = self.invocations.iter().flat_map(|one| &one.progressive);
        said.map(String::as_str).collect()
    }

    /// As `POST /say` answers it.
    pub(super) fn to_json(&self, said: &str) -> Value {
        let mut turn = json!({
            "said": said,
            "heard": self.heard,
            "progressive": self.progressive(),
            "reprompt": self.reprompt,
            "card": self.card,
            "person": self.links.person.as_ref().map(|person| {
                let mut shown = json!({ "personId": person.person_id });
                show(person.access_token.as_ref(), &mut shown);
                shown
            }),
            "sessionOpen": self.session_open,
            "intent": self.intent.as_ref().map(|understood| &understood.intent),
            "slots": self.intent.as_ref().map(Understood::shown_slots),
            "requestType": self.request_type,
            "skillId": self.skill_id,
            "endpoint": self.invocations.last().map(|invoked| &invoked.endpoint),
            "error": self.error,
        });
        show(self.links.shared.as_ref(), &mut turn);
        turn
    }
}

/// Shows of an access token what tells it from others: its [`fingerprint`], and the `jti` of a JWT.
fn show(token: Option<&SecretString>, into: &mut Value) {
    into["linked"] = token.is_some().into();
    into["jti"] = token
        .and_then(claims)
        .map(|claims| claims["jti"].clone())
        .into();
    into["token"] = token.map(|token| fingerprint(token.expose_secret())).into();
}

impl Alexa {
    /// Lets a person say something and waits for what is heard.
    pub(in crate::alexa) async fn say(&self, said: &Said) -> Turn {
        // One person, one turn at a time.
        let talking = self.talking(&said.customer);
        let _turn = talking.lock().await;
        let turn = self.hold(said).await;
        self.keep(said, &turn);
        turn
    }

    async fn hold(&self, said: &Said) -> Turn {
        let Some(language) = Language::of_locale(&said.locale) else {
            return Turn {
                error: Some(format!(
                    "This device does not speak {} yet; a table of the language's phrases is missing.",
                    said.locale
                )),
                ..Turn::default()
            };
        };
        let skills = self.reachable(language, said);
        if let (Some(only), true) = (&said.only, skills.is_empty()) {
            return Turn {
                is_unclear: true,
                error: Some(format!(
                    "No skill that is enabled here and speaks {} is called {only}.",
                    said.locale
                )),
                ..Turn::default()
            };
        }
        let session = self.session(said);
        let heard = utterance::heard(language, &said.text);
        let step = decide(language, &heard, &skills, session.clone());
        let near = near(language, &heard, &skills, &step);
        let turn = match unfinished(&step, session.is_some()) {
            Some(turn) => turn,
            None => self.take(language, said, session, step).await,
        };
        Turn { near, ..turn }
    }

    async fn take(
        &self,
        language: &Language,
        said: &Said,
        session: Option<Session>,
        step: Step,
    ) -> Turn {
        match step {
            Step::Begin(skill_id, content) => {
                let mut ended = Vec::new();
                if let Some(session) = session {
                    ended = self.end(said, session, EndReason::UserInitiated).await.1;
                }
                let session = Session::start(skill_id);
                let mut turn = self.converse(language, said, session, content).await;
                turn.invocations.splice(0..0, ended);
                turn
            }
            Step::Continue(session, content) => {
                self.converse(language, said, session, content).await
            }
            Step::Leave(session) => {
                let skill_id = session.skill_id.clone();
                let (error, invocations) = self.end(said, session, EndReason::UserInitiated).await;
                Turn {
                    request_type: Some("SessionEndedRequest"),
                    skill_id: Some(skill_id),
                    error,
                    invocations,
                    ..Turn::default()
                }
            }
            Step::Ambiguous(skills) => Turn {
                is_unclear: true,
                error: Some(format!(
                    "Several skills have this invocation name, and Alexa would choose one: {}.",
                    self.named(&skills).join(", ")
                )),
                ..Turn::default()
            },
            Step::Nothing => Turn {
                heard: language.not_sure.to_owned(),
                session_open: session.is_some(),
                ..Turn::default()
            },
        }
    }

    fn reachable(&self, language: &'static Language, said: &Said) -> Vec<Reachable> {
        self.state()
            .skills_of(&said.customer)
            .filter(|skill| skill.enablement(&said.customer).is_some())
            .filter(|skill| said.only.as_ref().is_none_or(|only| skill.is_called(only)))
            .filter_map(|skill| {
                let model = skill.models.get(&said.locale)?;
                Some(Reachable {
                    skill_id: skill.id.clone(),
                    model: Model::compile(language, &model.document),
                })
            })
            .collect()
    }

    /// Skills by name and id.
    fn named(&self, ids: &[String]) -> Vec<String> {
        let state = self.state();
        let skills = ids.iter().filter_map(|id| state.skills.get(id));
        skills
            .map(|skill| format!("{} ({})", skill.name(), skill.id))
            .collect()
    }

    fn talking(&self, customer: &Customer) -> Arc<tokio::sync::Mutex<()>> {
        let mut state = self.state();
        Arc::clone(state.talking.entry(customer.clone()).or_default())
    }

    fn session(&self, said: &Said) -> Option<Session> {
        self.state().sessions.get(&said.device()).cloned()
    }

    /// Sends a request of a conversation and uses the answer.
    async fn converse(
        &self,
        language: &Language,
        said: &Said,
        mut session: Session,
        content: Content,
    ) -> Turn {
        let mut turn = Turn {
            links: self.links_of(said, &session).await,
            request_type: Some(content.request_type()),
            skill_id: Some(session.skill_id.clone()),
            ..Turn::default()
        };
        if let Content::Intent(understood) = &content {
            turn.intent = Some(understood.clone());
        }
        let Some((endpoint, request, can_link)) =
            self.envelope(said, &session, &turn.links, &content)
        else {
            language.not_sure.clone_into(&mut turn.heard);
            return turn;
        };
        let invoked = self.invoke(endpoint, request).await;
        let answer = invoked.answer().and_then(|body| {
            response::check(Answering::Conversation { can_link }, body)
                .map_err(|reason| ("INVALID_RESPONSE", reason))
        });
        turn.invocations.push(invoked);
        match answer {
            Ok(answer) => {
                turn.session_open = answer.keeps_session;
                turn.heard = answer.heard;
                turn.reprompt = answer.reprompt;
                turn.card = answer.card;
                session.new = false;
                session.attributes = answer.attributes;
                let mut state = self.state();
                if turn.session_open {
                    state.sessions.insert(said.device(), session);
                } else {
                    state.sessions.remove(&said.device());
                }
            }
            Err((kind, message)) => {
                language.problem.clone_into(&mut turn.heard);
                turn.error = Some(message.clone());
                session.new = false;
                let reason = EndReason::Error { kind, message };
                turn.invocations
                    .extend(self.end(said, session, reason).await.1);
            }
        }
        turn
    }

    /// Tells a skill that its session is over. Answers what was wrong with its answer.
    async fn end(
        &self,
        said: &Said,
        session: Session,
        reason: EndReason,
    ) -> (Option<String>, Vec<Invoked>) {
        self.state().sessions.remove(&said.device());
        let links = self.links_of(said, &session).await;
        let content = Content::SessionEnded(reason);
        let Some((endpoint, request, _)) = self.envelope(said, &session, &links, &content) else {
            return (None, Vec::new());
        };
        let invoked = self.invoke(endpoint, request).await;
        let error = invoked
            .answer()
            .and_then(|body| {
                response::check(Answering::SessionEnd, body)
                    .map_err(|reason| ("INVALID_RESPONSE", reason))
            })
            .err()
            .map(|(_, reason)| reason);
        (error, vec![invoked])
    }

    async fn links_of(&self, said: &Said, session: &Session) -> Links {
        let voice = said.voice.as_ref();
        self.links(&said.customer, voice, &session.skill_id).await
    }

    /// Where a request goes, the request, and whether the skill has account linking. `None` when
    /// the skill is gone or has been disabled meanwhile.
    fn envelope(
        &self,
        said: &Said,
        session: &Session,
        links: &Links,
        content: &Content,
    ) -> Option<(String, Value, bool)> {
        let now = self.now();
        let state = self.state();
        let skill = state.skill_of(&said.customer, &session.skill_id)?;
        let endpoint = skill.endpoint(said.region().name())?;
        let envelope = Envelope {
            urls: &self.inner.shared.urls,
            skill,
            user_id: &skill.enablement(&said.customer)?.user_id,
            links,
            device_id: &said.device_id,
            session,
            locale: &said.locale,
            now,
        };
        Some((
            endpoint.to_owned(),
            envelope.seal(content),
            skill.linking.is_some(),
        ))
    }
}

/// The turn that comes of a step in which Alexa would ask something: nothing is sent, and the
/// conversation stays as it was.
fn unfinished(step: &Step, session_open: bool) -> Option<Turn> {
    let (skill_id, understood) = match step {
        Step::Begin(skill_id, Content::Intent(understood)) => (skill_id, understood),
        Step::Continue(session, Content::Intent(understood)) => (&session.skill_id, understood),
        _ => return None,
    };
    let Some(Dialog::Unfinished(question)) = &understood.dialog else {
        return None;
    };
    let intent = &understood.intent;
    Some(Turn {
        session_open,
        intent: Some(understood.clone()),
        skill_id: Some(skill_id.clone()),
        error: Some(format!(
            "by the dialog model, Alexa would {question} of {intent} here, which this device cannot; \
             say everything in one sentence, or give {intent} the delegationStrategy SKILL_RESPONSE \
             and let the skill ask"
        )),
        ..Turn::default()
    })
}
