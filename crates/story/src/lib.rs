//! The story that proves a deployment: a person enables the skill, links an account, opens the skill,
//! lets a token expire, and leaves again.
//!
//! It knows no word of the skill but its invocation name. What else the person says is handed over,
//! and whoever has handed it over judges the answers.
//!
//! It goes through the public doors only, over HTTP, as a person with a browser and an Alexa
//! device would. Of the stage it knows the addresses and the keys, so that the stage cannot tell
//! itself that it works. Every expectation is checked; the first that fails is the error.
//!
//! A [`Guest`] comes through the same doors, and says what somebody else has written down.

mod administrator;
mod authenticator;
mod browser;
mod chapters;
mod cookies;
mod device;
mod error;
mod expectations;
mod guest;
mod html;
mod http;
mod person;
mod web_page;

pub use administrator::Administrator;
pub use device::Answer;
use device::Device;
pub use error::{Problem, StoryError};
pub use guest::{Account, Details, Guest, sign_up_at};
pub use http::client;
use person::Person;
pub use person::{FirstCode, Passed, SignInName, Way};
pub use web_page::{OwnFactor, WebPage};

use local_access::Access;

/// What the person needs to know about the skill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The skill to enable, link and talk to.
    pub skill_id: String,
    /// The sentence that opens it, in its language.
    pub opening: String,
    /// The language that is spoken, such as `en-US`.
    pub locale: String,
    /// Whether the skill can be enabled without linking an account.
    pub optional_linking: bool,
    /// Whether Alexa always links with PKCE; if not, the person tries both.
    pub pkce: bool,
    /// How the person signs in.
    pub way: Way,
    /// Who makes the account, where people cannot make their own.
    pub administrator: Option<Administrator>,
    /// Sentences of the project's own, said by the person once an account is linked.
    pub sentences: Vec<String>,
    /// A web page on the same user pool, where there is one.
    pub web_page: Option<WebPage>,
}

/// One exchange with the device.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Turn {
    /// What the person said.
    pub said: String,
    /// What Alexa answered, as plain text.
    pub heard: String,
    /// The type of the card in the Alexa app, such as `LinkAccount`.
    pub card: Option<String>,
    /// Whether the request to the skill carried an access token.
    pub linked: bool,
    /// What happened before it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

/// A story that ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    /// The person's e-mail address.
    pub email: String,
    /// The person's phone number.
    pub phone_number: String,
    /// The person's name to sign in with, where people choose one.
    pub username: String,
    /// The pages that the person got through, in order.
    pub passed: Vec<Passed>,
    /// The conversation, in order.
    pub turns: Vec<Turn>,
    /// The answers to the sentences of the project's own, in order.
    pub answers: Vec<Answer>,
}

/// Lives through the whole story.
///
/// The skill has to be deployed on the stage; whether it is enabled or linked does not matter.
/// Afterwards it is enabled and not linked. The stage's clock is not touched, so that a person's own
/// phone and verifier fit the stage while a story runs and after it, however it ends.
pub async fn run(access: &Access, script: &Script) -> Result<Transcript, StoryError> {
    let device = Device::new(access, &script.skill_id, &script.locale, None);
    let device = device.map_err(|problem| StoryError {
        step: "start",
        problem,
        turns: Vec::new(),
    })?;
    let mut tale = Tale {
        access,
        script,
        device,
        person: Person::new(script.way, script.administrator.clone()),
        step: "start",
        happened: None,
        launch_needs_account: None,
        turns: Vec::new(),
        answers: Vec::new(),
    };
    match tale.tell().await {
        Ok(()) => Ok(Transcript {
            email: tale.person.email,
            phone_number: tale.person.phone,
            username: tale.person.username,
            passed: tale.person.passed,
            turns: tale.turns,
            answers: tale.answers,
        }),
        Err(problem) => Err(StoryError {
            step: tale.step,
            problem,
            turns: tale.turns,
        }),
    }
}

/// A story while it happens.
struct Tale<'a> {
    access: &'a Access,
    script: &'a Script,
    device: Device,
    person: Person,
    /// Where in the story we are; an error names it.
    step: &'static str,
    /// What has happened since the last turn.
    happened: Option<&'static str>,
    /// Whether a launch without a linked account asks to link one; not known before it was tried.
    launch_needs_account: Option<bool>,
    turns: Vec<Turn>,
    answers: Vec<Answer>,
}
