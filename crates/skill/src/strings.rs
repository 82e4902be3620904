//! What the skill says, one set of functions per language.
//!
//! A struct, so that a language that lacks a sentence does not compile.

mod en;

use models::response::Speech;

/// Everything that the skill says in one language.
#[derive(Debug)]
pub struct Strings {
    /// Title of cards.
    pub card_title: &'static str,
    /// To a user who opens the skill, with the first name when it is known.
    pub welcome: fn(Option<&str>) -> Speech,
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

    /// To a user who has never linked an account.
    pub please_link: fn() -> Speech,
    /// To a user whose link was good once.
    pub link_expired: fn() -> Speech,
    /// To a user whose link is to something else.
    pub link_unusable: fn() -> Speech,
    /// When the identity provider fails. Never a word about linking.
    pub accounts_unavailable: fn() -> Speech,
    /// When the answer takes too long.
    pub out_of_time: fn() -> Speech,
    /// When the skill itself fails.
    pub broken: fn() -> Speech,

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
    /// Before a full profile that was not clearly asked for.
    pub not_sure_which: fn() -> Speech,
}

/// A language that the skill speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English, the language of last resort.
    English,
}

impl Language {
    const ALL: [Self; 1] = [Self::English];

    /// The first part of the language's locales.
    fn code(self) -> &'static str {
        match self {
            Self::English => "en",
        }
    }

    /// The language of a locale such as `en-GB`. Whoever speaks another one hears English.
    pub fn of(locale: Option<&str>) -> Self {
        let code = locale.and_then(|locale| locale.split('-').next());
        Self::ALL
            .into_iter()
            .find(|language| Some(language.code()) == code)
            .unwrap_or(Self::English)
    }

    /// What the skill says in this language.
    pub fn strings(self) -> &'static Strings {
        match self {
            Self::English => &en::STRINGS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_locale_has_a_language() {
        for locale in ["en-US", "en-AU", "xx-YY", ""] {
            assert_eq!(Language::of(Some(locale)), Language::English, "{locale}");
        }
        assert_eq!(Language::of(None), Language::English);
    }
}
