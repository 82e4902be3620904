//! Help for a person at a sign-in page, who would look it up elsewhere: the code of their authenticator app, which the
//! stage knows because it knows the app's secret, and the addresses that messages go to.

use axum::http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::browsers::Step;
use super::settings::Contact;
use super::users::User;
use super::users::sign_in::SecondFactor;
use super::users::totp::TotpSecret;
use super::{Cognito, cookies};
use crate::base::headers;

/// How many codes of an authenticator app are said in advance.
const CODES: usize = 20;

/// Help with the step that a browser has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Help {
    /// Where messages to the person go.
    pub(crate) addresses: Vec<String>,
    /// The codes of their authenticator app, if it is asked for one.
    pub(crate) app: Option<AppCodes>,
}

/// Codes of an authenticator app, the one of now first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppCodes {
    /// Each is valid for 30 seconds.
    pub(crate) codes: Vec<String>,
    /// When the first of them is no longer the newest.
    pub(crate) next_at: Timestamp,
}

impl Cognito {
    /// Everybody who has an account, with the code of their authenticator app.
    pub(crate) fn people(&self) -> Value {
        let state = self.lock();
        let now = self.now();
        let in_pool = state.pools.values().flat_map(|pool| {
            let people = pool.users.iter();
            people.map(move |user| (pool, user))
        });
        in_pool
            .map(|(pool, user)| {
                let setting_up = state.browsers.setting_up(&pool.id, user.sub(), now);
                let setting_up = setting_up.or(user.new_totp.as_ref());
                let secret = user.totp.as_ref().or(setting_up);
                let app = secret.map(|secret| {
                    let codes = secret.codes(now, 1);
                    json!({
                        "isSetUp": user.totp.is_some(),
                        "code": codes.codes.first(),
                        "nextAt": codes.next_at,
                    })
                });
                let mut person = user.describe("attributes");
                person["userPoolId"] = pool.id.as_str().into();
                person["name"] = user.shown_name(&pool.settings).into();
                person["authenticator"] = app.into();
                person
            })
            .collect()
    }

    /// Help for a browser, by its cookie, at the sign-in pages of an app client; nothing if it is at no
    /// step that asks for a code.
    pub(crate) fn help(&self, browser: &HeaderMap, client_id: &str) -> Option<Help> {
        let now = self.now();
        let state = self.lock();
        let (pool, _) = state.client(client_id)?;
        let cookie = headers::cookie(browser, cookies::SESSION)?;
        let step = state.browsers.step(cookie, &pool.id, now)?;
        let user = |name: &str| pool.users.find(&pool.settings, name);
        match step {
            Step::Confirm { username, .. }
            | Step::OneTimeCode { username, .. }
            | Step::Reset { username } => Some(Help::new(user(username)?, None)),
            Step::Challenge { sub, factor, .. } => {
                let user = user(sub)?;
                let app = user.totp.as_ref().filter(|_| *factor == SecondFactor::Totp);
                Some(Help::new(user, app.map(|secret| secret.codes(now, CODES))))
            }
            Step::SetUpTotp { sub, secret } => {
                Some(Help::new(user(sub)?, Some(secret.codes(now, CODES))))
            }
            Step::Choose { .. } | Step::ChooseSetUp { .. } | Step::NewPassword { .. } => None,
        }
    }

    /// When a refresh token stops working, by itself; `None` for one that no pool has issued.
    pub(crate) fn end_of_refreshing(&self, token: &str) -> Option<Timestamp> {
        let state = self.lock();
        let mut pools = state.pools.values();
        pools.find_map(|pool| pool.grants.end_of_refreshing(token))
    }
}

impl Help {
    fn new(user: &User, app: Option<AppCodes>) -> Self {
        let contacts = [Contact::Email, Contact::PhoneNumber];
        let addresses = contacts.map(|contact| user.attribute(contact.attribute()));
        Self {
            addresses: addresses.into_iter().flatten().map(str::to_owned).collect(),
            app,
        }
    }
}

impl TotpSecret {
    /// The codes that would be accepted now and from then on: a code that was used is left out.
    fn codes(&self, now: Timestamp, most: usize) -> AppCodes {
        let (codes, seconds) = self.coming(now, most);
        AppCodes {
            codes,
            next_at: Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX),
        }
    }
}
