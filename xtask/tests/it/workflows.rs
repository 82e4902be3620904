//! The pipelines: every command line in them is run, against a stage of this machine.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::extract::{Path as Part, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, patch};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{Said, root, xtask};
use crate::real::Real;

#[derive(Deserialize)]
struct Workflow {
    jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize)]
struct Job {
    needs: Option<String>,
    uses: Option<String>,
    permissions: Option<BTreeMap<String, String>>,
    #[serde(default)]
    steps: Vec<Step>,
}

/// An action of this repository.
#[derive(Deserialize)]
struct Action {
    runs: Runs,
}

#[derive(Deserialize)]
struct Runs {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    run: Option<String>,
    uses: Option<String>,
    #[serde(default)]
    with: BTreeMap<String, Value>,
}

/// Every file below a folder of `.github`, with its text.
fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join(".github").join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    assert!(!files.is_empty());
    files.sort();
    files
}

fn workflows() -> Vec<(String, Workflow)> {
    let read = |(path, text): (PathBuf, String)| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, serde_yaml::from_str(&text).unwrap())
    };
    files("workflows").into_iter().map(read).collect()
}

/// Nothing but the commands is run: by the toolchain that the code asks for, or as they were built.
#[test]
fn the_pipelines_have_the_toolchain_of_the_code_and_no_shell_beside() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .unwrap();
    let toolchain = format!("RUSTUP_TOOLCHAIN: {version}\n");
    let mut commands = 0;
    for (path, text) in files("workflows") {
        for line in text.lines() {
            let line = line.trim_start().trim_start_matches("- ");
            let Some(command) = line.strip_prefix("run: ") else {
                continue;
            };
            commands += 1;
            let place = path.display();
            if command.starts_with("cargo xtask ") {
                assert!(text.contains(&toolchain), "{place}");
            } else {
                assert!(command.starts_with("built/xtask "), "{place}: {line}");
            }
        }
    }
    assert!(commands >= 8, "{commands}");
}

/// What a job has that did not build: everything by its SHA-256, from one that has no secret.
#[test]
fn jobs_take_what_they_run_from_one_without_secrets() {
    let mut taken = 0;
    for (file, workflow) in workflows() {
        for (name, job) in &workflow.jobs {
            let place = format!("{file}: {name}");
            let runs = |step: &Step| {
                let command = step.run.as_deref();
                command.is_some_and(|command| command.starts_with("built/"))
            };
            let Some(first) = job.steps.iter().position(runs) else {
                continue;
            };
            taken += 1;
            let take = job.steps[..first]
                .iter()
                .find(|step| step.uses.as_deref() == Some("./.github/actions/take"));
            let take = take.unwrap_or_else(|| panic!("{place} takes nothing"));
            for what in ["xtask", "bundle"] {
                let digest = format!("${{{{ needs.build.outputs.{what} }}}}");
                assert_eq!(take.with[what], digest, "{place}");
            }
            assert_eq!(job.needs.as_deref(), Some("build"), "{place}");
            let build = &workflow.jobs["build"];
            let uses = build.uses.as_deref();
            assert_eq!(uses, Some("./.github/workflows/build.yml"), "{place}");
            let permissions = build.permissions.as_ref().unwrap();
            let read = BTreeMap::from([("contents".to_owned(), "read".to_owned())]);
            assert_eq!(*permissions, read, "{place}");
        }
    }
    assert_eq!(taken, 4);
}

/// The only script of an action, run as GitHub runs it.
fn script(action: &str, folder: &Path, variables: &[(&str, &str)]) -> Said {
    let path = root().join(".github/actions").join(action);
    let text = fs::read_to_string(path.join("action.yml")).unwrap();
    let action: Action = serde_yaml::from_str(&text).unwrap();
    let scripts: Vec<_> = (action.runs.steps.iter())
        .filter_map(|step| step.run.as_deref())
        .collect();
    let [script] = scripts[..] else {
        panic!("{} scripts", scripts.len());
    };
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
        .envs(variables.iter().copied())
        .current_dir(folder)
        .output();
    output.unwrap().into()
}

#[test]
fn what_was_handed_over_is_taken_and_nothing_else() {
    let built = TempDir::new().unwrap();
    let target = built.path().join("target");
    fs::create_dir_all(target.join("debug")).unwrap();
    fs::create_dir_all(target.join("bundle")).unwrap();
    fs::write(target.join("debug/xtask"), "a program").unwrap();
    fs::write(target.join("bundle/bootstrap-arm64.zip"), "a zip").unwrap();
    let outputs = built.path().join("outputs");
    let said = script(
        "hand-over",
        built.path(),
        &[("GITHUB_OUTPUT", outputs.to_str().unwrap())],
    );
    assert!(said.success, "{}", said.stderr);
    let outputs = fs::read_to_string(outputs).unwrap();
    let output = |name: &str| {
        let mut lines = outputs.lines();
        lines.find_map(|line| line.strip_prefix(name)).unwrap()
    };
    let (xtask, bundle) = (output("xtask="), output("bundle="));
    // As `sha256sum` says it.
    assert_eq!(
        xtask,
        "d69ea8cda2433733c1ce02de65da8f48e6a3dbba6bb18876a2062908e54ef7cb"
    );
    let take = |xtask: &str, bundle: &str| {
        script(
            "take",
            built.path(),
            &[("XTASK", xtask), ("BUNDLE", bundle)],
        )
    };
    let said = take(xtask, bundle);
    assert!(said.success, "{}", said.stderr);
    let program = built.path().join("built/xtask");
    assert_ne!(
        fs::metadata(&program).unwrap().permissions().mode() & 0o111,
        0
    );
    for (one, other) in [
        ("", bundle),
        (xtask, ""),
        ("", ""),
        (bundle, bundle),
        (xtask, xtask),
    ] {
        assert!(!take(one, other).success, "{one:?} {other:?}");
    }
    for file in ["xtask", "bootstrap.zip"] {
        let file = built.path().join("built").join(file);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, "another").unwrap();
        assert!(!take(xtask, bundle).success, "{}", file.display());
        fs::write(&file, text).unwrap();
    }
    assert!(take(xtask, bundle).success);
}

/// The job that built it can have had another folder.
#[test]
fn the_commands_work_on_the_repository_that_they_are_called_in() {
    let copy = crate::init::repository();
    let check = || {
        let mut command = xtask(copy.path());
        let command = command.args(["check", "--json"]);
        Said::from(command.current_dir(copy.path()).output().unwrap())
    };
    fs::write(copy.path().join("Cargo.toml"), "[workspace]\n").unwrap();
    fs::write(copy.path().join("infra/templates/skill.yaml"), "stale").unwrap();
    let said = check();
    let findings = said.json()["findings"].clone();
    let mut findings = findings.as_array().unwrap().iter();
    let stale = findings
        .any(|found| found["code"] == "RENDERED" && found.to_string().contains("skill.yaml"));
    assert!(stale, "{}", said.stdout);
}

/// An action, as `judges/workflows/actions.toml` has read it.
#[derive(Deserialize)]
struct Pinned {
    uses: String,
    version: String,
    date: String,
    commit: String,
    using: String,
}

/// Runners take away old versions of Node.js, and the actions that need one with them.
#[test]
fn every_action_runs_on_a_version_of_node_that_runners_have() {
    let table = fs::read_to_string(root().join("judges/workflows/actions.toml")).unwrap();
    let table: BTreeMap<String, Vec<Pinned>> = toml::from_str(&table).unwrap();
    let mut unused: Vec<_> = (table["action"].iter())
        .map(|action| {
            let Pinned { uses, version, .. } = action;
            let (commit, date) = (&action.commit, &action.date);
            assert_eq!(commit.len(), 40, "{uses}");
            assert_eq!(action.using, "node24", "{uses}");
            (format!("{uses}@{commit} # {version}, {date}"), false)
        })
        .collect();
    for (path, text) in files("") {
        for line in text.lines() {
            let line = line.trim_start().trim_start_matches("- ");
            let Some(uses) = line.strip_prefix("uses: ") else {
                continue;
            };
            if uses.starts_with("./") {
                continue;
            }
            let action = unused.iter_mut().find(|(action, _)| action == uses);
            let place = path.display();
            let Some((_, used)) = action else {
                panic!("{place}: judges/workflows/actions.toml has no `{uses}`");
            };
            *used = true;
        }
    }
    unused.retain(|(_, used)| !used);
    assert!(unused.is_empty(), "{unused:?}");
}

/// Every `run:` of every workflow, as `FILE: COMMAND`.
fn commands() -> Vec<(String, String)> {
    let mut commands = Vec::new();
    for (file, workflow) in workflows() {
        let steps = workflow.jobs.into_values().flat_map(|job| job.steps);
        commands.extend(steps.filter_map(|step| Some((file.clone(), step.run?))));
    }
    commands.sort();
    commands.dedup();
    commands
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_workflows_works() {
    let commands = commands();
    assert!(commands.len() >= 8, "{commands:?}");
    let real = Real::start();
    let github = GitHub::start().await;
    let event = real.file("event.json");
    fs::write(
        &event,
        json!({ "pull_request": { "number": 7 }, "release": { "id": 3 } }).to_string(),
    )
    .unwrap();
    let bundle = real.file("bootstrap.zip");
    let bundle = bundle.to_str().unwrap();
    for (file, command) in &commands {
        let arguments = (command.strip_prefix("cargo xtask "))
            .or_else(|| command.strip_prefix("built/xtask "))
            .unwrap_or_else(|| panic!("{file}: {command}"));
        let arguments = arguments.replace("built/bootstrap.zip", bundle);
        let mut arguments: Vec<&str> = arguments.split_whitespace().collect();
        let said = match arguments[0] {
            // This test is part of it.
            "ci" => {
                let mut command = xtask(real.stage.home());
                let output = command.args(&arguments).arg("--list").output();
                Said::from(output.unwrap())
            }
            "check" => real.run(&arguments, &[]),
            // The step `reproducible` builds.
            "bundle" => {
                if command.starts_with("cargo") {
                    arguments.extend(["--zip", bundle]);
                }
                real.run(&arguments, &github.variables(&real, &event, TOKEN))
            }
            _ => {
                assert!(arguments.contains(&bundle), "{file}: {command} builds");
                let variables = github.variables(&real, &event, TOKEN);
                real.run(&arguments, &variables)
            }
        };
        assert!(said.success, "{file}: {command}: {}", said.stderr);
        assert!(!said.stderr.contains(TOKEN) && !said.stdout.contains(TOKEN));
    }
    let comments = github.comments.lock().unwrap().clone();
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert!(
        comments[0]["body"]
            .as_str()
            .unwrap()
            .contains("stage `dev`")
    );
    assert!(github.notes().contains("SHA-256"), "{}", github.notes());
}

/// The digest is that of the zip that AWS runs; running the workflow again changes nothing, and another
/// zip is not passed off as the released one.
#[tokio::test(flavor = "multi_thread")]
async fn the_digest_of_the_zip_is_in_the_notes_of_the_release_once() {
    let real = Real::start();
    let github = GitHub::start().await;
    let event = real.file("event.json");
    fs::write(&event, json!({ "release": { "id": 3 } }).to_string()).unwrap();
    let bundle = |zip: &Path, token: &str, event: &Path| {
        let arguments = [
            "bundle",
            "--release-notes",
            "--json",
            "--zip",
            zip.to_str().unwrap(),
        ];
        real.run(&arguments, &github.variables(&real, event, token))
    };
    let zip = real.file("bootstrap.zip");
    let said = bundle(&zip, TOKEN, &event);
    assert!(said.success, "{}", said.stderr);
    let digest = said.json()["sha256"].as_str().unwrap().to_owned();
    let notes = github.notes();
    assert!(
        notes.starts_with("Faster.\n\n") && notes.contains(&digest),
        "{notes}"
    );
    let deployed = real.deploy(&[], &real.developer());
    assert!(deployed.success, "{}", deployed.stderr);
    let function = real.function().await;
    let code = function["CodeSha256"].as_str().unwrap();
    assert!(notes.contains(&format!("`{code}`")), "{code} {notes}");

    let said = bundle(&zip, TOKEN, &event);
    assert!(said.success, "{}", said.stderr);
    assert!(said.stderr.contains("already"), "{}", said.stderr);
    assert_eq!(github.notes(), notes);

    let other = real.file("other.zip");
    fs::write(&other, b"another").unwrap();
    let refused = bundle(&other, TOKEN, &event);
    assert!(!refused.success);
    assert_eq!(refused.json()["error"]["code"], "DIGEST");
    assert!(refused.stderr.contains(&digest), "{}", refused.stderr);
    let refused = bundle(&zip, "another", &event);
    assert!(
        refused.stderr.contains("permissions: contents: write"),
        "{}",
        refused.stderr
    );
    assert_eq!(github.notes(), notes);
    let pushed = real.file("push.json");
    fs::write(&pushed, "{}").unwrap();
    let refused = bundle(&zip, TOKEN, &pushed);
    assert!(refused.stderr.contains("no release"), "{}", refused.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_one_comment_that_is_updated() {
    let real = Real::start();
    let github = GitHub::start().await;
    // Others have said a lot already.
    for number in 0..150 {
        let said = json!({ "id": number, "body": format!("comment {number}") });
        github.comments.lock().unwrap().push(said);
    }
    let event = real.file("event.json");
    fs::write(
        &event,
        json!({ "pull_request": { "number": 7 } }).to_string(),
    )
    .unwrap();
    let bundle = real.file("bootstrap.zip");
    let comment = |token: &str, event: &Path| {
        let variables = github.variables(&real, event, token);
        let bundle = bundle.to_str().unwrap();
        real.run(
            &["plan", "dev", "--comment", "--bundle", bundle],
            &variables,
        )
    };
    let own = || {
        let comments = github.comments.lock().unwrap().clone();
        assert_eq!(comments.len(), 151);
        comments[150]["body"].as_str().unwrap().to_owned()
    };
    // There is everything to do, and that is no failure of the workflow.
    let said = comment(TOKEN, &event);
    assert!(said.success, "{}", said.stderr);
    assert!(own().contains("**skill package**"), "{}", own());
    let deployed = real.deploy(&[], &real.developer());
    assert!(deployed.success, "{}", deployed.stderr);
    let said = comment(TOKEN, &event);
    assert!(said.success, "{}", said.stderr);
    assert!(own().contains("Nothing to do"), "{}", own());

    let refused = comment("another", &event);
    assert!(!refused.success);
    let last = refused.last_words();
    assert!(
        last.starts_with("error[GITHUB]") && last.contains("Bad credentials"),
        "{last}"
    );
    let pushed = real.file("push.json");
    fs::write(&pushed, "{}").unwrap();
    let refused = comment(TOKEN, &pushed);
    assert!(
        refused.last_words().contains("no pull request"),
        "{}",
        refused.stderr
    );
}

const TOKEN: &str = "ghs_made-up";

/// The comments of pull request 7 of ada/taxi, and the notes of release 3, as GitHub keeps them.
struct GitHub {
    url: String,
    comments: Comments,
    notes: Notes,
}

type Notes = Arc<Mutex<String>>;

type Comments = Arc<Mutex<Vec<Value>>>;

impl GitHub {
    async fn start() -> Self {
        let comments = Comments::default();
        let notes = Arc::new(Mutex::new("Faster.\n".to_owned()));
        let releases = Router::new()
            .route("/repos/ada/taxi/releases/3", get(release).patch(write))
            .with_state(Arc::clone(&notes));
        let router = Router::new()
            .route("/repos/ada/taxi/issues/7/comments", get(list).post(add))
            .route("/repos/ada/taxi/issues/comments/{id}", patch(update))
            .with_state(Arc::clone(&comments))
            .merge(releases)
            .layer(axum::middleware::from_fn(authorized));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            comments,
            notes,
        }
    }

    fn notes(&self) -> String {
        self.notes.lock().unwrap().clone()
    }

    /// What a job has that a pull request has started, with a developer's credentials.
    fn variables<'a>(
        &'a self,
        real: &'a Real,
        event: &'a Path,
        token: &'a str,
    ) -> Vec<(&'a str, &'a str)> {
        let mut variables = real.developer().to_vec();
        variables.extend([
            ("GITHUB_API_URL", self.url.as_str()),
            ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
            ("GITHUB_REPOSITORY", "ada/taxi"),
            ("GITHUB_TOKEN", token),
        ]);
        variables
    }
}

async fn authorized(
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Result<axum::response::Response, (StatusCode, Json<Value>)> {
    let expected = format!("Bearer {TOKEN}");
    if request.headers()["authorization"] == expected.as_str() {
        return Ok(next.run(request).await);
    }
    let problem = json!({ "message": "Bad credentials" });
    Err((StatusCode::UNAUTHORIZED, Json(problem)))
}

#[derive(Deserialize)]
struct Page {
    per_page: usize,
    page: usize,
}

async fn list(State(comments): State<Comments>, Query(page): Query<Page>) -> Json<Vec<Value>> {
    let comments = comments.lock().unwrap();
    let from = (page.page - 1) * page.per_page;
    Json(
        comments
            .iter()
            .skip(from)
            .take(page.per_page)
            .cloned()
            .collect(),
    )
}

async fn release(State(notes): State<Notes>) -> Json<Value> {
    Json(json!({ "id": 3, "tag_name": "v1.2.3", "body": *notes.lock().unwrap() }))
}

async fn write(State(notes): State<Notes>, Json(release): Json<Value>) -> Json<Value> {
    release["body"]
        .as_str()
        .unwrap()
        .clone_into(&mut notes.lock().unwrap());
    Json(release)
}

async fn add(
    State(comments): State<Comments>,
    Json(comment): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let mut comments = comments.lock().unwrap();
    let comment = json!({ "id": comments.len(), "body": comment["body"] });
    comments.push(comment.clone());
    (StatusCode::CREATED, Json(comment))
}

async fn update(
    State(comments): State<Comments>,
    Part(id): Part<usize>,
    Json(comment): Json<Value>,
) -> Json<Value> {
    let mut comments = comments.lock().unwrap();
    comments[id]["body"] = comment["body"].clone();
    Json(comments[id].clone())
}
