//! What a user pool cannot change once it exists.

use super::{Finding, Guard, refuse};
use crate::diff::change::Change;
use crate::error::Error;
use crate::immutable_pool_settings::ImmutablePoolSettings;
use crate::state::StageState;
use infra::StackFile;
use std::collections::BTreeSet;

/// Cognito refuses to change these, and CloudFormation finds out only while it does.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-updating.html>
pub(super) fn immutable(change: &Change, pool: &ImmutablePoolSettings) -> Vec<Finding> {
    let Some(after) = &change.after else {
        return Vec::new();
    };
    let before = change.before.as_ref().map(ImmutablePoolSettings::declared);
    let before = before.unwrap_or_default();
    pool.differences(
        &ImmutablePoolSettings::declared(after),
        before.schema.keys(),
    )
}

impl ImmutablePoolSettings {
    /// How a pool that was made like this differs from what is wanted, as far as it cannot follow.
    /// `ours` are the attributes that a deployment has declared: others are not missed.
    pub fn differences<'a>(
        &self,
        wanted: &Self,
        ours: impl IntoIterator<Item = &'a String>,
    ) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut differs = |what: &str, made: String, wanted: String| {
            if made != wanted {
                found.push(Finding {
                    guard: Guard::SignInAttributes,
                    what: format!("{what} would be {wanted}, and the pool was created with {made}"),
                });
            }
        };
        let told = |names: &BTreeSet<String>| {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            }
        };
        for (what, made, wanted) in [
            (
                "UsernameAttributes",
                &self.username_attributes,
                &wanted.username_attributes,
            ),
            (
                "AliasAttributes",
                &self.alias_attributes,
                &wanted.alias_attributes,
            ),
        ] {
            differs(what, told(made), told(wanted));
        }
        differs(
            "case-sensitivity of user names",
            self.case_sensitive.to_string(),
            wanted.case_sensitive.to_string(),
        );
        let is_required = |name: &str| format!("whether attribute {name} is required");
        for (name, wanted) in &wanted.schema {
            // Cognito adds what is new and not required, and changes nothing.
            let Some(made) = self.schema.get(name) else {
                differs(
                    &is_required(name),
                    false.to_string(),
                    wanted.required.to_string(),
                );
                continue;
            };
            let kind = if wanted.required { "" } else { "custom " };
            for (what, made, wanted) in [
                (
                    is_required(name),
                    made.required.to_string(),
                    wanted.required.to_string(),
                ),
                (
                    format!("the type of the {kind}attribute {name}"),
                    made.data_type.clone(),
                    wanted.data_type.clone(),
                ),
                (
                    format!("whether {kind}attribute {name} can be changed"),
                    made.mutable.to_string(),
                    wanted.mutable.to_string(),
                ),
            ] {
                differs(&what, made, wanted);
            }
            // Those of Cognito's own attributes are Cognito's.
            if !wanted.required && made.data_type == wanted.data_type {
                let what = format!("what the custom attribute {name} is limited to");
                differs(&what, made.limits(), wanted.limits());
            }
        }
        let gone = |name: &String| !wanted.schema.contains_key(name);
        let (yes, no) = (true.to_string(), false.to_string());
        let required = self.schema.iter().filter(|(_, made)| made.required);
        for (name, _) in required.filter(|(name, _)| gone(name)) {
            // `sub` is required in every pool, and so may be what people sign in with.
            if name != "sub" && !self.username_attributes.contains(name) {
                differs(&is_required(name), yes.clone(), no.clone());
            }
        }
        let ours = ours.into_iter().filter(|name| gone(name));
        for name in ours.filter(|name| self.schema.get(*name).is_some_and(|made| !made.required)) {
            let what = format!("whether there is a custom attribute {name}");
            differs(&what, yes.clone(), no.clone());
        }
        found
    }
}

/// Refuses a stack file that wants something else than the pool was made with, by what the state says
/// alone. A state that says nothing refuses nothing: the live pool is compared later, too.
pub fn check_recorded_pool(
    stack: &StackFile,
    state: &StageState,
    allowed: &[Guard],
) -> Result<(), Error> {
    let Some(record) = &state.pool else {
        return Ok(());
    };
    let Some(wanted) = ImmutablePoolSettings::wanted(stack)? else {
        return Ok(());
    };
    let made = &record.made_with;
    let found = made.differences(&wanted, made.schema.keys());
    refuse(found, allowed).map_err(|error| {
        error.because(format!(
            "this is what the stage's state says of user pool {}",
            record.id
        ))
    })
}

#[cfg(test)]
mod tests;
