//! What a command works on: what the stack file wants of a stage, and where that stage is.

use std::path::Path;

use infra::StackFile;
use infra::stack_file::StageName;
use local_access::Access;
use models::ids::SkillId;
use rollout::calls::CallCounter;
use rollout::endpoints::Endpoints;
use rollout::error::Error;
use rollout::inputs::Inputs;
use rollout::package::SourcePackage;
use rollout::session::Session;
use url::Url;

use crate::deploy::interrupted;
use crate::failure::{Code, Failure, RolloutCode};
use crate::security_profile::For;
use crate::{
    ask_cli, build, discovery, output, progress, security_profile, stack, stage, workspace,
};

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

fn running() -> Result<Access, Failure> {
    discovery::running()?.ok_or_else(|| {
        Failure::new(Code::LocalStage, "no local stage is running").hint(
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
    access: &Access,
) -> Result<Inputs, Failure> {
    same_emulator(&stack, name, access)?;
    Ok(Inputs {
        endpoints: stage::local_endpoints(access)?,
        developer: stage::local_developer(access)?,
        architecture: build::host(),
        ..inputs(path, stack, name)?
    })
}

/// Refuses a stage that was started with another AWS emulator than the stack file has by now, or without one.
fn same_emulator(stack: &StackFile, name: &StageName, access: &Access) -> Result<(), Failure> {
    let wanted = stack
        .aws_emulator(name)
        .map(|emulator| emulator.url().as_url());
    let has = access.aws_emulator.as_ref();
    if wanted == has {
        return Ok(());
    }
    let shown = |url: Option<&Url>| match url {
        Some(url) => format!("the AWS emulator at {url}"),
        None => "no AWS emulator".to_owned(),
    };
    Err(Failure::new(
        Code::LocalStage,
        format!(
            "the local stage was started with {}, and `aws-emulator` of [stages.local] in stack.toml says {}",
            shown(has),
            shown(wanted)
        ),
    )
    .hint("end the stage with Ctrl-C, and start it again"))
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
        adopt: ask_cli::skill(&dist, &profile)?,
        allowed: Vec::new(),
    })
}

/// Reads the skill package in a folder.
pub fn read_package(folder: &Path) -> Result<SourcePackage, Failure> {
    SourcePackage::read(folder).map_err(|error| Failure::from(Error::from(error)))
}

/// Who develops a real stage.
pub(crate) fn developer_client(
    stack: &StackFile,
    name: &StageName,
) -> Result<smapi::Client, Failure> {
    let (endpoints, developer) = stage::real(stack, name)?;
    Ok(telling(endpoints.developer, developer.credentials))
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
        Failure::new(
            RolloutCode::Skill,
            format!("stage `{name}` has no skill yet"),
        )
        .hint(format!("deploy it first: cargo xtask deploy {name}"))
    })?;
    let client = telling(inputs.endpoints.developer.clone(), inputs.developer.clone());
    Ok((client, skill))
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
