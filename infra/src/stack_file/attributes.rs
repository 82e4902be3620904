//! What is kept about people.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::custom::{CustomAttribute, CustomName};
use super::value::{Distinct, words};

/// What is kept about people beside their name and what they sign in with. Fixed once the user pool
/// exists, but for custom attributes that are added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Attributes {
    /// What people have to give at sign-up; their name always.
    pub required: Distinct<StandardAttribute>,
    /// Attributes that are not Cognito's own, by name. Nobody is asked for them: they are for whoever
    /// writes them with the user pool's API.
    pub custom: BTreeMap<CustomName, CustomAttribute>,
}

words! {
    /// A standard attribute that can be demanded of people
    /// ([the list](https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html)).
    StandardAttribute {
        /// Postal address.
        Address = "address",
        /// Date of birth, ten characters.
        Birthdate = "birthdate",
        /// E-mail address.
        Email = "email",
        /// Family name.
        FamilyName = "family_name",
        /// Gender.
        Gender = "gender",
        /// Given name.
        GivenName = "given_name",
        /// Language and country.
        Locale = "locale",
        /// Middle name.
        MiddleName = "middle_name",
        /// Nickname.
        Nickname = "nickname",
        /// Phone number.
        PhoneNumber = "phone_number",
        /// Address of a picture.
        Picture = "picture",
        /// The name that somebody would rather sign in with.
        PreferredUsername = "preferred_username",
        /// Address of a profile page.
        Profile = "profile",
        /// Address of a web site.
        Website = "website",
        /// Time zone.
        Zoneinfo = "zoneinfo",
    }
}
