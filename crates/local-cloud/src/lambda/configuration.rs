//! A function's configuration, and how it is shown.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What a version runs with. A published version never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Configuration {
    pub(super) runtime: String,
    pub(super) handler: String,
    pub(super) role: String,
    pub(super) description: String,
    pub(super) timeout_seconds: u32,
    pub(super) memory_megabytes: u32,
    pub(super) architecture: String,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) ephemeral_storage_megabytes: u32,
    pub(super) tracing_mode: String,
    pub(super) logging: Logging,
}

/// Where and how a function logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Logging {
    pub(super) group: String,
    pub(super) json: bool,
    pub(super) application_level: Option<String>,
    pub(super) system_level: Option<String>,
}

impl Logging {
    /// The application's log level, which only the JSON format has.
    pub(super) fn level(&self) -> Option<&str> {
        self.json
            .then(|| self.application_level.as_deref().unwrap_or("INFO"))
    }

    /// Whether Lambda's own events are recorded when nothing is wrong.
    pub(super) fn shows_platform_events(&self) -> bool {
        self.system_level.as_deref() != Some("WARN")
    }

    fn to_json(&self) -> Value {
        let mut shown = json!({
            "LogFormat": if self.json { "JSON" } else { "Text" },
            "LogGroup": self.group,
        });
        if self.json {
            shown["ApplicationLogLevel"] = json!(self.level());
            shown["SystemLogLevel"] = json!(self.system_level.as_deref().unwrap_or("INFO"));
        }
        shown
    }
}

impl Configuration {
    /// Whether a version published from either would run the same.
    pub(super) fn runs_like(&self, other: &Self) -> bool {
        let described = Self {
            description: other.description.clone(),
            ..self.clone()
        };
        described == *other
    }

    /// Adds the members that every `FunctionConfiguration` shows.
    pub(super) fn show(&self, document: &mut Value) {
        document["Runtime"] = json!(self.runtime);
        document["Role"] = json!(self.role);
        document["Handler"] = json!(self.handler);
        document["Description"] = json!(self.description);
        document["Timeout"] = json!(self.timeout_seconds);
        document["MemorySize"] = json!(self.memory_megabytes);
        if !self.variables.is_empty() {
            document["Environment"] = json!({ "Variables": self.variables });
        }
        document["TracingConfig"] = json!({ "Mode": self.tracing_mode });
        document["PackageType"] = json!("Zip");
        document["Architectures"] = json!([self.architecture]);
        document["EphemeralStorage"] = json!({ "Size": self.ephemeral_storage_megabytes });
        document["SnapStart"] = json!({ "ApplyOn": "None", "OptimizationStatus": "Off" });
        document["LoggingConfig"] = self.logging.to_json();
    }
}
