//! The JSON that `cargo xtask deploy --json` promises, read as a script would read it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use story::{Passed, Turn};

/// Twice what a rerun with nothing to build may take, because build machines are busy.
const MOST_ROLLOUT_SECONDS: f64 = 2.0;
const MOST_SECONDS: f64 = 6.0;

/// The object on the last line of stdout.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Report {
    pub(super) stage: String,
    pub(super) skill_id: String,
    /// Absent where people sign in with Amazon.
    pub(super) user_pool_id: Option<String>,
    pub(super) client_id: String,
    #[expect(dead_code, reason = "has to be there; nobody here needs it")]
    web_client_id: Option<String>,
    /// The project's own resources by the names of their outputs.
    pub(super) resources: BTreeMap<String, String>,
    pub(super) calls: Calls,
    pub(super) seconds: Seconds,
    pub(super) transcript: Vec<Turn>,
    pub(super) pages: Vec<Passed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calls {
    pub(super) reading: u64,
    pub(super) mutating: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seconds {
    pub(super) build: f64,
    pub(super) rollout: f64,
    pub(super) verify: f64,
}

/// The same line when the command failed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failed {
    error: Failure,
    #[expect(dead_code, reason = "has to be there; nobody here needs it")]
    calls: Calls,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Failure {
    code: String,
    message: String,
    hint: Option<String>,
}

impl Report {
    /// An output of the project's own resources.
    pub(super) fn resource(&self, name: &str) -> Result<&str> {
        let value = self.resources.get(name).map(String::as_str);
        value.with_context(|| format!("there is no output {name}"))
    }

    /// Reads the last line of stdout.
    pub(super) fn parse(stdout: &str) -> Result<Self> {
        let line = stdout
            .lines()
            .last()
            .context("`deploy --json` printed nothing on stdout")?;
        if let Ok(Failed { error, .. }) = serde_json::from_str(line) {
            let hint = error.hint.unwrap_or_default();
            bail!(
                "the deployment failed: {}: {}; {hint}",
                error.code,
                error.message
            );
        }
        serde_json::from_str(line)
            .with_context(|| format!("the last line of stdout is not the report: {line}"))
    }

    /// What holds for every successful deployment to the local stage.
    pub(super) fn check(&self) -> Result<()> {
        ensure!(self.stage == "local", "the stage is {}", self.stage);
        ensure!(
            self.skill_id.starts_with("amzn1.ask.skill."),
            "{} is no skill id",
            self.skill_id
        );
        ensure!(
            (self.user_pool_id.iter()).all(|pool| pool.contains('_')) && !self.client_id.is_empty(),
            "pool {:?} and client {} are no ids",
            self.user_pool_id,
            self.client_id
        );
        ensure!(self.calls.reading > 0, "no call was counted");
        // Somebody signs up, or replaces the password that an administrator has chosen.
        let account: &[&str] = match self.user_pool_id {
            Some(_) => &["/signup", "/changePassword"],
            None => &["/ap/register"],
        };
        ensure!(
            (self.pages.iter()).any(|page| account.contains(&page.page.as_str())),
            "nobody got an account: {:?}",
            self.pages
        );
        check_transcript(&self.transcript)
    }

    /// What holds when nothing had to be built.
    pub(super) fn check_times(&self) -> Result<()> {
        let Seconds {
            build,
            rollout,
            verify,
        } = self.seconds;
        ensure!(
            rollout < MOST_ROLLOUT_SECONDS && build + rollout + verify < MOST_SECONDS,
            "too slow with nothing to build: build {build:.1} s, rollout {rollout:.1} s, \
             verify {verify:.1} s"
        );
        Ok(())
    }

    /// The region that the user pool's id begins with.
    pub(super) fn region(&self) -> Result<&str> {
        let (region, _) = self.user_pool()?.split_once('_').unwrap_or_default();
        Ok(region)
    }

    /// The user pool, for steps that read it.
    pub(super) fn user_pool(&self) -> Result<&str> {
        let pool = self.user_pool_id.as_deref();
        pool.context("this step reads the user pool, and what stack.toml deploys has none")
    }
}

/// The person is a stranger, then known by their address, then a stranger again.
fn check_transcript(turns: &[Turn]) -> Result<()> {
    let stranger = |turn: &Turn| !turn.linked && turn.card.as_deref() == Some("LinkAccount");
    let (Some(first), Some(last)) = (turns.first(), turns.last()) else {
        bail!("the transcript is empty");
    };
    ensure!(stranger(first), "the first turn is not unlinked: {first:?}");
    ensure!(stranger(last), "the last turn is not unlinked: {last:?}");
    ensure!(
        turns
            .iter()
            .any(|turn| turn.linked && tells_who(&turn.heard)),
        "nobody was told their address, number or name"
    );
    ensure!(
        turns.iter().all(|turn| !turn.heard.contains('<')),
        "a turn was heard as SSML"
    );
    Ok(())
}

/// An e-mail address, a phone number, a user name or a name, whatever people sign in with.
fn tells_who(heard: &str) -> bool {
    let digits = heard.chars().filter(char::is_ascii_digit).count();
    let names = ["@example.com", "ada", "Ada Lovelace"];
    digits >= 8 || names.iter().any(|name| heard.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(heard: &str, card: Option<&str>, linked: bool) -> Turn {
        Turn {
            said: "open account guide".to_owned(),
            heard: heard.to_owned(),
            card: card.map(str::to_owned),
            linked,
            before: None,
        }
    }

    #[test]
    fn a_transcript_begins_and_ends_with_a_stranger() {
        let stranger = turn("Please link.", Some("LinkAccount"), false);
        let known = turn("You are ada@example.com.", None, true);
        let check = |turns: &[&Turn]| {
            check_transcript(&turns.iter().copied().cloned().collect::<Vec<_>>()).is_ok()
        };
        assert!(check(&[&stranger, &known, &stranger]));
        assert!(!check(&[]));
        assert!(!check(&[&stranger, &stranger]));
        assert!(!check(&[&known, &stranger]));
        assert!(!check(&[&stranger, &known]));
    }

    #[test]
    fn the_report_of_every_provider_is_read() {
        let report = |ids: &str, page: &str| {
            let line = format!(
                r#"{{"stage":"local","skillId":"amzn1.ask.skill.0",{ids},
                "calls":{{"reading":1,"mutating":0}},
                "seconds":{{"build":0.0,"rollout":0.1,"verify":0.1}},
                "transcript":[
                    {{"said":"a","heard":"b","card":"LinkAccount","linked":false}},
                    {{"said":"a","heard":"Your name is Ada Lovelace.","card":null,"linked":true}},
                    {{"said":"a","heard":"b","card":"LinkAccount","linked":false}}],
                "pages":[{{"page":"{page}"}}]}}"#
            );
            Report::parse(&line.replace('\n', " ")).unwrap()
        };
        let pool = r#""userPoolId":"us-east-1_a","clientId":"c","webClientId":null,"resources":{}"#;
        let amazon = r#""userPoolId":null,"clientId":"c","webClientId":null,"resources":{}"#;
        let of_a_pool = report(pool, "/signup");
        assert!(of_a_pool.check().is_ok());
        assert_eq!(of_a_pool.region().unwrap(), "us-east-1");
        assert!(report(pool, "/ap/register").check().is_err());
        let of_amazon = report(amazon, "/ap/register");
        assert!(of_amazon.check().is_ok());
        assert!(of_amazon.region().is_err());
    }

    #[test]
    fn a_failure_is_told_with_its_code() {
        let line = r#"{"error":{"code":"PORT","message":"in use","hint":null},"calls":{"reading":0,"mutating":0}}"#;
        let error = Report::parse(&format!("noise\n{line}\n")).unwrap_err();
        assert!(error.to_string().contains("PORT: in use"), "{error}");
        assert!(Report::parse("").is_err());
        assert!(Report::parse("{}").is_err());
    }
}
