//! What the skill says, one set of functions per language.
//!
//! A struct, so that a language that lacks a sentence does not compile.

mod de;
mod en;
mod es;
mod ja;

use models::response::Speech;

/// Everything that the skill says in one language.
#[derive(Debug)]
pub struct Strings {
    /// Title of cards.
    pub card_title: &'static str,
    /// To a user who opens the skill, with the first name when it is known.
    pub welcome: fn(Option<&str>) -> Speech,
    /// To a user who says hello, with the first name when it is known.
    pub hello: fn(Option<&str>) -> Speech,
    /// What can be asked; follows the welcome, and is said again after silence.
    pub what_to_ask: fn() -> Speech,
    /// After an answer: ask for more.
    pub anything_else: fn() -> Speech,
    /// To a user who asks for help, linked or not.
    pub help: fn() -> Speech,
    /// To a user who leaves.
    pub goodbye: fn() -> Speech,
    /// To something that was not understood.
    pub not_understood: fn() -> Speech,
    /// To a user who wants to hear something again before anything was said.
    pub nothing_to_repeat: fn() -> Speech,
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

    /// To a user who asks whether an account is linked, with the first name when it is known.
    pub is_linked: fn(Option<&str>) -> Speech,
    /// The same question, when none is.
    pub is_not_linked: fn() -> Speech,

    /// The e-mail address.
    pub email_is: fn(&str) -> Speech,
    /// There is no e-mail address.
    pub email_missing: fn() -> Speech,
    /// The telephone number.
    pub phone_is: fn(&str) -> Speech,
    /// There is no telephone number.
    pub phone_missing: fn() -> Speech,
    /// The name of the person.
    pub name_is: fn(&str) -> Speech,
    /// The name to sign in with.
    pub user_name_is: fn(&str) -> Speech,
    /// There is neither a name nor a chosen name to sign in with.
    pub name_missing: fn() -> Speech,
    /// The postal address, which only the full profile has.
    pub address_is: fn(&str) -> Speech,
    /// Before a full profile that was not clearly asked for.
    pub not_sure_which: fn() -> Speech,
}

/// A locale that the skill speaks: one for each interaction model in `skill-package/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    /// English in the United States, and the language of last resort.
    EnUs,
    /// English in the United Kingdom.
    EnGb,
    /// German in Germany.
    DeDe,
    /// Spanish in Spain.
    EsEs,
    /// Japanese in Japan.
    JaJp,
}

impl Locale {
    /// Every locale. Of two with one language, the first serves other countries too.
    pub const ALL: [Self; 5] = [Self::EnUs, Self::EnGb, Self::DeDe, Self::EsEs, Self::JaJp];

    /// The tag that Alexa has for it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::EnUs => "en-US",
            Self::EnGb => "en-GB",
            Self::DeDe => "de-DE",
            Self::EsEs => "es-ES",
            Self::JaJp => "ja-JP",
        }
    }

    /// The locale with a tag, if the skill speaks it.
    pub fn known(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.tag() == tag)
    }

    /// The locale of a request: the very one, or else one of the same language. Whoever speaks
    /// another language hears English.
    pub fn of(tag: Option<&str>) -> Self {
        let Some(tag) = tag else { return Self::EnUs };
        let alike = |known: &Self| language(known.tag()) == language(tag);
        Self::known(tag)
            .or_else(|| Self::ALL.into_iter().find(alike))
            .unwrap_or(Self::EnUs)
    }

    /// What the skill says there.
    pub fn strings(self) -> &'static Strings {
        match self {
            Self::EnUs => &en::US,
            Self::EnGb => &en::GB,
            Self::DeDe => &de::DE,
            Self::EsEs => &es::ES,
            Self::JaJp => &ja::JA,
        }
    }
}

/// The part of a tag that names the language.
fn language(tag: &str) -> Option<&str> {
    tag.split('-').next()
}

#[cfg(test)]
mod tests;
