//! The rollout's AWS half against ministack, an emulator that we did not write.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use infra::stack_file::StageName;
use local_cloud::{ACCOUNT_ID, LocalStage, Options};
use models::secure_url::SecureUrl;
use rollout::calls::CallCounter;
use rollout::deploy::DeployedAws;
use rollout::endpoints::{AwsEndpoint, Endpoints, HostPattern};
use rollout::progress::Step;
use rollout::session::Inputs;
use rollout::{Building, Bundle};
use secrecy::SecretString;
use serde::Deserialize;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use xshell::cmd;

use super::toolbox::Toolbox;
use crate::build::{self, Kind};
use crate::failure::Failure;
use crate::{deploy, output, progress, stack, stage};

/// How long ministack may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// Deploys there, plans again, and has the result read back.
pub(super) fn ministack(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let python = toolbox.python_program("python")?;
    let target = Ministack::start(toolbox)?;
    let runtime = Runtime::new().context("cannot start a runtime")?;
    let (inputs, deployed) = runtime.block_on(deploy_twice(toolbox, &target.url))?;

    let stack = &inputs.stack;
    let stage = &inputs.stage;
    let judge = toolbox.judge("ministack_judge.py");
    let templates = [
        toolbox.root.join("infra/templates/identity.yaml"),
        toolbox.root.join("infra/templates/skill.yaml"),
    ];
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
        (
            "--stack-file",
            toolbox.root.join("stack.toml").display().to_string(),
        ),
    ]
    .into_iter()
    .flat_map(|(name, value)| [name.to_owned(), value]);
    Ok(cmd!(sh, "{python} {judge} {arguments...} {templates...}").run()?)
}

/// The AWS half on ministack; SMAPI, where the skill gets its id, on a local stage.
async fn deploy_twice(toolbox: &Toolbox, aws: &str) -> Result<(Inputs, DeployedAws)> {
    let local = LocalStage::start(Options::default()).await?;
    let inputs = inputs(toolbox, aws, &local).map_err(|failure| told(&failure))?;
    let built = build::bundle(Kind::Local, inputs.stack.linking.profile_source).await?;
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
        rollout::deploy::plan(&inputs, building(), &counter, &*progress, interrupted).await?;
    local.stop().await;
    let calls = counter.calls();
    output::line(&format!(
        "deployed to ministack with {} reads and {} writes",
        calls.reading, calls.mutating
    ));
    let left: Vec<_> = preview
        .plan
        .to_do()
        .filter(|part| !matches!(part.step, Step::Package | Step::Linking | Step::Enablement))
        .map(|part| format!("{}: {:?}", part.step, part.changes))
        .collect();
    ensure!(
        left.is_empty(),
        "a second deployment would still change AWS: {}",
        left.join("; ")
    );
    Ok((inputs, deployed))
}

fn inputs(toolbox: &Toolbox, aws: &str, local: &LocalStage) -> Result<Inputs, Failure> {
    let path = toolbox.root.join("stack.toml");
    let stack = stack::read(&path)?;
    let stage = stack::stage(&stack, Some(StageName::LOCAL))?;
    let url: SecureUrl = aws
        .parse()
        .map_err(|error| Failure::new("CI", format!("{aws}: {error}")))?;
    let lacking = gaps(toolbox).map_err(Failure::from)?;
    Ok(Inputs {
        home: stack::home(&stack, &stage)?,
        package: deploy::read_package(&stack::package_folder(&path))?,
        stage,
        endpoints: Endpoints {
            aws: AwsEndpoint::Override {
                url,
                access_key_id: "local".to_owned(),
                secret_access_key: SecretString::from("local"),
            },
            sign_in: HostPattern::new(aws),
            issuer: HostPattern::new(format!("{aws}/{{pool}}")),
            ..stage::local_endpoints(local.urls())?
        },
        developer: stage::local_developer()?,
        vendor: None,
        architecture: build::host(),
        lacking,
        adopt: None,
        allowed: Vec::new(),
        stack,
    })
}

/// The resource types that ministack does not have.
fn gaps(toolbox: &Toolbox) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Gaps {
        #[serde(default)]
        resource_type: Vec<Gap>,
    }
    #[derive(Deserialize)]
    struct Gap {
        name: String,
    }
    let path = toolbox.judge("ministack-gaps.toml");
    let gaps: Gaps = toml::from_str(&toolbox.sh.read_file(&path)?)
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(gaps.resource_type.into_iter().map(|gap| gap.name).collect())
}

fn told(failure: &Failure) -> anyhow::Error {
    anyhow!("{failure:?}")
}

/// A running ministack; ends when it is dropped.
struct Ministack {
    child: Child,
    url: String,
}

impl Ministack {
    fn start(toolbox: &Toolbox) -> Result<Self> {
        let program = toolbox.python_program("ministack")?;
        let log = toolbox.folder.join("ministack.log");
        let port = free_port()?;
        let out = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = Command::new(&program)
            .current_dir(&toolbox.folder)
            // Beside the port: listen on loopback only, open no second listener, be the account
            // that a local stage is.
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("IOT_MTLS_ENABLED", "0")
            .env("SFTP_ENABLED", "0")
            .env("MINISTACK_ACCOUNT_ID", ACCOUNT_ID)
            .env(
                "SERVICES",
                "sts,s3,cloudformation,iam,lambda,cognito-idp,logs",
            )
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
