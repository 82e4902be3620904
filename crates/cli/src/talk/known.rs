//! What the skill gets to know of somebody, which the stack file decides.

use infra::StackFile;
use infra::stack_file::{ProfileSource, Scope, StandardAttribute};
use serde::Deserialize;
use story::SignInName;

use crate::person;

/// Something that the skill can know of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Detail {
    /// The name, which is Ada Lovelace.
    Name,
    /// The e-mail address.
    Email,
    /// The phone number.
    Phone,
    /// The name to sign in with, if it is one of the person's choice.
    UserName,
}

impl Detail {
    pub(super) const ALL: [Self; 4] = [Self::Name, Self::Email, Self::Phone, Self::UserName];

    /// As it is written in a file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::UserName => "user-name",
        }
    }
}

/// What the skill knows of everybody who has linked an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known(Vec<Detail>);

impl Known {
    /// With a stack file: what people give when they sign up, as far as the scopes let the skill
    /// see it.
    pub(super) fn of(stack: &StackFile) -> Self {
        let linking = &stack.linking;
        let asked_for = |scope| linking.scopes.contains(&scope);
        // `profile` shows everything, and so does `openid` without another:
        // <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html>
        let shows_all =
            asked_for(Scope::Profile) || !(asked_for(Scope::Email) || asked_for(Scope::Phone));
        let seen = |scope: Scope| match linking.profile_source {
            ProfileSource::Userinfo => shows_all || asked_for(scope),
            ProfileSource::GetUser => true,
            // Its scope `profile` covers name and e-mail address, and no other scope does.
            ProfileSource::LoginWithAmazon => scope != Scope::Phone && asked_for(Scope::Profile),
        };
        let name = person::way(stack).name;
        let asked = |attribute| stack.identity.attributes.required.contains(&attribute);
        let is_known = |detail: &Detail| match detail {
            Detail::Name => seen(Scope::Profile),
            Detail::Email => {
                let given = name != SignInName::Phone || asked(StandardAttribute::Email);
                given && seen(Scope::Email)
            }
            Detail::Phone => {
                let given = name == SignInName::Phone || asked(StandardAttribute::PhoneNumber);
                given && seen(Scope::Phone)
            }
            // No scope hides the name to sign in with.
            Detail::UserName => {
                let preferred = asked(StandardAttribute::PreferredUsername);
                name == SignInName::Username || (preferred && seen(Scope::Profile))
            }
        };
        Self(Detail::ALL.into_iter().filter(is_known).collect())
    }

    /// Whether all of these are known.
    pub(super) fn covers(&self, details: &[Detail]) -> bool {
        details.iter().all(|detail| self.0.contains(detail))
    }
}

#[cfg(test)]
impl Known {
    pub(super) fn these(details: &[Detail]) -> Self {
        Self(details.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_follows_from_sign_in_and_scopes() {
        use Detail::{Email, Name, Phone, UserName};
        for (preset, expected) in [
            ("email", &[Name, Email][..]),
            ("phone-mfa", &[Phone]),
            ("phone-otp", &[Phone]),
            // Whoever has both signs up with the phone number, and gives no e-mail address.
            ("email-or-phone", &[Phone]),
            ("profile-api", &[Name, Email, UserName]),
            ("login-with-amazon", &[Name, Email]),
        ] {
            let path = format!("infra/presets/{preset}.toml");
            let stack = crate::stack::read(path.as_ref()).unwrap();
            assert_eq!(Known::of(&stack), Known::these(expected), "{preset}");
        }
        for (text, expected) in [
            // Alone it shows everything, and so does `profile`.
            ("linking.scopes = ['openid']", &[Name, Email][..]),
            ("identity.sign-in = ['phone']", &[Name, Phone]),
            (
                "identity.attributes.required = ['phone_number', 'preferred_username']",
                &[Name, Email, Phone, UserName],
            ),
            (
                "identity.user-pool-id = 'eu-west-1_AbCdEf123'\n\
                 linking.scopes = ['openid', 'phone']",
                &[Phone],
            ),
            (
                "identity.attributes.required = ['email']\nidentity.sign-in = ['phone']\n\
                 identity.recovery = ['phone']",
                &[Name, Email, Phone],
            ),
        ] {
            let stack = StackFile::parse(&format!("name = 'a'\n{text}\n"), "stack.toml");
            let stack = crate::existing_pool::as_made_here(&stack.unwrap());
            assert_eq!(Known::of(&stack), Known::these(expected), "{text}");
        }
    }

    #[test]
    fn details_are_called_what_they_are_written() {
        for detail in Detail::ALL {
            let written: Detail = serde_yaml::from_str(detail.name()).unwrap();
            assert_eq!(written, detail);
        }
    }
}
