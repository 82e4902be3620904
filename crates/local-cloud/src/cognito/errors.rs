//! Cognito's own sentences, in one place: the API and the pages must not differ.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html>

use std::fmt::Display;

use crate::base::error::AwsError;
use crate::cognito::users::sign_in::SecondFactor;

/// `InvalidParameterException` with a sentence of its own.
pub(crate) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("InvalidParameterException", message)
}

/// `ResourceNotFoundException` with a sentence of its own.
pub(crate) fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("ResourceNotFoundException", message)
}

/// `NotAuthorizedException` with a sentence of its own.
pub(crate) fn not_authorized(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("NotAuthorizedException", message)
}

pub(crate) fn no_pool(id: impl Display) -> AwsError {
    not_found(format!("User pool {id} does not exist."))
}

pub(crate) fn no_client(id: impl Display) -> AwsError {
    not_found(format!("User pool client {id} does not exist."))
}

pub(crate) fn no_user() -> AwsError {
    AwsError::bad_request("UserNotFoundException", "User does not exist.")
}

pub(crate) fn wrong_password() -> AwsError {
    not_authorized("Incorrect username or password.")
}

pub(crate) fn attempts_exceeded() -> AwsError {
    not_authorized("Password attempts exceeded")
}

pub(crate) fn disabled() -> AwsError {
    not_authorized("User is disabled.")
}

pub(crate) fn not_confirmed() -> AwsError {
    AwsError::bad_request("UserNotConfirmedException", "User is not confirmed.")
}

pub(crate) fn code_mismatch() -> AwsError {
    AwsError::bad_request(
        "CodeMismatchException",
        "Invalid verification code provided, please try again.",
    )
}

/// A code by message, given in answer to a challenge, is wrong.
pub(crate) fn challenge_mismatch() -> AwsError {
    AwsError::bad_request(
        "CodeMismatchException",
        "Invalid code or auth state for the user.",
    )
}

/// A code of an authenticator app, given in answer to a challenge, is wrong or of another time.
pub(crate) fn app_code_mismatch() -> AwsError {
    AwsError::bad_request("CodeMismatchException", "Invalid code received for user")
}

/// There is no address to which a code of this factor could be sent.
pub(crate) fn undeliverable(factor: SecondFactor) -> AwsError {
    invalid(format!(
        "User does not have delivery config set to turn on {}",
        factor.name()
    ))
}

pub(crate) fn app_code_used() -> AwsError {
    AwsError::bad_request(
        "ExpiredCodeException",
        "Your software token has already been used once.",
    )
}

pub(crate) fn app_not_enabled() -> AwsError {
    AwsError::bad_request(
        "EnableSoftwareTokenMFAException",
        "Code mismatch and fail enable Software Token MFA",
    )
}

pub(crate) fn code_expired() -> AwsError {
    AwsError::bad_request(
        "ExpiredCodeException",
        "Invalid code provided, please request a code again.",
    )
}

pub(crate) fn limit_exceeded() -> AwsError {
    AwsError::bad_request(
        "LimitExceededException",
        "Attempt limit exceeded, please try after some time.",
    )
}

pub(crate) fn user_exists(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("UsernameExistsException", message)
}

/// How a sentence about attributes begins.
pub(crate) const DOES_NOT_CONFORM: &str = "Attributes did not conform to the schema: ";

/// Whoever signs up has left the password out. What Cognito's own pages say is not known: they do not
/// let people send the form without one.
pub(crate) fn password_required() -> AwsError {
    invalid("Password is required.")
}

pub(crate) fn invalid_password(reason: impl Display) -> AwsError {
    AwsError::bad_request(
        "InvalidPasswordException",
        format!("Password did not conform with policy: {reason}"),
    )
}

pub(crate) fn not_in_tier(message: impl Into<String>) -> AwsError {
    AwsError::bad_request("FeatureUnavailableInTierException", message)
}
