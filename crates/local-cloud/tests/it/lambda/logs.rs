//! CloudWatch Logs by itself.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{Answer, Api};

fn messages(answer: &Answer) -> Vec<&str> {
    let events = answer.body["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["message"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn groups_keep_their_retention_and_tags() {
    let api = Api::start().await;
    let group = json!({ "logGroupName": "/aws/lambda/greeter" });
    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/greeter";

    let missing = api.logs("DeleteLogGroup", &group).await;
    assert_eq!(missing.code(), "ResourceNotFoundException");
    let mut tagged = group.clone();
    tagged["tags"] = json!({ "stage": "local" });
    assert_eq!(api.logs("CreateLogGroup", &tagged).await.status, 200);
    let twice = api.logs("CreateLogGroup", &group).await;
    assert_eq!(twice.code(), "ResourceAlreadyExistsException");
    assert_eq!(twice.message(), "The specified log group already exists");

    let mut retention = group.clone();
    retention["retentionInDays"] = json!(2);
    let refused = api.logs("PutRetentionPolicy", &retention).await;
    assert_eq!(refused.code(), "InvalidParameterException");
    assert!(
        refused.message().contains("'retentionInDays'"),
        "{refused:?}"
    );
    retention["retentionInDays"] = json!(30);
    assert_eq!(api.logs("PutRetentionPolicy", &retention).await.status, 200);

    let prefix = json!({ "logGroupNamePrefix": "/aws/lambda/" });
    let shown = api.logs("DescribeLogGroups", &prefix).await.body["logGroups"][0].clone();
    assert_eq!(shown["retentionInDays"], 30);
    assert_eq!(shown["arn"], format!("{arn}:*"));
    assert_eq!(shown["logGroupArn"], arn);
    assert_eq!(api.logs("DeleteRetentionPolicy", &group).await.status, 200);
    let shown = api.logs("DescribeLogGroups", &prefix).await.body["logGroups"][0].clone();
    assert_eq!(shown["retentionInDays"], Value::Null);

    let more = json!({ "resourceArn": arn, "tags": { "team": "voice" } });
    assert_eq!(api.logs("TagResource", &more).await.status, 200);
    let less = json!({ "resourceArn": arn, "tagKeys": ["stage"] });
    assert_eq!(api.logs("UntagResource", &less).await.status, 200);
    let tags = api
        .logs("ListTagsForResource", &json!({ "resourceArn": arn }))
        .await;
    assert_eq!(tags.body, json!({ "tags": { "team": "voice" } }));

    assert_eq!(api.logs("DeleteLogGroup", &group).await.status, 200);
    let none = api.logs("DescribeLogGroups", &prefix).await;
    assert_eq!(none.body["logGroups"], json!([]));
    let unknown = api.logs("StartQuery", &json!({})).await;
    assert_eq!(unknown.code(), "UnknownOperationException");
    api.stop().await;
}

#[tokio::test]
async fn events_are_read_forwards_backwards_and_by_pattern() {
    let api = Api::start().await;
    let stream = json!({ "logGroupName": "app", "logStreamName": "one" });
    api.logs("CreateLogGroup", &json!({ "logGroupName": "app" }))
        .await;
    let nowhere = api.logs("GetLogEvents", &stream).await;
    assert_eq!(
        nowhere.message(),
        "The specified log stream does not exist."
    );
    assert_eq!(api.logs("CreateLogStream", &stream).await.status, 200);

    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let now = u64::try_from(now).unwrap();
    let mut events = stream.clone();
    events["logEvents"] = json!([
        { "timestamp": 1, "message": "from long ago" },
        { "timestamp": now, "message": "ERROR one" },
        { "timestamp": now + 1, "message": "two" },
        { "timestamp": now + 2, "message": "three" },
    ]);
    let put = api.logs("PutLogEvents", &events).await;
    assert_eq!(
        put.body["rejectedLogEventsInfo"]["tooOldLogEventEndIndex"],
        1
    );
    events["logEvents"].as_array_mut().unwrap().reverse();
    let disordered = api.logs("PutLogEvents", &events).await;
    assert_eq!(disordered.code(), "InvalidParameterException");

    let mut page = stream.clone();
    page["limit"] = json!(2);
    let newest = api.logs("GetLogEvents", &page).await;
    assert_eq!(messages(&newest), ["two", "three"]);
    page["nextToken"] = newest.body["nextBackwardToken"].clone();
    let older = api.logs("GetLogEvents", &page).await;
    assert_eq!(messages(&older), ["ERROR one"]);
    page["nextToken"] = older.body["nextBackwardToken"].clone();
    let oldest = api.logs("GetLogEvents", &page).await;
    assert_eq!(messages(&oldest), [""; 0]);
    assert_eq!(oldest.body["nextBackwardToken"], page["nextToken"]);
    page["nextToken"] = newest.body["nextForwardToken"].clone();
    let end = api.logs("GetLogEvents", &page).await;
    assert_eq!(messages(&end), [""; 0]);
    assert_eq!(end.body["nextForwardToken"], page["nextToken"]);

    let errors = json!({ "logGroupName": "app", "filterPattern": "ERROR" });
    assert_eq!(
        messages(&api.logs("FilterLogEvents", &errors).await),
        ["ERROR one"]
    );
    let late = json!({ "logGroupIdentifier": "app", "startTime": now + 1, "endTime": now + 2 });
    assert_eq!(messages(&api.logs("FilterLogEvents", &late).await), ["two"]);
    api.stop().await;
}
