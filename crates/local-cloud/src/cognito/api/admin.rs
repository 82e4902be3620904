//! Users, as an administrator sees them.

use serde_json::{Value, json};

use super::Call;
use super::pools::page;
use super::sign_up::attribute_pairs;
use crate::base::error::AwsError;
use crate::base::random;
use crate::cognito::errors::{self, invalid, not_authorized};
use crate::cognito::pool::Pool;
use crate::cognito::state::State;
use crate::cognito::users::password::PasswordHash;
use crate::cognito::users::{Status, User, sign_up};

pub(super) fn get(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let user = find(pool(state, call)?, call)?;
    let mut answer = user.describe("UserAttributes");
    user.factors.describe(&mut answer);
    Ok(answer)
}

/// Creates a confirmed address with a temporary password. Nothing is sent: the stage has no
/// invitation message.
pub(super) fn create(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = pool(state, call)?;
    if call.optional("MessageAction") != Some("SUPPRESS") {
        return Err(invalid(
            "This stage sends no invitations: MessageAction must be SUPPRESS.",
        ));
    }
    let attributes = attribute_pairs(call.input, "UserAttributes");
    let mut user = sign_up::new_user(pool, call.text("Username"), &attributes, call.shared)?;
    let password = call
        .optional("TemporaryPassword")
        .map_or_else(|| format!("Aa1!{}", random::code()), str::to_owned);
    check_policy(pool, &password)?;
    user.password = Some(PasswordHash::new(&password));
    user.status = Status::ForceChangePassword;
    let answer = json!({ "User": user.describe("Attributes") });
    pool.users.add(user);
    Ok(answer)
}

pub(super) fn set_password(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = pool(state, call)?;
    check_policy(pool, call.text("Password"))?;
    let user = find(pool, call)?;
    user.password = Some(PasswordHash::new(call.text("Password")));
    user.status = if call.input["Permanent"] == true {
        Status::Confirmed
    } else {
        Status::ForceChangePassword
    };
    user.modified = call.now;
    Ok(json!({}))
}

pub(super) fn confirm(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let user = find(pool(state, call)?, call)?;
    if user.status != Status::Unconfirmed {
        return Err(not_authorized(
            "User cannot be confirmed. Current status is CONFIRMED",
        ));
    }
    user.status = Status::Confirmed;
    user.modified = call.now;
    Ok(json!({}))
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = pool(state, call)?;
    let sub = find(pool, call)?.sub().to_owned();
    pool.grants.revoke_all(&sub);
    pool.users.remove(&sub);
    Ok(json!({}))
}

pub(super) fn sign_out(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let pool = pool(state, call)?;
    let sub = find(pool, call)?.sub().to_owned();
    pool.grants.revoke_all(&sub);
    Ok(json!({}))
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Value, AwsError> {
    let filter = call.optional("Filter").map(Filter::parse).transpose()?;
    let users = pool(state, call)?
        .users
        .iter()
        .filter(|user| filter.as_ref().is_none_or(|filter| filter.matches(user)))
        .map(|user| user.describe("Attributes"))
        .collect();
    page(users, call, "Limit", "PaginationToken", "Users")
}

/// `attribute = "value"`, or `^=` for a prefix.
struct Filter {
    attribute: String,
    value: String,
    prefix: bool,
}

impl Filter {
    fn parse(text: &str) -> Result<Self, AwsError> {
        let error = || invalid("Error while parsing filter.");
        let (left, value) = text.split_once('=').ok_or_else(error)?;
        let prefix = left.trim_end().ends_with('^');
        let attribute = left.trim().trim_end_matches('^').trim().trim_matches('"');
        let value = value.trim();
        let value = value
            .strip_prefix('"')
            .and_then(|value| value.strip_suffix('"'))
            .ok_or_else(error)?;
        if attribute.is_empty() {
            return Err(error());
        }
        Ok(Self {
            attribute: attribute.to_owned(),
            value: value.replace("\\\"", "\""),
            prefix,
        })
    }

    fn matches(&self, user: &User) -> bool {
        let value = if self.attribute == "username" {
            Some(user.username.as_str())
        } else {
            user.attribute(&self.attribute)
        };
        value.is_some_and(|value| {
            if self.prefix {
                value.starts_with(&self.value)
            } else {
                value == self.value
            }
        })
    }
}

fn pool<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Pool, AwsError> {
    state.pool_mut(call.region, call.pool_id())
}

fn find<'a>(pool: &'a mut Pool, call: &Call) -> Result<&'a mut User, AwsError> {
    pool.users
        .find_mut(&pool.settings, call.text("Username"))
        .ok_or_else(errors::no_user)
}

fn check_policy(pool: &Pool, password: &str) -> Result<(), AwsError> {
    match pool.settings.policies.password_policy.violation(password) {
        Some(violation) => Err(errors::invalid_password(violation)),
        None => Ok(()),
    }
}
