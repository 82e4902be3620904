//! What was lost is found again, and nothing is made twice.

use reqwest::Method;
use serde_json::{Value, json};

use crate::console::{Console, only_pool};
use crate::plan::{to_do, with};
use crate::real::Real;
use crate::stage::Stage;

/// Deploys; what the command said as JSON.
fn deploy(stage: &Stage) -> Value {
    let (said, _) = with(stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    said.json()
}

#[test]
fn another_region_is_refused_and_not_a_second_deployment() {
    let stage = Stage::start();
    deploy(&stage);
    let elsewhere = "[stages.local]\nregion = \"eu-central-1\"\n";
    for command in ["deploy", "plan"] {
        let (refused, code) = with(&stage, elsewhere, &[command, "--json"]);
        assert_eq!(code, Some(1));
        let refused = refused.json();
        assert_eq!(refused["error"]["code"], "REGION", "{refused}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
        let hint = refused["error"]["hint"].as_str().unwrap();
        assert!(hint.contains("region = \"us-east-1\""), "{hint}");
    }
    // The region of a user pool that is named is the stage's: nobody is told to write another one.
    let pool = "identity.user-pool-id = \"eu-central-1_AbCdEf123\"\n";
    let (refused, _) = with(&stage, pool, &["deploy", "--json"]);
    let refused = refused.json();
    assert_eq!(refused["error"]["code"], "REGION", "{refused}");
    let hint = refused["error"]["hint"].as_str().unwrap();
    assert!(hint.starts_with("remove user-pool-id"), "{hint}");
    assert!(!hint.contains("region ="), "{hint}");
    // Also when the state is lost: the stack is witness enough.
    Console::of(&stage).lose_state();
    let (refused, _) = with(&stage, elsewhere, &["deploy", "--json"]);
    assert_eq!(refused.json()["error"]["code"], "REGION");
    assert!(stage.end("-TERM"));
}

#[test]
fn a_lost_state_is_rebuilt_from_what_exists() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    deploy(&stage);
    let (skills, pool) = (console.skills(), only_pool(&console));
    assert_eq!(skills.len(), 1);
    console.lose_state();

    let (said, code) = with(&stage, "", &["plan", "--json"]);
    assert_eq!(code, Some(2), "{}", said.stderr);
    let plan = said.json();
    assert_eq!(plan["calls"]["mutating"], 0);
    // Neither stack is touched: only what nobody else can be asked for is written again.
    assert_eq!(
        to_do(&plan),
        ["skill", "skill package", "account linking"],
        "{plan}"
    );
    let found = plan["parts"].as_array().unwrap().iter();
    let found = found.into_iter().find(|part| part["step"] == "skill");
    assert_eq!(
        found.unwrap()["changes"][0]["fields"][0]["after"],
        json!(skills[0])
    );

    deploy(&stage);
    assert_eq!(console.skills(), skills);
    assert_eq!(only_pool(&console), pool);
    let again = deploy(&stage);
    assert_eq!(again["calls"]["mutating"], 0, "{again}");
    assert!(stage.end("-TERM"));
}

/// The names of everybody in a pool.
fn people(console: &Console<'_>, pool: &str) -> Vec<String> {
    let users = console.cognito("ListUsers", &json!({ "UserPoolId": pool }));
    let users = users["Users"].as_array().unwrap().iter();
    users
        .map(|user| user["Username"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_pool_whose_stack_is_gone_is_taken_up_with_everybody_in_it() {
    for forgotten in [false, true] {
        let stage = Stage::start();
        let console = Console::of(&stage);
        let before = deploy(&stage);
        let pool = only_pool(&console);
        let everybody = people(&console, &pool);
        assert!(!everybody.is_empty());
        console.delete_stack("account-guide-local-identity");
        if forgotten {
            console.lose_state();
        }

        let (said, code) = with(&stage, "", &["plan", "--json"]);
        assert_eq!(code, Some(2), "{}", said.stderr);
        let plan = said.json();
        assert_eq!(plan["calls"]["mutating"], 0);
        let part = &plan["parts"][0];
        assert_eq!(part["step"], "identity stack");
        let pools: Vec<&Value> = (part["changes"].as_array().unwrap().iter())
            .filter(|change| change["kind"] == "imported")
            .collect();
        assert_eq!(
            pools.len(),
            part["changes"].as_array().unwrap().len(),
            "{part}"
        );

        let after = deploy(&stage);
        assert_eq!(only_pool(&console), pool);
        assert_eq!(after["userPoolClientId"], before["userPoolClientId"]);
        let now = people(&console, &pool);
        assert!(everybody.iter().all(|person| now.contains(person)));
        assert_eq!(console.skills().len(), 1);
        let again = deploy(&stage);
        assert_eq!(again["calls"]["mutating"], 0, "{again}");
        assert!(stage.end("-TERM"));
    }
}

#[test]
fn nobody_chooses_among_several_pools_of_a_stage() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    deploy(&stage);
    let pool = only_pool(&console);
    console.delete_stack("account-guide-local-identity");
    let described = console.cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
    let tags = &described["UserPool"]["UserPoolTags"];
    let second = json!({ "PoolName": "second", "UserPoolTags": tags });
    let second = console.cognito("CreateUserPool", &second);
    let (refused, code) = with(&stage, "", &["deploy", "--json"]);
    assert_eq!(code, Some(1));
    let refused = refused.json();
    assert_eq!(refused["error"]["code"], "USER_POOL", "{refused}");
    assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    let message = refused["error"]["message"].as_str().unwrap();
    for id in [&pool, second["UserPool"]["Id"].as_str().unwrap()] {
        assert!(message.contains(id), "{message}");
    }
    assert!(stage.end("-TERM"));
}

/// A skill that was made of the package before any rollout, and ask-cli's record of it beside the
/// package. Its testing instructions end as given.
fn made_by_ask_cli(stage: &Stage, ending: &str) -> String {
    let (said, _) = with(stage, "", &["render"]);
    assert!(said.success, "{}", said.stderr);
    let dist = stage.home().join("dist/local");
    let text = std::fs::read(dist.join("skill-package/skill.json")).unwrap();
    let mut body: Value = serde_json::from_slice(&text).unwrap();
    let instructions = &mut body["manifest"]["publishingInformation"]["testingInstructions"];
    *instructions = format!("{}{ending}", instructions.as_str().unwrap()).into();
    let console = Console::of(stage);
    let vendors = console.smapi(Method::GET, "v1/vendors", None);
    body["vendorId"] = vendors["vendors"][0]["id"].clone();
    let made = console.smapi(Method::POST, "v1/skills", Some(&body));
    let skill = made["skillId"].as_str().unwrap().to_owned();
    on_record(stage, &skill);
    skill
}

fn on_record(stage: &Stage, skill: &str) {
    let folder = stage.home().join("dist/local/.ask");
    std::fs::create_dir_all(&folder).unwrap();
    let states = json!({
        "askcliStatesVersion": "2020-03-31",
        "profiles": { "default": { "deploymentStatus": "COMPLETE", "skillId": skill } },
    });
    std::fs::write(folder.join("ask-states.json"), states.to_string()).unwrap();
}

#[test]
fn a_skill_that_ask_cli_made_is_taken_up() {
    let stage = Stage::start();
    let skill = made_by_ask_cli(&stage, "");
    let (said, _) = with(&stage, "", &["plan", "--json"]);
    let plan = said.json();
    let parts = plan["parts"].as_array().unwrap();
    let part = parts.iter().find(|part| part["step"] == "skill").unwrap();
    assert_eq!(part["changes"][0]["fields"][0]["after"], json!(skill));
    assert_eq!(deploy(&stage)["skillId"], json!(skill));
    assert_eq!(Console::of(&stage).skills(), [skill.as_str()]);

    // What is on record counts only until the stage has a skill, and while that one exists.
    on_record(
        &stage,
        "amzn1.ask.skill.0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55",
    );
    assert_eq!(deploy(&stage)["skillId"], json!(skill));
    let (said, _) = with(&stage, "", &["destroy", "--skill", "--yes", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let record = stage.home().join("dist/local/.ask/ask-states.json");
    assert!(!record.exists(), "it names a skill that is gone");
    on_record(&stage, &skill);
    let anew = deploy(&stage)["skillId"].clone();
    assert_ne!(anew, json!(skill));
    assert_eq!(Console::of(&stage).skills(), [anew.as_str().unwrap()]);
    assert!(stage.end("-TERM"));
}

#[test]
fn a_skill_of_another_stage_is_not_taken_from_it() {
    let stage = Stage::start();
    let other = "\n\n(voicelink:account-guide:prod:0f9b1a52-37c4-4f0e-9f0d-0d9c7c9b1e55).";
    let skill = made_by_ask_cli(&stage, other);
    for command in ["plan", "deploy"] {
        let (refused, code) = with(&stage, "", &[command, "--json"]);
        assert_eq!(code, Some(1));
        let refused = refused.json();
        assert_eq!(refused["error"]["code"], "SKILL", "{refused}");
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains(&skill), "{message}");
    }
    std::fs::write(stage.home().join("dist/local/.ask/ask-states.json"), "{").unwrap();
    let (refused, _) = with(&stage, "", &["deploy", "--json"]);
    let refused = refused.json();
    assert_eq!(refused["error"]["code"], "ASK_CLI", "{refused}");
    assert_eq!(Console::of(&stage).skills(), [skill.as_str()]);
    assert!(stage.end("-TERM"));
}

/// A stage that exists stays where it is, whatever is written.
#[test]
fn a_stage_is_made_in_a_region_that_is_written_down() {
    let real = Real::start();
    let (unwritten, written) = (
        "name = \"account-guide\"\n",
        "name = \"account-guide\"\nstages.dev.region = \"us-east-1\"\n",
    );
    let stack = |text: &str| std::fs::write(real.file("stack.toml"), text).unwrap();
    stack(unwritten);
    let refused = [
        real.deploy(&["--json"], &real.developer()),
        real.run(
            &[
                "bootstrap",
                "dev",
                "--yes",
                "--json",
                "--repository=a@1/b@2",
            ],
            &real.developer(),
        ),
    ];
    for refused in refused {
        let stderr = &refused.stderr;
        let refused = refused.json();
        assert_eq!(refused["error"]["code"], "REGION", "{refused}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
        assert!(stderr.contains("eu-central-1, eu-central-2"), "{stderr}");
        let hint = refused["error"]["hint"].as_str().unwrap();
        assert!(
            hint.contains("`stages.dev.region = \"us-east-1\"`"),
            "{hint}"
        );
    }
    let bundle = real.file("bootstrap.zip");
    let plan = [
        "plan",
        "dev",
        "--json",
        "--bundle",
        bundle.to_str().unwrap(),
    ];
    let plan = real.run(&plan, &real.developer()).json();
    assert_eq!(plan["refused"]["code"], "REGION", "{plan}");
    assert!(!plan["parts"].as_array().unwrap().is_empty(), "{plan}");

    for text in [written, unwritten] {
        stack(text);
        let said = real.deploy(&["--json"], &real.developer());
        assert!(said.success, "{}", said.stderr);
    }
    assert!(real.stage.end("-TERM"));
}
