//! `cargo xtask link` and `cargo xtask unlink`: account linking at the running local stage.

use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::device::Device;
use crate::failure::{Code, Failure};
use crate::{browser, output};

/// How long a sign-in may take; Alexa waits as long.
const PATIENCE: Duration = Duration::from_mins(30);
/// How often the stage is asked.
const PAUSE: Duration = Duration::from_millis(250);

/// A customer of the stage, and a speaker in their home.
#[derive(Debug, Args)]
pub(crate) struct Whose {
    /// A customer with an Amazon account and devices of their own, by any name [default: the developer]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) customer: Option<String>,
    /// A speaker whom Alexa recognises, by any name [default: one whom Alexa does not recognise]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) voice: Option<String>,
}

impl Whose {
    /// The command that links their account.
    pub(crate) fn link(&self) -> String {
        let names = [("customer", &self.customer), ("voice", &self.voice)];
        names.into_iter().fold(
            "cargo xtask link".to_owned(),
            |command, (option, name)| match name {
                None => command,
                Some(name) if name.contains(char::is_whitespace) => {
                    format!("{command} --{option} \"{name}\"")
                }
                Some(name) => format!("{command} --{option} {name}"),
            },
        )
    }
}

/// The account to link, and for whom.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    whose: Whose,
    /// The skill, by its id, where the stage has several
    #[arg(long, value_name = "ID")]
    skill: Option<String>,
    /// Print the address of the sign-in page, and open no browser
    #[arg(long)]
    no_open: bool,
}

/// The links to take away.
#[derive(Debug, Args)]
pub(crate) struct Unlink {
    /// A customer with an Amazon account and devices of their own, by any name [default: the developer]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    customer: Option<String>,
    /// The skill, by its id, where the stage has several
    #[arg(long, value_name = "ID")]
    skill: Option<String>,
}

/// The end of the help of `link`.
pub(crate) const HELP: &str = "\
Create an account with any address: the local stage sends no messages, and this command prints the
codes that would be in them. With --voice, a speaker links an account to their own profile; without
it, the account that the home shares is linked.

Examples: cargo xtask link
          cargo xtask link --voice ann";

/// The end of the help of `unlink`.
pub(crate) const HELP_OF_UNLINK: &str = "\
As in the Alexa app, the skill is disabled for it: every link to it is forgotten, those of voices
included, and the skill gets another user id. It is enabled again if it can be used without an account.

Example: cargo xtask unlink";

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let device = Device::of_running_stage()?;
    let whose = &options.whose;
    let skill = skill(&device, whose.customer.as_deref(), options.skill).await?;
    let mut codes = Codes::from_now(&device).await?;
    let body = json!({ "voice": whose.voice });
    let started = post(&device, &skill, "link", whose.customer.as_deref(), body).await?;
    let started = started.map_err(Failure::from)?;
    let address = started["authorizeUrl"].as_str().unwrap_or_default();
    output::line(address);
    if !options.no_open && browser::open(address) {
        output::aside("the sign-in page opens in your browser; waiting until an account is linked");
    } else {
        output::aside("open this address in a browser; waiting until an account is linked");
    }
    let attempt = format!("app/links/{}", state_of(address));
    let until = Instant::now() + PATIENCE;
    loop {
        let attempt = device.get(&attempt, &[]).await?;
        codes.tell_new(&device).await?;
        match attempt["outcome"].as_str() {
            Some("linked") => {
                output::line("linked");
                return Ok(());
            }
            Some(_) => {
                let why = attempt["error"].as_str().unwrap_or_default();
                return Err(Failure::new(Code::LocalStage, "the account is not linked")
                    .because(why)
                    .hint(format!("try it once more: {}", whose.link())));
            }
            None if Instant::now() < until => sleep(PAUSE).await,
            None => {
                return Err(Failure::new(Code::LocalStage, "the sign-in took too long")
                    .hint(format!("try it once more: {}", whose.link())));
            }
        }
    }
}

pub(crate) async fn unlink(options: Unlink) -> Result<(), Failure> {
    let device = Device::of_running_stage()?;
    let customer = options.customer.as_deref();
    let skill = skill(&device, customer, options.skill).await?;
    let whose = whose(customer);
    let before = device.get(&format!("app/skills/{skill}"), &whose).await?;
    let voices = before["voices"].as_array().into_iter().flatten();
    let mut links = voices.chain([&before]);
    if !links.any(|link| link["linked"] == true) {
        output::line("no account is linked");
        return Ok(());
    }
    let disabled = post(&device, &skill, "disable", customer, json!({})).await?;
    disabled.map_err(Failure::from)?;
    match post(&device, &skill, "enable", customer, json!({})).await? {
        Ok(_) => output::line("unlinked: the skill was disabled and enabled again"),
        Err(refusal) if refusal.status == StatusCode::CONFLICT => {
            output::line("unlinked: the skill is disabled until an account is linked");
        }
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(())
}

async fn post(
    device: &Device,
    skill: &str,
    action: &str,
    customer: Option<&str>,
    body: Value,
) -> Result<Result<Value, crate::device::Refusal>, Failure> {
    let path = format!("app/skills/{skill}/{action}");
    device
        .ask((Method::POST, path, &whose(customer), Some(body)))
        .await
}

fn whose(customer: Option<&str>) -> Vec<(&str, &str)> {
    customer
        .map(|name| ("customer", name))
        .into_iter()
        .collect()
}

/// The one skill that the customer can have, or the one that was named.
async fn skill(
    device: &Device,
    customer: Option<&str>,
    named: Option<String>,
) -> Result<String, Failure> {
    if let Some(id) = named {
        return Ok(id);
    }
    let list = device.get("app/skills", &whose(customer)).await?;
    let ids = list["skills"].as_array().into_iter().flatten();
    let ids: Vec<&str> = ids.filter_map(|skill| skill["skillId"].as_str()).collect();
    match ids[..] {
        [id] => Ok(id.to_owned()),
        [] => Err(
            Failure::new(Code::LocalStage, "the local stage has no skill")
                .hint("deploy one: cargo xtask deploy local"),
        ),
        _ => Err(
            Failure::new(Code::LocalStage, "the local stage has several skills")
                .because(ids.join(", "))
                .hint("name the one that is meant with --skill"),
        ),
    }
}

/// The `state` of an authorization request, by which its outcome is known.
fn state_of(authorize_url: &str) -> String {
    let url = url::Url::parse(authorize_url).ok();
    let state = url.as_ref().and_then(|url| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(name, value)| (name == "state").then(|| value.into_owned()))
    });
    state.unwrap_or_default()
}

/// The messages in the outbox that somebody who signs in waits for.
struct Codes {
    told: usize,
}

impl Codes {
    /// Those that are not there yet.
    async fn from_now(device: &Device) -> Result<Self, Failure> {
        let told = Self::all(device).await?.len();
        Ok(Self { told })
    }

    async fn all(device: &Device) -> Result<Vec<Value>, Failure> {
        let mut outbox = device.get("outbox", &[]).await?;
        Ok(match outbox["messages"].take() {
            Value::Array(messages) => messages,
            _ => Vec::new(),
        })
    }

    async fn tell_new(&mut self, device: &Device) -> Result<(), Failure> {
        let all = Self::all(device).await?;
        for message in all.iter().skip(self.told) {
            if let (Some(to), Some(code)) = (message["to"].as_str(), message["code"].as_str()) {
                output::aside(&format!("the code for {to} is {code}"));
            }
        }
        self.told = all.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_links_names_whom_it_is_for() {
        let link = |customer: Option<&str>, voice: Option<&str>| {
            let [customer, voice] = [customer, voice].map(|name| name.map(str::to_owned));
            Whose { customer, voice }.link()
        };
        assert_eq!(link(None, None), "cargo xtask link");
        assert_eq!(
            link(Some("ann"), Some("old tom")),
            "cargo xtask link --customer ann --voice \"old tom\""
        );
    }

    #[test]
    fn the_state_is_in_the_query() {
        assert_eq!(
            state_of("http://a.example/authorize?b=c&state=d%26e"),
            "d&e"
        );
        assert_eq!(state_of("http://a.example/authorize"), "");
    }
}
