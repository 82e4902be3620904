//! Faults of a local stage on purpose, at its door `/control/faults`.

use serde::{Deserialize, Serialize};

/// What goes wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// It is refused with this status and not carried out.
    #[serde(rename_all = "camelCase")]
    Refuse {
        /// 403, 409, 412, 429, 500 or 503.
        status: u16,
        /// The `Retry-After` header, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_seconds: Option<u32>,
    },
    /// It is carried out, and the connection is reset instead of an answer.
    Reset,
    /// It is carried out and never answered.
    Silence,
    /// It is carried out after a while, when calls that came later may have been.
    Late {
        /// The while.
        milliseconds: u64,
    },
    /// It is carried out and answered or not; nothing that comes later is carried out, until
    /// the rules are set again.
    #[serde(rename_all = "camelCase")]
    Halt {
        /// Whether the caller gets the answer.
        answered: bool,
    },
}

/// A fault and the call that it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// The number of the call, from 1.
    pub call: usize,
    /// What goes wrong.
    pub fault: Fault,
}

/// One call, as it came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallRecord {
    /// From 1.
    pub number: usize,
    /// Service and operation, such as `cloudformation CreateChangeSet`.
    pub operation: String,
    /// Whether it may change something.
    pub mutating: bool,
    /// Of 409 and 412, those that the service can refuse this call with.
    pub conflicts: Vec<u16>,
}
