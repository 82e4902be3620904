//! Pools, clients, domains and styles.

use aws_sdk_cognitoidentityprovider::error::ProvideErrorMetadata as _;
use aws_sdk_cognitoidentityprovider::types::{
    DeletionProtectionType, OAuthFlowType, UsernameAttributeType,
};
use serde_json::{Value, json};

use super::{CALLBACK, Fixture, REGION, call_in};
use crate::aws::{client, http, stage};

/// The real SDK reads what the stage answers.
#[tokio::test]
async fn the_sdk_creates_and_describes() {
    let stage = stage().await;
    let sdk = client!(aws_sdk_cognitoidentityprovider, stage, REGION);
    let pool = sdk
        .create_user_pool()
        .pool_name("guide")
        .username_attributes(UsernameAttributeType::Email)
        .deletion_protection(DeletionProtectionType::Active)
        .send()
        .await
        .unwrap();
    let pool = pool.user_pool().unwrap();
    let id = pool.id().unwrap();
    assert!(id.starts_with("eu-west-1_") && id.len() == 19, "{id}");
    assert_eq!(
        pool.arn().unwrap(),
        format!("arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{id}")
    );

    let client = sdk
        .create_user_pool_client()
        .user_pool_id(id)
        .client_name("alexa")
        .generate_secret(true)
        .allowed_o_auth_flows_user_pool_client(true)
        .allowed_o_auth_flows(OAuthFlowType::Code)
        .allowed_o_auth_scopes("openid")
        .callback_urls(CALLBACK)
        .send()
        .await
        .unwrap();
    let client = client.user_pool_client().unwrap();
    assert_eq!(client.client_id().unwrap().len(), 26);

    let described = sdk
        .describe_user_pool_client()
        .user_pool_id(id)
        .client_id(client.client_id().unwrap())
        .send()
        .await
        .unwrap();
    let described = described.user_pool_client().unwrap();
    assert_eq!(described.client_secret(), client.client_secret());
    assert_eq!(described.callback_urls(), [CALLBACK]);
    assert!(described.creation_date().is_some());

    let refused = sdk.delete_user_pool().user_pool_id(id).send().await;
    let refused = refused.unwrap_err().into_service_error();
    assert_eq!(refused.code(), Some("InvalidParameterException"));
    assert_eq!(
        refused.message(),
        Some(
            "The user pool cannot be deleted because deletion protection is activated. Deletion \
             protection must be inactivated first."
        )
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_pool_lives_in_its_region() {
    let fixture = Fixture::new().await;
    let pool = json!({"UserPoolId": fixture.pool});
    let elsewhere = call_in(&fixture.stage, "us-east-1", "DescribeUserPool", &pool).await;
    assert_eq!(elsewhere.unwrap_err().code, "ResourceNotFoundException");
    let all = json!({"MaxResults": 60});
    let listed = call_in(&fixture.stage, "us-east-1", "ListUserPools", &all).await;
    assert_eq!(listed.unwrap()["UserPools"], json!([]));
    let listed = fixture.call("ListUserPools", &all).await.unwrap();
    assert_eq!(listed["UserPools"][0]["Id"], fixture.pool);
    fixture.stage.stop().await;
}

#[tokio::test]
async fn an_update_replaces_what_cognito_does_not_keep() {
    let fixture = Fixture::new().await;
    let pool = json!({"UserPoolId": fixture.pool});
    let policy = json!({"PasswordPolicy": {"MinimumLength": 12}});
    let update = super::merge(
        pool.clone(),
        &json!({"Policies": policy, "AutoVerifiedAttributes": ["email"]}),
    );
    fixture.call("UpdateUserPool", &update).await.unwrap();
    let described = fixture.call("DescribeUserPool", &pool).await.unwrap();
    let password = &described["UserPool"]["Policies"]["PasswordPolicy"];
    assert_eq!(password["MinimumLength"], 12);
    assert_eq!(password["RequireSymbols"], true);

    fixture.call("UpdateUserPool", &pool).await.unwrap();
    let described = fixture.call("DescribeUserPool", &pool).await.unwrap();
    let described = &described["UserPool"];
    // As others have measured: https://github.com/go-to-k/cdkd/pull/1982
    assert_eq!(described["Policies"]["PasswordPolicy"]["MinimumLength"], 12);
    assert_eq!(described.get("AutoVerifiedAttributes"), None);
    assert_eq!(described["UsernameAttributes"], json!(["email"]));
    assert_eq!(described["UsernameConfiguration"]["CaseSensitive"], false);

    let immutable = super::merge(pool, &json!({"UsernameAttributes": ["phone_number"]}));
    let refused = fixture
        .call("UpdateUserPool", &immutable)
        .await
        .unwrap_err();
    assert!(
        refused.message.contains("UsernameAttributes"),
        "{refused:?}"
    );
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_client_update_replaces_everything_but_the_secret() {
    let fixture = Fixture::new().await;
    let ids = json!({"UserPoolId": fixture.pool, "ClientId": fixture.client});
    let updated = fixture.call("UpdateUserPoolClient", &ids).await.unwrap();
    let client = &updated["UserPoolClient"];
    assert_eq!(client["ClientSecret"], fixture.secret);
    assert_eq!(client["ClientName"], "alexa");
    assert_eq!(client["AllowedOAuthFlowsUserPoolClient"], false);
    assert_eq!(client.get("CallbackURLs"), None);
    assert_eq!(client["RefreshTokenValidity"], 30);
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_client_has_one_or_two_secrets() {
    let fixture = Fixture::new().await;
    let ids = json!({"UserPoolId": fixture.pool, "ClientId": fixture.client});
    let added = fixture.call("AddUserPoolClientSecret", &ids).await.unwrap();
    let second = &added["ClientSecretDescriptor"];
    assert_ne!(second["ClientSecretValue"], fixture.secret);
    let third = fixture.call("AddUserPoolClientSecret", &ids).await;
    assert_eq!(third.unwrap_err().code, "LimitExceededException");

    let listed = fixture
        .call("ListUserPoolClientSecrets", &ids)
        .await
        .unwrap();
    let listed = listed["ClientSecrets"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 2);
    assert!(
        listed
            .iter()
            .all(|secret| secret.get("ClientSecretValue").is_none())
    );

    // Both work; the first then goes.
    let form = [
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("redirect_uri", CALLBACK),
    ];
    for secret in [
        fixture.secret.as_str(),
        second["ClientSecretValue"].as_str().unwrap(),
    ] {
        let answer = fixture
            .http
            .post(fixture.sign_in("oauth2/token"))
            .basic_auth(&fixture.client, Some(secret))
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.text().await.unwrap(), r#"{"error":"invalid_grant"}"#);
    }
    let delete =
        |id: &serde_json::Value| super::merge(ids.clone(), &json!({ "ClientSecretId": id }));
    let first = delete(&listed[0]["ClientSecretId"]);
    fixture
        .call("DeleteUserPoolClientSecret", &first)
        .await
        .unwrap();
    let answer = fixture.token(&form).await;
    assert_eq!(
        answer.text().await.unwrap(),
        r#"{"error":"invalid_client"}"#
    );
    let last = delete(&listed[1]["ClientSecretId"]);
    fixture
        .call("DeleteUserPoolClientSecret", &last)
        .await
        .unwrap_err();
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_domain_is_unique_and_holds_its_pool() {
    let fixture = Fixture::new().await;
    let pool = json!({"UserPoolId": fixture.pool});
    let refused = fixture.call("DeleteUserPool", &pool).await.unwrap_err();
    assert!(refused.message.contains("domain configured"), "{refused:?}");

    let other = json!({"PoolName": "other"});
    let other = fixture.call("CreateUserPool", &other).await.unwrap();
    let other = other["UserPool"]["Id"].clone();
    let taken = json!({"UserPoolId": other, "Domain": "guide-local"});
    let refused = fixture.call("CreateUserPoolDomain", &taken).await;
    assert_eq!(
        refused.unwrap_err().message,
        "Domain already associated with another user pool."
    );

    let domain = json!({"UserPoolId": fixture.pool, "Domain": "guide-local"});
    let named = json!({"Domain": "guide-local"});
    let described = fixture
        .call("DescribeUserPoolDomain", &named)
        .await
        .unwrap();
    let described = &described["DomainDescription"];
    assert_eq!(described["UserPoolId"], fixture.pool);
    assert_eq!(described["ManagedLoginVersion"], 2);
    fixture.call("DeleteUserPoolDomain", &domain).await.unwrap();
    let gone = fixture
        .call("DescribeUserPoolDomain", &named)
        .await
        .unwrap();
    assert_eq!(gone, json!({"DomainDescription": {}}));
    fixture.call("DeleteUserPool", &pool).await.unwrap();
    fixture.stage.stop().await;
}

#[tokio::test]
async fn mfa_is_set_by_its_own_operation() {
    let fixture = Fixture::new().await;
    let set = json!({
        "UserPoolId": fixture.pool,
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    fixture.call("SetUserPoolMfaConfig", &set).await.unwrap();
    let pool = json!({"UserPoolId": fixture.pool});
    let mfa = fixture.call("GetUserPoolMfaConfig", &pool).await.unwrap();
    assert_eq!(mfa["MfaConfiguration"], "OPTIONAL");
    assert_eq!(mfa["SoftwareTokenMfaConfiguration"]["Enabled"], true);
    let described = fixture.call("DescribeUserPool", &pool).await.unwrap();
    assert_eq!(described["UserPool"]["MfaConfiguration"], "OPTIONAL");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn tags_and_branding_can_be_read_back() {
    let fixture = Fixture::new().await;
    let pool = json!({"UserPoolId": fixture.pool});
    let described = fixture.call("DescribeUserPool", &pool).await.unwrap();
    let arn = &described["UserPool"]["Arn"];
    let tag = json!({"ResourceArn": arn, "Tags": {"stage": "local", "name": "guide"}});
    fixture.call("TagResource", &tag).await.unwrap();
    let untag = json!({"ResourceArn": arn, "TagKeys": ["name"]});
    fixture.call("UntagResource", &untag).await.unwrap();
    let resource = json!({"ResourceArn": arn});
    let tags = fixture.call("ListTagsForResource", &resource).await;
    assert_eq!(tags.unwrap()["Tags"], json!({"stage": "local"}));

    let ids = json!({"UserPoolId": fixture.pool, "ClientId": fixture.client});
    let style = fixture.call("DescribeManagedLoginBrandingByClient", &ids);
    let style = style.await.unwrap()["ManagedLoginBranding"].clone();
    assert_eq!(style["UseCognitoProvidedValues"], true);
    let again = super::merge(ids.clone(), &json!({"UseCognitoProvidedValues": true}));
    let refused = fixture.call("CreateManagedLoginBranding", &again).await;
    assert_eq!(
        refused.unwrap_err().code,
        "ManagedLoginBrandingExistsException"
    );
    let delete = json!({
        "UserPoolId": fixture.pool,
        "ManagedLoginBrandingId": style["ManagedLoginBrandingId"],
    });
    fixture
        .call("DeleteManagedLoginBranding", &delete)
        .await
        .unwrap();
    let gone = fixture
        .call("DescribeManagedLoginBrandingByClient", &ids)
        .await;
    assert_eq!(gone.unwrap_err().code, "ResourceNotFoundException");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn unknown_operations_and_values_are_refused() {
    let stage = stage().await;
    let unknown = call_in(&stage, REGION, "StartUserImportJob", &json!({})).await;
    assert_eq!(unknown.unwrap_err().code, "UnknownOperationException");
    let wrong = json!({"PoolName": "guide", "UserPoolTier": "GOLD"});
    let refused = call_in(&stage, REGION, "CreateUserPool", &wrong).await;
    assert_eq!(
        refused.unwrap_err().message,
        "1 validation error detected: Value 'GOLD' at 'userPoolTier' failed to satisfy \
         constraint: Member must satisfy enum value set: [LITE, ESSENTIALS, PLUS]"
    );
    stage.stop().await;
}

/// Somebody has made it in a console, and a stack file names it.
#[tokio::test]
async fn a_pool_that_is_known_by_its_id_is_kept_with_it() {
    let stage = stage().await;
    let url = stage.urls().device.join("console/user-pools").unwrap();
    let keep = async |body: &Value| {
        let request = http().post(url.clone()).json(body);
        let answer = crate::aws::opened(&stage, request).send().await;
        answer.unwrap().status().as_u16()
    };
    let id = "us-east-1_AbCdEf123";
    let body = |id: &str, prefix: &str| {
        json!({
            "id": id,
            "settings": { "PoolName": "known", "UsernameAttributes": ["email"] },
            "domain": { "Domain": prefix, "ManagedLoginVersion": 2 },
        })
    };
    assert_eq!(keep(&body(id, "my-people")).await, 201);
    assert_eq!(keep(&body(id, "others")).await, 200);
    assert_eq!(keep(&body("us-east-1_", "others")).await, 400);
    // What the API refuses is refused, and leaves nothing.
    assert_eq!(keep(&body("us-east-1_Other1234", "my-people")).await, 400);
    assert_eq!(keep(&body("us-east-1_Other1234", "others")).await, 201);
    stage.stop().await;
}

/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html#API_CreateUserPool_Errors>
#[tokio::test]
async fn whoever_names_a_role_for_text_messages_names_one_that_may_send_them() {
    let fixture = Fixture::new().await;
    let with = |role: &str| {
        let sms = json!({
            "SnsCallerArn": format!("arn:aws:iam::000000000000:role/{role}"), "ExternalId": "guide",
        });
        let pool = json!({ "UserPoolId": fixture.pool });
        [
            (
                "CreateUserPool",
                json!({"PoolName": "other", "SmsConfiguration": sms}),
            ),
            (
                "UpdateUserPool",
                super::merge(pool.clone(), &json!({"SmsConfiguration": sms})),
            ),
            (
                "SetUserPoolMfaConfig",
                super::merge(
                    pool,
                    &json!({
                        "SmsMfaConfiguration": {"SmsConfiguration": sms}, "MfaConfiguration": "OPTIONAL",
                    }),
                ),
            ),
        ]
    };
    for (role, service, action, refused) in [
        (
            "other",
            "cognito-idp",
            "sns:Publish",
            "InvalidSmsRoleAccessPolicyException",
        ),
        (
            "sms",
            "lambda",
            "sns:Publish",
            "InvalidSmsRoleTrustRelationshipException",
        ),
        (
            "sms",
            "cognito-idp",
            "sns:Subscribe",
            "InvalidSmsRoleAccessPolicyException",
        ),
        ("sms", "cognito-idp", "sns:Publish", ""),
    ] {
        let service = format!("{service}.amazonaws.com");
        super::make_text_message_role(&fixture.stage, &service, action).await;
        for (operation, input) in with(role) {
            let answer = fixture.call(operation, &input).await;
            let code = answer.err().map(|refused| refused.code).unwrap_or_default();
            assert_eq!(code, refused, "{operation} {role} {service} {action}");
        }
    }
    fixture.stage.stop().await;
}
