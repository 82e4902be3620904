//! Cognito's API as the account has it: with what Cognito asks IAM.

use serde_json::Value;

use super::iam::Iam;
use crate::base::error::AwsError;
use crate::cognito::Cognito;

/// An operation of Cognito, whoever calls it. A role that text messages are sent with is looked at first.
pub(crate) async fn call(
    cognito: &Cognito,
    iam: &Iam,
    operation: &str,
    input: Value,
) -> Result<Value, AwsError> {
    if matches!(
        operation,
        "CreateUserPool" | "UpdateUserPool" | "SetUserPoolMfaConfig"
    ) {
        let places = [&input, &input["SmsMfaConfiguration"]];
        let configurations = places.map(|place| &place["SmsConfiguration"]);
        for sms in configurations {
            let role = sms["SnsCallerArn"]
                .as_str()
                .or(sms["EumsSms"]["CallerArn"].as_str());
            role.map_or(Ok(()), |role| iam.check_sms_role(role))?;
        }
    }
    cognito.call(operation, input).await
}
