//! People without a password: who can be one, and what such a person meets.

use serde_json::{Value, json};

use super::browser::Browser;
use super::channels::{self, Channel};
use super::codes::seen_by;
use super::{Fixture, PASSWORD, merge};

const WRONG: &str = "Incorrect username or password.";

/// A client of an application of one's own, which signs people up by itself.
fn own_client() -> Value {
    json!({
        "GenerateSecret": false,
        "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    })
}

/// What `SignUp` answers to somebody who gives no password.
async fn sign_up(fixture: &Fixture, who: &str) -> Result<Value, super::Refused> {
    let input = json!({ "ClientId": fixture.client, "Username": who });
    fixture.call("SignUp", &input).await
}

/// Each condition that Cognito names, and what is refused without it.
#[tokio::test]
async fn an_application_may_leave_the_password_out_where_a_code_is_enough() {
    let way = &channels::SMS;
    let pool = || way.passwordless_pool();
    let fixture = Fixture::with(&pool(), &own_client()).await;
    sign_up(&fixture, way.person).await.unwrap();
    fixture.stage.stop().await;

    let by_password = json!({
        "GenerateSecret": false,
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    let email = json!({"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}});
    let passkey = json!({"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}});
    for (why, pool, client) in [
        ("the pool wants a password", way.pool(), own_client()),
        ("the client does", pool(), by_password),
        (
            "nobody verifies the number",
            merge(pool(), &json!({"AutoVerifiedAttributes": ["email"]})),
            own_client(),
        ),
        (
            "codes go to an address that is not there",
            merge(pool(), &json!({ "Policies": email })),
            own_client(),
        ),
        (
            "a passkey is no code",
            merge(pool(), &json!({ "Policies": passkey })),
            own_client(),
        ),
    ] {
        let fixture = Fixture::with(&pool, &client).await;
        let refused = sign_up(&fixture, way.person).await.expect_err(why);
        assert_eq!(refused.code, "InvalidParameterException", "{why}");
        assert_eq!(refused.message, "Password is required.", "{why}");
        fixture.stage.stop().await;
    }
}

/// Managed login asks everybody for a password, and no browser sends the form without one.
async fn the_page_wants_a_password(way: &Channel) {
    let fixture = Fixture::with(&way.passwordless_pool(), &own_client()).await;
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let signup = login.url.as_str().replace("/login", "/signup");
    let signup = browser.open(&signup).await;
    signup.says("autocomplete=\"new-password\" maxlength=\"256\" required");
    let fields = [(way.attribute, way.person), ("password", "")];
    let refused = browser.submit(&signup, &fields).await;
    refused
        .at("/signup")
        .says("Password is required.")
        .says(way.person);
    assert!(fixture.newest(way.person).await.is_null());

    // With one they are in, and need it no more.
    let fields = [(way.attribute, way.person), ("password", PASSWORD)];
    let confirm = browser.submit(&signup, &fields).await;
    let code = fixture.code(way.person).await;
    let back = browser.submit(&confirm, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let asked = [("username", way.person), ("factor", way.factor)];
    let code = browser.submit(&login, &asked).await;
    let sent = fixture.code(way.person).await;
    let back = browser.submit(&code, &[("code", &sent)]).await;
    assert!(back.parameter("code").is_some());
    fixture.stage.stop().await;
}

#[tokio::test]
async fn the_page_wants_a_password_beside_a_number() {
    the_page_wants_a_password(&channels::SMS).await;
}

#[tokio::test]
async fn the_page_wants_a_password_beside_an_address() {
    the_page_wants_a_password(&channels::EMAIL).await;
}

/// Signed up by an application, and from then on at the pages.
async fn lives_without_a_password(way: &Channel) {
    let fixture = Fixture::with(&way.passwordless_pool(), &own_client()).await;
    sign_up(&fixture, way.person).await.unwrap();
    let confirm = json!({
        "ClientId": fixture.client,
        "Username": way.person,
        "ConfirmationCode": fixture.code(way.person).await,
    });
    fixture.call("ConfirmSignUp", &confirm).await.unwrap();

    // No password is right, and nothing tells that there is none. Without one, Enter sends the code.
    let mut seen = Vec::new();
    for who in [way.person, way.stranger] {
        let mut browser = Browser::new(&fixture);
        let login = browser.open(&fixture.authorize_url(&[])).await;
        let answer = |password| {
            let button = ("factor", "PASSWORD");
            [("username", who), ("password", password), button]
        };
        let wrong = browser.submit(&login, &answer(PASSWORD)).await;
        let wrong = seen_by(wrong.at("/login").says(WRONG), who);
        let asked = browser.submit(&login, &answer("")).await;
        seen.push([wrong, seen_by(asked.at("/oneTimeCode"), who)]);
    }
    assert_eq!(seen[0], seen[1]);

    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let asked = [("username", way.person), ("factor", way.factor)];
    let asked = browser.submit(&login, &asked).await;
    let code = fixture.code(way.person).await;
    let back = browser.submit(&asked, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());

    // Whoever wants a password after all makes one as if it were forgotten.
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let forgot = login.url.as_str().replace("/login", "/forgotPassword");
    let forgot = browser.open(&forgot).await;
    let reset = browser.submit(&forgot, &[("username", way.person)]).await;
    let code = fixture.code(way.person).await;
    let answer = [("code", code.as_str()), ("password", PASSWORD)];
    let login = browser.submit(&reset, &answer).await;
    login.at("/login").says("Your password has been changed.");
    let answer = [("username", way.person), ("password", PASSWORD)];
    let back = browser.submit(&login, &answer).await;
    assert!(back.parameter("code").is_some());
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_number_lives_without_a_password() {
    lives_without_a_password(&channels::SMS).await;
}

#[tokio::test]
async fn an_address_lives_without_a_password() {
    lives_without_a_password(&channels::EMAIL).await;
}
