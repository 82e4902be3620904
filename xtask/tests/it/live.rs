//! A skill that is certified: what customers have stays, while its developer goes on.

use reqwest::Method;
use serde_json::{Value, json};

use crate::command::open;
use crate::console::{Console, only_pool};
use crate::plan::{to_do, with};
use crate::stage::Stage;

/// A deployed skill with a customer, and then certified.
fn certified() -> Stage {
    let stage = Stage::start();
    let (said, _) = with(&stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let console = Console::of(&stage);
    let skill = console.skills().remove(0);
    console.device(
        &format!("app/skills/{skill}/enable?customer=ann"),
        &json!({}),
    );
    let live = console.device(&format!("console/skills/{skill}/certify"), &json!({}));
    assert_eq!(live["stage"], "live");
    stage
}

/// What Ann, a customer, hears.
fn ann_hears(stage: &Stage, text: &str) -> Value {
    let said = json!({ "text": text, "customer": "ann" });
    Console::of(stage).device("say", &said)
}

/// Calls the skill something else in every document of the package.
fn rename(stage: &Stage) {
    let file = "skill-package/interactionModels/custom/en-US.json";
    let path = stage.home().join(file);
    let mut model: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    model["interactionModel"]["languageModel"]["invocationName"] = "other guide".into();
    std::fs::write(&path, model.to_string()).unwrap();
}

fn part<'plan>(plan: &'plan Value, step: &str) -> &'plan Value {
    let parts = plan["parts"].as_array().unwrap();
    parts.iter().find(|part| part["step"] == step).unwrap()
}

#[test]
fn customers_keep_what_was_certified_and_the_plan_says_when_they_notice() {
    let stage = certified();
    let console = Console::of(&stage);
    let skill = console.skills().remove(0);
    rename(&stage);
    let more = "[linking]\nclient-authentication = \"body\"\n[lambda]\nmemory = 512\n";
    let (said, code) = with(&stage, more, &["plan", "--json"]);
    assert_eq!(code, Some(2), "{}", said.stderr);
    let plan = said.json();
    assert_eq!(plan["refused"], Value::Null, "{plan}");
    let function = "skill stack us-east-1";
    assert_eq!(
        to_do(&plan),
        [function, "skill package", "account linking"],
        "{plan}"
    );
    assert_eq!(part(&plan, function)["liveUsers"], "at-once");
    for step in ["skill package", "account linking"] {
        assert_eq!(part(&plan, step)["liveUsers"], "next-certification");
    }
    for format in [&["plan"][..], &["plan", "--markdown"]] {
        let (said, _) = with(&stage, more, format);
        assert!(
            said.stdout.contains("(live users: at once)"),
            "{}",
            said.stdout
        );
        assert!(
            said.stdout
                .contains("(live users: with the next certification)")
        );
    }

    let (said, _) = with(&stage, more, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    // The developer has the new name and new linking; customers have neither.
    let developer = console.device("say", &json!({ "text": "open other guide" }));
    assert_eq!(developer["requestType"], "LaunchRequest", "{developer}");
    assert_eq!(
        ann_hears(&stage, "open other guide")["requestType"],
        Value::Null
    );
    let heard = ann_hears(&stage, &open());
    assert_eq!(heard["requestType"], "LaunchRequest", "{heard}");
    let linking = |of: &str| {
        let path = format!("v1/skills/{skill}/stages/{of}/accountLinkingClient");
        let answer = console.smapi(Method::GET, &path, None);
        answer["accountLinkingResponse"]["accessTokenScheme"].clone()
    };
    assert_eq!(
        (linking("live"), linking("development")),
        (json!("HTTP_BASIC"), json!("REQUEST_BODY_CREDENTIALS"))
    );

    // The next certification brings it to them.
    console.device(&format!("console/skills/{skill}/certify"), &json!({}));
    assert_eq!(
        ann_hears(&stage, "open other guide")["requestType"],
        "LaunchRequest"
    );
    assert_eq!(linking("live"), json!("REQUEST_BODY_CREDENTIALS"));
    assert!(stage.end("-TERM"));
}

#[test]
fn what_the_live_version_uses_is_not_taken_from_it() {
    let stage = certified();
    let console = Console::of(&stage);
    let pool = only_pool(&console);
    let domain = crate::own_domain::at("login.example.com");
    let scopes = "[linking]\nscopes = [\"openid\", \"email\"]\n";
    for (change, lifted) in [(domain.as_str(), &["--allow", "domain"][..]), (scopes, &[])] {
        let deploy = [&["deploy", "--json"], lifted].concat();
        let (refused, code) = with(&stage, change, &deploy);
        assert_eq!(code, Some(1), "{}", refused.stdout);
        let refused = refused.json();
        assert_eq!(refused["error"]["code"], "GUARD_LIVE", "{refused}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
        let (planned, _) = with(&stage, change, &[&["plan", "--json"], lifted].concat());
        assert_eq!(planned.json()["refused"]["code"], "GUARD_LIVE");
        let lifted = [&["plan", "--json", "--allow", "live"], lifted].concat();
        let (planned, _) = with(&stage, change, &lifted);
        assert_eq!(planned.json()["refused"], Value::Null);
    }

    for arguments in [
        &["destroy", "--yes", "--json"][..],
        &["destroy", "--skill", "--yes", "--json"],
        &["destroy", "--delete-users=local", "--yes", "--json"],
    ] {
        let (refused, code) = with(&stage, "", arguments);
        assert_eq!(code, Some(1));
        let refused = refused.json();
        assert_eq!(refused["error"]["code"], "GUARD_LIVE", "{refused}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    }

    // A region that leaves the stack file keeps its stack: certified requests are answered there.
    let moved = "[lambda]\nregions = { default = \"eu-west-1\" }\n";
    let (said, _) = with(&stage, moved, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let heard = ann_hears(&stage, &open());
    assert_eq!(heard["requestType"], "LaunchRequest", "{heard}");
    let endpoint = heard["endpoint"].as_str().unwrap();
    assert!(
        endpoint.starts_with("arn:aws:lambda:us-east-1:"),
        "{endpoint}"
    );
    assert_eq!(only_pool(&console), pool);
    let skill = console.skills().remove(0);
    console.device(&format!("console/skills/{skill}/certify"), &json!({}));
    // Certified anew, it names the other region alone, and the old stack goes.
    let (said, _) = with(&stage, moved, &["plan", "--json"]);
    let plan = said.json();
    assert_eq!(to_do(&plan), ["skill stack us-east-1"], "{plan}");
    let (said, _) = with(&stage, moved, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let heard = ann_hears(&stage, &open());
    assert!(
        heard["endpoint"].as_str().unwrap().contains("eu-west-1"),
        "{heard}"
    );
    assert!(stage.end("-TERM"));
}

#[test]
fn a_skill_that_cannot_be_enabled_without_linking_is_tried_out_as_it_is() {
    let stage = Stage::start();
    let stack = "[linking]\noptional = false\n";
    let (said, _) = with(&stage, stack, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let transcript = &said.json()["transcript"];
    assert!(transcript[0]["heard"].is_string(), "{transcript}");
    assert!(stage.end("-TERM"));
}

/// Whoever lost the state still has customers.
#[test]
fn a_lost_state_does_not_take_a_live_skill_down() {
    let stage = certified();
    Console::of(&stage).lose_state();
    for arguments in [
        &["destroy", "--yes", "--json"][..],
        &["destroy", "--skill", "--yes", "--json"],
    ] {
        let (refused, code) = with(&stage, "", arguments);
        assert_eq!(code, Some(1), "{}", refused.stdout);
        let refused = refused.json();
        assert_eq!(refused["error"]["code"], "GUARD_LIVE", "{refused}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    }
    assert!(stage.end("-TERM"));
}
