//! The stack with the roles that a pipeline deploys a stage with: looked up by every rollout, and made
//! by whoever has the right to make roles.

use std::time::Instant;

use infra::stack_file::{Region, StageName};
use infra::stacks::delivery::PLAN_ENVIRONMENT;
use infra::stacks::{DeliveryOutputs, DeliveryParameters, Repository};
use infra::{StackFile, names};

use crate::aws::stack::stack_part;
use crate::aws::stack::{Desired, Observed, StackClient};
use crate::aws::{AccountId, Aws};
use crate::calls::CallCounter;
use crate::diff::Approve;
use crate::diff::create_only::CreateOnly;
use crate::diff::{Part, Plan};
use crate::endpoints::Endpoints;
use crate::error::{Code, Error};
use crate::home_region;
use crate::progress::{Progress, Step};
use crate::session::delivery_roles::read;
use crate::stage_in_another_region::Place;
use crate::steps::stack;
use crate::template;

/// What decides which roles a stage gets.
#[derive(Debug)]
pub struct Inputs {
    /// The stack file.
    pub stack: StackFile,
    /// The stage that the roles deploy.
    pub stage: StageName,
    /// The stage's home region, where the stack is.
    pub home: Region,
    /// Where AWS is.
    pub endpoints: Endpoints,
    /// Whose pipelines deploy; as before, if nothing is said.
    pub repository: Option<Repository>,
    /// Whether pull requests may have plans made; as before, or not, if nothing is said.
    pub plans: Option<bool>,
}

/// A stage that a pipeline can deploy.
#[derive(Debug, Clone)]
pub struct Bootstrapped {
    /// The account that the roles are in.
    pub account: AccountId,
    /// The roles.
    pub outputs: DeliveryOutputs,
    /// What they were made for.
    pub parameters: DeliveryParameters,
    /// What was done; empty when there was nothing to do.
    pub plan: Plan,
}

/// Makes the roles, or brings them up to date; `approve` is asked before anything is changed.
///
/// # Errors
///
/// When nobody says whose pipelines deploy, when `approve` refuses, or when AWS does.
pub async fn bootstrap(
    inputs: &Inputs,
    counter: &CallCounter,
    progress: &dyn Progress,
    approve: Approve<'_>,
) -> Result<Bootstrapped, Error> {
    if inputs.stage.as_str() == PLAN_ENVIRONMENT {
        return Err(Error::new(
            Code::Stack,
            format!(
                "a stage named `{PLAN_ENVIRONMENT}` cannot have a pipeline: pull requests run in the \
                 environment of that name, and could deploy it"
            ),
        )
        .hint("give the stage another name in stack.toml"));
    }
    let started = Instant::now();
    progress.started(&Step::WhoAmI);
    let aws = Aws::connect(&inputs.endpoints, &inputs.home, counter.clone()).await?;
    let account = match aws.account().await {
        Ok(account) => account,
        Err(error) => {
            progress.failed(&Step::WhoAmI, started.elapsed());
            return Err(error);
        }
    };
    let who = format!("AWS account {}", account.as_str());
    progress.finished(&Step::WhoAmI, &who, started.elapsed());

    let started = Instant::now();
    progress.started(&Step::Delivery);
    match Box::pin(make(inputs, &aws, &account, progress, approve)).await {
        Ok(made) => {
            let outcome = if made.plan.is_empty() {
                "unchanged"
            } else {
                "done"
            };
            progress.finished(&Step::Delivery, outcome, started.elapsed());
            Ok(Bootstrapped {
                account,
                outputs: made.outputs,
                parameters: made.parameters,
                plan: made.plan,
            })
        }
        Err(error) => {
            progress.failed(&Step::Delivery, started.elapsed());
            Err(error)
        }
    }
}

struct Made {
    outputs: DeliveryOutputs,
    parameters: DeliveryParameters,
    plan: Plan,
}

async fn make(
    inputs: &Inputs,
    aws: &Aws,
    account: &AccountId,
    progress: &dyn Progress,
    approve: Approve<'_>,
) -> Result<Made, Error> {
    let name = names::delivery_stack(&inputs.stack.name, &inputs.stage);
    let reader = Desired::reader(name, inputs.home.clone());
    let before = StackClient::new(aws, reader).observe().await?;
    if before.is_none() {
        home_region::check(Place {
            aws,
            account,
            stack: &inputs.stack,
            stage: &inputs.stage,
            home: &inputs.home,
        })
        .await?;
    }
    let mut parameters = parameters(inputs, before.as_ref())?;
    let client = StackClient::new(aws, desired(inputs, &parameters)?);
    let part = stack_part(Step::Delivery, client.desired(), before.as_ref())?;
    let plan = Plan { parts: vec![part] };
    if !plan.is_empty() {
        approve(&plan)?;
    }
    let observed = match ensure(&client, &plan).await {
        // An account has one, and somebody made it before us: it serves as well.
        Err(error) if parameters.makes_provider && has_provider(&error) => {
            progress.note(
                &Step::Delivery,
                "the account has an identity provider for GitHub already, which is used",
            );
            parameters.makes_provider = false;
            let client = StackClient::new(aws, desired(inputs, &parameters)?);
            ensure(&client, &plan).await?
        }
        ended => ended?,
    };
    let outputs = read(&client.desired().name, observed.output_pairs())?;
    Ok(Made {
        outputs,
        parameters,
        plan,
    })
}

/// The repository whose pipelines the stage's roles trust already.
///
/// # Errors
///
/// When AWS cannot be asked.
pub async fn trusted_repository(
    inputs: &Inputs,
    counter: &CallCounter,
) -> Result<Option<Repository>, Error> {
    let aws = Aws::connect(&inputs.endpoints, &inputs.home, counter.clone()).await?;
    let name = names::delivery_stack(&inputs.stack.name, &inputs.stage);
    let reader = Desired::reader(name, inputs.home.clone());
    let observed = StackClient::new(&aws, reader).observe().await?;
    let parameters = observed.and_then(|observed| made_with(inputs, &observed));
    Ok(parameters.map(|parameters| parameters.repository))
}

fn made_with(inputs: &Inputs, observed: &Observed) -> Option<DeliveryParameters> {
    let pairs = observed.parameters.iter();
    let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
    DeliveryParameters::from_pairs(&inputs.stage, pairs)
}

/// What is asked for, else what the stack was made with.
fn parameters(inputs: &Inputs, before: Option<&Observed>) -> Result<DeliveryParameters, Error> {
    let before = before.and_then(|observed| made_with(inputs, observed));
    let said = inputs.repository.clone();
    let repository = said.or_else(|| before.as_ref().map(|before| before.repository.clone()));
    let Some(repository) = repository else {
        return Err(Error::new(
            Code::Stack,
            "nobody says whose pipelines deploy: the roles trust one repository on GitHub",
        )
        .hint("add --repository OWNER/NAME"));
    };
    let plans = inputs.plans.or(before.as_ref().map(|before| before.plans));
    Ok(DeliveryParameters {
        stage: inputs.stage.clone(),
        repository,
        makes_provider: before.is_none_or(|before| before.makes_provider),
        plans: plans.unwrap_or_default(),
    })
}

fn desired(inputs: &Inputs, parameters: &DeliveryParameters) -> Result<Desired, Error> {
    let pairs = parameters.to_pairs().into_iter();
    Ok(Desired {
        name: names::delivery_stack(&inputs.stack.name, &inputs.stage),
        region: inputs.home.clone(),
        template: template::text(&infra::stacks::delivery(&inputs.stack))?,
        parameters: pairs
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        tags: [
            (names::TAG_STACK, inputs.stack.name.as_str()),
            (names::TAG_STAGE, inputs.stage.as_str()),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into(),
        protected: false,
        imports: Vec::new(),
        role: None,
        create_only: CreateOnly::default(),
    })
}

/// Brings the stack there, as far as the plan says it.
async fn ensure(client: &StackClient, plan: &Plan) -> Result<Observed, Error> {
    let agree = |part: &Part| {
        if plan.parts.iter().any(|agreed| agreed.covers(part)) {
            return Ok(());
        }
        Err(Error::new(
            Code::Plan,
            "there is more to do than was agreed to; it was not done",
        )
        .hint("somebody else changed the stack meanwhile: run the command again"))
    };
    let (observed, _) = stack::ensure_agreed(client, Step::Delivery, &agree).await?;
    Ok(observed)
}

/// Whether a creation failed because the account has the provider; an account has one for an issuer.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html>
fn has_provider(error: &Error) -> bool {
    error.message().contains("AWS::IAM::OIDCProvider") && error.message().contains("already exists")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(repository: Option<&str>, plans: Option<bool>) -> Inputs {
        Inputs {
            stack: StackFile::parse("name = 'guide'", "stack.toml").unwrap(),
            stage: "dev".parse().unwrap(),
            home: "us-east-1".parse().unwrap(),
            endpoints: Endpoints::amazon(None),
            repository: repository.map(|text| text.parse().unwrap()),
            plans,
        }
    }

    fn made(parameters: &DeliveryParameters) -> Observed {
        let pairs = parameters.to_pairs().into_iter();
        Observed {
            status: "CREATE_COMPLETE".to_owned(),
            reason: None,
            template: String::new(),
            parameters: pairs
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            outputs: std::collections::BTreeMap::new(),
            protected: false,
        }
    }

    #[test]
    fn what_was_said_once_need_not_be_said_again() {
        let refused = parameters(&inputs(None, None), None).unwrap_err();
        assert!(refused.next_step().unwrap().contains("--repository"));
        let first = parameters(&inputs(Some("me/fork"), Some(true)), None).unwrap();
        assert!(first.makes_provider && first.plans);
        let shared = DeliveryParameters {
            makes_provider: false,
            ..first
        };
        let again = parameters(&inputs(None, None), Some(&made(&shared))).unwrap();
        assert_eq!(again, shared);
        let other = inputs(Some("us/fork"), Some(false));
        let other = parameters(&other, Some(&made(&shared))).unwrap();
        assert_eq!(other.repository.to_string(), "us/fork");
        assert!(!other.plans && !other.makes_provider);
    }

    #[test]
    fn only_the_provider_that_is_there_already_is_no_failure() {
        let failed = |message: &str| has_provider(&Error::new(Code::Stack, message));
        assert!(failed(
            "stack guide-dev-delivery is ROLLBACK_COMPLETE: IdentityProvider \
             (AWS::IAM::OIDCProvider) failed: Provider with url https://x already exists."
        ));
        assert!(!failed(
            "stack guide-dev-delivery is ROLLBACK_COMPLETE: Boundary (AWS::IAM::ManagedPolicy) \
             failed: A policy called x already exists."
        ));
    }
}
