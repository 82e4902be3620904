//! What a real stage goes through, tried out on a stage of this machine: nothing but the base
//! URLs differs.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use std::process::Command;

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::command::{Said, open, project, xtask};
use crate::stage::Stage;

/// A local stage that is somebody's real one.
pub(crate) struct Real {
    pub(crate) stage: Stage,
    pub(crate) http: reqwest::Client,
}

impl Real {
    pub(crate) fn start() -> Self {
        let stage = Stage::start();
        let home = stage.home();
        fs::write(home.join("stack.toml"), STACK).unwrap();
        crate::mistakes::copy(
            &project().join("skill-package"),
            &home.join("skill-package"),
        );
        fs::write(home.join("bootstrap.zip"), bundle()).unwrap();
        Self {
            stage,
            http: story::client().unwrap(),
        }
    }

    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.stage.home().join(path)
    }

    /// A command with the stage's endpoints and these variables beside.
    pub(crate) fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = xtask(self.stage.home());
        command
            .env("VOICELINK_ENDPOINTS", self.file("local-stage.json"))
            .envs(variables.iter().copied())
            .args(arguments)
            .arg("--stack")
            .arg(self.file("stack.toml"));
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        self.command(arguments, variables).output().unwrap().into()
    }

    pub(crate) fn deploy(&self, more: &[&str], variables: &[(&str, &str)]) -> Said {
        let (bundle, out) = (self.file("bootstrap.zip"), self.file("dist"));
        let mut arguments = vec!["deploy", "dev", "--yes"];
        arguments.extend(["--bundle", bundle.to_str().unwrap()]);
        arguments.extend(["--out", out.to_str().unwrap()]);
        arguments.extend(more);
        self.run(&arguments, variables)
    }

    pub(crate) fn url(&self, door: &str, path: &str) -> String {
        let base = self.stage.urls[door].as_str().unwrap();
        format!("{}{path}", base.trim_end_matches('/'))
    }

    /// A text that the stage has announced.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.stage.urls[name].as_str().unwrap()
    }

    /// The developer's credentials in the environment.
    pub(crate) fn developer(&self) -> [(&'static str, &str); 3] {
        [
            ("ASK_REFRESH_TOKEN", self.text("lwaRefreshToken")),
            ("ASK_LWA_CLIENT_ID", self.text("lwaClientId")),
            ("ASK_LWA_CLIENT_CONFIRMATION", self.text("lwaClientSecret")),
        ]
    }

    /// Sends a request to a service of AWS, signed.
    async fn signed(&self, service: &str, request: RequestBuilder) -> Response {
        let mut request = request.build().unwrap();
        self.stage.access().sign(&mut request, service, "us-east-1");
        self.http.execute(request).await.unwrap()
    }

    /// A call of an AWS API that speaks JSON.
    async fn aws(&self, service: &str, target: &str, body: Value) -> Value {
        let request = self
            .http
            .post(self.url("aws", "/"))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .body(body.to_string());
        let answer = self.signed(service, request).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{target}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A call of the Skill Management API.
    async fn smapi(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let method = method.parse().unwrap();
        let mut request = self.http.request(method, self.url("smapi", path));
        request = request.bearer_auth(self.text("smapiToken"));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    pub(crate) async fn control(&self, path: &str, body: &Value) {
        let answer = self.http.post(self.url("device", path)).json(body);
        let answer = answer.bearer_auth(self.text("token"));
        assert_eq!(answer.send().await.unwrap().status(), 200);
    }
}

impl Real {
    /// The calls since faults were last set.
    pub(crate) async fn journal(&self) -> Value {
        let answer = self.http.get(self.url("device", "/control/faults"));
        let answer = answer.bearer_auth(self.text("token"));
        answer.send().await.unwrap().json().await.unwrap()
    }

    /// Deletes account linking in the developer console.
    pub(crate) async fn forget_linking(&self) {
        let skills = self.http.get(self.url("device", "/app/skills"));
        let skills = skills.bearer_auth(self.text("token"));
        let skills: Value = skills.send().await.unwrap().json().await.unwrap();
        let skill = skills["skills"][0]["skillId"].as_str().unwrap();
        let path = format!("/v1/skills/{skill}/stages/development/accountLinkingClient");
        self.smapi("DELETE", &path, None).await;
    }

    /// An object in S3.
    pub(crate) async fn object(&self, path: &str) -> String {
        let answer = self.http.get(self.url("aws", path));
        let answer = self.signed("s3", answer).await;
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }

    /// The configuration of the function `account-guide-dev` that the skill's endpoint runs.
    pub(crate) async fn function(&self) -> Value {
        let path = "/2015-03-31/functions/account-guide-dev/configuration?Qualifier=live";
        let answer = self.http.get(self.url("aws", path));
        let answer = self.signed("lambda", answer).await;
        answer.json().await.unwrap()
    }

    /// The secret of the app client that was deployed.
    pub(crate) async fn client_secret(&self, deployed: &Value) -> String {
        let ids = json!({ "UserPoolId": deployed["userPoolId"], "ClientId": deployed["clientId"] });
        let target = format!("{COGNITO}.DescribeUserPoolClient");
        let client = self.aws("cognito-idp", &target, ids).await;
        let secret = &client["UserPoolClient"]["ClientSecret"];
        secret.as_str().unwrap().to_owned()
    }
}

/// The bundle is not run here: nobody talks to the skill.
fn bundle() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
    zip.start_file("bootstrap", options).unwrap();
    zip.write_all(b"#!/bin/sh\nexit 1\n").unwrap();
    zip.finish().unwrap().into_inner()
}

const STACK: &str = "name = \"account-guide\"\nstages.dev.region = \"us-east-1\"\nstages.prod.region = \"us-east-1\"\n";

const COGNITO: &str = "AWSCognitoIdentityProviderService";

/// Names of the checks that failed.
pub(crate) fn failed(verification: &Value) -> Vec<&str> {
    let checks = verification["checks"].as_array().unwrap().iter();
    checks
        .filter(|check| check["passed"] == false)
        .map(|check| {
            check["name"]
                .as_str()
                .unwrap()
                .split(" for ")
                .next()
                .unwrap()
        })
        .collect()
}

/// Takes from Alexa the permission to invoke the alias.
async fn forbid_alexa(real: &Real, function: &str) {
    let policy = format!("/2015-03-31/functions/{function}/policy?Qualifier=live");
    let answer = real.http.get(real.url("aws", &policy));
    let answer = real.signed("lambda", answer).await;
    let answer: Value = answer.json().await.unwrap();
    let policy: Value = serde_json::from_str(answer["Policy"].as_str().unwrap()).unwrap();
    let statement = policy["Statement"][0]["Sid"].as_str().unwrap();
    let removed = format!("/2015-03-31/functions/{function}/policy/{statement}?Qualifier=live");
    let answer = real.http.delete(real.url("aws", &removed));
    let answer = real.signed("lambda", answer).await;
    assert_eq!(answer.status(), 204);
}

#[tokio::test]
async fn a_real_stage_is_deployed_verified_and_every_check_can_fail() {
    let real = Real::start();
    let said = real.run(&["verify", "dev", "--json"], &real.developer());
    assert_eq!(said.json()["error"]["code"], "SKILL", "{}", said.stderr);

    let said = real.deploy(&[], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let last = said.stdout.lines().last().unwrap();
    assert!(last.starts_with("left to you: "), "{}", said.stdout);
    assert!(last.contains(&open()), "{last}");
    assert_eq!(said.stdout.matches("ok     authorize endpoint").count(), 3);

    let said = real.deploy(&["--json"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let deployed = said.json();
    assert_eq!(deployed["calls"]["mutating"], 0, "{deployed}");
    assert_eq!(failed(&deployed), [""; 0]);
    let skill = deployed["skillId"].as_str().unwrap().to_owned();
    let verify = || real.run(&["verify", "dev", "--json"], &real.developer());
    let said = verify();
    assert!(said.success, "{}", said.stderr);
    assert_eq!(said.json()["checks"].as_array().unwrap().len(), 10);
    assert_eq!(said.json()["calls"]["mutating"], 0);

    // The pages, the token endpoint and the keys do not answer.
    real.control("/control/provider", &json!({ "is": "down" }))
        .await;
    let said = verify();
    assert!(!said.success);
    let expected = ["authorize endpoint"; 3].into_iter();
    let expected: Vec<_> = expected
        .chain(["login page", "token endpoint", "issuer", "key set"])
        .collect();
    assert_eq!(failed(&said.json()), expected);
    assert_eq!(said.json()["error"]["code"], "VERIFY");
    real.control("/control/provider", &json!({ "is": "up" }))
        .await;

    // A redirect URI is gone from the client, then the code grant.
    let pool = deployed["userPoolId"].clone();
    let ids = json!({ "UserPoolId": pool, "ClientId": deployed["clientId"] });
    let described = format!("{COGNITO}.DescribeUserPoolClient");
    let client = real.aws("cognito-idp", &described, ids.clone()).await;
    let mut client = client["UserPoolClient"].clone();
    for read_only in [
        "ClientSecret",
        "ClientType",
        "CreationDate",
        "LastModifiedDate",
    ] {
        client.as_object_mut().unwrap().remove(read_only);
    }
    let update = format!("{COGNITO}.UpdateUserPoolClient");
    let mut narrow = client.clone();
    narrow["CallbackURLs"].as_array_mut().unwrap().pop();
    real.aws("cognito-idp", &update, narrow).await;
    let said = verify();
    assert_eq!(failed(&said.json()), ["authorize endpoint"]);
    assert!(said.stdout.contains("redirect_mismatch"), "{}", said.stdout);
    let mut implicit = client.clone();
    implicit["AllowedOAuthFlows"] = json!(["implicit"]);
    real.aws("cognito-idp", &update, implicit).await;
    assert!(failed(&verify().json()).contains(&"token endpoint"));
    real.aws("cognito-idp", &update, client).await;

    // Account linking is changed in the developer console.
    let path = format!("/v1/skills/{skill}/stages/development/accountLinkingClient");
    let mut linking = real.smapi("GET", &path, None).await["accountLinkingResponse"].clone();
    linking["scopes"] = json!(["openid"]);
    linking["clientSecret"] = json!("somebody-elses");
    let request = json!({ "accountLinkingRequest": linking });
    real.smapi("PUT", &path, Some(&request)).await;
    let said = verify();
    assert_eq!(failed(&said.json()), ["account linking"]);
    assert!(said.stdout.contains("scopes"), "{}", said.stdout);
    let said = real.deploy(&["--json"], &real.developer());
    assert!(said.success, "{}", said.stderr);

    // Alexa's permission is removed from the alias.
    forbid_alexa(&real, "account-guide-dev").await;
    let said = verify();
    assert_eq!(
        failed(&said.json()),
        ["invoke permission us-east-1"],
        "{}",
        said.stdout
    );

    // The manifest's last change has failed for want of it.
    let path = format!("/v1/skills/{skill}/stages/development/manifest");
    let manifest = real.smapi("GET", &path, None).await;
    real.smapi("PUT", &path, Some(&manifest)).await;
    let said = real.run(&["verify", "dev"], &real.developer());
    assert!(
        said.stdout.contains("FAILED skill status: manifest"),
        "{}",
        said.stdout
    );
    assert!(
        said.last_words()
            .starts_with("error[VERIFY]: 2 of 10 checks failed")
    );
    assert!(real.stage.end("-TERM"));
}

#[test]
fn endpoints_of_a_real_stage_are_on_this_machine_and_get_nobodys_credentials() {
    let real = Real::start();
    let elsewhere = fs::read_to_string(real.file("local-stage.json")).unwrap();
    let elsewhere = elsewhere.replace("http://127.0.0.1", "https://example.com");
    fs::write(real.file("elsewhere.json"), elsewhere).unwrap();
    let file = real.file("elsewhere.json");
    let mut variables = real.developer().to_vec();
    variables.push(("VOICELINK_ENDPOINTS", file.to_str().unwrap()));
    let said = real.run(&["plan", "dev", "--json"], &variables);
    assert_eq!(said.json()["error"]["code"], "ENDPOINT", "{}", said.stderr);
    assert!(said.last_words().contains("example.com"), "{}", said.stderr);

    // ask-cli's token is for Amazon.
    let ask = real.file(".ask");
    fs::create_dir(&ask).unwrap();
    let token = json!({"profiles": {"default": {"token": {"access_token": "Atza|for-amazon"}}}});
    fs::write(ask.join("cli_config"), token.to_string()).unwrap();
    let home = real.stage.home().to_str().unwrap().to_owned();
    let said = real.run(&["plan", "dev", "--json"], &[("HOME", &home)]);
    assert_eq!(
        said.json()["error"]["code"],
        "CREDENTIALS",
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("hint: "), "{}", said.stderr);
    assert!(real.stage.end("-TERM"));
}
