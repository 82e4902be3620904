//! When something happened, by Alexa's clock.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A time as Alexa writes it: ISO 8601 text, or milliseconds since 1970 in a few older requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EventTime {
    /// For example `2026-11-20T09:30:00Z`.
    Text(String),
    /// Milliseconds since the beginning of 1970, UTC.
    Milliseconds(i64),
}

impl EventTime {
    /// The instant, if the text is one.
    pub fn instant(&self) -> Option<Timestamp> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Milliseconds(milliseconds) => Timestamp::from_millisecond(*milliseconds).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(json: &str) -> Option<String> {
        let time: EventTime = serde_json::from_str(json).unwrap();
        time.instant().map(|instant| instant.to_string())
    }

    #[test]
    fn both_forms_are_read() {
        let expected = Some("2026-11-20T09:30:00Z".to_owned());
        assert_eq!(instant("\"2026-11-20T09:30:00Z\""), expected);
        assert_eq!(instant("\"2026-11-20T10:30:00+01:00\""), expected);
        assert_eq!(instant("1795167000000"), expected);
        assert_eq!(instant("\"yesterday\""), None);
    }
}
