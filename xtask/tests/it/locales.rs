//! A locale more, and a locale less.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::command::{Said, project, root, run};
use crate::mistakes::copy;

/// The files of the project, and words of its code in German and English.
fn fork() -> TempDir {
    let fork = TempDir::new().unwrap();
    for folder in ["skill-package", "tests/conversations"] {
        copy(&project().join(folder), &fork.path().join(folder));
    }
    fs::copy(project().join("stack.toml"), fork.path().join("stack.toml")).unwrap();
    let words = fork.path().join("crates/skill/src/strings.rs");
    fs::create_dir_all(words.parent().unwrap()).unwrap();
    let table = "skill_kit::locales! { Strings:\n    EnUs = \"en-US\" => A;\n    DeDe = \"de-DE\" => B;\n}\n";
    fs::write(words, table).unwrap();
    fork
}

fn locale(fork: &TempDir, arguments: &[&str]) -> Said {
    let home = TempDir::new().unwrap();
    let folder = fork.path().to_str().unwrap();
    run(
        home.path(),
        &[&["locale", "--folder", folder], arguments].concat(),
    )
}

/// Every file, by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.display().to_string(), fs::read(path).unwrap());
        }
    }
    found
}

fn check(fork: &TempDir) {
    let stack = fork.path().join("stack.toml");
    let said = run(
        fork.path(),
        &["check", "--json", "--stack", stack.to_str().unwrap()],
    );
    assert!(said.success, "{}", said.stdout);
    assert_eq!(said.json()["errors"], 0, "{}", said.stdout);
}

/// The name that a language has which does not write English letters.
fn name(tag: &str) -> Option<&'static str> {
    match tag {
        "ar-SA" => Some("دليل الحساب"),
        "hi-IN" => Some("अंतरिक्ष तथ्य"),
        "ja-JP" => Some("アカウント案内"),
        _ => None,
    }
}

#[test]
fn every_locale_of_alexa_can_be_added_and_taken_away() {
    let fork = fork();
    for tag in ["de-DE", "en-GB", "es-ES", "ja-JP"] {
        let said = locale(&fork, &["remove", tag, "--yes"]);
        assert!(said.success, "{tag}: {}", said.stderr);
        let deleted = format!("deleted skill-package/interactionModels/custom/{tag}.json");
        assert!(said.stdout.contains(&deleted), "{}", said.stdout);
    }
    check(&fork);
    let before = files(fork.path());
    for tag in facts::smapi::locales().iter().filter(|tag| *tag != "en-US") {
        let mut arguments = vec!["add", tag];
        arguments.extend(
            name(tag)
                .into_iter()
                .flat_map(|name| ["--invocation-name", name]),
        );
        let said = locale(&fork, &arguments);
        assert!(said.success, "{tag}: {}", said.stderr);
        let written = [
            format!("skill-package/interactionModels/custom/{tag}.json"),
            "skill-package/skill.json".to_owned(),
            format!("tests/conversations/{tag}.yaml"),
        ];
        assert_eq!(said.stdout.lines().collect::<Vec<_>>(), written);
        let is_english = tag.starts_with("en-");
        assert_ne!(
            said.stderr.contains("translate"),
            is_english,
            "{}",
            said.stderr
        );
        let answers = match tag.as_str() {
            "de-DE" => "has words for de-DE",
            _ if is_english => "the skill answers as in en-US",
            _ => "the skill answers in the language of en-US until",
        };
        assert!(said.stderr.contains(answers), "{}", said.stderr);
        check(&fork);
        let said = locale(&fork, &["remove", tag, "--yes"]);
        assert!(said.success, "{tag}: {}", said.stderr);
        assert_eq!(files(fork.path()), before, "{tag}");
    }
}

/// The model and the conversations of a country are those of another with its language.
#[test]
fn a_country_is_like_another_of_its_language() {
    let fork = fork();
    let said = locale(&fork, &["add", "es-MX"]);
    assert!(said.success, "{}", said.stderr);
    assert!(said.stderr.contains("copied from es-ES"), "{}", said.stderr);
    let model = |tag: &str| {
        let file = format!("skill-package/interactionModels/custom/{tag}.json");
        fs::read(fork.path().join(file)).unwrap()
    };
    assert_eq!(model("es-MX"), model("es-ES"));
    assert!(!fork.path().join("tests/conversations/es-MX.yaml").exists());
    check(&fork);

    let said = locale(
        &fork,
        &["add", "en-IN", "--invocation-name", "profile guide"],
    );
    assert!(said.success, "{}", said.stderr);
    let text = |path: &str| fs::read_to_string(fork.path().join(path)).unwrap();
    let manifest = text("skill-package/skill.json");
    assert_eq!(
        manifest.matches("Alexa, open profile guide").count(),
        1,
        "{manifest}"
    );
    check(&fork);
}

#[test]
fn what_is_no_locale_or_the_last_one_is_refused_and_nothing_is_written() {
    let fork = fork();
    let before = files(fork.path());
    let refused = |arguments: &[&str], expected: &[&str]| {
        let said = locale(&fork, arguments);
        assert!(!said.success);
        for expected in expected {
            assert!(
                said.stderr.contains(expected),
                "{expected}: {}",
                said.stderr
            );
        }
        assert_eq!(files(fork.path()), before);
    };
    refused(
        &["add", "de-ED"],
        &["error[LOCALE]", "no locale de-ED", "did you mean de-DE?"],
    );
    refused(&["add", "fr"], &["did you mean fr-"]);
    refused(&["add", "tlh-AA"], &["there are ar-SA, de-DE"]);
    refused(&["add", "de-DE"], &["speaks de-DE already"]);
    refused(
        &["remove", "en-UK", "--yes"],
        &["does not speak en-UK", "did you mean en-"],
    );
    // Nobody is at a terminal to be asked.
    refused(&["remove", "de-DE"], &["nothing was deleted", "--yes"]);
    refused(
        &["add", "fr-FR", "--invocation-name", "7"],
        &["error[LOCALE]", "nothing was written"],
    );

    for tag in ["de-DE", "en-GB", "en-US", "es-ES"] {
        let said = locale(&fork, &["remove", tag, "--yes"]);
        assert!(said.success, "{tag}: {}", said.stderr);
        // The next one is the first from then on.
        let has_a_story = ["en-US", "es-ES"].contains(&tag);
        assert_eq!(
            said.stderr.contains("story.yaml"),
            has_a_story,
            "{tag}: {}",
            said.stderr
        );
    }
    check(&fork);
    let said = locale(&fork, &["remove", "ja-JP", "--yes"]);
    assert!(!said.success);
    assert!(
        said.stderr.contains("ja-JP is the only locale"),
        "{}",
        said.stderr
    );
}

/// The sample of this repository, and what `new` makes, whose layout is another.
#[test]
fn locales_of_the_sample_are_added_too() {
    let fork = TempDir::new().unwrap();
    for folder in ["skill-package", "tests/conversations"] {
        copy(&root().join(folder), &fork.path().join(folder));
    }
    fs::write(fork.path().join("stack.toml"), "name = \"guide\"\n").unwrap();
    let before = files(fork.path());
    for tag in ["en-CA", "fr-FR"] {
        let said = locale(&fork, &["add", tag]);
        assert!(said.success, "{tag}: {}", said.stderr);
        let talk = format!("tests/conversations/{tag}.yaml");
        assert!(said.stdout.contains(&talk), "{}", said.stdout);
        check(&fork);
    }
    for tag in ["fr-FR", "en-CA"] {
        assert!(locale(&fork, &["remove", tag, "--yes"]).success);
    }
    assert_eq!(files(fork.path()), before);
}
