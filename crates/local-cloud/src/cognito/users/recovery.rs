//! A forgotten password.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html>
//!
//! Whoever signed up without a password gets a code like everybody else, and has one then. No page of
//! Amazon's says what Cognito does for them.

use crate::aws::Shared;
use crate::base::error::AwsError;
use crate::cognito::errors::{self, invalid, not_authorized};
use crate::cognito::messages;
use crate::cognito::pool::Pool;
use crate::cognito::settings::{Contact, Recovery};
use crate::cognito::users::code::Purpose;
use crate::cognito::users::password::PasswordHash;
use crate::cognito::users::sign_in::{SecondFactor, asked_for};
use crate::cognito::users::{Status, User};

/// Sends a reset code. Where user existence is not to be told, a stranger gets the same answer.
pub(crate) fn forgot(
    pool: &mut Pool,
    client_id: &str,
    username: &str,
    shared: &Shared,
) -> Result<(), AwsError> {
    let silent = pool.client(client_id)?.settings.hides_users();
    let ways = pool.settings.recovery();
    if ways.contains(&Recovery::AdminOnly) {
        return Err(not_authorized("Contact administrator to reset password."));
    }
    let now = shared.clock.now();
    let target = (pool.users.find(&pool.settings, username))
        .and_then(|user| ways.iter().find_map(|way| reach(pool, user, *way)));
    let Some(user) = pool.users.find_mut(&pool.settings, username) else {
        if !silent {
            return Err(errors::no_user());
        }
        // Nobody is sent this code.
        let stranger = pool.users.stranger(&pool.settings, username);
        stranger.codes.issue(Purpose::Recovery, Contact::Email, now);
        return Ok(());
    };
    let Some((contact, to)) = target else {
        if !silent {
            return Err(invalid(
                "Cannot reset password for the user as there is no registered/verified email or \
                 phone_number",
            ));
        }
        user.codes.issue(Purpose::Recovery, Contact::Email, now);
        return Ok(());
    };
    let code = user.codes.issue(Purpose::Recovery, contact, now);
    messages::send_code(
        &shared.outbox,
        &pool.settings,
        Purpose::Recovery,
        contact,
        &to,
        &code,
        now,
    );
    Ok(())
}

/// The address that a way of recovery leads to, verified and not the channel of the person's own second
/// factor: "SMS doesn't qualify for a valid password recovery mechanism if the user also has SMS
/// multi-factor authentication (MFA) activated. Email MFA is also disqualifying for account recovery
/// with email"
/// (<https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html>).
///
/// Who is left without a way is told the same as who has verified nothing, as reported of real pools
/// (<https://github.com/aws/aws-sdk-js-v3/issues/7401>).
fn reach(pool: &Pool, user: &User, way: Recovery) -> Option<(Contact, String)> {
    let (contact, factor) = match way {
        Recovery::VerifiedEmail => (Contact::Email, SecondFactor::Email),
        Recovery::VerifiedPhoneNumber => (Contact::PhoneNumber, SecondFactor::Sms),
        Recovery::AdminOnly => return None,
    };
    if asked_for(pool, user).contains(&factor) {
        return None;
    }
    user.verified(contact).map(|to| (contact, to.to_owned()))
}

/// Sets a new password with the code that was sent.
pub(crate) fn reset(
    pool: &mut Pool,
    client_id: &str,
    username: &str,
    code: &str,
    password: &str,
    shared: &Shared,
) -> Result<(), AwsError> {
    let silent = pool.client(client_id)?.settings.hides_users();
    if let Some(violation) = pool.settings.policies.password_policy.violation(password) {
        return Err(errors::invalid_password(violation));
    }
    let now = shared.clock.now();
    let Some(user) = pool.users.find_mut(&pool.settings, username) else {
        if !silent {
            return Err(errors::no_user());
        }
        let stranger = pool.users.stranger(&pool.settings, username);
        let redeemed = stranger.codes.redeem(Purpose::Recovery, code.trim(), now);
        return Err(redeemed.err().unwrap_or_else(errors::code_mismatch));
    };
    user.codes.redeem(Purpose::Recovery, code.trim(), now)?;
    user.password = Some(PasswordHash::new(password));
    user.status = Status::Confirmed;
    user.lockout.succeed();
    user.modified = now;
    Ok(())
}
