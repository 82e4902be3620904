//! Amazon Cognito: the API, the OAuth 2.0 endpoints and the pages.

pub(crate) mod accessible;
mod api;
mod browser;
mod channels;
mod codes;
mod confirmations;
mod custom_domain;
mod factors;
mod messages;
mod oauth;
mod own_factors;
mod pages;
mod passwordless;
mod recovery;
mod resource_servers;
mod set_up;
mod strip;
mod tokens;

use local_cloud::LocalStage;
use reqwest::Response;
use serde_json::{Value, json};

use crate::aws::{http, opened, signed, stage};

const REGION: &str = "eu-west-1";
const CALLBACK: &str = "http://localhost:9/na/api/skill/link/M1";
const PASSWORD: &str = "Correct-Horse-1";

/// A stage with one pool, one client with a secret, a managed-login domain and a style.
struct Fixture {
    stage: LocalStage,
    http: reqwest::Client,
    pool: String,
    client: String,
    secret: String,
}

/// A refusal of the API.
#[derive(Debug, PartialEq, Eq)]
struct Refused {
    code: String,
    message: String,
}

/// Calls an operation as a signed caller in a region.
async fn call_in(
    stage: &LocalStage,
    region: &str,
    operation: &str,
    input: &Value,
) -> Result<Value, Refused> {
    let request = http()
        .post(stage.urls().aws.clone())
        .header("content-type", "application/x-amz-json-1.1")
        .header(
            "x-amz-target",
            format!("AWSCognitoIdentityProviderService.{operation}"),
        )
        .body(input.to_string());
    let answer = signed(stage, request, "cognito-idp", region).await;
    let fine = answer.status().is_success();
    let body = answer.text().await.unwrap();
    let body: Value = serde_json::from_str(&body).unwrap_or_else(|_| json!({ "text": body }));
    if fine {
        return Ok(body);
    }
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    Err(Refused {
        code: text("__type").rsplit('#').next().unwrap().to_owned(),
        message: body["message"]
            .as_str()
            .or(body["Message"].as_str())
            .unwrap_or_default()
            .to_owned(),
    })
}

/// The role `sms`, which a service may assume and which may do one thing.
async fn make_text_message_role(stage: &LocalStage, service: &str, action: &str) {
    let statement = |statement: Value| json!({"Version": "2012-10-17", "Statement": statement});
    let trust = statement(json!({
        "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
    }));
    let policy = statement(json!({"Effect": "Allow", "Action": action, "Resource": "*"}));
    let (trust, policy) = (trust.to_string(), policy.to_string());
    let role = ("RoleName", "sms");
    let calls = [
        ("DeleteRolePolicy", vec![("PolicyName", "messages")]),
        ("DeleteRole", vec![]),
        ("CreateRole", vec![("AssumeRolePolicyDocument", &*trust)]),
        (
            "PutRolePolicy",
            vec![("PolicyName", "messages"), ("PolicyDocument", &policy)],
        ),
    ];
    for (action, fields) in calls {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("Action", action), ("Version", "2010-05-08"), role])
            .extend_pairs(fields)
            .finish();
        let request = http()
            .post(stage.urls().aws.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let answer = signed(stage, request, "iam", "us-east-1").await;
        let fine = answer.status().is_success() || action.starts_with("Delete");
        assert!(fine, "{action}: {}", answer.text().await.unwrap());
    }
}

fn merge(mut into: Value, from: &Value) -> Value {
    for (name, value) in from.as_object().unwrap() {
        into[name] = value.clone();
    }
    into
}

impl Fixture {
    /// E-mail sign-in, as the skill's default is.
    async fn new() -> Self {
        Self::with(&json!({}), &json!({})).await
    }

    /// The same with other pool and client settings.
    async fn with(pool_settings: &Value, client_settings: &Value) -> Self {
        let stage = stage().await;
        make_text_message_role(&stage, "cognito-idp.amazonaws.com", "sns:Publish").await;
        let pool_input = json!({
            "PoolName": "guide",
            "UsernameAttributes": ["email"],
            "AutoVerifiedAttributes": ["email"],
            "UsernameConfiguration": {"CaseSensitive": false},
        });
        let pool_input = merge(pool_input, pool_settings);
        let created = call_in(&stage, REGION, "CreateUserPool", &pool_input).await;
        let created = created.unwrap();
        let pool = created["UserPool"]["Id"].as_str().unwrap().to_owned();
        let client_input = json!({
            "UserPoolId": pool,
            "ClientName": "alexa",
            "GenerateSecret": true,
            "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
            "CallbackURLs": [CALLBACK],
            "LogoutURLs": ["https://example.com/bye"],
            "PreventUserExistenceErrors": "ENABLED",
            "AccessTokenValidity": 1,
            "RefreshTokenValidity": 10,
            "TokenValidityUnits": {"AccessToken": "hours", "RefreshToken": "days"},
        });
        let client_input = merge(client_input, client_settings);
        let created = call_in(&stage, REGION, "CreateUserPoolClient", &client_input).await;
        let created = created.unwrap();
        let client = &created["UserPoolClient"];
        let fixture = Self {
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            client: client["ClientId"].as_str().unwrap().to_owned(),
            secret: client["ClientSecret"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            stage,
            pool,
        };
        let domain = json!({
            "UserPoolId": fixture.pool,
            "Domain": "guide-local",
            "ManagedLoginVersion": 2,
        });
        fixture.call("CreateUserPoolDomain", &domain).await.unwrap();
        let style = json!({
            "UserPoolId": fixture.pool,
            "ClientId": fixture.client,
            "UseCognitoProvidedValues": true,
        });
        fixture
            .call("CreateManagedLoginBranding", &style)
            .await
            .unwrap();
        fixture
    }

    async fn call(&self, operation: &str, input: &Value) -> Result<Value, Refused> {
        call_in(&self.stage, REGION, operation, input).await
    }

    /// The authorize URL that a client would open, with more or other parameters.
    fn authorize_url(&self, extra: &[(&str, &str)]) -> String {
        let usual = [
            ("client_id", self.client.as_str()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid email profile"),
            ("state", "a b&c=%"),
        ];
        let mut url = self.sign_in("oauth2/authorize");
        for (name, value) in usual.iter().chain(extra) {
            if usual
                .iter()
                .any(|(usual, other)| usual == name && other == value)
                && extra.iter().any(|(other, _)| other == name)
            {
                continue;
            }
            url.query_pairs_mut().append_pair(name, value);
        }
        url.into()
    }

    fn sign_in(&self, path: &str) -> url::Url {
        self.stage.urls().sign_in.join(path).unwrap()
    }

    /// The newest code that was sent to an address.
    async fn code(&self, to: &str) -> String {
        let newest = self.newest(to).await;
        let code = newest["code"].as_str();
        code.unwrap_or_else(|| panic!("no code for {to}"))
            .to_owned()
    }

    /// The newest message in the outbox for an address.
    async fn newest(&self, to: &str) -> Value {
        let mut url = self.stage.urls().device.join("outbox").unwrap();
        url.query_pairs_mut().append_pair("to", to);
        let outbox: Value = opened(&self.stage, self.http.get(url))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let newest = outbox["messages"].as_array().unwrap().last();
        newest.cloned().unwrap_or_default()
    }

    async fn advance_clock(&self, seconds: u32) {
        let url = self.stage.urls().device.join("control/clock").unwrap();
        let body = json!({ "advanceSeconds": seconds });
        let request = self.http.post(url).json(&body);
        let answer = opened(&self.stage, request).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// Calls the token endpoint with HTTP Basic.
    async fn token(&self, form: &[(&str, &str)]) -> Response {
        self.http
            .post(self.sign_in("oauth2/token"))
            .basic_auth(&self.client, Some(&self.secret))
            .form(form)
            .send()
            .await
            .unwrap()
    }

    /// A confirmed person, made without the pages.
    async fn person(&self, name: &str) {
        let verified = if name.starts_with('+') {
            "phone_number_verified"
        } else {
            "email_verified"
        };
        let create = json!({
            "UserPoolId": self.pool,
            "Username": name,
            "MessageAction": "SUPPRESS",
            "UserAttributes": [
                {"Name": verified, "Value": "true"},
                {"Name": "given_name", "Value": "Ada"},
            ],
        });
        self.call("AdminCreateUser", &create).await.unwrap();
        let password = json!({
            "UserPoolId": self.pool,
            "Username": name,
            "Password": PASSWORD,
            "Permanent": true,
        });
        self.call("AdminSetUserPassword", &password).await.unwrap();
    }
}
