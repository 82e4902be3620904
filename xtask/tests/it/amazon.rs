//! People who sign in with Amazon: no user pool, and a security profile that a person has made.

use local_cloud::Access;
use serde_json::{Value, json};
use story::{Account, Guest, Way};

use crate::command::{Said, open};
use crate::plan::{to_do, with};
use crate::real::{Real, failed};
use crate::stage::Stage;

pub(crate) const AMAZON: &str = "[identity]\nprovider = \"login-with-amazon\"\n\
    [linking]\nscopes = [\"profile\"]\nprofile-source = \"login-with-amazon\"\n";

/// What a person does in the console; answers client id and secret.
pub(crate) async fn make_profile(
    real: &Real,
    name: &str,
    return_urls: &[String],
) -> (String, String) {
    let url = real.url("device", &format!("/console/security-profiles/{name}"));
    let request = real
        .http
        .put(url)
        .bearer_auth(real.text("token"))
        .json(&json!({ "returnUrls": return_urls }));
    let made = request.send().await.unwrap();
    assert_eq!(made.status(), 200);
    let made: Value = made.json().await.unwrap();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("clientId"), text("clientSecret"))
}

pub(crate) fn return_urls(real: &Real) -> Vec<String> {
    let device = real.url("device", "").replace("127.0.0.1", "localhost");
    ["na", "eu", "fe"]
        .map(|part| format!("{device}/{part}/api/skill/link/MLOCALVENDOR01"))
        .into()
}

fn handed<'a>(real: &'a Real, id: &'a str, secret: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut variables = real.developer().to_vec();
    variables.push(("VOICELINK_AMAZON_CLIENT_ID", id));
    variables.push(("VOICELINK_AMAZON_CLIENT_SECRET", secret));
    variables
}

#[tokio::test]
async fn a_real_stage_needs_a_security_profile_and_nothing_of_a_pool() {
    let real = Real::start();
    let stack = format!("name = \"account-guide\"\nstages.dev.region = \"us-east-1\"\n{AMAZON}");
    std::fs::write(real.file("stack.toml"), stack).unwrap();
    let urls = return_urls(&real);

    // Nobody has made one: what to do is said, with the return URLs, and nothing is touched.
    let bundle = real.file("bootstrap.zip");
    let bundle = bundle.to_str().unwrap();
    for arguments in [
        &["plan", "dev", "--json", "--bundle", bundle][..],
        &["verify", "dev", "--json"],
    ] {
        let said = real.run(arguments, &real.developer());
        assert!(!said.success);
        let error = &said.json()["error"];
        assert_eq!(error["code"], "SECURITY_PROFILE", "{}", said.stderr);
        let hint = error["hint"].as_str().unwrap();
        for url in &urls {
            assert!(hint.contains(url), "{url}: {hint}");
        }
        assert!(hint.contains("Allowed Return URLs"), "{hint}");
    }
    let said = real.deploy(&["--json"], &real.developer());
    assert_eq!(said.json()["error"]["code"], "SECURITY_PROFILE");
    assert_eq!(said.json()["calls"]["mutating"], 0, "{}", said.stdout);

    // One of its return URLs was forgotten, and its secret was copied badly.
    let (id, secret) = make_profile(&real, "guide", &urls[..2]).await;
    let said = real.deploy(&["--json"], &handed(&real, &id, "not-the-secret"));
    let deployed = said.json();
    assert_eq!(failed(&deployed), ["authorize endpoint", "token endpoint"]);
    assert_eq!(deployed["userPoolId"], Value::Null);
    assert_eq!(deployed["clientId"], id.as_str());
    let forgotten = &urls[2];
    let hint = deployed["error"]["hint"].as_str().unwrap();
    assert!(hint.contains(forgotten), "{hint}");
    assert!(said.stderr.contains(forgotten), "{}", said.stderr);

    make_profile(&real, "guide", &urls).await;
    let variables = handed(&real, &id, &secret);
    let (said, everything) = told(&real, &variables).await;
    let deployed = said.json();
    assert_eq!(failed(&deployed), [""; 0], "{deployed}");
    let names: Vec<_> = (deployed["checks"].as_array().unwrap().iter())
        .map(|check| check["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(names.contains(&"token information".to_owned()), "{names:?}");
    for absent in ["issuer", "key set"] {
        assert!(!names.contains(&absent.to_owned()), "{names:?}");
    }
    for text in everything {
        assert!(!text.contains(&secret), "{text}");
        assert!(!text.contains("not-the-secret"), "{text}");
    }

    // A plan needs no secret, so that those of pull requests can be made without.
    let plan = ["plan", "dev", "--json", "--bundle", bundle];
    let said = real.run(&plan, &variables[..variables.len() - 1]);
    assert!(said.success, "{}", said.stdout);

    // A second time there is nothing to do, and there is nothing of a pool to see or to remove.
    let said = real.deploy(&["--json"], &variables);
    assert_eq!(said.json()["calls"]["mutating"], 0, "{}", said.stdout);
    let said = real.run(&["status", "dev", "--json"], &real.developer());
    let status = &said.json()["status"];
    assert_eq!(status["provider"], "login-with-amazon", "{}", said.stderr);
    assert_eq!(status["userPoolId"], Value::Null);
    assert_eq!(status["stacks"].as_array().unwrap().len(), 1, "{status}");
    assert_eq!(status["drift"], json!([]));

    // Another client would send everybody to link again.
    let (other, its_secret) = make_profile(&real, "other", &urls).await;
    let said = real.deploy(&["--json"], &handed(&real, &other, &its_secret));
    assert_eq!(said.json()["error"]["code"], "GUARD_APP_CLIENT");
    assert_eq!(said.json()["calls"]["mutating"], 0, "{}", said.stdout);
    let said = real.deploy(
        &["--json", "--allow", "app-client"],
        &handed(&real, &other, &its_secret),
    );
    assert!(said.success, "{}", said.stderr);
    assert_eq!(said.json()["clientId"], other.as_str());

    let said = real.run(
        &["destroy", "dev", "--skill", "--yes", "--json"],
        &real.developer(),
    );
    assert!(said.success, "{}", said.stderr);
    let report = said.json();
    assert_eq!(report["removed"]["users"], Value::Null);
    assert_eq!(report["kept"]["identityStack"], Value::Null);
    assert_eq!(report["removed"]["stacks"].as_array().unwrap().len(), 1);
    assert!(real.stage.end("-TERM"));
}

/// Deploys, and gathers everything that was said, written and stored by it.
async fn told(real: &Real, variables: &[(&str, &str)]) -> (Said, Vec<String>) {
    let said = real.deploy(&["--json", "--verbose"], variables);
    assert!(said.success, "{}", said.stderr);
    let state = "/account-guide-000000000000-us-east-1/stages/dev.json";
    let mut everything = vec![
        said.stdout.clone(),
        said.stderr.clone(),
        real.object(state).await,
    ];
    let mut files = Vec::new();
    crate::secrets::files(&real.file("dist"), &mut files);
    assert!(files.len() > 3, "{files:?}");
    everything.extend(files.into_iter().map(|(_, text)| text));
    (said, everything)
}

#[test]
fn who_signs_people_in_does_not_change_unnoticed() {
    let stage = Stage::start();
    let (said, _) = with(&stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let (said, _) = with(&stage, AMAZON, &["deploy", "--json"]);
    let refused = said.json();
    assert_eq!(refused["error"]["code"], "GUARD_APP_CLIENT", "{refused}");
    assert_eq!(refused["calls"]["mutating"], 0);

    let allowed = ["deploy", "--json", "--allow", "app-client"];
    let (said, _) = with(&stage, AMAZON, &allowed);
    assert!(said.success, "{}", said.stderr);
    // The people of the pool are still there, and told of.
    let (said, _) = with(&stage, AMAZON, &["status", "--json"]);
    let status = &said.json()["status"];
    assert!(status["userPoolId"].is_string(), "{status}");
    assert_eq!(status["stacks"].as_array().unwrap().len(), 2, "{status}");
    let (said, code) = with(&stage, AMAZON, &["plan", "--json"]);
    assert_eq!(code, Some(0), "{}", said.stdout);
    assert_eq!(to_do(&said.json()), [""; 0]);
    let (said, _) = with(&stage, AMAZON, &["verify"]);
    assert!(said.success, "{}", said.stdout);
    assert!(stage.end("-TERM"));
}

/// What somebody with an account in this state hears.
async fn hears(access: &Access, skill: &str, account: Account) -> (String, Answered) {
    let way = Way {
        at_amazon: true,
        ..Way::default()
    };
    let guest = Guest::arrive(access, skill, "en-US", account, way, None).await;
    let guest = guest.unwrap();
    let greeting = guest.say(&open()).await.unwrap().heard;
    let answer = guest.say("what is my name").await.unwrap();
    let answered = Answered {
        card: answer.card_type().map(str::to_owned),
        heard: answer.heard,
    };
    guest.leave().await.unwrap();
    (greeting, answered)
}

struct Answered {
    heard: String,
    card: Option<String>,
}

#[tokio::test]
async fn the_skill_tells_an_account_that_is_gone_from_a_service_that_is_down() {
    let stage = Stage::start();
    let (said, _) = with(&stage, AMAZON, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let skill = said.json()["skillId"].as_str().unwrap().to_owned();
    let access = stage.access();

    let (greeting, answer) = hears(&access, &skill, Account::Linked).await;
    assert!(greeting.contains("Ada"), "{greeting}");
    assert!(answer.heard.contains("has: Ada."), "{}", answer.heard);

    // Nobody can look up a name, and nobody is asked to link again.
    let (greeting, answer) = hears(&access, &skill, Account::ProviderUnavailable).await;
    assert!(greeting.starts_with("I cannot reach"), "{greeting}");
    assert!(!greeting.contains("Ada"), "{greeting}");
    assert!(!answer.heard.contains("Ada"), "{}", answer.heard);
    assert_ne!(answer.card.as_deref(), Some("LinkAccount"));

    for account in [Account::Expired, Account::Revoked, Account::ForeignToken] {
        let way = Way {
            at_amazon: true,
            ..Way::default()
        };
        let guest = Guest::arrive(&access, &skill, "en-US", account, way, None).await;
        let guest = guest.unwrap();
        let answer = guest.say(&open()).await.unwrap();
        assert!(answer.linked, "{account:?}");
        assert_eq!(answer.card_type(), Some("LinkAccount"), "{account:?}");
        assert!(
            !answer.heard.contains("Ada"),
            "{account:?}: {}",
            answer.heard
        );
        guest.leave().await.unwrap();
    }
    assert!(stage.end("-TERM"));
}

#[test]
fn a_fork_starts_from_it_and_keeps_no_template_of_a_pool() {
    let fork = crate::init::repository();
    let folder = fork.path().to_str().unwrap();
    let home = tempfile::TempDir::new().unwrap();
    let start = |preset: &str| {
        let arguments = [
            "init", "--folder", folder, "--yes", "--json", "--preset", preset,
        ];
        let said = crate::command::run(home.path(), &arguments);
        assert!(said.success, "{}", said.stderr);
        said.json()["written"].to_string()
    };
    let identity = fork.path().join("infra/templates/identity.yaml");
    assert!(start("login-with-amazon").contains("identity.yaml"));
    assert!(!identity.exists());
    assert_eq!(start("login-with-amazon"), "[]");
    assert!(start("email").contains("identity.yaml"));
    assert!(identity.exists());
}
