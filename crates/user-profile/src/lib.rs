//! From an access token to a verified identity and a profile.
//!
//! A [`Directory`] answers two questions about the token that Alexa sends along: whose is it,
//! and what is known about that person. [`directory`] opens the one that [`Settings`] describe.
//!
//! A user pool's answers the first from the token alone, with the issuer's keys, which it fetches
//! once and keeps; only the second costs a round trip, to the userInfo endpoint or to `GetUser`,
//! and only once per token. Login with Amazon's tokens say nothing, so both questions cost one.
//!
//! Everything that can go wrong is a [`LinkProblem`], a closed list: each member has its own
//! answer to the user, and only three of them are the link's fault.

mod amazon;
mod cache;
mod cognito;
mod directory;
#[cfg(feature = "get-user")]
mod get_user;
mod http_client;
mod key_store;
mod keys;
mod problem;
mod roots;
#[cfg(feature = "sdk")]
mod sdk_http;
mod settings;
#[cfg(test)]
mod test_token;
mod time;
mod token;
mod user_info;

pub use directory::{Directory, Pending};
pub use http_client::{HttpClient, HttpError};
pub use keys::KeySetError;
pub use problem::{ForeignToken, LinkProblem, ProviderError, StaleLink};
pub use roots::{RootsError, TrustedRoots};
#[cfg(feature = "sdk")]
pub use sdk_http::SdkHttp;
pub use settings::{ProfileSource, Settings, SettingsError};
pub use time::RequestTime;
pub use token::VerifiedToken;

/// Opens a directory. It does no I/O before it is asked something.
pub fn directory(settings: Settings, roots: TrustedRoots) -> Box<dyn Directory> {
    let http = http_client::HttpClient::new(roots);
    match settings.0 {
        settings::Provider::UserPool(pool) => Box::new(cognito::Cognito::new(pool, http)),
        settings::Provider::LoginWithAmazon(amazon) => {
            Box::new(amazon::LoginWithAmazon::new(amazon, http))
        }
    }
}
