//! Lambda over HTTP: functions are small scripts that speak the Runtime API.

mod control;
mod emulator;
mod end;
mod logs;
mod permissions;
mod runtime;
mod states;

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::process::Command;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local_cloud::{LocalStage, Options};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

const FUNCTIONS: &str = "/2015-03-31/functions";
const ROLE: &str = "arn:aws:iam::000000000000:role/greeter";
/// The event source token of the tests' skill.
const SKILL: &str = "amzn1.ask.skill.00000000-0000-4000-8000-000000000000";

/// What every script begins with. `serve` takes a function of event and headers.
const PRELUDE: &str = r#"
import json, os, socket, sys, time, urllib.request

def call(path, body=None):
    url = "http://%s/2018-06-01/runtime/%s" % (os.environ["AWS_LAMBDA_RUNTIME_API"], path)
    return urllib.request.urlopen(urllib.request.Request(url, data=body))

def answer(request_id, value):
    call("invocation/%s/response" % request_id, json.dumps(value).encode())

def serve(handler):
    while True:
        event = call("invocation/next")
        request_id = event.headers["Lambda-Runtime-Aws-Request-Id"]
        try:
            value = handler(json.load(event), event.headers)
        except Exception as error:
            document = {"errorType": type(error).__name__, "errorMessage": str(error)}
            call("invocation/%s/error" % request_id, json.dumps(document).encode())
            continue
        answer(request_id, value)
"#;

/// The interpreter itself: a wrapper would not work without the caller's environment.
static PYTHON: LazyLock<String> = LazyLock::new(|| {
    let output = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .expect("python3 is needed to run the tests of Lambda");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
});

/// A stage and a client of its Lambda and Logs APIs.
struct Api {
    stage: LocalStage,
    http: reqwest::Client,
}

/// What an API answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Value,
}

impl Api {
    async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    async fn start_with(options: Options) -> Self {
        Self {
            stage: LocalStage::start(options).await.unwrap(),
            http: crate::aws::http(),
        }
    }

    async fn stop(self) {
        self.stage.stop().await;
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send_with(method, path, body, &[]).await
    }

    async fn send_with(
        &self,
        method: &str,
        path: &str,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let url = self.stage.urls().aws.join(path).unwrap();
        let method = method.parse().unwrap();
        let mut request = self.http.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_null() {
            request = request.body(body.to_string());
        }
        Answer::read(self.signed(request, "lambda").await).await
    }

    /// One operation of CloudWatch Logs.
    async fn logs(&self, operation: &str, body: &Value) -> Answer {
        let request = self
            .http
            .post(self.stage.urls().aws.clone())
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("Logs_20140328.{operation}"))
            .body(body.to_string());
        Answer::read(self.signed(request, "logs").await).await
    }

    async fn signed(&self, request: reqwest::RequestBuilder, service: &str) -> reqwest::Response {
        crate::aws::signed(&self.stage, request, service, "us-east-1").await
    }

    /// Creates the function `greeter` from a script, with more members than the necessary ones.
    async fn create(&self, script: &str, extra: Value) -> Answer {
        self.create_from(&package(script), extra).await
    }

    async fn create_from(&self, zip: &[u8], extra: Value) -> Answer {
        let mut body = json!({
            "FunctionName": "greeter",
            "Role": ROLE,
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Code": { "ZipFile": STANDARD.encode(zip) },
        });
        for (key, value) in extra.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        let created = self.send("POST", FUNCTIONS, &body).await;
        assert_eq!(created.status, 201, "{created:?}");
        self.until_settled().await;
        created
    }

    /// Waits for `greeter` as the waiters `function-active-v2` and `function-updated-v2` do.
    async fn until_settled(&self) {
        crate::aws::until_settled(&self.stage, "greeter").await;
    }

    /// Updates `greeter`, by code or configuration, and waits until that is done.
    async fn update(&self, what: &str, body: &Value) -> Answer {
        let path = format!("{FUNCTIONS}/greeter/{what}");
        let updated = self.send("PUT", &path, body).await;
        assert_eq!(updated.status, 200, "{updated:?}");
        self.until_settled().await;
        updated
    }

    /// Invokes `greeter`, or one of its qualifiers (`greeter:live`).
    async fn invoke(&self, name: &str, event: Value) -> Answer {
        let path = format!("{FUNCTIONS}/{name}/invocations");
        let answer = self.send("POST", &path, &event).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    /// Every line that `greeter` has logged so far.
    async fn lines(&self) -> Vec<String> {
        let group = json!({ "logGroupName": "/aws/lambda/greeter" });
        let found = self.logs("FilterLogEvents", &group).await;
        assert_eq!(found.status, 200, "{found:?}");
        found.body["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["message"].as_str().unwrap().trim_end().to_owned())
            .collect()
    }
}

/// What a function on a stage finds in its environment.
pub(crate) async fn environment(stage: &LocalStage) -> Value {
    let script = "serve(lambda event, headers: dict(os.environ))";
    let body = json!({
        "FunctionName": "greeter",
        "Role": ROLE,
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Code": { "ZipFile": STANDARD.encode(package(script)) },
    });
    let call = async |path: &str, body: &Value| {
        let url = stage.urls().aws.join(path).unwrap();
        let request = crate::aws::http().post(url).body(body.to_string());
        let answer = crate::aws::signed(stage, request, "lambda", "us-east-1").await;
        Answer::read(answer).await
    };
    let created = call(FUNCTIONS, &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    crate::aws::until_settled(stage, "greeter").await;
    let invoked = call(&format!("{FUNCTIONS}/greeter/invocations"), &json!({})).await;
    assert_eq!(invoked.status, 200, "{invoked:?}");
    invoked.body
}

/// Where the Runtime API of a running function listens: `127.0.0.1` and a port.
pub(crate) async fn runtime_api(stage: &LocalStage) -> String {
    let environment = environment(stage).await;
    let address = environment["AWS_LAMBDA_RUNTIME_API"].as_str();
    address.unwrap().to_owned()
}

impl Answer {
    async fn read(response: reqwest::Response) -> Self {
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        Self {
            status,
            headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The error's name, without the namespace that some protocols put before it.
    fn code(&self) -> &str {
        let kind = self.header("x-amzn-errortype");
        let kind = kind
            .or_else(|| self.body["__type"].as_str())
            .unwrap_or_default();
        kind.rsplit('#').next().unwrap_or_default()
    }

    fn message(&self) -> &str {
        let message = self.body["message"].as_str();
        message
            .or_else(|| self.body["Message"].as_str())
            .unwrap_or_default()
    }
}

/// A zip whose `bootstrap` is a script after the prelude.
fn package(script: &str) -> Vec<u8> {
    let bootstrap = format!("#!{}\n{PRELUDE}\n{script}\n", *PYTHON);
    zip_with("bootstrap", 0o755, bootstrap.as_bytes())
}

fn zip_with(name: &str, mode: u32, content: &[u8]) -> Vec<u8> {
    let mut zip = Cursor::new(Vec::new());
    let mut writer = zip::ZipWriter::new(&mut zip);
    let options = SimpleFileOptions::default().unix_permissions(mode);
    writer.start_file(name, options).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap();
    zip.into_inner()
}
