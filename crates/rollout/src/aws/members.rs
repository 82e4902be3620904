//! Which members of a description of Cognito's are configuration, and which values of them are the same as
//! none.
//!
//! `facts/cognito.json` is reduced from Amazon's own service model; continuous integration compares it with
//! the one that botocore ships.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use super::document::Document;
use super::identity::ORIGINAL_ISSUER;

static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../facts/cognito.json")).unwrap_or_default()
});

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Facts {
    user_pool: Members,
    app_client: Members,
}

/// The members of one kind of description, in Cognito's words.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Members {
    /// What only a description has.
    reads: BTreeSet<String>,
    /// What an update takes, by the names that the description has.
    writes: BTreeSet<String>,
}

impl Members {
    /// Those of a user pool.
    /// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html>
    pub(crate) fn of_pools() -> &'static Self {
        &FACTS.user_pool
    }

    /// Those of an app client.
    /// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPoolClient.html>
    pub(crate) fn of_clients() -> &'static Self {
        &FACTS.app_client
    }

    /// Whether a member is no configuration: nobody can write it, and nothing is lost without it.
    pub(crate) fn only_reads(&self, name: &str) -> bool {
        self.reads.contains(name)
    }

    /// Whether an update takes the member.
    pub(crate) fn writes(&self, name: &str) -> bool {
        self.writes.contains(name)
    }
}

/// A member whose absence in a description, or in an update, says something.
struct Absence {
    path: &'static [&'static str],
    /// What is the same as the absence; whatever there is, if nothing is said.
    value: Option<Value>,
}

/// Cognito shows some members only from some day on, or once somebody has set them, and keeps some of them
/// where an update leaves them out, so that what is off has to be said to be off.
static ABSENCES: LazyLock<[Absence; 8]> = LazyLock::new(|| {
    let row = |path, value| Absence { path, value };
    [
        // "Amazon Cognito always returns the effective configuration", also of pools that were made before
        // there was one. The names of the levels that nobody has named are no promise.
        // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolType.html
        row(&["AcrConfiguration"], None),
        // Which key encrypts the pool is shown of some; an update cannot take it away.
        row(&["KeyConfiguration"], None),
        row(
            &["IssuerConfiguration"],
            Some(json!({ "Type": ORIGINAL_ISSUER })),
        ),
        // "If you omit this parameter, Amazon Cognito keeps the existing configuration."
        // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html
        row(
            &["DcrConfiguration"],
            Some(json!({ "EnableStatus": "Disabled" })),
        ),
        // Kept, as others have measured: https://github.com/go-to-k/cdkd/issues/1968 and, of the policies,
        // https://github.com/go-to-k/cdkd/pull/1982
        row(&["MfaConfiguration"], Some(json!("OFF"))),
        row(
            &["Policies", "SignInPolicy"],
            Some(json!({ "AllowedFirstAuthFactors": ["PASSWORD"] })),
        ),
        row(
            &["UserAttributeUpdateSettings"],
            Some(json!({ "AttributesRequireVerificationBeforeUpdate": [] })),
        ),
        // https://github.com/hashicorp/terraform-provider-aws/issues/47196
        row(
            &["RefreshTokenRotation"],
            Some(json!({ "Feature": "DISABLED" })),
        ),
    ]
});

/// Whether a value at a path says what its absence says.
pub(crate) fn is_absence(path: &[String], value: &Value) -> bool {
    ABSENCES.iter().any(|absence| {
        if path.len() < absence.path.len() {
            return false;
        }
        let (place, rest) = path.split_at(absence.path.len());
        if place != absence.path {
            return false;
        }
        let Some(same) = &absence.value else {
            return true;
        };
        let same = rest.iter().try_fold(same, |same, name| same.get(name));
        same.is_some_and(|same| says(same, value))
    })
}

/// Services fill in members that nobody has asked for.
fn says(same: &Value, value: &Value) -> bool {
    match (same, value) {
        (Value::Object(same), Value::Object(value)) => same
            .iter()
            .all(|(name, same)| value.get(name).is_some_and(|value| says(same, value))),
        (same, value) => same == value,
    }
}

/// Says of everything that is not there any more that it is off, where leaving it out would keep it.
pub(crate) fn say_what_is_off(live: &Document, document: &mut Document) {
    for absence in ABSENCES.iter() {
        let (Some(value), Some((name, parents))) = (&absence.value, absence.path.split_last())
        else {
            continue;
        };
        let was = parents
            .iter()
            .try_fold(live, |live, name| live.get(*name)?.as_object());
        if was.is_none_or(|was| !was.contains_key(*name)) {
            continue;
        }
        let mut place = Some(&mut *document);
        for parent in parents {
            place = place.and_then(|place| place.get_mut(*parent)?.as_object_mut());
        }
        if let Some(place) = place {
            place
                .entry((*name).to_owned())
                .or_insert_with(|| value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_cognito_always_shows_is_known() {
        let pools = Members::of_pools();
        for name in ["AcrConfiguration", "KeyConfiguration", "DcrConfiguration"] {
            assert!(pools.writes(name), "{name}");
        }
        let clients = Members::of_clients();
        for name in ["ClientType", "ClientSecretArn", "ClientSecret", "ClientId"] {
            assert!(clients.only_reads(name) && !clients.writes(name), "{name}");
        }
        assert!(!pools.writes("QuantumConfiguration"));
        assert!(!pools.only_reads("QuantumConfiguration"));
    }

    #[test]
    fn what_is_off_is_the_same_as_nothing() {
        let issuer = path(&["IssuerConfiguration"]);
        assert!(is_absence(&issuer, &json!({"Type": "ORIGINAL"})));
        assert!(!is_absence(&issuer, &json!({"Type": "UPDATED"})));
        let form = path(&["IssuerConfiguration", "Type"]);
        assert!(is_absence(&form, &json!("ORIGINAL")));
        assert!(!is_absence(&form, &json!("UPDATED")));
        let registration = path(&["DcrConfiguration"]);
        let off = json!({"EnableStatus": "Disabled", "OpenDcrEnabled": false});
        assert!(is_absence(&registration, &off));
        assert!(!is_absence(
            &registration,
            &json!({"EnableStatus": "Enabled"})
        ));
        assert!(!is_absence(&path(&["UserPoolAddOns"]), &json!({})));
        assert!(!is_absence(&path(&["Policies"]), &json!({})));
    }

    #[test]
    fn what_is_gone_is_written_as_off() {
        let live = json!({
            "MfaConfiguration": "ON",
            "Policies": {"PasswordPolicy": {}, "SignInPolicy": {"AllowedFirstAuthFactors": ["EMAIL_OTP"]}},
            "DcrConfiguration": {"EnableStatus": "Enabled"},
            "AcrConfiguration": {},
        });
        let live = live.as_object().unwrap();
        let mut document = json!({"Policies": {"PasswordPolicy": {}}})
            .as_object()
            .unwrap()
            .clone();
        say_what_is_off(live, &mut document);
        assert_eq!(
            Value::Object(document),
            json!({
                "Policies": {
                    "PasswordPolicy": {},
                    "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
                },
                "DcrConfiguration": {"EnableStatus": "Disabled"},
                "MfaConfiguration": "OFF",
            })
        );
        let mut kept = live.clone();
        say_what_is_off(live, &mut kept);
        assert_eq!(&kept, live);
    }
}
