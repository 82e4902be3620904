//! What happens, in order.

use std::time::{Duration, Instant};

use crate::browser::Browser;
use crate::device::Answer;
use crate::error::Problem;
use crate::expectations::{
    LOGS, check_authorize_url, check_linked, check_redirect, expect_link_card, expect_plain,
    expect_token, has_link_card,
};
use crate::{Tale, Turn};

/// How long a skill event may take to reach the skill.
const EVENT_PATIENCE: Duration = Duration::from_secs(10);
const EVENT_POLL: Duration = Duration::from_millis(10);

/// How the Alexa app begins a link.
struct Linking {
    /// Where the person's Amazon account is registered.
    region: &'static str,
    pkce: bool,
    new_account: bool,
}

impl Tale<'_> {
    pub(super) async fn tell(&mut self) -> Result<(), Problem> {
        self.begin_unlinked().await?;

        self.link(Linking {
            region: "NA",
            pkce: false,
            new_account: true,
        })
        .await?;
        let answer = self.converse().await?;
        self.outlive_the_token(&answer).await?;
        self.leave_and_return().await?;
        if let Some(page) = &self.script.web_page {
            self.visit(page).await?;
        }

        self.link(Linking {
            region: "EU",
            pkce: true,
            new_account: false,
        })
        .await?;
        self.step = "launch after linking with PKCE";
        expect_plain(&self.launch().await?)?;
        self.leave_and_return().await
    }

    /// Puts the controls and the skill where every story starts.
    async fn begin_unlinked(&mut self) -> Result<(), Problem> {
        self.step = "enable the skill without linking";
        self.device.hold_refresh(false).await?;
        self.switch_pkce(false).await?;
        if self.device.look_up().await?.linked {
            self.device.disable().await?;
        }
        if !self.script.optional_linking {
            return Ok(());
        }
        self.device.enable().await?;
        let skill = self.device.look_up().await?;
        if !skill.enabled || skill.linked {
            return Err(Problem::unexpected(
                "a skill that is enabled and not linked",
                format!("{skill:?}"),
                "account linking says that it is optional, and the Alexa app does not agree",
            ));
        }
        self.step = "launch without a linked account";
        self.launch_unlinked().await
    }

    /// An intent that needs an account asks to link one; whether the launch does, the first time tells.
    async fn launch_unlinked(&mut self) -> Result<(), Problem> {
        let answer = self.launch().await?;
        if answer.linked {
            return Err(Problem::unexpected(
                "a request without an access token",
                "one with a token",
                "the Alexa side should have forgotten the tokens of a disabled skill",
            ));
        }
        if *self
            .launch_needs_account
            .get_or_insert(has_link_card(&answer))
        {
            expect_link_card(&answer)?;
        }
        Ok(())
    }

    /// From "link account" in the Alexa app to "your account has been linked".
    async fn link(&mut self, linking: Linking) -> Result<(), Problem> {
        self.step = if linking.pkce {
            "start account linking with PKCE"
        } else {
            "start account linking"
        };
        let known_events = self.device.events().await?.len();
        self.switch_pkce(linking.pkce).await?;
        let authorize = self.device.start_linking(None, linking.region).await?;
        let redirect =
            check_authorize_url(&authorize, linking.region, linking.pkce || self.script.pkce)?;
        let mut browser = Browser::new(&self.device.client);
        let mut page = browser.open(authorize.clone()).await?;

        if linking.new_account {
            self.step = "sign up";
            page = self
                .person
                .sign_up(&mut browser, &self.device, page)
                .await?;
        } else {
            self.step = "sign in";
            self.person.comes_back = true;
            page = self.person.go_on(&mut browser, &self.device, page).await?;
        }

        self.step = "return to Alexa with a code";
        check_redirect(&page, &redirect, &authorize)?;
        self.step = "exchange the code for tokens";
        check_linked(&page, self.device.look_up().await?.linked)?;
        self.happened = Some(match (linking.new_account, linking.pkce) {
            (true, _) => "an account was created and linked",
            (false, true) => "the account was linked again, with PKCE",
            (false, false) => "the account was linked again",
        });
        // The switch belongs to the developer, who did not ask for it.
        self.switch_pkce(false).await?;
        self.step = "tell the skill that its account was linked";
        self.await_event("AlexaSkillEvent.SkillAccountLinked", known_events)
            .await
    }

    /// The developer console's switch, unless the skill was deployed with PKCE.
    async fn switch_pkce(&self, enabled: bool) -> Result<(), Problem> {
        if self.script.pkce {
            return Ok(());
        }
        self.device.switch_pkce(enabled).await
    }

    async fn converse(&mut self) -> Result<Answer, Problem> {
        self.step = "launch with a linked account";
        let answer = self.launch().await?;
        expect_plain(&answer)?;
        self.step = "say what the project says";
        let script = self.script;
        for sentence in &script.sentences {
            let answer = self.say(sentence).await?;
            self.answers.push(answer);
        }
        Ok(answer)
    }

    async fn outlive_the_token(&mut self, before: &Answer) -> Result<(), Problem> {
        self.step = "send an expired access token";
        self.device.hold_refresh(true).await?;
        self.device.expire_token().await?;
        self.happened = Some("the access token expired, and Alexa has no other one yet");
        let answer = self.launch().await?;
        expect_token(&answer)?;
        if self.launch_needs_account == Some(true) {
            expect_link_card(&answer)?;
        }
        if let Some(detail) = self
            .person
            .details()
            .find(|known| answer.heard.contains(known))
        {
            return Err(Problem::unexpected(
                "an answer without personal data to an expired token",
                format!("“{}”, with {detail}", answer.heard),
                LOGS,
            ));
        }

        self.step = "let Alexa refresh the access token";
        self.device.hold_refresh(false).await?;
        self.happened = Some("Alexa refreshed the access token");
        let after = self.launch().await?;
        expect_plain(&after)?;
        let old = [&before.token, &answer.token];
        if after.token.is_none() || old.contains(&&after.token) {
            return Err(Problem::unexpected(
                "another access token",
                format!("token {:?} after {old:?}", after.token),
                "the Alexa side refreshes at accessTokenUrl with the refresh token",
            ));
        }
        Ok(())
    }

    /// Disables the skill, enables it again, and has lost the link.
    async fn leave_and_return(&mut self) -> Result<(), Problem> {
        self.step = "disable the skill";
        let known_events = self.device.events().await?.len();
        let before = self.device.look_up().await?.user_id;
        self.device.disable().await?;
        self.await_event("AlexaSkillEvent.SkillDisabled", known_events)
            .await?;

        if !self.script.optional_linking {
            return Ok(());
        }
        self.step = "enable the skill again without linking";
        self.device.enable().await?;
        let after = self.device.look_up().await?;
        if !after.enabled || after.linked || after.user_id.is_none() || after.user_id == before {
            return Err(Problem::unexpected(
                format!("an enabled, unlinked skill and another user id than {before:?}"),
                format!("{after:?}"),
                "Alexa gives a new user id when a skill is enabled again",
            ));
        }
        self.happened = Some("the skill was disabled, which unlinks, and enabled again");
        self.step = "launch after enabling without linking";
        self.launch_unlinked().await
    }

    async fn launch(&mut self) -> Result<Answer, Problem> {
        let opening = self.script.opening.clone();
        self.say(&opening).await
    }

    /// Says one sentence and writes the turn down, whatever is answered.
    async fn say(&mut self, text: &str) -> Result<Answer, Problem> {
        let answer = self.device.say(text).await?;
        self.turns.push(Turn {
            said: text.to_owned(),
            heard: answer.heard.clone(),
            card: answer.card_type().map(str::to_owned),
            linked: answer.linked,
            before: self.happened.take().map(str::to_owned),
        });
        if let Some(error) = &answer.error {
            return Err(Problem::unexpected(
                format!("an answer of the skill to “{text}”"),
                error.clone(),
                LOGS,
            ));
        }
        if answer.heard.trim().is_empty() {
            return Err(Problem::unexpected(
                format!("a spoken answer to “{text}”"),
                "silence",
                LOGS,
            ));
        }
        Ok(answer)
    }

    /// Waits until an event newer than the first `known` was delivered.
    async fn await_event(&self, name: &str, known: usize) -> Result<(), Problem> {
        let started = Instant::now();
        loop {
            let events = self.device.events().await?;
            let newer = events.get(known..).unwrap_or_default();
            match newer.iter().find(|event| event.kind == name) {
                Some(event) if event.delivered && event.error.is_none() => return Ok(()),
                Some(event) if event.error.is_some() => {
                    return Err(Problem::unexpected(
                        format!("{name} delivered to the skill"),
                        event.error.clone().unwrap_or_default(),
                        LOGS,
                    ));
                }
                _ if started.elapsed() > EVENT_PATIENCE => {
                    return Err(Problem::unexpected(
                        format!("{name} delivered to the skill"),
                        format!("{newer:?} after {} s", EVENT_PATIENCE.as_secs()),
                        "does the manifest subscribe to it, with an endpoint under `events`?",
                    ));
                }
                _ => tokio::time::sleep(EVENT_POLL).await,
            }
        }
    }
}
