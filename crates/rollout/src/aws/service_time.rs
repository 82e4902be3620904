//! The time by a service's clock, from the `Date` of its answers
//! ([RFC 9110, 6.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1)).

use std::sync::{Arc, Mutex};
use std::time::Instant;

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{DATE, HeaderMap};

/// A service's clock. Clones share it; it goes on between answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServiceTime {
    heard: Arc<Mutex<Option<Heard>>>,
}

#[derive(Debug, Clone, Copy)]
struct Heard {
    date: Timestamp,
    at: Instant,
}

impl ServiceTime {
    /// The time, once an answer has told it; to a second.
    pub(crate) fn now(&self) -> Option<Timestamp> {
        let heard = self.heard.lock().map_or(None, |heard| *heard)?;
        let since = SignedDuration::try_from(heard.at.elapsed()).unwrap_or_default();
        heard.date.checked_add(since).ok()
    }

    /// Takes the time from the headers of an answer.
    pub(super) fn hear(&self, date: Option<Timestamp>) {
        if let (Some(date), Ok(mut heard)) = (date, self.heard.lock()) {
            *heard = Some(Heard {
                date,
                at: Instant::now(),
            });
        }
    }
}

/// The time by the clock of the service that gave an answer.
pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    parse(headers.get(DATE)?.to_str().ok()?)
}

fn parse(date: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(date).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_the_last_that_was_heard() {
        let time = ServiceTime::default();
        assert_eq!(time.now(), None);
        for unusable in ["tomorrow", ""] {
            time.hear(parse(unusable));
            assert_eq!(time.now(), None);
        }
        for (date, second) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Sun, 06 Nov 1994 08:49:07 GMT", 784_111_747),
        ] {
            time.hear(parse(date));
            let passed = time.now().unwrap().as_second() - second;
            assert!((0..60).contains(&passed), "{passed}");
        }
        time.hear(parse("now and then"));
        assert!(time.now().is_some());
    }
}
