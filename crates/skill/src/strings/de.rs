//! German, with the familiar form of address that Alexa uses.

use models::response::{InterpretAs, Speech};
use skill_kit::Words;

use super::Strings;

pub(super) const DE: Strings = Strings {
    words: Words {
        anything_else: || Speech::text("Was möchtest du noch wissen?"),
        done_already: || {
            Speech::text(
                "Das habe ich schon erledigt und mache es deshalb nicht noch einmal. Wenn du es noch \
                 einmal möchtest, bitte mich darum.",
            )
        },
        one_moment: || Speech::text("Einen Moment, bitte."),
        please_link: || {
            Speech::text(
                "Damit ich dir etwas über dein Konto sagen kann, musst du es zuerst verknüpfen. Ich \
                 habe dir eine Karte in die Alexa-App geschickt: Öffne sie dort und melde dich an.",
            )
        },
        link_your_own: || {
            Speech::text(
                "Du hast noch kein eigenes Konto verknüpft. Ich habe eine Karte in die Alexa-App \
                 geschickt: Wähle dort dein Profil, öffne die Karte und melde dich an.",
            )
        },
        link_expired: || {
            Speech::text(
                "Die Verknüpfung mit deinem Konto ist abgelaufen. Bitte öffne die Karte in deiner \
                 Alexa-App und melde dich noch einmal an.",
            )
        },
        wrong_account: || {
            Speech::text(
                "Das Konto, das Alexa für dich kennt, gehört nicht zu diesem Skill. Bitte öffne die \
                 Karte in deiner Alexa-App und melde dich neu an.",
            )
        },
        accounts_unavailable: || {
            Speech::text(
                "Dein Konto ist im Moment leider nicht erreichbar. Bitte versuche es später noch \
                 einmal.",
            )
        },
        out_of_time: || {
            Speech::text(
                "Das dauert leider länger als gedacht. Bitte versuche es gleich noch einmal.",
            )
        },
        broken: || {
            Speech::text("Da ist leider etwas schiefgegangen. Bitte versuche es noch einmal.")
        },
    },

    card_title: "Dein Konto",
    welcome: |name| match name {
        Some(name) => Speech::text(format!("Willkommen zurück, {name}.")),
        None => Speech::text("Willkommen zurück."),
    },
    hello: |name| match name {
        Some(name) => Speech::text(format!("Hallo, {name}!")),
        None => Speech::text("Hallo!"),
    },
    what_to_ask: || {
        Speech::text(
            "Du kannst nach deiner E-Mail-Adresse, deiner Telefonnummer, deinem Benutzernamen \
             oder deinem ganzen Profil fragen. Was möchtest du wissen?",
        )
    },
    help: || {
        Speech::text(
            "Ich kann dir sagen, was dein Konto über dich weiß. Frag zum Beispiel: Wie lautet \
             meine E-Mail-Adresse? Oder: Lies mein ganzes Profil vor. Was möchtest du wissen?",
        )
    },
    goodbye: || Speech::text("Auf Wiederhören."),
    not_understood: || {
        Speech::text(
            "Das habe ich leider nicht verstanden. Du kannst zum Beispiel fragen: Wie lautet \
             meine E-Mail-Adresse?",
        )
    },
    nothing_to_repeat: || Speech::text("Ich habe dir noch nichts gesagt."),
    is_linked: |name| match name {
        Some(name) => Speech::text(format!("Ja, {name}, dein Konto ist verknüpft.")),
        None => Speech::text("Ja, dein Konto ist verknüpft."),
    },
    is_not_linked: || {
        Speech::text(
            "Nein, dein Konto ist noch nicht verknüpft. Ich habe dir eine Karte in die Alexa-App \
             geschickt: Öffne sie dort und melde dich an.",
        )
    },

    email_is: |email| Speech::text(format!("Deine E-Mail-Adresse lautet {email}.")),
    email_missing: || Speech::text("In deinem Konto ist keine E-Mail-Adresse hinterlegt."),
    phone_is: |phone| {
        Speech::text("Deine Telefonnummer lautet ")
            .then_as(InterpretAs::Telephone, phone)
            .then(".")
    },
    phone_missing: || Speech::text("In deinem Konto ist keine Telefonnummer hinterlegt."),
    name_is: |name| Speech::text(format!("Dein Name ist {name}.")),
    user_name_is: |name| {
        Speech::text("Dein Benutzername lautet ")
            .then_as(InterpretAs::SpellOut, name)
            .then(".")
    },
    name_missing: || Speech::text("In deinem Konto ist kein Name hinterlegt."),
    address_is: |address| {
        Speech::text("Deine Anschrift lautet ")
            .then_as(InterpretAs::Address, address)
            .then(".")
    },
    not_sure_which: || {
        Speech::text("Ich bin nicht sicher, welche Angabe du meinst. Hier ist dein ganzes Profil.")
    },
};
