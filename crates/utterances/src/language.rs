//! What differs from one language to another. Adding a language is adding a table.

mod arabic;
mod dutch;
mod english;
mod french;
mod german;
mod hindi;
mod italian;
mod japanese;
mod portuguese;
mod spanish;

/// The words of one language.
#[derive(Debug)]
pub struct Language {
    /// The part of a locale before the hyphen.
    code: &'static str,
    /// Whether words are written apart. Where they are not, each letter counts as a word.
    pub spaced: bool,
    /// Words that wake the device and mean nothing more.
    pub wake_words: &'static [&'static str],
    /// "open", as in "open voice link".
    pub launch: &'static [&'static str],
    /// "and", as in "open voice link and tell me my name".
    pub launch_connectives: &'static [&'static str],
    /// "ask", as in "ask voice link for my name".
    pub ask: &'static [&'static str],
    /// "for", as in "ask voice link for my name".
    pub ask_connectives: &'static [&'static str],
    /// "from", as in "get my name from voice link".
    pub trailing_connectives: &'static [&'static str],
    /// "を開いて", as in "アカウント案内を開いて": languages that name the skill first.
    pub launch_after: &'static [&'static str],
    /// "で", as in "アカウント案内で名前を教えて".
    pub ask_after: &'static [&'static str],
    /// "を聞いて", as in "アカウント案内に名前を聞いて": what may be left out at the end of a question.
    pub ask_endings: &'static [&'static str],
    /// What ends a session without reaching the skill as an intent.
    pub exit: &'static [&'static str],
    /// What Alexa understands as a built-in intent without samples.
    /// <https://developer.amazon.com/docs/alexa/custom-skills/standard-built-in-intents.html>
    pub built_in: &'static [(&'static str, &'static [&'static str])],
    /// Ways of writing that sound the same, longest first; the second one is used.
    pub same_sound: &'static [(&'static str, &'static str)],
    /// Number words, each with what it counts for. Numbers that are one written word, as German
    /// has them, are only known as far as they are listed.
    pub numbers: &'static [(&'static str, u64)],
    /// "and", as in "two hundred and five".
    pub and: &'static str,
    /// When nobody can be found to answer.
    pub not_sure: &'static str,
    /// When a skill's answer cannot be used.
    pub problem: &'static str,
}

impl Language {
    /// The language of a locale such as `en-US`, if this device speaks it.
    pub fn of_locale(locale: &str) -> Option<&'static Self> {
        let code = locale.split('-').next()?;
        LANGUAGES.iter().find(|language| language.code == code)
    }
}

const LANGUAGES: &[Language] = &[
    arabic::ARABIC,
    dutch::DUTCH,
    english::ENGLISH,
    french::FRENCH,
    german::GERMAN,
    hindi::HINDI,
    italian::ITALIAN,
    japanese::JAPANESE,
    portuguese::PORTUGUESE,
    spanish::SPANISH,
];
