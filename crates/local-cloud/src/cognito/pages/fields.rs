//! Labels and input types of what people are asked for.

use crate::cognito::oauth::params::Params;
use crate::cognito::pool::Pool;
use crate::cognito::settings::{Alias, Contact, PasswordPolicy, Settings};
use crate::cognito::users::attributes::is_phone_number;

/// One labelled input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) label: String,
    /// The `type` of the input.
    pub(super) kind: &'static str,
    pub(super) autocomplete: &'static str,
    pub(super) required: bool,
    /// What was entered before, if the form comes back with an error.
    pub(super) value: String,
    /// The format, where people could guess wrong.
    pub(super) hint: Option<&'static str>,
    /// Whether a phone number may be entered.
    takes_phone: bool,
}

/// The format of a phone number ([E.164](https://www.itu.int/rec/T-REC-E.164)).
const PHONE_HINT: &str = "A phone number begins with + and the country code: +44 7700 900123.";

impl Field {
    fn attribute(name: &str, required: bool) -> Self {
        let (label, kind, autocomplete) = match name {
            "email" => ("Email", "email", "email"),
            "phone_number" => ("Phone number", "tel", "tel"),
            "name" => ("Name", "text", "name"),
            "given_name" => ("Given name", "text", "given-name"),
            "family_name" => ("Family name", "text", "family-name"),
            "middle_name" => ("Middle name", "text", "additional-name"),
            "nickname" => ("Nickname", "text", "nickname"),
            "preferred_username" => ("Preferred user name", "text", "nickname"),
            "birthdate" => ("Birth date", "date", "bday"),
            "gender" => ("Gender", "text", "sex"),
            "address" => ("Address", "text", "street-address"),
            "website" => ("Website", "url", "url"),
            "picture" => ("Picture", "url", "photo"),
            "locale" => ("Locale", "text", "language"),
            other => (other.trim_start_matches("custom:"), "text", "off"),
        };
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
            autocomplete,
            required,
            value: String::new(),
            hint: (name == "phone_number").then_some(PHONE_HINT),
            takes_phone: name == "phone_number",
        }
    }

    /// The id of the hint; empty without one.
    pub(super) fn hint_id(&self) -> String {
        let id = self.hint.map(|_| format!("{}-hint", self.name));
        id.unwrap_or_default()
    }

    /// What was entered. A phone number is taken with spaces, brackets, dashes and dots in it, and read
    /// without them.
    pub(super) fn read(&self, entered: &Params) -> String {
        let text = entered.field(&self.name).trim();
        let bare: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && !"()-./\u{2010}\u{2011}".contains(*letter))
            .collect();
        if self.takes_phone && is_phone_number(&bare) {
            return bare;
        }
        text.to_owned()
    }
}

/// What people sign in with.
pub(super) fn username(settings: &Settings, entered: &str) -> Field {
    let attributes = &settings.username_attributes;
    let email = attributes.contains(&Contact::Email);
    let phone = attributes.contains(&Contact::PhoneNumber);
    let (label, kind) = match (email, phone) {
        (true, true) => ("Email or phone number", "text"),
        (true, false) => ("Email", "email"),
        (false, true) => ("Phone number", "tel"),
        (false, false) if settings.alias_attributes.contains(&Alias::Email) => {
            ("Username or email", "text")
        }
        (false, false) => ("Username", "text"),
    };
    Field {
        name: "username".to_owned(),
        label: label.to_owned(),
        kind,
        autocomplete: "username",
        required: true,
        value: entered.to_owned(),
        hint: phone.then_some(PHONE_HINT),
        takes_phone: phone || settings.alias_attributes.contains(&Alias::PhoneNumber),
    }
}

/// What sign-up asks for besides the password. Where people sign in with one kind of address, the
/// field has the attribute's name and stands for the user name.
pub(super) fn sign_up(pool: &Pool) -> Vec<Field> {
    let settings = &pool.settings;
    let mut fields = match settings.username_attributes.as_slice() {
        [only] => vec![Field::attribute(only.attribute(), true)],
        [] => vec![Field {
            label: "Username".to_owned(),
            ..username(settings, "")
        }],
        _ => vec![username(settings, "")],
    };
    let mut add = |name: &str| {
        if !fields.iter().any(|field| field.name == name) {
            fields.push(Field::attribute(name, true));
        }
    };
    pool.required_attributes().for_each(&mut add);
    if settings.username_attributes.is_empty() {
        // Without an address there would be nowhere to send the code to.
        for contact in &settings.auto_verified_attributes {
            add(contact.attribute());
        }
    }
    fields
}

/// The field of a sign-up form that is the user name.
pub(super) fn sign_up_name(settings: &Settings) -> &'static str {
    match settings.username_attributes.as_slice() {
        [only] => only.attribute(),
        _ => "username",
    }
}

/// The password policy as a list for people.
pub(super) fn password_rules(policy: &PasswordPolicy) -> Vec<String> {
    let mut rules = vec![format!("at least {} characters", policy.minimum_length)];
    for (wanted, rule) in [
        (policy.require_lowercase, "a lowercase letter"),
        (policy.require_uppercase, "an uppercase letter"),
        (policy.require_numbers, "a number"),
        (policy.require_symbols, "a special character or a space"),
    ] {
        if wanted {
            rules.push(rule.to_owned());
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::*;

    fn names(input: &Value) -> Vec<String> {
        let pool = Pool::create("eu-west-1", input, Timestamp::UNIX_EPOCH).unwrap();
        sign_up(&pool).into_iter().map(|field| field.name).collect()
    }

    #[test]
    fn sign_up_asks_for_what_the_pool_needs() {
        assert_eq!(
            names(&json!({"PoolName": "a", "UsernameAttributes": ["email"]})),
            ["email"]
        );
        assert_eq!(
            names(&json!({
                "PoolName": "a",
                "UsernameAttributes": ["email", "phone_number"],
                "Schema": [{"Name": "given_name", "Required": true}],
            })),
            ["username", "given_name"]
        );
        assert_eq!(
            names(&json!({
                "PoolName": "a",
                "AliasAttributes": ["email"],
                "AutoVerifiedAttributes": ["email"],
            })),
            ["username", "email"]
        );
    }
}
