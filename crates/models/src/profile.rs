//! What is known about a person, whichever service it came from.

use std::fmt;

use serde::Deserialize;

/// The attributes of a linked account. All but the subject may be missing: a person need not
/// have given them, and a token's scopes need not cover them.
///
/// `Debug` shows which attributes there are, never their values.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Profile {
    /// Who it is, for the service that issued the token: never reused, never spoken.
    #[serde(rename = "sub")]
    pub subject: String,
    /// The name to sign in with. May be generated; [`Profile::user_name`] knows.
    #[serde(default)]
    pub username: Option<String>,
    /// The name that the person would rather sign in with.
    #[serde(default)]
    pub preferred_username: Option<String>,
    /// The full name.
    #[serde(default)]
    pub name: Option<String>,
    /// The given name or names.
    #[serde(default)]
    pub given_name: Option<String>,
    /// The family name or names.
    #[serde(default)]
    pub family_name: Option<String>,
    /// The e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// The telephone number, in E.164 form where it comes from Cognito.
    #[serde(default)]
    pub phone_number: Option<String>,
    /// The postal address.
    #[serde(default)]
    pub address: Option<Address>,
}

/// A postal address: the text of Cognito's attribute, or the object that the
/// [standard claim](https://openid.net/specs/openid-connect-core-1_0.html#AddressClaim) is.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Address {
    /// The whole address as one text.
    Text(String),
    /// The address with parts, of which the formatted text is read.
    Claim {
        /// The whole address, perhaps in several lines.
        #[serde(default)]
        formatted: Option<String>,
    },
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(hidden)")
    }
}

impl Profile {
    /// How to greet the person.
    pub fn first_name(&self) -> Option<&str> {
        present(self.given_name.as_ref())
            .or_else(|| present(self.name.as_ref())?.split_whitespace().next())
    }

    /// The whole name.
    pub fn full_name(&self) -> Option<String> {
        if let Some(name) = present(self.name.as_ref()) {
            return Some(name.to_owned());
        }
        let given = present(self.given_name.as_ref());
        let family = present(self.family_name.as_ref());
        match (given, family) {
            (Some(given), Some(family)) => Some(format!("{given} {family}")),
            (one, other) => one.or(other).map(str::to_owned),
        }
    }

    /// The name that the person signs in with, if a person chose it.
    pub fn user_name(&self) -> Option<&str> {
        present(self.preferred_username.as_ref())
            .or_else(|| present(self.username.as_ref()))
            .filter(|name| *name != self.subject && !is_generated(name))
    }

    /// The e-mail address.
    pub fn email(&self) -> Option<&str> {
        present(self.email.as_ref())
    }

    /// The telephone number.
    pub fn phone_number(&self) -> Option<&str> {
        present(self.phone_number.as_ref())
    }

    /// The postal address in one line.
    pub fn address(&self) -> Option<String> {
        let text = match self.address.as_ref()? {
            Address::Text(text) => text,
            Address::Claim { formatted } => formatted.as_ref()?,
        };
        let lines: Vec<&str> = (text.lines().map(str::trim))
            .filter(|line| !line.is_empty())
            .collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attributes = [
            ("username", &self.username),
            ("preferred_username", &self.preferred_username),
            ("name", &self.name),
            ("given_name", &self.given_name),
            ("family_name", &self.family_name),
            ("email", &self.email),
            ("phone_number", &self.phone_number),
        ];
        let address = self.address.as_ref().map(|_| &"address");
        let there = attributes
            .iter()
            .filter(|(_, value)| value.is_some())
            .map(|(name, _)| name)
            .chain(address);
        f.write_str("Profile")?;
        f.debug_set().entries(there).finish()
    }
}

fn present(value: Option<&String>) -> Option<&str> {
    value
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
}

/// Whether nobody chose this name: Cognito makes up a UUID where people sign in with an e-mail
/// address, and prefixes the id of an external provider's user with the provider's name; Login
/// with Amazon has account ids.
fn is_generated(name: &str) -> bool {
    is_uuid(name) || name.starts_with("amzn1.account.") || is_federated(name)
}

fn is_uuid(name: &str) -> bool {
    name.len() == 36
        && name.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_federated(name: &str) -> bool {
    let Some((provider, id)) = name.split_once('_') else {
        return false;
    };
    match provider.to_ascii_lowercase().as_str() {
        "google" | "facebook" => id.bytes().all(|byte| byte.is_ascii_digit()),
        "loginwithamazon" => id.starts_with("amzn1.account."),
        "signinwithapple" => id.split('.').count() == 3,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(json: serde_json::Value) -> Profile {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_generated_name_is_not_a_user_name() {
        for name in [
            "8a2f4c1e-70b1-42d3-9e55-0c1d2e3f4a5b",
            "LoginWithAmazon_amzn1.account.AEXAMPLE",
            "amzn1.account.AEXAMPLE",
            "Google_109876543210",
            "me-as-subject",
        ] {
            let profile = profile(serde_json::json!({ "sub": "me-as-subject", "username": name }));
            assert_eq!(profile.user_name(), None, "{name}");
        }
        let chosen = profile(serde_json::json!({ "sub": "1", "username": "mary_ann" }));
        assert_eq!(chosen.user_name(), Some("mary_ann"));
    }

    #[test]
    fn the_first_name_is_the_given_name_or_the_beginning_of_the_name() {
        let given = profile(serde_json::json!({
            "sub": "1", "name": "Dr Mary Ann Smith", "given_name": "Mary Ann"
        }));
        assert_eq!(given.first_name(), Some("Mary Ann"));
        let full = profile(serde_json::json!({ "sub": "1", "name": " Mary  Smith " }));
        assert_eq!(full.first_name(), Some("Mary"));
        let blank = profile(serde_json::json!({ "sub": "1", "given_name": " " }));
        assert_eq!(blank.first_name(), None);
    }

    #[test]
    fn an_address_is_one_line_whichever_form_it_comes_in() {
        let address = |json| profile(serde_json::json!({ "sub": "1", "address": json })).address();
        let lines = "1 Main Street\r\n\n Springfield ";
        let expected = Some("1 Main Street, Springfield".to_owned());
        assert_eq!(address(lines.into()), expected);
        assert_eq!(address(serde_json::json!({ "formatted": lines })), expected);
        for empty in [" ".into(), serde_json::json!({ "country": "US" })] {
            assert_eq!(address(empty), None);
        }
    }

    #[test]
    fn debug_output_names_attributes_only() {
        let profile = profile(serde_json::json!({ "sub": "1", "email": "mary@example.com" }));
        assert_eq!(format!("{profile:?}"), "Profile{\"email\"}");
    }
}
