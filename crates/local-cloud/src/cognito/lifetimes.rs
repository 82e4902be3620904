//! How long a client's tokens live, and whether its refresh tokens rotate.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html>

use serde::Deserialize;

use crate::base::error::AwsError;
use crate::cognito::errors::invalid;

const DAY: i64 = 24 * 60 * 60;
const ACCESS_SECONDS: std::ops::RangeInclusive<i64> = 300..=DAY;
const REFRESH_SECONDS: std::ops::RangeInclusive<i64> = 3600..=3650 * DAY;

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

impl Unit {
    fn seconds(self) -> i64 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 60 * 60,
            Self::Days => DAY,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
struct Units {
    access_token: Option<Unit>,
    id_token: Option<Unit>,
    refresh_token: Option<Unit>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rotation {
    feature: String,
    #[serde(default)]
    retry_grace_period_seconds: i64,
}

/// The part of a client's settings that is about time.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Lifetimes {
    refresh_token_validity: i64,
    access_token_validity: Option<i64>,
    id_token_validity: Option<i64>,
    token_validity_units: Units,
    refresh_token_rotation: Option<Rotation>,
    auth_session_validity: Option<i64>,
}

impl Lifetimes {
    /// Refuses what is out of range.
    pub(crate) fn check(&self) -> Result<(), AwsError> {
        let fine = ACCESS_SECONDS.contains(&self.access_seconds())
            && ACCESS_SECONDS.contains(&self.id_seconds())
            && REFRESH_SECONDS.contains(&self.refresh_seconds())
            && self.access_seconds() <= self.refresh_seconds()
            && self.id_seconds() <= self.refresh_seconds();
        if fine {
            Ok(())
        } else {
            Err(invalid("Invalid range for token validity."))
        }
    }

    /// Life of an access token, in seconds.
    pub(crate) fn access_seconds(&self) -> i64 {
        let unit = self
            .token_validity_units
            .access_token
            .unwrap_or(Unit::Hours);
        self.access_token_validity.unwrap_or(1).saturating_mul(
            // Without a value the default is an hour, whatever the unit says.
            if self.access_token_validity.is_some() {
                unit
            } else {
                Unit::Hours
            }
            .seconds(),
        )
    }

    /// Life of an ID token, in seconds.
    pub(crate) fn id_seconds(&self) -> i64 {
        let unit = self.token_validity_units.id_token.unwrap_or(Unit::Hours);
        self.id_token_validity.unwrap_or(1).saturating_mul(
            if self.id_token_validity.is_some() {
                unit
            } else {
                Unit::Hours
            }
            .seconds(),
        )
    }

    /// Life of a refresh token, in seconds from sign-in.
    pub(crate) fn refresh_seconds(&self) -> i64 {
        match self.refresh_token_validity {
            0 => 30 * DAY,
            value => {
                let unit = self
                    .token_validity_units
                    .refresh_token
                    .unwrap_or(Unit::Days);
                value.saturating_mul(unit.seconds())
            }
        }
    }

    /// How long a challenge may take, in seconds.
    pub(crate) fn challenge_seconds(&self) -> i64 {
        self.auth_session_validity.unwrap_or(3) * 60
    }

    /// Whether a refresh answers with a new refresh token.
    pub(crate) fn rotates(&self) -> bool {
        self.refresh_token_rotation
            .as_ref()
            .is_some_and(|rotation| rotation.feature == "ENABLED")
    }

    /// How long a rotated refresh token still works, in seconds.
    pub(crate) fn rotation_grace_seconds(&self) -> i64 {
        self.refresh_token_rotation
            .as_ref()
            .map_or(0, |rotation| rotation.retry_grace_period_seconds)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(document: Value) -> Result<Lifetimes, AwsError> {
        let lifetimes: Lifetimes = serde_json::from_value(document).unwrap();
        lifetimes.check().map(|()| lifetimes)
    }

    #[test]
    fn lifetimes_keep_to_their_ranges() {
        let with = |access: i64, unit: &str, refresh: i64| {
            parse(json!({
                "AccessTokenValidity": access,
                "RefreshTokenValidity": refresh,
                "TokenValidityUnits": {"AccessToken": unit, "RefreshToken": "days"},
            }))
        };
        assert_eq!(with(60, "minutes", 3650).unwrap().access_seconds(), 3600);
        assert_eq!(with(5, "minutes", 30).unwrap().access_seconds(), 300);
        with(299, "seconds", 30).unwrap_err();
        with(25, "hours", 30).unwrap_err();
        with(1, "hours", 3651).unwrap_err();
    }

    #[test]
    fn defaults_are_an_hour_and_thirty_days() {
        let plain = parse(json!({"RefreshTokenValidity": 30})).unwrap();
        assert_eq!(plain.access_seconds(), 3600);
        assert_eq!(plain.id_seconds(), 3600);
        assert_eq!(plain.refresh_seconds(), 30 * DAY);
        assert_eq!(parse(json!({})).unwrap().refresh_seconds(), 30 * DAY);
    }
}
