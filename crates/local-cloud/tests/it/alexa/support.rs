//! A developer with a skill.

use std::io::{Cursor, Write};

use local_cloud::{ACCOUNT_ID, LocalStage, Options, VENDOR_ID};
use reqwest::{Method, Response};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// One stage and its developer.
pub(super) struct Developer {
    pub(super) stage: LocalStage,
    pub(super) http: reqwest::Client,
}

/// Status, headers and JSON body of an answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) etag: Option<String>,
    pub(super) location: Option<String>,
    pub(super) body: Value,
}

impl Answer {
    async fn read(response: Response) -> Self {
        let header = |name: &str| {
            let value = response.headers().get(name)?.to_str().unwrap();
            Some(value.to_owned())
        };
        let status = response.status().as_u16();
        let etag = header("etag");
        let location = header("location");
        let body = response.bytes().await.unwrap();
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).unwrap()
        };
        Self {
            status,
            etag,
            location,
            body,
        }
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}

impl Developer {
    pub(super) async fn start() -> Self {
        Self {
            stage: LocalStage::start(Options::default()).await.unwrap(),
            http: crate::aws::http(),
        }
    }

    pub(super) async fn stop(self) {
        self.stage.stop().await;
    }

    /// A new access token from Login with Amazon.
    pub(super) async fn token(&self) -> String {
        let access = self.stage.access();
        let answer = self
            .http
            .post(access.urls.lwa.join("auth/o2/token").unwrap())
            .form(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", access.lwa_refresh_token.expose_secret()),
                ("client_id", &access.lwa_client_id),
                ("client_secret", access.lwa_client_secret.expose_secret()),
            ])
            .send();
        let token = Answer::read(answer.await.unwrap()).await.expect(200);
        assert_eq!(token["expires_in"], 3600);
        token["access_token"].as_str().unwrap().to_owned()
    }

    pub(super) fn urls(&self) -> &local_cloud::Urls {
        self.stage.urls()
    }

    /// Any SMAPI call, with an `If-Match` header if there is one.
    pub(super) async fn smapi_if(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        if_match: Option<&str>,
    ) -> Answer {
        let mut request = self
            .http
            .request(method, self.urls().smapi.join(path).unwrap())
            .bearer_auth(crate::aws::developer_token(&self.stage));
        if !body.is_null() {
            request = request.json(body);
        }
        if let Some(etag) = if_match {
            request = request.header("if-match", etag);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.smapi_if(Method::GET, path, &Value::Null, None).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.smapi_if(Method::PUT, path, body, None).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.smapi_if(Method::POST, path, body, None).await
    }

    pub(super) async fn delete(&self, path: &str) -> Answer {
        self.smapi_if(Method::DELETE, path, &Value::Null, None)
            .await
    }

    /// A request to the device, the app, the console or the controls.
    pub(super) async fn device(&self, method: Method, path: &str, body: &Value) -> Answer {
        let mut request = self
            .http
            .request(method, self.urls().device.join(path).unwrap())
            .header("content-type", "application/json");
        request = crate::aws::opened(&self.stage, request);
        if !body.is_null() {
            request = request.json(body);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    pub(super) async fn say(&self, text: &str) -> Value {
        self.device(Method::POST, "/say", &json!({ "text": text }))
            .await
            .expect(200)
    }

    pub(super) async fn events(&self) -> Vec<Value> {
        let answer = self.device(Method::GET, "/events", &Value::Null).await;
        answer.expect(200)["events"].as_array().unwrap().clone()
    }

    /// A page that a browser would open.
    pub(super) async fn open(&self, url: &str) -> (u16, String) {
        let response = self.http.get(url).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    pub(super) async fn create_skill(&self) -> String {
        let body = json!({ "vendorId": VENDOR_ID, "manifest": manifest() });
        let created = self.post("/v1/skills", &body).await.expect(202);
        let id = created["skillId"].as_str().unwrap().to_owned();
        self.settle(&id, "manifest").await;
        id
    }

    /// Polls until nothing of a skill is in progress.
    pub(super) async fn settle(&self, skill_id: &str, resource: &str) -> Value {
        loop {
            let status = self
                .get(&format!("/v1/skills/{skill_id}/status?resource={resource}"))
                .await
                .expect(200);
            if !status.to_string().contains("IN_PROGRESS") {
                return status;
            }
        }
    }

    /// Uploads a package and answers its location.
    pub(super) async fn upload(&self, members: &[(&str, Value)]) -> String {
        let upload = self
            .post("/v1/skills/uploads", &Value::Null)
            .await
            .expect(201);
        let url = upload["uploadUrl"].as_str().unwrap();
        let put = self.http.put(url).body(zip(members)).send().await.unwrap();
        assert_eq!(put.status(), 200);
        url.to_owned()
    }

    /// Imports a package and polls until the import is over.
    pub(super) async fn import(&self, skill_id: Option<&str>, members: &[(&str, Value)]) -> Value {
        let location = self.upload(members).await;
        let accepted = if let Some(id) = skill_id {
            let path = format!("/v1/skills/{id}/imports");
            self.post(&path, &json!({ "location": location })).await
        } else {
            let body = json!({ "location": location, "vendorId": VENDOR_ID });
            self.post("/v1/skills/imports", &body).await
        };
        assert_eq!(accepted.status, 202, "{}", accepted.body);
        let import = accepted.location.unwrap();
        let first = self.get(&import).await.expect(200);
        assert_eq!(first["status"], "IN_PROGRESS");
        self.get(&import).await.expect(200)
    }

    /// A Lambda function whose `bootstrap` is this Python program; answers its ARN.
    pub(super) async fn create_function(&self, program: &str) -> String {
        use base64::Engine;
        use base64::prelude::BASE64_STANDARD;

        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().unix_permissions(0o755);
        writer.start_file("bootstrap", options).unwrap();
        writer.write_all(program.as_bytes()).unwrap();
        let code = writer.finish().unwrap().into_inner();
        let body = json!({
            "FunctionName": "skill",
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Role": format!("arn:aws:iam::{ACCOUNT_ID}:role/skill"),
            "Timeout": 8,
            "Code": { "ZipFile": BASE64_STANDARD.encode(code) },
        });
        let created = self.lambda("/2015-03-31/functions", &body).await;
        crate::aws::until_settled(&self.stage, "skill").await;
        created["FunctionArn"].as_str().unwrap().to_owned()
    }

    /// Lets Alexa invoke the function for one skill.
    pub(super) async fn permit(&self, skill_id: &str) {
        let body = json!({
            "StatementId": skill_id.replace('.', "-"),
            "Action": "lambda:InvokeFunction",
            "Principal": "alexa-appkit.amazon.com",
            "EventSourceToken": skill_id,
        });
        self.lambda("/2015-03-31/functions/skill/policy", &body)
            .await;
    }

    async fn lambda(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(self.urls().aws.join(path).unwrap());
        let request = request.json(body);
        let response = crate::aws::signed(&self.stage, request, "lambda", "us-east-1").await;
        let answer = Answer::read(response).await;
        assert!(answer.status < 300, "{}", answer.body);
        answer.body
    }

    /// A skill with this program behind it, enabled.
    pub(super) async fn enabled_skill(&self, program: &str) -> String {
        self.enabled_skill_with(program, json!([])).await
    }

    /// A skill with this program behind it and these permissions, enabled.
    pub(super) async fn enabled_skill_with(&self, program: &str, permissions: Value) -> String {
        let id = self.create_skill().await;
        let arn = self.create_function(program).await;
        self.permit(&id).await;
        let mut manifest = manifest();
        manifest["apis"]["custom"] = json!({ "endpoint": { "uri": arn } });
        manifest["permissions"] = permissions;
        manifest["events"] = json!({
            "endpoint": { "uri": arn },
            "subscriptions": [
                { "eventName": "SKILL_ENABLED" },
                { "eventName": "SKILL_DISABLED" },
                { "eventName": "SKILL_ACCOUNT_LINKED" },
            ],
        });
        let imported = self
            .import(
                Some(&id),
                &[
                    ("skill.json", json!({ "manifest": manifest })),
                    ("interactionModels/custom/en-US.json", model()),
                ],
            )
            .await;
        assert_eq!(imported["status"], "SUCCEEDED", "{imported}");
        let path = format!("/v1/skills/{id}/stages/development/enablement");
        self.put(&path, &Value::Null).await.expect(204);
        id
    }
}

/// A package of JSON documents.
pub(super) fn zip(members: &[(&str, Value)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, document) in members {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(document.to_string().as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(super) fn manifest() -> Value {
    json!({
        "manifestVersion": "1.0",
        "publishingInformation": { "locales": { "en-US": { "name": "Voicelink" } } },
        "apis": { "custom": {} },
    })
}

pub(super) fn model() -> Value {
    json!({ "interactionModel": { "languageModel": {
        "invocationName": "voice link",
        "types": [{ "name": "Info", "values": [
            { "id": "EMAIL", "name": { "value": "e-mail", "synonyms": ["mail address"] } },
        ] }],
        "intents": [
            { "name": "AMAZON.HelpIntent" },
            { "name": "AMAZON.StopIntent" },
            { "name": "AMAZON.FallbackIntent" },
            { "name": "AMAZON.NavigateHomeIntent" },
            {
                "name": "RequestInfoIntent",
                "slots": [{ "name": "info", "type": "Info" }],
                "samples": ["what is my {info}"],
            },
        ],
    } } })
}
