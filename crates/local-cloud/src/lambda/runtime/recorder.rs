//! What one process leaves in its log stream.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::configuration::Logging;
use super::super::function::Blueprint;
use super::Host;
use crate::aws::logs::Logs;
use crate::base::clock::Clock;

/// Writes the lines of one process, and Lambda's own lines around them.
#[derive(Debug)]
pub(super) struct Recorder {
    logs: Logs,
    clock: Clock,
    region: String,
    logging: Logging,
    version: String,
    stream: String,
    /// What was written since the last event ended.
    written: Mutex<String>,
}

/// The figures of the line that ends an invocation.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) duration: Duration,
    /// Only for the first event of a process.
    pub(super) init: Option<Duration>,
    pub(super) memory_megabytes: u32,
    /// Absent when the process is gone, or when the system does not tell.
    pub(super) peak_megabytes: Option<u64>,
    /// `timeout` or `error`, with the kind of the error.
    pub(super) failure: Option<(&'static str, &'static str)>,
}

impl Recorder {
    pub(super) fn new(host: &Host, blueprint: &Blueprint) -> Self {
        let date = host.clock.now().to_zoned(TimeZone::UTC).date();
        let date = date.strftime("%Y/%m/%d");
        let instance = Uuid::new_v4().simple();
        Self {
            logs: host.logs.clone(),
            clock: host.clock.clone(),
            region: blueprint.region.clone(),
            logging: blueprint.configuration.logging.clone(),
            version: blueprint.version.clone(),
            stream: format!("{date}/[{}]{instance}", blueprint.version),
            written: Mutex::default(),
        }
    }

    pub(super) fn stream(&self) -> &str {
        &self.stream
    }

    /// One line of the process, without its newline.
    pub(super) fn line(&self, text: &str) {
        let message = format!("{text}\n");
        self.logs
            .append(&self.region, &self.logging.group, &self.stream, &message);
        self.written().push_str(&message);
    }

    /// An event begins.
    pub(super) fn start(&self, request_id: &str) {
        if !self.logging.json {
            self.line(&format!(
                "START RequestId: {request_id} Version: {}",
                self.version
            ));
        } else if self.logging.shows_platform_events() {
            let record = json!({ "requestId": request_id, "version": self.version });
            self.platform("platform.start", &record);
        }
    }

    /// Why there is no answer.
    pub(super) fn failure(&self, request_id: &str, message: &str, kind: &str) {
        if self.logging.json {
            let record = json!({ "requestId": request_id, "errorType": kind, "message": message });
            self.platform("platform.fault", &record);
        } else {
            let now = self.clock.now();
            self.line(&format!("{now:.3} {request_id} {message}"));
        }
    }

    /// An event is done.
    pub(super) fn end(&self, request_id: &str, report: &Report) {
        if !self.logging.json {
            self.line(&format!("END RequestId: {request_id}"));
            self.line(&report.to_text(request_id));
        } else if report.failure.is_some() || self.logging.shows_platform_events() {
            self.platform("platform.report", &report.to_json(request_id));
        }
    }

    /// What was written for the event that has just ended, with the start of the process if it
    /// was the first.
    pub(super) fn take_written(&self) -> String {
        std::mem::take(&mut self.written())
    }

    fn platform(&self, kind: &str, record: &Value) {
        let time = format!("{:.3}", self.clock.now());
        let line = json!({ "time": time, "type": kind, "record": record });
        self.line(&line.to_string());
    }

    fn written(&self) -> std::sync::MutexGuard<'_, String> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Report {
    /// Whole milliseconds, the start included.
    fn billed(&self) -> u128 {
        (self.duration + self.init.unwrap_or_default())
            .as_nanos()
            .div_ceil(1_000_000)
    }

    fn to_text(&self, request_id: &str) -> String {
        let mut fields = vec![
            format!("REPORT RequestId: {request_id}"),
            format!("Duration: {:.2} ms", milliseconds(self.duration)),
            format!("Billed Duration: {} ms", self.billed()),
            format!("Memory Size: {} MB", self.memory_megabytes),
        ];
        if let Some(peak) = self.peak_megabytes {
            fields.push(format!("Max Memory Used: {peak} MB"));
        }
        if let Some(init) = self.init {
            fields.push(format!("Init Duration: {:.2} ms", milliseconds(init)));
        }
        if let Some((status, kind)) = self.failure {
            fields.push(format!("Status: {status}"));
            if status == "error" {
                fields.push(format!("Error Type: {kind}"));
            }
        }
        fields.push(String::new());
        fields.join("\t")
    }

    /// The record of `platform.report`.
    pub(super) fn to_json(&self, request_id: &str) -> Value {
        let mut metrics = json!({
            "durationMs": milliseconds(self.duration),
            "billedDurationMs": u64::try_from(self.billed()).unwrap_or(u64::MAX),
            "memorySizeMB": self.memory_megabytes,
        });
        if let Some(peak) = self.peak_megabytes {
            metrics["maxMemoryUsedMB"] = json!(peak);
        }
        if let Some(init) = self.init {
            metrics["initDurationMs"] = json!(milliseconds(init));
        }
        let mut record = json!({ "requestId": request_id, "metrics": metrics });
        record["status"] = json!(self.failure.map_or("success", |(status, _)| status));
        if let Some((_, kind)) = self.failure {
            record["errorType"] = json!(kind);
        }
        record
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_like_lambdas() {
        let report = Report {
            duration: Duration::from_micros(1_234),
            init: Some(Duration::from_micros(20_100)),
            memory_megabytes: 128,
            peak_megabytes: Some(17),
            failure: None,
        };
        assert_eq!(
            report.to_text("id"),
            "REPORT RequestId: id\tDuration: 1.23 ms\tBilled Duration: 22 ms\tMemory Size: 128 MB\
             \tMax Memory Used: 17 MB\tInit Duration: 20.10 ms\t"
        );
        let failed = Report {
            init: None,
            peak_megabytes: None,
            failure: Some(("timeout", "Sandbox.Timedout")),
            ..report
        };
        assert!(
            failed
                .to_text("id")
                .ends_with("Memory Size: 128 MB\tStatus: timeout\t")
        );
        assert_eq!(failed.to_json("id")["status"], "timeout");
    }
}
