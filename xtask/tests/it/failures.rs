//! `docs/failures.md` names what catches each failure, `docs/local-stage.md` what shows that AWS may be
//! relied on, and all of it is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::command::root;

/// Everything that the page may point at.
struct Places {
    /// The cases of the rules of the stack file that are refused.
    refused: String,
    /// Those that are mentioned.
    advised: String,
    verify: String,
    check: String,
    codes: String,
    /// Every function that is a test.
    tests: BTreeSet<String>,
}

/// The Rust sources below a folder, or a file.
fn sources(path: &Path, into: &mut Vec<String>) {
    if path.is_file() {
        if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(fs::read_to_string(path).unwrap());
        }
        return;
    }
    for entry in fs::read_dir(path).unwrap() {
        sources(&entry.unwrap().path(), into);
    }
}

fn all(paths: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in paths {
        sources(&root().join(path), &mut found);
    }
    found
}

/// The functions of a source that the test harness runs.
fn tests(source: &str) -> Vec<String> {
    let mut is_test = false;
    let mut found = Vec::new();
    for line in source.lines().map(str::trim_start) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            let line = line.strip_prefix("async ").unwrap_or(line);
            let name = line
                .strip_prefix("fn ")
                .and_then(|line| line.split_once('('))
                .filter(|_| is_test);
            found.extend(name.map(|(name, _)| name.to_owned()));
            is_test = false;
        }
    }
    found
}

impl Places {
    fn read() -> Self {
        let text = |paths: &[&str]| all(paths).concat();
        let sources = all(&["crates", "infra/src", "xtask/src", "xtask/tests"]);
        let (mut refused, mut advised) = (String::new(), String::new());
        for cases in all(&["infra/src/stack_file/rules/tests"]) {
            // A list ends where its bracket stands at the beginning of a line.
            let (before, list) = cases.split_once(" ADVICE: ").unwrap_or((&cases, ""));
            let (list, after) = list.split_once("\n];").unwrap_or((list, ""));
            advised.push_str(list);
            refused.extend([before, after]);
        }
        Self {
            refused,
            advised,
            verify: text(&[
                "crates/rollout/src/checks.rs",
                "crates/rollout/src/checks",
                "crates/rollout/src/verify.rs",
                "crates/rollout/src/verify",
            ]),
            check: text(&["crates/cli/src/check.rs", "crates/cli/src/check"]),
            codes: fs::read_to_string(root().join("docs/errors.md")).unwrap(),
            tests: sources.iter().flat_map(|source| tests(source)).collect(),
        }
    }

    /// Whether something is what a row says that it is.
    fn has(&self, kind: &str, name: &str) -> bool {
        match kind {
            "refused" => self.refused.contains(&format!("\"{name}")),
            "advised" => self.advised.contains(&format!("\"{name}")),
            "verify" => self.verify.contains(&format!("\"{name}")),
            "check" => self.check.contains(&format!("\"{name}\"")),
            "code" => self.codes.contains(&format!("| `{name}` |")),
            "test" => self.tests.contains(name),
            _ => false,
        }
    }
}

/// What one thing that catches a failure is called: texts in quotes, names in backticks.
fn names<'a>(kind: &str, list: &'a str) -> Vec<&'a str> {
    let mark = match kind {
        "refused" | "advised" => '"',
        _ => '`',
    };
    list.split(mark).skip(1).step_by(2).collect()
}

#[test]
fn whatever_catches_a_failure_is_there() {
    let page = fs::read_to_string(root().join("docs/failures.md")).unwrap();
    let places = Places::read();
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---"))
        .filter(|line| !line.ends_with("| caught |"))
        .collect();
    assert!(rows.len() > 40, "{}", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let (_, caught) = row.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        let mut named = 0;
        for part in caught.split("; ") {
            let Some((kind, list)) = part.split_once(": ") else {
                continue; // A remark about the one before.
            };
            let list = names(kind, list);
            named += list.len() + usize::from(kind == "not caught");
            let missing = list
                .iter()
                .filter(|name| kind != "not caught" && !places.has(kind, name));
            wrong.extend(missing.map(|name| format!("{kind} {name}\n  of {row}")));
        }
        if named == 0 {
            wrong.push(format!("nothing\n  of {row}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the deployer relies on has a source and tests, and the tests are there.
#[test]
fn whatever_the_deployer_relies_on_is_tested() {
    let page = fs::read_to_string(root().join("docs/local-stage.md")).unwrap();
    let (_, section) = page
        .split_once("\n## What the deployer relies on\n")
        .unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<Vec<&str>> = rows
        .skip(2)
        .map(|row| row.trim_matches('|').split(" | ").collect())
        .collect();
    assert!(rows.len() > 20, "{}", rows.len());
    let places = Places::read();
    for row in rows {
        let [behaviour, source, caught] = row[..] else {
            panic!("not three columns: {row:?}");
        };
        assert!(source.contains("](https://"), "no source: {behaviour}");
        let tests = names("test", caught);
        assert!(!tests.is_empty(), "no test: {behaviour}");
        for test in tests {
            assert!(places.has("test", test), "no test {test}: {behaviour}");
        }
    }
}

/// What is refused is not called advice, nor a helper a test.
#[test]
fn what_is_there_is_what_it_is_said_to_be() {
    let places = Places::read();
    for (kind, name, expected) in [
        ("refused", "managed login is not in the lite plan", true),
        ("advised", "managed login is not in the lite plan", false),
        ("advised", "the scope `phone` shows nothing", true),
        ("refused", "the scope `phone` shows nothing", false),
        ("refused", "51 custom attributes are too many", true),
        ("advised", "51 custom attributes are too many", false),
        ("test", "whatever_catches_a_failure_is_there", true),
        ("test", "names", false),
        ("caught", "names", false),
    ] {
        assert_eq!(places.has(kind, name), expected, "{kind}: {name}");
    }
}
