//! The story that proves a deployment: a person enables the skill, links an account, asks for
//! what is known about them, lets a token expire, and leaves again.
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
pub use guest::{Account, Details, Guest};
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
    /// What it is called in `open …`.
    pub invocation_name: String,
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
    /// What the person asks for.
    pub subject: Subject,
    /// What else the skill can tell; it is asked for once.
    pub more: Vec<Subject>,
    /// A web page on the same user pool, where there is one.
    pub web_page: Option<WebPage>,
}

/// What the person asks the skill to tell about them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Subject {
    /// The e-mail address.
    #[default]
    Email,
    /// The phone number.
    Phone,
    /// The name to sign in with.
    Username,
    /// The person's own name.
    Name,
    /// Nothing, because nobody gives what the scopes show.
    Nothing,
}

impl Subject {
    /// How it is asked for while the skill listens.
    fn in_a_session(self) -> &'static str {
        match self {
            Self::Email => "what is my e-mail",
            Self::Phone => "what's my phone number",
            Self::Username => "what's my user name",
            Self::Name | Self::Nothing => "what's my name",
        }
    }

    /// How it is asked for together with the skill's name: in the other words that speech
    /// recognition comes up with.
    fn at_once(self) -> &'static str {
        match self {
            Self::Email => "what is my email",
            Self::Phone => "what is my phone number",
            Self::Username => "what is my user name",
            Self::Name | Self::Nothing => "what is my name",
        }
    }
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
        turns: Vec::new(),
    };
    match tale.tell().await {
        Ok(()) => Ok(Transcript {
            email: tale.person.email,
            phone_number: tale.person.phone,
            username: tale.person.username,
            passed: tale.person.passed,
            turns: tale.turns,
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
    turns: Vec<Turn>,
}
