//! The function behind the skill.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::value::{Duration, ValueError, number, words};
use super::{Permission, Regions, Variables};

/// The function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Lambda {
    /// Memory in MB; processor time comes with it.
    #[schemars(extend("x-source" = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"))]
    pub memory: Memory,
    /// The processor. The local stage always runs the host's own.
    pub architecture: Architecture,
    /// Regions that the function runs in, by part of the world. The functions' regions are not where people's data is:
    /// that is the region of a stage.
    #[schemars(extend("x-source" = super::region::HOSTING, "x-hint" = REGIONS_HINT))]
    pub regions: Regions,
    /// How long logs are kept.
    #[schemars(extend(
        "x-source" = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
        "examples" = ["1d", "90d"]
    ))]
    pub log_retention: LogRetention,
    /// Variables that the skill reads from its environment, beside those of this tool; 3 KB of names and values at
    /// most. A value is a text, `{ output = "NAME" }` for an output of `infra/resources.yaml`, or `{ secret = "NAME" }`
    /// for a secret that the skill reads itself. A text that looks like a secret is refused.
    #[schemars(extend("x-source" = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"))]
    #[serde(skip_serializing_if = "Variables::is_empty")]
    pub environment: Variables,
    /// Permissions of the function's role beside writing its log.
    #[schemars(extend("x-source" = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html"))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Permission>,
}

/// The way out where the list of what is allowed does not say it.
const REGIONS_HINT: &str = "Alexa calls a custom skill's Lambda in these regions alone; people can \
     sign in anywhere else: that is the region of a stage";

impl Default for Lambda {
    fn default() -> Self {
        Self {
            memory: Memory(256),
            architecture: Architecture::Arm64,
            regions: Regions::default(),
            log_retention: LogRetention(30),
            environment: Variables::default(),
            permissions: Vec::new(),
        }
    }
}

number! {
    /// Memory of a function in MB
    /// ([128 to 10240](https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)).
    Memory(u32), "an amount of memory", 128..=10240, ", in MB"
}

impl Memory {
    /// In MB.
    pub fn megabytes(self) -> u32 {
        self.0
    }
}

words! {
    /// A processor that Lambda has.
    Architecture {
        /// 64-bit ARM.
        Arm64 = "arm64",
        /// 64-bit x86.
        X86_64 = "x86_64",
    }
}

/// How long log events are kept, in days that CloudWatch Logs knows
/// ([`PutRetentionPolicy`](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogRetention(u32);

const RETENTIONS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

impl LogRetention {
    /// In days.
    pub fn days(self) -> u32 {
        self.0
    }
}

impl Serialize for LogRetention {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}d", self.0))
    }
}

impl JsonSchema for LogRetention {
    fn schema_name() -> Cow<'static, str> {
        "LogRetention".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // The same time in another unit is read as well.
        json_schema!({
            "type": "string",
            "anyOf": [
                { "enum": RETENTIONS.map(|days| format!("{days}d")) },
                { "pattern": "^[0-9]+[smh]$" }
            ]
        })
    }
}

impl<'de> Deserialize<'de> for LogRetention {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let duration = Duration::deserialize(deserializer)?;
        let known = RETENTIONS
            .into_iter()
            .find(|days| u64::from(*days) * 86400 == duration.as_secs());
        known.map(Self).ok_or_else(|| {
            let days = RETENTIONS.map(|days| format!("{days}d")).join(", ");
            de::Error::custom(ValueError::new(
                &duration.to_string(),
                "a retention of logs",
                format!("use one of {days}"),
            ))
        })
    }
}
