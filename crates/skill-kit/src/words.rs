//! What every skill says that knows who is speaking.

use models::response::Speech;

/// The sentences of one language that belong to no intent: about accounts, time and failure.
#[derive(Debug)]
pub struct Words {
    /// After an answer: ask for more.
    pub anything_else: fn() -> Speech,
    /// To a user who wants something repeated that is done only once. Says that it was done already.
    pub done_already: fn() -> Speech,
    /// While a look-up takes its time.
    pub one_moment: fn() -> Speech,
    /// To a user who has never linked an account.
    pub please_link: fn() -> Speech,
    /// To a recognised speaker who has not linked an account of their own, whatever the home shares.
    pub link_your_own: fn() -> Speech,
    /// To a user whose link was good once.
    pub link_expired: fn() -> Speech,
    /// To a user whose account is of another skill. Asks to sign in, without a word about linking:
    /// something is linked, only not what should be.
    pub wrong_account: fn() -> Speech,
    /// When the identity provider fails. Never a word about linking.
    pub accounts_unavailable: fn() -> Speech,
    /// When the answer takes too long.
    pub out_of_time: fn() -> Speech,
    /// When the skill itself fails.
    pub broken: fn() -> Speech,
}
