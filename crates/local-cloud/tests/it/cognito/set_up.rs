//! A second factor that everybody has to have, where there are several to choose among.

use serde_json::json;

use super::Fixture;
use super::browser::{Browser, Page};
use super::factors::{sms, totp};
use super::own_factors::step;

const PHONE: &str = "+447700900123";

/// A pool that demands one of two factors, and somebody who has set none up.
async fn demanding() -> Fixture {
    let pool = json!({
        "UsernameAttributes": ["phone_number"],
        "AutoVerifiedAttributes": ["phone_number"],
        "SmsConfiguration": sms(),
    });
    let fixture = Fixture::with(&pool, &json!({})).await;
    let set = json!({
        "UserPoolId": fixture.pool,
        "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "SmsMfaConfiguration": {"SmsConfiguration": sms()},
    });
    fixture.call("SetUserPoolMfaConfig", &set).await.unwrap();
    fixture.person(PHONE).await;
    fixture
}

async fn choice(fixture: &Fixture, browser: &mut Browser<'_>) -> Page {
    let page = browser.sign_in(&fixture.authorize_url(&[]), PHONE).await;
    page.at("/selectMfaSetup")
        .says("Code by text message")
        .says("Authenticator app");
    page
}

async fn settings(fixture: &Fixture) -> serde_json::Value {
    let who = json!({"UserPoolId": fixture.pool, "Username": PHONE});
    fixture.call("AdminGetUser", &who).await.unwrap()
}

#[tokio::test]
async fn text_messages_are_chosen_once_and_then_asked_for() {
    let fixture = demanding().await;
    let mut browser = Browser::new(&fixture);
    let page = choice(&fixture, &mut browser).await;
    let astray = browser.submit(&page, &[("factor", "EMAIL_OTP")]).await;
    astray.at("/selectMfaSetup").says("role=\"alert\"");
    // Nothing is set up by asking for a code alone.
    let mfa = browser.submit(&page, &[("factor", "SMS_MFA")]).await;
    mfa.at("/mfa")
        .says("We have sent a code by text message to +*******0123.");
    let wrong = browser.submit(&mfa, &[("code", "000000x")]).await;
    wrong.says("Invalid code or auth state for the user.");
    assert!(settings(&fixture).await["UserMFASettingList"].is_null());
    choice(&fixture, &mut Browser::new(&fixture)).await;

    let code = fixture.code(PHONE).await;
    let back = browser.submit(&mfa, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());
    let after = settings(&fixture).await;
    assert_eq!(after["UserMFASettingList"], json!(["SMS_MFA"]));
    assert_eq!(after["PreferredMfaSetting"], "SMS_MFA");
    let mut later = Browser::new(&fixture);
    let mfa = later.sign_in(&fixture.authorize_url(&[]), PHONE).await;
    mfa.at("/mfa")
        .says("We have sent a code by text message to +*******0123.");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn an_authenticator_app_is_chosen_once_and_then_asked_for() {
    let fixture = demanding().await;
    let mut browser = Browser::new(&fixture);
    let page = choice(&fixture, &mut browser).await;
    let setup = browser
        .submit(&page, &[("factor", "SOFTWARE_TOKEN_MFA")])
        .await;
    setup.at("/mfaSetup");
    // Nobody was sent anything, and another browser has to choose anew.
    assert!(fixture.newest(PHONE).await.is_null());
    choice(&fixture, &mut Browser::new(&fixture)).await;
    let secret = setup.html.split("<code id=\"secret\">").nth(1).unwrap();
    let secret = secret.split('<').next().unwrap();
    let first = step(&fixture).await;
    let back = browser
        .submit(&setup, &[("code", &totp(secret, first))])
        .await;
    assert!(back.parameter("code").is_some());
    let after = settings(&fixture).await;
    assert_eq!(after["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    let mut later = Browser::new(&fixture);
    let mfa = later.sign_in(&fixture.authorize_url(&[]), PHONE).await;
    mfa.at("/mfa").says("authenticator app");
    fixture.stage.stop().await;
}

/// No page of the way waits longer than the challenge that it belongs to.
#[tokio::test]
async fn whoever_takes_too_long_signs_in_again() {
    let fixture = demanding().await;
    let late = async |browser: &mut Browser<'_>, page: &Page, answer: (&str, &str)| {
        fixture.advance_clock(180).await;
        let late = browser.submit(page, &[answer]).await;
        late.at("/login").says("session is expired");
    };
    let mut browser = Browser::new(&fixture);
    let page = choice(&fixture, &mut browser).await;
    late(&mut browser, &page, ("factor", "SMS_MFA")).await;
    let page = choice(&fixture, &mut browser).await;
    let app = [("factor", "SOFTWARE_TOKEN_MFA")];
    let setup = browser.submit(&page, &app).await;
    late(&mut browser, &setup, ("code", "123456")).await;
    fixture.stage.stop().await;
}
