//! The conversation: which intents there are, and who answers them.

use models::response::Answer;
use skill_kit::{Account, Reply};

use crate::strings::Locale;
use crate::{Turn, addresses, dispatch, orders};

skill_kit::intents! {
    Locale, launch => launch;

    /// "Order a taxi." Nothing that "say that again" may do twice.
    OrderTaxi = "OrderTaxiIntent", Linked => order_taxi;
    /// "My address is 12 Harbour Street."
    SetAddress = "SetAddressIntent", Linked => set_address;
    /// "Where will you pick me up?"
    WhereFrom = "WhereFromIntent", Linked, AskAgain => where_from;
    /// "Help."
    Help = "AMAZON.HelpIntent", Public, AskAgain => help;
    /// "Stop."
    Stop = "AMAZON.StopIntent", Public => stop;
    /// "Cancel."
    Cancel = "AMAZON.CancelIntent", Public => stop;
    /// "Go home."
    NavigateHome = "AMAZON.NavigateHomeIntent", Public => stop;
    /// Something that the interaction model does not understand.
    Fallback = "AMAZON.FallbackIntent", Public, AskAgain => fallback;
    /// "Say that again", when nothing was said before.
    Repeat = "AMAZON.RepeatIntent", Public, AskAgain => help;
}

/// "Alexa, open taxi desk."
async fn launch(turn: &Turn<'_>) -> Reply {
    let account = turn.account().await?;
    let profile = account.profile().await?;
    let strings = turn.strings();
    let welcome = (strings.welcome)(profile.first_name());
    let question = (strings.what_to_ask)();
    Ok(Answer::ask(welcome.and(question.clone()), question))
}

async fn order_taxi(turn: &Turn<'_>, account: &Account<'_>) -> Reply {
    let strings = turn.strings();
    let Some(address) = addresses::usual(turn, account.subject()).await? else {
        let question = (strings.no_address)();
        return Ok(Answer::ask(question.clone(), question));
    };
    let minutes = orders::place(turn, account, &address).await?;
    dispatch::tell(turn, &address).await?;
    Ok(turn.answer((strings.on_its_way)(&address, minutes)))
}

async fn set_address(turn: &Turn<'_>, account: &Account<'_>) -> Reply {
    let strings = turn.strings();
    let said = turn.slot("address").and_then(|slot| slot.value.as_deref());
    let Some(address) = said else {
        let question = (strings.no_address)();
        return Ok(Answer::ask(question.clone(), question));
    };
    addresses::remember(turn, account.subject(), address).await?;
    Ok(turn.answer((strings.address_kept)(address)))
}

async fn where_from(turn: &Turn<'_>, account: &Account<'_>) -> Reply {
    let strings = turn.strings();
    match addresses::usual(turn, account.subject()).await? {
        Some(address) => Ok(turn.answer((strings.your_address_is)(&address))),
        None => {
            let question = (strings.no_address)();
            Ok(Answer::ask(question.clone(), question))
        }
    }
}

async fn help(turn: &Turn<'_>) -> Reply {
    let strings = turn.strings();
    Ok(Answer::ask((strings.help)(), (strings.what_to_ask)()))
}

async fn fallback(turn: &Turn<'_>) -> Reply {
    let strings = turn.strings();
    let question = (strings.what_to_ask)();
    Ok(Answer::ask((strings.not_understood)(), question))
}

async fn stop(turn: &Turn<'_>) -> Reply {
    Ok(Answer::tell((turn.strings().goodbye)()))
}
