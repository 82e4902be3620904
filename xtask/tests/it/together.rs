//! Two deployments of one stage at the same time.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::command::{Said, root, run, xtask};
use crate::killed::count_skills;
use crate::stage::Stage;

fn signal(signal: &str, pid: u32) {
    let sent = Command::new("kill")
        .args([signal, &pid.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[test]
fn whoever_comes_second_is_told_who_is_first() {
    let stage = Stage::start();
    let mut first = xtask(stage.home())
        .args(["deploy", "--json"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The skill is created under the lock.
    let mut lines = BufReader::new(first.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("skill:")));
    signal("-STOP", first.id());
    let second = run(stage.home(), &["deploy", "--json"]);
    signal("-CONT", first.id());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(first.wait().unwrap().success(), "{rest:?}");

    assert!(!second.success);
    let last = second.last_words();
    assert!(last.starts_with("error[LOCKED]"), "{last}");
    assert!(
        last.contains(&format!("process {}", first.id())) && last.contains("is deploying"),
        "{last}"
    );
    assert_eq!(second.json()["calls"]["mutating"], 0);
    assert_eq!(count_skills(&stage), 1);
    assert!(stage.end("-TERM"));
}

#[test]
fn two_that_start_together_leave_one_deployment() {
    let stage = Stage::start();
    let deploy = || {
        xtask(stage.home())
            .args(["deploy", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let both = [deploy(), deploy()];
    let both = both.map(|child| Said::from(child.wait_with_output().unwrap()));
    assert!(both.iter().any(|said| said.success), "{}", both[0].stderr);
    for said in both.iter().filter(|said| !said.success) {
        let last = said.last_words();
        assert!(last.starts_with("error[LOCKED]"), "{}", said.stderr);
        assert!(said.stderr.contains("hint: "), "{}", said.stderr);
    }
    assert_eq!(count_skills(&stage), 1);
    let again = run(stage.home(), &["deploy", "--json"]);
    assert!(again.success, "{}", again.stderr);
    assert_eq!(again.json()["calls"]["mutating"], 0);
    assert!(stage.end("-TERM"));
}

/// Each tries the skill out as the developer, whom there is only one of.
#[test]
fn one_waits_for_the_conversation_of_the_other() {
    let stage = Stage::start();
    let talking = File::create(stage.home().join("local-stage.conversation.lock")).unwrap();
    talking.lock().unwrap();
    let mut deploying = xtask(stage.home())
        .args(["deploy", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(deploying.stderr.take().unwrap()).lines();
    let waits = |line: &String| line == "waiting: another deployment holds its conversation";
    assert!(lines.any(|line| waits(&line.unwrap())));
    drop(talking);
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(deploying.wait().unwrap().success(), "{rest:?}");
    assert!(stage.end("-TERM"));
}

/// Two variants of the Lambda are built to the same path; each deployment takes its own.
#[test]
fn each_takes_the_lambda_that_it_has_built() {
    let deploy = |preset: &'static str| {
        std::thread::spawn(move || {
            let home = tempfile::TempDir::new().unwrap();
            let file = format!("infra/presets/{preset}.toml");
            // Built, not taken: the skill of this repository, whichever it is.
            let said: Said = xtask(home.path())
                .current_dir(root())
                .env_remove("VOICELINK_BUNDLE")
                .args(["deploy", "--stack", &file, "--json"])
                .output()
                .unwrap()
                .into();
            assert!(said.success, "{preset}: {}", said.stderr);
        })
    };
    let both = [
        deploy("email"),
        deploy("profile-api"),
        deploy("email"),
        deploy("profile-api"),
    ];
    for one in both {
        one.join().unwrap();
    }
}
