//! The pipelines: every command line in them is run, against a stage of this machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::{Path as Part, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, patch};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::command::{Said, xtask};
use crate::real::Real;

#[derive(Deserialize)]
struct Workflow {
    jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize)]
struct Job {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    run: Option<String>,
}

/// Nothing but the workflows' own lines is run, by the toolchain that the code asks for.
#[test]
fn the_pipelines_have_the_toolchain_of_the_code_and_no_shell_beside() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .unwrap();
    let toolchain = format!("RUSTUP_TOOLCHAIN: {version}\n");
    let mut folders = vec![root.join(".github")];
    let mut workflows = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            if text.contains("runs-on:") {
                assert!(text.contains(&toolchain), "{}", path.display());
                workflows += 1;
            }
            for line in text.lines() {
                let line = line.trim_start().trim_start_matches("- ");
                let command = line.strip_prefix("run: ");
                let own = command.is_none_or(|command| command.starts_with("cargo xtask "));
                assert!(own, "{}: {line}", path.display());
            }
        }
    }
    assert_eq!(workflows, 3);
}

/// Every `run:` of every workflow, as `FILE: COMMAND`.
fn commands() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut commands = Vec::new();
    for entry in fs::read_dir(root.join(".github/workflows")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let workflow: Workflow = serde_yaml::from_str(&text).unwrap();
        let steps = workflow.jobs.into_values().flat_map(|job| job.steps);
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        commands.extend(steps.filter_map(|step| Some((file.clone(), step.run?))));
    }
    commands.sort();
    commands.dedup();
    commands
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_workflows_works() {
    let commands = commands();
    assert!(commands.len() >= 4, "{commands:?}");
    let real = Real::start();
    let github = GitHub::start().await;
    let event = real.file("event.json");
    fs::write(
        &event,
        json!({ "pull_request": { "number": 7 }, "release": { "id": 3 } }).to_string(),
    )
    .unwrap();
    let bundle = real.file("bootstrap.zip");
    for (file, command) in &commands {
        let arguments = command.strip_prefix("cargo xtask ");
        let arguments = arguments.unwrap_or_else(|| panic!("{file}: {command}"));
        let mut arguments: Vec<&str> = arguments.split_whitespace().collect();
        // The stage `prod` has the stack file's defaults, as `dev` has.
        let said = match arguments[0] {
            // This test is part of it.
            "ci" => {
                assert_eq!(arguments, ["ci"], "{file}");
                let output = xtask(real.stage.home()).args(["ci", "--list"]).output();
                Said::from(output.unwrap())
            }
            "check" => real.run(&arguments, &[]),
            // The step `reproducible` builds.
            "bundle" => {
                arguments.extend(["--zip", bundle.to_str().unwrap()]);
                real.run(&arguments, &github.variables(&real, &event, TOKEN))
            }
            _ => {
                arguments.extend(["--bundle", bundle.to_str().unwrap()]);
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
    let code = real.code_sha256().await;
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
