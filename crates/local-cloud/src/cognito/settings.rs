//! What a pool's configuration means, parsed from the document that the API keeps.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::base::error::AwsError;
use crate::cognito::errors::invalid;

/// An attribute that messages can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Contact {
    Email,
    PhoneNumber,
}

impl Contact {
    /// The attribute's name.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
        }
    }

    /// The attribute that says whether it has been verified.
    pub(crate) fn verified_attribute(self) -> &'static str {
        match self {
            Self::Email => "email_verified",
            Self::PhoneNumber => "phone_number_verified",
        }
    }
}

/// What a user name may stand for besides itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Alias {
    Email,
    PhoneNumber,
    PreferredUsername,
}

/// What a person may begin to sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum FirstFactor {
    Password,
    EmailOtp,
    SmsOtp,
    WebAuthn,
    SoftwareToken,
}

/// `MfaConfiguration`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Mfa {
    #[default]
    Off,
    Optional,
    On,
}

/// `UserPoolTier`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Tier {
    Lite,
    #[default]
    Essentials,
    Plus,
}

/// `DeletionProtection`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum DeletionProtection {
    Active,
    #[default]
    Inactive,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Policies {
    pub(crate) password_policy: PasswordPolicy,
    pub(crate) sign_in_policy: SignInPolicy,
}

/// `PasswordPolicy`, with the defaults of a pool that names none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent rules, as the API has them"
)]
pub(crate) struct PasswordPolicy {
    pub(crate) minimum_length: usize,
    pub(crate) require_uppercase: bool,
    pub(crate) require_lowercase: bool,
    pub(crate) require_numbers: bool,
    pub(crate) require_symbols: bool,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_uppercase: true,
            require_lowercase: true,
            require_numbers: true,
            require_symbols: true,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct SignInPolicy {
    pub(crate) allowed_first_auth_factors: Vec<FirstFactor>,
}

impl Default for SignInPolicy {
    fn default() -> Self {
        Self {
            allowed_first_auth_factors: vec![FirstFactor::Password],
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct AdminCreateUserConfig {
    pub(crate) allow_admin_create_user_only: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct UsernameConfiguration {
    pub(crate) case_sensitive: bool,
}

impl Default for UsernameConfiguration {
    fn default() -> Self {
        Self {
            case_sensitive: true,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct AccountRecoverySetting {
    pub(crate) recovery_mechanisms: Vec<RecoveryOption>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RecoveryOption {
    pub(crate) priority: u8,
    pub(crate) name: Recovery,
}

/// How a forgotten password is recovered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Recovery {
    VerifiedEmail,
    VerifiedPhoneNumber,
    AdminOnly,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct VerificationMessageTemplate {
    pub(crate) sms_message: Option<String>,
    pub(crate) email_message: Option<String>,
    pub(crate) email_subject: Option<String>,
}

/// `IssuerConfiguration.Type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum IssuerType {
    #[default]
    Original,
    Updated,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct IssuerConfiguration {
    pub(crate) r#type: IssuerType,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct EmailConfiguration {
    email_sending_account: Option<String>,
}

/// A pool's configuration. The document it is parsed from is what the API answers with.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Settings {
    pub(crate) policies: Policies,
    pub(crate) deletion_protection: DeletionProtection,
    pub(crate) auto_verified_attributes: Vec<Contact>,
    pub(crate) alias_attributes: Vec<Alias>,
    pub(crate) username_attributes: Vec<Contact>,
    pub(crate) username_configuration: UsernameConfiguration,
    pub(crate) mfa_configuration: Mfa,
    pub(crate) email_configuration: EmailConfiguration,
    pub(crate) admin_create_user_config: AdminCreateUserConfig,
    pub(crate) account_recovery_setting: AccountRecoverySetting,
    pub(crate) verification_message_template: VerificationMessageTemplate,
    pub(crate) sms_authentication_message: Option<String>,
    pub(crate) user_pool_tier: Tier,
    pub(crate) issuer_configuration: IssuerConfiguration,
    sms_configuration: Option<Value>,
}

impl Settings {
    /// Parses a document that the model has accepted, and refuses what contradicts itself.
    pub(crate) fn parse(document: &Map<String, Value>) -> Result<Self, AwsError> {
        let settings: Self = serde_json::from_value(Value::Object(document.clone()))
            .map_err(|error| AwsError::bad_request("SerializationException", error.to_string()))?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), AwsError> {
        if !self.username_attributes.is_empty() && !self.alias_attributes.is_empty() {
            return Err(invalid(
                "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
            ));
        }
        let factors = &self.policies.sign_in_policy.allowed_first_auth_factors;
        if !factors.contains(&FirstFactor::Password) {
            return Err(invalid(
                "PASSWORD must be one of the allowed first authentication factors.",
            ));
        }
        if factors.contains(&FirstFactor::SoftwareToken) {
            return Err(invalid(
                "SOFTWARE_TOKEN is not supported as a first authentication factor.",
            ));
        }
        if factors.len() > 1 && self.user_pool_tier == Tier::Lite {
            return Err(super::errors::not_in_tier(
                "Passwordless sign-in is not available in the Lite feature plan.",
            ));
        }
        let one_time = factors
            .iter()
            .any(|factor| matches!(factor, FirstFactor::EmailOtp | FirstFactor::SmsOtp));
        if one_time && self.mfa_configuration == Mfa::On {
            return Err(invalid(
                "EMAIL_OTP and SMS_OTP can not be first authentication factors of a user pool \
                 that requires MFA.",
            ));
        }
        let recovery = &self.account_recovery_setting.recovery_mechanisms;
        if recovery.len() > 1 && recovery.iter().any(|one| one.name == Recovery::AdminOnly) {
            return Err(invalid(
                "admin_only can not be combined with other account recovery mechanisms.",
            ));
        }
        Ok(())
    }

    /// Whether the pool can send text messages.
    pub(crate) fn sends_sms(&self) -> bool {
        self.sms_configuration.is_some()
    }

    /// Whether e-mail goes through the account's own Amazon SES identity.
    pub(crate) fn sends_with_ses(&self) -> bool {
        self.email_configuration.email_sending_account.as_deref() == Some("DEVELOPER")
    }

    /// A user name or alias as it is compared.
    pub(crate) fn fold(&self, name: &str) -> String {
        if self.username_configuration.case_sensitive {
            name.to_owned()
        } else {
            name.to_lowercase()
        }
    }

    /// The ways to recover a password, most preferred first.
    pub(crate) fn recovery(&self) -> Vec<Recovery> {
        let mut options = self.account_recovery_setting.recovery_mechanisms.clone();
        options.sort_by_key(|option| option.priority);
        options.into_iter().map(|option| option.name).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(document: &Value) -> Result<Settings, AwsError> {
        Settings::parse(document.as_object().unwrap())
    }

    #[test]
    fn contradictions_are_refused() {
        let contradictions = [
            json!({"UsernameAttributes": ["email"], "AliasAttributes": ["email"]}),
            json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["EMAIL_OTP"]}}}),
            json!({
                "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "SMS_OTP"]}},
                "MfaConfiguration": "ON",
            }),
            json!({
                "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "SMS_OTP"]}},
                "UserPoolTier": "LITE",
            }),
            json!({"AccountRecoverySetting": {"RecoveryMechanisms": [
                {"Priority": 1, "Name": "admin_only"},
                {"Priority": 2, "Name": "verified_email"},
            ]}}),
        ];
        for contradiction in contradictions {
            assert!(parse(&contradiction).is_err(), "{contradiction}");
        }
    }

    #[test]
    fn user_names_are_case_sensitive_unless_told_otherwise() {
        assert_eq!(parse(&json!({})).unwrap().fold("Ada"), "Ada");
        let folded = json!({"UsernameConfiguration": {"CaseSensitive": false}});
        assert_eq!(parse(&folded).unwrap().fold("Ada"), "ada");
    }

    #[test]
    fn recovery_is_ordered_by_priority() {
        let settings = parse(&json!({"AccountRecoverySetting": {"RecoveryMechanisms": [
            {"Priority": 2, "Name": "verified_email"},
            {"Priority": 1, "Name": "verified_phone_number"},
        ]}}));
        assert_eq!(
            settings.unwrap().recovery(),
            [Recovery::VerifiedPhoneNumber, Recovery::VerifiedEmail]
        );
    }
}
