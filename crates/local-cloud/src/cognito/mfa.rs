//! Which second factors a pool offers (`SetUserPoolMfaConfig`).
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserPoolMfaConfig.html>

use serde_json::{Value, json};

use crate::base::error::AwsError;
use crate::cognito::errors::{invalid, not_in_tier};
use crate::cognito::settings::{Mfa, Settings, Tier};

/// The second factors of a pool, beside `MfaConfiguration` itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct MfaConfig {
    /// Text messages, with the configuration as it was set.
    pub(crate) sms: Option<Value>,
    /// An authenticator app, if it was ever spoken of.
    software_token: Option<bool>,
    /// E-mail, with subject and text as they were set.
    pub(crate) email: Option<Value>,
    /// Passkeys.
    pub(crate) web_authn: Option<Value>,
}

impl MfaConfig {
    /// `CreateUserPool` and `UpdateUserPool` know text messages only; other factors stay as they
    /// were.
    pub(crate) fn from_pool(settings: &Settings, before: &Self) -> Result<Self, AwsError> {
        let mut config = before.clone();
        if settings.mfa_configuration == Mfa::Off {
            config.sms = None;
        } else if settings.sends_sms() && !config.any() {
            config.sms = Some(json!({}));
        }
        config.check(settings)?;
        Ok(config)
    }

    /// The configuration that a checked `SetUserPoolMfaConfig` input stands for.
    pub(crate) fn from_input(input: &Value, settings: &Settings) -> Result<Self, AwsError> {
        let part = |name: &str| input.get(name).filter(|value| !value.is_null()).cloned();
        let config = Self {
            sms: part("SmsMfaConfiguration"),
            software_token: part("SoftwareTokenMfaConfiguration")
                .map(|token| token["Enabled"] == true),
            email: part("EmailMfaConfiguration"),
            web_authn: part("WebAuthnConfiguration"),
        };
        // Both sentences as AWS says them: https://github.com/go-to-k/cdkd/issues/1923 and
        // https://github.com/aws/aws-sdk-js/issues/4186. Passkeys are no second factor in this sense.
        match (settings.mfa_configuration, config.any()) {
            (Mfa::Off, true) => Err(invalid(
                "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.",
            )),
            (Mfa::Optional | Mfa::On, false) => Err(invalid(
                "Invalid MFA configuration given, can't disable all MFAs with a required or \
                 optional configuration.",
            )),
            _ => {
                config.check(settings)?;
                Ok(config)
            }
        }
    }

    /// Whether people can set up an authenticator app.
    pub(crate) fn has_software_token(&self) -> bool {
        self.software_token == Some(true)
    }

    fn any(&self) -> bool {
        self.sms.is_some() || self.has_software_token() || self.email.is_some()
    }

    fn check(&self, settings: &Settings) -> Result<(), AwsError> {
        if settings.mfa_configuration == Mfa::Off {
            return Ok(());
        }
        if !self.any() {
            return Err(invalid(
                "SMS configuration and Auto verification for phone_number are required when MFA \
                 is required/optional",
            ));
        }
        if self.sms.is_some() && !settings.sends_sms() {
            return Err(invalid(
                "SMS configuration is required when SMS MFA is enabled.",
            ));
        }
        if self.email.is_some() {
            if settings.user_pool_tier == Tier::Lite {
                return Err(not_in_tier(
                    "Email MFA is not available in the Lite feature plan.",
                ));
            }
            if !settings.sends_with_ses() {
                return Err(invalid(
                    "Email MFA requires an email configuration with your own Amazon SES identity \
                     (EmailSendingAccount DEVELOPER).",
                ));
            }
        }
        Ok(())
    }

    /// `GetUserPoolMfaConfigResponse`.
    pub(crate) fn describe(&self, mfa: &Value) -> Value {
        let mut answer = json!({ "MfaConfiguration": mfa });
        if let Some(sms) = &self.sms {
            answer["SmsMfaConfiguration"] = sms.clone();
        }
        if let Some(enabled) = self.software_token {
            answer["SoftwareTokenMfaConfiguration"] = json!({ "Enabled": enabled });
        }
        if let Some(email) = &self.email {
            answer["EmailMfaConfiguration"] = email.clone();
        }
        if let Some(web_authn) = &self.web_authn {
            answer["WebAuthnConfiguration"] = web_authn.clone();
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(document: &Value) -> Settings {
        Settings::parse(document.as_object().unwrap()).unwrap()
    }

    #[test]
    fn a_factor_is_not_configured_and_turned_off_together() {
        let off = settings(&json!({"MfaConfiguration": "OFF"}));
        for input in [
            json!({"SmsMfaConfiguration": {}}),
            json!({"EmailMfaConfiguration": {}}),
            json!({"SoftwareTokenMfaConfiguration": {"Enabled": true}}),
        ] {
            let refused = MfaConfig::from_input(&input, &off).unwrap_err();
            assert!(refused.message.contains("can't turn off MFA"), "{input}");
        }
        let passkeys = json!({"WebAuthnConfiguration": {"UserVerification": "preferred"}});
        MfaConfig::from_input(&passkeys, &off).unwrap();
        let app = json!({"SoftwareTokenMfaConfiguration": {"Enabled": false}});
        let config = MfaConfig::from_input(&app, &off).unwrap();
        let described = config.describe(&json!("OFF"));
        assert_eq!(described["SoftwareTokenMfaConfiguration"]["Enabled"], false);
        let on = settings(&json!({"MfaConfiguration": "ON"}));
        let refused = MfaConfig::from_input(&app, &on).unwrap_err();
        assert!(refused.message.contains("can't disable all MFAs"));
    }

    #[test]
    fn mfa_needs_a_factor_that_works() {
        let on = settings(&json!({"MfaConfiguration": "ON"}));
        let factor = |input: &Value, settings: &Settings| MfaConfig::from_input(input, settings);
        factor(&json!({}), &on).unwrap_err();
        factor(&json!({"SmsMfaConfiguration": {}}), &on).unwrap_err();
        factor(&json!({"EmailMfaConfiguration": {}}), &on).unwrap_err();
        factor(
            &json!({"SoftwareTokenMfaConfiguration": {"Enabled": true}}),
            &on,
        )
        .unwrap();

        let ses = json!({
            "MfaConfiguration": "OPTIONAL",
            "EmailConfiguration": {"EmailSendingAccount": "DEVELOPER"},
        });
        factor(&json!({"EmailMfaConfiguration": {}}), &settings(&ses)).unwrap();
    }
}
