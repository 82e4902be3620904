//! Pure types of Alexa requests and responses, skill packages, account linking and profiles.

pub mod account_linking;
pub mod ids;
pub mod secure_url;
