//! The customers of the stage, the people in their homes, and what each has done with each skill.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Alexa;
use super::events::Kind;
use super::linking::Tokens;
use super::region::Region;
use super::state::opaque;
use crate::base::news::Topic;

/// A customer, by a name that whoever talks to the stage makes up. Customers know nothing of each
/// other: each enables and links skills, and has devices, of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Customer(String);

impl Default for Customer {
    /// The one who is meant when nobody is named. The developer is this customer too.
    fn default() -> Self {
        Self("local".to_owned())
    }
}

impl Customer {
    /// Whether this is the developer, who has skills in their development stage.
    pub(super) fn is_developer(&self) -> bool {
        *self == Self::default()
    }

    /// The device that is meant when none is named.
    pub(super) fn device(&self) -> String {
        const PREFIX: &str = "amzn1.ask.device.";
        format!("{PREFIX}{}", self.0.to_uppercase())
    }
}

/// A person in a customer's home whose voice Alexa recognises, by a name that the caller makes up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub(crate) struct Voice(String);

impl TryFrom<String> for Voice {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        if name.trim().is_empty() {
            return Err("a voice needs a name; leave it out for one that Alexa does not recognise");
        }
        Ok(Self(name))
    }
}

impl Voice {
    /// The name that the caller made up.
    pub(super) fn name(&self) -> &str {
        &self.0
    }
}

/// The personal profile of a voice, from one skill's side.
/// <https://developer.amazon.com/docs/alexa/custom-skills/personalization-and-account-linking.html>
#[derive(Debug, Clone)]
pub(super) struct Profile {
    /// Another one for each skill and after each disabling, as with the real service.
    pub(super) person_id: String,
    /// Present while the profile is linked.
    pub(super) tokens: Option<Tokens>,
}

/// An enabled skill, from the customer's side.
#[derive(Debug, Clone)]
pub(super) struct Enablement {
    /// Another one after each disabling, as with the real service.
    pub(super) user_id: String,
    /// Present while the account that the home shares is linked.
    pub(super) tokens: Option<Tokens>,
    /// The personal profiles of the voices that the skill has heard or that were linked.
    pub(super) profiles: BTreeMap<Voice, Profile>,
    /// Whose events endpoint hears about the customer.
    pub(super) region: Region,
}

impl Enablement {
    fn new() -> Self {
        Self {
            user_id: format!("amzn1.ask.account.A{}", random()),
            tokens: None,
            profiles: BTreeMap::new(),
            region: Region::default(),
        }
    }

    /// The personal profile of a voice, made when the voice is new.
    pub(super) fn profile(&mut self, voice: &Voice) -> &mut Profile {
        let new = || Profile {
            person_id: format!("amzn1.ask.person.A{}", random()),
            tokens: None,
        };
        self.profiles.entry(voice.clone()).or_insert_with(new)
    }

    /// The place for the tokens of a voice, or of the account that the home shares; `None` for a voice
    /// that the skill has not heard.
    pub(super) fn tokens_of(&mut self, voice: Option<&Voice>) -> Option<&mut Option<Tokens>> {
        match voice {
            Some(voice) => (self.profiles.get_mut(voice)).map(|profile| &mut profile.tokens),
            None => Some(&mut self.tokens),
        }
    }
}

fn random() -> String {
    format!("{}{}", opaque(), opaque()).to_uppercase()
}

/// Why a skill cannot be enabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotEnabled {
    /// No such skill.
    UnknownSkill,
    /// Nothing would answer the customer.
    NoEndpoint,
}

impl Alexa {
    /// Enables a skill; nothing happens when it already is.
    pub(super) fn enable(&self, customer: &Customer, skill_id: &str) -> Result<(), NotEnabled> {
        let event = {
            let mut state = self.state();
            let skill = state
                .skill_of_mut(customer, skill_id)
                .ok_or(NotEnabled::UnknownSkill)?;
            if Region::ALL
                .into_iter()
                .all(|region| skill.endpoint(region.name()).is_none())
            {
                return Err(NotEnabled::NoEndpoint);
            }
            if skill.enablement(customer).is_some() {
                return Ok(());
            }
            let enablement = Enablement::new();
            let event = self.event(skill, &enablement, &Kind::Enabled);
            skill.enablements.insert(customer.clone(), enablement);
            event
        };
        self.inner.shared.news.tell(Topic::App);
        self.dispatch(event);
        Ok(())
    }

    /// Disables a skill, which forgets the tokens and the user id. Answers whether it was enabled.
    pub(super) fn disable(&self, customer: &Customer, skill_id: &str) -> bool {
        let event = {
            let mut state = self.state();
            let Some(skill) = state.skill_of_mut(customer, skill_id) else {
                return false;
            };
            let Some(enablement) = skill.enablements.remove(customer) else {
                return false;
            };
            // The event still carries what is being forgotten.
            let event = self.event(skill, &enablement, &Kind::Disabled);
            state
                .sessions
                .retain(|(owner, _), session| owner != customer || session.skill_id != skill_id);
            event
        };
        self.inner.shared.news.tell(Topic::App);
        self.dispatch(event);
        true
    }

    /// Stores the tokens of a finished account linking: of a voice's personal profile, or of the
    /// account that the home shares.
    pub(super) fn linked(
        &self,
        customer: &Customer,
        voice: Option<Voice>,
        skill_id: &str,
        region: Region,
        tokens: Tokens,
    ) {
        let event = {
            let mut state = self.state();
            let Some(skill) = state.skill_of_mut(customer, skill_id) else {
                return;
            };
            let Some(enablement) = skill.enablements.get_mut(customer) else {
                return;
            };
            match &voice {
                Some(voice) => enablement.profile(voice).tokens = Some(tokens),
                None => enablement.tokens = Some(tokens),
            }
            enablement.region = region;
            skill
                .enablement(customer)
                .and_then(|enablement| self.event(skill, enablement, &Kind::AccountLinked(voice)))
        };
        self.inner.shared.news.tell(Topic::App);
        self.dispatch(event);
    }
}
