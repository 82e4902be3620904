//! Second factors that people set up for themselves, where nobody asks them to.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Fixture;
use super::browser::Browser;
use super::factors::{sms, totp};

const PHONE: &str = "+447700900123";

/// A pool that asks nobody to set a factor up, and somebody in it with a telephone.
pub(super) async fn optional_factors() -> Fixture {
    let pool = json!({
        "UsernameAttributes": ["email", "phone_number"],
        "AutoVerifiedAttributes": ["email", "phone_number"],
        "SmsConfiguration": sms(),
    });
    let fixture = Fixture::with(&pool, &json!({})).await;
    let set = json!({
        "UserPoolId": fixture.pool,
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "SmsMfaConfiguration": {"SmsConfiguration": sms()},
    });
    fixture.call("SetUserPoolMfaConfig", &set).await.unwrap();
    fixture.person(PHONE).await;
    fixture
}

/// An access token with which people look after their own account.
pub(super) async fn own_token(fixture: &Fixture, browser: &mut Browser<'_>) -> Value {
    let authorize = fixture.authorize_url(&[("scope", "openid aws.cognito.signin.user.admin")]);
    let back = browser.sign_in(&authorize, PHONE).await;
    let code = back.parameter("code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", super::CALLBACK),
    ];
    let tokens: Value = fixture.token(&form).await.json().await.unwrap();
    json!({"AccessToken": tokens["access_token"]})
}

pub(super) fn preference(token: &Value, factor: &str, preferred: bool) -> Value {
    let setting = json!({"Enabled": true, "PreferredMfa": preferred});
    super::merge(token.clone(), &json!({ factor: setting }))
}

/// The stage's time, by which its people's apps go too.
pub(super) async fn step(fixture: &Fixture) -> i64 {
    let url = fixture.stage.urls().device.join("control/clock").unwrap();
    let clock: Value = crate::aws::opened(&fixture.stage, fixture.http.get(url))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let now: Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
    now.as_second() / 30
}

#[tokio::test]
async fn an_optional_app_is_set_up_with_ones_own_token() {
    let fixture = optional_factors().await;
    // Nobody is asked to set anything up.
    let token = own_token(&fixture, &mut Browser::new(&fixture)).await;
    let refusal = async |operation: &str, input: &Value| {
        let refused = fixture.call(operation, input).await.unwrap_err();
        (refused.code, refused.message)
    };
    let prefer = preference(&token, "SoftwareTokenMfaSettings", true);
    let code = |code: &str| super::merge(token.clone(), &json!({ "UserCode": code }));
    let said = |code: &str, message: &str| (code.to_owned(), message.to_owned());
    assert_eq!(
        refusal("SetUserMFAPreference", &prefer).await,
        said(
            "InvalidParameterException",
            "User has not set up software token mfa"
        )
    );
    assert_eq!(
        refusal("VerifySoftwareToken", &code("123456")).await.0,
        "SoftwareTokenMFANotFoundException"
    );
    let secret = fixture
        .call("AssociateSoftwareToken", &token)
        .await
        .unwrap();
    let secret = secret["SecretCode"].as_str().unwrap();
    assert_eq!(
        refusal("SetUserMFAPreference", &prefer).await,
        said(
            "InvalidParameterException",
            "User has not verified software token mfa"
        )
    );
    let first = step(&fixture).await;
    assert_eq!(
        refusal("VerifySoftwareToken", &code(&totp(secret, first - 3))).await,
        said(
            "EnableSoftwareTokenMFAException",
            "Code mismatch and fail enable Software Token MFA"
        )
    );
    let verified = fixture
        .call("VerifySoftwareToken", &code(&totp(secret, first)))
        .await;
    assert_eq!(verified.unwrap()["Status"], "SUCCESS");

    // It proves itself, and is asked for once its owner wants it to be.
    let mut browser = Browser::new(&fixture);
    let back = browser.sign_in(&fixture.authorize_url(&[]), PHONE).await;
    assert!(back.parameter("code").is_some());
    fixture.call("SetUserMFAPreference", &prefer).await.unwrap();
    let user = fixture.call("GetUser", &token).await.unwrap();
    assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    assert_eq!(user["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));

    let mut browser = Browser::new(&fixture);
    let mfa = browser.sign_in(&fixture.authorize_url(&[]), PHONE).await;
    mfa.at("/mfa").says("authenticator app");
    let now = step(&fixture).await;
    for (given, sentence) in [
        (
            totp(secret, first),
            "Your software token has already been used once.",
        ),
        // One that has expired, and one that was none.
        (totp(secret, now - 3), "Invalid code received for user"),
        ("000000x".to_owned(), "Invalid code received for user"),
    ] {
        let refused = browser.submit(&mfa, &[("code", &given)]).await;
        refused.at("/mfa").says(sentence);
    }
    let back = browser
        .submit(&mfa, &[("code", &totp(secret, now + 1))])
        .await;
    assert!(back.parameter("code").is_some());
    fixture.stage.stop().await;
}

#[tokio::test]
async fn an_optional_text_message_is_chosen_with_ones_own_token() {
    let fixture = optional_factors().await;
    let token = own_token(&fixture, &mut Browser::new(&fixture)).await;
    let sms = preference(&token, "SMSMfaSettings", false);
    fixture.call("SetUserMFAPreference", &sms).await.unwrap();
    let mut browser = Browser::new(&fixture);
    let mfa = browser.sign_in(&fixture.authorize_url(&[]), PHONE).await;
    mfa.at("/mfa")
        .says("We have sent a code by text message to +*******0123.");
    let code = fixture.code(PHONE).await;
    let back = browser.submit(&mfa, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());

    // Two factors, none of them preferred: which one it is to be, the page asks.
    let secret = fixture
        .call("AssociateSoftwareToken", &token)
        .await
        .unwrap();
    let secret = secret["SecretCode"].as_str().unwrap();
    let shown = totp(secret, step(&fixture).await);
    let verify = super::merge(token.clone(), &json!({ "UserCode": shown }));
    fixture.call("VerifySoftwareToken", &verify).await.unwrap();
    let app = preference(&token, "SoftwareTokenMfaSettings", false);
    fixture.call("SetUserMFAPreference", &app).await.unwrap();
    let mut browser = Browser::new(&fixture);
    let choice = browser.sign_in(&fixture.authorize_url(&[]), PHONE).await;
    choice.at("/selectMfa").says("Code by text message");
    let astray = browser.submit(&choice, &[("factor", "EMAIL_OTP")]).await;
    astray.at("/selectMfa").says("role=\"alert\"");
    let mfa = browser
        .submit(&choice, &[("factor", "SOFTWARE_TOKEN_MFA")])
        .await;
    mfa.at("/mfa").says("authenticator app");
    let next = totp(secret, step(&fixture).await + 1);
    let back = browser.submit(&mfa, &[("code", &next)]).await;
    assert!(back.parameter("code").is_some());

    // One of two is preferred at most, and what the pool has not got cannot be chosen.
    let both = super::merge(
        preference(&token, "SMSMfaSettings", true),
        &preference(&token, "SoftwareTokenMfaSettings", true),
    );
    for input in [both, preference(&token, "EmailMfaSettings", true)] {
        let refused = fixture.call("SetUserMFAPreference", &input).await;
        assert_eq!(refused.unwrap_err().code, "InvalidParameterException");
    }
    // Whoever turns all of them off is asked for none.
    let off = json!({"SMSMfaSettings": {"Enabled": false}, "SoftwareTokenMfaSettings": {"Enabled": false}});
    let off = super::merge(token.clone(), &off);
    fixture.call("SetUserMFAPreference", &off).await.unwrap();
    let mut browser = Browser::new(&fixture);
    let back = browser.sign_in(&fixture.authorize_url(&[]), PHONE).await;
    assert!(back.parameter("code").is_some());
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_pool_without_factors_sets_none_up() {
    let fixture = Fixture::with(&json!({"UsernameAttributes": ["phone_number"], "AutoVerifiedAttributes": ["phone_number"], "SmsConfiguration": sms()}), &json!({})).await;
    fixture.person(PHONE).await;
    let token = own_token(&fixture, &mut Browser::new(&fixture)).await;
    let refused = fixture
        .call("AssociateSoftwareToken", &token)
        .await
        .unwrap_err();
    assert_eq!(refused.code, "SoftwareTokenMFANotFoundException");
    assert_eq!(
        refused.message,
        "Software Token MFA has not been enabled by the userPool"
    );
    let sms = preference(&token, "SMSMfaSettings", true);
    let refused = fixture
        .call("SetUserMFAPreference", &sms)
        .await
        .unwrap_err();
    assert_eq!(
        refused.message,
        "User does not have delivery config set to turn on SMS_MFA"
    );
    fixture.stage.stop().await;
}
