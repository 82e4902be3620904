//! One-time codes, second factors and temporary passwords.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::browser::{Browser, Page};
use super::codes::seen_by;
use super::{Fixture, PASSWORD};

const PHONE: &str = "+447700900123";
const EMAIL: &str = "ada@example.com";

/// Text messages may be sent.
pub(super) fn sms() -> Value {
    json!({"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "guide"})
}

/// What an authenticator app shows (RFC 6238).
pub(super) fn totp(secret: &str, step: i64) -> String {
    const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut key = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in secret.chars() {
        bits = bits << 5 | u32::try_from(BASE32.find(letter).unwrap()).unwrap();
        count += 5;
        if count >= 8 {
            count -= 8;
            key.push(u8::try_from(bits >> count & 255).unwrap());
        }
    }
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = ring::hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes(tag[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

async fn sign_up(fixture: &Fixture, browser: &mut Browser<'_>, field: &str, value: &str) -> Page {
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let signup = browser
        .open(&login.url.as_str().replace("/login", "/signup"))
        .await;
    let confirm = browser
        .submit(&signup, &[(field, value), ("password", PASSWORD)])
        .await;
    confirm.at("/confirmUser");
    let code = fixture.code(value).await;
    browser.submit(&confirm, &[("code", &code)]).await
}

#[tokio::test]
async fn sms_is_a_second_factor() {
    let pool = json!({
        "UsernameAttributes": ["phone_number"],
        "AutoVerifiedAttributes": ["phone_number"],
        "SmsConfiguration": sms(),
        "MfaConfiguration": "ON",
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]},
    });
    let fixture = Fixture::with(&pool, &json!({})).await;
    let mut browser = Browser::new(&fixture);
    let mfa = sign_up(&fixture, &mut browser, "phone_number", PHONE).await;
    mfa.at("/mfa");
    let wrong = browser.submit(&mfa, &[("code", "000000x")]).await;
    wrong.says("Invalid code or auth state for the user.");
    let code = fixture.code(PHONE).await;
    let back = browser.submit(&mfa, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());

    // A password alone is not enough, and a challenge does not wait for ever.
    let mut other = Browser::new(&fixture);
    let mfa = other.sign_in(&fixture.authorize_url(&[]), PHONE).await;
    mfa.at("/mfa");
    other.open(&fixture.authorize_url(&[])).await.at("/login");
    fixture.advance_clock(180).await;
    let code = fixture.code(PHONE).await;
    let late = other.submit(&mfa, &[("code", &code)]).await;
    late.at("/login").says("session is expired");

    let forgot = late.url.as_str().replace("/login", "/forgotPassword");
    let forgot = other.open(&forgot).await;
    let refused = other.submit(&forgot, &[("username", PHONE)]).await;
    refused.says("Contact administrator to reset password.");
    let stranger = "+447700900999";
    let same = other.submit(&forgot, &[("username", stranger)]).await;
    assert_eq!(seen_by(&refused, PHONE), seen_by(&same, stranger));
    fixture.stage.stop().await;
}

#[tokio::test]
async fn an_authenticator_app_is_set_up_and_then_asked_for() {
    let fixture = Fixture::new().await;
    let set = json!({
        "UserPoolId": fixture.pool,
        "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    fixture.call("SetUserPoolMfaConfig", &set).await.unwrap();
    let mut browser = Browser::new(&fixture);
    let setup = sign_up(&fixture, &mut browser, "email", EMAIL).await;
    setup.at("/mfaSetup");
    let secret = setup.html.split("<code id=\"secret\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap();
    let step = Timestamp::now().as_second() / 30;
    let wrong = browser.submit(&setup, &[("code", "000000x")]).await;
    wrong
        .at("/mfaSetup")
        .says(secret)
        .says("Code mismatch and fail enable Software Token MFA");
    let back = browser
        .submit(&setup, &[("code", &totp(secret, step))])
        .await;
    assert!(back.parameter("code").is_some());

    let mut other = Browser::new(&fixture);
    let mfa = other.sign_in(&fixture.authorize_url(&[]), EMAIL).await;
    mfa.at("/mfa");
    let reused = other.submit(&mfa, &[("code", &totp(secret, step))]).await;
    reused.says("Your software token has already been used once.");
    let back = other
        .submit(&mfa, &[("code", &totp(secret, step + 1))])
        .await;
    assert!(back.parameter("code").is_some());

    // Where it is required, nobody turns it off.
    let scope = [("scope", "openid aws.cognito.signin.user.admin")];
    let back = other.open(&fixture.authorize_url(&scope)).await;
    let code = back.parameter("code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", super::CALLBACK),
    ];
    let tokens: Value = fixture.token(&form).await.json().await.unwrap();
    let token = json!({"AccessToken": tokens["access_token"]});
    let off = json!({"SoftwareTokenMfaSettings": {"Enabled": false}});
    let off = super::merge(token.clone(), &off);
    let refused = fixture.call("SetUserMFAPreference", &off).await;
    assert_eq!(refused.unwrap_err().code, "InvalidParameterException");
    let user = fixture.call("GetUser", &token).await.unwrap();
    assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_code_stands_in_for_the_password() {
    let pool = json!({
        "UsernameAttributes": ["phone_number"],
        "AutoVerifiedAttributes": ["phone_number"],
        "SmsConfiguration": sms(),
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "SMS_OTP"]}},
    });
    let client = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let fixture = Fixture::with(&pool, &client).await;
    sign_up(&fixture, &mut Browser::new(&fixture), "phone_number", PHONE).await;

    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    login.says("Sign in with a code by text message");
    let code_page = browser
        .submit(&login, &[("username", PHONE), ("factor", "SMS_OTP")])
        .await;
    code_page.at("/oneTimeCode");
    let code = fixture.code(PHONE).await;
    let back = browser.submit(&code_page, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());

    // A stranger sees the same page, and no code helps.
    let mut stranger = Browser::new(&fixture);
    let login = stranger.open(&fixture.authorize_url(&[])).await;
    let page = stranger
        .submit(
            &login,
            &[("username", "+447700900999"), ("factor", "SMS_OTP")],
        )
        .await;
    page.at("/oneTimeCode");
    let wrong = stranger.submit(&page, &[("code", "123456")]).await;
    wrong.says("Invalid code or auth state for the user.");
    // A factor that the pool does not offer is refused.
    let refused = stranger
        .submit(&login, &[("username", PHONE), ("factor", "EMAIL_OTP")])
        .await;
    refused.at("/login").says("Incorrect username or password.");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_temporary_password_is_replaced() {
    let fixture = Fixture::new().await;
    let create = json!({
        "UserPoolId": fixture.pool,
        "Username": EMAIL,
        "MessageAction": "SUPPRESS",
        "TemporaryPassword": PASSWORD,
    });
    let created = fixture.call("AdminCreateUser", &create).await.unwrap();
    assert_eq!(created["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let mut browser = Browser::new(&fixture);
    let change = browser.sign_in(&fixture.authorize_url(&[]), EMAIL).await;
    change.at("/changePassword");
    browser
        .submit(&change, &[("password", "weak")])
        .await
        .says("Password did not conform with policy");
    fixture.advance_clock(180).await;
    let better = [("password", "Better-Horse-2")];
    let late = browser.submit(&change, &better).await;
    late.at("/login").says("session is expired");
    let change = browser.sign_in(&fixture.authorize_url(&[]), EMAIL).await;
    let back = browser.submit(&change, &better).await;
    assert!(back.parameter("code").is_some());
    fixture.stage.stop().await;
}

/// The same rules without the pages.
#[tokio::test]
async fn sign_up_works_through_the_api() {
    let fixture = Fixture::with(&json!({}), &json!({"GenerateSecret": false})).await;
    let who = json!({"ClientId": fixture.client, "Username": EMAIL});
    let sign_up = super::merge(who.clone(), &json!({"Password": PASSWORD}));
    let answer = fixture.call("SignUp", &sign_up).await.unwrap();
    assert_eq!(answer["UserConfirmed"], false);
    assert_eq!(
        answer["CodeDeliveryDetails"],
        json!({"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"})
    );
    let again = fixture.call("SignUp", &sign_up).await.unwrap_err();
    assert_eq!(again.code, "UsernameExistsException");
    let confirm = |code: &str| super::merge(who.clone(), &json!({ "ConfirmationCode": code }));
    let wrong = fixture.call("ConfirmSignUp", &confirm("nonsense")).await;
    assert_eq!(wrong.unwrap_err().code, "CodeMismatchException");
    fixture.call("ResendConfirmationCode", &who).await.unwrap();
    let code = fixture.code(EMAIL).await;
    fixture
        .call("ConfirmSignUp", &confirm(&code))
        .await
        .unwrap();

    let filter = json!({"UserPoolId": fixture.pool, "Filter": "email = \"ada@example.com\""});
    let users = fixture.call("ListUsers", &filter).await.unwrap();
    assert_eq!(users["Users"][0]["UserStatus"], "CONFIRMED");
    let user = json!({"UserPoolId": fixture.pool, "Username": EMAIL});
    fixture.call("AdminDeleteUser", &user).await.unwrap();
    let gone = fixture.call("AdminGetUser", &user).await.unwrap_err();
    assert_eq!(gone.code, "UserNotFoundException");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_client_with_a_secret_needs_its_hash() {
    let fixture = Fixture::new().await;
    let sign_up = json!({"ClientId": fixture.client, "Username": EMAIL, "Password": PASSWORD});
    let refused = fixture.call("SignUp", &sign_up).await.unwrap_err();
    assert_eq!(refused.code, "NotAuthorizedException");
    assert!(refused.message.contains("SECRET_HASH was not received"));
    fixture.stage.stop().await;
}

#[tokio::test]
async fn self_sign_up_can_be_switched_off() {
    let closed = json!({"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true}});
    let fixture = Fixture::with(&closed, &json!({})).await;
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    assert!(!login.html.contains("/signup"));
    let signup = browser
        .open(&login.url.as_str().replace("/login", "/signup"))
        .await;
    let refused = browser
        .submit(&signup, &[("email", EMAIL), ("password", PASSWORD)])
        .await;
    refused.says("SignUp is not permitted for this user pool");
    fixture.stage.stop().await;
}
