//! Conversations from files, as a person runs them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{Said, run, skill_name, xtask};
use crate::stage::Stage;

const CONVERSATIONS: &str = "\
locale: en-US
conversations:
  - name: Nobody is linked
    account: not-linked
    turns:
      - say: open SKILL
        hear: Please link it first.
        card: link-account
        session: closed
      - say: ask SKILL for help
        pattern: ^What would you like
        session: open
        intent: AMAZON.HelpIntent
  - name: Somebody is linked
    account: linked
    turns:
      - say: ask SKILL what is my e-mail
        pattern: '{email}'
        card: simple
        session: closed
      - say: ask SKILL what is my phone number
        hear: Your phone number is 1.
        card: simple
        session: open
  - name: Somebody with an account of their own
    account: not-linked
    voices: {ann: linked}
    turns:
      - say: ask SKILL what is my e-mail
        voice: ann
        pattern: '{email}'
        card: simple
        session: closed
";

/// A text with the skill's name.
fn named(text: &str) -> String {
    text.replace("SKILL", &skill_name("en-US"))
}

fn write(home: &Path, text: &str) -> String {
    let file = home.join("talk.yaml");
    fs::write(&file, named(text)).unwrap();
    file.to_str().unwrap().to_owned()
}

fn last_line(said: &Said) -> &str {
    said.stdout.lines().last().unwrap_or_default()
}

#[test]
fn a_wrong_file_is_refused_with_its_place() {
    let home = TempDir::new().unwrap();
    let file = write(home.path(), &CONVERSATIONS.replace("card:", "cart:"));
    let said = run(home.path(), &["talk", &file]);
    assert!(!said.success);
    assert!(
        said.last_words().starts_with("error[CONVERSATION]: ")
            && said.last_words().contains("talk.yaml:8:"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("hint: "), "{}", said.stderr);
}

#[test]
fn conversations_are_compared_and_leave_the_stage_as_it_was() {
    let stage = Stage::start();
    let home = stage.home();
    let deployed = run(home, &["deploy", "--json"]);
    assert!(deployed.success, "{}", deployed.stderr);
    // Somebody whom Alexa recognises is asked for an account of their own.
    let question = named("ask SKILL what is my e-mail");
    let ann = run(home, &["say", "--voice", "ann", &question, "--json"]).json();
    assert_eq!(ann["person"]["linked"], false, "{ann}");
    assert_eq!(ann["card"]["type"], "LinkAccount", "{ann}");
    let heard = ann["heard"].as_str().unwrap();
    assert!(heard.contains("an account of your own"), "{ann}");
    // Somebody is in the middle of a conversation of their own.
    let open = run(home, &["say", &named("ask SKILL for help"), "--json"]).json();
    assert_eq!(open["sessionOpen"], true, "{open}");

    let file = write(home, CONVERSATIONS);
    let said = run(home, &["talk", &file]);
    assert!(!said.success);
    assert_eq!(
        last_line(&said),
        "4 turns passed, 1 failed",
        "{}",
        said.stderr
    );
    for part in [
        "talk.yaml:21: Somebody is linked (en-US, linked)",
        &named("said      ask SKILL what is my phone number"),
        "expected  speech Your phone number is 1.",
        "heard     speech Your account has: .",
        "expected  session open",
    ] {
        assert!(said.stdout.contains(part), "{part:?} in {}", said.stdout);
    }

    let right = CONVERSATIONS
        .replace("hear: Your phone number is 1.", "pattern: 'has: .'")
        .replace(
            "simple\n        session: open",
            "simple\n        session: closed",
        );
    let file = write(home, &right);
    let said = run(home, &["talk", &file, "--json"]);
    assert!(said.success, "{}\n{}", said.stdout, said.stderr);
    let report = said.json();
    assert_eq!(
        (&report["passed"], &report["failed"]),
        (&json!(5), &json!(0))
    );
    assert_eq!(report["turns"][0]["heard"]["card"], "LinkAccount");

    // That conversation goes on.
    let mut say = xtask(home)
        .args(["say", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut sentences = say.stdin.take().unwrap();
    sentences.write_all(b"help\nstop\n").unwrap();
    drop(sentences);
    let said = Said::from(say.wait_with_output().unwrap());
    let intents: Vec<Value> = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["intent"].clone())
        .collect();
    assert_eq!(intents, ["AMAZON.HelpIntent", "AMAZON.StopIntent"]);

    as_a_real_stage(&stage, &file, deployed.json()["skillId"].as_str().unwrap());
    assert!(stage.end("-TERM"));
}

/// Talks to the same skill as if it were on a real stage: another one of stack.toml, whose Skill
/// Management API is that of the local stage, by the variables that a person would set.
fn as_a_real_stage(stage: &Stage, file: &str, skill_id: &str) {
    let url = |door: &str| stage.urls[door].as_str().unwrap().to_owned();
    let said: Said = xtask(stage.home())
        .env("ASK_SMAPI_SERVER_BASE_URL", url("smapi"))
        .env("ASK_LWA_TOKEN_HOST", url("lwa"))
        .env("ASK_ACCESS_TOKEN", url("smapiToken"))
        .args(["talk", "--stage", "dev", "--skill-id", skill_id, file])
        .output()
        .unwrap()
        .into();
    assert!(said.success, "{}\n{}", said.stdout, said.stderr);
    assert_eq!(last_line(&said), "2 turns passed, 0 failed");
    let skipped: Vec<&str> = said
        .stdout
        .lines()
        .filter(|line| line.starts_with("skipped "))
        .collect();
    assert_eq!(skipped.len(), 2, "{}", said.stdout);
    assert!(skipped[0].contains("Somebody is linked (2 turns): "));
    assert!(
        skipped[1].contains("a simulation has no voice"),
        "{}",
        said.stdout
    );
}
