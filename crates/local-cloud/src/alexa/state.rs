//! Everything that Alexa remembers on one stage.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use indexmap::IndexMap;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::customer::Customer;
use super::device::progressive::Unanswered;
use super::device::session::Session;
use super::linking::{Attempt, Linkings, Outcome};
use super::lwa::Amazon;
use super::smapi::imports::Import;
use super::smapi::simulations::Simulation;
use super::smapi::skill::Skill;
use super::smapi::uploads::Upload;

/// All of it; one lock guards it.
#[derive(Debug, Default)]
pub(super) struct State {
    /// By skill id, oldest first: the development stage of each.
    pub(super) skills: IndexMap<String, Skill>,
    /// By skill id: the live stage of those that have been certified.
    pub(super) live: IndexMap<String, Skill>,
    /// By upload URL path segment.
    pub(super) uploads: HashMap<String, Upload>,
    /// By import id.
    pub(super) imports: IndexMap<String, Import>,
    /// By simulation id.
    pub(super) simulations: HashMap<String, Simulation>,
    /// When the access tokens that Login with Amazon has issued expire, by [`fingerprint`].
    pub(super) developer_tokens: HashMap<String, Timestamp>,
    /// Login with Amazon: its clients, customers, requests, codes and tokens.
    pub(super) amazon: Amazon,
    /// Refresh tokens that Login with Amazon has issued, by [`fingerprint`].
    pub(super) developer_refresh_tokens: HashSet<String>,
    /// Started account linkings, by their `state`.
    pub(super) attempts: HashMap<String, Attempt>,
    /// Account linkings that have been redirected back from, by their `state`.
    pub(super) outcomes: HashMap<String, Outcome>,
    /// How the newest account linkings went.
    pub(super) linkings: Linkings,
    /// Requests that a skill is about to answer, by request id.
    pub(super) unanswered: HashMap<String, Unanswered>,
    /// Open sessions, by whose device it is and which.
    pub(super) sessions: HashMap<(Customer, String), Session>,
    /// Held while a customer is talking.
    pub(super) talking: HashMap<Customer, Arc<tokio::sync::Mutex<()>>>,
    /// When it was first seen that Alexa may invoke a function for a skill.
    pub(super) permissions: HashMap<(String, String), Instant>,
    /// Whether expired access tokens are sent as they are.
    pub(super) refresh_held: bool,
}

impl State {
    /// Applies every asynchronous operation that has had its time.
    pub(super) fn settle(&mut self, now: Timestamp) {
        for skill in self.skills.values_mut() {
            skill.settle(now);
        }
        for import in self.imports.values_mut() {
            import.settle(&mut self.skills, now);
        }
    }
}

impl State {
    /// The stage of a skill that a customer has: everybody but the developer has the live one, once
    /// there is one.
    pub(super) fn skill_of(&self, customer: &Customer, skill_id: &str) -> Option<&Skill> {
        let live = self.live.get(skill_id).filter(|_| !customer.is_developer());
        live.or_else(|| self.skills.get(skill_id))
    }

    /// The same, to be changed.
    pub(super) fn skill_of_mut(
        &mut self,
        customer: &Customer,
        skill_id: &str,
    ) -> Option<&mut Skill> {
        if !customer.is_developer() && self.live.contains_key(skill_id) {
            return self.live.get_mut(skill_id);
        }
        self.skills.get_mut(skill_id)
    }

    /// Every skill that a customer could have, in the stage that they have it in.
    pub(super) fn skills_of(&self, customer: &Customer) -> impl Iterator<Item = &Skill> {
        let ids = self.skills.keys();
        ids.filter_map(|id| self.skill_of(customer, id))
    }

    /// Makes the development stage of a skill its live one. Whoever tried it out before, other than
    /// the developer, has the live one from now on, and stays linked.
    pub(super) fn certify(&mut self, skill_id: &str, now: Timestamp) -> Option<&Skill> {
        let skill = self.skills.get_mut(skill_id)?;
        let mut enablements = match self.live.shift_remove(skill_id) {
            Some(before) => before.enablements,
            None => HashMap::new(),
        };
        let testers = skill.enablements.extract_if(|one, _| !one.is_developer());
        enablements.extend(testers);
        let live = skill.certified(enablements, now);
        self.live.insert(skill_id.to_owned(), live);
        self.live.get(skill_id)
    }
}

/// What a token is filed under, so that the token itself is kept nowhere.
pub(super) fn fingerprint(token: &str) -> String {
    hex(&Sha256::digest(token))
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        text.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
        text
    })
}

/// An opaque value nobody can guess, as hexadecimal.
pub(super) fn opaque() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
