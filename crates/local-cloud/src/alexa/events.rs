//! Skill events: what Alexa tells a skill outside of conversations.
//!
//! <https://developer.amazon.com/docs/alexa/smapi/skill-events-in-alexa-skills.html>

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::Alexa;
use super::customer::{Enablement, Voice};
use super::device::request;
use super::linking::{Links, Recognised, Tokens};
use super::smapi::skill::Skill;
use crate::base::news::Topic;

/// How long a skill may take for an event.
const BUDGET: Duration = Duration::from_secs(8);
/// How many deliveries are kept.
const KEPT: usize = 5000;

/// The `type` of the event that an account was linked.
const ACCOUNT_LINKED: &str = "AlexaSkillEvent.SkillAccountLinked";

/// Which event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// The customer enabled the skill.
    Enabled,
    /// The customer disabled the skill.
    Disabled,
    /// The customer finished account linking; or somebody of their home, whose voice it is, for their
    /// personal profile.
    AccountLinked(Option<Voice>),
}

impl Kind {
    /// The name in a manifest's `subscriptions`.
    fn subscription(&self) -> &'static str {
        match self {
            Self::Enabled => "SKILL_ENABLED",
            Self::Disabled => "SKILL_DISABLED",
            Self::AccountLinked(_) => "SKILL_ACCOUNT_LINKED",
        }
    }

    /// The `type` of the request.
    fn request_type(&self) -> &'static str {
        match self {
            Self::Enabled => "AlexaSkillEvent.SkillEnabled",
            Self::Disabled => "AlexaSkillEvent.SkillDisabled",
            Self::AccountLinked(_) => ACCOUNT_LINKED,
        }
    }

    /// The person whom `context.System` names.
    ///
    /// Unverified: Amazon does not document that an event names a person. The stage names the one who
    /// has linked a personal profile, and nobody otherwise.
    fn person(&self, enablement: &Enablement) -> Option<Recognised> {
        let Self::AccountLinked(Some(voice)) = self else {
            return None;
        };
        let profile = enablement.profiles.get(voice)?;
        Some(Recognised {
            person_id: profile.person_id.clone(),
            access_token: access_token(profile.tokens.as_ref()),
        })
    }
}

/// An event on its way to a skill.
#[derive(Debug)]
pub(super) struct Event {
    skill_id: String,
    request_type: &'static str,
    endpoint: String,
    payload: Bytes,
}

/// What became of an event.
#[derive(Debug, Clone)]
struct Delivery {
    skill_id: String,
    request_type: &'static str,
    error: Option<String>,
}

/// Delivers events one after the other, in the order in which they happened.
#[derive(Debug)]
pub(super) struct Dispatcher {
    queue: Mutex<Queue>,
    outstanding: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Event>,
    /// The newest, oldest first.
    delivered: VecDeque<Delivery>,
    running: bool,
}

impl Default for Dispatcher {
    fn default() -> Self {
        Self {
            queue: Mutex::default(),
            outstanding: watch::Sender::new(0),
        }
    }
}

impl Dispatcher {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next event; `None` ends the delivering task.
    fn next(&self) -> Option<Event> {
        let mut queue = self.lock();
        let event = queue.waiting.pop_front();
        queue.running = event.is_some();
        event
    }
}

fn access_token(tokens: Option<&Tokens>) -> Option<SecretString> {
    tokens.map(|tokens| tokens.access_token.clone())
}

impl Alexa {
    /// The event about a customer, for a skill that subscribes to it.
    pub(super) fn event(
        &self,
        skill: &Skill,
        enablement: &Enablement,
        kind: &Kind,
    ) -> Option<Event> {
        let endpoint = skill.event_endpoint(enablement.region.name())?;
        if !skill.subscribes(kind.subscription()) {
            return None;
        }
        let links = Links {
            shared: access_token(enablement.tokens.as_ref()),
            person: kind.person(enablement),
        };
        let now = request::timestamp(self.now());
        let mut event = json!({
            "type": kind.request_type(),
            "requestId": uuid::Uuid::new_v4().to_string(),
            "timestamp": now,
            "eventCreationTime": now,
            "eventPublishingTime": now,
        });
        match kind {
            Kind::Enabled => {}
            Kind::AccountLinked(_) => {
                let new = match &links.person {
                    Some(person) => person.access_token.as_ref(),
                    None => links.shared.as_ref(),
                };
                event["body"] = json!({ "accessToken": new?.expose_secret() });
            }
            Kind::Disabled => {
                event["body"] = json!({ "userInformationPersistenceStatus": "NOT_PERSISTED" });
            }
        }
        let document = json!({
            "version": "1.0",
            "context": {
                "System": request::system(&self.inner.shared.urls, skill, &enablement.user_id, &links),
            },
            "request": event,
        });
        Some(Event {
            skill_id: skill.id.clone(),
            request_type: kind.request_type(),
            endpoint: endpoint.to_owned(),
            payload: Bytes::from(document.to_string()),
        })
    }

    /// Queues an event, if there is one.
    pub(super) fn dispatch(&self, event: Option<Event>) {
        let Some(event) = event else { return };
        let dispatcher = &self.inner.events;
        dispatcher.outstanding.send_modify(|count| *count += 1);
        let start = {
            let mut queue = dispatcher.lock();
            queue.waiting.push_back(event);
            !std::mem::replace(&mut queue.running, true)
        };
        if start {
            let alexa = self.clone();
            tokio::spawn(async move {
                while let Some(event) = alexa.inner.events.next() {
                    alexa.deliver(event).await;
                }
            });
        }
    }

    async fn deliver(&self, event: Event) {
        let invoked = self.inner.lambda.invoke(&event.endpoint, event.payload);
        let error = match tokio::time::timeout(BUDGET, invoked).await {
            Err(_) => Some(format!(
                "The skill did not answer within {} seconds.",
                BUDGET.as_secs()
            )),
            Ok(Err(source)) => Some(source.to_string()),
            Ok(Ok(invocation)) => invocation.function_error.map(|kind| {
                format!(
                    "The function failed ({kind}): {}",
                    String::from_utf8_lossy(&invocation.payload)
                )
            }),
        };
        if event.request_type == ACCOUNT_LINKED {
            self.note_event(&event.skill_id, error.as_deref());
        }
        let dispatcher = &self.inner.events;
        let mut queue = dispatcher.lock();
        if queue.delivered.len() == KEPT {
            queue.delivered.pop_front();
        }
        queue.delivered.push_back(Delivery {
            skill_id: event.skill_id,
            request_type: event.request_type,
            error,
        });
        drop(queue);
        dispatcher.outstanding.send_modify(|count| *count -= 1);
        self.inner.shared.news.tell(Topic::Event);
    }

    /// Everything delivered so far, once nothing is on its way any more.
    pub(super) async fn delivered(&self, skill_id: Option<&str>) -> Value {
        let dispatcher = &self.inner.events;
        let mut outstanding = dispatcher.outstanding.subscribe();
        // The sender lives as long as the dispatcher, so this cannot fail.
        let _ = outstanding.wait_for(|count| *count == 0).await;
        dispatcher
            .lock()
            .delivered
            .iter()
            .filter(|delivery| skill_id.is_none_or(|skill_id| delivery.skill_id == skill_id))
            .map(|delivery| {
                json!({
                    "type": delivery.request_type,
                    "delivered": delivery.error.is_none(),
                    "error": delivery.error,
                })
            })
            .collect()
    }
}
