//! The line that every request leaves in the log, which is a metric as well, in the
//! [embedded metric format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).

use std::error::Error;
use std::time::Duration;

use jiff::Timestamp;
use models::request::{Request, RequestBody, RequestEnvelope, SessionErrorKind};
use serde_json::{Map, Value, json};

use crate::answer::Answered;
use crate::log::{Level, chain};
use crate::outcome::Outcome;
use crate::{Intents, Locale, Log};

/// Where CloudWatch shows the metric.
const NAMESPACE: &str = "Voicelink";

/// What stands for a word of a request that this build does not know. The word itself could be
/// anybody's token, could fill the log, and would be one more metric that CloudWatch bills.
const OTHER: Option<&str> = Some("other");

/// What is told about one request: words of this build, never a request's own.
#[derive(Debug)]
pub(crate) struct Report {
    outcome: &'static str,
    level: Level,
    fields: Map<String, Value>,
}

impl Report {
    /// A report of the request that Lambda knows under an id.
    pub(crate) fn new(request_id: &str, outcome: &Outcome) -> Self {
        let mut fields = Map::new();
        fields.insert("requestId".into(), request_id.into());
        Self {
            outcome: outcome.name(),
            level: outcome.level(),
            fields,
        }
    }

    /// A report of an answer.
    pub(crate) fn of<I: Intents>(
        request_id: &str,
        request: &RequestEnvelope,
        answered: &Answered,
    ) -> Self {
        let Request { locale, body, .. } = &request.request;
        let intent = match body {
            RequestBody::Intent(request) => Some(request.intent.name.as_str()),
            _ => None,
        };
        let report = Self::new(request_id, &answered.outcome)
            .with("requestType", request.request.documented_kind().or(OTHER))
            .with("locale", locale.as_deref().and_then(locale_word::<I>))
            .with("intent", intent.and_then(intent_word::<I>))
            .with("account", Some(request.linked_account().name()))
            .with("alexaError", refused_by_alexa(body));
        match &answered.outcome {
            Outcome::Account(problem) => report.with_error("problem", problem),
            Outcome::Service(error) => report.with_error("error", error),
            _ => report,
        }
    }

    /// Adds a word of this build, if there is one.
    #[must_use]
    fn with(mut self, name: &str, word: Option<&'static str>) -> Self {
        if let Some(word) = word {
            self.fields.insert(name.into(), word.into());
        }
        self
    }

    /// Adds an error with everything that led to it.
    #[must_use]
    pub(crate) fn with_error(mut self, name: &str, error: &(dyn Error + 'static)) -> Self {
        self.fields.insert(name.into(), chain(error).into());
        self
    }

    /// Writes the line. It is written whatever the log's level: a metric with gaps is none.
    pub(crate) fn write(mut self, log: &Log, latency: Duration) {
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
        log.metric(self.level, "request", self.fields);
    }
}

fn locale_word<I: Intents>(tag: &str) -> Option<&'static str> {
    I::Locale::known(tag).map(I::Locale::tag).or(OTHER)
}

fn intent_word<I: Intents>(name: &str) -> Option<&'static str> {
    I::known(name).map(I::name).or(OTHER)
}

/// The kind of error that Alexa reports about an earlier answer, if it reports one. Its message may
/// quote the answer, so it stays out of the log.
fn refused_by_alexa(body: &RequestBody) -> Option<&'static str> {
    let error = match body {
        RequestBody::SessionEnded(request) => request.error.as_ref(),
        RequestBody::ExceptionEncountered(request) => request.error.as_ref(),
        _ => None,
    };
    let kind = error?.kind.as_ref();
    kind.and_then(SessionErrorKind::known).or(OTHER)
}
