//! What Lambda goes on with after it has answered.
//! <https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html>

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local_cloud::{Options, Pace};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{Answer, Api, FUNCTIONS, ROLE, package};

const FUNCTION: &str = "/2015-03-31/functions/greeter";
const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:greeter";
const PENDING: &str = "The operation cannot be performed at this time. The function is currently in \
                       the following state: Pending";

/// A script that answers this word.
fn answering(word: &str) -> String {
    format!("serve(lambda event, headers: '{word}')")
}

/// The members that tell how far Lambda is.
fn states(shown: &Value) -> Value {
    let mut states = json!({});
    for name in [
        "State",
        "StateReason",
        "StateReasonCode",
        "LastUpdateStatus",
        "LastUpdateStatusReason",
        "LastUpdateStatusReasonCode",
    ] {
        if let Some(value) = shown.get(name) {
            states[name] = value.clone();
        }
    }
    states
}

fn created() -> Value {
    json!({
        "State": "Pending",
        "StateReason": "The function is being created.",
        "StateReasonCode": "Creating",
    })
}

fn updated() -> Value {
    json!({
        "State": "Active",
        "LastUpdateStatus": "InProgress",
        "LastUpdateStatusReason": "The function is being created.",
        "LastUpdateStatusReasonCode": "Creating",
    })
}

fn done() -> Value {
    json!({ "State": "Active", "LastUpdateStatus": "Successful" })
}

fn refused(answer: &Answer, message: &str) {
    assert_eq!(
        (answer.status, answer.code(), answer.message()),
        (409, "ResourceConflictException", message)
    );
}

/// A stage on which nothing is ready before it was asked for.
async fn patient() -> Api {
    let patience = Duration::from_hours(1);
    let pace = Pace {
        patience,
        ..Pace::QUICK
    };
    Api::start_with(Options {
        pace,
        ..Options::default()
    })
    .await
}

async fn create(api: &Api, extra: Value) -> Value {
    let mut body = json!({
        "FunctionName": "greeter", "Role": ROLE, "Runtime": "provided.al2023",
        "Handler": "bootstrap", "Code": { "ZipFile": STANDARD.encode(package(&answering("one"))) },
    });
    for (key, value) in extra.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    let created = api.send("POST", FUNCTIONS, &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    created.body
}

#[tokio::test]
async fn a_function_that_is_being_made_can_be_read_and_nothing_else() {
    let api = patient().await;
    let new = create(&api, json!({})).await;
    assert_eq!(states(&new), created());

    let versions = format!("{FUNCTION}/versions");
    let configuration = format!("{FUNCTION}/configuration");
    let code = json!({ "ZipFile": STANDARD.encode(package("other")) });
    for (method, path, body) in [
        ("POST", format!("{FUNCTION}/invocations"), json!({})),
        ("POST", versions, json!({})),
        ("PUT", configuration, json!({ "Timeout": 8 })),
        ("PUT", format!("{FUNCTION}/code"), code),
    ] {
        refused(&api.send(method, &path, &body).await, PENDING);
    }
    let listed = api.send("GET", FUNCTIONS, &Value::Null).await.body;
    assert_eq!(states(&listed["Functions"][0]), json!({}));

    let first = api.send("GET", FUNCTION, &Value::Null).await.body;
    assert_eq!(first["Configuration"], new);
    let second = api.send("GET", FUNCTION, &Value::Null).await.body;
    assert_eq!(states(&second["Configuration"]), done());
    assert_ne!(second["Configuration"]["RevisionId"], new["RevisionId"]);
    assert_eq!(api.invoke("greeter", json!({})).await.body, "one");
    api.stop().await;
}

#[tokio::test]
async fn a_function_is_ready_soon_even_if_nobody_asks() {
    let api = Api::start().await;
    create(&api, json!({})).await;
    let path = format!("{FUNCTION}/invocations");
    let deadline = Instant::now() + Duration::from_mins(1);
    let answer = loop {
        let answer = api.send("POST", &path, &json!({})).await;
        if answer.status != 409 || Instant::now() > deadline {
            break answer;
        }
        sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(answer.body, "one", "{answer:?}");
    api.stop().await;
}

#[tokio::test]
async fn while_an_update_is_in_progress_what_was_there_runs_and_no_other_begins() {
    let api = patient().await;
    api.create(&answering("one"), json!({})).await;
    let code = json!({ "ZipFile": STANDARD.encode(package(&answering("two"))) });
    let code_path = format!("{FUNCTION}/code");
    let update = api.send("PUT", &code_path, &code).await.body;
    assert_eq!(states(&update), updated());
    assert_eq!(update["FunctionArn"], ARN);

    let busy = format!(
        "The operation cannot be performed at this time. An update is in progress for resource: \
         {ARN}"
    );
    let tags = format!("/2017-03-31/tags/{ARN}");
    for (method, path, body) in [
        ("PUT", code_path.clone(), code.clone()),
        (
            "PUT",
            format!("{FUNCTION}/configuration"),
            json!({ "Timeout": 8 }),
        ),
        ("POST", format!("{FUNCTION}/versions"), json!({})),
        ("POST", tags, json!({ "Tags": { "stage": "local" } })),
    ] {
        refused(&api.send(method, &path, &body).await, &busy);
    }
    assert_eq!(api.invoke("greeter", json!({})).await.body, "one");

    let configuration = format!("{FUNCTION}/configuration");
    let first = api.send("GET", &configuration, &Value::Null).await.body;
    assert_eq!(states(&first), updated());
    let second = api.send("GET", &configuration, &Value::Null).await.body;
    assert_eq!(states(&second), done());
    assert_eq!(api.invoke("greeter", json!({})).await.body, "two");
    let again = api.send("PUT", &code_path, &code).await;
    assert_eq!(again.status, 200, "{again:?}");
    api.stop().await;
}

/// Lambda names the version of a function that it creates, and not in the ARN; of one that it
/// updates, in the ARN as well.
#[tokio::test]
async fn what_is_published_in_the_same_call_is_made_with_it() {
    let api = patient().await;
    let new = create(&api, json!({ "Publish": true })).await;
    assert_eq!(
        (&new["Version"], &new["FunctionArn"]),
        (&json!("1"), &json!(ARN))
    );
    assert_eq!(states(&new), created());
    let first = format!("{FUNCTION}?Qualifier=1");
    let shown = api.send("GET", &first, &Value::Null).await.body["Configuration"].clone();
    assert_eq!(shown["FunctionArn"], format!("{ARN}:1"));
    assert_eq!(states(&shown), created());
    let shown = api.send("GET", &first, &Value::Null).await.body["Configuration"].clone();
    assert_eq!(states(&shown), done());

    let code = json!({
        "ZipFile": STANDARD.encode(package(&answering("two"))),
        "Publish": true,
    });
    let update = api
        .send("PUT", &format!("{FUNCTION}/code"), &code)
        .await
        .body;
    assert_eq!(update["FunctionArn"], format!("{ARN}:2"));
    assert_eq!(states(&update), created());
    let path = format!("{FUNCTIONS}/greeter:2/invocations");
    refused(&api.send("POST", &path, &json!({})).await, PENDING);
    assert_eq!(api.invoke("greeter:1", json!({})).await.body, "one");
    let shown = api.send("GET", FUNCTION, &Value::Null).await.body["Configuration"].clone();
    assert_eq!(states(&shown), updated());
    assert_eq!(api.invoke("greeter:2", json!({})).await.body, "two");

    // A version of a function that is ready is ready at once.
    api.send(
        "PUT",
        &format!("{FUNCTION}/configuration"),
        &json!({ "Timeout": 8 }),
    )
    .await;
    api.until_settled().await;
    let published = api
        .send("POST", &format!("{FUNCTION}/versions"), &json!({}))
        .await;
    assert_eq!(published.body["FunctionArn"], format!("{ARN}:3"));
    assert_eq!(states(&published.body), done());
    api.stop().await;
}
