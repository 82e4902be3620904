//! One run of the rollout against one stage: who we are, what we are to make, what we remember.

pub(crate) mod delivery_roles;
mod vendor;

use std::collections::BTreeMap;
use std::time::Instant;

use tokio::sync::watch;

use infra::names::{self, AccountFragment, SignInDomain};
use infra::stack_file::Region;
use infra::stacks::DeliveryOutputs;
use models::ids::{SkillId, VendorId};

use crate::aws::bucket::Bucket;
use crate::aws::{AccountId, Aws};
use crate::calls::CallCounter;
use crate::endpoints::{AwsEndpoint, Endpoints};
use crate::error::{Code, Error};
use crate::inputs::Inputs;
use crate::progress::{Progress, Step};
use crate::stage_in_another_region::{self, Place};
use crate::state::{StageState, StateStore, bucket_name};

pub use self::vendor::find_vendor;
use self::vendor::{choose_vendor_of, developer, same_vendor};

/// A connected run.
pub struct Session<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) aws: Aws,
    /// Where the stack of the project's own resources is.
    pub(crate) resources: Aws,
    pub(crate) smapi: smapi::Client,
    pub(crate) account: AccountId,
    pub(crate) vendor: VendorId,
    pub(crate) store: StateStore,
    /// What a pipeline deploys the stage with, if it was bootstrapped.
    delivery: Option<DeliveryOutputs>,
    progress: &'a dyn Progress,
    interrupted: watch::Receiver<bool>,
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("stage", &self.inputs.stage)
            .field("account", &self.account)
            .field("vendor", &self.vendor)
            .finish_non_exhaustive()
    }
}

/// The AWS emulator of a stage, which has to be there before anything is changed.
async fn emulator(
    inputs: &Inputs,
    endpoint: &AwsEndpoint,
    counter: &CallCounter,
) -> Result<Aws, Error> {
    let endpoints = Endpoints {
        aws: endpoint.clone(),
        ..inputs.endpoints.clone()
    };
    let aws = Aws::connect(&endpoints, &inputs.home, counter.clone()).await?;
    match aws.reach().await {
        Ok(()) => Ok(aws),
        Err((url, cause)) => Err(Error::new(
            Code::Endpoint,
            format!("no AWS emulator answers at {url}"),
        )
        .because(cause)
        .hint("start it, or correct or remove `aws-emulator` of [stages.local] in stack.toml")),
    }
}

impl<'a> Session<'a> {
    /// Finds out who we are on both sides and reads the stage's state.
    pub async fn open(
        inputs: &'a Inputs,
        counter: &CallCounter,
        progress: &'a dyn Progress,
        interrupted: watch::Receiver<bool>,
    ) -> Result<Self, Error> {
        Self::open_if(inputs, counter, progress, interrupted, |_| Ok(())).await
    }

    /// The same, unless the state speaks against it: then nobody else is asked anything.
    pub(crate) async fn open_if(
        inputs: &'a Inputs,
        counter: &CallCounter,
        progress: &'a dyn Progress,
        interrupted: watch::Receiver<bool>,
        admit: impl FnOnce(&StageState) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let started = Instant::now();
        progress.started(&Step::WhoAmI);
        let opened = Self::connect(inputs, counter, progress, interrupted, admit).await;
        match &opened {
            Ok(session) => progress.finished(
                &Step::WhoAmI,
                &format!(
                    "AWS account {}, vendor {}",
                    session.account.as_str(),
                    session.vendor
                ),
                started.elapsed(),
            ),
            Err(_) => progress.failed(&Step::WhoAmI, started.elapsed()),
        }
        opened
    }

    async fn connect(
        inputs: &'a Inputs,
        counter: &CallCounter,
        progress: &'a dyn Progress,
        interrupted: watch::Receiver<bool>,
        admit: impl FnOnce(&StageState) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let smapi = developer(inputs, counter);
        let aws = Aws::connect(&inputs.endpoints, &inputs.home, counter.clone()).await?;
        let resources = match &inputs.endpoints.emulator {
            None => aws.clone(),
            Some(endpoint) => emulator(inputs, endpoint, counter).await?,
        };
        // The bucket is named after the account.
        let account = aws.account().await?;
        let (stack, stage, home) = (&inputs.stack, &inputs.stage, &inputs.home);
        let store = StateStore::open(&aws, &account, stack, stage, home).await?;
        admit(&store.state().await)?;
        let state = async {
            if !store.exists().await {
                let place = Place {
                    aws: &aws,
                    account: &account,
                    stack,
                    stage,
                    home,
                };
                stage_in_another_region::refuse(place, progress).await?;
            }
            Ok::<_, Error>(())
        };
        let delivery = Box::pin(delivery_roles::find(&aws, stack, stage, home));
        let vendor = choose_vendor_of(&smapi, inputs.vendor.as_ref());
        let (state, vendor, delivery) = tokio::join!(state, vendor, delivery);
        state?;
        let delivery = delivery?;
        let vendor = vendor?;
        same_vendor(store.state().await.skill.as_ref(), &vendor)?;
        Ok(Self {
            inputs,
            aws,
            resources,
            smapi,
            account,
            vendor,
            store,
            delivery,
            progress,
            interrupted,
        })
    }

    /// The stage's skill, once there is one.
    pub async fn skill_id(&self) -> Option<SkillId> {
        self.store.state().await.skill?.id
    }

    /// Where people of the stage sign in.
    pub(crate) fn sign_in_domain(&self) -> Result<SignInDomain, Error> {
        let inputs = self.inputs;
        let account = AccountFragment::of(self.account.as_str());
        names::sign_in_domain(&inputs.stack, &inputs.stage, &account).map_err(|error| {
            Error::new(Code::StackFile, error.to_string())
                .hint("change identity.domain in stack.toml")
        })
    }

    /// Runs one step, telling when it starts and how it ends.
    pub(crate) async fn step<T>(
        &self,
        step: Step,
        work: impl Future<Output = Result<(T, String), Error>>,
    ) -> Result<T, Error> {
        let started = Instant::now();
        self.progress.started(&step);
        match work.await {
            Ok((value, outcome)) => {
                self.progress.finished(&step, &outcome, started.elapsed());
                Ok(value)
            }
            Err(error) => {
                self.progress.failed(&step, started.elapsed());
                Err(error)
            }
        }
    }

    /// Says something about a running step.
    pub(crate) fn note(&self, step: &Step, text: &str) {
        self.progress.note(step, text);
    }

    /// To be asked before every change: an interrupted or outrun deployment makes no more.
    pub(crate) fn may_change(&self) -> Result<(), Error> {
        if *self.interrupted.borrow() {
            return Err(Error::new(
                Code::Interrupted,
                "interrupted; what was in flight has ended and nothing more was started",
            )
            .hint("run the command again: it goes on from here"));
        }
        self.store.still_ours()
    }

    /// Where the stage would be.
    pub(crate) fn place(&self) -> Place<'_> {
        Place {
            aws: &self.aws,
            account: &self.account,
            stack: &self.inputs.stack,
            stage: &self.inputs.stage,
            home: &self.inputs.home,
        }
    }

    /// The rollout's bucket of a region.
    pub(crate) fn bucket(&self, region: &Region) -> Bucket {
        Bucket::new(
            &self.aws,
            bucket_name(&self.inputs.stack, &self.account, region),
            region,
            &self.account,
        )
    }

    /// The role that CloudFormation works with, once the stage was bootstrapped: for everybody, so
    /// that nobody's own rights decide what a deployment makes.
    pub(crate) fn service_role(&self) -> Option<String> {
        let delivery = self.delivery.as_ref();
        delivery.map(|delivery| delivery.service_role.clone())
    }

    /// The most that the stage's roles may do; empty without a limit.
    pub(crate) fn boundary(&self) -> String {
        let delivery = self.delivery.as_ref();
        delivery.map_or_else(String::new, |delivery| delivery.role_boundary.clone())
    }

    /// Tags by which everything of this stage can be found.
    pub(crate) fn tags(&self) -> BTreeMap<String, String> {
        [
            (names::TAG_STACK, self.inputs.stack.name.as_str()),
            (names::TAG_STAGE, self.inputs.stage.as_str()),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
    }
}
