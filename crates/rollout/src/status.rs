//! What is deployed on a stage, by reading only.

mod drift;

use infra::stack_file::Provider;
use jiff::Timestamp;
use serde::Serialize;

use models::ids::{SkillId, UserPoolId};

use crate::diff::Part;
use crate::error::Error;
use crate::session::Session;
use crate::steps::{identity, recover, resources, skill_stack};

/// What is deployed where.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The AWS account.
    pub account: String,
    /// The Amazon developer's vendor.
    pub vendor: String,
    /// The skill, once there is one.
    pub skill_id: Option<SkillId>,
    /// When a deployment last ended well.
    pub deployed_at: Option<Timestamp>,
    /// Who signs people in.
    pub provider: &'static str,
    /// The user pool, once there is one.
    pub user_pool_id: Option<UserPoolId>,
    /// Where people sign in.
    pub sign_in_url: Option<String>,
    /// The stacks: of the identity first, of the project's own resources, then of the skill in each region.
    pub stacks: Vec<StackStatus>,
    /// What somebody changed by hand, as parts of the plan that puts it back.
    pub drift: Vec<Part>,
}

/// One stack.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StackStatus {
    /// The stack's name.
    pub name: String,
    /// Where it is.
    pub region: String,
    /// CloudFormation's status; absent when there is no such stack.
    pub status: Option<String>,
    /// What the stack answers: ids, ARNs, the version that runs.
    pub outputs: std::collections::BTreeMap<String, String>,
}

/// Reads a stage.
pub async fn status(session: &Session<'_>) -> Result<Status, Error> {
    let inputs = session.inputs;
    let state = session.store.state().await;
    let client = identity::reader(session);
    let name = client.desired().name.clone();
    let observed = client.observe().await?;
    identity::refuse_another_pool(session, observed.as_ref()).await?;
    let outputs = observed
        .as_ref()
        .and_then(|observed| identity::outputs(&name, observed).ok());
    let provider = inputs.stack.identity.provider;
    let sign_in_url = match (provider, &outputs) {
        (Provider::LoginWithAmazon, _) => Some(inputs.endpoints.amazon.pages.clone()),
        (Provider::Cognito, Some(outputs)) => {
            Some(inputs.endpoints.sign_in(&outputs.domain, &inputs.home)?)
        }
        (Provider::Cognito, None) => None,
    };
    let skill = recover::skill(session).await?.and_then(|skill| skill.id);
    let mut functions = Vec::new();
    for region in session.inputs.skill_regions() {
        let observed = skill_stack::reader(session, &region).observe().await?;
        functions.push((region, observed));
    }
    let settled = outputs.as_ref().zip(observed.as_ref());
    let settled = settled.filter(|_| provider == Provider::Cognito);
    // The project may have had some, also when it has none now.
    let own = resources::observe(session).await?;
    let drift = drift::report(session, skill.as_ref(), settled, own.as_ref(), &functions).await?;
    let mut stacks = Vec::new();
    // One that is there is told of, also where nobody signs in to it any more.
    if provider == Provider::Cognito || observed.is_some() {
        stacks.push(StackStatus {
            name,
            region: inputs.home.to_string(),
            status: observed.as_ref().map(|observed| observed.status.clone()),
            outputs: observed
                .map(|observed| observed.outputs)
                .unwrap_or_default(),
        });
    }
    if own.is_some() || inputs.stack.resources.is_some() {
        stacks.push(StackStatus {
            name: resources::reader(session).desired().name.clone(),
            region: inputs.home.to_string(),
            status: own.as_ref().map(|observed| observed.status.clone()),
            outputs: own.map(|observed| observed.outputs).unwrap_or_default(),
        });
    }
    for (region, observed) in functions {
        stacks.push(StackStatus {
            name: skill_stack::reader(session, &region).desired().name.clone(),
            region: region.to_string(),
            status: observed.as_ref().map(|observed| observed.status.clone()),
            outputs: observed
                .map(|observed| observed.outputs)
                .unwrap_or_default(),
        });
    }
    Ok(Status {
        account: session.account.as_str().to_owned(),
        vendor: session.vendor.to_string(),
        skill_id: skill,
        deployed_at: state.deployed_at,
        provider: provider.as_str(),
        user_pool_id: outputs.map(|outputs| outputs.user_pool_id),
        sign_in_url: sign_in_url.map(|url| url.as_url().to_string()),
        stacks,
        drift,
    })
}
