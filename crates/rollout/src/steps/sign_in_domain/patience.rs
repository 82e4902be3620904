//! How long a new host is waited for, and what people are told meanwhile.

use std::time::Duration;

use infra::names::HostName;

use crate::error::{Code, Error};

/// How long people may need to get to a new host. A domain is there after some minutes, and its
/// certificate everywhere after an hour at most
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html>).
pub(super) const PROPAGATION: Duration = Duration::from_mins(30);
/// How often a person is told that it still goes on.
const TOLD_EVERY: Duration = Duration::from_mins(1);

/// What people do not find at a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missing {
    /// Its name leads nowhere, and why.
    Address(String),
    /// There is an address and no sign-in page at it, and why.
    Page(String),
}

impl Missing {
    fn thing(&self) -> &'static str {
        match self {
            Self::Address(_) => "its DNS record",
            Self::Page(_) => "its sign-in page",
        }
    }

    fn so_far(&self) -> String {
        match self {
            Self::Address(why) => format!("not known yet: {why}"),
            Self::Page(why) => format!("known, and not ready yet: {why}"),
        }
    }
}

/// The wait for one host.
#[derive(Debug)]
pub(super) struct Patience<'a> {
    host: &'a HostName,
    limit: Duration,
    /// What was told last, and when.
    told: Option<(Missing, Duration)>,
}

impl<'a> Patience<'a> {
    pub(super) fn new(host: &'a HostName, limit: Duration) -> Self {
        Self {
            host,
            limit,
            told: None,
        }
    }

    /// What to tell of what is missing after so long, if it is news; an error when it has been long
    /// enough.
    pub(super) fn consider(
        &mut self,
        missing: Missing,
        elapsed: Duration,
    ) -> Result<Option<String>, Error> {
        let minutes = |time: Duration| time.as_secs() / 60;
        let (host, limit) = (self.host, minutes(self.limit));
        if elapsed >= self.limit {
            return Err(Error::new(
                Code::SignInDomain,
                format!(
                    "{host} does not answer: {} was waited for, for {limit} minutes",
                    missing.thing()
                ),
            )
            .because(format!("{host} is {}", missing.so_far()))
            .hint(
                "a new domain can take an hour. Run the command again: everything up to here stays, \
                 and it waits for up to as long again. If it still does not answer then, look whether \
                 the name servers of its hosted zone are those that the domain is registered with \
                 (docs/identity.md)",
            ));
        }
        let is_news = self.told.as_ref().is_none_or(|(told, when)| {
            *told != missing || elapsed.saturating_sub(*when) >= TOLD_EVERY
        });
        if !is_news {
            return Ok(None);
        }
        let line = format!(
            "{host} is {} ({} of {limit} min)",
            missing.so_far(),
            minutes(elapsed)
        );
        self.told = Some((missing, elapsed));
        Ok(Some(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> HostName {
        HostName::parse("login.example.com").unwrap()
    }

    fn nowhere() -> Missing {
        Missing::Address("there is no such name".to_owned())
    }

    #[test]
    fn news_are_told_at_once_and_the_same_once_a_minute() {
        let host = host();
        let mut patience = Patience::new(&host, PROPAGATION);
        let mut told = |missing: Missing, seconds: u64| {
            let elapsed = Duration::from_secs(seconds);
            patience.consider(missing, elapsed).unwrap()
        };
        assert_eq!(
            told(nowhere(), 0).as_deref(),
            Some("login.example.com is not known yet: there is no such name (0 of 30 min)")
        );
        assert_eq!(told(nowhere(), 59), None);
        assert!(told(nowhere(), 60).unwrap().contains("(1 of 30 min)"));
        let page = Missing::Page("it answers 403".to_owned());
        assert_eq!(
            told(page.clone(), 61).as_deref(),
            Some("login.example.com is known, and not ready yet: it answers 403 (1 of 30 min)")
        );
        assert_eq!(told(page, 62), None);
    }

    #[test]
    fn the_wait_ends_and_says_for_what_it_was_and_what_to_do() {
        let host = host();
        let page = Missing::Page("it answers 403".to_owned());
        for (missing, thing, why) in [
            (nowhere(), "its DNS record", "there is no such name"),
            (page, "its sign-in page", "it answers 403"),
        ] {
            let mut patience = Patience::new(&host, PROPAGATION);
            let before = PROPAGATION.saturating_sub(Duration::from_secs(1));
            patience.consider(missing.clone(), before).unwrap();
            let error = patience.consider(missing, PROPAGATION).unwrap_err();
            assert_eq!(error.code(), "SIGN_IN_DOMAIN");
            for part in ["login.example.com", thing, "30 minutes"] {
                assert!(error.message().contains(part), "{part} in {error}");
            }
            assert!(error.causes()[0].contains(why), "{error}");
            let next = error.next_step().unwrap();
            assert!(next.contains("Run the command again"), "{next}");
        }
    }
}
