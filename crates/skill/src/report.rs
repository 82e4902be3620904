//! The line that every request leaves in the log, which is a metric as well, in the
//! [embedded metric format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).

use std::time::Duration;

use jiff::Timestamp;
use models::request::{RequestBody, RequestEnvelope};
use serde_json::{Map, Value, json};

use crate::Log;
use crate::answer::Answered;
use crate::log::{Level, chain};

/// Where CloudWatch shows the metric.
const NAMESPACE: &str = "Voicelink";

/// What is told about one request: names and kinds, never a value.
#[derive(Debug)]
pub(crate) struct Report {
    outcome: &'static str,
    fields: Map<String, Value>,
}

impl Report {
    /// A report of the request that Lambda knows under an id.
    pub(crate) fn new(request_id: &str, outcome: &'static str) -> Self {
        let mut fields = Map::new();
        fields.insert("requestId".into(), request_id.into());
        Self { outcome, fields }
    }

    /// A report of an answer.
    pub(crate) fn of(request_id: &str, request: &RequestEnvelope, answered: &Answered) -> Self {
        let body = &request.request.body;
        let intent = match body {
            RequestBody::Intent(request) => Some(request.intent.name.as_str()),
            _ => None,
        };
        Self::new(request_id, answered.outcome)
            .with("requestType", Some(request.request.kind()))
            .with("locale", request.request.locale.as_deref())
            .with("intent", intent)
            .with("account", Some(request.linked_account().name()))
            .with("alexaError", refused_by_alexa(body))
            .with(
                "problem",
                answered.problem.as_ref().map(|problem| chain(problem)),
            )
    }

    /// Adds something, if there is something.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.fields.insert(name.into(), value.into());
        }
        self
    }

    /// Writes the line. It is written whatever the log's level: a metric with gaps is none.
    pub(crate) fn write(mut self, log: &Log, latency: Duration) {
        let level = match self.outcome {
            "answered" | "noted" | "not-linked" | "speaker-not-linked" | "link-expired" => {
                Level::Info
            }
            "foreign-token" | "provider-unavailable" | "out-of-time" => Level::Warn,
            _ => Level::Error,
        };
        // Every combination of values is a metric that CloudWatch bills, so there are few.
        let dimensions = if self.fields.contains_key("intent") {
            json!([["outcome"], ["intent", "outcome"]])
        } else {
            json!([["outcome"]])
        };
        self.fields.insert("outcome".into(), self.outcome.into());
        let milliseconds = latency.as_secs_f64() * 1_000.0;
        self.fields.insert("latency".into(), milliseconds.into());
        let metadata = json!({
            "Timestamp": Timestamp::now().as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": dimensions,
                "Metrics": [{ "Name": "latency", "Unit": "Milliseconds" }]
            }]
        });
        self.fields.insert("_aws".into(), metadata);
        log.metric(level, "request", self.fields);
    }
}

/// The kind of error that Alexa reports about an earlier answer. Its message may quote the
/// answer, so it stays out of the log.
fn refused_by_alexa(body: &RequestBody) -> Option<&str> {
    let error = match body {
        RequestBody::SessionEnded(request) => request.error.as_ref(),
        RequestBody::ExceptionEncountered(request) => request.error.as_ref(),
        _ => None,
    };
    error.map(|error| error.kind.as_str())
}
