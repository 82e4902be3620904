//! The code that confirms an account, and what nobody learns by asking for it.

use serde_json::json;

use super::browser::{Browser, Page};
use super::channels::{self, Channel};
use super::codes::seen_by;
use super::{Fixture, PASSWORD};

const CONFIRMED: &str = "ada@example.com";
const WAITING: &str = "bob@example.com";
const UNKNOWN: &str = "eve@example.com";
const WRONG: &str = "Invalid verification code provided, please try again.";

async fn open(fixture: &Fixture, browser: &mut Browser<'_>, path: &str) -> Page {
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let page = login.url.as_str().replace("/login", path);
    browser.open(&page).await
}

async fn sign_up(fixture: &Fixture, browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Page {
    let page = open(fixture, browser, "/signup").await;
    let mut fields = fields.to_vec();
    fields.push(("password", PASSWORD));
    browser.submit(&page, &fields).await
}

/// A name that waits for its confirmation, one that has it and one that nobody has are told apart by
/// no sentence, no status, no page and no way; nor once the code has expired.
async fn a_guess_teaches_nothing(way: &Channel) {
    let Channel {
        attribute,
        person: confirmed,
        waiting,
        stranger,
        ..
    } = *way;
    let fixture = Fixture::with(&way.pool(), &json!({})).await;
    fixture.person(confirmed).await;
    let fields = [(attribute, waiting)];
    let signed_up = sign_up(&fixture, &mut Browser::new(&fixture), &fields).await;
    signed_up.at("/confirmUser");
    assert_eq!(fixture.newest(waiting).await["medium"], way.medium);
    let guess = async |browser: &mut Browser<'_>, page: &Page, who: &str| {
        let answer = [("username", who), ("code", "000000x")];
        browser.submit(page, &answer).await
    };
    let mut seen = Vec::new();
    for who in [waiting, confirmed, stranger] {
        let mut browser = Browser::new(&fixture);
        let confirm = open(&fixture, &mut browser, "/confirmUser").await;
        let mut pages = vec![seen_by(confirm.at("/confirmUser"), who)];
        for _ in 0..5 {
            let wrong = guess(&mut browser, &confirm, who).await;
            pages.push(seen_by(wrong.at("/confirmUser").says(WRONG), who));
        }
        let exhausted = guess(&mut browser, &confirm, who).await;
        exhausted.says("Attempt limit exceeded, please try after some time.");
        pages.push(seen_by(&exhausted, who));

        let resend = open(&fixture, &mut browser, "/resendcode").await;
        let sent = browser.submit(&resend, &[("username", who)]).await;
        sent.at("/confirmUser").says("a new code is on its way");
        pages.push(seen_by(&sent, who));
        let wrong = guess(&mut browser, &sent, who).await;
        pages.push(seen_by(wrong.says(WRONG), who));
        seen.push(pages);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);

    fixture.advance_clock(24 * 3600).await;
    let mut seen = Vec::new();
    for who in [waiting, confirmed, stranger] {
        let mut browser = Browser::new(&fixture);
        let confirm = open(&fixture, &mut browser, "/confirmUser").await;
        let wrong = guess(&mut browser, &confirm, who).await;
        seen.push(seen_by(wrong.says(WRONG), who));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
    // Whoever was sent the code is told that it came too late.
    let mut browser = Browser::new(&fixture);
    let confirm = open(&fixture, &mut browser, "/confirmUser").await;
    let code = fixture.code(waiting).await;
    let answer = [("username", waiting), ("code", code.as_str())];
    let late = browser.submit(&confirm, &answer).await;
    late.says("Invalid code provided, please request a code again.");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn whoever_guesses_a_confirmation_by_text_message_learns_nothing() {
    a_guess_teaches_nothing(&channels::SMS).await;
}

#[tokio::test]
async fn whoever_guesses_a_confirmation_by_email_learns_nothing() {
    a_guess_teaches_nothing(&channels::EMAIL).await;
}

/// Sign-up tells that a name is taken, as Cognito's does. An address that is only an alias goes on
/// like a free one, until its owner proves that it is theirs
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html>).
#[tokio::test]
async fn an_address_that_is_an_alias_is_taken_without_a_word() {
    let pool = json!({
        "UsernameAttributes": [],
        "AliasAttributes": ["email"],
    });
    let fixture = Fixture::with(&pool, &json!({})).await;
    let mut first = Browser::new(&fixture);
    let fields = [("username", "ada"), ("email", CONFIRMED)];
    let confirm = sign_up(&fixture, &mut first, &fields).await;
    let code = fixture.code(CONFIRMED).await;
    let back = first.submit(&confirm, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());

    let taken = sign_up(&fixture, &mut Browser::new(&fixture), &fields).await;
    taken.at("/signup").says("User already exists");
    let mut seen = Vec::new();
    let mut browser = Browser::new(&fixture);
    for (username, email) in [("bob", CONFIRMED), ("eve", UNKNOWN)] {
        let fields = [("username", username), ("email", email)];
        let confirm = sign_up(&fixture, &mut browser, &fields).await;
        // The masked address is of the one that was entered.
        let (status, path, html) = seen_by(confirm.at("/confirmUser"), username);
        let mask = format!("{}***@e***", &email[..1]);
        assert!(html.contains(&mask), "{html}");
        seen.push((status, path, html.replace(&mask, "")));
    }
    assert_eq!(seen[0], seen[1]);
    let mut other = Browser::new(&fixture);
    let confirm = open(&fixture, &mut other, "/confirmUser").await;
    let messages = fixture.newest(CONFIRMED).await;
    let code = messages["code"].as_str().unwrap();
    let answer = [("username", "bob"), ("code", code)];
    let refused = other.submit(&confirm, &answer).await;
    refused.says("An account with the email already exists.");
    fixture.stage.stop().await;
}

/// Whoever has signed up and not confirmed it is no more than a stranger to somebody without the
/// password: neither a password nor a code in its place tells, nor a forgotten one.
#[tokio::test]
async fn an_account_that_waits_is_told_from_a_stranger_by_nothing() {
    let pool = json!({
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
    });
    let client = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let fixture = Fixture::with(&pool, &client).await;
    sign_up(&fixture, &mut Browser::new(&fixture), &[("email", WAITING)])
        .await
        .at("/confirmUser");
    let sent = fixture.newest(WAITING).await;
    let mut seen = Vec::new();
    for who in [WAITING, UNKNOWN] {
        let mut browser = Browser::new(&fixture);
        let login = open(&fixture, &mut browser, "/login").await;
        let answer = [("username", who), ("password", "Wrong-Horse-1")];
        let wrong = browser.submit(&login, &answer).await;
        let mut pages = vec![seen_by(wrong.at("/login"), who)];

        let answer = [("username", who), ("factor", "EMAIL_OTP")];
        let code = browser.submit(&login, &answer).await;
        pages.push(seen_by(code.at("/oneTimeCode"), who));
        let wrong = browser.submit(&code, &[("code", "000000x")]).await;
        pages.push(seen_by(&wrong, who));

        let forgot = open(&fixture, &mut browser, "/forgotPassword").await;
        let reset = browser.submit(&forgot, &[("username", who)]).await;
        pages.push(seen_by(reset.at("/confirmForgotPassword"), who));
        let guess = [("code", "000000x"), ("password", "Better-Horse-2")];
        let wrong = browser.submit(&reset, &guess).await;
        pages.push(seen_by(wrong.says(WRONG), who));
        seen.push(pages);
    }
    assert_eq!(seen[0], seen[1]);
    // Nor was anything sent to an address that nobody has proved to be theirs.
    assert_eq!(fixture.newest(WAITING).await, sent);
    assert!(fixture.newest(UNKNOWN).await.is_null());
    fixture.stage.stop().await;
}

/// "A confirmation code is valid for 24 hours": also on the page that has been open all the time, in the
/// browser that it was opened in
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html>).
#[tokio::test]
async fn a_confirmation_is_entered_a_day_later() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    let confirm = sign_up(&fixture, &mut browser, &[("email", WAITING)]).await;
    confirm.at("/confirmUser");
    fixture.advance_clock(24 * 3600 - 60).await;
    let code = fixture.code(WAITING).await;
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let login = browser.submit(&confirm, &[("code", &spaced)]).await;
    // The password was shown too long ago to stand for a sign-in.
    login.at("/login").says("Your account has been confirmed.");
    assert!(login.html.contains("class=\"notice\""));
    fixture.stage.stop().await;
}

/// What a page says of a code is true: where none can be sent, none is said to be.
#[tokio::test]
async fn nobody_is_told_of_a_code_that_was_not_sent() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    let opened = open(&fixture, &mut browser, "/confirmUser").await;
    assert!(!opened.html.contains("We have sent"), "{}", opened.html);

    let confirm = sign_up(&fixture, &mut browser, &[("email", WAITING)]).await;
    let mut other = Browser::new(&fixture);
    let resend = open(&fixture, &mut other, "/resendcode").await;
    let elsewhere = other.submit(&resend, &[("username", WAITING)]).await;
    assert!(!elsewhere.html.contains("We have sent"));
    let code = fixture.code(WAITING).await;
    let answer = [("code", code.as_str())];
    let login = other.submit(&elsewhere, &answer).await;
    login.at("/login").says("Your account has been confirmed.");
    let again = browser.submit_to(&confirm, "/resendcode", &[]).await;
    again.at("/confirmUser").says("No code was sent");
    assert!(again.html.contains("class=\"error\""), "{}", again.html);
    fixture.stage.stop().await;

    // A pool that verifies nothing sends nothing.
    let pool = json!({ "AutoVerifiedAttributes": [] });
    let fixture = Fixture::with(&pool, &json!({})).await;
    let mut browser = Browser::new(&fixture);
    sign_up(&fixture, &mut browser, &[("email", WAITING)]).await;
    let confirm = browser.sign_in(&fixture.authorize_url(&[]), WAITING).await;
    confirm
        .at("/confirmUser")
        .says("An administrator has to confirm");
    let refused = browser.submit_to(&confirm, "/resendcode", &[]).await;
    refused.says("Cannot resend codes. Auto verification not turned on.");
    assert!(fixture.newest(WAITING).await.is_null());
    fixture.stage.stop().await;
}

/// People write numbers and codes as they read them.
#[tokio::test]
async fn a_number_is_taken_with_spaces_and_brackets() {
    let way = &channels::SMS;
    let fixture = Fixture::with(&way.pool(), &json!({})).await;
    let mut browser = Browser::new(&fixture);
    let page = open(&fixture, &mut browser, "/signup").await;
    page.says("+44 7700 900123");
    let fields = [("phone_number", " +44 (7700) 900-123 ")];
    let confirm = sign_up(&fixture, &mut browser, &fields).await;
    confirm.at("/confirmUser");
    let code = fixture.code(way.person).await;
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let back = browser.submit(&confirm, &[("code", &spaced)]).await;
    assert!(back.parameter("code").is_some());
    let mut other = Browser::new(&fixture);
    let url = fixture.authorize_url(&[]);
    let back = other.sign_in(&url, "+44 7700.900123").await;
    assert!(back.parameter("code").is_some());
    let mut other = Browser::new(&fixture);
    let forgot = open(&fixture, &mut other, "/forgotPassword").await;
    let before = fixture.newest(way.person).await;
    let asked = [("username", "+44 7700 900 123")];
    other
        .submit(&forgot, &asked)
        .await
        .at("/confirmForgotPassword");
    assert_ne!(fixture.newest(way.person).await, before);
    fixture.stage.stop().await;
}
