//! Commands that succeed, fail and tell of every request, with secrets that are known: none of
//! these is in anything that is said, written or stored.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::command::Said;
use crate::real::Real;

/// Everything that was said, with the command that said it.
#[derive(Default)]
struct Heard(Vec<(String, String)>);

impl Heard {
    fn run(&mut self, real: &Real, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut all = arguments.to_vec();
        all.push("--verbose");
        let mut variables = variables.to_vec();
        variables.push(("RUST_BACKTRACE", "1"));
        let said = if arguments[0] == "deploy" {
            real.deploy(&all[1..], &variables)
        } else {
            real.run(&all, &variables)
        };
        let text = format!("{}{}", said.stdout, said.stderr);
        self.0.push((arguments.join(" "), text));
        said
    }
}

/// Every file below a folder, as text.
pub(crate) fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
}

#[tokio::test]
async fn no_known_secret_is_said_written_or_stored() {
    let real = Real::start();
    let developer = real.developer();
    let by_access_token = [("ASK_ACCESS_TOKEN", real.text("smapiToken"))];
    let mut heard = Heard::default();
    let bundle = real.file("bootstrap.zip");
    let bundle = bundle.to_str().unwrap();
    let planned = ["plan", "dev", "--bundle", bundle];
    let said = heard.run(&real, &planned, &developer);
    assert!(!said.success, "there are changes");
    let said = heard.run(&real, &["deploy"], &developer);
    assert!(said.success, "{}", said.stderr);

    // Account linking, which carries the client secret, is refused, and is not answered.
    for fault in [
        json!({ "kind": "refuse", "status": 500 }),
        json!({ "kind": "reset" }),
    ] {
        let call = linking_call(&real, &mut heard).await;
        real.control(
            "/control/faults",
            &json!({ "rules": [{ "call": call, "fault": fault }] }),
        )
        .await;
        let said = heard.run(&real, &["deploy"], &developer);
        assert!(!said.success, "{}", said.stdout);
        real.control("/control/faults", &json!({})).await;
        let said = heard.run(&real, &["deploy"], &developer);
        assert!(said.success, "{}", said.stderr);
    }
    let said = heard.run(&real, &["deploy", "--json"], &developer);
    assert!(said.success, "{}", said.stderr);
    let deployed = said.json();
    let exchange = said
        .stderr
        .lines()
        .find(|line| line.contains("accountLinkingClient"));
    let exchange = exchange.unwrap_or_else(|| panic!("{}", said.stderr));
    assert!(exchange.starts_with("request: "), "{exchange}");
    assert!(
        exchange.contains(" 200 ") && exchange.contains(" ms ("),
        "{exchange}"
    );

    for arguments in [
        ["plan", "dev", "--json"].as_slice(),
        &["plan", "dev", "--markdown"],
        &["status", "dev"],
        &["status", "dev", "--json"],
        &["verify", "dev"],
        &["verify", "dev", "--json"],
    ] {
        let mut arguments = arguments.to_vec();
        if arguments[0] == "plan" {
            arguments.extend(["--bundle", bundle]);
        }
        let said = heard.run(&real, &arguments, &by_access_token);
        assert!(said.success, "{arguments:?}: {}", said.stderr);
    }
    real.control("/control/provider", &json!({ "is": "down" }))
        .await;
    assert!(
        !heard
            .run(&real, &["verify", "dev"], &by_access_token)
            .success
    );
    let mut elsewhere = developer.to_vec();
    elsewhere.push(("ASK_VENDOR_ID", "M9NOBODY"));
    assert!(!heard.run(&real, &["status", "dev"], &elsewhere).success);
    let half = &developer[..1];
    assert!(!heard.run(&real, &["status", "dev"], half).success);

    let mut everything = heard.0;
    files(real.stage.home(), &mut everything);
    let state = "/account-guide-000000000000-us-east-1/stages/dev.json";
    everything.push((state.to_owned(), real.object(state).await));
    let secret = real.client_secret(&deployed).await;
    assert!(secret.len() > 20, "{secret}");
    assert!(everything.len() > 20);
    for (place, text) in &everything {
        // The stage announces its own keys there.
        if place.ends_with("/local-stage.json") {
            continue;
        }
        let [_, _, (_, confirmation)] = developer;
        for known in [confirmation, &secret] {
            assert!(!text.contains(known), "{known} in {place}");
        }
        // Tokens, those in hand and those that the stage has made up, and a client's credentials in a header.
        for mark in ["Atza|", "Atzr|", "Basic "] {
            assert!(!text.contains(mark), "{mark} in {place}: {text}");
        }
    }
    assert!(real.stage.end("-TERM"));
}

/// The number of the call that writes account linking, once there is none.
async fn linking_call(real: &Real, heard: &mut Heard) -> usize {
    real.forget_linking().await;
    real.control("/control/faults", &json!({})).await;
    let said = heard.run(real, &["deploy"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let journal = real.journal().await;
    let mut calls = journal["calls"].as_array().unwrap().iter();
    let call = calls.find(|call| {
        let operation = call["operation"].as_str().unwrap();
        operation.starts_with("smapi PUT") && operation.ends_with("accountLinkingClient")
    });
    real.forget_linking().await;
    usize::try_from(call.unwrap()["number"].as_u64().unwrap()).unwrap()
}
