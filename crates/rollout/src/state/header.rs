//! What a state says of itself before anything else is read: its format, whose it is, and the versions
//! that wrote it and may read it.
//!
//! Format 1 is that of 0.1.0, which has no header. A change that only adds members keeps the format and
//! [`MIN_TOOL`]: versions that do not know a member keep it. A change that earlier versions must not
//! ignore raises `MIN_TOOL` to the version that makes it, and one of the layout the format too.

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::place::StageIdentity;

/// The format that is written.
const FORMAT: u64 = 2;

/// The earliest version that may read and rewrite what is written.
const MIN_TOOL: Version = Version::new(0, 2, 0);

/// The header of a state; empty in a state of 0.1.0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    #[serde(default)]
    format: Option<u64>,
    /// The version that wrote the state.
    #[serde(default)]
    tool: Option<Version>,
    #[serde(default, rename = "min-tool")]
    min_tool: Option<Version>,
    #[serde(flatten)]
    pub(super) whose: Option<StageIdentity>,
}

impl Header {
    /// The earliest version that may go on with the state, if this one may not.
    pub(super) fn demands(&self) -> Option<&Version> {
        self.min_tool.as_ref().filter(|least| **least > tool())
    }

    /// The version that wrote the state, if it is later than this one.
    pub(super) fn later_tool(&self) -> Option<&Version> {
        self.tool.as_ref().filter(|wrote| **wrote > tool())
    }

    /// Whether everything is there that comes with a format.
    pub(super) fn is_complete(&self) -> bool {
        match self.format {
            None => self.tool.is_none() && self.min_tool.is_none() && self.whose.is_none(),
            Some(format) => {
                let versions = self.tool.is_some() && self.min_tool.is_some();
                format >= FORMAT && versions && self.whose.is_some()
            }
        }
    }

    /// The header of a state that this version writes over one with this header, and its members. What
    /// a later version has added is still there and still wants its reader.
    pub(super) fn over(
        &self,
        whose: &StageIdentity,
    ) -> Result<(Self, Map<String, Value>), serde_json::Error> {
        let format = self.format.unwrap_or_default().max(FORMAT);
        let least = self.min_tool.clone().unwrap_or(MIN_TOOL).max(MIN_TOOL);
        let header = Self {
            format: Some(format),
            tool: Some(tool()),
            min_tool: Some(least),
            whose: Some(whose.clone()),
        };
        let members = serde_json::to_value(&header).and_then(serde_json::from_value)?;
        Ok((header, members))
    }
}

/// This version.
pub(super) fn tool() -> Version {
    // Cargo takes no other version than one of semver.
    env!("CARGO_PKG_VERSION").parse().unwrap_or(MIN_TOOL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_version_may_read_what_it_writes() {
        assert_eq!(tool().to_string(), env!("CARGO_PKG_VERSION"));
        assert!(MIN_TOOL <= tool());
    }
}
