//! The loop of editing and talking, as a person at two terminals has it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use cli::workspace::copy_folder;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{fixture_skill, open, project, root, run, skill_name, xtask};
use crate::stage::Stage;

/// Only a fault takes longer.
const PATIENCE: Duration = Duration::from_mins(3);

/// A running `cargo xtask dev --json`.
struct Dev {
    process: Child,
    lines: Receiver<Value>,
}

impl Dev {
    fn start(mut command: Command) -> Self {
        let mut process = command
            .args(["dev", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines() {
                sender.send(serde_json::from_str(&line.unwrap()).unwrap())?;
            }
            Ok::<_, std::sync::mpsc::SendError<Value>>(())
        });
        Self { process, lines }
    }

    fn next(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    /// Presses Ctrl-C; whether it ends well.
    fn end(mut self) -> bool {
        let sent = Command::new("kill")
            .args(["-INT", &self.process.id().to_string()])
            .status();
        sent.unwrap().success() && self.process.wait().unwrap().success()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A copy of the project, and a cargo that builds its Lambda in no time: the text that the handlers have for
/// people without a link gets into a copy of the program.
struct Project {
    home: TempDir,
    folder: PathBuf,
}

const PLEASE: &str = "Please link it first.";

impl Project {
    fn new() -> Self {
        let home = TempDir::new().unwrap();
        let folder = home.path().join("project");
        copy_folder(&project(), &folder).unwrap();
        let script = format!(
            r#"#!/bin/sh
case "$*" in
*bootstrap*)
    grep -q 'fn ' crates/skill/src/handlers.rs || {{ echo "error: no function" >&2; exit 101; }}
    said=$(sed -n 's/.*please_link: || Speech::text("\(.*\)").*/\1/p' crates/skill/src/handlers.rs)
    LC_ALL=C sed "s/{PLEASE}/$said/" '{skill}' > '{home}/bootstrap'
    chmod +x '{home}/bootstrap'
    echo '{{"target":{{"name":"bootstrap"}},"executable":"{home}/bootstrap"}}' ;;
*) cd '{root}' && exec '{cargo}' "$@" ;;
esac
"#,
            skill = fixture_skill().display(),
            home = home.path().display(),
            root = root().display(),
            cargo = env!("CARGO"),
        );
        let cargo = home.path().join("cargo");
        fs::write(&cargo, script).unwrap();
        let executable = Command::new("chmod").arg("+x").arg(&cargo).status();
        assert!(executable.unwrap().success());
        Self { home, folder }
    }

    fn home(&self) -> &Path {
        self.home.path()
    }

    fn start(&self) -> Dev {
        let mut command = xtask(self.home());
        command
            .current_dir(&self.folder)
            .env("CARGO", self.home().join("cargo"))
            .env_remove("VOICELINK_BUNDLE");
        Dev::start(command)
    }

    /// Saves a file with a part replaced.
    fn save(&self, file: &str, old: &str, new: &str) {
        let file = self.folder.join(file);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "{old} in {}", file.display());
        // As editors do, beside the file first.
        let beside = file.with_extension("tmp");
        fs::write(&beside, text.replace(old, new)).unwrap();
        fs::rename(beside, file).unwrap();
    }

    fn say(&self, text: &str) -> Value {
        run(self.home(), &["say", "--json", text]).json()
    }
}

const HANDLERS: &str = "crates/skill/src/handlers.rs";
const MODEL: &str = "skill-package/interactionModels/custom/en-US.json";

#[test]
fn a_save_is_the_next_answer_and_a_broken_one_is_not() {
    let project = Project::new();
    let dev = project.start();
    let stage = dev.next();
    assert_eq!(
        (&stage["event"], &stage["own"]),
        (&json!("stage"), &json!(true))
    );
    let first = dev.next();
    assert_eq!(first["outcome"], "deployed", "{first}");
    assert_eq!(project.say(&open())["heard"], PLEASE);
    // A session is open meanwhile.
    let help = format!("ask {} for help", skill_name("en-US"));
    assert_eq!(project.say(&help)["sessionOpen"], true);

    project.save(HANDLERS, PLEASE, "Kindly link it first.");
    let saved = dev.next();
    assert_eq!(saved["outcome"], "deployed", "{saved}");
    assert_eq!(
        saved["steps"],
        json!(["lambda bundle", "skill stack us-east-1"])
    );
    assert!(
        saved["seconds"]["rollout"].as_f64().unwrap() > 0.0,
        "{saved}"
    );
    assert_eq!(project.say("help")["intent"], "AMAZON.HelpIntent");
    assert_eq!(project.say(&open())["heard"], "Kindly link it first.");

    project.save(HANDLERS, "fn ", "nf ");
    let broken = dev.next();
    assert_eq!(broken["error"]["code"], "BUILD", "{broken}");
    assert_eq!(project.say(&open())["heard"], "Kindly link it first.");

    // The model is deployed with the last good function, and then a function that is good again.
    project.save(MODEL, "order a taxi", "fetch me a cab");
    let saved = dev.next();
    assert_eq!(saved["steps"], json!(["skill package"]), "{saved}");
    let cab = format!("ask {} fetch me a cab", skill_name("en-US"));
    let cab = project.say(&cab);
    assert_eq!(cab["intent"], "OrderTaxiIntent", "{cab}");
    project.save(HANDLERS, "nf ", "fn ");
    let saved = dev.next();
    assert_eq!(saved["outcome"], "unchanged", "{saved}");

    let file = "tests/conversations/en-US.yaml";
    project.save(file, PLEASE, "Kindly link it first.");
    let held = dev.next();
    assert!(held["passed"].as_u64().unwrap() > 0, "{held}");

    assert!(dev.end());
    assert!(!project.home().join("local-stage.json").exists());
}

#[test]
fn a_stage_that_runs_is_taken_over_and_left_up() {
    let stage = Stage::start();
    let dev = Dev::start(xtask(stage.home()));
    assert_eq!(dev.next()["own"], false);
    assert_eq!(dev.next()["outcome"], "deployed");
    assert!(dev.end());
    let heard = &run(stage.home(), &["say", "--json", &open()]).json()["heard"];
    assert_eq!(*heard, PLEASE);
    assert!(stage.end("-TERM"));
}
