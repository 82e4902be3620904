//! Secrets of the skill: written by a command, looked for by a deployment, and never shown.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::command::Said;
use crate::console::Console;
use crate::real::Real;

const STACK: &str = "name = \"account-guide\"\nstages.dev.region = \"us-east-1\"\n\
    [lambda.environment]\nAPI_KEY = { secret = \"backend-key\" }\n";

const VALUE: &str = "correct-horse-battery";

/// Runs a command with this on its standard input.
fn with_input(real: &Real, arguments: &[&str], input: &str) -> Said {
    let mut command = real.command(arguments, &real.developer());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_secret_is_written_by_a_command_and_named_by_the_function() {
    let real = Real::start();
    fs::write(real.file("stack.toml"), STACK).unwrap();
    let said = real.deploy(&[], &real.developer());
    let missing = "error[SECRET]: stage dev has no secret backend-key";
    assert!(said.stderr.contains(missing), "{}", said.stderr);
    let next = "cargo xtask secret set dev backend-key";
    assert!(said.stderr.contains(next), "{}", said.stderr);

    let set = ["secret", "set", "dev", "backend-key"];
    let empty = with_input(&real, &set, "\n");
    assert!(empty.stderr.contains("error[SECRET]"), "{}", empty.stderr);
    let written = with_input(&real, &set, &format!("{VALUE}\n"));
    assert!(written.success, "{}", written.stderr);
    let listed = real.run(&["secret", "list", "dev", "--json"], &real.developer());
    let document: Value = serde_json::from_str(listed.stdout.trim()).unwrap();
    assert_eq!(document["secrets"][0]["name"], "backend-key", "{document}");
    assert_eq!(document["missing"], serde_json::json!([]));

    let said = real.deploy(&["--json"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let function = runtime.block_on(real.function());
    let variables = &function["Environment"]["Variables"];
    assert_eq!(variables["API_KEY"], "/account-guide/dev/backend-key");
    assert_eq!(variables["VOICELINK_HOME_REGION"], "us-east-1");
    let role = function["Role"].as_str().unwrap();
    let role = role.rsplit('/').next().unwrap();
    let policy = Console::of(&real.stage).role_policy(role, "own-secrets");
    let arn = "parameter%2Faccount%2Dguide%2Fdev%2Fbackend%2Dkey";
    let allows = policy.contains("ssm%3AGetParameter") && policy.contains(arn);
    assert!(allows, "{policy}");

    // The value is in nothing that was said or written.
    for said in [&written, &listed, &said] {
        assert!(!(said.stdout.clone() + &said.stderr).contains(VALUE));
    }
    for file in files(&real.file("dist")) {
        let text = fs::read(&file).unwrap();
        let holds = String::from_utf8_lossy(&text).contains(VALUE);
        assert!(!holds, "{}", file.display());
    }

    let remove = ["secret", "remove", "dev", "backend-key"];
    let removed = real.run(&remove, &real.developer());
    let told = "removed the secret backend-key";
    assert!(removed.stdout.contains(told), "{}", removed.stderr);
    let said = real.deploy(&[], &real.developer());
    assert!(said.stderr.contains("error[SECRET]"), "{}", said.stderr);
    assert!(real.stage.end("-TERM"));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}
