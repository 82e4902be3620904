//! Follows `docs/add-an-option.md` in a copy of this crate.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "clippy takes helpers of a test for a program"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Copies what the crate is built and tested from.
fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    for entry in fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        copy(&from.join(&name), &to.join(&name));
    }
}

/// Changes of the page: the file that was named last before a block, what is there, and what comes in its place.
fn changes(page: &str) -> Vec<(String, String, String)> {
    let mut file = String::new();
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let named = line.split('`').skip(1).step_by(2);
        if let Some(name) = named
            .filter(|name| Path::new(name).extension().is_some_and(|end| end == "rs"))
            .last()
        {
            name.clone_into(&mut file);
        }
        if line == "```diff" {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let without = |mark: char| {
                let kept = block.iter().filter(|line| !line.starts_with(mark));
                kept.map(|line| line.get(1..).unwrap_or_default().to_owned() + "\n")
                    .collect::<String>()
            };
            found.push((file.clone(), without('+'), without('-')));
        }
    }
    found
}

fn page() -> Vec<(String, String, String)> {
    changes(&fs::read_to_string(workspace().join("docs/add-an-option.md")).unwrap())
}

fn apply(root: &Path, (file, there, wanted): &(String, String, String)) -> (PathBuf, String) {
    let file = root.join(file);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(
        text.matches(there).count(),
        1,
        "{there}\nin {}",
        file.display()
    );
    (file, text.replace(there, wanted))
}

/// Three files, and the changelog.
#[test]
fn the_page_is_about_the_code_that_is_there() {
    let changes = page();
    let files: BTreeSet<&str> = changes.iter().map(|(file, ..)| file.as_str()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for change in &changes {
        apply(&workspace(), change);
    }
}

#[test]
#[ignore = "compiles what the crate needs once more, for two minutes: cargo test -p voicelink-infra --test it -- --ignored"]
fn an_option_is_added_as_the_page_says() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("add-an-option");
    for part in ["infra/src", "crates/models/src"] {
        // What an earlier run has left and is no longer there must not be compiled.
        let _ = fs::remove_dir_all(folder.join(part));
    }
    for part in [
        "Cargo.toml",
        "Cargo.lock",
        "infra",
        "crates/facts",
        "crates/models",
        "docs",
        "stack.toml",
        "judges/stacks",
    ] {
        copy(&workspace().join(part), &folder.join(part));
    }
    let manifest = folder.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let members = r#"members = ["infra", "crates/facts", "crates/models"]"#;
    let text = text.replace(
        r#"members = ["crates/*", "infra", "local", "tests/fixtures/project", "xtask"]"#,
        members,
    );
    fs::write(&manifest, text).unwrap();
    for change in &page() {
        let (file, text) = apply(&folder, change);
        fs::write(file, text).unwrap();
    }
    // A folder of its own: to cargo, a crate at the same place in two workspaces is the same crate.
    let output = Command::new(env!("CARGO"))
        .current_dir(&folder)
        .args([
            "test",
            "--offline",
            "--lib",
            "--package",
            "voicelink-infra",
            "--",
        ])
        .args(["the_function_has_the_time_that_it_is_given", "stack_file"])
        .env_remove("CARGO_BUILD_BUILD_DIR")
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{problems}");
    assert!(
        said.contains("the_function_has_the_time_that_it_is_given ... ok"),
        "{said}"
    );
}
