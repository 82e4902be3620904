//! Signing in at a domain of one's own: made, waited for, guarded, found again and destroyed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::command::{Said, xtask};
use crate::console::{Console, only_pool};
use crate::plan::{to_do, with};
use crate::stage::Stage;
use crate::terminal::Terminal;

const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/1";

/// A stack file that signs people in at a host.
pub(crate) fn at(host: &str) -> String {
    format!(
        "[identity.domain.custom]\nname = \"{host}\"\ncertificate-arn = \"{ARN}\"\n\
         hosted-zone-id = \"Z1EXAMPLE\"\n"
    )
}

fn done(stage: &Stage, stack: &str, arguments: &[&str]) -> Said {
    let (said, _) = with(stage, stack, arguments);
    assert!(said.success, "{arguments:?}: {}", said.stderr);
    said
}

/// What the stage's resolver says of a name.
fn resolved(stage: &Stage, name: &str) -> Value {
    let device = stage.urls["device"].as_str().unwrap();
    let request = |client: &reqwest::Client| {
        let request = client.get(format!("{device}resolve?name={name}&type=A"));
        stage.access().bearer(request)
    };
    ask(request).1
}

fn get(url: &str) -> (u16, Value) {
    ask(|client| client.get(url))
}

fn ask(request: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder) -> (u16, Value) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = story::client().unwrap();
        let answer = request(&client).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    })
}

#[test]
fn people_sign_in_at_a_domain_of_ones_own_and_nowhere_else() {
    let stage = Stage::start();
    // Also on a web page of one's own: nothing answers at Cognito's host.
    let stack = format!("{}{}", at("login.example.com"), crate::existing_pool::WEB);
    let (said, _) = with(&stage, &stack, &["plan", "--json"]);
    let plan = said.json();
    assert_eq!(plan["refused"], Value::Null, "{plan}");
    assert_eq!(plan["calls"]["mutating"], 0, "{plan}");
    let said = done(&stage, &stack, &["deploy", "--json"]);
    assert!(
        said.stderr
            .contains("sign-in domain: login.example.com answers"),
        "{}",
        said.stderr
    );
    let client = said.json()["clientId"].as_str().unwrap().to_owned();
    let (said, code) = with(&stage, &stack, &["plan", "--json"]);
    assert_eq!(code, Some(0), "{}", said.stdout);
    let again = done(&stage, &stack, &["deploy", "--json"]).json();
    assert_eq!(again["calls"]["mutating"], 0, "{again}");

    // Every URL that Alexa and the skill have is of that domain, and Cognito's own host is not there.
    let prefix = stage.urls["signIn"].as_str().unwrap();
    let own = prefix.replace("127.0.0.1", "localhost");
    let status = done(&stage, &stack, &["status", "--json"]).json();
    assert_eq!(status["status"]["signInUrl"], own);
    let linking = std::fs::read(stage.home().join("dist/local/accountLinking.json")).unwrap();
    let linking: Value = serde_json::from_slice(&linking).unwrap();
    let linking = &linking["accountLinkingRequest"];
    assert_eq!(
        linking["authorizationUrl"],
        format!("{own}oauth2/authorize")
    );
    assert_eq!(linking["accessTokenUrl"], format!("{own}oauth2/token"));
    let page = |base: &str| {
        let redirect = format!("http://localhost:{}/na", base.len());
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &client)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &redirect)
            .finish();
        get(&format!("{base}login?{query}")).0
    };
    assert_ne!(page(prefix), 200);
    let pool = only_pool(&Console::of(&stage));
    let pools = Console::of(&stage).cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
    assert_eq!(pools["UserPool"]["CustomDomain"], "login.example.com");
    assert_eq!(pools["UserPool"]["Domain"], Value::Null);
    assert!(done(&stage, &stack, &["verify", "--json"]).success);

    // It goes with the people, and its record with it.
    assert_eq!(resolved(&stage, "login.example.com")["Status"], 0);
    let arguments = ["destroy", "--skill", "--yes", "--json"];
    done(&stage, &stack, &arguments);
    assert_eq!(resolved(&stage, "login.example.com")["Status"], 0);
    let arguments = ["destroy", "--delete-users=local", "--yes", "--json"];
    done(&stage, &stack, &arguments);
    assert_eq!(resolved(&stage, "login.example.com")["Status"], 3);
    let pools = Console::of(&stage).cognito("ListUserPools", &json!({ "MaxResults": 10 }));
    assert_eq!(pools["UserPools"], json!([]));
    assert!(stage.end("-TERM"));
}

#[test]
fn what_amazon_would_refuse_is_refused_before_anything_is_touched() {
    let cases = [
        // Requested for another name.
        (
            json!({ "arn": ARN, "names": ["example.com", "www.example.com"] }),
            None,
            "is for example.com, www.example.com and not for login.example.com",
        ),
        (
            json!({ "arn": ARN, "names": ["*.example.com"], "status": "PENDING_VALIDATION" }),
            None,
            "is PENDING_VALIDATION",
        ),
        (
            json!({ "arn": ARN, "names": ["*.example.com"] }),
            Some(json!({ "id": "Z1EXAMPLE", "name": "example.com" })),
            "example.com has no address",
        ),
        (
            json!({ "arn": ARN, "names": ["*.example.com"] }),
            Some(
                json!({ "id": "Z1EXAMPLE", "name": "example.com", "addresses": [
                    { "name": "example.com", "address": "192.0.2.1" },
                    { "name": "login.example.com", "address": "192.0.2.1" },
                ]}),
            ),
            "has a record of type A for login.example.com already",
        ),
    ];
    for (certificate, zone, expected) in cases {
        let stage = Stage::start();
        let console = Console::of(&stage);
        console.device("console/certificates", &certificate);
        if let Some(zone) = zone {
            console.device("console/hosted-zones", &zone);
        }
        let stack = at("login.example.com");
        let (refused, _) = with(&stage, &stack, &["deploy", "--json"]);
        assert!(!refused.success);
        let answer = refused.json();
        assert_eq!(answer["error"]["code"], "SIGN_IN_DOMAIN", "{answer}");
        assert_eq!(answer["calls"]["mutating"], 0, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(expected), "{message}");
        let (planned, code) = with(&stage, &stack, &["plan", "--json"]);
        assert_eq!(code, Some(2), "{}", planned.stderr);
        assert_eq!(planned.json()["refused"]["code"], "SIGN_IN_DOMAIN");
        assert!(stage.end("-TERM"));
    }
}

#[test]
fn people_are_moved_to_another_domain_only_when_that_is_meant() {
    let stage = Stage::start();
    done(&stage, "", &["deploy", "--json"]);
    let pool = only_pool(&Console::of(&stage));
    let stack = at("login.example.com");
    let (refused, _) = with(&stage, &stack, &["deploy", "--json"]);
    assert_eq!(refused.json()["error"]["code"], "GUARD_DOMAIN");
    assert_eq!(refused.json()["calls"]["mutating"], 0);
    let moved = done(&stage, &stack, &["deploy", "--json", "--allow", "domain"]);
    assert_eq!(moved.json()["userPoolId"], pool);
    let (refused, _) = with(&stage, "", &["deploy", "--json"]);
    let answer = refused.json();
    assert_eq!(answer["error"]["code"], "GUARD_DOMAIN", "{answer}");

    // A pool has one domain of each kind, and the old one stays on it.
    for stack in [at("other.example.com"), String::new()] {
        let (refused, _) = with(&stage, &stack, &["deploy", "--json", "--allow", "domain"]);
        let answer = refused.json();
        assert_eq!(answer["error"]["code"], "SIGN_IN_DOMAIN", "{answer}");
        assert_eq!(answer["calls"]["mutating"], 0, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains("at most"), "{message}");
        let hint = answer["error"]["hint"].as_str().unwrap();
        assert!(hint.contains("delete"), "{hint}");
    }

    // Another certificate is put in place: nobody notices.
    let renewed = ARN.replace("certificate/1", "certificate/2");
    let stack = stack.replace(ARN, &renewed);
    let (said, _) = with(&stage, &stack, &["plan", "--json"]);
    let plan = said.json();
    assert_eq!(to_do(&plan), ["identity stack"], "{plan}");
    assert_eq!(plan["refused"], Value::Null, "{plan}");
    done(&stage, &stack, &["deploy", "--json"]);
    let input = json!({ "Domain": "login.example.com" });
    let described = Console::of(&stage).cognito("DescribeUserPoolDomain", &input);
    let config = &described["DomainDescription"]["CustomDomainConfig"];
    assert_eq!(config["CertificateArn"], renewed);

    // What people were moved from stays for as long as they do.
    let described = Console::of(&stage).cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
    assert!(described["UserPool"]["Domain"].is_string());
    assert_eq!(described["UserPool"]["CustomDomain"], "login.example.com");
    let arguments = [
        "destroy",
        "--skill",
        "--delete-users=local",
        "--yes",
        "--json",
    ];
    done(&stage, &stack, &arguments);
    let pools = Console::of(&stage).cognito("ListUserPools", &json!({ "MaxResults": 10 }));
    assert_eq!(pools["UserPools"], json!([]));
    assert!(stage.end("-TERM"));
}

#[test]
fn a_pool_whose_stack_is_gone_keeps_its_domain_and_its_record() {
    let stage = Stage::start();
    let stack = at("login.example.com");
    let first = done(&stage, &stack, &["deploy", "--json"]).json();
    let console = Console::of(&stage);
    console.delete_stack("account-guide-local-identity");
    assert_eq!(resolved(&stage, "login.example.com")["Status"], 0);
    let second = done(&stage, &stack, &["deploy", "--json"]).json();
    assert_eq!(second["userPoolId"], first["userPoolId"]);
    assert_eq!(second["clientId"], first["clientId"]);
    let (said, code) = with(&stage, &stack, &["plan", "--json"]);
    assert_eq!(code, Some(0), "{}", said.stdout);
    assert!(stage.end("-TERM"));
}

#[test]
fn a_new_domain_is_waited_for() {
    let stage = Stage::start_with(&["--worst"]);
    let stack = at("login.example.com");
    let said = done(&stage, &stack, &["deploy", "--json"]);
    assert!(
        said.stderr
            .contains("login.example.com is not known yet: there is no such name"),
        "{}",
        said.stderr
    );
    assert!(stage.end("-TERM"));
}

/// Alexa would send everybody to a page that is not there.
#[test]
fn alexa_sends_nobody_before_the_pages_of_a_new_domain_answer() {
    const LINKED: &str = "smapi PUT /v1/skills/{skillId}/stages/development/accountLinkingClient";
    let stage = Stage::start();
    let console = Console::of(&stage);
    let (planned, _) = with(&stage, &at("login.example.com"), &["plan", "--json"]);
    assert_eq!(planned.json()["refused"], Value::Null);
    console.device("control/provider", &json!({ "is": "down" }));
    console.device("control/faults", &json!({}));

    let mut command = xtask(stage.home());
    // Line by line.
    command.args(["deploy", "--json", "--verbose", "--stack"]);
    let mut terminal = Terminal::run({
        command.arg(stage.home().join("stack.toml"));
        command
    });
    terminal.asked("login.example.com is known, and not ready yet: ");
    let calls = console.calls();
    assert!(
        calls.contains("cloudformation ExecuteChangeSet"),
        "{calls:?}"
    );
    assert!(!calls.contains(LINKED), "{calls:?}");
    console.device("control/provider", &json!({ "is": "up" }));
    terminal.asked("login.example.com answers");
    let said = terminal.ended();
    assert!(said.success, "{}", said.stderr);
    let calls = console.calls();
    assert!(calls.contains(LINKED), "{calls:?}");
    assert!(stage.end("-TERM"));
}

/// Deleted, led elsewhere or made an ordinary one: the record is told of and leads to the sign-in pages
/// again.
#[test]
fn a_record_that_was_changed_by_hand_is_told_and_put_back() {
    const HOST: &str = "login.example.com";
    let stage = Stage::start();
    let stack = at(HOST);
    done(&stage, &stack, &["deploy", "--json"]);
    let console = Console::of(&stage);
    let described = console.cognito("DescribeUserPoolDomain", &json!({ "Domain": HOST }));
    let distribution = described["DomainDescription"]["CloudFrontDistribution"].clone();
    let alias = |host: &str| {
        format!(
            "<Type>A</Type><AliasTarget><HostedZoneId>Z2FDTNDATAQYW2</HostedZoneId>\
             <DNSName>{host}</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget>"
        )
    };
    let before = resolved(&stage, HOST);
    let plain = "<Type>A</Type><TTL>300</TTL><ResourceRecords><ResourceRecord>\
                 <Value>192.0.2.9</Value></ResourceRecord></ResourceRecords>";
    let gone = alias(distribution.as_str().unwrap());
    let elsewhere = alias("d0elsewhere.cloudfront.net");
    for (action, record, kind, fields) in [
        ("DELETE", gone.as_str(), "added", json!([])),
        (
            "UPSERT",
            elsewhere.as_str(),
            "changed",
            json!([["AliasTarget", "DNSName"]]),
        ),
        (
            "UPSERT",
            plain,
            "changed",
            json!([["AliasTarget", "DNSName"], ["AliasTarget", "HostedZoneId"]]),
        ),
    ] {
        console.record("Z1EXAMPLE", action, HOST, record);
        let (said, code) = with(&stage, &stack, &["plan", "--json"]);
        assert_eq!(code, Some(2), "{}", said.stdout);
        let plan = said.json();
        assert_eq!(plan["calls"]["mutating"], 0, "{plan}");
        let parts = plan["parts"].as_array().unwrap();
        let drift = parts.iter().find(|part| part["step"] == "drift").unwrap();
        let change = &drift["changes"][0];
        assert_eq!(change["subject"], "DomainRecord", "{plan}");
        assert_eq!(change["kind"], kind, "{plan}");
        let paths = change["fields"].as_array().into_iter().flatten();
        let paths: Vec<_> = paths.map(|field| field["path"].clone()).collect();
        assert_eq!(json!(paths), fields, "{plan}");
        let status = done(&stage, &stack, &["status", "--json"]).json();
        assert_eq!(
            status["status"]["drift"][0]["changes"][0]["subject"],
            "DomainRecord"
        );

        let said = done(&stage, &stack, &["deploy", "--json"]);
        assert!(said.stderr.contains("DomainRecord"), "{}", said.stderr);
        assert_eq!(resolved(&stage, HOST), before);
        let (said, code) = with(&stage, &stack, &["plan", "--json"]);
        assert_eq!(code, Some(0), "{}", said.stdout);
    }

    // A name that was made another one is nothing that anybody overwrites.
    console.record("Z1EXAMPLE", "DELETE", HOST, &gone);
    let other = "<Type>CNAME</Type><TTL>300</TTL><ResourceRecords><ResourceRecord>\
                 <Value>www.example.com</Value></ResourceRecord></ResourceRecords>";
    console.record("Z1EXAMPLE", "CREATE", HOST, other);
    let (refused, _) = with(&stage, &stack, &["deploy", "--json"]);
    let answer = refused.json();
    assert_eq!(answer["error"]["code"], "DRIFT", "{answer}");
    assert_eq!(answer["calls"]["mutating"], 0, "{answer}");
    console.record("Z1EXAMPLE", "DELETE", HOST, other);
    done(&stage, &stack, &["deploy", "--json"]);
    assert_eq!(resolved(&stage, HOST), before);
    assert!(stage.end("-TERM"));
}

/// The domain that is made in its place may have another distribution, so that the record changes with it.
#[test]
fn a_domain_that_was_deleted_by_hand_is_made_again_with_its_record() {
    const HOST: &str = "login.example.com";
    let stage = Stage::start();
    let stack = at(HOST);
    done(&stage, &stack, &["deploy", "--json"]);
    let console = Console::of(&stage);
    let input = json!({ "UserPoolId": only_pool(&console), "Domain": HOST });
    console.cognito("DeleteUserPoolDomain", &input);
    let (said, code) = with(&stage, &stack, &["plan", "--json"]);
    assert_eq!(code, Some(2), "{}", said.stdout);
    let plan = said.json();
    let parts = plan["parts"].as_array().unwrap();
    let drift = parts.iter().find(|part| part["step"] == "drift").unwrap();
    let changes = drift["changes"].as_array().unwrap().iter();
    let changes: Vec<_> = changes
        .map(|change| (change["subject"].clone(), change["kind"].clone()))
        .collect();
    assert_eq!(
        changes,
        [
            (json!("UserPoolDomain"), json!("added")),
            (json!("DomainRecord"), json!("changed")),
        ]
    );
    done(&stage, &stack, &["deploy", "--json"]);
    assert_eq!(resolved(&stage, HOST)["Status"], 0);
    let (said, code) = with(&stage, &stack, &["plan", "--json"]);
    assert_eq!(code, Some(0), "{}", said.stdout);
    assert!(stage.end("-TERM"));
}

/// What is missing is told while it is waited for, and a run that has ended meanwhile is gone on with.
#[test]
fn a_wait_that_has_ended_is_gone_on_with() {
    let stage = Stage::start();
    let stack = at("login.example.com");
    let console = Console::of(&stage);
    with(&stage, &stack, &["plan", "--json"]);
    console.device("control/provider", &json!({ "is": "down" }));
    let file = stage.home().join("stack.toml");
    let mut waiting = xtask(stage.home())
        .args(["deploy", "--json", "--stack", file.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(waiting.stderr.take().unwrap()).lines();
    let mut lines = lines.map(Result::unwrap);
    let told = lines.find(|line| line.contains("login.example.com is known, and not ready yet"));
    let told = told.expect("a line that says what is waited for");
    assert!(told.contains("(0 of 30 min)"), "{told}");
    let interrupt = ["-INT", &waiting.id().to_string()].map(str::to_owned);
    assert!(
        Command::new("kill")
            .args(interrupt)
            .status()
            .unwrap()
            .success()
    );
    lines.for_each(drop);
    let ended: Said = waiting.wait_with_output().unwrap().into();
    assert_eq!(ended.json()["error"]["code"], "INTERRUPTED");

    let pool = only_pool(&console);
    console.device("control/provider", &json!({ "is": "up" }));
    let again = done(&stage, &stack, &["deploy", "--json"]).json();
    assert_eq!(again["userPoolId"], pool);
    let (said, code) = with(&stage, &stack, &["plan", "--json"]);
    assert_eq!(code, Some(0), "{}", said.stdout);
    assert!(stage.end("-TERM"));
}
