//! Deployments that are killed, and the ones that finish what they left.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use smapi::{Client, Credentials, Endpoints};

use crate::command::{run, xtask};
use crate::stage::Stage;

/// Deploys until stderr has a line that starts with `milestone`, and kills the process there.
fn deploy_until(stage: &Stage, milestone: &str) {
    let mut deploy = xtask(stage.home())
        .args(["deploy", "--json"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(deploy.stderr.take().unwrap()).lines();
    let reached = lines.any(|line| line.unwrap().starts_with(milestone));
    deploy.kill().unwrap();
    deploy.wait().unwrap();
    assert!(reached, "the deployment ended before {milestone:?}");
}

pub(crate) fn count_skills(stage: &Stage) -> usize {
    let url = |door: &str| stage.urls[door].as_str().unwrap().parse().unwrap();
    let endpoints = Endpoints {
        smapi: url("smapi"),
        lwa: url("lwa"),
        lwa_consent: url("lwa"),
    };
    let token = stage.access().smapi_token;
    let client = Client::new(endpoints, Credentials::AccessToken(token));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let vendors = client.vendors().await.unwrap();
        client.skills(&vendors[0].id).await.unwrap().len()
    })
}

#[test]
fn the_next_run_finishes_what_a_killed_one_left() {
    for milestone in [
        "accounts:",
        "skill:",
        "identity stack:",
        "lambda bundle:",
        "skill stack",
        "skill package:",
        "account linking:",
    ] {
        let stage = Stage::start();
        deploy_until(&stage, milestone);
        let next = run(stage.home(), &["deploy", "--json"]);
        assert!(next.success, "killed at {milestone:?}: {}", next.stderr);
        assert_eq!(count_skills(&stage), 1, "killed at {milestone:?}");
        let last = run(stage.home(), &["deploy", "--json"]).json();
        assert_eq!(last["calls"]["mutating"], 0, "killed at {milestone:?}");
        assert!(stage.end("-TERM"));
    }
}
