//! Bad input: a clear error with the next step, and nothing called.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use crate::command::{Said, project, run, xtask};

/// A stack file and a skill package of one's own.
struct Fork {
    home: TempDir,
}

impl Fork {
    fn new(stack: &str) -> Self {
        let home = TempDir::new().unwrap();
        fs::write(home.path().join("stack.toml"), stack).unwrap();
        copy(
            &project().join("skill-package"),
            &home.path().join("skill-package"),
        );
        Self { home }
    }

    fn file(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    fn deploy(&self, stage: &str) -> Said {
        let stack = self.file("stack.toml");
        run(
            self.home.path(),
            &[
                "deploy",
                stage,
                "--json",
                "--stack",
                stack.to_str().unwrap(),
            ],
        )
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Both streams name the code, there is a hint, and nothing was changed.
fn assert_refused(said: &Said, code: &str, names: &str) {
    assert!(!said.success);
    assert!(
        said.last_words().starts_with(&format!("error[{code}]: ")),
        "{}",
        said.stderr
    );
    assert!(said.last_words().contains(names), "{}", said.stderr);
    let document = said.json();
    assert_eq!(document["error"]["code"], code);
    assert!(document["error"]["hint"].is_string(), "{document}");
    assert_eq!(document["calls"]["mutating"], json!(0));
}

#[test]
fn an_unknown_key_is_refused_with_its_place() {
    let fork = Fork::new("name = \"guide\"\nnmae = \"guide\"\n");
    assert_refused(&fork.deploy("local"), "STACK_FILE", "stack.toml:2:1");
}

#[test]
fn a_contradiction_is_refused_with_its_place() {
    let fork = Fork::new("name = \"guide\"\n[identity.tokens]\naccess = \"5m\"\n");
    assert_refused(&fork.deploy("local"), "STACK_FILE", "stack.toml:3:");
}

#[test]
fn a_stage_that_does_not_exist_is_refused() {
    let fork = Fork::new("name = \"guide\"\n");
    assert_refused(&fork.deploy("nowhere"), "STAGE", "nowhere");
}

#[test]
fn a_broken_interaction_model_is_refused_with_its_place() {
    let fork = Fork::new("name = \"guide\"\n");
    let model = "skill-package/interactionModels/custom/en-US.json";
    fs::write(fork.file(model), "{\n  \"interactionModel\": [\n}\n").unwrap();
    assert_refused(&fork.deploy("local"), "PACKAGE", "en-US.json:3:");
}

#[test]
fn a_missing_manifest_is_refused_by_name() {
    let fork = Fork::new("name = \"guide\"\n");
    fs::remove_file(fork.file("skill-package/skill.json")).unwrap();
    assert_refused(&fork.deploy("local"), "PACKAGE", "skill.json");
}

#[test]
fn a_missing_stack_file_is_refused_by_name() {
    let fork = Fork::new("");
    fs::remove_file(fork.file("stack.toml")).unwrap();
    assert_refused(&fork.deploy("local"), "STACK_FILE", "stack.toml");
}

#[test]
fn a_real_stage_needs_a_developer() {
    let fork = Fork::new("name = \"guide\"\n");
    let said: Said = xtask(fork.home.path())
        .env("HOME", fork.home.path())
        .current_dir(fork.home.path())
        .args(["deploy", "dev", "--json"])
        .output()
        .unwrap()
        .into();
    assert_refused(&said, "CREDENTIALS", "dev");
}

#[test]
fn credentials_are_not_sent_where_a_variable_points_to() {
    let fork = Fork::new("name = \"guide\"\n");
    let said: Said = xtask(fork.home.path())
        .env("ASK_ACCESS_TOKEN", "Atza|nobody")
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_ENDPOINT_URL", "https://aws.example.com")
        .current_dir(fork.home.path())
        .args(["deploy", "dev", "--json"])
        .output()
        .unwrap()
        .into();
    assert_refused(&said, "ENDPOINT", "aws.example.com");
    assert_eq!(said.json()["calls"], json!({"reading": 0, "mutating": 0}));
}

#[test]
fn an_unreachable_endpoint_is_named() {
    let fork = Fork::new("name = \"guide\"\n");
    // Nobody listens on a port that has just been given back.
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let keys = [
        "accessKeyId",
        "secretAccessKey",
        "token",
        "vendorId",
        "lwaClientId",
        "lwaClientSecret",
        "lwaRefreshToken",
        "smapiToken",
    ];
    let urls: serde_json::Map<_, _> = ["aws", "smapi", "lwa", "signIn", "device"]
        .map(|door| (door.to_owned(), json!(format!("http://127.0.0.1:{port}"))))
        .into_iter()
        .chain(keys.map(|key| (key.to_owned(), json!("x"))))
        .chain([("pid".to_owned(), json!(std::process::id()))])
        .collect();
    fs::write(fork.file("local-stage.json"), json!(urls).to_string()).unwrap();
    assert_refused(&fork.deploy("local"), "ENDPOINT", "no answer from AWS");
}

#[test]
fn a_real_stage_needs_an_aws_account() {
    let fork = Fork::new("name = \"guide\"\n");
    let said: Said = xtask(fork.home.path())
        .env("ASK_ACCESS_TOKEN", "Atza|nobody")
        .current_dir(fork.home.path())
        .args(["deploy", "dev", "--json"])
        .output()
        .unwrap()
        .into();
    assert_refused(&said, "AWS_CREDENTIALS", "credentials");
}
