//! English.

use models::response::{InterpretAs, Speech};
use skill_kit::Words;

use super::Strings;

/// American English, and whatever English has no strings of its own.
pub(super) const US: Strings = Strings {
    words: Words {
        anything_else: || Speech::text("What else would you like to know?"),
        done_already: || {
            Speech::text(
                "I have done that already, so I am not doing it again. If you want it once more, just \
                 ask for it.",
            )
        },
        one_moment: || Speech::text("One moment, please."),
        please_link: || {
            Speech::text(
                "To tell you about your account, I need you to link it first. I have sent a card to \
                 your Alexa app: open it there, and sign in.",
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

    card_title: "Your account",
    welcome: |name| match name {
        Some(name) => Speech::text(format!("Welcome back, {name}.")),
        None => Speech::text("Welcome back."),
    },
    hello: |name| match name {
        Some(name) => Speech::text(format!("Hello, {name}!")),
        None => Speech::text("Hello!"),
    },
    what_to_ask: || {
        Speech::text(
            "You can ask for your e-mail address, your phone number, your user name or your full \
             profile. What would you like to know?",
        )
    },
    help: || {
        Speech::text(
            "I can tell you what your account knows about you. Ask, for example: what is my \
             e-mail address? Or: read my full profile. What would you like to know?",
        )
    },
    goodbye: || Speech::text("Goodbye."),
    not_understood: || {
        Speech::text(
            "Sorry, I did not understand that. You can ask, for example: what is my e-mail \
             address?",
        )
    },
    nothing_to_repeat: || Speech::text("I have not told you anything yet."),
    is_linked: |name| match name {
        Some(name) => Speech::text(format!("Yes, {name}, your account is linked.")),
        None => Speech::text("Yes, your account is linked."),
    },
    is_not_linked: || {
        Speech::text(
            "No, your account is not linked yet. I have sent a card to your Alexa app: open it \
             there, and sign in.",
        )
    },

    email_is: |email| Speech::text(format!("Your e-mail address is {email}.")),
    email_missing: || Speech::text("Your account has no e-mail address."),
    phone_is: |phone| {
        Speech::text("Your phone number is ")
            .then_as(InterpretAs::Telephone, phone)
            .then(".")
    },
    phone_missing: || Speech::text("Your account has no phone number."),
    name_is: |name| Speech::text(format!("Your name is {name}.")),
    user_name_is: |name| {
        Speech::text("Your user name is ")
            .then_as(InterpretAs::SpellOut, name)
            .then(".")
    },
    name_missing: || Speech::text("Your account has no name."),
    address_is: |address| {
        Speech::text("Your address is ")
            .then_as(InterpretAs::Address, address)
            .then(".")
    },
    not_sure_which: || {
        Speech::text("I am not sure which detail you meant, so here is your full profile.")
    },
};

/// British English: American English, except where a British speaker says it differently.
pub(super) const GB: Strings = Strings {
    words: Words {
        accounts_unavailable: || {
            Speech::text(
                "Sorry, I cannot reach your account at the moment. Please try again later.",
            )
        },
        ..US.words
    },
    ..US
};
