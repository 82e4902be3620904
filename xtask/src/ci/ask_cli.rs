//! Amazon's own command lines, on what was deployed to this machine: ask-cli works on the same skill
//! before, between and after deployments, and the AWS CLI reads the rest.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail, ensure};
use infra::stack_file::StageName;
use local_access::Access;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use xshell::cmd;

use super::presets;
use super::stage::{self, OwnStage};
use super::toolbox::Toolbox;
use cli::{ask_cli, local, output, workspace};

const PROFILE: &str = "default";
const MODEL: &str = "skill-package/interactionModels/custom/en-US.json";
const SAMPLE: &str = "tell the whole truth about me";
/// What ask-cli says of a package that it has deployed already.
const SKIPPED: &str = "does not change compared to the last deploy hash result";

/// One skill, worked on from both sides.
pub(super) fn ask_cli(toolbox: &Toolbox) -> Result<()> {
    let stage = OwnStage::start(None)?;
    let ask = AskCli::set_up(toolbox, &stage.access)?;

    let cargo = cmd!(toolbox.sh, "cargo xtask render");
    cargo.run()?;
    ask.deploy_metadata()?;
    let skill = ask.skill()?;
    let report = stage::deploy(toolbox)?;
    ensure!(
        report.skill_id == skill,
        "a second skill, {}, beside ask-cli's {skill}",
        report.skill_id
    );
    output::line("a skill that ask-cli made was taken up");

    // It uploads what is deployed, and takes nothing away.
    ask.deploy_metadata()?;
    nothing_to_do(toolbox)?;
    ensure!(ask.deploy_metadata()?.contains(SKIPPED));
    ensure!(ask.run(&["deploy"])?.contains("already enabled"));
    ask.deploy_from_environment()?;
    nothing_to_do(toolbox)?;
    output::line("ask-cli deploys what the rollout has deployed");

    ask.edit_model()?;
    ask.deploy_metadata()?;
    let model = "interaction model en-US";
    let field = only_changed(toolbox, "skill package", model, "samples")?;
    ensure!(field["before"] == SAMPLE, "{field}");
    put_back(toolbox)?;
    ask.edit_linking(&skill)?;
    let linking = "account linking";
    only_changed(toolbox, linking, linking, "scopes")?;
    put_back(toolbox)?;
    output::line("a plan says what ask-cli has changed, and a deployment puts it back");

    let vendors = ask.smapi(&["get-vendor-list"])?;
    ensure!(vendors["vendors"][0]["id"] == ask.vendor, "{vendors}");
    let skills = ask.smapi(&["list-skills-for-vendor"])?;
    let skills = skills["skills"].as_array().context("no list of skills")?;
    ensure!(skills.len() == 1, "{skills:?}");
    let status = ask.smapi(&["get-skill-status", "-s", &skill])?;
    let built = &status["manifest"]["lastUpdateRequest"]["status"];
    ensure!(built == "SUCCEEDED", "{status}");
    let manifest = ask.smapi(&["get-skill-manifest", "-s", &skill, "-g", "development"])?;
    let endpoint = &manifest["manifest"]["apis"]["custom"]["endpoint"]["uri"];
    ensure!(endpoint.is_string(), "{manifest}");
    stage.stop();
    Ok(())
}

/// The stack, the user pool and the function, as the AWS CLI reads them.
pub(super) fn aws_cli(toolbox: &Toolbox) -> Result<()> {
    let sh = &toolbox.sh;
    let aws = toolbox.python_program("aws")?;
    let stage = OwnStage::start(None)?;
    let report = stage::deploy_with(toolbox, presets::EMAIL)?;
    let region = report.region()?;
    let read = |arguments: &[&str]| -> Result<Value> {
        let text = cmd!(sh, "{aws} --region {region} --output json {arguments...}")
            .envs(local::variables(&stage.access))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", toolbox.folder.join("no-aws-config"))
            .read()?;
        serde_json::from_str(&text).with_context(|| format!("no JSON: {text}"))
    };
    let stacks = read(&["cloudformation", "describe-stacks"])?;
    let stacks = stacks["Stacks"].as_array().context("no stacks")?;
    ensure!(stacks.len() == 2, "{stacks:?}");
    for stack in stacks {
        let status = stack["StackStatus"].as_str().unwrap_or_default();
        ensure!(
            ["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(&status),
            "{stack}"
        );
    }
    let pool = report.user_pool()?;
    let described = read(&["cognito-idp", "describe-user-pool", "--user-pool-id", pool])?;
    ensure!(described["UserPool"]["Id"] == pool, "{described}");
    let client = report.client_id.as_str();
    let described = read(&[
        "cognito-idp",
        "describe-user-pool-client",
        "--user-pool-id",
        pool,
        "--client-id",
        client,
    ])?;
    let flows = &described["UserPoolClient"]["AllowedOAuthFlows"];
    ensure!(*flows == json!(["code"]), "{described}");
    let functions = read(&["lambda", "list-functions"])?;
    let name = functions["Functions"][0]["FunctionName"]
        .as_str()
        .context("no function")?;
    let function = read(&["lambda", "get-function", "--function-name", name])?;
    ensure!(
        function["Configuration"]["Runtime"] == "provided.al2023",
        "{function}"
    );
    let group = format!("/aws/lambda/{name}");
    let events = read(&["logs", "filter-log-events", "--log-group-name", &group])?;
    ensure!(
        events["events"]
            .as_array()
            .is_some_and(|all| !all.is_empty()),
        "{events}"
    );
    output::line("the AWS CLI reads two stacks, user pool, app client, function and log");
    stage.stop();
    presets::tell(toolbox, &[presets::EMAIL])
}

/// The program, with a home of its own, in the folder of the local stage.
struct AskCli<'a> {
    toolbox: &'a Toolbox,
    program: PathBuf,
    home: TempDir,
    dist: PathBuf,
    access: Access,
    vendor: String,
}

impl<'a> AskCli<'a> {
    fn set_up(toolbox: &'a Toolbox, access: &Access) -> Result<Self> {
        let program = toolbox.node_judge("ask-cli")?.join("node_modules/.bin/ask");
        let dist = workspace::dist(StageName::LOCAL);
        let mut ask = Self {
            toolbox,
            program,
            home: TempDir::new()?,
            access: access.clone(),
            dist,
            vendor: String::new(),
        };
        ask.configure()?;
        let vendors = ask.smapi(&["get-vendor-list"])?;
        let vendor = vendors["vendors"][0]["id"].as_str();
        ask.vendor = vendor.map(str::to_owned).context("there is no vendor")?;
        ask.configure()?;
        Ok(ask)
    }

    /// What `ask configure` would leave; it asks in a browser.
    fn configure(&self) -> Result<()> {
        let configuration = json!({
            "machine_id": "00000000-0000-4000-8000-000000000000",
            // Or it would call home.
            "share_usage": false,
            "profiles": { PROFILE: {
                "token": {
                    "access_token": self.access.smapi_token.expose_secret(),
                    "refresh_token": "unused",
                    "token_type": "bearer",
                    "expires_in": 3600,
                    "expires_at": "2100-01-01T00:00:00.000Z",
                },
                "vendor_id": self.vendor,
            } },
        });
        let file = self.home.path().join(".ask/cli_config");
        self.toolbox
            .sh
            .write_file(file, configuration.to_string())?;
        Ok(())
    }

    fn deploy_metadata(&self) -> Result<String> {
        self.run(&["deploy", "--target", "skill-metadata"])
    }

    /// With credentials from the environment, as a pipeline has them.
    fn deploy_from_environment(&self) -> Result<String> {
        let variables = local::variables(&self.access);
        self.run_with(&["deploy", "--target", "skill-metadata"], &variables)
    }

    fn skill(&self) -> Result<String> {
        let skill = ask_cli::skill(&self.dist, PROFILE).map_err(|failure| anyhow!("{failure}"))?;
        Ok(skill.context("ask-cli has recorded no skill")?.to_string())
    }

    /// One sample more than the source has.
    fn edit_model(&self) -> Result<()> {
        let file = self.dist.join(MODEL);
        let mut model: Value = serde_json::from_str(&self.toolbox.sh.read_file(&file)?)?;
        let samples = model
            .pointer_mut("/interactionModel/languageModel/intents")
            .and_then(Value::as_array_mut)
            .and_then(|intents| {
                let mut samples = intents.iter_mut().map(|intent| &mut intent["samples"]);
                samples.find_map(|samples| samples.as_array_mut().filter(|all| !all.is_empty()))
            })
            .context("no intent has samples")?;
        samples.push(json!(SAMPLE));
        Ok(self.toolbox.sh.write_file(&file, format!("{model:#}"))?)
    }

    /// One scope more than was deployed.
    fn edit_linking(&self, skill: &str) -> Result<()> {
        let read = self.smapi(&["get-account-linking-info", "-s", skill])?;
        let mut linking = read["accountLinkingResponse"].clone();
        let scopes = linking["scopes"].as_array_mut().context("no scopes")?;
        scopes.push(json!("made-up"));
        linking["clientSecret"] = json!("a made-up secret");
        let file = self.home.path().join("linking.json");
        let request = json!({ "accountLinkingRequest": linking });
        self.toolbox.sh.write_file(&file, request.to_string())?;
        let file = format!("file:{}", file.display());
        let arguments = ["-s", skill, "--account-linking-request", &file];
        self.run(&[&["smapi", "update-account-linking-info"][..], &arguments].concat())?;
        Ok(())
    }

    /// A command of `ask smapi` that answers in JSON.
    fn smapi(&self, arguments: &[&str]) -> Result<Value> {
        let said = self.run(&[&["smapi"], arguments].concat())?;
        serde_json::from_str(&said).with_context(|| format!("no JSON: {said}"))
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        self.run_with(arguments, &[])
    }

    /// Both streams, because ask-cli warns on either.
    fn run_with(&self, arguments: &[&str], environment: &[(&str, String)]) -> Result<String> {
        let sh = &self.toolbox.sh;
        let program = &self.program;
        sh.create_dir(&self.dist)?;
        let _in_folder = sh.push_dir(&self.dist);
        let mut command = cmd!(sh, "{program} {arguments...}")
            .env("HOME", self.home.path())
            .envs(
                // Where SMAPI is; who asks there is in the profile.
                local::variables(&self.access)
                    .into_iter()
                    .filter(|(name, _)| *name == "ASK_SMAPI_SERVER_BASE_URL"),
            )
            .env("ASK_SKIP_NEW_VERSION_REMINDER", "1");
        for (name, value) in environment {
            command = command.env(name, value);
        }
        let output = command.ignore_status().output()?;
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        ensure!(
            output.status.success(),
            "ask {} ended with {}: {said}",
            arguments.join(" "),
            output.status
        );
        Ok(said)
    }
}

fn plan(toolbox: &Toolbox) -> Result<Value> {
    let text = cmd!(toolbox.sh, "cargo xtask plan --json")
        .ignore_status()
        .read()?;
    serde_json::from_str(&text).with_context(|| format!("`plan --json` printed no JSON: {text}"))
}

/// The parts of a plan that have something to do.
fn to_do(plan: &Value) -> Vec<&Value> {
    let parts = plan["parts"].as_array().into_iter().flatten();
    parts.filter(|part| part["action"].is_string()).collect()
}

fn nothing_to_do(toolbox: &Toolbox) -> Result<()> {
    let plan = plan(toolbox)?;
    ensure!(plan["changes"] == false, "there is something to do: {plan}");
    Ok(())
}

/// One field of one thing was changed, and a deployment would change nothing else.
fn only_changed(toolbox: &Toolbox, step: &str, subject: &str, name: &str) -> Result<Value> {
    let plan = plan(toolbox)?;
    let [part] = to_do(&plan)[..] else {
        bail!("not one part has something to do: {plan}");
    };
    ensure!(part["step"] == step, "{part}");
    let changes = part["changes"].as_array().context("no changes")?;
    let [change] = &changes[..] else {
        bail!("not one change: {part}");
    };
    ensure!(change["subject"] == subject, "{change}");
    let fields = change["fields"].as_array().context("no fields")?;
    let [field] = &fields[..] else {
        bail!("not one field: {change}");
    };
    let path = field["path"].as_array().context("no path")?;
    ensure!(path.contains(&json!(name)), "{field}");
    Ok(field.clone())
}

fn put_back(toolbox: &Toolbox) -> Result<()> {
    stage::deploy(toolbox)?;
    nothing_to_do(toolbox)
}
