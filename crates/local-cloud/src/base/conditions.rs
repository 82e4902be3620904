//! Bad days of an identity provider, which whoever drives the stage asks for.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::error::AwsError;
use super::html::page;

/// How long a slow provider takes for an answer: longer than Alexa waits for one, which is 8 s.
const SLOW: Duration = Duration::from_secs(10);

/// How the provider is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Condition {
    /// It answers.
    #[default]
    Up,
    /// It answers 503.
    Down,
    /// It answers, ten seconds late.
    Slow,
}

/// How the provider is for everybody, and for some people.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    everybody: Condition,
    /// By e-mail address, phone number or user name.
    people: HashMap<String, Condition>,
}

impl Condition {
    /// Lets the caller suffer it.
    pub(crate) async fn endure(self) -> Result<(), Outage> {
        match self {
            Self::Up => Ok(()),
            Self::Down => Err(Outage),
            Self::Slow => {
                tokio::time::sleep(SLOW).await;
                Ok(())
            }
        }
    }
}

impl Conditions {
    pub(crate) fn set(&mut self, person: Option<String>, condition: Condition) {
        match person {
            None => self.everybody = condition,
            Some(person) if condition == Condition::Up => {
                self.people.remove(&person);
            }
            Some(person) => {
                self.people.insert(person, condition);
            }
        }
    }

    /// The condition of everybody comes before that of a person, whatever that person is called.
    pub(crate) fn of<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Condition {
        let own = || names.into_iter().find_map(|name| self.people.get(name));
        match self.everybody {
            Condition::Up => own().copied().unwrap_or_default(),
            everybody => everybody,
        }
    }
}

/// The provider is down.
#[derive(Debug)]
pub(crate) struct Outage;

/// The same where a person looks at a page.
#[derive(askama::Template)]
#[template(path = "cognito/outage.html")]
struct OutagePage;

impl Outage {
    /// A page with the same status.
    pub(crate) fn page() -> Response {
        page(StatusCode::SERVICE_UNAVAILABLE, &OutagePage)
    }
}

impl IntoResponse for Outage {
    fn into_response(self) -> Response {
        (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable").into_response()
    }
}

impl From<Outage> for AwsError {
    fn from(Outage: Outage) -> Self {
        Self::new(500, "InternalErrorException", "Something went wrong")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_can_have_a_bad_day_alone() {
        let mut conditions = Conditions::default();
        let (ada, bob) = (["+14255550100", "ada"], ["bob"]);
        conditions.set(Some("ada".to_owned()), Condition::Down);
        assert_eq!(conditions.of(ada), Condition::Down);
        assert_eq!(conditions.of(bob), Condition::Up);
        assert_eq!(conditions.of([]), Condition::Up);
        conditions.set(None, Condition::Slow);
        assert_eq!(conditions.of(ada), Condition::Slow);
        assert_eq!(conditions.of([]), Condition::Slow);
        conditions.set(None, Condition::Up);
        conditions.set(Some("ada".to_owned()), Condition::Up);
        assert_eq!(conditions.of(ada), Condition::Up);
    }
}
