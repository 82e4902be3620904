//! The customers of the stage, and what each has done with each skill.

use serde::Deserialize;

use super::Alexa;
use super::events::Kind;
use super::linking::Tokens;
use super::region::Region;
use super::state::opaque;

/// A customer, by a name that whoever talks to the stage makes up. Customers know nothing of each
/// other: each enables and links skills, and has devices, of their own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
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

/// An enabled skill, from the customer's side.
#[derive(Debug, Clone)]
pub(super) struct Enablement {
    /// Another one after each disabling, as with the real service.
    pub(super) user_id: String,
    /// Present while the account is linked.
    pub(super) tokens: Option<Tokens>,
    /// Whose events endpoint hears about the customer.
    pub(super) region: Region,
}

impl Enablement {
    fn new() -> Self {
        let random = format!("{}{}", opaque(), opaque()).to_uppercase();
        Self {
            user_id: format!("amzn1.ask.account.A{random}"),
            tokens: None,
            region: Region::default(),
        }
    }
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
            let event = self.event(skill, &enablement, Kind::Enabled);
            skill.enablements.insert(customer.clone(), enablement);
            event
        };
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
            let event = self.event(skill, &enablement, Kind::Disabled);
            state
                .sessions
                .retain(|(owner, _), session| owner != customer || session.skill_id != skill_id);
            event
        };
        self.dispatch(event);
        true
    }

    /// Stores the tokens of a finished account linking.
    pub(super) fn linked(
        &self,
        customer: &Customer,
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
            enablement.tokens = Some(tokens);
            enablement.region = region;
            skill
                .enablement(customer)
                .and_then(|enablement| self.event(skill, enablement, Kind::AccountLinked))
        };
        self.dispatch(event);
    }
}
