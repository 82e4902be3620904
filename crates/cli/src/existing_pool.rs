//! What whoever names a user pool that exists already has had made before they deploy, made on a local
//! stage: a pool of that id, so that the stack file can be tried out as it is.

use infra::StackFile;
use infra::stack_file::{FirstFactor, Pages, Scope, SignIn};
use local_access::{ACCOUNT_ID, Access};
use models::ids::UserPoolId;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::{console, output};

/// Makes the pool that a stack file names; one that is there stays as it is.
pub(crate) async fn register(access: &Access, stack: &StackFile) -> Result<(), Failure> {
    let identity = &stack.identity;
    let Some(pool) = &identity.user_pool_id else {
        return Ok(());
    };
    // A host of one's own has a certificate and a record as well, which nobody has made here.
    let existing = identity.domain.existing.as_ref();
    let prefix = existing.filter(|domain| !domain.as_str().contains('.'));
    let version = match identity.pages {
        Pages::ManagedLogin => 2,
        Pages::Classic => 1,
    };
    let servers = identity.resource_servers.iter();
    let servers = servers.map(|(identifier, scopes)| {
        let scopes = scopes.iter().map(
            |(name, description)| json!({ "ScopeName": name, "ScopeDescription": description }),
        );
        json!({
            "Identifier": identifier,
            "Name": identifier.friendly_name(),
            "Scopes": scopes.collect::<Vec<_>>(),
        })
    });
    let body = json!({
        "id": pool,
        "settings": settings(stack, pool),
        "resourceServers": servers.collect::<Vec<_>>(),
        "domain": prefix.map(|prefix| json!({ "Domain": prefix, "ManagedLoginVersion": version })),
    });
    if console::post(access, "user-pools", &body).await? {
        let names = if by_phone(stack) {
            "phone numbers"
        } else {
            "e-mail addresses"
        };
        output::aside(&format!(
            "the local stage had no user pool {pool}: one was made to try the skill out with, for \
             people who sign in with {names}; what the real one is like is not known here"
        ));
    }
    Ok(())
}

/// The stack file with what people sign in to such a pool with: more than the file says itself.
pub(crate) fn as_made_here(stack: &StackFile) -> StackFile {
    let mut stack = stack.clone();
    if stack.identity.user_pool_id.is_some() {
        let name = if by_phone(&stack) {
            SignIn::Phone
        } else {
            SignIn::Email
        };
        stack.identity = stack.identity.as_the_pool_is(vec![name], true);
    }
    stack
}

/// Whether people have phone numbers, as far as the file gives that away.
fn by_phone(stack: &StackFile) -> bool {
    let scopes = &stack.linking.scopes;
    let asked = |scope| scopes.contains(&scope);
    stack.identity.first_factors.contains(&FirstFactor::SmsOtp)
        || (asked(Scope::Phone) && !asked(Scope::Email) && !asked(Scope::UserAdmin))
}

/// A pool that the file fits, as `CreateUserPool` takes it.
fn settings(stack: &StackFile, pool: &UserPoolId) -> Value {
    let names = if by_phone(stack) {
        ["phone_number"]
    } else {
        ["email"]
    };
    let factors = stack
        .identity
        .first_factors
        .iter()
        .map(|factor| match factor {
            FirstFactor::Password => "PASSWORD",
            FirstFactor::EmailOtp => "EMAIL_OTP",
            FirstFactor::SmsOtp => "SMS_OTP",
        });
    let mut settings = json!({
        "PoolName": pool,
        "UsernameAttributes": names,
        "AutoVerifiedAttributes": names,
        "UsernameConfiguration": { "CaseSensitive": false },
        "Policies": {
            "SignInPolicy": { "AllowedFirstAuthFactors": factors.collect::<Vec<_>>() },
        },
        // The skill speaks it.
        "Schema": [{ "Name": "name", "Required": true, "Mutable": true }],
    });
    if by_phone(stack) {
        let role = format!("arn:aws:iam::{ACCOUNT_ID}:role/text-messages");
        settings["SmsConfiguration"] = json!({ "SnsCallerArn": role, "ExternalId": pool });
    }
    settings
}
