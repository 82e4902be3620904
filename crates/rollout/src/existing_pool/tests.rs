use aws_sdk_cognitoidentityprovider::types::builders::UserPoolTypeBuilder;
use aws_sdk_cognitoidentityprovider::types::{
    AdminCreateUserConfigType, AuthFactorType, IssuerConfigurationType, SchemaAttributeType,
    SignInPolicyType, UserPoolPolicyType, UserPoolTierType, UsernameAttributeType,
};

use super::*;

fn of(pool: UserPoolTypeBuilder) -> Result<ExistingPool, Error> {
    ExistingPool::of(&"eu-west-1_AbCdEf123".parse().unwrap(), &pool.build())
}

#[test]
fn a_pool_that_says_nothing_is_what_cognito_makes_of_that() {
    let pool = of(UserPoolType::builder()).unwrap();
    assert_eq!(pool.id.as_str(), "eu-west-1_AbCdEf123");
    assert_eq!(pool.sign_in, [SignIn::Username]);
    assert_eq!(pool.first_factors, []);
    assert!(pool.self_sign_up);
    assert!(!pool.lite);
    assert_eq!(pool.issuer, Issuer::Original);
    assert_eq!(pool.attributes, BTreeSet::new());
    assert_eq!((pool.prefix, pool.custom), (None, None));
}

#[test]
fn what_a_pool_says_is_taken_over() {
    let policy = SignInPolicyType::builder()
        .allowed_first_auth_factors(AuthFactorType::Password)
        .allowed_first_auth_factors(AuthFactorType::EmailOtp)
        // Nothing that a stack file could ask for.
        .allowed_first_auth_factors(AuthFactorType::WebAuthn)
        .build();
    let accounts = AdminCreateUserConfigType::builder().allow_admin_create_user_only(true);
    let pool = UserPoolType::builder()
        .username_attributes(UsernameAttributeType::PhoneNumber)
        .username_attributes(UsernameAttributeType::Email)
        .policies(UserPoolPolicyType::builder().sign_in_policy(policy).build())
        .admin_create_user_config(accounts.build())
        .user_pool_tier(UserPoolTierType::Lite)
        .schema_attributes(SchemaAttributeType::builder().name("email").build())
        .schema_attributes(SchemaAttributeType::builder().name("custom:plan").build())
        .domain("")
        .custom_domain("login.example.com");
    let pool = of(pool).unwrap();
    assert_eq!(pool.sign_in, [SignIn::Phone, SignIn::Email]);
    let factors = [FirstFactor::Password, FirstFactor::EmailOtp];
    assert_eq!(pool.first_factors, factors);
    assert!(!pool.self_sign_up);
    assert!(pool.lite);
    let attributes = ["custom:plan", "email"].map(str::to_owned);
    assert_eq!(pool.attributes, attributes.into());
    assert_eq!(pool.prefix, None);
    assert_eq!(pool.custom.as_deref(), Some("login.example.com"));
}

#[test]
fn a_form_of_issuer_is_known_or_refused() {
    let called = |form: &str| {
        let form = IssuerConfigurationType::builder().r#type(form.into());
        of(UserPoolType::builder().issuer_configuration(form.build()))
    };
    let unsaid = IssuerConfigurationType::builder().build();
    let unsaid = of(UserPoolType::builder().issuer_configuration(unsaid));
    assert_eq!(unsaid.unwrap().issuer, Issuer::Original);
    assert_eq!(called("ORIGINAL").unwrap().issuer, Issuer::Original);
    assert_eq!(called("UPDATED").unwrap().issuer, Issuer::Updated);
    let refused = called("REGIONAL").unwrap_err();
    assert_eq!(refused.code(), "USER_POOL");
    assert!(refused.message().contains("REGIONAL"), "{refused:?}");
}
