//! What can be known of a deployed stage without a person: every part of account linking is asked
//! as Alexa and a browser would ask it, and nothing is changed.

mod deployed;
mod permission;
mod recognition;
mod web_page;

use std::time::Duration;

use futures_util::future::join_all;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use models::account_linking::{AccessTokenScheme, AccountLinkingRequest};
use models::ids::SkillId;

use self::deployed::Function;
use crate::accounts::Accounts;
use crate::calls::CallCounter;
use crate::checks::judge::{self, TokenAnswer};
use crate::checks::probe::Probe;
use crate::checks::{Check, sign_in};
use crate::error::{Code, Error};
use crate::existing_pool;
use crate::inputs::Inputs;
use crate::progress::{Progress, Step};
use crate::session::Session;
use crate::steps::{identity, linking, skill_stack};

/// Everything that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// In the order in which an account is linked.
    pub checks: Vec<Check>,
    /// The one thing that only a person can do.
    pub left_to_do: String,
}

impl Verification {
    /// The error that a verification with a failed check ends with.
    pub fn error(&self) -> Option<Error> {
        let failed: Vec<_> = self.checks.iter().filter(|check| !check.passed).collect();
        let first = failed.first()?;
        let error = Error::new(
            Code::Verify,
            format!(
                "{} of {} checks failed: {}",
                failed.len(),
                self.checks.len(),
                failed
                    .iter()
                    .map(|check| check.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        )
        .hint(first.hint.clone().unwrap_or_default());
        let causes = failed
            .iter()
            .map(|check| format!("{}: {}", check.name, check.seen));
        Some(causes.fold(error, Error::because))
    }
}

/// Checks a deployed stage. What does not answer is asked again for as long as `patience`: the
/// host of a new sign-in domain takes a while to be known everywhere.
pub async fn verify(
    inputs: &Inputs,
    counter: &CallCounter,
    progress: &dyn Progress,
    interrupted: watch::Receiver<bool>,
    patience: Duration,
) -> Result<Verification, Error> {
    let session = Session::open(inputs, counter, progress, interrupted);
    Box::pin(async {
        let session = session.await?;
        let probe = Probe::new(session.aws.http().clone(), counter.clone(), patience);
        session
            .step(Step::Verify, async {
                let verification = run(&session, &probe).await?;
                let passed = verification.checks.iter().filter(|check| check.passed);
                let outcome = format!("{} of {}", passed.count(), verification.checks.len());
                Ok((verification, outcome))
            })
            .await
    })
    .await
}

async fn run(session: &Session<'_>, probe: &Probe) -> Result<Verification, Error> {
    let skill = session
        .skill_id()
        .await
        .ok_or_else(|| not_deployed(session))?;
    let accounts = accounts(session).await?;
    let (desired, functions) = tokio::join!(
        linking::desired(session, &accounts),
        deployed::functions(session),
    );
    let (desired, functions) = (desired?, functions?);

    let (mut checks, web_page, tokens, recognised, permissions, linking, status) = tokio::join!(
        sign_in::all(session, probe, &desired),
        web_page::checks(session, probe, accounts.user_pool()),
        token_endpoint(session, probe, &desired),
        recognition::checks(session, probe, &accounts, &functions),
        permissions(session, &skill, &functions),
        read_back(session, &skill, &desired),
        skill_status(session, &skill),
    );
    checks.extend(web_page?);
    checks.push(tokens);
    checks.extend(recognised?);
    checks.extend(permissions?);
    checks.push(linking?);
    checks.push(status?);
    Ok(Verification {
        checks,
        left_to_do: left_to_do(session),
    })
}

/// Whose accounts people link.
async fn accounts(session: &Session<'_>) -> Result<Accounts, Error> {
    if let Some(accounts) = Accounts::without_a_stack(session.inputs)? {
        return Ok(accounts);
    }
    let client = identity::reader(session);
    let observed = client
        .observe()
        .await?
        .ok_or_else(|| not_deployed(session))?;
    identity::refuse_another_pool(session, Some(&observed)).await?;
    let outputs = identity::outputs(&client.desired().name, &observed)?;
    let existing = existing_pool::read(&session.aws, session.inputs).await?;
    let issuer = existing_pool::issuer(existing.as_ref(), session.inputs);
    Ok(Accounts::UserPool(outputs, issuer))
}

fn not_deployed(session: &Session<'_>) -> Error {
    let stage = &session.inputs.stage;
    Error::new(Code::Skill, format!("stage `{stage}` is not deployed yet"))
        .hint(format!("deploy it first: cargo xtask deploy {stage}"))
}

fn left_to_do(session: &Session<'_>) -> String {
    let package = &session.inputs.package;
    let name = package.invocation_name(package.first_locale());
    let name = name.unwrap_or("the skill");
    format!("enable the skill in the Alexa app, link your account, and say “Alexa, open {name}”")
}

/// A code that nobody was given: only who authenticated as the client hears that it is wrong.
async fn token_endpoint(
    session: &Session<'_>,
    probe: &Probe,
    desired: &AccountLinkingRequest,
) -> Check {
    const NAME: &str = "token endpoint";
    let linking = desired.linking();
    let (Some(url), Some(secret)) = (&linking.access_token_url, desired.client_secret()) else {
        let problem = judge::Problem::new(
            "account linking has no token endpoint or no client secret",
            "Alexa's authorization code grant needs both; deploy again",
        );
        return Check::new(NAME, Err(problem));
    };
    let [na, ..] = &session
        .inputs
        .endpoints
        .redirects
        .redirect_uris(&session.vendor);
    let code = uuid::Uuid::new_v4().to_string();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", na.as_url().as_str()),
    ];
    let in_body = linking.access_token_scheme == Some(AccessTokenScheme::RequestBodyCredentials);
    let answer = probe
        .post_form(
            url.as_url(),
            &form,
            linking.client_id.as_str(),
            secret,
            in_body,
        )
        .await;
    let finding = answer.and_then(|answer| {
        judge::token(&TokenAnswer {
            provider: session.inputs.stack.identity.provider,
            status: answer.status,
            body: &answer.body,
        })
    });
    Check::new(NAME, finding)
}

/// Whether Alexa may invoke the function of each region, for this skill and no other.
async fn permissions(
    session: &Session<'_>,
    skill: &SkillId,
    functions: &[Function],
) -> Result<Vec<Check>, Error> {
    let asked = functions.iter().map(|function| async move {
        let (region, stack) = (&function.region, &function.stack);
        let name = format!("invoke permission {region}");
        let Some(observed) = &function.observed else {
            let problem = judge::Problem::new(format!("there is no stack {stack}"), "deploy again");
            return Ok(Check::new(name, Err(problem)));
        };
        let outputs = skill_stack::outputs(stack, observed)?;
        let policy = permission::policy(&session.aws, region, &outputs).await?;
        let finding = judge::permission(policy.as_ref(), &outputs.alias_arn, skill.as_str());
        Ok(Check::new(name, finding))
    });
    join_all(asked).await.into_iter().collect()
}

async fn read_back(
    session: &Session<'_>,
    skill: &SkillId,
    desired: &AccountLinkingRequest,
) -> Result<Check, Error> {
    let observed = linking::observe(session, skill).await?;
    let record = session.store.state().await.linking;
    let observed = observed.as_ref().map(|observed| &observed.value);
    let part = linking::part(
        desired.linking(),
        desired.client_secret(),
        observed,
        record.as_ref(),
    );
    let fields: Vec<_> = part
        .changes
        .iter()
        .flat_map(|change| &change.fields)
        .map(|field| field.path.join("/"))
        .collect();
    let finding = if part.action.is_none() {
        Ok("reads back as it was written".to_owned())
    } else if observed.is_none() {
        Err(judge::Problem::new("the skill has none", "deploy again"))
    } else {
        Err(judge::Problem::new(
            format!("not what was deployed: {}", fields.join(", ")),
            "somebody has changed it in the developer console; deploy again to put it back",
        ))
    };
    Ok(Check::new("account linking", finding))
}

async fn skill_status(session: &Session<'_>, skill: &SkillId) -> Result<Check, Error> {
    let status = session.smapi.skill_status(skill).await?;
    let locales: Vec<_> = session.inputs.package.locales().collect();
    Ok(Check::new(
        "skill status",
        judge::skill_status(&status, &locales),
    ))
}

impl Verification {
    /// For machines.
    pub fn to_json(&self) -> Value {
        json!(self)
    }
}
