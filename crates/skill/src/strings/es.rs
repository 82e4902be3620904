//! Spanish as it is spoken in Spain, with the familiar form of address that Alexa uses.

use models::response::{InterpretAs, Speech};
use skill_kit::Words;

use super::Strings;

pub(super) const ES: Strings = Strings {
    words: Words {
        anything_else: || Speech::text("¿Qué más quieres saber?"),
        done_already: || {
            Speech::text(
                "Ya lo he hecho, así que no lo repito. Si lo quieres otra vez, pídemelo de nuevo.",
            )
        },
        one_moment: || Speech::text("Un momento, por favor."),
        please_link: || {
            Speech::text(
                "Para hablarte de tu cuenta, primero tienes que vincularla. Te he enviado una tarjeta \
                 a la aplicación Alexa: ábrela allí e inicia sesión.",
            )
        },
        link_your_own: || {
            Speech::text(
                "Todavía no has vinculado una cuenta propia. He enviado una tarjeta a la aplicación \
                 Alexa: elige allí tu perfil, abre la tarjeta e inicia sesión.",
            )
        },
        link_expired: || {
            Speech::text(
                "La vinculación con tu cuenta ha caducado. Abre la tarjeta en la aplicación Alexa e \
                 inicia sesión otra vez, por favor.",
            )
        },
        wrong_account: || {
            Speech::text(
                "La cuenta que Alexa conoce de ti no pertenece a esta skill. Abre la tarjeta en la \
                 aplicación Alexa e inicia sesión de nuevo, por favor.",
            )
        },
        accounts_unavailable: || {
            Speech::text(
                "Lo siento, ahora mismo no puedo acceder a tu cuenta. Inténtalo más tarde, por favor.",
            )
        },
        out_of_time: || {
            Speech::text(
                "Lo siento, esto está tardando más de lo normal. Inténtalo otra vez dentro de un \
                 momento.",
            )
        },
        broken: || Speech::text("Lo siento, algo ha ido mal. Inténtalo otra vez, por favor."),
    },

    card_title: "Tu cuenta",
    // Neither "bienvenido" nor "bienvenida": nobody is asked for a gender.
    welcome: |name| match name {
        Some(name) => Speech::text(format!("Hola de nuevo, {name}.")),
        None => Speech::text("Hola de nuevo."),
    },
    hello: |name| match name {
        Some(name) => Speech::text(format!("¡Hola, {name}!")),
        None => Speech::text("¡Hola!"),
    },
    what_to_ask: || {
        Speech::text(
            "Puedes preguntarme por tu correo electrónico, tu número de teléfono, tu nombre de \
             usuario o tu perfil completo. ¿Qué quieres saber?",
        )
    },
    help: || {
        Speech::text(
            "Puedo decirte lo que tu cuenta sabe de ti. Pregúntame, por ejemplo: ¿cuál es mi \
             correo electrónico? O di: lee mi perfil completo. ¿Qué quieres saber?",
        )
    },
    goodbye: || Speech::text("Hasta luego."),
    not_understood: || {
        Speech::text(
            "Perdona, no te he entendido. Puedes preguntarme, por ejemplo: ¿cuál es mi correo \
             electrónico?",
        )
    },
    nothing_to_repeat: || Speech::text("Todavía no te he dicho nada."),
    is_linked: |name| match name {
        Some(name) => Speech::text(format!("Sí, {name}, tu cuenta está vinculada.")),
        None => Speech::text("Sí, tu cuenta está vinculada."),
    },
    is_not_linked: || {
        Speech::text(
            "No, tu cuenta todavía no está vinculada. Te he enviado una tarjeta a la aplicación \
             Alexa: ábrela allí e inicia sesión.",
        )
    },

    email_is: |email| Speech::text(format!("Tu correo electrónico es {email}.")),
    email_missing: || Speech::text("Tu cuenta no tiene correo electrónico."),
    phone_is: |phone| {
        Speech::text("Tu número de teléfono es ")
            .then_as(InterpretAs::Telephone, phone)
            .then(".")
    },
    phone_missing: || Speech::text("Tu cuenta no tiene número de teléfono."),
    name_is: |name| Speech::text(format!("Te llamas {name}.")),
    user_name_is: |name| {
        Speech::text("Tu nombre de usuario es ")
            .then_as(InterpretAs::SpellOut, name)
            .then(".")
    },
    name_missing: || Speech::text("Tu cuenta no tiene ningún nombre."),
    address_is: |address| {
        Speech::text("Tu dirección es ")
            .then_as(InterpretAs::Address, address)
            .then(".")
    },
    not_sure_which: || {
        Speech::text(
            "No sé con seguridad qué dato quieres, así que aquí tienes tu perfil completo.",
        )
    },
};
