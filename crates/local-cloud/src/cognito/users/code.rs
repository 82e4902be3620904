//! One-time codes: what was sent, for what, until when.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::base::error::AwsError;
use crate::base::random;
use crate::base::secret::same;
use crate::cognito::errors;
use crate::cognito::settings::Contact;

/// Wrong tries after which a code is worthless.
const MOST_TRIES: u32 = 5;

/// What a code is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    /// Confirming a new account.
    SignUp,
    /// Choosing a new password.
    Recovery,
    /// Signing in without a password.
    SignIn,
    /// The second factor.
    Mfa,
}

impl Purpose {
    /// How long a code works.
    /// <https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html>
    pub(crate) const fn life(self) -> SignedDuration {
        match self {
            Self::SignUp => SignedDuration::from_hours(24),
            Self::Recovery => SignedDuration::from_hours(1),
            Self::SignIn | Self::Mfa => SignedDuration::from_mins(3),
        }
    }
}

#[derive(Debug, Clone)]
struct Pending {
    code: String,
    contact: Contact,
    expires: Timestamp,
    tries: u32,
}

/// The codes that one person could enter now; a new one replaces the old one of its purpose.
#[derive(Debug, Clone, Default)]
pub(crate) struct Codes(HashMap<Purpose, Pending>);

impl Codes {
    /// Makes a code that is about to be sent.
    pub(crate) fn issue(&mut self, purpose: Purpose, contact: Contact, now: Timestamp) -> String {
        let code = random::code();
        let expires = now.checked_add(purpose.life()).unwrap_or(Timestamp::MAX);
        self.0.insert(
            purpose,
            Pending {
                code: code.clone(),
                contact,
                expires,
                tries: 0,
            },
        );
        code
    }

    /// The kind of address to which a code went that can still be entered.
    pub(crate) fn pending(&self, purpose: Purpose, now: Timestamp) -> Option<Contact> {
        let pending = self.0.get(&purpose)?;
        let is_open = now < pending.expires && pending.tries < MOST_TRIES;
        is_open.then_some(pending.contact)
    }

    /// Makes sure that there is a code to guess, so that a name for which none was made behaves like
    /// one for which one was.
    pub(crate) fn expect(&mut self, purpose: Purpose, now: Timestamp) {
        if !self.0.contains_key(&purpose) {
            self.issue(purpose, Contact::Email, now);
        }
    }

    /// Uses a code up and says where it had been sent.
    pub(crate) fn redeem(
        &mut self,
        purpose: Purpose,
        given: &str,
        now: Timestamp,
    ) -> Result<Contact, AwsError> {
        let Some(pending) = self.0.get_mut(&purpose) else {
            return Err(errors::code_expired());
        };
        if pending.tries >= MOST_TRIES {
            return Err(errors::limit_exceeded());
        }
        // That a code has expired is told to whoever was sent it: whether there was one is nobody
        // else's business.
        if !same(&pending.code, given) {
            pending.tries += 1;
            return Err(errors::code_mismatch());
        }
        if now >= pending.expires {
            return Err(errors::code_expired());
        }
        let contact = pending.contact;
        self.0.remove(&purpose);
        Ok(contact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn later(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_code_works_once_and_for_its_purpose() {
        let mut codes = Codes::default();
        let code = codes.issue(Purpose::SignUp, Contact::Email, NOW);
        codes.redeem(Purpose::Recovery, &code, NOW).unwrap_err();
        assert_eq!(
            codes.redeem(Purpose::SignUp, &code, NOW),
            Ok(Contact::Email)
        );
        assert_eq!(
            codes.redeem(Purpose::SignUp, &code, NOW),
            Err(errors::code_expired())
        );
    }

    #[test]
    fn a_code_expires() {
        let mut codes = Codes::default();
        let code = codes.issue(Purpose::Recovery, Contact::Email, NOW);
        let late = codes.redeem(Purpose::Recovery, &code, later(3600));
        assert_eq!(late, Err(errors::code_expired()));
        let pending = |second| codes.pending(Purpose::Recovery, later(second));
        assert_eq!((pending(3599), pending(3600)), (Some(Contact::Email), None));
        let guessed = codes.redeem(Purpose::Recovery, "wrong", later(3600));
        assert_eq!(guessed, Err(errors::code_mismatch()));
        codes.redeem(Purpose::Recovery, &code, later(3599)).unwrap();
    }

    #[test]
    fn guessing_ends_after_five_tries() {
        let mut codes = Codes::default();
        let code = codes.issue(Purpose::SignUp, Contact::Email, NOW);
        for _ in 0..5 {
            assert_eq!(
                codes.redeem(Purpose::SignUp, "wrong", NOW),
                Err(errors::code_mismatch())
            );
        }
        let exhausted = codes.redeem(Purpose::SignUp, &code, NOW);
        assert_eq!(exhausted, Err(errors::limit_exceeded()));
        let fresh = codes.issue(Purpose::SignUp, Contact::Email, NOW);
        codes.redeem(Purpose::SignUp, &fresh, NOW).unwrap();
    }
}
