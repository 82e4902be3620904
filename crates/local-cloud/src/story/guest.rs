//! Somebody with an Amazon account, a device and a state of account linking of their own, for
//! conversations that shall not disturb each other.

use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::administrator::Administrator;
use super::browser::Browser;
use super::device::{Answer, Device};
use super::error::Problem;
use super::expectations::{check_authorize_url, check_linked, check_redirect};
use super::http;
use super::person::{Person, Way};
use crate::Access;

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

/// Somebody who talks to one skill.
#[derive(Debug)]
pub struct Guest {
    device: Device,
    person: Person,
    customer: String,
    skill_id: String,
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
            person: Person::new(way, administrator),
            customer,
            skill_id: skill_id.to_owned(),
        };
        guest.device.enable().await?;
        if account != Account::NotLinked {
            guest.link(locale).await?;
        }
        match account {
            Account::NotLinked | Account::Linked => {}
            Account::Expired => guest.spoil("expired").await?,
            Account::Revoked => guest.spoil("revoked").await?,
            Account::ForeignToken => guest.spoil("foreign").await?,
            Account::ProviderUnavailable => guest.set_provider("down").await?,
            Account::OutOfTime => guest.set_provider("slow").await?,
        }
        Ok(guest)
    }

    /// The e-mail address that the guest gives where one is asked for.
    pub fn email(&self) -> &str {
        &self.person.email
    }

    /// The phone number that the guest gives where one is asked for.
    pub fn phone(&self) -> &str {
        &self.person.phone
    }

    /// The name that the guest signs in with where that is of one's own choice.
    pub fn user_name(&self) -> &str {
        &self.person.username
    }

    /// Says one sentence.
    pub async fn say(&self, text: &str) -> Result<Answer, Problem> {
        self.device.say(text).await
    }

    /// Disables the skill.
    pub async fn leave(self) -> Result<(), Problem> {
        self.set_provider("up").await?;
        self.device.disable().await
    }

    async fn link(&mut self, locale: &str) -> Result<(), Problem> {
        let region = home(locale);
        let authorize = self.device.start_linking(region).await?;
        let pkce = authorize
            .query_pairs()
            .any(|(name, _)| name == "code_challenge");
        let redirect = check_authorize_url(&authorize, region, pkce)?;
        let mut browser = Browser::new(&self.device.client);
        let page = browser.open(authorize.clone()).await?;
        let page = self
            .person
            .sign_up(&mut browser, &self.device, page)
            .await?;
        check_redirect(&page, &redirect, &authorize)?;
        check_linked(&page, self.device.look_up().await?.linked)
    }

    async fn spoil(&self, token: &str) -> Result<(), Problem> {
        let body = json!({
            "skillId": self.skill_id,
            "customer": self.customer,
            "token": token,
        });
        self.control("/control/link", &body).await
    }

    async fn set_provider(&self, is: &str) -> Result<(), Problem> {
        let body = json!({ "person": self.person.sign_in_name(), "is": is });
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
