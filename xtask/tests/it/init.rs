//! Making a copy of this repository somebody's own.

use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::command::{Said, project, root, run};

/// The files that `init` reads: those of this repository, with the words of the fixture.
pub(crate) fn repository() -> TempDir {
    let copy = TempDir::new().unwrap();
    for (folder, whose) in [
        ("skill-package", project()),
        ("tests/conversations", project()),
        ("infra/presets", root().to_owned()),
        ("infra/templates", root().to_owned()),
    ] {
        crate::mistakes::copy(&whose.join(folder), &copy.path().join(folder));
    }
    fs::copy(project().join("stack.toml"), copy.path().join("stack.toml")).unwrap();
    fs::copy(root().join("README.md"), copy.path().join("README.md")).unwrap();
    copy
}

fn init(repository: &TempDir, arguments: &[&str]) -> Said {
    let home = TempDir::new().unwrap();
    let folder = repository.path().to_str().unwrap();
    let fixed = ["init", "--folder", folder];
    run(home.path(), &[&fixed, arguments].concat())
}

pub(crate) fn text(repository: &TempDir, path: &str) -> String {
    fs::read_to_string(repository.path().join(path)).unwrap()
}

#[test]
fn a_fork_gets_its_names_and_its_preset_and_is_deployed() {
    let fork = repository();
    let arguments = [
        "--preset",
        "phone-mfa",
        "--name",
        "Quiet Harbour",
        "--yes",
        "--json",
    ];
    let said = init(&fork, &arguments);
    assert!(said.success, "{}", said.stderr);
    assert!(
        said.stderr.contains("+name = \"quiet-harbour\""),
        "{}",
        said.stderr
    );
    let written = said.json()["written"].to_string();
    for path in [
        "stack.toml",
        "skill.json",
        "ja-JP.json",
        "en-US.yaml",
        "infra/templates/identity.yaml",
        "README.md",
    ] {
        assert!(written.contains(path), "{written}");
    }
    assert!(text(&fork, "README.md").starts_with("# Quiet Harbour\n"));
    assert!(text(&fork, "skill-package/skill.json").contains("Alexa, open quiet harbour"));
    let said = init(&fork, &arguments);
    assert_eq!(said.json(), json!({ "written": [] }), "{}", said.stderr);

    let home = TempDir::new().unwrap();
    let stack = fork.path().join("stack.toml");
    let deploy = ["deploy", "--json", "--stack", stack.to_str().unwrap()];
    let said = run(home.path(), &deploy);
    assert!(said.success, "{}", said.stderr);
    let deployed = said.json();
    assert_eq!(
        deployed["transcript"][0]["said"],
        "Alexa, open quiet harbour"
    );
    assert!(deployed["pages"].to_string().contains("/mfa"));
}

/// Whatever people sign in with, the conversations of the repository are a fork's own tests: they know
/// what the skill gets to know of people, and none is left out.
#[test]
fn a_fork_of_every_preset_passes_the_conversations() {
    let said_at_all = |folder: &Path| -> usize {
        let files = fs::read_dir(folder).unwrap();
        let text = |file: std::io::Result<fs::DirEntry>| fs::read_to_string(file.unwrap().path());
        let turns = |text: String| text.matches("\n      - say: ").count();
        files.map(|file| turns(text(file).unwrap())).sum()
    };
    let fork = repository();
    let stack = fork.path().join("stack.toml");
    let conversations = fork.path().join("tests/conversations");
    let talk = |more: &[&str]| {
        let home = TempDir::new().unwrap();
        let fixed = ["talk", "--stack", stack.to_str().unwrap()];
        run(home.path(), &[&fixed, more].concat())
    };
    let turns = said_at_all(&conversations);
    assert!(turns > 3, "{turns}");
    let mut presets: Vec<_> = (fs::read_dir(fork.path().join("infra/presets")).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    presets.sort();
    assert!(!presets.is_empty());
    for preset in presets {
        let name = preset.file_stem().unwrap().to_str().unwrap();
        let arguments = ["--preset", name, "--name", "Quiet Harbour", "--yes"];
        let made = init(&fork, &arguments);
        assert!(made.success, "{name}: {}", made.stderr);
        let said = talk(&[conversations.to_str().unwrap()]);
        assert!(said.success, "{name}: {}\n{}", said.stdout, said.stderr);
        let last = said.stdout.lines().last().unwrap();
        assert_eq!(last, format!("{turns} turns passed, 0 failed"), "{name}");
    }

    // What is known of people is looked at: this fork's do not give an e-mail address.
    let made = init(&fork, &["--preset", "phone-otp", "--yes"]);
    assert!(made.success, "{}", made.stderr);
    let file = conversations.join("en-US.yaml");
    let ignorant =
        text(&fork, "tests/conversations/en-US.yaml").replace("known: [phone]", "known: [email]");
    let ignorant = ignorant.replace("{phone}", "{email}");
    fs::write(&file, ignorant).unwrap();
    let said = talk(&["--json", file.to_str().unwrap()]);
    assert!(!said.success);
    let said = said.json();
    let failed: Vec<_> = (said["turns"].as_array().unwrap().iter())
        .filter(|turn| turn["outcome"] == "failed")
        .collect();
    assert_eq!(failed.len(), 1, "{said}");
    // It tells the phone number that the file does not expect.
    let heard = failed[0]["heard"]["text"].as_str().unwrap();
    assert!(heard.contains("Your account has: +"), "{heard}");
}

#[test]
fn what_was_edited_by_hand_is_shown_and_kept() {
    let fork = repository();
    let edited = "name = \"mine\"\n[linking]\noptional = false\n";
    fs::write(fork.path().join("stack.toml"), edited).unwrap();
    let refused = init(&fork, &["--preset", "email", "--yes", "--json"]);
    assert!(!refused.success);
    assert_eq!(refused.json()["error"]["code"], "INIT_EDITED");
    assert!(
        refused.stderr.contains("-optional = false"),
        "{}",
        refused.stderr
    );
    assert_eq!(text(&fork, "stack.toml"), edited);
    let said = init(&fork, &["--preset", "email", "--yes", "--overwrite"]);
    assert!(said.success, "{}", said.stderr);
    assert!(text(&fork, "stack.toml").contains("name = \"mine\"\n"));
    // Nobody is there to ask.
    let refused = init(&fork, &["--name", "Quiet Harbour", "--json"]);
    assert_eq!(refused.json()["error"]["code"], "CONFIRM");
}

/// Another name is no reason to forget regions, stages, comments or how somebody has written a phrase.
#[test]
fn a_second_run_changes_what_it_is_asked_for_and_nothing_else() {
    let fork = repository();
    let first = [
        "--name",
        "Quiet Harbour",
        "--region",
        "EU=eu-west-1",
        "--stage",
        "qa=eu-west-1",
    ];
    let said = init(&fork, &[&first[..], &["--yes"]].concat());
    assert!(said.success, "{}", said.stderr);
    let stack = text(&fork, "stack.toml") + "\n# Ours.\n[linking]\noptional = false\n";
    fs::write(fork.path().join("stack.toml"), &stack).unwrap();
    let manifest = text(&fork, "skill-package/skill.json");
    let written = manifest.replace("open quiet harbour", "open Quiet Harbour");
    assert_ne!(manifest, written);
    fs::write(fork.path().join("skill-package/skill.json"), &written).unwrap();

    let said = init(&fork, &["--name", "Quiet Harbour", "--yes", "--json"]);
    assert_eq!(said.json(), json!({ "written": [] }), "{}", said.stderr);
    let said = init(&fork, &["--name", "Loud Harbour", "--yes"]);
    assert!(said.success, "{}", said.stderr);
    let renamed = stack.replace("quiet-harbour", "loud-harbour");
    assert_eq!(text(&fork, "stack.toml"), renamed);
    let manifest = text(&fork, "skill-package/skill.json");
    assert!(manifest.contains("open Loud Harbour"), "{manifest}");
}

#[test]
fn bad_answers_are_refused_by_the_rules_and_change_nothing() {
    let fork = repository();
    let before = text(&fork, "stack.toml");
    for (arguments, reason) in [
        (&["--name", "Alexa Guide"][..], "contains `alexa`"),
        (&["--name", "x"], "use 2 to 50"),
        (
            &["--invocation-name", "en-US=Quiet Harbour"],
            "has the character `Q`",
        ),
        (&["--invocation-name", "fr-FR=taxi"], "does not speak fr-FR"),
        (&["--preset", "fax"], "there is no preset `fax`"),
        (
            &["--domain-prefix", "my-cognito-{stage}"],
            "contains `cognito`",
        ),
        (&["--region", "EU=eu-central-1"], "eu-central-1"),
        (&["--stage", "dev=nowhere"], "nowhere"),
        (&["--stack-name", "7"], "beginning with a letter"),
    ] {
        let refused = init(&fork, &[arguments, &["--yes"]].concat());
        assert!(!refused.success, "{arguments:?}");
        assert!(
            refused.stderr.contains(reason),
            "{arguments:?}: {}",
            refused.stderr
        );
        assert!(
            refused.last_words().starts_with("error["),
            "{}",
            refused.stderr
        );
        assert_eq!(text(&fork, "stack.toml"), before);
    }
}
