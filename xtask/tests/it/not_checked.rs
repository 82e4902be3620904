//! Steps of `cargo xtask ci` that cannot look at something.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;

use crate::command::{Said, xtask};

/// The step `supply-chain` with a cargo-deny of this test, whose database can be fetched or not.
fn supply_chain(reachable: bool, arguments: &[&str]) -> Said {
    let home = TempDir::new().unwrap();
    let root = home.path().join("target/ci/cargo-deny");
    fs::create_dir_all(root.join("bin")).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ci/supply_chain.rs");
    let source = fs::read_to_string(source).unwrap();
    let (_, version) = source.split_once("CARGO_DENY: &str = \"").unwrap();
    let version = version.split('"').next().unwrap();
    fs::write(root.join("installed-version.txt"), version).unwrap();
    let fetch = if reachable { "exit 0" } else { "exit 1" };
    let program = root.join("bin/cargo-deny");
    let script = format!(
        "#!/bin/sh\n\
         case \"$*\" in\n\
         'fetch db') echo 'failed to fetch the database' >&2; {fetch} ;;\n\
         'check licenses bans sources' | 'check advisories') echo \"did $*\" ;;\n\
         *) exit 9 ;;\n\
         esac\n"
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = xtask(home.path());
    command
        .args(["ci", "--only", "supply-chain"])
        .args(arguments)
        .env("CARGO_TARGET_DIR", home.path().join("target"));
    command.output().unwrap().into()
}

#[test]
fn advisories_that_nothing_has_looked_at_are_not_ok() {
    let said = supply_chain(false, &[]);
    assert!(said.success, "{}", said.stderr);
    let line = "not checked: supply-chain (advisories): their database cannot be fetched: failed to \
                fetch the database";
    assert!(
        said.stdout.lines().any(|said| said == line),
        "{}",
        said.stdout
    );
    let last = said.stdout.lines().last().unwrap();
    assert!(last.ends_with(" ok, not checked: advisories"), "{last}");
    assert!(!said.stdout.contains("did check advisories"));
}

#[test]
fn a_strict_run_fails_where_it_cannot_look() {
    let said = supply_chain(false, &["--strict"]);
    assert!(!said.success);
    let words = said.last_words();
    assert!(
        words.contains("supply-chain failed") && words.contains("--strict"),
        "{words}"
    );
    let said = supply_chain(true, &["--strict"]);
    assert!(said.success, "{}", said.stderr);
    assert!(
        said.stdout.contains("did check advisories"),
        "{}",
        said.stdout
    );
    assert!(!said.stdout.contains("not checked"), "{}", said.stdout);
}
