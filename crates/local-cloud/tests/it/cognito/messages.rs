//! Second factors that come as a message: by SMS and by e-mail, on managed login and on the classic
//! pages.

use serde_json::{Value, json};

use super::Fixture;
use super::browser::{Browser, Page};
use super::codes::{LOCKED, seen_by};
use super::factors::sms;

const PHONE: &str = "+447700900123";
const EMAIL: &str = "ada@example.com";
const WRONG: &str = "Invalid code or auth state for the user.";

/// A pool whose people have to bring a code by that medium, and one of them.
async fn required(medium: &str) -> (Fixture, &'static str) {
    let (attribute, who, factor): (_, _, Value) = match medium {
        "sms" => (
            "phone_number",
            PHONE,
            json!({"SmsMfaConfiguration": {"SmsConfiguration": sms()}}),
        ),
        _ => ("email", EMAIL, json!({"EmailMfaConfiguration": {}})),
    };
    let pool = json!({
        "UsernameAttributes": [attribute],
        "AutoVerifiedAttributes": [attribute],
        "SmsConfiguration": sms(),
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": "arn:aws:ses:eu-west-1:000000000000:identity/example.com",
        },
    });
    let fixture = Fixture::with(&pool, &json!({})).await;
    let set = json!({"UserPoolId": fixture.pool, "MfaConfiguration": "ON"});
    let set = super::merge(set, &factor);
    fixture.call("SetUserPoolMfaConfig", &set).await.unwrap();
    fixture.person(who).await;
    (fixture, who)
}

async fn is_asked_for_resent_and_not_guessed(medium: &str, lead: &str) {
    let (fixture, who) = required(medium).await;
    let mut browser = Browser::new(&fixture);
    let mfa = browser.sign_in(&fixture.authorize_url(&[]), who).await;
    mfa.at("/mfa").says(lead);
    let sent = fixture.newest(who).await;
    assert_eq!(sent["medium"], medium);
    assert!(
        sent["body"]
            .as_str()
            .unwrap()
            .contains("authentication code")
    );

    // Another one takes the place of the first.
    let old = fixture.code(who).await;
    let mfa = browser.submit_to(&mfa, "/resendcode", &[]).await;
    mfa.at("/mfa").says(lead).says("A new code is on its way.");
    let new = fixture.code(who).await;
    if old != new {
        let stale = browser.submit(&mfa, &[("code", &old)]).await;
        stale.at("/mfa").says(WRONG);
    }
    let back = browser.submit(&mfa, &[("code", &new)]).await;
    assert!(back.parameter("code").is_some());

    // It waits no longer than the challenge does.
    let mut browser = Browser::new(&fixture);
    let mfa = browser.sign_in(&fixture.authorize_url(&[]), who).await;
    fixture.advance_clock(180).await;
    let code = fixture.code(who).await;
    let late = browser.submit(&mfa, &[("code", &code)]).await;
    late.at("/login").says("session is expired");
    let late = browser.submit_to(&mfa, "/resendcode", &[]).await;
    late.at("/login").says("session is expired");

    // Five guesses make the code worthless; then the account is locked, for a new code as well.
    let mfa = browser.sign_in(&fixture.authorize_url(&[]), who).await;
    for _ in 0..5 {
        let wrong = browser.submit(&mfa, &[("code", "000000x")]).await;
        wrong.at("/mfa").says(WRONG);
    }
    for pause in [1, 2, 4, 8] {
        fixture.advance_clock(pause).await;
        let code = fixture.code(who).await;
        let exhausted = browser.submit(&mfa, &[("code", &code)]).await;
        exhausted.says("Attempt limit exceeded, please try after some time.");
    }
    let mfa = browser.submit_to(&mfa, "/resendcode", &[]).await;
    let code = fixture.code(who).await;
    let locked = browser.submit(&mfa, &[("code", &code)]).await;
    locked.at("/mfa").says(LOCKED);
    fixture.advance_clock(16).await;
    let back = browser.submit(&mfa, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_second_factor_by_text_message_is_not_guessed() {
    is_asked_for_resent_and_not_guessed(
        "sms",
        "We have sent a code by text message to +*******0123.",
    )
    .await;
}

#[tokio::test]
async fn a_second_factor_by_email_is_not_guessed() {
    let lead = "We have sent a code by e-mail to a***@e***.";
    is_asked_for_resent_and_not_guessed("email", lead).await;
}

/// Whoever does not know the password is not told what second factor there is, nor of whom.
#[tokio::test]
async fn a_second_factor_is_no_sign_of_an_account() {
    let (fixture, who) = required("sms").await;
    let mut seen = Vec::new();
    for who in [who, "+447700900999"] {
        let mut browser = Browser::new(&fixture);
        let login = browser.open(&fixture.authorize_url(&[])).await;
        let answer = [("username", who), ("password", "Wrong-Horse-1")];
        let wrong = browser.submit(&login, &answer).await;
        seen.push(seen_by(
            wrong.at("/login").says("Incorrect username or password."),
            who,
        ));
    }
    assert_eq!(seen[0], seen[1]);
    fixture.stage.stop().await;
}

/// The classic pages have the same ways, sentences and silence.
#[tokio::test]
async fn the_classic_pages_do_the_same() {
    let fixture = Fixture::new().await;
    let classic = json!({
        "UserPoolId": fixture.pool,
        "Domain": "guide-local",
        "ManagedLoginVersion": 1,
    });
    fixture
        .call("UpdateUserPoolDomain", &classic)
        .await
        .unwrap();
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    login.at("/login").says("Sign in with your account");
    let at = |page: &Page, path: &str| page.url.as_str().replace("/login", path);
    let signup = browser.open(&at(&login, "/signup")).await;
    let fields = [("email", EMAIL), ("password", super::PASSWORD)];
    let confirm = browser.submit(&signup, &fields).await;
    let wrong = browser.submit(&confirm, &[("code", "000000x")]).await;
    wrong.says("Invalid verification code provided, please try again.");
    let confirm = browser.submit_to(&confirm, "/resendcode", &[]).await;
    let code = fixture.code(EMAIL).await;
    let back = browser.submit(&confirm, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());

    let mut seen = Vec::new();
    for who in [EMAIL, "eve@example.com"] {
        let mut browser = Browser::new(&fixture);
        let login = browser.open(&fixture.authorize_url(&[])).await;
        let answer = [("username", who), ("password", "Wrong-Horse-1")];
        let mut pages = Vec::new();
        for _ in 0..5 {
            let wrong = browser.submit(&login, &answer).await;
            pages.push(seen_by(wrong.says("Incorrect username or password."), who));
        }
        for pause in [1, 2, 4] {
            fixture.advance_clock(pause).await;
            browser.submit(&login, &answer).await;
        }
        let locked = browser.submit(&login, &answer).await;
        pages.push(seen_by(locked.says(LOCKED), who));
        let forgot = browser.open(&at(&login, "/forgotPassword")).await;
        let reset = browser.submit(&forgot, &[("username", who)]).await;
        pages.push(seen_by(reset.at("/confirmForgotPassword"), who));
        let guess = [("code", "000000x"), ("password", "Better-Horse-2")];
        let wrong = browser.submit(&reset, &guess).await;
        pages.push(seen_by(&wrong, who));
        seen.push(pages);
    }
    assert_eq!(seen[0], seen[1]);

    // A new password ends the lockout, too.
    let forgot = browser.open(&at(&login, "/forgotPassword")).await;
    let reset = browser.submit(&forgot, &[("username", EMAIL)]).await;
    let code = fixture.code(EMAIL).await;
    let answer = [("code", code.as_str()), ("password", "Better-Horse-2")];
    let login = browser.submit(&reset, &answer).await;
    login.at("/login").says("Your password has been changed.");
    let answer = [("username", EMAIL), ("password", "Better-Horse-2")];
    let back = browser.submit(&login, &answer).await;
    assert!(back.parameter("code").is_some());
    fixture.stage.stop().await;
}
