//! The second factors that a person has chosen for themselves (`SetUserMFAPreference`).
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserMFAPreference.html>

use serde_json::{Value, json};

use crate::base::error::AwsError;
use crate::cognito::errors::invalid;
use crate::cognito::pool::Pool;
use crate::cognito::settings::Mfa;
use crate::cognito::users::User;
use crate::cognito::users::sign_in::SecondFactor;

/// What a person wants to be asked for after the password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Factors {
    /// In the order in which they were chosen.
    active: Vec<SecondFactor>,
    preferred: Option<SecondFactor>,
}

/// What is to become of one factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) factor: SecondFactor,
    pub(crate) enabled: bool,
    pub(crate) preferred: bool,
}

impl Factors {
    /// Turns a factor on; a preferred one comes before all others.
    pub(crate) fn activate(&mut self, factor: SecondFactor, preferred: bool) {
        if !self.active.contains(&factor) {
            self.active.push(factor);
        }
        if preferred {
            self.preferred = Some(factor);
        } else if self.preferred == Some(factor) {
            self.preferred = None;
        }
    }

    fn deactivate(&mut self, factor: SecondFactor) {
        self.active.retain(|active| *active != factor);
        self.preferred = self.preferred.filter(|preferred| *preferred != factor);
    }

    /// Those that are turned on.
    pub(crate) fn active(&self) -> &[SecondFactor] {
        &self.active
    }

    /// The one that is asked for where several are turned on.
    pub(crate) fn preferred(&self) -> Option<SecondFactor> {
        self.preferred
    }

    /// Adds `UserMFASettingList` and `PreferredMfaSetting` to a description of the person.
    pub(crate) fn describe(&self, answer: &mut Value) {
        if !self.active.is_empty() {
            answer["UserMFASettingList"] = self.active.iter().map(|factor| factor.name()).collect();
        }
        if let Some(preferred) = self.preferred {
            answer["PreferredMfaSetting"] = json!(preferred.name());
        }
    }
}

/// Carries out what a person wishes, all of it or nothing.
pub(crate) fn choose(pool: &mut Pool, sub: &str, wishes: &[Wish]) -> Result<(), AwsError> {
    let preferred = wishes.iter().filter(|wish| wish.preferred);
    if preferred.count() > 1 {
        return Err(invalid("Only one factor can be set as preferred."));
    }
    // Where it is required, people choose no more than the one that they prefer.
    let required = pool.settings.mfa_configuration == Mfa::On;
    let user = pool
        .users
        .find(&pool.settings, sub)
        .ok_or_else(crate::cognito::errors::no_user)?;
    let mut factors = user.factors.clone();
    for wish in wishes {
        if wish.enabled {
            check(pool, user, wish.factor)?;
            factors.activate(wish.factor, wish.preferred);
        } else if wish.preferred {
            return Err(invalid(format!(
                "{} can not be preferred while it is not enabled.",
                wish.factor.name()
            )));
        } else if required && factors.active.contains(&wish.factor) {
            return Err(invalid(format!(
                "{} can not be turned off while the user pool requires MFA.",
                wish.factor.name()
            )));
        } else {
            factors.deactivate(wish.factor);
        }
    }
    if let Some(user) = pool.users.find_mut(&pool.settings, sub) {
        user.factors = factors;
    }
    Ok(())
}

/// Whether the person can be asked for a factor at all.
fn check(pool: &Pool, user: &User, factor: SecondFactor) -> Result<(), AwsError> {
    let undeliverable = || crate::cognito::errors::undeliverable(factor);
    if pool.settings.mfa_configuration == Mfa::Off || !offered(pool, factor) {
        return Err(undeliverable());
    }
    match factor {
        SecondFactor::Totp if user.totp.is_some() => Ok(()),
        SecondFactor::Totp if user.new_totp.is_some() => {
            Err(invalid("User has not verified software token mfa"))
        }
        SecondFactor::Totp => Err(invalid("User has not set up software token mfa")),
        SecondFactor::Sms if user.attribute("phone_number").is_some() => Ok(()),
        SecondFactor::Email if user.attribute("email").is_some() => Ok(()),
        SecondFactor::Sms | SecondFactor::Email => Err(undeliverable()),
    }
}

/// Whether the pool has a factor.
pub(crate) fn offered(pool: &Pool, factor: SecondFactor) -> bool {
    match factor {
        SecondFactor::Totp => pool.mfa.has_software_token(),
        SecondFactor::Sms => pool.mfa.sms.is_some(),
        SecondFactor::Email => pool.mfa.email.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_factor_is_one_that_is_on() {
        let mut factors = Factors::default();
        factors.activate(SecondFactor::Sms, true);
        factors.activate(SecondFactor::Totp, false);
        assert_eq!(factors.active(), [SecondFactor::Sms, SecondFactor::Totp]);
        assert_eq!(factors.preferred(), Some(SecondFactor::Sms));
        factors.activate(SecondFactor::Totp, true);
        assert_eq!(factors.preferred(), Some(SecondFactor::Totp));
        factors.activate(SecondFactor::Totp, false);
        assert_eq!(factors.preferred(), None);
        factors.activate(SecondFactor::Sms, true);
        factors.deactivate(SecondFactor::Sms);
        assert_eq!(factors.active(), [SecondFactor::Totp]);
        assert_eq!(factors.preferred(), None);
        let mut answer = json!({});
        factors.describe(&mut answer);
        assert_eq!(
            answer,
            json!({ "UserMFASettingList": ["SOFTWARE_TOKEN_MFA"] })
        );
    }
}
