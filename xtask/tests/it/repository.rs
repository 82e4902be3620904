//! The repository that roles trust: GitHub says what its jobs sign, or its command line, or a person.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::command::Said;
use crate::real::Real;
use crate::terminal::Terminal;

/// GitHub's API, with one repository, and who has asked.
struct GitHub {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Known {
    template: Value,
    asked: Arc<Mutex<Vec<String>>>,
}

impl GitHub {
    /// What GitHub knows of the subjects of ada/taxi, which it writes Ada/Taxi.
    async fn knowing(template: Value) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let known = Known {
            template,
            asked: Arc::clone(&asked),
        };
        let router = Router::new()
            .route(
                "/repos/{owner}/{name}/actions/oidc/customization/sub",
                get(subject),
            )
            .route("/repos/{owner}/{name}", get(details))
            .with_state(known);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { url, asked }
    }
}

type Answer = Result<Json<Value>, StatusCode>;

fn known(owner: &str, name: &str, answer: Value) -> Answer {
    if (owner, name) == ("ada", "taxi") {
        Ok(Json(answer))
    } else {
        Err(StatusCode::NOT_FOUND)
    }
}

async fn subject(
    State(state): State<Known>,
    Path((owner, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let token = headers.get("authorization");
    let token = token.map_or("anybody", |token| token.to_str().unwrap());
    state.asked.lock().unwrap().push(token.to_owned());
    known(&owner, &name, state.template)
}

async fn details(Path((owner, name)): Path<(String, String)>) -> Answer {
    let details = json!({ "id": 345, "name": "Taxi", "owner": { "login": "Ada", "id": 12 } });
    known(&owner, &name, details)
}

/// A `gh` that answers like this, and writes down what it was asked.
fn gh(real: &Real, script: &str) -> String {
    let programs = real.file("programs");
    fs::create_dir_all(&programs).unwrap();
    let log = real.file("gh.log");
    let script = format!(
        "#!/bin/sh\necho \"$* $GH_TOKEN\" >>'{}'\n{script}\n",
        log.display()
    );
    let program = programs.join("gh");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:/usr/bin:/bin", programs.display())
}

fn bootstrap(real: &Real, repository: &str, url: &str, path: &str) -> Said {
    let arguments = [
        "bootstrap",
        "dev",
        "--yes",
        "--json",
        "--repository",
        repository,
    ];
    let variables = [
        ("GITHUB_API_URL", url),
        ("GITHUB_TOKEN", ""),
        ("GH_TOKEN", "gho_own"),
        ("PATH", path),
    ];
    real.run(&arguments, &variables)
}

/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

#[tokio::test(flavor = "multi_thread")]
async fn github_says_what_jobs_sign() {
    let real = Real::start();
    let path = gh(&real, "exit 1");
    let immutable = json!({
        "use_default": true,
        "use_immutable_subject": true,
        "sub_claim_prefix": "repo:Ada@12/Taxi@345",
    });
    let github = GitHub::knowing(immutable).await;
    let said = bootstrap(&real, "ada/taxi", &github.url, &path);
    assert!(said.success, "{}", said.stderr);
    assert_eq!(said.json()["repository"], "Ada@12/Taxi@345");
    assert!(!said.stderr.contains("not checked"), "{}", said.stderr);
    assert_eq!(*github.asked.lock().unwrap(), ["anybody"]);

    // It was said once: GitHub is not asked again.
    let arguments = ["bootstrap", "dev", "--yes", "--json"];
    let again = real.run(&arguments, &[("GITHUB_API_URL", github.url.as_str())]);
    assert_eq!(again.json()["changes"], false, "{}", again.stderr);
    assert_eq!(github.asked.lock().unwrap().len(), 1);
    // Neither of what is said with ids.
    let said = bootstrap(&real, "Ada@12/Taxi@345", &github.url, &path);
    assert_eq!(said.json()["changes"], false, "{}", said.stderr);
    assert_eq!(github.asked.lock().unwrap().len(), 1);

    // An API that does not tell the prefix yet tells the ids.
    let github =
        GitHub::knowing(json!({ "use_default": true, "use_immutable_subject": true })).await;
    let said = bootstrap(&real, "ada/taxi", &github.url, &path);
    assert_eq!(
        said.json()["repository"],
        "Ada@12/Taxi@345",
        "{}",
        said.stderr
    );
    let github = GitHub::knowing(json!({ "use_default": true })).await;
    let said = bootstrap(&real, "ada/taxi", &github.url, &path);
    assert_eq!(said.json()["repository"], "Ada/Taxi", "{}", said.stderr);
    assert!(!real.file("gh.log").exists());

    let own = json!({ "use_default": false, "include_claim_keys": ["job_workflow_ref"] });
    let github = GitHub::knowing(own).await;
    let refused = bootstrap(&real, "ada/taxi", &github.url, &path);
    assert_eq!(refused.json()["error"]["code"], "GITHUB");
    assert!(
        refused.stderr.contains("job_workflow_ref"),
        "{}",
        refused.stderr
    );
    assert!(real.stage.end("-TERM"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_anybody_may_not_see_the_command_line_tells() {
    let real = Real::start();
    let github = GitHub::knowing(Value::Null).await;
    let answer = r#"echo '{"use_default":true,"sub_claim_prefix":"repo:Ada@1/Secret@2"}'"#;
    let path = gh(&real, answer);
    for url in [github.url.as_str(), NOWHERE] {
        let said = bootstrap(&real, "ada/secret", url, &path);
        assert!(said.success, "{}", said.stderr);
        assert_eq!(said.json()["repository"], "Ada@1/Secret@2");
    }
    let log = fs::read_to_string(real.file("gh.log")).unwrap();
    let asked = "api repos/ada/secret/actions/oidc/customization/sub gho_own\n";
    assert_eq!(log, asked.repeat(2));
    assert!(real.stage.end("-TERM"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_says_what_nobody_could_be_asked() {
    let real = Real::start();
    let path = gh(&real, "echo 'gh: Not Found (HTTP 404)' >&2; exit 1");
    let said = bootstrap(&real, "ada/taxi", NOWHERE, &path);
    assert!(said.success, "{}", said.stderr);
    assert_eq!(said.json()["repository"], "ada/taxi");
    for words in [
        "not checked: what the jobs of ada/taxi sign",
        "gh: Not Found (HTTP 404)",
        "since July 2026",
    ] {
        assert!(said.stderr.contains(words), "{words}: {}", said.stderr);
    }
    let arguments = ["bootstrap", "dev", "--repository", "ada/taxi"];
    let command = real.command(&arguments, &[("GITHUB_API_URL", NOWHERE), ("PATH", &path)]);
    let mut terminal = Terminal::run(command);
    terminal.asked("2026 [ada/taxi]: ");
    terminal.type_in("ada@1/taxi");
    let shown = terminal.asked("2026 [ada/taxi]: ");
    assert!(shown.contains("is no repository on GitHub"), "{shown}");
    terminal.type_in("ada@1/taxi@2");
    terminal.asked("go on? [y/N] ");
    terminal.type_in("y");
    let said = terminal.ended();
    assert!(
        said.stdout.contains("ada@1/taxi@2 can deploy"),
        "{}",
        said.stdout
    );
    assert!(real.stage.end("-TERM"));
}
