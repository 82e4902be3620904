//! When something happened, by Alexa's clock.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::object::FromJson;

/// A time as Alexa writes it: ISO 8601 text, or milliseconds since 1970 in a few older requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EventTime {
    /// For example `2026-11-20T09:30:00Z`.
    Text(String),
    /// Milliseconds since the beginning of 1970, UTC.
    Milliseconds(i64),
}

impl FromJson for EventTime {
    fn from_json(json: Value) -> Result<Self, Value> {
        match json {
            Value::String(text) => Ok(Self::Text(text)),
            other => other.as_i64().map(Self::Milliseconds).ok_or(other),
        }
    }
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
        let time = EventTime::from_json(serde_json::from_str(json).unwrap()).unwrap();
        time.instant().map(|instant| instant.to_string())
    }

    #[test]
    fn both_forms_are_read() {
        let expected = Some("2026-11-20T09:30:00Z".to_owned());
        assert_eq!(instant("\"2026-11-20T09:30:00Z\""), expected);
        assert_eq!(instant("\"2026-11-20T10:30:00+01:00\""), expected);
        assert_eq!(instant("1795167000000"), expected);
        assert_eq!(instant("\"yesterday\""), None);
        for other in [
            Value::Null,
            1.5.into(),
            u64::MAX.into(),
            Vec::<Value>::new().into(),
        ] {
            assert_eq!(EventTime::from_json(other.clone()), Err(other));
        }
    }
}
