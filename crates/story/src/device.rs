//! The Echo on the table and the Alexa app beside it.

use jiff::Timestamp;
use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::error::Problem;
use crate::http;
use local_access::Access;

/// The device of one person, and the controls of the stage that share its listener.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) client: reqwest::Client,
    pub(super) access: Access,
    skill_id: String,
    locale: String,
    /// Whose device it is, if not of the customer who is meant when nobody is named.
    customer: Option<String>,
}

/// What Alexa answered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// As plain text.
    pub heard: String,
    /// What was said before the answer came.
    #[serde(default)]
    pub progressive: Vec<String>,
    /// What is said if the person says nothing.
    pub reprompt: Option<String>,
    /// The card in the Alexa app.
    pub card: Option<Value>,
    /// Whether the request to the skill carried an access token.
    pub linked: bool,
    /// What the access token that the request carried is told by.
    pub token: Option<String>,
    /// Whether the skill listens for the next sentence.
    pub session_open: bool,
    /// The intent that was understood.
    pub intent: Option<String>,
    /// Alexa's sentence when the skill did not answer properly.
    pub error: Option<String>,
}

impl Answer {
    /// The type of the card.
    pub fn card_type(&self) -> Option<&str> {
        self.card.as_ref()?.get("type")?.as_str()
    }
}

/// The skill as the Alexa app shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Enablement {
    pub(super) enabled: bool,
    pub(super) linked: bool,
    pub(super) user_id: Option<String>,
    voices: Vec<Voice>,
}

/// A person whose voice Alexa recognises.
#[derive(Debug, Deserialize)]
struct Voice {
    voice: String,
    linked: bool,
}

impl Enablement {
    /// Whether a voice has linked an account of its own or, without a voice, the home has.
    pub(super) fn is_linked(&self, voice: Option<&str>) -> bool {
        match voice {
            Some(name) => (self.voices.iter()).any(|one| one.voice == name && one.linked),
            None => self.linked,
        }
    }
}

/// A skill event and what became of it.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) delivered: bool,
    pub(super) error: Option<String>,
}

impl Device {
    pub(super) fn new(
        access: &Access,
        skill_id: &str,
        locale: &str,
        customer: Option<&str>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            client: http::client()
                .map_err(|source| Problem::unreachable(&access.urls.device, source))?,
            access: access.clone(),
            skill_id: skill_id.to_owned(),
            locale: locale.to_owned(),
            customer: customer.map(str::to_owned),
        })
    }

    /// Says one sentence, with a voice that Alexa does not recognise.
    pub(super) async fn say(&self, text: &str) -> Result<Answer, Problem> {
        self.say_as(None, text).await
    }

    /// Says one sentence, with a voice that Alexa recognises if one is named.
    pub(super) async fn say_as(&self, voice: Option<&str>, text: &str) -> Result<Answer, Problem> {
        let url = self.url("/say");
        // Other skills of the stage may have the same invocation name.
        let skill = &self.skill_id;
        let mut body =
            json!({ "text": text, "locale": self.locale, "voice": voice, "skill": skill });
        match &self.customer {
            Some(customer) => body["customer"] = customer.as_str().into(),
            // Not the developer's own, whose conversation the page of the stage shows.
            None => body["deviceId"] = "amzn1.ask.device.STORY".into(),
        }
        http::json(self.post(&url).json(&body), &url).await
    }

    /// The skill's page in the Alexa app.
    pub(super) async fn look_up(&self) -> Result<Enablement, Problem> {
        let url = self.skill_url("");
        http::json(self.get(&url), &url).await
    }

    pub(super) async fn enable(&self) -> Result<(), Problem> {
        let url = self.skill_url("/enable");
        http::done(self.post(&url), &url).await
    }

    pub(super) async fn disable(&self) -> Result<(), Problem> {
        let url = self.skill_url("/disable");
        http::done(self.post(&url), &url).await
    }

    /// Presses "link account", in the profile of a voice if one is named; the answer is the page that
    /// the app opens.
    pub(super) async fn start_linking(
        &self,
        voice: Option<&str>,
        region: &str,
    ) -> Result<Url, Problem> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Started {
            authorize_url: Url,
        }
        let url = self.skill_url("/link");
        let body = json!({ "region": region, "voice": voice });
        let started: Started = http::json(self.post(&url).json(&body), &url).await?;
        Ok(started.authorize_url)
    }

    /// Every skill event of this skill so far.
    pub(super) async fn events(&self) -> Result<Vec<Event>, Problem> {
        #[derive(Deserialize)]
        struct Events {
            events: Vec<Event>,
        }
        let mut url = self.url("/events");
        url.query_pairs_mut().append_pair("skillId", &self.skill_id);
        let answer: Events = http::json(self.get(&url), &url).await?;
        Ok(answer.events)
    }

    /// The switch for PKCE in the developer console.
    pub(super) async fn switch_pkce(&self, enabled: bool) -> Result<(), Problem> {
        let url = self.url(&format!("/console/skills/{}/pkce", self.skill_id));
        let body = json!({ "enabled": enabled });
        http::done(self.post(&url).json(&body), &url).await
    }

    /// Keeps Alexa from refreshing expired tokens, or lets it.
    pub(super) async fn hold_refresh(&self, held: bool) -> Result<(), Problem> {
        let url = self.url("/control/refresh");
        let body = json!({ "held": held });
        http::done(self.post(&url).json(&body), &url).await
    }

    /// The time that it is on the stage.
    pub(super) async fn now(&self) -> Result<Timestamp, Problem> {
        #[derive(Deserialize)]
        struct Clock {
            now: Timestamp,
        }
        let url = self.url("/control/clock");
        let clock: Clock = http::json(self.get(&url), &url).await?;
        Ok(clock.now)
    }

    /// Lets the access token of the link be one that expired an hour ago, which Alexa knows. The clock
    /// stays where it is: whatever else is on the stage does not grow old with the token.
    pub(super) async fn expire_token(&self) -> Result<(), Problem> {
        let url = self.url("/control/link");
        let body = json!({ "skillId": self.skill_id, "token": "expired", "refresh": true });
        http::done(self.post(&url).json(&body), &url).await
    }

    /// The newest code sent to an e-mail address.
    pub(super) async fn newest_code(&self, to: &str) -> Result<Option<String>, Problem> {
        #[derive(Deserialize)]
        struct Outbox {
            messages: Vec<Message>,
        }
        #[derive(Deserialize)]
        struct Message {
            code: Option<String>,
        }
        let mut url = self.url("/outbox");
        url.query_pairs_mut().append_pair("to", to);
        let outbox: Outbox = http::json(self.get(&url), &url).await?;
        Ok(outbox
            .messages
            .into_iter()
            .rev()
            .find_map(|message| message.code))
    }

    /// A request that reads.
    fn get(&self, url: &Url) -> RequestBuilder {
        self.access.bearer(self.client.get(url.clone()))
    }

    /// A request that changes something.
    pub(super) fn post(&self, url: &Url) -> RequestBuilder {
        let request = self.client.post(url.clone());
        self.access
            .bearer(request)
            .header("content-type", "application/json")
    }

    fn skill_url(&self, action: &str) -> Url {
        let mut url = self.url(&format!("/app/skills/{}{action}", self.skill_id));
        if let Some(customer) = &self.customer {
            url.query_pairs_mut().append_pair("customer", customer);
        }
        url
    }

    pub(super) fn url(&self, path: &str) -> Url {
        let mut url = self.access.urls.device.clone();
        url.set_path(path);
        url
    }
}
