//! Somebody with an Amazon account, a device and a state of account linking of their own, for
//! conversations that shall not disturb each other.

use std::collections::BTreeMap;

use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::administrator::Administrator;
use crate::browser::{Browser, Page};
use crate::device::{Answer, Device};
use crate::error::Problem;
use crate::expectations::{check_authorize_url, check_linked, check_redirect};
use crate::http;
use crate::person::{Person, Way};
use local_access::Access;

/// How the guest's account is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Account {
    /// The skill is enabled, and nobody has signed in.
    NotLinked,
    /// An account was created and linked.
    Linked,
    /// Linked, but Alexa sends an access token that has expired.
    Expired,
    /// Linked, but the provider has ended the session behind the access token.
    Revoked,
    /// Alexa sends an access token that the pool gave to another app client.
    ForeignToken,
    /// Linked, but the provider answers 503.
    ProviderUnavailable,
    /// Linked, but the provider takes longer than Alexa waits.
    OutOfTime,
}

impl Account {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::NotLinked,
        Self::Linked,
        Self::Expired,
        Self::Revoked,
        Self::ForeignToken,
        Self::ProviderUnavailable,
        Self::OutOfTime,
    ];

    /// As it is written in a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotLinked => "not-linked",
            Self::Linked => "linked",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::ForeignToken => "foreign-token",
            Self::ProviderUnavailable => "provider-unavailable",
            Self::OutOfTime => "out-of-time",
        }
    }
}

/// Creates an account at the sign-in page of an account linking that was started elsewhere, and links it.
pub async fn sign_up_at(access: &Access, authorize: Url, way: Way) -> Result<(), Problem> {
    let device = Device::new(access, "", "", None)?;
    let mut person = Person::new(way, None);
    follow(&device, &mut person, authorize).await.map(drop)
}

/// Creates an account where an authorization request leads to; the page at the end.
async fn follow(device: &Device, person: &mut Person, authorize: Url) -> Result<Page, Problem> {
    let mut browser = Browser::new(&device.client);
    let page = browser.open(authorize).await?;
    person.sign_up(&mut browser, device, page).await
}

/// Somebody who talks to one skill, and the people at home with them.
#[derive(Debug)]
pub struct Guest {
    device: Device,
    /// Whose account the home shares.
    person: Person,
    /// Those whose voices Alexa recognises, by the name of the voice.
    voices: BTreeMap<String, Person>,
    customer: String,
    skill_id: String,
    locale: String,
    way: Way,
    administrator: Option<Administrator>,
}

/// What somebody gives where it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Details<'a> {
    /// The e-mail address.
    pub email: &'a str,
    /// The phone number.
    pub phone: &'a str,
    /// The name to sign in with, where people choose one.
    pub user_name: &'a str,
}

impl Guest {
    /// Enables the skill, and brings the account into a state.
    ///
    /// What goes wrong after the skill was enabled leaves a customer behind whom nobody will ever
    /// ask for again.
    pub async fn arrive(
        access: &Access,
        skill_id: &str,
        locale: &str,
        account: Account,
        way: Way,
        administrator: Option<Administrator>,
    ) -> Result<Self, Problem> {
        let customer = Uuid::new_v4().simple().to_string();
        let mut guest = Self {
            device: Device::new(access, skill_id, locale, Some(&customer))?,
            person: Person::new(way, administrator.clone()),
            voices: BTreeMap::new(),
            customer,
            skill_id: skill_id.to_owned(),
            locale: locale.to_owned(),
            way,
            administrator,
        };
        guest.device.enable().await?;
        guest.person = guest.bring(None, account).await?;
        Ok(guest)
    }

    /// Brings somebody into the home whose voice Alexa recognises, and the account of their own into a
    /// state.
    pub async fn live_with(&mut self, voice: &str, account: Account) -> Result<(), Problem> {
        let person = self.bring(Some(voice), account).await?;
        self.voices.insert(voice.to_owned(), person);
        Ok(())
    }

    /// The e-mail address of whose account the home shares.
    pub fn email(&self) -> &str {
        &self.person.email
    }

    /// What somebody gives where it is asked for: a voice or, without one, the person whose account
    /// the home shares. `None` for a voice that does not live here.
    pub fn details(&self, voice: Option<&str>) -> Option<Details<'_>> {
        let person = match voice {
            Some(name) => self.voices.get(name)?,
            None => &self.person,
        };
        Some(Details {
            email: &person.email,
            phone: &person.phone,
            user_name: &person.username,
        })
    }

    /// Says one sentence, with a voice that Alexa does not recognise.
    pub async fn say(&self, text: &str) -> Result<Answer, Problem> {
        self.say_as(None, text).await
    }

    /// Says one sentence, with a voice that Alexa recognises if one is named.
    pub async fn say_as(&self, voice: Option<&str>, text: &str) -> Result<Answer, Problem> {
        self.device.say_as(voice, text).await
    }

    /// Disables the skill.
    pub async fn leave(self) -> Result<(), Problem> {
        for person in self.voices.values().chain([&self.person]) {
            self.set_provider(person, "up").await?;
        }
        self.device.disable().await
    }

    /// Somebody new, with an account in a state.
    async fn bring(&self, voice: Option<&str>, account: Account) -> Result<Person, Problem> {
        let mut person = Person::new(self.way, self.administrator.clone());
        if account != Account::NotLinked {
            self.link(voice, &mut person).await?;
        }
        match account {
            Account::NotLinked | Account::Linked => {}
            Account::Expired => self.spoil(voice, "expired").await?,
            Account::Revoked => self.spoil(voice, "revoked").await?,
            Account::ForeignToken => self.spoil(voice, "foreign").await?,
            Account::ProviderUnavailable => self.set_provider(&person, "down").await?,
            Account::OutOfTime => self.set_provider(&person, "slow").await?,
        }
        Ok(person)
    }

    async fn link(&self, voice: Option<&str>, person: &mut Person) -> Result<(), Problem> {
        let region = home(&self.locale);
        let authorize = self.device.start_linking(voice, region).await?;
        let pkce = authorize
            .query_pairs()
            .any(|(name, _)| name == "code_challenge");
        let redirect = check_authorize_url(&authorize, region, pkce)?;
        let page = follow(&self.device, person, authorize.clone()).await?;
        check_redirect(&page, &redirect, &authorize)?;
        check_linked(&page, self.device.look_up().await?.is_linked(voice))
    }

    async fn spoil(&self, voice: Option<&str>, token: &str) -> Result<(), Problem> {
        let body = json!({
            "skillId": self.skill_id,
            "customer": self.customer,
            "voice": voice,
            "token": token,
        });
        self.control("/control/link", &body).await
    }

    async fn set_provider(&self, person: &Person, is: &str) -> Result<(), Problem> {
        let body = json!({ "person": person.sign_in_name(), "is": is });
        self.control("/control/provider", &body).await
    }

    async fn control(&self, door: &str, body: &Value) -> Result<(), Problem> {
        let url: Url = self.device.url(door);
        let request: RequestBuilder = self.device.post(&url).json(body);
        http::done(request, &url).await
    }
}

/// Where somebody with a device of this locale most likely has their Amazon account.
fn home(locale: &str) -> &'static str {
    match locale {
        "en-US" => "NA",
        "ja-JP" => "FE",
        _ => "EU",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_called_what_they_are_written() {
        for account in Account::ALL {
            assert_eq!(json!(account), json!(account.name()));
        }
    }
}
