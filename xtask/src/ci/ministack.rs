//! The rollout's AWS half against ministack, an emulator that we did not write.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use infra::stack_file::StageName;
use local_access::program::Start;
use local_access::{ACCOUNT_ID, Access};
use models::secure_url::SecureUrl;
use rollout::calls::CallCounter;
use rollout::deploy::DeployedAws;
use rollout::diff::Plan;
use rollout::diff::change::Change;
use rollout::endpoints::{AwsEndpoint, Endpoints, HostPattern, UserPoolHosts};
use rollout::inputs::Inputs;
use rollout::progress::Step;
use rollout::{Building, Bundle};
use secrecy::SecretString;
use serde::Deserialize;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use xshell::cmd;

use super::presets;
use super::toolbox::Toolbox;
use cli::build::{self, Kind, Parts};
use cli::failure::{Code, Failure};
use cli::{child, deploy, inputs, local, output, progress, stack, stage};

/// How long ministack may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// The services that a deployment uses.
const SERVICES: &str = "sts,s3,cloudformation,iam,lambda,cognito-idp,logs";

/// What is deployed there, whatever a fork's own stack file says. People see the classic pages, since ministack
/// has no `AWS::Cognito::ManagedLoginBranding`.
const STACKS: [&str; 2] = [presets::EMAIL, presets::PHONE_MFA];

/// Deploys to one of its own for each stack file, plans again, and has the result read back.
pub(super) fn ministack(toolbox: &Toolbox) -> Result<()> {
    for stack in STACKS {
        one(toolbox, stack).with_context(|| format!("with {stack}"))?;
    }
    presets::tell(toolbox, &STACKS)
}

/// A stack file with the classic pages, under the same path in a folder that may be deleted.
fn classic(toolbox: &Toolbox, path: &str) -> Result<PathBuf> {
    let (sh, section) = (&toolbox.sh, "[identity]\n");
    let text = sh.read_file(toolbox.root.join(path))?;
    ensure!(text.contains(section), "{path} has no {section}");
    let text = text.replacen(section, &format!("{section}pages = \"classic\"\n"), 1);
    let copy = toolbox.folder.join("ministack").join(path);
    sh.write_file(&copy, text)?;
    Ok(copy)
}

fn one(toolbox: &Toolbox, path: &str) -> Result<()> {
    let sh = &toolbox.sh;
    let python = toolbox.python_program("python")?;
    let target = Ministack::start(toolbox, SERVICES)?;
    let runtime = Runtime::new().context("cannot start a runtime")?;
    let path = classic(toolbox, path)?;
    let (inputs, deployed) = runtime.block_on(deploy_twice(toolbox, &path, &target.url))?;

    let stack = &inputs.stack;
    let stage = &inputs.stage;
    let judge = toolbox.judge("ministack_judge.py");
    let arguments = [
        ("--endpoint", target.url.clone()),
        ("--region", inputs.home.as_str().to_owned()),
        (
            "--identity-stack",
            infra::names::identity_stack(&stack.name, stage),
        ),
        (
            "--skill-stack",
            infra::names::skill_stack(&stack.name, stage),
        ),
        ("--skill-id", deployed.skill_id.to_string()),
        ("--stack-file", path.display().to_string()),
    ]
    .into_iter()
    .flat_map(|(name, value)| [name.to_owned(), value]);
    // ministack takes any key.
    Ok(cmd!(sh, "{python} {judge} {arguments...}")
        .env("AWS_ACCESS_KEY_ID", "judge")
        .env("AWS_SECRET_ACCESS_KEY", "judge")
        .run()?)
}

/// The AWS half on ministack; SMAPI, where the skill gets its id, on a local stage.
async fn deploy_twice(toolbox: &Toolbox, path: &Path, aws: &str) -> Result<(Inputs, DeployedAws)> {
    let stack = stack::read(path).map_err(|failure| told(&failure))?;
    let local = local::start(Start::default(), &stack).await;
    let local = local.map_err(|failure| told(&failure))?;
    let inputs = inputs(path, aws, &local.access).map_err(|failure| told(&failure))?;
    let built = build::bundle(Kind::Local, Parts::of(&inputs.stack)).await?;
    let bundle = Bundle::new(built.zip);
    let building = || {
        let bundle = bundle.clone();
        Building::new(async move { Ok(bundle) })
    };
    let counter = CallCounter::default();
    let progress = progress::for_stderr();
    let (_never, interrupted) = watch::channel(false);
    let deployed = rollout::deploy::deploy_aws(
        &inputs,
        building(),
        &counter,
        &*progress,
        deploy::owner(),
        interrupted.clone(),
    )
    .await?;
    let preview =
        rollout::plan::plan(&inputs, building(), &counter, &*progress, interrupted).await?;
    local.stop().await;
    let calls = counter.calls();
    output::line(&format!(
        "deployed {} to ministack with {} reads and {} writes",
        path.display(),
        calls.reading,
        calls.mutating
    ));
    let listed = gaps(toolbox)?.drift;
    let listed = listed.into_iter().filter(|gap| gap.is_for(path));
    let mut listed: Vec<String> = listed.map(|gap| gap.name).collect();
    listed.sort();
    let left = left(&preview.plan);
    ensure!(
        left == listed,
        "a second deployment would change {left:?} on AWS; judges/ministack-gaps.toml has {listed:?}"
    );
    Ok((inputs, deployed))
}

fn inputs(path: &Path, aws: &str, access: &Access) -> Result<Inputs, Failure> {
    let stack = stack::read(path)?;
    let stage = stack::stage(&stack, Some(StageName::LOCAL))?;
    let url: SecureUrl = aws
        .parse()
        .map_err(|error| Failure::new(Code::Ci, format!("{aws}: {error}")))?;
    let elsewhere = stage::local_endpoints(access)?;
    Ok(Inputs {
        home: stack::home(&stack, &stage)?,
        package: inputs::read_package(&stack::package_folder(path))?,
        stage,
        endpoints: Endpoints {
            aws: AwsEndpoint::Override {
                url,
                access_key_id: "local".to_owned(),
                secret_access_key: SecretString::from("local"),
            },
            sign_in: HostPattern::new(aws),
            user_pools: UserPoolHosts {
                api: HostPattern::new(aws),
                original_issuer: HostPattern::new(format!("{aws}/{{pool}}")),
                ..elsewhere.user_pools
            },
            ..elsewhere
        },
        developer: stage::local_developer(access)?,
        vendor: None,
        amazon_client: None,
        architecture: build::host(),
        adopt: None,
        allowed: Vec::new(),
        stack,
    })
}

/// What ministack is known not to do.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Gaps {
    /// What a second deployment would put back.
    #[serde(default)]
    drift: Vec<Gap>,
}

#[derive(Deserialize)]
struct Gap {
    name: String,
    /// The stack file that it is for, if it is not for all.
    stack: Option<String>,
}

impl Gap {
    fn is_for(&self, path: &Path) -> bool {
        (self.stack.as_ref()).is_none_or(|stack| path.ends_with(stack))
    }
}

fn gaps(toolbox: &Toolbox) -> Result<Gaps> {
    let path = toolbox.judge("ministack-gaps.toml");
    toml::from_str(&toolbox.sh.read_file(&path)?)
        .with_context(|| format!("cannot read {}", path.display()))
}

/// Names of what a plan would change on AWS, as the list of gaps has them.
fn left(plan: &Plan) -> Vec<String> {
    let parts = plan
        .to_do()
        .filter(|part| !matches!(part.step, Step::Package | Step::Linking | Step::Enablement));
    let mut names: Vec<String> = parts
        .flat_map(|part| part.changes.iter().map(name))
        .collect();
    names.sort();
    names
}

fn name(change: &Change) -> String {
    let fields = change.fields.iter().map(|field| field.path.join("/"));
    let words = std::iter::once(change.subject.clone()).chain(fields);
    words.collect::<Vec<_>>().join(" ")
}

fn told(failure: &Failure) -> anyhow::Error {
    anyhow!("{failure}")
}

/// A running ministack; ends when it is dropped.
pub(super) struct Ministack {
    child: Child,
    pub(super) url: String,
}

impl Ministack {
    /// Starts one with these services.
    pub(super) fn start(toolbox: &Toolbox, services: &str) -> Result<Self> {
        let program = toolbox.python_program("ministack")?;
        let log = toolbox.folder.join("ministack.log");
        let port = free_port()?;
        let out = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = child::command(&program)
            .current_dir(&toolbox.folder)
            // Beside the port: listen on loopback only, open no second listener, be the account
            // that a local stage is.
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("IOT_MTLS_ENABLED", "0")
            .env("SFTP_ENABLED", "0")
            .env("MINISTACK_ACCOUNT_ID", ACCOUNT_ID)
            .env("SERVICES", services)
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let mut ministack = Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
        };
        ministack.wait(port, &log)?;
        Ok(ministack)
    }

    fn wait(&mut self, port: u16, log: &Path) -> Result<()> {
        let started = Instant::now();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        while TcpStream::connect(address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("ministack ended with {status}; see {}", log.display());
            }
            ensure!(
                started.elapsed() < PATIENCE,
                "ministack does not listen after {} s; see {}",
                PATIENCE.as_secs(),
                log.display()
            );
            std::thread::sleep(POLL);
        }
        Ok(())
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        // It keeps nothing, so there is nothing to end in order.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago; ministack cannot choose one by itself.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
