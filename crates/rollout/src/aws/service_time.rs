//! The time by a service's clock, from the `Date` of its answers
//! ([RFC 9110, 6.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1)).

use std::sync::{Arc, Mutex};
use std::time::Instant;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

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

    fn hear(&self, date: Option<&str>) {
        let date = date.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
        if let (Some(date), Ok(mut heard)) = (date, self.heard.lock()) {
            *heard = Some(Heard {
                date,
                at: Instant::now(),
            });
        }
    }
}

#[dyn_dispatch_hint]
impl Intercept for ServiceTime {
    fn name(&self) -> &'static str {
        "ServiceTime"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.hear(context.response().headers().get("date"));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_the_last_that_was_heard() {
        let time = ServiceTime::default();
        assert_eq!(time.now(), None);
        for unusable in [None, Some("tomorrow"), Some("")] {
            time.hear(unusable);
            assert_eq!(time.now(), None);
        }
        for (date, second) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Sun, 06 Nov 1994 08:49:07 GMT", 784_111_747),
        ] {
            time.hear(Some(date));
            let passed = time.now().unwrap().as_second() - second;
            assert!((0..60).contains(&passed), "{passed}");
        }
        time.hear(Some("now and then"));
        assert!(time.now().is_some());
    }
}
