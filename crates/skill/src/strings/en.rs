//! English.

use models::response::{InterpretAs, Speech};

use super::Strings;

pub(super) static STRINGS: Strings = Strings {
    card_title: "Your account",
    welcome: |name| match name {
        Some(name) => Speech::text(format!("Welcome back, {name}.")),
        None => Speech::text("Welcome back."),
    },
    what_to_ask: || {
        Speech::text(
            "You can ask for your e-mail address, your phone number, your name or your full \
             profile. What would you like to know?",
        )
    },
    anything_else: || Speech::text("What else would you like to know?"),
    help: || {
        Speech::text(
            "I can tell you what your linked account knows about you. Ask, for example: what is \
             my e-mail address? Or: read my full profile. What would you like to know?",
        )
    },
    goodbye: || Speech::text("Goodbye."),
    not_understood: || {
        Speech::text(
            "Sorry, I did not understand that. You can ask, for example: what is my e-mail \
             address?",
        )
    },

    please_link: || {
        Speech::text(
            "To tell you about your account, I need you to link it first. I have sent a card to \
             your Alexa app: open it there, and sign in.",
        )
    },
    link_expired: || {
        Speech::text(
            "The link to your account has expired. Please open the card in your Alexa app, and \
             sign in once more.",
        )
    },
    link_unusable: || {
        Speech::text(
            "The account that is linked does not belong to this skill. Please open the card in \
             your Alexa app, and link your account again.",
        )
    },
    accounts_unavailable: || {
        Speech::text("Sorry, I cannot reach your account right now. Please try again later.")
    },
    out_of_time: || {
        Speech::text("Sorry, this is taking longer than it should. Please try again in a moment.")
    },
    broken: || Speech::text("Sorry, something went wrong. Please try again."),

    email_is: |email| Speech::text(format!("Your e-mail address is {email}.")),
    email_missing: || Speech::text("Your account has no e-mail address."),
    phone_is: |phone| {
        Speech::text("Your phone number is ")
            .then_as(InterpretAs::Telephone, phone)
            .then(".")
    },
    phone_missing: || Speech::text("Your account has no phone number."),
    name_is: |name| Speech::text(format!("Your name is {name}.")),
    user_name_is: |name| Speech::text(format!("Your user name is {name}.")),
    name_missing: || Speech::text("Your account has no name."),
    not_sure_which: || Speech::text("I am not sure what you asked for, so here is everything."),
};
