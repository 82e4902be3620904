//! One-time codes, second factors and temporary passwords.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::browser::{Browser, Page};
use super::{Fixture, PASSWORD};

const PHONE: &str = "+447700900123";
const EMAIL: &str = "ada@example.com";

/// Text messages may be sent.
fn sms() -> Value {
    json!({"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "guide"})
}

/// What an authenticator app shows (RFC 6238).
fn totp(secret: &str, step: i64) -> String {
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
    fixture.stage.stop().await;
}

/// A pool that asks nobody to set a factor up, and somebody in it with a telephone.
async fn optional_factors() -> Fixture {
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
async fn own_token(fixture: &Fixture, browser: &mut Browser<'_>) -> Value {
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

fn preference(token: &Value, factor: &str, preferred: bool) -> Value {
    let setting = json!({"Enabled": true, "PreferredMfa": preferred});
    super::merge(token.clone(), &json!({ factor: setting }))
}

/// The stage's time, by which its people's apps go too.
async fn step(fixture: &Fixture) -> i64 {
    let url = fixture.stage.urls().device.join("control/clock").unwrap();
    let clock: Value = fixture
        .http
        .get(url)
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
    mfa.at("/mfa").says("We have sent a code to your phone.");
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
    let back = browser
        .submit(&change, &[("password", "Better-Horse-2")])
        .await;
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
