//! Somebody else writes between a deployment's reading and its writing.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::console::Console;
use crate::plan::{to_do, with};
use crate::stage::Stage;

/// What the service answers to whoever is late.
const LATE: &str = "HTTP/1.1 412 Precondition Failed\r\ncontent-type: application/json\r\n\
                    content-length: 45\r\n\r\n{\"message\":\"ETag does not match the current\"}";

/// Has deployments reach the Skill Management API through this test. What begins with `request` is
/// answered with 412, once, after `meanwhile`.
fn intercept(stage: &Stage, request: &'static str, meanwhile: impl Fn() + Send + Sync + 'static) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let file = stage.home().join("local-stage.json");
    let mut urls: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let address = urls["smapi"].as_str().unwrap();
    let target = address.trim_start_matches("http://").trim_end_matches('/');
    let target = target.to_owned();
    // The stage answers to its own names alone.
    let (own, others) = (listener.local_addr().unwrap().to_string(), target.clone());
    urls["smapi"] = format!("http://{}/", listener.local_addr().unwrap()).into();
    std::fs::write(&file, urls.to_string()).unwrap();
    let once = Arc::new(AtomicBool::new(true));
    let meanwhile = Arc::new(meanwhile);
    std::thread::spawn(move || {
        for near in listener.incoming() {
            let mut near = near.unwrap();
            let mut far = TcpStream::connect(&target).unwrap();
            let (mut answers, mut back) = (far.try_clone().unwrap(), near.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
            let (once, meanwhile) = (once.clone(), meanwhile.clone());
            let (own, others) = (own.clone(), others.clone());
            std::thread::spawn(move || {
                let mut bytes = vec![0; 64 * 1024];
                while let Ok(read @ 1..) = near.read(&mut bytes) {
                    let text = String::from_utf8_lossy(&bytes[..read]);
                    let head = text.lines().next().unwrap_or_default();
                    let (method, path) = request.split_once(' ').unwrap();
                    if head.starts_with(method)
                        && head.contains(path)
                        && once.swap(false, Ordering::Relaxed)
                    {
                        meanwhile();
                        near.write_all(LATE.as_bytes()).unwrap();
                    } else if far
                        .write_all(&renamed(&bytes[..read], &own, &others))
                        .is_err()
                    {
                        break;
                    }
                }
            });
        }
    });
}

/// What was read, with the other's name in the `Host` header.
fn renamed(bytes: &[u8], own: &str, others: &str) -> Vec<u8> {
    let own = format!("host: {own}");
    let at = bytes
        .windows(own.len())
        .position(|part| part == own.as_bytes());
    match at {
        Some(at) => [
            &bytes[..at],
            format!("host: {others}").as_bytes(),
            &bytes[at + own.len()..],
        ]
        .concat(),
        None => bytes.to_vec(),
    }
}

/// A stage that is deployed, and a stack file and a package that ask for more.
fn deployed_and_changed() -> Stage {
    let stage = Stage::start();
    let (said, _) = with(&stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let path = stage.home().join("skill-package/skill.json");
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    manifest["manifest"]["publishingInformation"]["locales"]["en-US"]["summary"] =
        "Says who is speaking.".into();
    std::fs::write(&path, manifest.to_string()).unwrap();
    stage
}

const SCOPES: &str = "[linking]\nscopes = [\"openid\", \"email\"]\n";

#[test]
fn what_is_still_as_agreed_is_planned_again_and_done() {
    for request in [
        "POST /imports",
        "PUT /stages/development/accountLinkingClient",
    ] {
        let stage = deployed_and_changed();
        intercept(&stage, request, || ());
        let (said, _) = with(&stage, SCOPES, &["deploy", "--json"]);
        assert!(said.success, "{request}: {}", said.stderr);
        assert!(said.stderr.contains("changed meanwhile"), "{}", said.stderr);
        let (said, code) = with(&stage, SCOPES, &["plan", "--json"]);
        assert_eq!(code, Some(0), "{request}: {}", said.stdout);
        assert!(stage.end("-TERM"));
    }
}

#[test]
fn what_somebody_else_wrote_meanwhile_is_not_overwritten() {
    let stage = deployed_and_changed();
    let console = Console::of(&stage);
    let skill = console.skills().remove(0);
    let path = format!("v1/skills/{skill}/stages/development/accountLinkingClient");
    let mut theirs = console.smapi(reqwest::Method::GET, &path, None);
    theirs["accountLinkingResponse"]["skipOnEnablement"] = json!(false);
    theirs["accountLinkingResponse"]["clientSecret"] = json!("theirs");
    let request = json!({"accountLinkingRequest": theirs["accountLinkingResponse"]});

    let (urls, there) = (stage.urls.clone(), path.clone());
    intercept(
        &stage,
        "PUT /stages/development/accountLinkingClient",
        move || {
            Console::at(&urls).smapi(reqwest::Method::PUT, &there, Some(&request));
        },
    );
    let (said, _) = with(&stage, SCOPES, &["deploy", "--json"]);
    assert!(!said.success);
    assert_eq!(said.json()["error"]["code"], "PLAN", "{}", said.stderr);
    let found = Console::of(&stage).smapi(reqwest::Method::GET, &path, None);
    assert_eq!(found["accountLinkingResponse"]["skipOnEnablement"], false);

    // It is told, and the next deployment, which was asked for with that in view, puts it back.
    let (said, _) = with(&stage, SCOPES, &["plan", "--json"]);
    assert!(to_do(&said.json()).contains(&"account linking"));
    assert!(said.stdout.contains("skipOnEnablement"), "{}", said.stdout);
    let (said, _) = with(&stage, SCOPES, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let (said, _) = with(&stage, SCOPES, &["status"]);
    assert!(said.success, "{}", said.stderr);
    assert!(stage.end("-TERM"));
}
