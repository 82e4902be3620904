//! Rules for the pipelines that can be seen without a tool; actionlint and zizmor know more.

use std::path::Path;

use fancy_regex::Regex;
use serde::de::IgnoredAny;

use super::finding::{Finding, Place, Severity};
use crate::failure::Failure;

/// What is wrong with the workflows of a repository.
pub(super) fn check(root: &Path) -> Result<Vec<Finding>, Failure> {
    let folder = root.join(".github/workflows");
    let failed = |error: std::io::Error| {
        Failure::new("IO", format!("cannot read {}: {error}", folder.display()))
    };
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        // A fork may have its pipelines elsewhere.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let kind = path.extension().and_then(|extension| extension.to_str());
        if matches!(kind, Some("yml" | "yaml")) {
            files.push(path);
        }
    }
    files.sort();
    let mut findings = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(failed)?;
        findings.extend(workflow(&file, &text));
    }
    Ok(findings)
}

fn workflow(file: &Path, text: &str) -> Vec<Finding> {
    let finding = |line: usize, message: String, fix: &str| {
        Finding::new("WORKFLOW", Severity::Error, message)
            .at(Place::new(file, line, 1))
            .fix(fix.to_owned())
    };
    if let Err(error) = serde_yaml::from_str::<IgnoredAny>(text) {
        let line = error.location().map_or(1, |place| place.line());
        let line = usize::try_from(line).unwrap_or(1);
        let message = format!("not YAML: {error}");
        return vec![finding(line, message, "mend the file there")];
    }
    let mut findings = Vec::new();
    let numbered = || {
        text.lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    };
    if !text.lines().any(|line| line.starts_with("permissions:")) {
        findings.push(finding(
            1,
            "the workflow has no top-level permissions, so that its token may do what the \
             repository's default is"
                .to_owned(),
            "write `permissions: {}` and give each job what it needs",
        ));
    }
    for (line, used) in numbered().filter_map(|(line, text)| Some((line, uses(text)?))) {
        if !is_pinned(used) {
            findings.push(finding(
                line,
                format!("{used} can become other code at any time"),
                "name the action's commit, 40 hexadecimal digits, with its version as a comment",
            ));
        }
    }
    for line in untrusted(text) {
        findings.push(finding(
            line,
            "text that others write is put into a shell command".to_owned(),
            "give it to the step as an environment variable, and quote that",
        ));
    }
    findings
}

fn uses(line: &str) -> Option<&str> {
    let rest = line.trim_start().trim_start_matches("- ");
    let used = rest.strip_prefix("uses:")?.split(" #").next()?;
    Some(used.trim().trim_matches(['"', '\'']))
}

/// An action of the same repository comes with the commit that is checked out.
fn is_pinned(used: &str) -> bool {
    let commit =
        |version: &str| version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    used.starts_with("./")
        || used
            .split_once('@')
            .is_some_and(|(_, version)| commit(version) || version.starts_with("sha256:"))
}

/// Lines of `run:` steps with an expression of what an issue, a pull request or a branch is called.
/// <https://docs.github.com/en/actions/reference/security/secure-use>
fn untrusted(text: &str) -> Vec<usize> {
    let Ok(expression) = Regex::new(r"\$\{\{[^}]*(github\.event\.|github\.head_ref|inputs\.)")
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    // How far the `run:` is indented whose block is being read.
    let mut running: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        let item = line.trim_start().trim_start_matches("- ");
        // A key of a list's item stands where its siblings do, behind the dash.
        let indent = line.len() - item.len();
        if running.is_some_and(|run| !line.trim().is_empty() && indent <= run) {
            running = None;
        }
        if item.starts_with("run:") {
            running = Some(indent);
        }
        if running.is_some() && expression.is_match(line).unwrap_or(true) {
            found.push(index + 1);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
on: push
permissions: {}
jobs:
  one:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - uses: ./local
      - run: echo \"$TITLE\"
        env:
          TITLE: ${{ github.event.issue.title }}
";

    fn messages(text: &str) -> Vec<String> {
        let findings = workflow(Path::new("ci.yml"), text);
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_careful_workflow_is_accepted() {
        assert_eq!(messages(GOOD), [""; 0]);
    }

    #[test]
    fn each_rule_finds_its_own() {
        for (from, to, expected) in [
            (
                "permissions: {}\n",
                "",
                "ci.yml:1:1: error[WORKFLOW]: the workflow has no",
            ),
            (
                "@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0",
                "@v5",
                "ci.yml:7:1: error[WORKFLOW]: actions/checkout@v5 can become",
            ),
            (
                "echo \"$TITLE\"",
                "echo ${{ github.event.issue.title }}",
                "ci.yml:9:1: error[WORKFLOW]: text that others write",
            ),
            ("on: push", "on: [", "error[WORKFLOW]: not YAML"),
        ] {
            let found = messages(&GOOD.replace(from, to));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(expected), "{found:?}");
        }
    }
}
