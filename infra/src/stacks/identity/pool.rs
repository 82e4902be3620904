//! The user pool.

use super::super::tags;
use crate::cloudformation::{Parameter, Sub};
use crate::resources::{
    AccountRecoverySetting, AdminCreateUserConfig, AttributeDataType, ContactAttribute,
    DeletionProtection, EmailConfiguration, FirstAuthFactor, IssuerConfiguration, IssuerType,
    MfaConfiguration, MfaKind, NumberAttributeConstraints, PasswordPolicy, Policies,
    RecoveryMechanism, RecoveryName, SchemaAttribute, SignInPolicy, SmsConfiguration,
    StringAttributeConstraints, Tier, UserPool, UsernameConfiguration,
};
use crate::stack_file::{
    Bounds, Character, CustomAttribute, FirstFactor, Identity, Issuer, Mfa, MfaFactor, Password,
    Plan, Recovery, SignIn, StackFile,
};

pub(super) fn user_pool(
    stack: &StackFile,
    stage: &Parameter<String>,
    sms: Option<SmsConfiguration>,
) -> UserPool {
    let identity = &stack.identity;
    UserPool {
        user_pool_name: Sub::text(stack.name.as_str())
            .and("-")
            .parameter(stage)
            .into(),
        user_pool_tier: match identity.plan {
            Plan::Lite => Tier::Lite,
            Plan::Essentials => Tier::Essentials,
            Plan::Plus => Tier::Plus,
        },
        deletion_protection: DeletionProtection::Active,
        username_attributes: username_attributes(identity),
        alias_attributes: alias_attributes(identity),
        username_configuration: UsernameConfiguration {
            case_sensitive: false,
        },
        schema: schema(identity),
        auto_verified_attributes: auto_verified_attributes(identity),
        admin_create_user_config: AdminCreateUserConfig {
            allow_admin_create_user_only: !identity.self_sign_up,
        },
        account_recovery_setting: AccountRecoverySetting {
            recovery_mechanisms: recovery_mechanisms(identity),
        },
        mfa_configuration: match identity.mfa {
            Mfa::Off => MfaConfiguration::Off,
            Mfa::Optional => MfaConfiguration::Optional,
            Mfa::Required => MfaConfiguration::On,
        },
        enabled_mfas: identity.mfa_factors.iter().copied().map(mfa_kind).collect(),
        policies: Policies {
            password_policy: password_policy(&identity.password),
            sign_in_policy: sign_in_policy(identity),
        },
        email_configuration: identity.email.as_ref().map_or(
            EmailConfiguration::CognitoDefault,
            |email| EmailConfiguration::Developer {
                from: email.from.to_string(),
                source_arn: email.ses_identity.to_string(),
            },
        ),
        sms_configuration: sms,
        // Also where it is what a pool has by itself: nobody says that a pool which has the other form
        // loses it when nothing is said.
        issuer_configuration: IssuerConfiguration {
            r#type: match identity.issuer {
                Issuer::Original => IssuerType::Original,
                Issuer::Updated => IssuerType::Updated,
            },
        },
        user_pool_tags: tags(stack, stage)
            .into_iter()
            .map(|tag| (tag.key, tag.value))
            .collect(),
    }
}

fn password_policy(password: &Password) -> PasswordPolicy {
    let requires = |kind| password.require.contains(&kind);
    PasswordPolicy {
        minimum_length: password.min_length.characters(),
        require_lowercase: requires(Character::Lowercase),
        require_numbers: requires(Character::Number),
        require_symbols: requires(Character::Symbol),
        require_uppercase: requires(Character::Uppercase),
    }
}

fn username_attributes(identity: &Identity) -> Vec<ContactAttribute> {
    let attribute = |sign_in: &SignIn| match sign_in {
        SignIn::Email => Some(ContactAttribute::Email),
        SignIn::Phone => Some(ContactAttribute::PhoneNumber),
        SignIn::Username => None,
    };
    identity.sign_in.iter().filter_map(attribute).collect()
}

fn alias_attributes(identity: &Identity) -> Vec<ContactAttribute> {
    if identity.sign_in.contains(&SignIn::Username) {
        vec![ContactAttribute::Email]
    } else {
        Vec::new()
    }
}

/// What people give at sign-up: the name that the skill speaks, the e-mail address where a user name
/// does not bring one along, and what the stack file demands; and the attributes of its own.
///
/// What is required is fixed once the pool exists, so it follows from what is fixed as well, and from
/// nothing that may change later.
fn schema(identity: &Identity) -> Vec<SchemaAttribute> {
    let mut required = Vec::new();
    if identity.sign_in.contains(&SignIn::Username) {
        required.push("email");
    }
    required.push("name");
    let demanded = identity.attributes.required.iter();
    for name in demanded.map(|attribute| attribute.as_str()) {
        if !required.contains(&name) {
            required.push(name);
        }
    }
    let custom = identity.attributes.custom.iter();
    let custom = custom.map(|(name, attribute)| custom_attribute(name.as_str(), *attribute));
    (required.into_iter())
        .map(SchemaAttribute::required_text)
        .chain(custom)
        .collect()
}

fn custom_attribute(name: &str, attribute: CustomAttribute) -> SchemaAttribute {
    let of = |kind| SchemaAttribute::custom(name, kind);
    let text = |bound: Option<i64>| bound.map(|bound| bound.to_string());
    match attribute {
        CustomAttribute::Boolean => of(AttributeDataType::Boolean),
        CustomAttribute::Moment => of(AttributeDataType::DateTime),
        CustomAttribute::Text(bounds) if bounds == Bounds::default() => {
            of(AttributeDataType::String)
        }
        CustomAttribute::Text(bounds) => {
            of(AttributeDataType::String).of_length(StringAttributeConstraints {
                min_length: text(bounds.least),
                max_length: text(bounds.most),
            })
        }
        CustomAttribute::Number(bounds) if bounds == Bounds::default() => {
            of(AttributeDataType::Number)
        }
        CustomAttribute::Number(bounds) => {
            of(AttributeDataType::Number).in_range(NumberAttributeConstraints {
                min_value: text(bounds.least),
                max_value: text(bounds.most),
            })
        }
    }
}

fn auto_verified_attributes(identity: &Identity) -> Vec<ContactAttribute> {
    let verified = [
        (identity.verifies_email(), ContactAttribute::Email),
        (identity.verifies_phone(), ContactAttribute::PhoneNumber),
    ];
    verified
        .into_iter()
        .filter_map(|(verified, attribute)| verified.then_some(attribute))
        .collect()
}

fn recovery_mechanisms(identity: &Identity) -> Vec<RecoveryMechanism> {
    let name = |recovery: &Recovery| match recovery {
        Recovery::Email => RecoveryName::VerifiedEmail,
        Recovery::Phone => RecoveryName::VerifiedPhoneNumber,
        Recovery::AdminOnly => RecoveryName::AdminOnly,
    };
    (1..)
        .zip(identity.recovery.iter())
        .map(|(priority, recovery)| RecoveryMechanism {
            name: name(recovery),
            priority,
        })
        .collect()
}

fn mfa_kind(factor: MfaFactor) -> MfaKind {
    match factor {
        MfaFactor::Sms => MfaKind::SmsMfa,
        MfaFactor::Totp => MfaKind::SoftwareTokenMfa,
        MfaFactor::Email => MfaKind::EmailOtp,
    }
}

/// Also where it is what a pool has by itself, as Cognito keeps what is left out; but for the lite plan,
/// which has no such setting.
fn sign_in_policy(identity: &Identity) -> Option<SignInPolicy> {
    let factor = |factor: &FirstFactor| match factor {
        FirstFactor::Password => FirstAuthFactor::Password,
        FirstFactor::EmailOtp => FirstAuthFactor::EmailOtp,
        FirstFactor::SmsOtp => FirstAuthFactor::SmsOtp,
    };
    (identity.plan != Plan::Lite).then(|| SignInPolicy {
        allowed_first_auth_factors: identity.first_factors.iter().map(factor).collect(),
    })
}
