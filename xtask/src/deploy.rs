//! `cargo xtask deploy`: a stage from nothing, or from whatever it is, to what it shall be.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use infra::StackFile;
use infra::stack_file::{FirstFactor, Region, Scope, SignIn, StageName};
use local_cloud::story::{
    self, Administrator, FirstCode, Script, SignInName, Subject, Transcript, Way,
};
use local_cloud::{LocalStage, Urls};
use models::ids::SkillId;
use rollout::accounts::Accounts;
use rollout::calls::CallCounter;
use rollout::deploy::Outcome;
use rollout::endpoints::Endpoints;
use rollout::error::{Code, Error};
use rollout::lock::Owner;
use rollout::package::SourcePackage;
use rollout::plan::change::Kind as Changed;
use rollout::plan::{Deployed, Plan};
use rollout::progress::Step;
use rollout::session::{Inputs, Session};
use rollout::verify::Verification;
use rollout::{Building, Bundle};
use serde_json::json;
use tokio::sync::watch;

use crate::ask_cli;
use crate::build::{self, Kind};
use crate::failure::Failure;
use crate::progress::seconds;
use crate::security_profile::For;
use crate::{
    Deploy, discovery, local, output, own_domain, plan, progress, question, security_profile,
    stack, stage, verify, web_page, workspace,
};

pub(crate) async fn run(options: Deploy) -> Result<ExitCode, Failure> {
    let stack = stack::read(&options.stack)?;
    let name = stack::stage(&stack, options.stage.as_deref())?;
    let counter = output::call_counter();
    let report = if name.is_local() {
        deploy_local(&options, stack, &name, &counter).await
    } else {
        deploy_real(&options, stack, &name, &counter).await
    };
    let report = report.map_err(|failure| failure.after(counter.calls()))?;
    report.print(&options, &counter);
    match report.verified.failure() {
        None => Ok(ExitCode::SUCCESS),
        // Said in the object that was printed.
        Some(_) if options.json => Ok(ExitCode::FAILURE),
        Some(failure) => Err(failure),
    }
}

/// Where a deployment takes its bundle from and leaves its documents.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Files {
    /// Deploy this bundle, a zip with `bootstrap` in it, instead of building the Lambda
    #[arg(long, value_name = "ZIP")]
    bundle: Option<PathBuf>,
    /// Where the rendered documents go, instead of `dist/STAGE`
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Files {
    /// Where the rendered documents of a stage are.
    fn dist(&self, stage: &StageName) -> PathBuf {
        let folder = self.out.clone();
        folder.unwrap_or_else(|| workspace::dist(stage.as_str()))
    }
}

/// What a finished command has to tell.
struct Report {
    stage: StageName,
    outcome: Outcome,
    build: Duration,
    rollout: Duration,
    verified: Verified,
}

/// How a deployment was tried out, and how long that took.
enum Verified {
    /// By a person, who is part of the local stage.
    Story(Transcript, Duration),
    /// As far as that goes without one.
    Checks(Verification, Duration),
    /// Not at all.
    Not,
}

impl Verified {
    fn took(&self) -> Option<Duration> {
        match self {
            Self::Story(_, took) | Self::Checks(_, took) => Some(*took),
            Self::Not => None,
        }
    }

    fn failure(&self) -> Option<Failure> {
        match self {
            Self::Checks(verification, _) => verification.error().map(Failure::from),
            Self::Story(..) | Self::Not => None,
        }
    }
}

/// To the stage that runs, or to one that lives as long as this command.
async fn deploy_local(
    options: &Deploy,
    stack: StackFile,
    name: &StageName,
    counter: &CallCounter,
) -> Result<Report, Failure> {
    let (urls, own) = if let Some(urls) = discovery::running()? {
        (urls, None)
    } else {
        let stage = local::start(local_cloud::Options {
            record_smapi: options.record_smapi.clone(),
            ..local_cloud::Options::default()
        })
        .await?;
        (stage.urls().clone(), Some(stage))
    };
    let report = deploy_and_verify(options, stack, name, counter, &urls).await;
    if let Some(own) = own {
        LocalStage::stop(own).await;
        ask_cli::forget(&options.files.dist(name))?;
    }
    report
}

async fn deploy_and_verify(
    options: &Deploy,
    stack: StackFile,
    name: &StageName,
    counter: &CallCounter,
    urls: &Urls,
) -> Result<Report, Failure> {
    let access_token_seconds = u32::try_from(stack.identity.tokens.access.as_secs())
        .map_err(|_| Failure::new("STACK_FILE", "identity.tokens.access is too long"))?;
    own_domain::register(urls, &stack, name).await?;
    let inputs = local_inputs(&options.stack, stack, name, urls)?;
    let inputs = Inputs {
        allowed: options.allow.clone(),
        ..security_profile::made(inputs, urls).await?
    };
    // The local stage needs no asking; what is done to it is told all the same.
    let tell = |plan: &Plan| {
        plan::tell(name, plan);
        Ok(())
    };
    let mut report = roll_out(&inputs, &options.files, Kind::Local, counter, &tell).await?;
    let started = Instant::now();
    let locale = "en-US";
    let script = Script {
        skill_id: report.outcome.deployed.skill_id.to_string(),
        invocation_name: inputs
            .package
            .invocation_name(locale)
            .map_err(Error::from)?
            .to_owned(),
        locale: locale.to_owned(),
        optional_linking: inputs.stack.linking.optional,
        pkce: inputs.stack.linking.pkce,
        way: way(&inputs.stack),
        administrator: administrator(&inputs.stack, urls, &inputs.home, &report.outcome.deployed),
        subject: subject(&inputs.stack),
        web_page: web_page::script(&inputs.stack, &report.outcome.deployed),
        access_token_seconds,
    };
    let turn = discovery::conversation().await?;
    let transcript = story::run(urls, &script).await.map_err(|error| {
        let failure =
            Failure::new("STORY", rollout::error::chain(&error)).hint(error.hint().to_owned());
        error.turns.iter().fold(failure, |failure, turn| {
            failure.because(format!("“{}” was answered “{}”", turn.said, turn.heard))
        })
    })?;
    drop(turn);
    report.verified = Verified::Story(transcript, started.elapsed());
    Ok(report)
}

/// How somebody signs in to a pool as the stack file makes it: with a one-time code where that is
/// possible, because that is then what the pool is about.
pub(crate) fn way(stack: &StackFile) -> Way {
    let identity = &stack.identity;
    if !identity.has_a_pool() {
        return Way {
            at_amazon: true,
            ..Way::default()
        };
    }
    let signs_in_with = |name| identity.sign_in.contains(&name);
    let codes = [
        (FirstFactor::SmsOtp, FirstCode::Sms),
        (FirstFactor::EmailOtp, FirstCode::Email),
    ];
    Way {
        name: if signs_in_with(SignIn::Username) {
            SignInName::Username
        } else if signs_in_with(SignIn::Phone) {
            SignInName::Phone
        } else {
            SignInName::Email
        },
        code_first: codes
            .into_iter()
            .find(|(factor, _)| identity.first_factors.contains(factor))
            .map(|(_, code)| code),
        at_amazon: false,
    }
}

/// Who makes accounts where people cannot make their own.
pub(crate) fn administrator(
    stack: &StackFile,
    urls: &Urls,
    home: &Region,
    deployed: &Deployed,
) -> Option<Administrator> {
    let pool = deployed.accounts.user_pool_id()?;
    (!stack.identity.self_sign_up).then(|| Administrator {
        aws: urls.aws.clone(),
        region: home.to_string(),
        user_pool_id: pool.to_string(),
    })
}

/// What the skill can tell of somebody who has signed in so.
fn subject(stack: &StackFile) -> Subject {
    let scopes = &stack.linking.scopes;
    let everything = scopes.contains(&Scope::UserAdmin);
    let way = way(stack);
    match way.name {
        _ if way.at_amazon => Subject::Name,
        SignInName::Username if everything => Subject::Username,
        SignInName::Phone if everything || scopes.contains(&Scope::Phone) => Subject::Phone,
        _ => Subject::Email,
    }
}

async fn deploy_real(
    options: &Deploy,
    stack: StackFile,
    name: &StageName,
    counter: &CallCounter,
) -> Result<Report, Failure> {
    let inputs = real_inputs(&options.stack, stack, name)?;
    let inputs = Inputs {
        allowed: options.allow.clone(),
        ..security_profile::handed_over(inputs, For::Deployment, counter).await?
    };
    let steps = security_profile::steps(&inputs, counter).await?;
    let approve = |plan: &Plan| {
        // Afterwards nobody has to do it again.
        if links_for_the_first_time(plan) {
            security_profile::tell(&steps);
        }
        confirm(name, plan, options.yes)
    };
    let mut report = roll_out(
        &inputs,
        &options.files,
        Kind::Release(inputs.architecture),
        counter,
        &approve,
    )
    .await?;
    let started = Instant::now();
    let patience = if report.outcome.plan.is_empty() {
        Duration::ZERO
    } else {
        verify::AFTER_A_CHANGE
    };
    // What it calls is not what the deployment called.
    let checked = verify::check(&inputs, &output::call_counter(), patience).await?;
    report.verified = Verified::Checks(checked, started.elapsed());
    Ok(report)
}

/// Whether account linking is written where there was none.
fn links_for_the_first_time(plan: &Plan) -> bool {
    let mut parts = plan.to_do().filter(|part| part.step == Step::Linking);
    parts.any(|part| {
        part.changes
            .iter()
            .any(|change| change.kind == Changed::Added)
    })
}

/// Deploys to a local stage, and leaves trying it out to the caller.
pub(crate) async fn without_a_story(
    path: &Path,
    stack: StackFile,
    name: &StageName,
    urls: &Urls,
) -> Result<Deployed, Failure> {
    own_domain::register(urls, &stack, name).await?;
    let inputs = local_inputs(path, stack, name, urls)?;
    let inputs = security_profile::made(inputs, urls).await?;
    let counter = output::call_counter();
    let report = roll_out(&inputs, &Files::default(), Kind::Local, &counter, &|_| {
        Ok(())
    })
    .await?;
    Ok(report.outcome.deployed)
}

/// Who develops a real stage.
pub(crate) fn developer_client(
    stack: &StackFile,
    name: &StageName,
) -> Result<smapi::Client, Failure> {
    let (endpoints, developer) = stage::real(stack, name)?;
    Ok(telling(endpoints.developer, developer.credentials))
}

/// A client whose requests are told of if that was asked for.
fn telling(endpoints: smapi::Endpoints, credentials: smapi::Credentials) -> smapi::Client {
    let observer = output::call_counter().observer();
    smapi::Client::with(
        endpoints,
        credentials,
        Some(observer),
        smapi::RetryPolicy::default(),
    )
}

/// Who develops a real stage, and the skill that was deployed there.
pub(crate) async fn developer_and_skill(
    path: &Path,
    stack: StackFile,
    name: &StageName,
) -> Result<(smapi::Client, SkillId), Failure> {
    let inputs = real_inputs(path, stack, name)?;
    let progress = progress::for_stderr();
    let counter = output::call_counter();
    let session = Session::open(&inputs, &counter, &*progress, interrupted()).await?;
    let skill = session.skill_id().await.ok_or_else(|| {
        Failure::new("SKILL", format!("stage `{name}` has no skill yet"))
            .hint(format!("deploy it first: cargo xtask deploy {name}"))
    })?;
    let client = telling(inputs.endpoints.developer.clone(), inputs.developer.clone());
    Ok((client, skill))
}

/// A stage that exists already: what the stack file wants of it, and where it is.
pub(crate) fn existing(path: &Path, stage: Option<&str>) -> Result<Inputs, Failure> {
    let stack = stack::read(path)?;
    let name = stack::stage(&stack, stage)?;
    if name.is_local() {
        local_inputs(path, stack, &name, &running()?)
    } else {
        real_inputs(path, stack, &name)
    }
}

/// The same for whoever calls AWS alone, and needs no Amazon developer.
pub(crate) fn existing_on_aws(path: &Path, stage: Option<&str>) -> Result<Inputs, Failure> {
    let stack = stack::read(path)?;
    let name = stack::stage(&stack, stage)?;
    if name.is_local() {
        return local_inputs(path, stack, &name, &running()?);
    }
    let (endpoints, _) = stage::hosts()?;
    Ok(Inputs {
        endpoints,
        ..inputs(path, stack, &name)?
    })
}

/// The same with what a deployment was told besides.
pub(crate) async fn existing_with_its_client(
    path: &Path,
    stage: Option<&str>,
    counter: &CallCounter,
) -> Result<Inputs, Failure> {
    let inputs = existing(path, stage)?;
    if inputs.stage.is_local() {
        security_profile::made(inputs, &running()?).await
    } else {
        security_profile::handed_over(inputs, For::Deployment, counter).await
    }
}

fn running() -> Result<Urls, Failure> {
    discovery::running()?.ok_or_else(|| {
        Failure::new("LOCAL_STAGE", "no local stage is running").hint(
            "a local stage is gone, with everything on it, when its command ends; start one with \
             `cargo xtask local`, and deploy to it",
        )
    })
}

/// What is to be made on a local stage.
pub(crate) fn local_inputs(
    path: &Path,
    stack: StackFile,
    name: &StageName,
    urls: &Urls,
) -> Result<Inputs, Failure> {
    Ok(Inputs {
        endpoints: stage::local_endpoints(urls)?,
        developer: stage::local_developer()?,
        architecture: build::host(),
        ..inputs(path, stack, name)?
    })
}

/// What is to be made on a real stage.
pub(crate) fn real_inputs(
    path: &Path,
    stack: StackFile,
    name: &StageName,
) -> Result<Inputs, Failure> {
    let (endpoints, developer) = stage::real(&stack, name)?;
    Ok(Inputs {
        architecture: stack.lambda.architecture,
        endpoints,
        developer: developer.credentials,
        vendor: developer.vendor,
        ..inputs(path, stack, name)?
    })
}

/// What local and real stages have in common.
fn inputs(path: &Path, stack: StackFile, name: &StageName) -> Result<Inputs, Failure> {
    let home = stack::home(&stack, name)?;
    let folder = stack::package_folder(path);
    let dist = workspace::dist(name.as_str());
    let profile = stack::ask_profile(&stack, name);
    Ok(Inputs {
        package: read_package(&folder)?,
        stack,
        stage: name.clone(),
        home,
        endpoints: Endpoints::amazon(None),
        developer: smapi::Credentials::AccessToken(String::new().into()),
        vendor: None,
        amazon_client: None,
        architecture: build::host(),
        lacking: Vec::new(),
        adopt: ask_cli::skill(&dist, &profile)?,
        allowed: Vec::new(),
    })
}

pub(crate) fn read_package(folder: &Path) -> Result<SourcePackage, Failure> {
    SourcePackage::read(folder).map_err(|error| Failure::from(Error::from(error)))
}

async fn roll_out(
    inputs: &Inputs,
    files: &Files,
    kind: Kind,
    counter: &CallCounter,
    approve: rollout::deploy::Approve<'_>,
) -> Result<Report, Failure> {
    let started = Instant::now();
    let (took, build_took) = watch::channel(Duration::ZERO);
    let building = building(inputs, files, kind, took);
    let progress = progress::for_stderr();
    let outcome = rollout::deploy::deploy(
        inputs,
        building,
        counter,
        &*progress,
        approve,
        owner(),
        interrupted(),
    )
    .await?;
    write_documents(files, inputs, &outcome)?;
    let build = *build_took.borrow();
    Ok(Report {
        stage: inputs.stage.clone(),
        outcome,
        build,
        rollout: started.elapsed().saturating_sub(build),
        verified: Verified::Not,
    })
}

/// The bundle: built on a task of its own, so that it goes on while nobody looks.
pub(crate) fn building(
    inputs: &Inputs,
    files: &Files,
    kind: Kind,
    took: watch::Sender<Duration>,
) -> Building<'static> {
    let source = inputs.stack.linking.profile_source;
    let build = match files.bundle.clone() {
        Some(path) => tokio::spawn(build::read(path)),
        None => tokio::spawn(build::bundle(kind, source)),
    };
    Building::new(async move {
        let built = build
            .await
            .map_err(|error| Error::new(Code::Build, format!("the build stopped: {error}")))??;
        took.send_replace(built.took);
        Ok(Bundle::new(built.zip))
    })
}

/// What was deployed, for people and for ask-cli. The client secret is not in it.
fn write_documents(files: &Files, inputs: &Inputs, outcome: &Outcome) -> Result<(), Failure> {
    let dist = files.dist(&inputs.stage);
    let deployed = &outcome.deployed;
    deployed.package.write(&dist).map_err(Error::from)?;
    rollout::package::write_account_linking(&dist, &deployed.linking).map_err(Error::from)?;
    let profile = stack::ask_profile(&inputs.stack, &inputs.stage);
    ask_cli::remember(&dist, &profile, &deployed.skill_id)
}

/// Turns true at the first Ctrl-C; the second ends the process at once.
pub(crate) fn interrupted() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if sender.send_replace(true) {
                std::process::exit(130);
            }
            output::aside("finishing what is in flight; Ctrl-C again ends it at once");
        }
    });
    receiver
}

/// Who holds a stage's lock, for whoever waits for it.
pub(crate) fn owner() -> Owner {
    let variable = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| std::env::var(name).ok())
            .unwrap_or_else(|| "unknown".to_owned())
    };
    Owner::this_process(variable(&["USER", "USERNAME", "LOGNAME"]))
}

/// A real stage is changed only when somebody has said so.
fn confirm(stage: &StageName, plan: &Plan, yes: bool) -> Result<(), Error> {
    plan::tell(stage, plan);
    question::confirm("deploy?", "nothing was changed", yes)
}

impl Report {
    fn print(&self, options: &Deploy, counter: &CallCounter) {
        if options.json {
            output::line(&self.json(counter).to_string());
        } else {
            self.tell(counter);
        }
    }

    fn json(&self, counter: &CallCounter) -> serde_json::Value {
        let deployed = &self.outcome.deployed;
        let verify = self.verified.took().map(|took| took.as_secs_f64());
        let mut document = json!({
            "stage": self.stage.as_str(),
            "skillId": deployed.skill_id,
            "userPoolId": deployed.accounts.user_pool_id(),
            "clientId": deployed.accounts.client_id(),
            "webClientId": deployed.accounts.web_client_id(),
            "calls": counter.calls(),
            "seconds": {
                "build": self.build.as_secs_f64(),
                "rollout": self.rollout.as_secs_f64(),
                "verify": verify,
            },
        });
        match &self.verified {
            Verified::Story(transcript, _) => {
                document["transcript"] = json!(transcript.turns);
                document["pages"] = json!(transcript.passed);
            }
            Verified::Checks(verification, _) => {
                document["checks"] = json!(verification.checks);
                document["leftToDo"] = json!(verification.left_to_do);
                if let Some(error) = verification.error() {
                    document["error"] = json!({
                        "code": error.code(),
                        "message": error.message(),
                        "hint": error.next_step(),
                    });
                }
            }
            Verified::Not => {}
        }
        document
    }

    fn tell(&self, counter: &CallCounter) {
        let deployed = &self.outcome.deployed;
        if let Verified::Story(transcript, _) = &self.verified {
            for turn in &transcript.turns {
                output::line(&format!("person: {}", turn.said));
                let card = turn
                    .card
                    .as_ref()
                    .map_or_else(String::new, |card| format!("  [{card} card]"));
                output::line(&format!(" alexa: {}{card}", turn.heard));
            }
            output::line("");
        }
        output::line(&format!("stage      {}", self.stage));
        output::line(&format!("skill      {}", deployed.skill_id));
        match &deployed.accounts {
            Accounts::UserPool(pool) => {
                output::line(&format!("user pool  {}", pool.user_pool_id));
                output::line(&format!("app client {}", pool.client_id));
                if let Some(client) = &pool.web_client_id {
                    output::line(&format!("web client {client}"));
                }
            }
            Accounts::Amazon(client) => {
                output::line("accounts   Login with Amazon");
                output::line(&format!("client     {client}"));
            }
        }
        let calls = counter.calls();
        let verb = if self.outcome.plan.is_empty() {
            "nothing to do"
        } else {
            "deployed"
        };
        output::line(&format!(
            "{verb}: {} reading calls, {} mutating calls",
            calls.reading, calls.mutating
        ));
        let took = self.verified.took();
        let verify = took.map_or_else(String::new, |took| format!(", verify {}", seconds(took)));
        output::line(&format!(
            "build {}, rollout {}{verify}",
            seconds(self.build),
            seconds(self.rollout)
        ));
        if let Verified::Checks(verification, _) = &self.verified {
            verify::tell(verification);
            if self.verified.failure().is_none() {
                output::line(&format!("left to you: {}", verification.left_to_do));
            }
        }
    }
}
