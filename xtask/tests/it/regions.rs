//! Functions in several parts of the world, added and taken away.

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::command::skill_name;
use crate::plan::with;
use crate::stage::Stage;

const ONE: &str = "";
const THREE: &str =
    "[lambda.regions]\ndefault = \"us-east-1\"\nEU = \"eu-west-1\"\nFE = \"us-west-2\"\n";
const TWO: &str = "[lambda.regions]\ndefault = \"us-east-1\"\nEU = \"eu-west-1\"\n";

async fn get(stage: &Stage, door: &str, path: &str) -> Value {
    let url = stage.urls[door].as_str().unwrap().trim_end_matches('/');
    let request = story::client().unwrap().get(format!("{url}{path}"));
    let access = stage.access();
    let request = match door {
        "smapi" => request.bearer_auth(access.smapi_token.expose_secret()),
        _ => access.bearer(request),
    };
    request.send().await.unwrap().json().await.unwrap()
}

async fn post(stage: &Stage, path: &str, body: &Value) -> Value {
    let url = stage.urls["device"].as_str().unwrap().trim_end_matches('/');
    let request = story::client().unwrap().post(format!("{url}{path}"));
    let request = stage.access().bearer(request).json(body);
    request.send().await.unwrap().json().await.unwrap()
}

/// Starts a journal of calls, and has something fail.
async fn watch(stage: &Stage, stacks: Value) {
    post(stage, "/control/faults", &json!({ "stacks": stacks })).await;
}

/// The operations since then.
async fn operations(stage: &Stage) -> Vec<String> {
    let journal = get(stage, "device", "/control/faults").await;
    let calls = journal["calls"].as_array().unwrap().iter();
    calls
        .map(|call| call["operation"].as_str().unwrap().to_owned())
        .collect()
}

/// The AWS regions in the manifest: the default, then NA, EU and FE; of requests and of events.
async fn endpoints(stage: &Stage, skill: &Value) -> [Vec<String>; 2] {
    let skill = skill.as_str().unwrap();
    let path = format!("/v1/skills/{skill}/stages/development/manifest");
    let manifest = get(stage, "smapi", &path).await;
    ["/manifest/apis/custom", "/manifest/events"].map(|place| {
        let target = manifest.pointer(place).unwrap();
        let regions = ["NA", "EU", "FE"].map(|part| &target["regions"][part]["endpoint"]);
        let all = [&target["endpoint"]].into_iter().chain(regions);
        all.map(|endpoint| region(&endpoint["uri"])).collect()
    })
}

/// The region of a function's ARN.
fn region(arn: &Value) -> String {
    let arn = arn.as_str().unwrap_or_else(|| panic!("no ARN: {arn}"));
    arn.split(':').nth(3).unwrap().to_owned()
}

/// Where a sentence is answered.
async fn answered_in(stage: &Stage, said: Value) -> String {
    let turn = post(stage, "/say", &said).await;
    assert!(!turn["heard"].as_str().unwrap().is_empty(), "{turn}");
    region(&turn["endpoint"])
}

#[tokio::test]
async fn regions_come_together_and_leave_after_the_manifest() {
    let stage = Stage::start();
    let (said, _) = with(&stage, ONE, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let skill = said.json()["skillId"].clone();
    let everywhere = vec!["us-east-1".to_owned(); 4];
    assert_eq!(
        endpoints(&stage, &skill).await,
        [everywhere.clone(), everywhere.clone()]
    );

    // One of the new functions cannot be made: the manifest goes on naming what is healthy.
    let fault = json!([{ "resource": "Function", "action": "CREATE", "after": 1, "times": 1,
        "reason": "No capacity." }]);
    watch(&stage, fault).await;
    let (said, _) = with(&stage, THREE, &["deploy", "--json"]);
    assert!(!said.success);
    assert_eq!(said.json()["error"]["code"], "STACK", "{}", said.stderr);
    assert!(said.stderr.contains("No capacity."), "{}", said.stderr);
    let calls = operations(&stage).await;
    assert!(
        !calls.iter().any(|call| call.ends_with("/imports")),
        "{calls:?}"
    );
    assert_eq!(endpoints(&stage, &skill).await[0], everywhere);

    let (said, _) = with(&stage, THREE, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let three = ["us-east-1", "us-east-1", "eu-west-1", "us-west-2"].map(str::to_owned);
    assert_eq!(
        endpoints(&stage, &skill).await,
        [three.to_vec(), three.to_vec()]
    );

    // The device's part of the world answers; an account may be registered elsewhere.
    for (said, region) in [
        (json!({ "locale": "en-US" }), "us-east-1"),
        (json!({ "locale": "en-GB" }), "eu-west-1"),
        (json!({ "locale": "ja-JP" }), "us-west-2"),
        (json!({ "locale": "en-US", "region": "FE" }), "us-west-2"),
    ] {
        let name = match said["locale"].as_str().unwrap() {
            "ja-JP" => format!("{}を開いて", skill_name("ja-JP")),
            locale => format!("open {}", skill_name(locale)),
        };
        let mut said = said;
        said["text"] = json!(name);
        said["deviceId"] = json!(format!("of-{region}"));
        assert_eq!(answered_in(&stage, said).await, region);
    }

    let (said, code) = with(&stage, TWO, &["plan", "--json"]);
    assert_eq!(code, Some(2), "{}", said.stderr);
    let plan = said.json();
    let parts = plan["parts"].as_array().unwrap();
    let leaving = parts
        .iter()
        .find(|part| part["step"] == "skill stack us-west-2");
    let leaving = leaving.unwrap_or_else(|| panic!("{plan}"));
    let changes = leaving["changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change["kind"] == "removed"));
    assert!(changes.iter().any(|change| change["subject"] == "Function"));

    // The deletion fails: by then nothing is sent there any more, and the next run tries again.
    let fault = json!([{ "resource": "Function", "action": "DELETE", "times": 1,
        "reason": "Not now." }]);
    watch(&stage, fault).await;
    let (said, _) = with(&stage, TWO, &["deploy", "--json"]);
    assert!(!said.success);
    assert!(said.stderr.contains("Not now."), "{}", said.stderr);
    let two = ["us-east-1", "us-east-1", "eu-west-1", "us-east-1"].map(str::to_owned);
    assert_eq!(
        endpoints(&stage, &skill).await,
        [two.to_vec(), two.to_vec()]
    );
    let calls = operations(&stage).await;
    let at = |end: &str| calls.iter().position(|call| call.ends_with(end));
    let (imported, deleted) = (at("/imports").unwrap(), at(" DeleteStack").unwrap());
    assert!(imported < deleted, "{calls:?}");

    watch(&stage, json!([])).await;
    let (said, _) = with(&stage, TWO, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let calls = operations(&stage).await;
    assert!(
        !calls.iter().any(|call| call.ends_with("/imports")),
        "{calls:?}"
    );
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.ends_with(" DeleteStack"))
            .count(),
        1
    );
    let (said, code) = with(&stage, TWO, &["plan", "--json"]);
    assert_eq!(code, Some(0), "{}", said.stdout);
    assert!(stage.end("-TERM"));
}
