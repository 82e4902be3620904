//! What the real skill writes into its log group while a deployment tries it out.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::command::{open, run, xtask};
use crate::stage::Stage;

/// The whole story: asked to link, linked, asked, expired, refreshed, left. Its log names requests
/// and outcomes, and nobody.
#[tokio::test]
async fn the_log_of_the_story_is_about_nobody() {
    let stage = Stage::start();
    let deployed = run(stage.home(), &["deploy", "--json"]);
    assert!(deployed.success, "{}", deployed.stderr);
    let transcript = deployed.json()["transcript"].clone();
    let log = log(&stage).await;

    let outcomes: Vec<&str> = (log.lines())
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["message"] == "request")
        .map(|line| match line["outcome"].as_str() {
            Some("answered") => "answered",
            Some("noted") => "noted",
            Some("not-linked") => "not-linked",
            Some("link-expired") => "link-expired",
            other => panic!("{other:?} in {log}"),
        })
        .collect();
    let turns = transcript.as_array().unwrap().len();
    let spoken = outcomes.iter().filter(|outcome| **outcome != "noted");
    assert!(spoken.count() >= turns, "{log}");
    for outcome in ["answered", "noted", "not-linked", "link-expired"] {
        assert!(outcomes.contains(&outcome), "no {outcome} in {log}");
    }

    // The person's address and name, the beginning of every JWT, what introduces a token.
    let heard = transcript.to_string();
    assert!(heard.contains("@example.com") && heard.contains("Ada"));
    for personal in ["@example.com", "Ada", "Lovelace", "eyJ", "Bearer", "Atza"] {
        assert!(!log.contains(personal), "{personal} in {log}");
    }
    assert!(stage.end("-TERM"));
}

/// Every line of every log group, as CloudWatch Logs answers it.
async fn log(stage: &Stage) -> String {
    let client = story::client().unwrap();
    let call = async |operation: &str, body: Value| -> Value {
        let mut request = client
            .post(stage.urls["aws"].as_str().unwrap())
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("Logs_20140328.{operation}"))
            .body(body.to_string())
            .build()
            .unwrap();
        stage.access().sign(&mut request, "logs", "us-east-1");
        let answer = client.execute(request).await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
        answer.json().await.unwrap()
    };
    let groups = call("DescribeLogGroups", json!({})).await;
    let mut log = String::new();
    for group in groups["logGroups"].as_array().unwrap() {
        let mut next = Value::Null;
        loop {
            let mut query = json!({ "logGroupName": group["logGroupName"] });
            if !next.is_null() {
                query["nextToken"] = next;
            }
            let page = call("FilterLogEvents", query).await;
            for event in page["events"].as_array().unwrap() {
                log.push_str(event["message"].as_str().unwrap().trim_end());
                log.push('\n');
            }
            next = page["nextToken"].clone();
            if next.is_null() {
                break;
            }
        }
    }
    log
}

/// `cargo xtask logs` tells the same, and follows what is logged while it runs.
#[test]
fn the_command_tells_and_follows_the_log() {
    let stage = Stage::start();
    let home = stage.home();
    let early = run(home, &["logs"]);
    assert!(!early.success);
    assert!(
        early.stderr.contains("hint: deploy the stage first"),
        "{}",
        early.stderr
    );

    let deployed = run(home, &["deploy", "--json"]);
    assert!(deployed.success, "{}", deployed.stderr);
    let told = run(home, &["logs"]);
    assert!(told.success, "{}", told.stderr);
    let request = |line: &&str| line.contains("us-east-1 {") && line.contains("\"request\"");
    assert!(
        told.stdout.lines().filter(request).count() > 3,
        "{}",
        told.stdout
    );

    // The same lines as objects, in order.
    let objects = run(home, &["logs", "--json", "--region", "us-east-1"]);
    let objects: Vec<Value> = (objects.stdout.lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects.len(), told.stdout.lines().count());
    let time =
        |line: &Value| -> jiff::Timestamp { line["timestamp"].as_str().unwrap().parse().unwrap() };
    assert!(objects.is_sorted_by_key(time));

    let elsewhere = run(home, &["logs", "--region", "eu-west-1"]);
    assert!(!elsewhere.success);
    let hint = "hint: stack.toml has it run in us-east-1";
    assert!(elsewhere.stderr.contains(hint), "{}", elsewhere.stderr);

    // Everything so far, and then what is said from now on.
    let mut following = xtask(home)
        .args(["logs", "--follow"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    for line in told.stdout.lines() {
        assert_eq!(lines.next().unwrap().unwrap(), line);
    }
    assert!(run(home, &["say", &open()]).success);
    assert!(lines.any(|line| line.unwrap().contains("\"LaunchRequest\"")));
    following.kill().unwrap();
    following.wait().unwrap();
    assert!(stage.end("-TERM"));
}
