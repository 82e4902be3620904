//! The line that every request leaves, judged by the
//! [specification](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html)
//! of the embedded metric format.

use serde_json::{Map, Value, json};

use crate::people::{
    Fate, Stage, ask_for, intent, invocation, launch, linked, mary, received, unlinked,
};

/// What the specification demands of a document that CloudWatch is to read metrics from.
fn judge(document: &Value) -> Result<(), String> {
    let member = |object: &Map<String, Value>, name: &str| {
        object
            .get(name)
            .cloned()
            .ok_or(format!("{name} is missing"))
    };
    let only = |object: &Map<String, Value>, names: &[&str]| match object
        .keys()
        .find(|name| !names.contains(&name.as_str()))
    {
        Some(other) => Err(format!("{other} is not a member")),
        None => Ok(()),
    };
    let object = |value: &Value| value.as_object().cloned().ok_or("not an object".to_owned());
    let list = |value: &Value| value.as_array().cloned().ok_or("not an array".to_owned());
    let name = |value: &Value| match value.as_str() {
        Some(text) if (1..=255).contains(&text.len()) => Ok(text.to_owned()),
        _ => Err(format!("{value} is not a name")),
    };

    let root = object(document)?;
    let metadata = object(&member(&root, "_aws")?)?;
    only(&metadata, &["Timestamp", "CloudWatchMetrics"])?;
    let timestamp = member(&metadata, "Timestamp")?;
    // In milliseconds: the year 2020 is more than 12 digits ago.
    if timestamp.as_i64().is_none_or(|at| at < 1_577_836_800_000) {
        return Err(format!("{timestamp} is not a time in milliseconds"));
    }
    let directives = list(&member(&metadata, "CloudWatchMetrics")?)?;
    if directives.is_empty() {
        return Err("there is no metric".to_owned());
    }
    for directive in directives {
        let directive = object(&directive)?;
        only(&directive, &["Namespace", "Dimensions", "Metrics"])?;
        name(&member(&directive, "Namespace")?)?;
        let sets = list(&member(&directive, "Dimensions")?)?;
        if sets.is_empty() {
            return Err("there is no set of dimensions".to_owned());
        }
        for set in sets {
            let set = list(&set)?;
            if set.len() > 30 {
                return Err("more than 30 dimensions".to_owned());
            }
            for dimension in set {
                let dimension = name(&dimension)?;
                name(&member(&root, &dimension)?)?;
            }
        }
        let metrics = list(&member(&directive, "Metrics")?)?;
        if metrics.is_empty() || metrics.len() > 100 {
            return Err(format!("{} metrics", metrics.len()));
        }
        for metric in metrics {
            let metric = object(&metric)?;
            only(&metric, &["Name", "Unit", "StorageResolution"])?;
            let target = name(&member(&metric, "Name")?)?;
            if !member(&root, &target)?.is_number() {
                return Err(format!("{target} is not a number"));
            }
            let unit = member(&metric, "Unit")?;
            if !["Seconds", "Microseconds", "Milliseconds", "Count"]
                .contains(&name(&unit)?.as_str())
            {
                return Err(format!("{unit} is not a unit"));
            }
        }
    }
    Ok(())
}

#[test]
fn the_judge_notices() {
    let good = json!({
        "_aws": { "Timestamp": 1_574_109_732_004_000_i64, "CloudWatchMetrics": [{
            "Namespace": "n", "Dimensions": [["d"]], "Metrics": [{ "Name": "m", "Unit": "Count" }]
        }] },
        "d": "x", "m": 1
    });
    assert_eq!(judge(&good), Ok(()));
    for (pointer, value) in [
        ("/_aws/Timestamp", json!("2026-11-20T09:30:00Z")),
        ("/_aws/Timestamp", json!(1_795_167_000)),
        ("/_aws/CloudWatchMetrics", json!([])),
        ("/_aws/CloudWatchMetrics/0/Namespace", json!("")),
        ("/_aws/CloudWatchMetrics/0/Dimensions", json!(["d"])),
        ("/_aws/CloudWatchMetrics/0/Dimensions/0/0", json!("e")),
        ("/_aws/CloudWatchMetrics/0/Metrics/0/Unit", json!("ms")),
        ("/_aws/CloudWatchMetrics/0/Metrics/0/Name", json!("d")),
        ("/d", json!(1)),
        ("/m", json!("1")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(judge(&bad).is_err(), "{bad}");
    }
}

/// Sends a request and reads the one line with a metric that it left.
async fn line_of(fate: Fate, request: Value) -> Value {
    let stage = Stage::new(fate);
    // A request for another skill is an error of the function.
    let _ = stage
        .skill
        .respond(request, &invocation(8_000), received())
        .await;
    let lines: Vec<Value> = (stage.log().lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line.get("_aws").is_some())
        .collect();
    assert_eq!(lines.len(), 1, "{}", stage.log());
    assert_eq!(judge(&lines[0]), Ok(()), "{}", lines[0]);
    lines[0].clone()
}

#[tokio::test]
async fn every_request_leaves_one_line_with_its_outcome() {
    let mut elsewhere = linked(launch());
    elsewhere["context"]["System"]["application"]["applicationId"] = "another".into();
    let question = || linked(ask_for("emailAddress"));
    for (fate, request, level, outcome) in [
        (Fate::Good(mary()), question(), "INFO", "answered"),
        (Fate::Good(mary()), unlinked(launch()), "INFO", "not-linked"),
        (Fate::Revoked, question(), "INFO", "link-expired"),
        (Fate::Foreign, question(), "WARN", "foreign-token"),
        (
            Fate::Unavailable,
            question(),
            "WARN",
            "provider-unavailable",
        ),
        (Fate::Panics, question(), "ERROR", "panic"),
        (Fate::Good(mary()), elsewhere, "ERROR", "wrong-skill"),
        (
            Fate::Good(mary()),
            json!({ "request": {} }),
            "ERROR",
            "unreadable",
        ),
        (
            Fate::Good(mary()),
            linked(json!({ "type": "AlexaSkillEvent.SkillEnabled" })),
            "INFO",
            "noted",
        ),
    ] {
        let line = line_of(fate, request).await;
        assert_eq!(line["level"], level);
        assert_eq!(line["outcome"], outcome);
        assert_eq!(line["requestId"], "lambda-request-1");
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(
            line["_aws"]["CloudWatchMetrics"][0]["Namespace"],
            "Voicelink"
        );
    }
}

#[tokio::test]
async fn an_intent_is_a_dimension_of_its_own() {
    let line = line_of(Fate::Good(mary()), linked(ask_for("emailAddress"))).await;
    assert_eq!(line["requestType"], "IntentRequest");
    assert_eq!(line["intent"], "RequestInfoIntent");
    assert_eq!(line["locale"], "en-US");
    let dimensions = &line["_aws"]["CloudWatchMetrics"][0]["Dimensions"];
    assert_eq!(*dimensions, json!([["outcome"], ["intent", "outcome"]]));
    let line = line_of(Fate::Good(mary()), linked(launch())).await;
    assert_eq!(line.get("intent"), None);
}

/// `AWS_LAMBDA_LOG_LEVEL` quietens the log, not the metric.
#[tokio::test]
async fn a_quiet_log_still_has_metrics() {
    let stage = Stage::at_level(Fate::Good(mary()), "ERROR");
    stage.send(linked(intent("AMAZON.HelpIntent"))).await;
    let line: Value = serde_json::from_str(&stage.log()).unwrap();
    assert_eq!(judge(&line), Ok(()));
}
