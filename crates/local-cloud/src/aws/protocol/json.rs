//! The AWS JSON 1.1 protocol: Cognito user pools, CloudWatch Logs, Certificate Manager and secrets.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>

use serde_json::{Map, Value, json};

use crate::base::error::AwsError;

/// Cognito user pools in `X-Amz-Target`.
pub(crate) const COGNITO: &str = "AWSCognitoIdentityProviderService";
/// AWS Certificate Manager in `X-Amz-Target`.
pub(crate) const ACM: &str = "CertificateManager";
/// AWS Systems Manager in `X-Amz-Target`.
pub(crate) const SSM: &str = "AmazonSSM";
/// AWS Secrets Manager in `X-Amz-Target`.
pub(crate) const SECRETS_MANAGER: &str = "secretsmanager";
/// CloudWatch Logs in `X-Amz-Target`.
pub(crate) const LOGS: &str = "Logs_20140328";

/// Cognito operations that carry their own proof (an access token, a session, a password) and are
/// therefore not signed.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-public-server-side.html>
const UNSIGNED: &[&str] = &[
    "AssociateSoftwareToken",
    "ChangePassword",
    "CompleteWebAuthnRegistration",
    "ConfirmDevice",
    "ConfirmForgotPassword",
    "ConfirmSignUp",
    "DeleteUser",
    "DeleteUserAttributes",
    "DeleteWebAuthnCredential",
    "ForgetDevice",
    "ForgotPassword",
    "GetDevice",
    "GetTokensFromRefreshToken",
    "GetUser",
    "GetUserAttributeVerificationCode",
    "GetUserAuthFactors",
    "GlobalSignOut",
    "InitiateAuth",
    "ListDevices",
    "ListWebAuthnCredentials",
    "ResendConfirmationCode",
    "RespondToAuthChallenge",
    "RevokeToken",
    "SetUserMFAPreference",
    "SetUserSettings",
    "SignUp",
    "StartWebAuthnRegistration",
    "UpdateDeviceStatus",
    "UpdateUserAttributes",
    "VerifySoftwareToken",
    "VerifyUserAttribute",
];

/// Whether the target is an operation that needs no signature.
pub(crate) fn is_unsigned(target: &str) -> bool {
    operation(COGNITO, target).is_ok_and(|operation| UNSIGNED.contains(&operation))
}

/// The operation of a target such as `Logs_20140328.CreateLogGroup`.
pub(crate) fn operation<'target>(
    service: &str,
    target: &'target str,
) -> Result<&'target str, AwsError> {
    target
        .strip_prefix(service)
        .and_then(|rest| rest.strip_prefix('.'))
        .filter(|operation| !operation.is_empty())
        .ok_or_else(|| {
            AwsError::bad_request(
                "UnknownOperationException",
                format!("{target} is not an operation of {service}"),
            )
        })
}

/// The body as an object, with the region of the signature added as `Region`.
pub(crate) fn input(body: &[u8], region: &str) -> Result<Value, AwsError> {
    let mut members: Map<String, Value> = if body.is_empty() {
        Map::new()
    } else {
        serde_json::from_slice(body)
            .map_err(|error| AwsError::bad_request("SerializationException", error.to_string()))?
    };
    members.insert("Region".to_owned(), json!(region));
    Ok(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_operations_with_their_own_proof_are_unsigned() {
        assert!(is_unsigned("AWSCognitoIdentityProviderService.GetUser"));
        assert!(!is_unsigned(
            "AWSCognitoIdentityProviderService.AdminGetUser"
        ));
        assert!(!is_unsigned("Logs_20140328.GetUser"));
    }

    #[test]
    fn a_body_that_is_not_an_object_is_refused() {
        assert_eq!(
            input(b"[1]", "us-east-1").unwrap_err().code,
            "SerializationException"
        );
    }
}
