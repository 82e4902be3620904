//! The words of the skill, one table for each language. A language that lacks a sentence does not compile.

use models::response::Speech;
use skill_kit::Words;

/// Everything that the skill says in one language.
#[derive(Debug)]
pub struct Strings {
    /// About accounts, time and failure.
    pub words: Words,
    /// To a user who opens the skill, with the first name when it is known.
    pub welcome: fn(Option<&str>) -> Speech,
    /// A question that shows what can be said; is said again after silence.
    pub what_to_ask: fn() -> Speech,
    /// To a user who asks for help, linked or not.
    pub help: fn() -> Speech,
    /// A taxi comes to this address, in so many minutes.
    pub on_its_way: fn(&str, u32) -> Speech,
    /// The address was kept.
    pub address_kept: fn(&str) -> Speech,
    /// The address that is kept.
    pub your_address_is: fn(&str) -> Speech,
    /// No address is kept; asks for one.
    pub no_address: fn() -> Speech,
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
    /// German in Germany.
    DeDe = "de-DE" => GERMAN;
}

const ENGLISH: Strings = Strings {
    words: Words {
        anything_else: || Speech::text("Anything else?"),
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
    what_to_ask: || Speech::text("You can say: order a taxi."),
    help: || Speech::text("I order taxis to the address that you tell me once."),
    on_its_way: |address, minutes| {
        Speech::text(format!("A taxi comes to {address}, in {minutes} minutes."))
    },
    address_kept: |address| Speech::text(format!("I will pick you up at {address}.")),
    your_address_is: |address| Speech::text(format!("At {address}.")),
    no_address: || Speech::text("I do not know your address yet. Say: my address is, and then it."),
    not_understood: || Speech::text("Sorry, I did not understand that."),
    goodbye: || Speech::text("Goodbye."),
};

const GERMAN: Strings = Strings {
    words: Words {
        anything_else: || Speech::text("Noch etwas?"),
        done_already: || {
            Speech::text(
                "Das ist schon erledigt. Sag es einfach noch einmal, wenn du es noch einmal möchtest.",
            )
        },
        one_moment: || Speech::text("Einen Moment, bitte."),
        please_link: || {
            Speech::text(
                "Ich muss wissen, wer du bist. In deiner Alexa-App ist jetzt eine Karte: Öffne sie dort, \
                 und verknüpfe dein Konto.",
            )
        },
        link_your_own: || {
            Speech::text(
                "Du hast noch kein eigenes Konto verknüpft. In der Alexa-App ist jetzt eine Karte: Wähle \
                 dort dein Profil, öffne die Karte, und melde dich an.",
            )
        },
        link_expired: || {
            Speech::text(
                "Die Verknüpfung mit deinem Konto ist abgelaufen. Öffne bitte die Karte in deiner \
                 Alexa-App, und melde dich noch einmal an.",
            )
        },
        wrong_account: || {
            Speech::text(
                "Das Konto, das Alexa von dir kennt, gehört nicht zu diesem Skill. Öffne bitte die Karte \
                 in deiner Alexa-App, und melde dich noch einmal an.",
            )
        },
        accounts_unavailable: || {
            Speech::text(
                "Ich erreiche dein Konto gerade nicht. Versuche es bitte später noch einmal.",
            )
        },
        out_of_time: || {
            Speech::text("Das dauert länger, als es soll. Versuche es bitte gleich noch einmal.")
        },
        broken: || Speech::text("Da ist etwas schiefgegangen. Versuche es bitte noch einmal."),
    },
    welcome: |name| match name {
        Some(name) => Speech::text(format!("Willkommen zurück, {name}.")),
        None => Speech::text("Willkommen zurück."),
    },
    what_to_ask: || Speech::text("Sag zum Beispiel: bestell ein Taxi."),
    help: || Speech::text("Ich bestelle Taxis zu der Adresse, die du mir einmal sagst."),
    on_its_way: |address, minutes| {
        Speech::text(format!(
            "Ein Taxi kommt in {minutes} Minuten zu dieser Adresse: {address}."
        ))
    },
    address_kept: |address| Speech::text(format!("Ich hole dich dort ab: {address}.")),
    your_address_is: |address| Speech::text(format!("Dort: {address}.")),
    no_address: || {
        Speech::text("Ich kenne deine Adresse noch nicht. Sag: meine Adresse ist, und dann sie.")
    },
    not_understood: || Speech::text("Das habe ich nicht verstanden."),
    goodbye: || Speech::text("Auf Wiedersehen."),
};
