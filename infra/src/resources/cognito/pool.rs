//! User pools.

use indexmap::IndexMap;
use serde::Serialize;

use crate::cloudformation::{Attribute, Value};
use crate::resources::Arn;

/// `AWS::Cognito::UserPool`.
///
/// `AliasAttributes`, `Schema`, `UsernameAttributes` and `UsernameConfiguration` are fixed once
/// the pool exists, although CloudFormation offers to change them
/// ([what can be updated](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-updating.html)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserPool {
    /// Its name.
    pub user_pool_name: Value<String>,
    /// The feature plan.
    pub user_pool_tier: Tier,
    /// Whether the pool can be deleted.
    pub deletion_protection: DeletionProtection,
    /// What people sign in with in place of a user name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub username_attributes: Vec<ContactAttribute>,
    /// What people may sign in with beside their user name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alias_attributes: Vec<ContactAttribute>,
    /// How user names are compared.
    pub username_configuration: UsernameConfiguration,
    /// Attributes that people have to give.
    pub schema: Vec<SchemaAttribute>,
    /// What Cognito verifies with a code at sign-up.
    pub auto_verified_attributes: Vec<ContactAttribute>,
    /// Who may sign people up.
    pub admin_create_user_config: AdminCreateUserConfig,
    /// How people get in again who forgot their password.
    pub account_recovery_setting: AccountRecoverySetting,
    /// Whether a second factor is asked for.
    pub mfa_configuration: MfaConfiguration,
    /// Which second factors there are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enabled_mfas: Vec<MfaKind>,
    /// Passwords and first factors.
    pub policies: Policies,
    /// How e-mail is sent, if not by Cognito itself.
    pub email_configuration: EmailConfiguration,
    /// How text messages are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_configuration: Option<SmsConfiguration>,
    /// What it calls itself in tokens.
    pub issuer_configuration: IssuerConfiguration,
    /// Tags.
    pub user_pool_tags: IndexMap<&'static str, Value<String>>,
}

impl UserPool {
    /// ARN of the pool.
    pub const ARN: Attribute<Self, Arn> = Attribute::new("Arn");
}

/// A feature plan ([what each has](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the plans' own names")]
pub enum Tier {
    Lite,
    Essentials,
    Plus,
}

/// Whether something can be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeletionProtection {
    /// It cannot.
    Active,
}

/// An attribute that a code can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactAttribute {
    /// E-mail address.
    Email,
    /// Phone number.
    PhoneNumber,
}

/// How user names are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UsernameConfiguration {
    /// Whether `Ann` and `ann` are two people.
    pub case_sensitive: bool,
}

/// An attribute that people have to give at sign-up, or one that is not Cognito's own.
///
/// The data type is always named: without it a pool can be created but never updated again
/// ("Invalid `AttributeDataType` input").
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SchemaAttribute {
    name: String,
    attribute_data_type: AttributeDataType,
    required: bool,
    mutable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_attribute_constraints: Option<StringAttributeConstraints>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number_attribute_constraints: Option<NumberAttributeConstraints>,
}

/// How many characters a text has; numbers are written as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StringAttributeConstraints {
    /// At least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<String>,
    /// At most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<String>,
}

/// What a number is between, written as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NumberAttributeConstraints {
    /// The least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_value: Option<String>,
    /// The most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_value: Option<String>,
}

/// What an attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "Cognito's own names")]
pub enum AttributeDataType {
    String,
    Number,
    Boolean,
    DateTime,
}

impl SchemaAttribute {
    /// A standard attribute that is text, required at sign-up, and can be changed later.
    pub fn required_text(name: &str) -> Self {
        Self {
            required: true,
            ..Self::custom(name, AttributeDataType::String)
        }
    }

    /// An attribute that is not Cognito's own, which it calls `custom:` and the name. Cognito can
    /// require none of these.
    pub fn custom(name: &str, attribute_data_type: AttributeDataType) -> Self {
        Self {
            name: name.to_owned(),
            attribute_data_type,
            required: false,
            mutable: true,
            string_attribute_constraints: None,
            number_attribute_constraints: None,
        }
    }

    /// The same for a text of limited length.
    #[must_use]
    pub fn of_length(self, constraints: StringAttributeConstraints) -> Self {
        Self {
            string_attribute_constraints: Some(constraints),
            ..self
        }
    }

    /// The same for a number in a range.
    #[must_use]
    pub fn in_range(self, constraints: NumberAttributeConstraints) -> Self {
        Self {
            number_attribute_constraints: Some(constraints),
            ..self
        }
    }
}

/// Who may sign people up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AdminCreateUserConfig {
    /// Whether only administrators may.
    pub allow_admin_create_user_only: bool,
}

/// How people get in again who forgot their password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccountRecoverySetting {
    /// The ways, each with its priority.
    pub recovery_mechanisms: Vec<RecoveryMechanism>,
}

/// One way of account recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RecoveryMechanism {
    /// Where the code is sent, if anywhere.
    pub name: RecoveryName,
    /// 1 is tried first.
    pub priority: u8,
}

/// Where a recovery code is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryName {
    /// To the verified e-mail address.
    VerifiedEmail,
    /// To the verified phone number.
    VerifiedPhoneNumber,
    /// Nowhere: an administrator has to help.
    AdminOnly,
}

/// Whether a second factor is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MfaConfiguration {
    /// Never.
    Off,
    /// From people who set one up.
    Optional,
    /// From everyone.
    On,
}

/// A second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MfaKind {
    /// A code by text message.
    SmsMfa,
    /// A code from an authenticator app.
    SoftwareTokenMfa,
    /// A code by e-mail.
    EmailOtp,
}

/// Passwords and first factors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policies {
    /// What a password must have.
    pub password_policy: PasswordPolicy,
    /// First factors; the password alone where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_policy: Option<SignInPolicy>,
}

/// Who sends e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "EmailSendingAccount", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EmailConfiguration {
    /// Cognito itself.
    CognitoDefault,
    /// The account's own Amazon SES.
    #[serde(rename_all = "PascalCase")]
    Developer {
        /// Whom messages come from.
        from: String,
        /// ARN of the identity that they are sent with.
        source_arn: String,
    },
}

/// What a password must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[allow(clippy::struct_excessive_bools, reason = "the service's own shape")]
pub struct PasswordPolicy {
    /// Characters.
    pub minimum_length: u8,
    /// Whether a lower-case letter.
    pub require_lowercase: bool,
    /// Whether a digit.
    pub require_numbers: bool,
    /// Whether a special character.
    pub require_symbols: bool,
    /// Whether an upper-case letter.
    pub require_uppercase: bool,
}

/// What people may sign in with first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SignInPolicy {
    /// The factors.
    pub allowed_first_auth_factors: Vec<FirstAuthFactor>,
}

/// A first factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FirstAuthFactor {
    /// A password.
    Password,
    /// A one-time code by e-mail.
    EmailOtp,
    /// A one-time code by text message.
    SmsOtp,
}

/// What a pool calls itself in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct IssuerConfiguration {
    /// One of two forms.
    pub r#type: IssuerType,
}

/// A form of issuer; a pool has the original one if nothing is said
/// ([both](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IssuerType {
    /// `https://cognito-idp.{region}.amazonaws.com/{pool}`.
    Original,
    /// `https://issuer-cognito-idp.{region}.amazonaws.com/{pool}`.
    Updated,
}

/// How text messages are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SmsConfiguration {
    /// What Cognito presents when it assumes the role.
    pub external_id: Value<String>,
    /// The role that may send.
    pub sns_caller_arn: Value<Arn>,
    /// The region that sends.
    pub sns_region: Value<String>,
}
