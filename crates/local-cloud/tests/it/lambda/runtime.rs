//! Functions that run, well or badly.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Api, FUNCTIONS, zip_with};

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:greeter";

#[tokio::test]
async fn a_function_gets_the_event_and_its_caller_the_answer() {
    let api = Api::start().await;
    let script = r#"
def handler(event, headers):
    return {
        "event": event,
        "arn": headers["Lambda-Runtime-Invoked-Function-Arn"],
        "deadline": int(headers["Lambda-Runtime-Deadline-Ms"]),
        "trace": headers["Lambda-Runtime-Trace-Id"],
        "now": time.time() * 1000,
    }
serve(handler)"#;
    api.create(script, json!({ "Timeout": 8 })).await;

    // The stage's clock does not move the deadline: the process has only the machine's.
    let ahead = json!({ "advanceSeconds": 86_400 });
    let clock = api.stage.urls().device.join("control/clock").unwrap();
    let request = api.http.post(clock).json(&ahead);
    let moved = crate::aws::opened(&api.stage, request).send().await;
    assert_eq!(moved.unwrap().status(), 200);

    let answer = api.invoke("greeter", json!({ "say": "hello" })).await;
    assert_eq!(answer.body["event"], json!({ "say": "hello" }));
    assert_eq!(answer.body["arn"], ARN);
    let left = answer.body["deadline"].as_f64().unwrap() - answer.body["now"].as_f64().unwrap();
    assert!(0.0 < left && left <= 8000.0, "{left} ms left");
    let trace = answer.body["trace"].as_str().unwrap();
    assert!(trace.starts_with("Root=1-"), "{trace}");
    assert_eq!(answer.header("x-amz-executed-version"), Some("$LATEST"));
    assert_eq!(answer.header("x-amz-function-error"), None);

    let nothing = api.invoke("greeter", Value::Null).await;
    assert_eq!(nothing.body["event"], json!({}));
    api.stop().await;
}

#[tokio::test]
async fn the_environment_is_lambdas_and_the_way_to_aws() {
    let api = Api::start().await;
    // An interpreter may add LC_CTYPE to its own environment.
    let script = r#"
serve(lambda event, headers: {k: v for k, v in os.environ.items() if k != "LC_CTYPE"})"#;
    let extra = json!({
        "MemorySize": 256,
        "Environment": { "Variables": { "VOICELINK_SKILL_ID": "amzn1" } },
    });
    api.create(script, extra).await;
    let answer = api.invoke("greeter", json!({})).await;
    let environment = answer.body.as_object().unwrap();
    let names: BTreeSet<&str> = environment.keys().map(String::as_str).collect();
    let expected = BTreeSet::from([
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_XRAY_CONTEXT_MISSING",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "LD_LIBRARY_PATH",
        "PATH",
        "TZ",
        "VOICELINK_SKILL_ID",
        "_HANDLER",
    ]);
    assert_eq!(names, expected);
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "greeter"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/greeter"),
        ("AWS_REGION", "us-east-1"),
        ("VOICELINK_SKILL_ID", "amzn1"),
        ("_HANDLER", "bootstrap"),
    ] {
        assert_eq!(environment[name], value, "{name}");
    }
    api.stop().await;
}

const COUNTER: &str = r#"
count = 0
def handler(event, headers):
    global count
    count += 1
    if event.get("fail"):
        raise ValueError("no luck")
    if event.get("exit") is not None:
        os._exit(event["exit"])
    if event.get("sleep"):
        time.sleep(event["sleep"])
    return {"pid": os.getpid(), "count": count}
serve(handler)"#;

#[tokio::test]
async fn a_process_stays_warm_even_after_an_error() {
    let api = Api::start().await;
    api.create(COUNTER, json!({})).await;
    let first = api.invoke("greeter", json!({})).await;
    assert_eq!(first.body["count"], 1);

    let failed = api.invoke("greeter", json!({ "fail": true })).await;
    assert_eq!(failed.header("x-amz-function-error"), Some("Unhandled"));
    assert_eq!(
        failed.body,
        json!({ "errorType": "ValueError", "errorMessage": "no luck" })
    );

    let third = api.invoke("greeter", json!({})).await;
    assert_eq!(third.body["pid"], first.body["pid"]);
    assert_eq!(third.body["count"], 3);
    api.stop().await;
}

#[tokio::test]
async fn a_crash_is_reported_and_the_next_start_is_cold() {
    let api = Api::start().await;
    api.create(COUNTER, json!({})).await;
    let before = api.invoke("greeter", json!({})).await;

    let crashed = api.invoke("greeter", json!({ "exit": 3 })).await;
    assert_eq!(crashed.header("x-amz-function-error"), Some("Unhandled"));
    assert_eq!(crashed.body["errorType"], "Runtime.ExitError");
    let message = crashed.body["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with("Error: Runtime exited with error: exit status 3"),
        "{message}"
    );
    let silent = api.invoke("greeter", json!({ "exit": 0 })).await;
    let message = silent.body["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with("exited without providing a reason"),
        "{message}"
    );

    let after = api.invoke("greeter", json!({})).await;
    assert_ne!(after.body["pid"], before.body["pid"]);
    assert_eq!(after.body["count"], 1);
    api.stop().await;
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_killed() {
    let api = Api::start().await;
    api.create(COUNTER, json!({ "Timeout": 1 })).await;
    let before = api.invoke("greeter", json!({})).await;

    let late = api.invoke("greeter", json!({ "sleep": 60 })).await;
    assert_eq!(late.header("x-amz-function-error"), Some("Unhandled"));
    assert_eq!(late.body["errorType"], "Sandbox.Timedout");
    let message = late.body["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with("Error: Task timed out after 1.00 seconds"),
        "{message}"
    );

    let after = api.invoke("greeter", json!({})).await;
    assert_ne!(after.body["pid"], before.body["pid"]);
    let lines = api.lines().await;
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("REPORT") && line.ends_with("Status: timeout")),
        "{lines:#?}"
    );
    api.stop().await;
}

#[tokio::test]
async fn events_are_worked_on_side_by_side() {
    let api = Api::start().await;
    // Each of the two goes on only when the test has heard of both.
    let script = r#"
def handler(event, headers):
    with socket.create_connection(("127.0.0.1", event["port"])) as test:
        test.recv(1)
    return os.getpid()
serve(handler)"#;
    api.create(script, json!({ "Timeout": 60 })).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let event = json!({ "port": listener.local_addr().unwrap().port() });
    let (first, second, ()) = tokio::join!(
        api.invoke("greeter", event.clone()),
        api.invoke("greeter", event.clone()),
        async {
            let both = (
                listener.accept().await.unwrap(),
                listener.accept().await.unwrap(),
            );
            drop(both);
        }
    );
    assert_ne!(first.body, second.body);
    api.stop().await;
}

#[tokio::test]
async fn a_bootstrap_that_cannot_start_says_why() {
    let api = Api::start().await;
    api.create_from(&zip_with("main", 0o755, b"#!/bin/sh\n"), json!({}))
        .await;
    let refused = api.invoke("greeter", json!({})).await;
    assert_eq!(refused.header("x-amz-function-error"), Some("Unhandled"));
    assert_eq!(refused.body["errorType"], "Runtime.InvalidEntrypoint");
    let message = refused.body["errorMessage"].as_str().unwrap();
    assert!(
        message.contains("Couldn't find valid bootstrap(s)"),
        "{message}"
    );

    for (script, kind, expected) in [
        (
            "sys.exit('cannot read the configuration')",
            "Runtime.ExitError",
            "Runtime exited with error: exit status 1",
        ),
        (
            r#"call("init/error", json.dumps({"errorType": "Setup", "errorMessage": "no key"}).encode())"#,
            "Setup",
            "no key",
        ),
    ] {
        let code = json!({ "ZipFile": STANDARD.encode(super::package(script)) });
        api.update("code", &code).await;
        let refused = api.invoke("greeter", json!({})).await;
        assert_eq!(refused.header("x-amz-function-error"), Some("Unhandled"));
        assert_eq!(refused.body["errorType"], kind);
        let message = refused.body["errorMessage"].as_str().unwrap();
        assert!(message.ends_with(expected), "{message}");
    }
    let lines = api.lines().await;
    assert!(
        lines.contains(&"cannot read the configuration".to_owned()),
        "{lines:#?}"
    );
    api.stop().await;
}

#[tokio::test]
async fn a_published_version_keeps_its_code_and_environment() {
    let api = Api::start().await;
    let script = r#"serve(lambda event, headers: [os.environ["WORD"], os.environ["AWS_LAMBDA_FUNCTION_VERSION"]])"#;
    let word = |word: &str| json!({ "Environment": { "Variables": { "WORD": word } } });
    api.create(script, word("old")).await;
    let versions = format!("{FUNCTIONS}/greeter/versions");
    assert_eq!(
        api.send("POST", &versions, &json!({})).await.body["Version"],
        "1"
    );
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    let aliases = format!("{FUNCTIONS}/greeter/aliases");
    assert_eq!(api.send("POST", &aliases, &alias).await.status, 201);

    api.update("configuration", &word("new")).await;
    assert_eq!(
        api.invoke("greeter", json!({})).await.body,
        json!(["new", "$LATEST"])
    );
    let live = api.invoke("greeter:live", json!({})).await;
    assert_eq!(live.body, json!(["old", "1"]));
    assert_eq!(live.header("x-amz-executed-version"), Some("1"));
    api.stop().await;
}

#[tokio::test]
async fn other_kinds_of_invocation() {
    let api = Api::start().await;
    let script = r#"
def handler(event, headers):
    print("heard", event["port"], flush=True)
    if event["port"]:
        socket.create_connection(("127.0.0.1", event["port"])).close()
serve(handler)"#;
    api.create(script, json!({})).await;
    let path = format!("{FUNCTIONS}/greeter/invocations");
    let kind = |kind| [("x-amz-invocation-type", kind)];

    let dry = api
        .send_with("POST", &path, &json!({}), &kind("DryRun"))
        .await;
    assert_eq!(dry.status, 204);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let event = json!({ "port": listener.local_addr().unwrap().port() });
    let queued = api.send_with("POST", &path, &event, &kind("Event")).await;
    assert_eq!(queued.status, 202);
    listener.accept().await.unwrap();

    let tail = [("x-amz-log-type", "Tail")];
    let logged = api
        .send_with("POST", &path, &json!({ "port": 0 }), &tail)
        .await;
    let tail = STANDARD
        .decode(logged.header("x-amz-log-result").unwrap())
        .unwrap();
    let tail = String::from_utf8(tail).unwrap();
    assert!(tail.contains("heard 0\nEND RequestId"), "{tail}");

    let broken = api
        .send_with("POST", &path, &json!({}), &kind("Maybe"))
        .await;
    assert_eq!(broken.code(), "InvalidParameterValueException");
    let missing = api
        .send(
            "POST",
            &format!("{FUNCTIONS}/nobody/invocations"),
            &json!({}),
        )
        .await;
    assert_eq!(
        (missing.status, missing.code()),
        (404, "ResourceNotFoundException")
    );
    assert_eq!(
        missing.message(),
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody"
    );
    api.stop().await;
}

#[tokio::test]
async fn an_answer_can_be_too_large() {
    let api = Api::start().await;
    let script = r#"
def handler(event, headers):
    return "x" * event["length"]
try:
    serve(handler)
except urllib.error.HTTPError as error:
    print("refused with", error.code)
    serve(handler)"#;
    api.create(script, json!({ "Timeout": 60 })).await;
    let fits = api.invoke("greeter", json!({ "length": 6_000_000 })).await;
    assert_eq!(fits.header("x-amz-function-error"), None);
    let refused = api.invoke("greeter", json!({ "length": 7_000_000 })).await;
    assert_eq!(refused.body["errorType"], "Function.ResponseSizeTooLarge");
    api.stop().await;
}

#[tokio::test]
async fn lines_come_between_start_and_report() {
    let api = Api::start().await;
    let script = r#"
print("starting")
sys.stdout.flush()
def handler(event, headers):
    print("one")
    sys.stdout.flush()
    print("two", file=sys.stderr)
    sys.stderr.flush()
    sys.stdout.write("no newline yet")
    sys.stdout.flush()
serve(handler)"#;
    api.create(script, json!({})).await;
    let today = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis();
    api.invoke("greeter", json!({})).await;
    api.invoke("greeter", json!({})).await;

    let lines = api.lines().await;
    let id = lines[1].split(' ').nth(2).unwrap();
    assert_eq!(
        lines[..5],
        [
            "starting".to_owned(),
            format!("START RequestId: {id} Version: $LATEST"),
            "one".to_owned(),
            "two".to_owned(),
            format!("END RequestId: {id}"),
        ]
    );
    let report = &lines[5];
    assert!(
        report.starts_with(&format!("REPORT RequestId: {id}\tDuration: ")),
        "{report}"
    );
    assert!(report.contains("\tMemory Size: 128 MB\t"), "{report}");
    assert!(report.contains("\tInit Duration: "), "{report}");
    assert!(
        !lines.last().unwrap().contains("Init Duration"),
        "{lines:#?}"
    );

    let group = json!({ "logGroupName": "/aws/lambda/greeter" });
    let streams = api.logs("DescribeLogStreams", &group).await;
    let streams = streams.body["logStreams"].as_array().unwrap().clone();
    assert_eq!(streams.len(), 1, "{streams:#?}");
    assert!(
        streams[0]["logStreamName"]
            .as_str()
            .unwrap()
            .contains("/[$LATEST]")
    );
    let first = u128::from(streams[0]["firstEventTimestamp"].as_u64().unwrap());
    assert!(first + 1000 >= today, "{first} {today}");
    api.stop().await;
}

#[tokio::test]
async fn platform_events_are_json_when_asked_for() {
    let api = Api::start().await;
    let logging = json!({ "LogFormat": "JSON", "ApplicationLogLevel": "WARN", "LogGroup": "/aws/lambda/greeter" });
    let script = r#"serve(lambda event, headers: [os.environ["AWS_LAMBDA_LOG_FORMAT"], os.environ["AWS_LAMBDA_LOG_LEVEL"]])"#;
    api.create(script, json!({ "LoggingConfig": logging }))
        .await;
    assert_eq!(
        api.invoke("greeter", json!({})).await.body,
        json!(["JSON", "WARN"])
    );
    let lines = api.lines().await;
    let kinds: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].clone())
        .collect();
    assert_eq!(kinds, ["platform.start", "platform.report"]);
    api.stop().await;
}
