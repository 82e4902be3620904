//! The people of a pool.

pub(crate) mod attributes;
pub(crate) mod code;
pub(crate) mod factors;
pub(crate) mod lockout;
pub(crate) mod password;
pub(crate) mod recovery;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod totp;

use std::collections::HashMap;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::base::random;
use crate::cognito::pool::seconds;
use crate::cognito::settings::{Alias, Contact, Settings};
use code::Codes;
use factors::Factors;
use lockout::Lockout;
use password::PasswordHash;
use totp::TotpSecret;

/// `UserStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Unconfirmed,
    Confirmed,
    ForceChangePassword,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
        }
    }
}

/// One person.
#[derive(Debug)]
pub(crate) struct User {
    /// The name that never changes; the subject itself where people sign in with an e-mail
    /// address or a phone number.
    pub(crate) username: String,
    /// Attributes by name, `sub` among them.
    pub(crate) attributes: IndexMap<String, String>,
    pub(crate) password: Option<PasswordHash>,
    pub(crate) status: Status,
    pub(crate) enabled: bool,
    pub(crate) codes: Codes,
    pub(crate) lockout: Lockout,
    /// The authenticator app, once it has proved itself.
    pub(crate) totp: Option<TotpSecret>,
    /// One that has been set up and not proved itself yet.
    pub(crate) new_totp: Option<TotpSecret>,
    /// What the person wants to be asked for after the password.
    pub(crate) factors: Factors,
    created: Timestamp,
    pub(crate) modified: Timestamp,
}

impl User {
    /// A person without attributes; `username` falls back to the subject.
    pub(crate) fn new(username: Option<&str>, now: Timestamp) -> Self {
        let sub = random::uuid();
        Self {
            username: username.map_or_else(|| sub.clone(), str::to_owned),
            attributes: IndexMap::from([("sub".to_owned(), sub)]),
            password: None,
            status: Status::Unconfirmed,
            enabled: true,
            codes: Codes::default(),
            lockout: Lockout::default(),
            totp: None,
            new_totp: None,
            factors: Factors::default(),
            created: now,
            modified: now,
        }
    }

    /// The subject: a UUID that is never reused.
    pub(crate) fn sub(&self) -> &str {
        self.attribute("sub").unwrap_or_default()
    }

    /// One attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// An address, if it has been verified.
    pub(crate) fn verified(&self, contact: Contact) -> Option<&str> {
        let verified = self.attribute(contact.verified_attribute()) == Some("true");
        self.attribute(contact.attribute()).filter(|_| verified)
    }

    /// The name that the person knows: the address to sign in with, or the user name.
    pub(crate) fn shown_name(&self, settings: &Settings) -> &str {
        let mut addresses = settings.username_attributes.iter();
        addresses
            .find_map(|contact| self.attribute(contact.attribute()))
            .unwrap_or(&self.username)
    }

    fn goes_by(&self, settings: &Settings, name: &str) -> bool {
        let name = settings.fold(name);
        let is = |value: Option<&str>| value.is_some_and(|value| settings.fold(value) == name);
        is(Some(&self.username))
            || self.sub() == name
            || settings
                .username_attributes
                .iter()
                .any(|contact| is(self.attribute(contact.attribute())))
            || (self.status != Status::Unconfirmed
                && settings.alias_attributes.iter().any(|alias| match alias {
                    Alias::Email => is(self.verified(Contact::Email)),
                    Alias::PhoneNumber => is(self.verified(Contact::PhoneNumber)),
                    Alias::PreferredUsername => is(self.attribute("preferred_username")),
                }))
    }

    /// Name and value pairs, as `UserAttributes`.
    pub(crate) fn attribute_list(&self, readable: impl Fn(&str) -> bool) -> Value {
        self.attributes
            .iter()
            .filter(|(name, _)| readable(name))
            .map(|(name, value)| json!({ "Name": name, "Value": value }))
            .collect()
    }

    /// `UserType`, with its attributes under the name that the operation uses.
    pub(crate) fn describe(&self, attributes: &str) -> Value {
        json!({
            "Username": self.username,
            attributes: self.attribute_list(|_| true),
            "UserCreateDate": seconds(self.created),
            "UserLastModifiedDate": seconds(self.modified),
            "Enabled": self.enabled,
            "UserStatus": self.status.name(),
        })
    }
}

/// What is remembered about a name that nobody has, so that it behaves like one that somebody has:
/// failures lock it, and codes that are sent to nobody are asked for.
#[derive(Debug, Default)]
pub(crate) struct Stranger {
    pub(crate) codes: Codes,
    pub(crate) lockout: Lockout,
}

/// Everyone in a pool.
#[derive(Debug, Default)]
pub(crate) struct Users {
    /// Oldest first.
    people: Vec<User>,
    strangers: HashMap<String, Stranger>,
}

impl Users {
    pub(crate) fn len(&self) -> usize {
        self.people.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &User> {
        self.people.iter()
    }

    /// The person whom a user name, subject, e-mail address or phone number stands for, as far as
    /// the pool's settings let it.
    pub(crate) fn find(&self, settings: &Settings, name: &str) -> Option<&User> {
        self.people.iter().find(|user| user.goes_by(settings, name))
    }

    /// Like [`Users::find`].
    pub(crate) fn find_mut(&mut self, settings: &Settings, name: &str) -> Option<&mut User> {
        self.people
            .iter_mut()
            .find(|user| user.goes_by(settings, name))
    }

    /// The shadow of a name that nobody has.
    pub(crate) fn stranger(&mut self, settings: &Settings, name: &str) -> &mut Stranger {
        self.strangers.entry(settings.fold(name)).or_default()
    }

    /// Takes as long as checking a password does.
    pub(crate) fn decoy(password: &str) {
        PasswordHash::new(password);
    }

    pub(crate) fn add(&mut self, user: User) {
        self.people.push(user);
    }

    pub(crate) fn remove(&mut self, sub: &str) {
        self.people.retain(|user| user.sub() != sub);
    }
}
