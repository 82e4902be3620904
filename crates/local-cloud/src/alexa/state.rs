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
use super::linking::Attempt;
use super::lwa::authorize::{Code, Pending};
use super::smapi::imports::Import;
use super::smapi::simulations::Simulation;
use super::smapi::skill::Skill;
use super::smapi::uploads::Upload;

/// All of it; one lock guards it.
#[derive(Debug, Default)]
pub(super) struct State {
    /// By skill id, oldest first.
    pub(super) skills: IndexMap<String, Skill>,
    /// By upload URL path segment.
    pub(super) uploads: HashMap<String, Upload>,
    /// By import id.
    pub(super) imports: IndexMap<String, Import>,
    /// By simulation id.
    pub(super) simulations: HashMap<String, Simulation>,
    /// When the access tokens that Login with Amazon has issued expire, by [`fingerprint`].
    pub(super) developer_tokens: HashMap<String, Timestamp>,
    /// What Login with Amazon asks the developer, by the consent page's handle.
    pub(super) developer_requests: HashMap<String, Pending>,
    /// Codes of Login with Amazon, by [`fingerprint`].
    pub(super) developer_codes: HashMap<String, Code>,
    /// Refresh tokens that Login with Amazon has issued, by [`fingerprint`].
    pub(super) developer_refresh_tokens: HashSet<String>,
    /// Started account linkings, by their `state`.
    pub(super) attempts: HashMap<String, Attempt>,
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
