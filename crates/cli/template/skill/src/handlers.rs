//! What the skill does when it is spoken to: which intents there are, and who answers them.

use models::response::Answer;
use skill_kit::{Account, Reply};

use crate::Turn;
use crate::strings::Locale;

skill_kit::intents! {
    Locale, launch => launch;

    /// "Who am I?"
    WhoAmI = "WhoAmIIntent", Linked, AskAgain => who_am_i;
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

/// "Alexa, open {{invocation}}."
async fn launch(turn: &Turn<'_>) -> Reply {
    let account = turn.account().await?;
    let profile = account.profile().await?;
    let strings = turn.strings();
    let welcome = (strings.welcome)(profile.first_name());
    let question = (strings.what_to_ask)();
    Ok(Answer::ask(welcome.and(question.clone()), question))
}

async fn who_am_i(turn: &Turn<'_>, account: &Account<'_>) -> Reply {
    let profile = account.profile().await?;
    let strings = turn.strings();
    let said = match profile.full_name() {
        Some(name) => (strings.you_are)(&name),
        None => (strings.name_missing)(),
    };
    Ok(turn.answer(said))
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
