//! The one customer of the stage, and what they have done with each skill.

use super::Alexa;
use super::events::Kind;
use super::linking::Tokens;
use super::region::Region;
use super::state::opaque;

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
    pub(super) fn enable(&self, skill_id: &str) -> Result<(), NotEnabled> {
        let event = {
            let mut state = self.state();
            let skill = state
                .skills
                .get_mut(skill_id)
                .ok_or(NotEnabled::UnknownSkill)?;
            if Region::ALL
                .into_iter()
                .all(|region| skill.endpoint(region.name()).is_none())
            {
                return Err(NotEnabled::NoEndpoint);
            }
            if skill.enablement.is_some() {
                return Ok(());
            }
            skill.enablement = Some(Enablement::new());
            self.event(skill, Kind::Enabled)
        };
        self.dispatch(event);
        Ok(())
    }

    /// Disables a skill, which forgets the tokens and the user id. Answers whether it was enabled.
    pub(super) fn disable(&self, skill_id: &str) -> bool {
        let event = {
            let mut state = self.state();
            let Some(skill) = state.skills.get_mut(skill_id) else {
                return false;
            };
            // The event still carries what is being forgotten.
            let event = self.event(skill, Kind::Disabled);
            if skill.enablement.take().is_none() {
                return false;
            }
            state
                .sessions
                .retain(|_, session| session.skill_id != skill_id);
            event
        };
        self.dispatch(event);
        true
    }

    /// Stores the tokens of a finished account linking.
    pub(super) fn linked(&self, skill_id: &str, region: Region, tokens: Tokens) {
        let event = {
            let mut state = self.state();
            let Some(skill) = state.skills.get_mut(skill_id) else {
                return;
            };
            let Some(enablement) = &mut skill.enablement else {
                return;
            };
            enablement.tokens = Some(tokens);
            enablement.region = region;
            self.event(skill, Kind::AccountLinked)
        };
        self.dispatch(event);
    }
}
