//! A user pool that exists already: a second skill signs its people in, and nothing of it is touched.

mod as_it_is;
mod which_pool;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{Said, run, xtask};
use crate::console::{Console, only_pool};
use crate::left_alone::{changes, described, people};
use crate::plan::to_do;
use crate::stage::Stage;

/// Another repository with a stack file of its own, whose stage `local` is the running one.
struct Second<'stage> {
    stage: &'stage Stage,
    home: TempDir,
}

impl<'stage> Second<'stage> {
    fn beside(stage: &'stage Stage) -> Self {
        let home = TempDir::new().unwrap();
        let package = home.path().join("skill-package");
        crate::mistakes::copy(&crate::command::project().join("skill-package"), &package);
        // What people call it has to tell it from the first.
        let file = package.join("interactionModels/custom/en-US.json");
        let text = std::fs::read_to_string(&file).unwrap();
        let mut model: Value = serde_json::from_str(&text).unwrap();
        model["interactionModel"]["languageModel"]["invocationName"] = "second guide".into();
        std::fs::write(&file, model.to_string()).unwrap();
        Self { stage, home }
    }

    fn run(&self, stack: &str, arguments: &[&str]) -> (Said, Option<i32>) {
        let file = self.home.path().join("stack.toml");
        std::fs::write(&file, format!("name = \"second\"\n{stack}")).unwrap();
        let output = xtask(self.home.path())
            .env(
                "VOICELINK_LOCAL_STAGE",
                self.stage.home().join("local-stage.json"),
            )
            .args(arguments)
            .args(["--stack", file.to_str().unwrap()])
            .output()
            .unwrap();
        let code = output.status.code();
        (output.into(), code)
    }

    fn done(&self, stack: &str, arguments: &[&str]) -> Value {
        let (said, _) = self.run(stack, arguments);
        assert!(said.success, "{arguments:?}: {}", said.stderr);
        said.json()
    }

    /// The error that a deployment and a plan of it end with, from reads alone.
    fn refused(&self, stack: &str) -> Value {
        let (said, code) = self.run(stack, &["deploy", "--json"]);
        assert_eq!(code, Some(1), "{}", said.stdout);
        let answer = said.json();
        assert_eq!(answer["calls"]["mutating"], 0, "{answer}");
        answer["error"].clone()
    }
}

/// What signs people in to a pool at a domain of one's own: it has a prefix already.
fn of(pool: &str) -> String {
    let domain = crate::own_domain::at("login.example.com");
    format!("identity.user-pool-id = \"{pool}\"\n{domain}")
}

/// A web page beside the skill.
pub(crate) const WEB: &str = "[identity.web-client]\nscopes = [\"openid\", \"email\"]\n\
    callback-urls = [\"https://www.example.com/in\"]\n";

/// The person was on the web page too, whose client is in the pool.
fn check_web_page(console: &Console<'_>, pool: &str, deployed: &Value) {
    let pages = json!([
        { "page": "/signup" },
        { "page": "/confirmUser", "code": "email" },
        { "page": "/login" },
        { "page": "/login" },
    ]);
    assert_eq!(deployed["pages"], pages);
    let web = json!({ "UserPoolId": pool, "ClientId": deployed["webClientId"] });
    let web = console.cognito("DescribeUserPoolClient", &web)["UserPoolClient"].clone();
    assert_eq!(web["CallbackURLs"], json!(["https://www.example.com/in"]));
    assert_eq!(web["ClientSecret"], Value::Null);
}

/// What the stack of the second skill has of Cognito.
fn check_stack(console: &Console<'_>) {
    let made = [
        "AWS::Cognito::ManagedLoginBranding",
        "AWS::Cognito::UserPoolClient",
        "AWS::Cognito::UserPoolDomain",
    ];
    let mut types = console.resource_types("second-local-identity");
    types.retain(|name| name.starts_with("AWS::Cognito::"));
    assert_eq!(types, made.map(str::to_owned).into());
}

/// Changes a client as somebody does in the console.
fn change_client(console: &Console<'_>, client: &Value) {
    let described = console.cognito("DescribeUserPoolClient", client);
    let mut described = described["UserPoolClient"].clone();
    let members = described.as_object_mut().unwrap();
    members.retain(|name, _| {
        !name.ends_with("Date") && !["ClientSecret", "ClientType"].contains(&name.as_str())
    });
    members.insert("AuthSessionValidity".to_owned(), json!(5));
    console.cognito("UpdateUserPoolClient", &described);
}

#[test]
fn a_second_skill_signs_in_the_people_of_a_pool_and_leaves_it_as_it_is() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let first = run(stage.home(), &["deploy", "--json"]);
    assert!(first.success, "{}", first.stderr);
    let first = first.json();
    let pool = only_pool(&console);
    let before = described(&console, &pool);
    assert!(before.to_string().contains("voicelink:stack"), "{before}");

    // Signed up, in on the web page, linked, spoken to, expired, refreshed and unlinked.
    let second = Second::beside(&stage);
    let stack = format!("{}{WEB}", of(&pool));
    console.device("control/faults", &json!({}));
    let deployed = second.done(&stack, &["deploy", "--json"]);
    // The deployment itself only looks; its stack makes a client, its style and a domain.
    assert_eq!(changes(&console), BTreeSet::new());
    check_stack(&console);
    check_web_page(&console, &pool, &deployed);
    assert_eq!(deployed["userPoolId"], pool.as_str());
    assert_ne!(deployed["clientId"], first["clientId"]);
    assert_ne!(deployed["skillId"], first["skillId"]);
    let turns = deployed["transcript"].as_array().unwrap();
    assert!(
        turns.iter().any(|turn| turn["linked"] == true),
        "{deployed}"
    );
    assert_eq!(described(&console, &pool), before);
    assert_eq!(only_pool(&console), pool);
    assert_eq!(people(&console, &pool).len(), 2);
    let again = second.done(&stack, &["deploy", "--json"]);
    assert_eq!(again["calls"]["mutating"], 0, "{again}");
    let (planned, code) = second.run(&stack, &["plan", "--json"]);
    assert_eq!(code, Some(0), "{}", planned.stdout);
    second.done(&stack, &["verify", "--json"]);
    let status = second.done(&stack, &["status", "--json"])["status"].clone();
    assert_eq!(status["userPoolId"], pool.as_str());
    assert_eq!(status["drift"], json!([]));

    // What somebody changes in the pool is their own matter, and in the client it is not.
    let client = json!({ "UserPoolId": pool, "ClientId": deployed["clientId"] });
    crate::drift::change_pool(&console, &pool, |pool| {
        pool["UserPoolAddOns"] = json!({ "AdvancedSecurityMode": "OFF" });
    });
    change_client(&console, &client);
    let changed = described(&console, &pool);
    assert_ne!(changed, before);
    let (planned, _) = second.run(&stack, &["plan", "--json"]);
    let planned = planned.json();
    assert_eq!(to_do(&planned), ["drift"], "{planned}");
    console.device("control/faults", &json!({}));
    second.done(&stack, &["deploy", "--json"]);
    // What a pipeline's role may do in this pool: `ON_CLIENTS` of the delivery stack.
    let client = "cognito-idp UpdateUserPoolClient".to_owned();
    assert_eq!(changes(&console), [client].into());
    assert_eq!(described(&console, &pool), changed);

    // The first skill is as it was, but for what was changed by hand.
    let (planned, _) = crate::plan::with(&stage, "", &["plan", "--json"]);
    let planned = planned.json();
    assert_eq!(to_do(&planned), ["drift"], "{planned}");
    let again = run(stage.home(), &["deploy", "--json"]);
    assert!(again.success, "{}", again.stderr);
    let before = described(&console, &pool);
    assert_eq!(before[0]["UserPoolAddOns"], Value::Null, "{before}");

    let everybody = people(&console, &pool);
    for arguments in [
        &["destroy", "--delete-users=local", "--yes", "--json"][..],
        &[
            "destroy",
            "--skill",
            "--delete-users=local",
            "--yes",
            "--json",
        ],
    ] {
        let (refused, _) = second.run(&stack, arguments);
        assert!(!refused.success);
        let refused = refused.json();
        assert_eq!(refused["error"]["code"], "USER_POOL", "{refused}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    }
    let destroyed = second.done(&stack, &["destroy", "--skill", "--yes", "--json"]);
    assert_eq!(destroyed["kept"]["userPoolId"], pool.as_str());
    assert_eq!(destroyed["removed"]["users"], Value::Null);
    assert_eq!(people(&console, &pool), everybody);
    assert_eq!(described(&console, &pool), before);
    let again = run(stage.home(), &["deploy", "--json"]);
    assert!(again.success, "{}", again.stderr);
    assert_eq!(again.json()["calls"]["mutating"], 0);

    // What the second has left would go with the pool of the first, and is told of.
    let arguments = ["destroy", "--delete-users=local", "--yes", "--json"];
    let said = run(stage.home(), &arguments);
    let told = said.stderr.clone();
    let refused = said.json();
    assert_eq!(refused["error"]["code"], "USER_POOL", "{refused}");
    assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    let client = deployed["clientId"].as_str().unwrap();
    for other in ["second-local-alexa", client, "login.example.com"] {
        assert!(told.contains(other), "{other}: {told}");
    }
    for client in [&deployed["clientId"], &deployed["webClientId"]] {
        let client = json!({ "UserPoolId": pool, "ClientId": client });
        console.cognito("DeleteUserPoolClient", &client);
    }
    let destroyed = run(stage.home(), &arguments);
    assert!(destroyed.success, "{}", destroyed.stderr);
    assert!(stage.end("-TERM"));
}

/// A pool that somebody has made without this project, and its id.
fn made_by_hand(console: &Console<'_>, name: &str, more: &Value) -> String {
    let mut input = json!({
        "PoolName": name,
        "UsernameAttributes": ["email"],
        "AutoVerifiedAttributes": ["email"],
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    let made = console.cognito("CreateUserPool", &input);
    made["UserPool"]["Id"].as_str().unwrap().to_owned()
}
