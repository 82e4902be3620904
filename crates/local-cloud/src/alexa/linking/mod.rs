//! Alexa's side of account linking.
//!
//! <https://developer.amazon.com/docs/account-linking/account-linking-concepts.html>: Alexa opens the
//! authorization page with a `state` of its own, is redirected to with a code, exchanges it, keeps
//! the tokens and refreshes them.

mod exchange;
mod progress;
mod redirect;
mod start;
mod tokens;

use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;

use super::Alexa;
use super::customer::{Customer, Voice};
use super::region::Region;
use crate::base::guard::{Caller, Door};
use crate::base::html;
pub(super) use exchange::Outgoing;
pub(super) use progress::Linkings;
pub(super) use redirect::Outcome;
pub(super) use start::NotStarted;
pub(crate) use tokens::{Held, claims};
pub(super) use tokens::{Links, Recognised, Tokens};

/// An account linking that has been started and not been redirected back from.
#[derive(Debug)]
pub(super) struct Attempt {
    customer: Customer,
    /// Whose personal profile is being linked; the account that the home shares, if nobody's.
    voice: Option<Voice>,
    /// Which skill is being linked.
    pub(super) skill_id: String,
    region: Region,
    redirect_uri: String,
    /// Where the person signs in.
    authorize_url: Url,
    /// The PKCE verifier (RFC 7636), if PKCE is switched on.
    verifier: Option<SecretString>,
    expires_at: Timestamp,
}

pub(super) fn doors(alexa: &Alexa) -> Vec<Door> {
    let arrive = Door::get(
        "/{region}/api/skill/link/{vendor}",
        Caller::LinkingState,
        redirect::arrive,
    );
    let show = Door::get("/app/link-result", Caller::LinkingState, redirect::show);
    let sign_in = Door::get("/app/sign-in", Caller::LinkingState, start::sign_in);
    Door::all(alexa, [arrive.changing(), show, sign_in, html::icon()])
}
