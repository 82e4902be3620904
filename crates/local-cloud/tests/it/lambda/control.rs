//! The control plane: versions, aliases, policies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Api, FUNCTIONS, ROLE, SKILL, package};

const FUNCTION: &str = "/2015-03-31/functions/greeter";
const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:greeter";

/// Takes out what says how far Lambda is.
fn without_progress(document: &mut Value) {
    let progress = ["State", "StateReason", "LastUpdateStatus", "RevisionId"];
    document
        .as_object_mut()
        .unwrap()
        .retain(|name, _| !progress.iter().any(|prefix| name.starts_with(prefix)));
}

#[tokio::test]
async fn a_new_function_is_shown_as_lambda_shows_it() {
    let api = Api::start().await;
    let zip = package("pass");
    let extra = json!({ "Tags": { "stage": "local" }, "Description": "says hello" });
    let created = api.create_from(&zip, extra).await.body;
    assert_eq!(created["FunctionArn"], ARN);
    assert_eq!(created["CodeSha256"], STANDARD.encode(Sha256::digest(&zip)));
    assert_eq!(created["CodeSize"], zip.len());
    assert_eq!(created["Version"], "$LATEST");
    assert_eq!(created["Description"], "says hello");
    let modified = created["LastModified"].as_str().unwrap();
    assert!(modified.ends_with("+0000"), "{modified}");

    let got = api.send("GET", FUNCTION, &Value::Null).await.body;
    let (mut shown, mut expected) = (got["Configuration"].clone(), created.clone());
    for document in [&mut shown, &mut expected] {
        without_progress(document);
    }
    assert_eq!(shown, expected);
    assert_eq!(got["Tags"], json!({ "stage": "local" }));
    let qualified = api
        .send(
            "GET",
            &format!("{FUNCTION}?Qualifier=$LATEST"),
            &Value::Null,
        )
        .await;
    let arn = &qualified.body["Configuration"]["FunctionArn"];
    assert_eq!(*arn, format!("{ARN}:$LATEST"));
    let mut listed = api
        .send("GET", &format!("{FUNCTIONS}/"), &Value::Null)
        .await
        .body;
    without_progress(&mut listed["Functions"][0]);
    assert_eq!(listed["Functions"], json!([expected]));

    let again = json!({
        "FunctionName": "greeter", "Role": ROLE, "Runtime": "provided.al2023",
        "Handler": "bootstrap", "Code": { "ZipFile": STANDARD.encode(&zip) },
    });
    let again = api.send("POST", FUNCTIONS, &again).await;
    assert_eq!(
        (again.status, again.code()),
        (409, "ResourceConflictException")
    );
    assert_eq!(again.message(), "Function already exist: greeter");
    api.stop().await;
}

#[tokio::test]
async fn nothing_new_publishes_nothing_new() {
    let api = Api::start().await;
    let created = api.create("pass", json!({})).await.body;
    let versions = format!("{FUNCTION}/versions");
    let publish = |body: Value| {
        let (api, versions) = (&api, &versions);
        async move { api.send("POST", versions, &body).await }
    };

    let first = publish(json!({ "Description": "one", "CodeSha256": created["CodeSha256"] })).await;
    assert_eq!(first.status, 201);
    assert_eq!(first.body["Version"], "1");
    assert_eq!(first.body["FunctionArn"], format!("{ARN}:1"));
    assert_eq!(first.body["Description"], "one");
    let same = publish(json!({ "Description": "two" })).await;
    assert_eq!(same.body, first.body);

    // A new description is something new, as for every property that is locked to a version.
    for (number, change) in [
        ("2", json!({ "Timeout": 8 })),
        ("3", json!({ "Description": "new" })),
    ] {
        api.update("configuration", &change).await;
        assert_eq!(publish(json!({})).await.body["Version"], number);
    }
    let code = json!({ "ZipFile": STANDARD.encode(package("other")), "Publish": true });
    let updated = api.update("code", &code).await.body;
    assert_eq!(updated["Version"], "4");

    let wrong = publish(json!({ "CodeSha256": created["CodeSha256"] })).await;
    assert_eq!(wrong.code(), "InvalidParameterValueException");
    assert!(wrong.message().starts_with("CodeSHA256 ("), "{wrong:?}");
    let stale = publish(json!({ "RevisionId": created["RevisionId"] })).await;
    assert_eq!(
        (stale.status, stale.code()),
        (412, "PreconditionFailedException")
    );

    // A number is never used twice. A version that is not there is deleted without a word.
    let fourth = format!("{FUNCTION}?Qualifier=4");
    for _ in 0..2 {
        assert_eq!(api.send("DELETE", &fourth, &Value::Null).await.status, 204);
    }
    assert_eq!(publish(json!({})).await.body["Version"], "5");
    let listed = api.send("GET", &versions, &Value::Null).await.body;
    let listed: Vec<&Value> = listed["Versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| &version["Version"])
        .collect();
    assert_eq!(listed, ["$LATEST", "1", "2", "3", "5"]);
    api.stop().await;
}

#[tokio::test]
async fn an_alias_points_at_a_version_that_exists() {
    let api = Api::start().await;
    api.create("pass", json!({ "Publish": true })).await;
    let aliases = format!("{FUNCTION}/aliases");
    let live = format!("{aliases}/live");
    let alias = |version: &str| json!({ "Name": "live", "FunctionVersion": version });

    let nowhere = api.send("POST", &aliases, &alias("7")).await;
    assert_eq!(
        (nowhere.status, nowhere.code()),
        (404, "ResourceNotFoundException")
    );
    assert_eq!(nowhere.message(), format!("Function not found: {ARN}:7"));
    let created = api.send("POST", &aliases, &alias("1")).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.body["AliasArn"], format!("{ARN}:live"));
    let twice = api.send("POST", &aliases, &alias("1")).await;
    assert_eq!(
        (twice.status, twice.code()),
        (409, "ResourceConflictException")
    );
    assert_eq!(twice.message(), format!("Alias already exists: {ARN}:live"));
    let number = json!({ "Name": "12", "FunctionVersion": "1" });
    let number = api.send("POST", &aliases, &number).await;
    assert_eq!(number.code(), "ValidationException");

    let held = api
        .send("DELETE", &format!("{FUNCTION}?Qualifier=1"), &Value::Null)
        .await;
    assert_eq!(held.code(), "ResourceConflictException");
    assert!(held.message().ends_with("reference it: [live]"), "{held:?}");

    let stale = json!({ "FunctionVersion": "$LATEST", "RevisionId": "older" });
    let stale = api.send("PUT", &live, &stale).await;
    assert_eq!(stale.status, 412);
    let moved = json!({ "FunctionVersion": "$LATEST", "RevisionId": created.body["RevisionId"] });
    let moved = api.send("PUT", &live, &moved).await.body;
    assert_eq!(moved["FunctionVersion"], "$LATEST");
    assert_ne!(moved["RevisionId"], created.body["RevisionId"]);

    assert_eq!(api.send("DELETE", &live, &Value::Null).await.status, 204);
    // Each operation says it in its own words.
    let qualified = format!("{FUNCTION}?Qualifier=live");
    let policy = format!("{FUNCTION}/policy/alexa?Qualifier=live");
    for (method, path, body, words) in [
        ("GET", live.clone(), Value::Null, "Cannot find alias arn"),
        (
            "PUT",
            live,
            json!({ "Description": "new" }),
            "Alias not found",
        ),
        ("GET", qualified, Value::Null, "Function not found"),
        ("DELETE", policy, Value::Null, "Cannot find alias arn"),
    ] {
        let gone = api.send(method, &path, &body).await;
        assert_eq!(
            (gone.status, gone.code()),
            (404, "ResourceNotFoundException")
        );
        assert_eq!(gone.message(), format!("{words}: {ARN}:live"));
    }
    let elsewhere = ARN.replace("us-east-1", "eu-west-1");
    let elsewhere = format!("{FUNCTIONS}/{elsewhere}");
    let elsewhere = api.send("GET", &elsewhere, &Value::Null).await;
    assert_eq!(
        elsewhere.message(),
        "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"
    );
    api.stop().await;
}

#[tokio::test]
async fn each_qualifier_has_a_policy_of_its_own() {
    let api = Api::start().await;
    api.create("pass", json!({ "Publish": true })).await;
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    api.send("POST", &format!("{FUNCTION}/aliases"), &alias)
        .await;
    let policy = format!("{FUNCTION}/policy");
    let live = format!("{policy}?Qualifier=live");
    let permission = json!({
        "StatementId": "alexa",
        "Action": "lambda:InvokeFunction",
        "Principal": "alexa-appkit.amazon.com",
        "EventSourceToken": SKILL,
    });

    let added = api.send("POST", &live, &permission).await;
    assert_eq!(added.status, 201, "{added:?}");
    let statement = json!({
        "Sid": "alexa",
        "Effect": "Allow",
        "Principal": { "Service": "alexa-appkit.amazon.com" },
        "Action": "lambda:InvokeFunction",
        "Resource": format!("{ARN}:live"),
        "Condition": { "StringEquals": { "lambda:EventSourceToken": SKILL } },
    });
    let said = added.body["Statement"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(said).unwrap(), statement);
    let read = api.send("GET", &live, &Value::Null).await.body;
    let read: Value = serde_json::from_str(read["Policy"].as_str().unwrap()).unwrap();
    let expected = json!({ "Version": "2012-10-17", "Id": "default", "Statement": [statement] });
    assert_eq!(read, expected);

    let unqualified = api.send("GET", &policy, &Value::Null).await;
    assert_eq!(
        (unqualified.status, unqualified.code()),
        (404, "ResourceNotFoundException")
    );
    let twice = api.send("POST", &live, &permission).await;
    assert_eq!(
        (twice.status, twice.code()),
        (409, "ResourceConflictException")
    );
    let latest = api
        .send("POST", &format!("{policy}?Qualifier=$LATEST"), &permission)
        .await;
    assert_eq!(latest.code(), "InvalidParameterValueException");
    let nobody = api
        .send("POST", &format!("{policy}?Qualifier=beta"), &permission)
        .await;
    assert_eq!(
        nobody.message(),
        format!("Cannot find alias arn: {ARN}:beta")
    );
    let mut stranger = permission.clone();
    stranger["Principal"] = json!("alexa");
    stranger["StatementId"] = json!("other");
    let stranger = api.send("POST", &live, &stranger).await;
    assert_eq!(stranger.code(), "InvalidParameterValueException");

    let statement = format!("{policy}/alexa?Qualifier=live");
    assert_eq!(
        api.send("DELETE", &statement, &Value::Null).await.status,
        204
    );
    assert_eq!(api.send("GET", &live, &Value::Null).await.status, 404);
    assert_eq!(
        api.send("DELETE", &statement, &Value::Null).await.status,
        404
    );
    api.stop().await;
}

#[tokio::test]
async fn what_is_unknown_or_unsupported_is_refused_by_name() {
    let api = Api::start().await;
    let layers = api.send("GET", "/2018-10-31/layers", &Value::Null).await;
    assert_eq!(
        (layers.status, layers.code()),
        (404, "UnknownOperationException")
    );
    let body = json!({
        "FunctionName": "greeter", "Role": ROLE, "Runtime": "provided.al2023",
        "Handler": "bootstrap", "Code": { "ZipFile": STANDARD.encode(package("pass")) },
        "VpcConfig": {},
    });
    let refused = api.send("POST", FUNCTIONS, &body).await;
    assert_eq!(refused.status, 400);
    assert!(refused.message().contains("VpcConfig"), "{refused:?}");
    assert_eq!(api.send("GET", FUNCTION, &Value::Null).await.status, 404);
    api.stop().await;
}

#[tokio::test]
async fn tags_come_and_go() {
    let api = Api::start().await;
    api.create("pass", json!({})).await;
    let tags = format!("/2017-03-31/tags/{ARN}");
    let added = json!({ "Tags": { "stage": "local", "team": "voice" } });
    assert_eq!(api.send("POST", &tags, &added).await.status, 204);
    let removed = format!("{tags}?tagKeys=team&tagKeys=other");
    assert_eq!(api.send("DELETE", &removed, &Value::Null).await.status, 204);
    let left = api.send("GET", &tags, &Value::Null).await;
    assert_eq!(left.body, json!({ "Tags": { "stage": "local" } }));
    api.stop().await;
}
