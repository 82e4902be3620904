//! What is remembered about browsers: who is signed in, and who is half-way there.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::cognito::settings::FirstFactor;
use crate::cognito::users::sign_in::SecondFactor;
use crate::cognito::users::totp::TotpSecret;

/// How long a sign-in is remembered.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/managed-login-endpoints.html>
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// A person who has shown every factor.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) sub: String,
    pub(crate) auth_time: Timestamp,
}

/// What a person has to do next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Enter the code that confirms the account. `proven` is when the password was shown in this
    /// browser, so that no sign-in has to follow for as long as one is remembered.
    Confirm {
        username: String,
        proven: Option<Timestamp>,
    },
    /// Enter the code that was sent instead of asking for a password.
    OneTimeCode {
        username: String,
        factor: FirstFactor,
    },
    /// Enter the code of a second factor; `new` says that it was chosen just now, to be asked for
    /// from then on.
    Challenge {
        sub: String,
        factor: SecondFactor,
        new: bool,
    },
    /// Choose the second factor.
    Choose { sub: String },
    /// Choose the second factor to set up.
    ChooseSetUp { sub: String },
    /// Enter the first code of a new authenticator app.
    SetUpTotp { sub: String, secret: TotpSecret },
    /// Replace a temporary password.
    NewPassword { sub: String },
    /// Enter the code that was sent for a forgotten password.
    Reset { username: String },
}

#[derive(Debug, Default)]
struct AtPool {
    signed_in: Option<(SignedIn, Timestamp)>,
    step: Option<(Step, Timestamp)>,
    /// Something to say on the next page.
    notice: Option<Notice>,
}

/// What the next page says of the step before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    Done(String),
    Failed(String),
}

/// Whether a password that was shown then stands for a sign-in now.
pub(crate) fn still_proven(shown: Timestamp, now: Timestamp) -> bool {
    now.duration_since(shown) < REMEMBERED
}

/// All browsers, by the value of their session cookie and then by pool: on a stage all pools
/// share one host, which real ones do not.
#[derive(Debug, Default)]
pub(crate) struct Browsers(HashMap<String, HashMap<String, AtPool>>);

impl Browsers {
    pub(crate) fn knows(&self, cookie: &str) -> bool {
        self.0.contains_key(cookie)
    }

    pub(crate) fn signed_in(&self, cookie: &str, pool: &str, now: Timestamp) -> Option<&SignedIn> {
        let (signed_in, until) = self.0.get(cookie)?.get(pool)?.signed_in.as_ref()?;
        (now < *until).then_some(signed_in)
    }

    pub(crate) fn step(&self, cookie: &str, pool: &str, now: Timestamp) -> Option<&Step> {
        let (step, until) = self.0.get(cookie)?.get(pool)?.step.as_ref()?;
        (now < *until).then_some(step)
    }

    /// The authenticator app that a person is setting up in any browser.
    pub(crate) fn setting_up(&self, pool: &str, sub: &str, now: Timestamp) -> Option<&TotpSecret> {
        let mut steps = self
            .0
            .values()
            .filter_map(|pools| pools.get(pool)?.step.as_ref());
        steps.find_map(|(step, until)| match step {
            Step::SetUpTotp { sub: whose, secret } if whose == sub && now < *until => Some(secret),
            _ => None,
        })
    }

    /// The browser is at a new step, for so many seconds.
    pub(crate) fn set_step(
        &mut self,
        cookie: &str,
        pool: &str,
        step: Step,
        seconds: i64,
        now: Timestamp,
    ) {
        let until = now
            .checked_add(SignedDuration::from_secs(seconds))
            .unwrap_or(Timestamp::MAX);
        self.at(cookie, pool).step = Some((step, until));
    }

    /// The person is signed in. The cookie's value changes, so that one planted before is
    /// worthless; the new one is returned.
    pub(crate) fn sign_in(
        &mut self,
        cookie: &str,
        pool: &str,
        sub: &str,
        now: Timestamp,
    ) -> String {
        let signed_in = SignedIn {
            sub: sub.to_owned(),
            auth_time: now,
        };
        let until = now.checked_add(REMEMBERED).unwrap_or(Timestamp::MAX);
        let mut pools = self.0.remove(cookie).unwrap_or_default();
        let at = pools.entry(pool.to_owned()).or_default();
        at.signed_in = Some((signed_in, until));
        at.step = None;
        let cookie = crate::base::random::token();
        self.0.insert(cookie.clone(), pools);
        cookie
    }

    pub(crate) fn sign_out(&mut self, cookie: &str, pool: &str) {
        if let Some(pools) = self.0.get_mut(cookie) {
            pools.remove(pool);
        }
    }

    pub(crate) fn set_notice(&mut self, cookie: &str, pool: &str, notice: Notice) {
        self.at(cookie, pool).notice = Some(notice);
    }

    pub(crate) fn take_notice(&mut self, cookie: &str, pool: &str) -> Option<Notice> {
        self.0.get_mut(cookie)?.get_mut(pool)?.notice.take()
    }

    fn at(&mut self, cookie: &str, pool: &str) -> &mut AtPool {
        self.0
            .entry(cookie.to_owned())
            .or_default()
            .entry(pool.to_owned())
            .or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn a_sign_in_is_remembered_for_an_hour_under_a_new_cookie() {
        let mut browsers = Browsers::default();
        let step = Step::Reset {
            username: "ada".to_owned(),
        };
        browsers.set_step("planted", "pool", step, 180, NOW);
        let cookie = browsers.sign_in("planted", "pool", "sub", NOW);
        assert!(!browsers.knows("planted"));
        assert!(browsers.step(&cookie, "pool", NOW).is_none());
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(browsers.signed_in(&cookie, "pool", at(3599)).is_some());
        assert!(browsers.signed_in(&cookie, "pool", at(3600)).is_none());
        assert!(browsers.signed_in(&cookie, "other pool", NOW).is_none());
        browsers.sign_out(&cookie, "pool");
        assert!(browsers.signed_in(&cookie, "pool", NOW).is_none());
    }
}
