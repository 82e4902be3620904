//! Who calls.

use models::ids::ClientId;
use secrecy::SecretString;

/// What proves to SMAPI who calls.
///
/// ask-cli's own Login with Amazon client is Amazon's and for ask-cli alone. A refresh token
/// therefore comes with a client of the user's own security profile; see [`crate::SignIn`].
#[derive(Debug, Clone)]
pub enum Credentials {
    /// An access token from elsewhere, used until SMAPI refuses it.
    AccessToken(SecretString),
    /// A refresh token and the client that it was issued to.
    RefreshToken {
        /// The refresh token, `Atzr|...`.
        refresh_token: SecretString,
        /// The Login with Amazon client.
        client_id: ClientId,
        /// Its secret; ask-cli calls it the client confirmation.
        client_secret: SecretString,
    },
}
