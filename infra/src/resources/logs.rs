//! Log groups.

use serde::Serialize;

use super::{Arn, Tag};
use crate::cloudformation::{Attribute, Value};

/// `AWS::Logs::LogGroup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogGroup {
    /// Its name.
    pub log_group_name: Value<String>,
    /// After how many days log events are deleted.
    pub retention_in_days: u32,
    /// Tags.
    pub tags: Vec<Tag>,
}

impl LogGroup {
    /// ARN of the log group with `:*` at its end, which covers its log streams.
    pub const ARN: Attribute<Self, Arn> = Attribute::new("Arn");
}
