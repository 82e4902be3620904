//! What is kept about people.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::custom::{CustomAttribute, CustomName};
use super::declaration::Later;
use super::value::{Distinct, words};

/// What is kept about people beside their name and what they sign in with. Fixed once the user pool
/// exists, but for custom attributes that are added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Attributes {
    /// Standard attributes that people have to give at sign-up. They always give their name, because the skill speaks
    /// it.
    #[schemars(extend("x-later" = Later::Never))]
    pub required: Distinct<StandardAttribute>,
    /// Attributes that are not Cognito's own, by name, such as `custom = { plan = "text" }`. The sign-in pages do not
    /// ask for them: a program writes them with the user pool's API.
    #[schemars(extend(
        "x-later" = Later::OnlyAdded,
        "examples" = [{ "plan": "text", "level": { "type": "number", "min": 1, "max": 9 } }]
    ))]
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
        /// A name that a person would rather sign in with.
        PreferredUsername = "preferred_username",
        /// Address of a profile page.
        Profile = "profile",
        /// Address of a web site.
        Website = "website",
        /// Time zone.
        Zoneinfo = "zoneinfo",
    }
}
