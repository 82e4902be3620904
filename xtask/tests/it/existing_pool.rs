//! A user pool that exists already: a second skill signs its people in, and nothing of it is touched.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{Said, run, xtask};
use crate::console::{Console, only_pool};
use crate::left_alone::{changes, described, people};
use crate::plan::to_do;
use crate::real::{DEVELOPER, Real};
use crate::stage::Stage;

/// Another repository with a stack file of its own, whose stage `local` is the running one.
struct Second<'stage> {
    stage: &'stage Stage,
    home: TempDir,
}

impl<'stage> Second<'stage> {
    fn beside(stage: &'stage Stage) -> Self {
        let home = TempDir::new().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let package = home.path().join("skill-package");
        crate::mistakes::copy(&root.join("skill-package"), &package);
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
    members.retain(|name, _| !name.ends_with("Date") && name != "ClientSecret");
    members.insert("LogoutURLs".to_owned(), json!(["https://example.com/"]));
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

#[test]
fn what_does_not_fit_the_pool_is_refused_before_anything_is_touched() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let second = Second::beside(&stage);
    let elsewhere = "[identity]\nuser-pool-id = \"eu-west-1_AbCdEf123\"\n[stages.local]\nregion = \"us-east-1\"\n";
    let (said, _) = second.run(elsewhere, &["deploy", "--json"]);
    let answer = said.json();
    assert_eq!(answer["error"]["code"], "STACK_FILE", "{answer}");
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("is in eu-west-1, and the home"),
        "{message}"
    );

    let pool = console.cognito(
        "CreateUserPool",
        &json!({ "PoolName": "cheap", "UserPoolTier": "LITE" }),
    );
    let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
    console.cognito(
        "CreateUserPoolDomain",
        &json!({ "UserPoolId": pool, "Domain": "my-people" }),
    );
    let before = described(&console, &pool);
    let named = format!("[identity]\nuser-pool-id = \"{pool}\"\n");
    for (more, why) in [
        ("", "which has no managed login"),
        (
            "pages = \"classic\"\n",
            "it has the domain my-people already, and a pool has one prefix at most",
        ),
        (
            "pages = \"classic\"\ndomain.prefix = \"my-people\"\n",
            "it has the domain my-people already",
        ),
        (
            "pages = \"classic\"\ndomain.existing = \"others\"\n",
            "others is no domain of it",
        ),
        (
            "first-factors = [\"password\", \"email-otp\"]\ndomain.existing = \"my-people\"\n",
            "which has no managed login",
        ),
    ] {
        let refused = second.refused(&format!("{named}{more}"));
        assert_eq!(refused["code"], "USER_POOL", "{refused}");
        let message = refused["message"].as_str().unwrap();
        assert!(message.contains(why), "{why}: {message}");
    }
    // Nobody may look at it.
    console.device(
        "control/faults",
        &json!({ "denied": ["cognito-idp DescribeUserPool"] }),
    );
    let refused = second.refused(&named);
    console.device("control/faults", &json!({}));
    assert_eq!(refused["code"], "USER_POOL", "{refused}");
    assert!(
        refused["message"]
            .as_str()
            .unwrap()
            .contains("may not read")
    );
    assert_eq!(described(&console, &pool), before);
    assert!(stage.end("-TERM"));
}

/// A pool that was made by hand, with classic pages that people sign in at already.
#[test]
fn people_sign_in_at_the_domain_that_a_pool_has() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let input = json!({
        "PoolName": "made by hand",
        "UserPoolTier": "LITE",
        "UsernameAttributes": ["phone_number"],
        "AutoVerifiedAttributes": ["phone_number"],
        "IssuerConfiguration": { "Type": "UPDATED" },
        "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x" },
    });
    let made = console.cognito("CreateUserPool", &input);
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let domain = json!({ "UserPoolId": pool, "Domain": "my-people" });
    console.cognito("CreateUserPoolDomain", &domain);
    let before = described(&console, &pool);
    let second = Second::beside(&stage);
    let stack = format!(
        "[identity]\nuser-pool-id = \"{pool}\"\npages = \"classic\"\n\
         domain.existing = \"my-people\"\n[linking]\nscopes = [\"openid\", \"phone\"]\n"
    );
    // Whoever may not look at the pools of others is told so, and goes on.
    let denied = json!({ "denied": ["cognito-idp ListUserPools"] });
    console.device("control/faults", &denied);
    let (planned, code) = second.run(&stack, &["plan", "--json"]);
    console.device("control/faults", &json!({}));
    assert_eq!(code, Some(2), "{}", planned.stderr);
    assert!(
        planned.stderr.contains("nobody looked whether"),
        "{}",
        planned.stderr
    );
    let deployed = second.done(&stack, &["deploy", "--json"]);
    assert_eq!(deployed["userPoolId"], pool.as_str());
    let again = second.done(&stack, &["deploy", "--json"]);
    assert_eq!(again["calls"]["mutating"], 0, "{again}");
    assert_eq!(described(&console, &pool), before);

    // What it is called in tokens is read from it, and the skill follows.
    second.done(&stack, &["verify", "--json"]);
    crate::drift::change_pool(&console, &pool, |pool| {
        pool["IssuerConfiguration"] = json!({ "Type": "ORIGINAL" });
    });
    // The function expects the old name until it is deployed.
    let (verified, _) = second.run(&stack, &["verify", "--json"]);
    let verified = verified.json();
    assert_eq!(crate::real::failed(&verified), ["issuer", "key set"]);
    let hint = verified["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("deploy again"), "{hint}");
    assert!(!hint.contains("identity.issuer"), "{hint}");
    let (planned, _) = second.run(&stack, &["plan", "--json"]);
    let planned = planned.json();
    assert_eq!(to_do(&planned), ["skill stack us-east-1"], "{planned}");
    assert_eq!(planned["refused"], Value::Null);
    second.done(&stack, &["deploy", "--json"]);
    second.done(&stack, &["verify", "--json"]);

    // The stack is lost. The domain is still somebody else's, though the stage has a client there.
    console.delete_stack("second-local-identity");
    let made = stack.replace("domain.existing", "domain.prefix");
    let refused = second.refused(&made);
    assert_eq!(refused["code"], "USER_POOL", "{refused}");
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains("it has the domain my-people already"),
        "{message}"
    );
    let hint = refused["hint"].as_str().unwrap();
    assert!(hint.contains("existing = \"my-people\""), "{hint}");
    // All else is as the stage has left it.
    let (planned, _) = second.run(&stack, &["plan", "--json"]);
    let planned = planned.json();
    assert_eq!(to_do(&planned), ["identity stack"], "{planned}");
    let again = second.done(&stack, &["deploy", "--json"]);
    assert_eq!(again["clientId"], deployed["clientId"]);
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

#[test]
fn a_stage_stays_with_the_pool_whose_people_it_has() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let nothing = json!({});
    let [one, other] = ["one", "other"].map(|name| made_by_hand(&console, name, &nothing));
    let of = |pool: &str| format!("identity.user-pool-id = \"{pool}\"\n");
    let second = Second::beside(&stage);
    let deployed = second.done(&of(&one), &["deploy", "--json"]);
    let before = described(&console, &one);
    for stack in [of(&other), String::new()] {
        let refused = second.refused(&stack);
        assert_eq!(refused["code"], "GUARD_USER_POOL", "{refused}");
    }
    // Whoever means it is told what Cognito would refuse half-way.
    let mut arguments = vec!["deploy", "--json"];
    for guard in ["user-pool", "app-client", "domain"] {
        arguments.extend(["--allow", guard]);
    }
    // Another prefix in the same pool is one too many, too.
    let moved = format!("{}identity.domain.prefix = \"others\"\n", of(&one));
    let elsewhere = format!("is the domain of user pool {one} already");
    for (stack, why) in [
        (of(&other), elsewhere.as_str()),
        (String::new(), &elsewhere),
        (moved.clone(), "a pool has one prefix at most"),
    ] {
        let (refused, _) = second.run(&stack, &arguments);
        let refused = refused.json();
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains(why), "{message}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    }

    // The stack is lost, and what was in it is taken up, without the pool.
    console.delete_stack("second-local-identity");
    let refused = second.refused("");
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains(&elsewhere), "{message}");
    let (planned, _) = second.run(&of(&one), &["plan", "--json"]);
    let planned = planned.json();
    assert_eq!(to_do(&planned), ["identity stack"], "{planned}");
    let changes = planned["parts"][0]["changes"].as_array().unwrap().iter();
    let changes: Vec<_> = changes
        .map(|change| {
            (
                change["kind"].as_str().unwrap(),
                change["subject"].as_str().unwrap(),
            )
        })
        .collect();
    let taken_up = ["Branding", "UserPoolClient", "UserPoolDomain"].map(|name| ("imported", name));
    assert_eq!(changes, taken_up);
    let again = second.done(&of(&one), &["deploy", "--json"]);
    assert_eq!(again["clientId"], deployed["clientId"]);
    assert_eq!(described(&console, &one), before);

    // A pool that the stage once made is not forgotten: neither for another new one,
    let tags = json!({ "voicelink:stack": "second", "voicelink:stage": "local" });
    let own = made_by_hand(&console, "own", &json!({ "UserPoolTags": tags }));
    let refused = second.refused("");
    assert_eq!(refused["code"], "USER_POOL", "{refused}");
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains(&own) && message.contains("a second one"),
        "{message}"
    );
    // nor for one that exists already.
    console.delete_stack("second-local-identity");
    let refused = second.refused(&of(&one));
    assert_eq!(refused["code"], "USER_POOL", "{refused}");
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains(&own) && message.contains(&one),
        "{message}"
    );
    assert!(stage.end("-TERM"));
}

/// Only a local stage makes it, to try the file out with.
#[test]
fn a_pool_that_is_not_there_is_made_on_a_local_stage_alone() {
    let stack = "name = \"account-guide\"\nidentity.user-pool-id = \"eu-west-1_AbCdEf123\"\n";
    let real = Real::start();
    std::fs::write(real.file("stack.toml"), stack).unwrap();
    let bundle = real.file("bootstrap.zip");
    let bundle = ["--bundle", bundle.to_str().unwrap()];
    for arguments in [
        &["plan", "dev", "--json"][..],
        &["deploy", "dev", "--yes", "--json"],
    ] {
        let refused = real.run(&[arguments, &bundle].concat(), &DEVELOPER).json();
        assert_eq!(refused["error"]["code"], "USER_POOL", "{refused}");
        assert_eq!(
            refused["error"]["message"],
            "there is no user pool eu-west-1_AbCdEf123 in eu-west-1 of this account"
        );
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    }
    for (more, people) in [
        ("", "e-mail addresses"),
        (
            "identity.first-factors = [\"password\", \"sms-otp\"]\n\
             identity.domain.existing = \"my-people\"\n\
             linking.scopes = [\"openid\", \"phone\"]\n",
            "phone numbers",
        ),
    ] {
        let stage = Stage::start();
        let stack = format!("identity.user-pool-id = \"eu-west-1_AbCdEf123\"\n{more}");
        let second = Second::beside(&stage);
        let (said, _) = second.run(&stack, &["deploy", "--json"]);
        assert!(said.success, "{}", said.stderr);
        assert!(
            said.stderr.contains(&format!("sign in with {people}")),
            "{}",
            said.stderr
        );
        assert_eq!(said.json()["userPoolId"], "eu-west-1_AbCdEf123");
        let (said, _) = second.run(&stack, &["deploy", "--json"]);
        assert_eq!(said.json()["calls"]["mutating"], 0, "{}", said.stdout);
        assert!(!said.stderr.contains("was made"), "{}", said.stderr);
        second.done(&stack, &["verify", "--json"]);
        assert!(stage.end("-TERM"));
    }
}
