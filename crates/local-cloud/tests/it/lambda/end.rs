//! No process outlives its function or its stage.
//!
//! Every process here holds a connection to the test, and lets its children inherit it: the
//! connection ends when the last of them has.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use super::{Api, FUNCTIONS};

const HOLDER: &str = r#"
import subprocess
line = socket.create_connection(("127.0.0.1", int(os.environ["LIFELINE"])))
line.set_inheritable(True)
def handler(event, headers):
    if event.get("child"):
        subprocess.Popen(["sleep", "600"], close_fds=False)
    if event.get("hang"):
        time.sleep(600)
serve(handler)"#;

/// Longer than anything here takes, even on a loaded machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The test's end of a process's connection.
struct Lifeline(TcpStream);

impl Lifeline {
    /// Waits until whoever holds the other end is gone.
    async fn ended(mut self) {
        let read = tokio::time::timeout(PATIENCE, self.0.read_u8()).await;
        assert!(read.expect("the process is still there").is_err());
    }
}

async fn holder(api: &Api, timeout: u32) -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let environment = json!({ "Variables": { "LIFELINE": port } });
    let extra = json!({ "Timeout": timeout, "Environment": environment });
    api.create(HOLDER, extra).await;
    listener
}

async fn lifeline(listener: &TcpListener) -> Lifeline {
    Lifeline(listener.accept().await.unwrap().0)
}

#[tokio::test]
async fn stopping_the_stage_ends_idle_processes() {
    let api = Api::start().await;
    let listener = holder(&api, 60).await;
    api.invoke("greeter", json!({})).await;
    let process = lifeline(&listener).await;
    api.stop().await;
    process.ended().await;
}

#[tokio::test]
async fn stopping_the_stage_ends_busy_processes() {
    let api = Api::start().await;
    let listener = holder(&api, 600).await;
    let path = format!("{FUNCTIONS}/greeter/invocations");
    let queued = [("x-amz-invocation-type", "Event")];
    let event = json!({ "hang": true, "child": true });
    assert_eq!(
        api.send_with("POST", &path, &event, &queued).await.status,
        202
    );
    let process = lifeline(&listener).await;
    api.stop().await;
    process.ended().await;
}

#[tokio::test]
async fn dropping_the_stage_ends_processes_too() {
    let api = Api::start().await;
    let listener = holder(&api, 60).await;
    api.invoke("greeter", json!({})).await;
    let process = lifeline(&listener).await;
    drop(api);
    process.ended().await;
}

#[tokio::test]
async fn a_timeout_ends_the_children_too() {
    let api = Api::start().await;
    let listener = holder(&api, 1).await;
    let late = api
        .invoke("greeter", json!({ "child": true, "hang": true }))
        .await;
    assert_eq!(late.body["errorType"], "Sandbox.Timedout");
    lifeline(&listener).await.ended().await;
    api.stop().await;
}

#[tokio::test]
async fn deleting_or_changing_a_function_ends_its_processes() {
    let api = Api::start().await;
    let listener = holder(&api, 60).await;
    let function = format!("{FUNCTIONS}/greeter");
    api.invoke("greeter", json!({})).await;
    let before = lifeline(&listener).await;
    let description = json!({ "Description": "changed" });
    api.update("configuration", &description).await;
    before.ended().await;

    api.invoke("greeter", json!({})).await;
    let after = lifeline(&listener).await;
    assert_eq!(
        api.send("DELETE", &function, &Value::Null).await.status,
        204
    );
    after.ended().await;
    api.stop().await;
}

/// Killed without warning, a stage can end nothing itself: the function notices that its Runtime
/// API is gone.
#[tokio::test]
async fn killing_the_stages_process_ends_functions() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // What it cannot remove any more goes with this.
    let temporary = tempfile::tempdir().unwrap();
    let mut stage = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "lambda::end::stage_of_its_own",
        ])
        .env(
            "LIFELINE",
            listener.local_addr().unwrap().port().to_string(),
        )
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(stage.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.contains("the function is warm") {
            break;
        }
    }
    let process = lifeline(&listener).await;
    stage.kill().await.unwrap();
    process.ended().await;
}

/// Not a test: the process that the one above kills.
#[tokio::test]
#[ignore = "runs until it is killed"]
async fn stage_of_its_own() {
    let api = Api::start().await;
    let port = std::env::var("LIFELINE").expect("set by the test that starts this");
    let environment = json!({ "Variables": { "LIFELINE": port } });
    api.create(HOLDER, json!({ "Environment": environment }))
        .await;
    api.invoke("greeter", json!({})).await;
    println!("the function is warm");
    std::future::pending::<()>().await;
}
