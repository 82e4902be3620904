//! A stage that stays up, deployments to it, and its end.

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{open, project, run};
use crate::stage::Stage;

#[test]
fn a_second_deployment_changes_nothing() {
    let stage = Stage::start();
    for door in ["aws", "smapi", "lwa", "signIn", "device"] {
        assert!(stage.urls[door].is_string(), "{door} in {}", stage.urls);
    }

    let first = run(stage.home(), &["deploy", "--json"]);
    assert!(first.success, "{}", first.stderr);
    let first = first.json();
    assert_eq!(first["stage"], "local");
    assert!(first["calls"]["mutating"].as_u64().unwrap() > 0);
    assert_transcript(&first["transcript"]);

    let second = run(stage.home(), &["deploy", "--json"]);
    assert!(second.success, "{}", second.stderr);
    let second = second.json();
    assert_eq!(second["calls"]["mutating"], 0, "{second}");
    for id in ["skillId", "userPoolId", "clientId"] {
        assert_eq!(first[id], second[id], "{id}");
    }
    assert_transcript(&second["transcript"]);

    let said = run(stage.home(), &["say", &open(), "--json"]).json();
    assert_eq!(said["card"]["type"], "LinkAccount", "{said}");

    assert!(stage.end("-INT"));
}

/// The person of a deployment means the skill that was deployed, whatever else is called like it.
#[test]
fn projects_with_one_invocation_name_are_tried_out_side_by_side() {
    let stage = Stage::start();
    let file = stage.home().join("stack.toml");
    let package = stage.home().join("skill-package");
    crate::mistakes::copy(&project().join("skill-package"), &package);
    for name in ["first", "second"] {
        std::fs::write(&file, format!("name = \"{name}\"\n")).unwrap();
        let out = stage.home().join(name);
        let files = [
            "--stack",
            file.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ];
        let said = run(stage.home(), &[&["deploy", "--json"], &files[..]].concat());
        assert!(said.success, "{name}: {}", said.stderr);
    }
    assert!(stage.end("-TERM"));
}

/// What the transcript of any deployment holds.
fn assert_transcript(transcript: &Value) {
    let turns = transcript.as_array().unwrap();
    assert_eq!(turns.first().unwrap()["linked"], false);
    assert_eq!(turns.first().unwrap()["card"], "LinkAccount");
    assert_eq!(turns.last().unwrap()["linked"], false);
    let email = |turn: &&Value| turn["heard"].as_str().unwrap().contains('@');
    assert!(
        turns
            .iter()
            .any(|turn| turn["linked"] == true && email(&turn))
    );
}

/// What a shell evaluates so that the programs of others are let in.
#[test]
fn the_keys_are_told_to_a_shell_and_kept_from_others() {
    let stage = Stage::start();
    let said = run(stage.home(), &["local", "--env"]);
    assert!(said.success, "{}", said.stderr);
    let text = |name: &str| stage.urls[name].as_str().unwrap().to_owned();
    for line in [
        "unset AWS_PROFILE AWS_SESSION_TOKEN".to_owned(),
        format!(
            "export AWS_ENDPOINT_URL='{}'",
            text("aws").trim_end_matches('/')
        ),
        format!("export AWS_ACCESS_KEY_ID='{}'", text("accessKeyId")),
        format!("export AWS_SECRET_ACCESS_KEY='{}'", text("secretAccessKey")),
        format!("export ASK_ACCESS_TOKEN='{}'", text("smapiToken")),
        format!("export ASK_VENDOR_ID='{}'", text("vendorId")),
    ] {
        assert!(said.stdout.lines().any(|one| one == line), "{line}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = stage.home().join("local-stage.json");
        let mode = std::fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(stage.end("-TERM"));
    let home = TempDir::new().unwrap();
    let said = run(home.path(), &["local", "--env"]);
    assert!(said.last_words().starts_with("error[LOCAL_STAGE]"));
}

#[test]
fn sigterm_ends_a_stage_cleanly() {
    assert!(Stage::start().end("-TERM"));
}

#[test]
fn a_second_stage_is_refused() {
    let stage = Stage::start();
    let said = run(stage.home(), &["local"]);
    assert!(!said.success);
    assert!(said.last_words().starts_with("error[LOCAL_STAGE]"));
    assert!(stage.end("-TERM"));
}

#[test]
fn a_killed_stage_leaves_nothing_that_disturbs_the_next() {
    let mut stage = Stage::start();
    stage.kill();
    assert!(stage.home().join("local-stage.json").exists());
    let said = run(stage.home(), &["say", "hello"]);
    assert!(said.last_words().starts_with("error[LOCAL_STAGE]"));
}

#[test]
fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let home = TempDir::new().unwrap();
    let said = run(home.path(), &["local", "--port", &port]);
    assert!(!said.success);
    assert!(said.last_words().starts_with("error[PORT]"));
    assert!(said.last_words().contains(&port));
    assert!(said.stderr.contains("hint: "));
}
