//! A local stage with an AWS emulator beside it. The emulator of these tests is another local stage, behind a relay that
//! signs for it, because emulators take any key.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use local_cloud::Access;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::command::{Said, run, xtask};
use crate::stage::Stage;

const RESOURCES: &str = "\
Resources:
  Orders:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: RetainExceptOnCreate
    Properties:
      LogGroupName: !Sub ${Project}/${Stage}/orders
      RetentionInDays: 30
Outputs:
  OrdersLog:
    Value: !Ref Orders
";

struct Emulator {
    stage: Stage,
    runtime: Runtime,
    url: String,
}

impl Emulator {
    fn start() -> Self {
        let stage = Stage::start();
        let runtime = Runtime::new().unwrap();
        let access = stage.access();
        let (listener, url) = runtime.block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            (listener, url)
        });
        let app = Router::new().fallback(relay).with_state(access);
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            stage,
            runtime,
            url,
        }
    }

    /// The names of its stacks.
    fn stacks(&self) -> Vec<String> {
        let body = "Action=DescribeStacks&Version=2010-05-15";
        let access = self.stage.access();
        let answer = call(&access, "cloudformation", body.into());
        let text = self
            .runtime
            .block_on(async { answer.await.text().await.unwrap() });
        let names = text.split("<StackName>").skip(1);
        names
            .map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect()
    }
}

async fn relay(State(access): State<Access>, request: Request) -> Response {
    let Some(authorization) = request.headers().get("authorization") else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let scope = authorization.to_str().unwrap().to_owned();
    // Credential=000000000000/20260101/us-east-1/cloudformation/aws4_request
    let mut scope = scope.split('/').skip(2);
    let (_, service) = (scope.next(), scope.next().unwrap());
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await;
    let answer = call(&access, service, body.unwrap()).await;
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    (status, text).into_response()
}

async fn call(access: &Access, service: &str, body: Bytes) -> reqwest::Response {
    let http = story::client().unwrap();
    let request = http.post(access.urls.aws.clone());
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let mut request = request.body(body).build().unwrap();
    access.sign(&mut request, service, "us-east-1");
    http.execute(request).await.unwrap()
}

/// A project in a folder of its own, with this emulator.
fn project(home: &std::path::Path, emulator: Option<&str>, resources: &str) -> PathBuf {
    let stage = emulator.map_or_else(String::new, |url| {
        format!("[stages.local]\naws-emulator = \"{url}\"\n")
    });
    let stack = home.join("stack.toml");
    let text = format!(
        "name = \"account-guide\"\n[lambda.environment]\nORDERS_LOG = {{ output = \"OrdersLog\" }}\n{stage}"
    );
    fs::write(&stack, text).unwrap();
    fs::create_dir_all(home.join("infra")).unwrap();
    fs::write(home.join("infra/resources.yaml"), resources).unwrap();
    stack
}

fn with(stage: &Stage, stack: &std::path::Path, arguments: &[&str]) -> Said {
    let mut all = arguments.to_vec();
    all.extend(["--stack", stack.to_str().unwrap()]);
    run(stage.home(), &all)
}

fn mutating(stage: &Stage) -> usize {
    let access = stage.access();
    let url = access.urls.device.join("control/faults").unwrap();
    let runtime = Runtime::new().unwrap();
    let journal: Value = runtime.block_on(async {
        let request = access.bearer(story::client().unwrap().get(url));
        request.send().await.unwrap().json().await.unwrap()
    });
    let calls = journal["calls"].as_array().unwrap().iter();
    calls.filter(|call| call["mutating"] == true).count()
}

#[test]
fn resources_go_to_the_emulator_and_nothing_else_does() {
    let emulator = Emulator::start();
    let home = tempfile::TempDir::new().unwrap();
    let stack = project(home.path(), Some(&emulator.url), RESOURCES);
    let stage = Stage::start_with(&["--stack", stack.to_str().unwrap()]);
    assert_eq!(stage.urls["awsEmulator"], format!("{}/", emulator.url));

    // Killed while the emulator is at it, and finished by the next run.
    let access = emulator.stage.access();
    let control = access.urls.device.join("control/faults").unwrap();
    let set = |rules: Value| {
        let request = story::client().unwrap().post(control.clone());
        let request = access.bearer(request.json(&rules));
        let answer = emulator.runtime.block_on(async { request.send().await });
        assert_eq!(answer.unwrap().status(), 200);
    };
    set(json!({ "rules": [{ "call": 6, "fault": { "kind": "halt", "answered": false } }] }));
    let mut deploy = xtask(stage.home())
        .args(["deploy", "--stack", stack.to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let halted = access.urls.device.join("control/faults/halted").unwrap();
    let request = access.bearer(story::client().unwrap().get(halted));
    let answer = emulator.runtime.block_on(async { request.send().await });
    assert_eq!(answer.unwrap().status(), 200);
    deploy.kill().unwrap();
    deploy.wait().unwrap();
    set(json!({}));

    let said = with(&stage, &stack, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let report = said.json();
    assert_eq!(
        report["resources"]["OrdersLog"],
        "account-guide/local/orders"
    );
    assert_eq!(emulator.stacks(), ["account-guide-local-resources"]);
    let said = with(&stage, &stack, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    assert_eq!(said.json()["calls"]["mutating"], 0, "{}", said.stdout);
    let status = with(&stage, &stack, &["status", "local"]);
    assert!(status.success, "{}", status.stderr);
    let own = "account-guide-local-resources";
    assert!(status.stdout.contains(own), "{}", status.stdout);

    // Without it nothing is changed.
    let before = mutating(&stage);
    emulator.runtime.shutdown_background();
    let said = with(&stage, &stack, &["deploy"]);
    assert!(said.stderr.contains("error[ENDPOINT]"), "{}", said.stderr);
    let named = format!("no AWS emulator answers at {}/", emulator.url);
    assert!(said.stderr.contains(&named), "{}", said.stderr);
    assert!(
        said.stderr.contains("`aws-emulator` of [stages.local]"),
        "{}",
        said.stderr
    );
    assert_eq!(mutating(&stage), before);

    // The stage was started with an emulator, and keeps it.
    let stack = project(home.path(), None, RESOURCES);
    let said = with(&stage, &stack, &["deploy"]);
    assert!(
        said.stderr.contains("error[LOCAL_STAGE]"),
        "{}",
        said.stderr
    );
    assert!(
        said.stderr.contains("says no AWS emulator"),
        "{}",
        said.stderr
    );
    assert!(stage.end("-TERM"));
}

#[test]
fn without_an_emulator_an_unknown_type_is_refused_with_the_key_that_names_one() {
    let home = tempfile::TempDir::new().unwrap();
    let stack = project(
        home.path(),
        None,
        &RESOURCES.replace("AWS::Logs::LogGroup", "AWS::SQS::Queue"),
    );
    let stage = Stage::start_with(&["--stack", stack.to_str().unwrap()]);
    let said = with(&stage, &stack, &["deploy"]);
    assert!(
        said.stderr.contains("error[RESOURCE_TYPE]"),
        "{}",
        said.stderr
    );
    for words in [
        "infra/resources.yaml:3: CloudFormation has no type AWS::SQS::Queue here",
        "name it in [stages.local] aws-emulator (docs/resources.md)",
    ] {
        assert!(said.stderr.contains(words), "{words}\n{}", said.stderr);
    }
    assert_eq!(mutating(&stage), 0);
    assert!(stage.end("-TERM"));
}
