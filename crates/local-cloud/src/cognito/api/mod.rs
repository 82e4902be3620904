//! The JSON 1.1 API, one module per kind of resource.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/Welcome.html>

mod admin;
mod branding;
mod clients;
mod domains;
mod factors;
pub(crate) mod model;
mod pools;
mod resource_servers;
mod sign_up;
mod tags;
mod tokens;

use jiff::Timestamp;
use serde_json::Value;

use crate::aws::Shared;
use crate::base::error::AwsError;
use crate::cognito::state::State;

/// One call, its input already checked against the model.
pub(crate) struct Call<'a> {
    pub(crate) region: &'a str,
    pub(crate) input: &'a Value,
    pub(crate) now: Timestamp,
    pub(crate) shared: &'a Shared,
}

impl<'a> Call<'a> {
    /// A required text, which the model has seen to.
    fn text(&self, name: &str) -> &'a str {
        self.input[name].as_str().unwrap_or_default()
    }

    fn optional(&self, name: &str) -> Option<&'a str> {
        self.input[name].as_str()
    }

    fn pool_id(&self) -> &'a str {
        self.text("UserPoolId")
    }
}

/// Checks the input and carries the operation out.
pub(crate) fn call(
    state: &mut State,
    shared: &Shared,
    operation: &str,
    input: &Value,
) -> Result<Value, AwsError> {
    model::check(operation, input)?;
    let call = Call {
        region: input["Region"].as_str().unwrap_or("us-east-1"),
        input,
        now: shared.clock.now(),
        shared,
    };
    dispatch(state, operation, &call)
}

fn dispatch(state: &mut State, operation: &str, call: &Call) -> Result<Value, AwsError> {
    match operation {
        "CreateUserPool" => pools::create(state, call),
        "DescribeUserPool" => pools::describe(state, call),
        "UpdateUserPool" => pools::update(state, call),
        "DeleteUserPool" => pools::delete(state, call),
        "ListUserPools" => pools::list(state, call),
        "AddCustomAttributes" => pools::add_custom_attributes(state, call),
        "SetUserPoolMfaConfig" => pools::set_mfa(state, call),
        "GetUserPoolMfaConfig" => pools::get_mfa(state, call),
        "CreateUserPoolClient" => clients::create(state, call),
        "DescribeUserPoolClient" => clients::describe(state, call),
        "UpdateUserPoolClient" => clients::update(state, call),
        "DeleteUserPoolClient" => clients::delete(state, call),
        "ListUserPoolClients" => clients::list(state, call),
        "AddUserPoolClientSecret" => clients::add_secret(state, call),
        "ListUserPoolClientSecrets" => clients::list_secrets(state, call),
        "DeleteUserPoolClientSecret" => clients::delete_secret(state, call),
        "CreateUserPoolDomain" => domains::create(state, call),
        "DescribeUserPoolDomain" => Ok(domains::describe(state, call)),
        "UpdateUserPoolDomain" => domains::update(state, call),
        "DeleteUserPoolDomain" => domains::delete(state, call),
        "CreateManagedLoginBranding" => branding::create(state, call),
        "DescribeManagedLoginBranding" => branding::describe(state, call),
        "DescribeManagedLoginBrandingByClient" => branding::describe_by_client(state, call),
        "UpdateManagedLoginBranding" => branding::update(state, call),
        "DeleteManagedLoginBranding" => branding::delete(state, call),
        "CreateResourceServer" => resource_servers::create(state, call),
        "DescribeResourceServer" => resource_servers::describe(state, call),
        "UpdateResourceServer" => resource_servers::update(state, call),
        "DeleteResourceServer" => resource_servers::delete(state, call),
        "ListResourceServers" => resource_servers::list(state, call),
        "TagResource" => tags::add(state, call),
        "UntagResource" => tags::remove(state, call),
        "ListTagsForResource" => tags::list(state, call),
        "SignUp" => sign_up::sign_up(state, call),
        "ConfirmSignUp" => sign_up::confirm(state, call),
        "ResendConfirmationCode" => sign_up::resend(state, call),
        "GetUser" => tokens::get_user(state, call),
        "AssociateSoftwareToken" => factors::associate(state, call),
        "VerifySoftwareToken" => factors::verify(state, call),
        "SetUserMFAPreference" => factors::choose(state, call),
        "GlobalSignOut" => tokens::global_sign_out(state, call),
        "RevokeToken" => tokens::revoke(state, call),
        "AdminGetUser" => admin::get(state, call),
        "AdminCreateUser" => admin::create(state, call),
        "AdminSetUserPassword" => admin::set_password(state, call),
        "AdminConfirmSignUp" => admin::confirm(state, call),
        "AdminDeleteUser" => admin::delete(state, call),
        "AdminUserGlobalSignOut" => admin::sign_out(state, call),
        "ListUsers" => admin::list(state, call),
        // The model and this table name the same operations; a test compares them.
        _ => Err(AwsError::bad_request(
            "UnknownOperationException",
            operation,
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_operation_of_the_model_is_answered() {
        let shared = Shared::unheard().unwrap();
        let call = Call {
            region: "eu-west-1",
            input: &json!({}),
            now: Timestamp::UNIX_EPOCH,
            shared: &shared,
        };
        for operation in model::operations() {
            let answer = dispatch(&mut State::default(), operation, &call);
            let code = answer.err().map(|error| error.code);
            assert_ne!(
                code.as_deref(),
                Some("UnknownOperationException"),
                "{operation}"
            );
        }
    }
}
