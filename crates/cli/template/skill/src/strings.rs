//! What the skill says, one table for each language. A language that lacks a sentence does not compile.

use models::response::Speech;
use skill_kit::Words;

/// Everything that the skill says in one language.
#[derive(Debug)]
pub struct Strings {
    /// About accounts, time and failure.
    pub words: Words,
    /// To a user who opens the skill, with the first name when it is known.
    pub welcome: fn(Option<&str>) -> Speech,
    /// What can be asked; is said again after silence.
    pub what_to_ask: fn() -> Speech,
    /// To a user who asks for help, linked or not.
    pub help: fn() -> Speech,
    /// The name of the person.
    pub you_are: fn(&str) -> Speech,
    /// The account has no name.
    pub name_missing: fn() -> Speech,
    /// To something that was not understood.
    pub not_understood: fn() -> Speech,
    /// To a user who leaves.
    pub goodbye: fn() -> Speech,
}

impl AsRef<Words> for Strings {
    fn as_ref(&self) -> &Words {
        &self.words
    }
}

skill_kit::locales! { Strings:
    /// English in the United States, and the language of last resort.
    EnUs = "en-US" => ENGLISH;
}

const ENGLISH: Strings = Strings {
    words: Words {
        anything_else: || Speech::text("What else would you like to know?"),
        done_already: || {
            Speech::text("I have done that already. Just ask if you want it once more.")
        },
        one_moment: || Speech::text("One moment, please."),
        please_link: || {
            Speech::text(
                "I need to know who you are. I have sent a card to your Alexa app: open it there, and \
                 link your account.",
            )
        },
        link_your_own: || {
            Speech::text(
                "You have not linked an account of your own yet. I have sent a card to the Alexa app: \
                 choose your profile there, open the card, and sign in.",
            )
        },
        link_expired: || {
            Speech::text(
                "The link to your account has expired. Please open the card in your Alexa app, and \
                 sign in once more.",
            )
        },
        wrong_account: || {
            Speech::text(
                "The account that Alexa knows for you does not belong to this skill. Please open the \
                 card in your Alexa app, and sign in again.",
            )
        },
        accounts_unavailable: || {
            Speech::text("Sorry, I cannot reach your account right now. Please try again later.")
        },
        out_of_time: || {
            Speech::text(
                "Sorry, this is taking longer than it should. Please try again in a moment.",
            )
        },
        broken: || Speech::text("Sorry, something went wrong. Please try again."),
    },
    welcome: |name| match name {
        Some(name) => Speech::text(format!("Welcome back, {name}.")),
        None => Speech::text("Welcome back."),
    },
    what_to_ask: || Speech::text("You can ask: who am I?"),
    help: || Speech::text("I can tell you who you are, for this skill."),
    you_are: |name| Speech::text(format!("You are {name}.")),
    name_missing: || Speech::text("Your account has no name."),
    not_understood: || Speech::text("Sorry, I did not understand that."),
    goodbye: || Speech::text("Goodbye."),
};
