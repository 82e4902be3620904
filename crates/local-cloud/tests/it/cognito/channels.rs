//! The two ways in which codes come, for tests that try the same of both.

use serde_json::{Value, json};

use super::factors::sms;

/// How codes come, and to whom.
pub(super) struct Channel {
    /// As a first factor.
    pub(super) factor: &'static str,
    pub(super) attribute: &'static str,
    pub(super) medium: &'static str,
    pub(super) person: &'static str,
    /// The same address in other letters, if it has any.
    pub(super) in_other_letters: &'static str,
    /// Somebody else, who has not proved it yet.
    pub(super) waiting: &'static str,
    pub(super) stranger: &'static str,
    /// How the pages say where `person` gets a code.
    pub(super) sent_to: &'static str,
}

pub(super) const SMS: Channel = Channel {
    factor: "SMS_OTP",
    attribute: "phone_number",
    medium: "sms",
    person: "+447700900123",
    in_other_letters: "+447700900123",
    waiting: "+447700900456",
    stranger: "+447700900999",
    sent_to: "by text message to +*******0123",
};
pub(super) const EMAIL: Channel = Channel {
    factor: "EMAIL_OTP",
    attribute: "email",
    medium: "email",
    person: "ada@example.com",
    in_other_letters: "ADA@example.com",
    waiting: "bob@example.com",
    stranger: "eve@example.com",
    sent_to: "by e-mail to a***@e***",
};

impl Channel {
    /// A pool whose people sign in with such an address, prove it and recover by it.
    pub(super) fn pool(&self) -> Value {
        json!({
            "UsernameAttributes": [self.attribute],
            "AutoVerifiedAttributes": [self.attribute],
            "SmsConfiguration": sms(),
            "AccountRecoverySetting": {"RecoveryMechanisms": [
                {"Priority": 1, "Name": format!("verified_{}", self.attribute)},
            ]},
        })
    }

    /// The same where a code can come in the place of a password.
    pub(super) fn passwordless_pool(&self) -> Value {
        let factors = json!(["PASSWORD", self.factor]);
        let policy = json!({"SignInPolicy": {"AllowedFirstAuthFactors": factors}});
        super::merge(self.pool(), &json!({ "Policies": policy }))
    }
}
