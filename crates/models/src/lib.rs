//! Pure types of Alexa requests and responses, skill packages, account linking and profiles.

pub mod account_linking;
pub mod environment;
pub mod ids;
#[cfg(feature = "package")]
pub mod package;
pub mod profile;
pub mod request;
pub mod response;
pub mod secure_url;
