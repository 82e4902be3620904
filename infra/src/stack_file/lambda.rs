//! The function behind the skill.

use serde::{Deserialize, Deserializer, de};

use super::value::{Duration, ValueError, words};
use super::{Permission, Regions, Variables};

/// The function.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Lambda {
    /// Memory; processor time comes with it.
    pub memory: Memory,
    /// The processor.
    pub architecture: Architecture,
    /// Where it runs.
    pub regions: Regions,
    /// How long its logs are kept.
    pub log_retention: LogRetention,
    /// Variables that the skill reads from its environment, beside those of this tool.
    pub environment: Variables,
    /// Permissions of the function's role beside writing its log.
    pub permissions: Vec<Permission>,
}

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

/// Memory of a function in MB
/// ([128 to 10240](https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory(u32);

impl Memory {
    /// In MB.
    pub fn megabytes(self) -> u32 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Memory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = i64::deserialize(deserializer)?;
        match u32::try_from(found) {
            Ok(megabytes @ 128..=10240) => Ok(Self(megabytes)),
            _ => Err(de::Error::custom(ValueError::new(
                &found.to_string(),
                "an amount of memory",
                "use 128 to 10240, in MB",
            ))),
        }
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
