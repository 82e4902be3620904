//! What the skill says, one set of functions per language.
//!
//! A struct, so that a language that lacks a sentence does not compile.

mod de;
mod en;
mod es;
mod ja;

use models::response::Speech;
use skill_kit::Words;

/// Everything that the skill says in one language.
#[derive(Debug)]
pub struct Strings {
    /// About accounts, time and failure.
    pub words: Words,
    /// Title of cards.
    pub card_title: &'static str,
    /// To a user who opens the skill, with the first name when it is known.
    pub welcome: fn(Option<&str>) -> Speech,
    /// To a user who says hello, with the first name when it is known.
    pub hello: fn(Option<&str>) -> Speech,
    /// What can be asked; follows the welcome, and is said again after silence.
    pub what_to_ask: fn() -> Speech,
    /// To a user who asks for help, linked or not.
    pub help: fn() -> Speech,
    /// To a user who leaves.
    pub goodbye: fn() -> Speech,
    /// To something that was not understood.
    pub not_understood: fn() -> Speech,
    /// To a user who wants to hear something again before anything was said.
    pub nothing_to_repeat: fn() -> Speech,

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

impl AsRef<Words> for Strings {
    fn as_ref(&self) -> &Words {
        &self.words
    }
}

skill_kit::locales! { Strings:
    /// English in the United States, and the language of last resort.
    EnUs = "en-US" => en::US;
    /// English in the United Kingdom.
    EnGb = "en-GB" => en::GB;
    /// German in Germany.
    DeDe = "de-DE" => de::DE;
    /// Spanish in Spain.
    EsEs = "es-ES" => es::ES;
    /// Japanese in Japan.
    JaJp = "ja-JP" => ja::JA;
}

#[cfg(test)]
mod tests;
