//! Rules for the pipelines that can be seen without a tool; actionlint and zizmor know more.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use fancy_regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::finding::{Finding, Place, Severity};
use crate::failure::{Code, Failure};

/// Problems with the workflows of a repository, and with the actions that are its own.
pub(super) fn check(root: &Path) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for file in yaml_files(&root.join(".github/workflows"))? {
        findings.extend(file_findings(&file, Kind::Workflow)?);
    }
    for folder in entries(&root.join(".github/actions"))? {
        for file in yaml_files(&folder)? {
            findings.extend(file_findings(&file, Kind::Action)?);
        }
    }
    Ok(findings)
}

/// A file of GitHub Actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Workflow,
    /// An action of the repository's own.
    Action,
}

/// The members that some of the rules are about.
#[derive(Deserialize)]
struct Workflow {
    permissions: Option<Value>,
    env: Option<Value>,
    #[serde(default)]
    jobs: BTreeMap<String, Value>,
}

/// What a folder has; nothing if there is none: a fork may have its pipelines elsewhere.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| unreadable(folder, &error))?.path());
    }
    paths.sort();
    Ok(paths)
}

fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let is_yaml = |path: &PathBuf| {
        let kind = path.extension().and_then(|extension| extension.to_str());
        matches!(kind, Some("yml" | "yaml"))
    };
    Ok(entries(folder)?.into_iter().filter(is_yaml).collect())
}

fn file_findings(file: &Path, kind: Kind) -> Result<Vec<Finding>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
    Ok(workflow(file, &text, kind))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Code::Io, format!("cannot read {}: {error}", path.display()))
}

fn workflow(file: &Path, text: &str, kind: Kind) -> Vec<Finding> {
    let finding = |line: usize, message: String, fix: &str| {
        Finding::new("WORKFLOW", Severity::Error, message)
            .at(Place::new(file, line, 1))
            .fix(fix.to_owned())
    };
    let read = match serde_yaml::from_str::<Workflow>(text) {
        Ok(read) => read,
        Err(error) => {
            let line = error.location().map_or(1, |place| place.line());
            let line = usize::try_from(line).unwrap_or(1);
            let message = format!("not YAML: {error}");
            return vec![finding(line, message, "mend the file there")];
        }
    };
    let mut findings = Vec::new();
    let numbered = || {
        text.lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    };
    if kind == Kind::Workflow && read.permissions.is_none() {
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
    for job in compiling_with_secrets(&read) {
        let start = format!("  {job}:");
        let line = numbered().find(|(_, text)| text.trim_end() == start);
        findings.push(finding(
            line.map_or(1, |(line, _)| line),
            format!(
                "the job {job} has secrets and runs cargo, so that build scripts of others can read them"
            ),
            "build in a job that has none, and take what it has built by its SHA-256; docs/ci.md says how",
        ));
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

/// Jobs that run cargo and have a secret, or a token that may do more than read.
fn compiling_with_secrets(workflow: &Workflow) -> Vec<&str> {
    let names_one = |value: &Value| {
        let text = value.to_string();
        ["secrets.", "secrets[", "github.token"]
            .iter()
            .any(|name| text.contains(name))
    };
    let of_all = workflow.env.as_ref().is_some_and(names_one);
    let has_secrets = |job: &Value| {
        let permissions = job.get("permissions").or(workflow.permissions.as_ref());
        let may_write = permissions.is_some_and(|given| given.to_string().contains("write"));
        of_all || may_write || names_one(job)
    };
    let runs_cargo = |job: &Value| {
        let steps = job["steps"].as_array().into_iter().flatten();
        let mut scripts = steps.filter_map(|step| step["run"].as_str());
        scripts.any(|script| script.split_whitespace().any(|word| word == "cargo"))
    };
    let jobs = workflow.jobs.iter();
    jobs.filter(|(_, job)| has_secrets(job) && runs_cargo(job))
        .map(|(name, _)| name.as_str())
        .collect()
}

/// An expression of what others write.
static OF_OTHERS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\$\{\{[^}]*(github\.event\.|github\.head_ref|inputs\.)").ok());

/// Lines of `run:` steps with an expression of what an issue, a pull request or a branch is called.
/// <https://docs.github.com/en/actions/reference/security/secure-use>
fn untrusted(text: &str) -> Vec<usize> {
    let is_of_others = |line: &str| {
        // What cannot be judged is found.
        let expression = OF_OTHERS.as_ref();
        expression.is_none_or(|expression| expression.is_match(line).unwrap_or(true))
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
        if running.is_some() && is_of_others(line) {
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
        let findings = workflow(Path::new("ci.yml"), text, Kind::Workflow);
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
            (
                "echo \"$TITLE\"\n        env:\n          TITLE: ${{ github.event.issue.title }}",
                "cargo build\n        env:\n          KEY: ${{ secrets.KEY }}",
                "ci.yml:4:1: error[WORKFLOW]: the job one has secrets",
            ),
            (
                "    steps:\n",
                "    permissions: { id-token: write }\n    steps:\n      - run: |\n          cd x\n          \
                 cargo build\n",
                "ci.yml:4:1: error[WORKFLOW]: the job one has secrets",
            ),
        ] {
            let found = messages(&GOOD.replace(from, to));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(expected), "{found:?}");
        }
    }
}
