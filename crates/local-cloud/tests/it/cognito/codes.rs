//! Codes that come too late, that are guessed, or that are asked for by nobody.

use serde_json::json;

use super::browser::{Browser, Page};
use super::channels::{self, Channel};
use super::factors::totp;
use super::own_factors::{optional_factors, own_token, preference, step};
use super::{Fixture, merge};

const PHONE: &str = "+447700900123";
pub(super) const LOCKED: &str = "Password attempts exceeded";

/// A pool in which such a code can come in the place of a password, with one person.
async fn codes_first(way: &Channel) -> Fixture {
    let client = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let fixture = Fixture::with(&way.passwordless_pool(), &client).await;
    fixture.person(way.person).await;
    fixture
}

async fn ask_for_a_code(
    fixture: &Fixture,
    browser: &mut Browser<'_>,
    way: &Channel,
    who: &str,
) -> Page {
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let asked = [("username", who), ("factor", way.factor)];
    browser.submit(&login, &asked).await
}

/// Where a browser has come to, without what differs from browser to browser and by the name that
/// was entered.
pub(super) fn seen_by(page: &Page, who: &str) -> (u16, String, String) {
    let (_, rest) = page.html.split_once("name=\"_csrf\" value=\"").unwrap();
    let html = page.html.replace(rest.split('"').next().unwrap(), "");
    (
        page.status,
        page.url.path().to_owned(),
        html.replace(who, ""),
    )
}

async fn learns_nothing(way: &Channel) {
    let fixture = codes_first(way).await;
    let mut seen = Vec::new();
    for who in [way.person, way.stranger] {
        let mut browser = Browser::new(&fixture);
        let asked = ask_for_a_code(&fixture, &mut browser, way, who).await;
        let mut pages = vec![seen_by(asked.at("/oneTimeCode"), who)];
        for _ in 0..5 {
            let wrong = browser.submit(&asked, &[("code", "000000x")]).await;
            wrong.says("Invalid code or auth state for the user.");
            pages.push(seen_by(&wrong, who));
        }
        // Enough failures for a pause of more than a second, so that the machine's own time does not
        // matter.
        for pause in [1, 2, 4] {
            fixture.advance_clock(pause).await;
            let exhausted = browser.submit(&asked, &[("code", "000000x")]).await;
            exhausted.says("Attempt limit exceeded, please try after some time.");
            pages.push(seen_by(&exhausted, who));
        }
        let locked = browser.submit(&asked, &[("code", "000000x")]).await;
        pages.push(seen_by(locked.says(LOCKED), who));
        // Another code changes nothing of it.
        let again = browser.submit_to(&asked, "/resendcode", &[]).await;
        pages.push(seen_by(again.at("/oneTimeCode"), who));
        seen.push(pages);
    }
    assert_eq!(seen[0], seen[1]);
    fixture.stage.stop().await;
}

#[tokio::test]
async fn whoever_guesses_codes_by_text_message_learns_nothing() {
    learns_nothing(&channels::SMS).await;
}

#[tokio::test]
async fn whoever_guesses_codes_by_email_learns_nothing() {
    learns_nothing(&channels::EMAIL).await;
}

async fn is_the_newest_and_expires(way: &Channel) {
    let fixture = codes_first(way).await;
    let mut browser = Browser::new(&fixture);
    let asked = ask_for_a_code(&fixture, &mut browser, way, way.person).await;
    let old = fixture.code(way.person).await;
    let asked = browser.submit_to(&asked, "/resendcode", &[]).await;
    asked.at("/oneTimeCode").says("a new code is on its way");
    let sent = fixture.newest(way.person).await;
    assert_eq!(sent["medium"], way.medium);
    assert!(
        sent["body"]
            .as_str()
            .unwrap()
            .contains("authentication code")
    );
    let new = fixture.code(way.person).await;
    if old != new {
        let stale = browser.submit(&asked, &[("code", &old)]).await;
        stale.says("Invalid code or auth state for the user.");
    }
    fixture.advance_clock(180).await;
    let late = browser.submit(&asked, &[("code", &new)]).await;
    late.at("/login").says("session is expired");
    assert!(late.html.contains("class=\"error\"") && !late.html.contains("class=\"notice\""));
    let asked = ask_for_a_code(&fixture, &mut browser, way, way.person).await;
    let code = fixture.code(way.person).await;
    let back = browser.submit(&asked, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_code_by_text_message_is_the_newest_and_lasts_three_minutes() {
    is_the_newest_and_expires(&channels::SMS).await;
}

#[tokio::test]
async fn a_code_by_email_is_the_newest_and_lasts_three_minutes() {
    is_the_newest_and_expires(&channels::EMAIL).await;
}

async fn resets_a_password_for_an_hour(way: &Channel) {
    let who = way.person;
    let fixture = Fixture::with(&way.pool(), &json!({})).await;
    fixture.person(who).await;
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let forgot = login.url.as_str().replace("/login", "/forgotPassword");
    let forgot = browser.open(&forgot).await;
    let answer = |code| [("code", code), ("password", "Better-Horse-2")];

    let reset = browser.submit(&forgot, &[("username", who)]).await;
    let old = fixture.code(who).await;
    let reset = browser.submit_to(&reset, "/resendcode", &[]).await;
    reset
        .at("/confirmForgotPassword")
        .says("a new code is on its way");
    assert_eq!(fixture.newest(who).await["medium"], way.medium);
    let new = fixture.code(who).await;
    if old != new {
        let stale = browser.submit(&reset, &answer(old.as_str())).await;
        stale.says("Invalid verification code provided, please try again.");
    }
    fixture.advance_clock(3600).await;
    let late = browser.submit(&reset, &answer(new.as_str())).await;
    late.at("/forgotPassword")
        .says("Invalid code provided, please request a code again.");
    assert!(late.html.contains("class=\"error\""), "{}", late.html);

    let reset = browser.submit(&late, &[("username", who)]).await;
    for _ in 0..5 {
        let wrong = browser.submit(&reset, &answer("000000x")).await;
        wrong.says("Invalid verification code provided, please try again.");
    }
    let code = fixture.code(who).await;
    let exhausted = browser.submit(&reset, &answer(code.as_str())).await;
    exhausted.says("Attempt limit exceeded, please try after some time.");
    let reset = browser.submit(&forgot, &[("username", who)]).await;
    let code = fixture.code(who).await;
    let login = browser.submit(&reset, &answer(code.as_str())).await;
    login.at("/login").says("Your password has been changed.");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_new_password_by_text_message_takes_the_newest_code_of_the_hour_and_no_guess() {
    resets_a_password_for_an_hour(&channels::SMS).await;
}

#[tokio::test]
async fn a_new_password_by_email_takes_the_newest_code_of_the_hour_and_no_guess() {
    resets_a_password_for_an_hour(&channels::EMAIL).await;
}

#[tokio::test]
async fn a_second_factor_is_not_guessed() {
    let fixture = optional_factors().await;
    let token = own_token(&fixture, &mut Browser::new(&fixture)).await;
    let secret = fixture
        .call("AssociateSoftwareToken", &token)
        .await
        .unwrap();
    let secret = secret["SecretCode"].as_str().unwrap();
    let shown = totp(secret, step(&fixture).await);
    let verify = merge(token.clone(), &json!({ "UserCode": shown }));
    fixture.call("VerifySoftwareToken", &verify).await.unwrap();
    let app = preference(&token, "SoftwareTokenMfaSettings", true);
    fixture.call("SetUserMFAPreference", &app).await.unwrap();

    let mut browser = Browser::new(&fixture);
    let mfa = browser.sign_in(&fixture.authorize_url(&[]), PHONE).await;
    // Enough failures for a pause of more than a second, so that the machine's own time does not
    // matter.
    for pause in [0_u32, 0, 0, 0, 1, 2, 4, 8, 16] {
        let wrong = browser.submit(&mfa, &[("code", "000000x")]).await;
        wrong.at("/mfa").says("Invalid code received for user");
        if pause < 16 {
            fixture.advance_clock(pause).await;
        }
    }
    let code = totp(secret, step(&fixture).await + 1);
    let locked = browser.submit(&mfa, &[("code", &code)]).await;
    locked.at("/mfa").says(LOCKED);
    fixture.advance_clock(16).await;
    let code = totp(secret, step(&fixture).await + 1);
    let back = browser.submit(&mfa, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());
    fixture.stage.stop().await;
}
