//! "What is my e-mail address?"

use models::profile::Profile;
use models::response::{Card, Speech};
use skill_kit::{Account, Reply};

use crate::{InfoType, Strings, Turn};

pub(crate) async fn request_info(turn: &Turn<'_>, account: &Account<'_>) -> Reply {
    let strings = turn.strings();
    let wanted = turn.choice("infoTypeRequested").and_then(InfoType::with_id);
    let profile = account.profile().await?;
    let said = match wanted {
        Some(InfoType::EmailAddress) => email(&profile, strings),
        Some(InfoType::PhoneNumber) => phone(&profile, strings),
        Some(InfoType::UserName) => name(&profile, strings),
        Some(InfoType::FullProfile) => everything(&profile, strings),
        None => (strings.not_sure_which)().and(everything(&profile, strings)),
    };
    let card = Card::simple(strings.card_title, said.to_plain());
    Ok(turn.answer(said).with_card(card))
}

fn email(profile: &Profile, strings: &Strings) -> Speech {
    match profile.email() {
        Some(email) => (strings.email_is)(email),
        None => (strings.email_missing)(),
    }
}

fn phone(profile: &Profile, strings: &Strings) -> Speech {
    match profile.phone_number() {
        Some(phone) => (strings.phone_is)(phone),
        None => (strings.phone_missing)(),
    }
}

/// The person's name, and the name to sign in with if the person chose it.
fn name(profile: &Profile, strings: &Strings) -> Speech {
    let name = profile.full_name().map(|name| (strings.name_is)(&name));
    let user_name = profile.user_name().map(strings.user_name_is);
    match (name, user_name) {
        (Some(name), Some(user_name)) => name.and(user_name),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => (strings.name_missing)(),
    }
}

fn everything(profile: &Profile, strings: &Strings) -> Speech {
    let everything = name(profile, strings)
        .and(email(profile, strings))
        .and(phone(profile, strings));
    match profile.address() {
        Some(address) => everything.and((strings.address_is)(&address)),
        None => everything,
    }
}
