//! A small skill, for the tests of what runs it: two languages, intents of every kind.

use models::profile::Profile;
use models::request::SkillEventName;
use models::response::{Answer, Card, Speech};
use skill_kit::{Account, LinkProblem, Reply, SkillEvent, Words, ask_to_link};

type Turn<'a> = skill_kit::Turn<'a, Intent>;

skill_kit::intents! {
    Locale, launch => launch, event => event;

    HelloWorld = "HelloWorldIntent", Linked, AskAgain => hello;
    RequestInfo = "RequestInfoIntent", Linked, AskAgain => request_info;
    OrderTaxi = "OrderTaxiIntent", Linked => order_taxi;
    AccountStatus = "AccountStatusIntent", Public, AskAgain => account_status;
    Help = "AMAZON.HelpIntent", Public, AskAgain => help;
    Stop = "AMAZON.StopIntent", Public => stop;
    Fallback = "AMAZON.FallbackIntent", Public, AskAgain => help;
    Repeat = "AMAZON.RepeatIntent", Public, AskAgain => repeat;
}

skill_kit::locales! { Strings:
    EnUs = "en-US" => ENGLISH;
    DeDe = "de-DE" => GERMAN;
}

#[derive(Debug)]
pub struct Strings {
    words: Words,
    hello: fn(Option<&str>) -> Speech,
    what_to_ask: fn() -> Speech,
}

impl AsRef<Words> for Strings {
    fn as_ref(&self) -> &Words {
        &self.words
    }
}

const ENGLISH: Strings = Strings {
    words: Words {
        anything_else: || Speech::text("What else?"),
        done_already: || Speech::text("I have done that already."),
        one_moment: || Speech::text("One moment, please."),
        please_link: || Speech::text("Please link it first."),
        link_your_own: || Speech::text("Please link an account of your own."),
        link_expired: || Speech::text("The link has expired."),
        wrong_account: || Speech::text("That account does not belong to this skill."),
        accounts_unavailable: || Speech::text("I cannot reach your account."),
        out_of_time: || Speech::text("This takes longer than it should."),
        broken: || Speech::text("Sorry, something went wrong."),
    },
    hello: |name| Speech::text(format!("Hello, {}!", name.unwrap_or("you"))),
    what_to_ask: || Speech::text("What would you like to know?"),
};

const GERMAN: Strings = Strings {
    words: Words {
        link_your_own: || Speech::text("Du hast noch kein eigenes Konto verknüpft."),
        broken: || Speech::text("Da ist etwas schiefgegangen."),
        ..ENGLISH.words
    },
    ..ENGLISH
};

async fn launch(turn: &Turn<'_>) -> Reply {
    let account = turn.account().await?;
    let profile = account.profile().await?;
    let question = (turn.strings().what_to_ask)();
    Ok(Answer::ask(
        (turn.strings().hello)(profile.first_name()),
        question,
    ))
}

/// Whoever is asked for a permission is somebody with an account.
async fn event(event: &SkillEvent, turn: &Turn<'_>) -> Result<(), LinkProblem> {
    if event.name == SkillEventName::SkillPermissionAccepted {
        turn.account().await?;
    }
    Ok(())
}

async fn hello(turn: &Turn<'_>, account: &Account<'_>) -> Reply {
    let profile = account.profile().await?;
    Ok(turn.answer((turn.strings().hello)(profile.first_name())))
}

async fn request_info(turn: &Turn<'_>, account: &Account<'_>) -> Reply {
    let profile = account.profile().await?;
    let wanted = turn.choice("infoTypeRequested");
    let all = [
        ("emailAddress", Profile::email(&profile)),
        ("phoneNumber", Profile::phone_number(&profile)),
        ("userName", profile.first_name()),
    ];
    let named = |id| wanted == Some(id) || !all.iter().any(|(known, _)| wanted == Some(*known));
    let told = all.iter().filter(|(id, _)| named(id));
    let told: Vec<&str> = told.filter_map(|(_, value)| *value).collect();
    let said = Speech::text(format!("Your account has: {}.", told.join(", ")));
    let card = Card::simple("Your account", said.to_plain());
    Ok(turn.answer(said).with_card(card))
}

async fn order_taxi(turn: &Turn<'_>, _account: &Account<'_>) -> Reply {
    Ok(turn.answer(Speech::text("A taxi is on its way.")))
}

async fn account_status(turn: &Turn<'_>) -> Reply {
    match turn.account().await {
        Err(LinkProblem::NotLinked) => Ok(ask_to_link(|| Speech::text("No, it is not linked."))),
        account => {
            account?.profile().await?;
            Ok(turn.answer(Speech::text("Yes, it is linked.")))
        }
    }
}

async fn help(turn: &Turn<'_>) -> Reply {
    let question = (turn.strings().what_to_ask)();
    Ok(Answer::ask(question.clone(), question))
}

async fn stop(_turn: &Turn<'_>) -> Reply {
    Ok(Answer::tell(Speech::text("Goodbye to you all.")))
}

async fn repeat(turn: &Turn<'_>) -> Reply {
    let nothing = Speech::text("I have not told you anything yet.");
    Ok(Answer::ask(nothing, (turn.strings().what_to_ask)()))
}
