//! A person with a browser.

use serde_json::json;

use super::browser::Browser;
use super::channels::{self, Channel};
use super::{CALLBACK, Fixture, PASSWORD};

const EMAIL: &str = "ada@example.com";
const WRONG: &str = "Incorrect username or password.";

async fn sign_up_confirm_and_return(way: &Channel) {
    let (name, who) = (way.attribute, way.person);
    let fixture = Fixture::with(&way.pool(), &json!({})).await;
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    login.at("/login").says("name=\"viewport\"");
    assert!(!login.html.contains("<script"));

    let signup = browser
        .open(&login.url.as_str().replace("/login", "/signup"))
        .await;
    let weak = browser
        .submit(&signup, &[(name, who), ("password", "weak")])
        .await;
    weak.at("/signup")
        .says("Password did not conform with policy: Password not long enough")
        .says(who);
    let bad = browser
        .submit(&signup, &[(name, "no address"), ("password", PASSWORD)])
        .await;
    bad.says("Username should be a");

    let confirm = browser
        .submit(&signup, &[(name, who), ("password", PASSWORD)])
        .await;
    confirm.at("/confirmUser");
    let wrong = browser.submit(&confirm, &[("code", "000000x")]).await;
    wrong.says("Invalid verification code provided, please try again.");

    assert_eq!(fixture.newest(who).await["medium"], way.medium);
    let old = fixture.code(who).await;
    let resent = browser.submit_to(&confirm, "/resendcode", &[]).await;
    resent.at("/confirmUser").says("A new code is on its way");
    // The medium, and the address as Cognito masks it.
    confirm.says(&format!("We have sent a code {}.", way.sent_to));
    resent.says(&format!("A new code is on its way {}.", way.sent_to));
    let new = fixture.code(who).await;
    if old != new {
        let stale = browser.submit(&resent, &[("code", &old)]).await;
        stale.says("Invalid verification code provided, please try again.");
    }
    let back = browser.submit(&resent, &[("code", &new)]).await;
    assert!(back.url.as_str().starts_with(CALLBACK), "{}", back.url);
    assert!(back.parameter("code").is_some());
    assert_eq!(back.parameter("state").as_deref(), Some("a b&c=%"));

    // The same address does not sign up twice, in whatever case.
    let again = browser
        .submit(
            &signup,
            &[(name, way.in_other_letters), ("password", PASSWORD)],
        )
        .await;
    again.says(&format!("An account with the given {name} already exists."));
    fixture.stage.stop().await;
}

#[tokio::test]
async fn whoever_signs_up_confirms_it_by_text_message_and_returns() {
    sign_up_confirm_and_return(&channels::SMS).await;
}

#[tokio::test]
async fn whoever_signs_up_confirms_it_by_email_and_returns() {
    sign_up_confirm_and_return(&channels::EMAIL).await;
}

#[tokio::test]
async fn a_sign_in_is_remembered_for_an_hour() {
    let fixture = Fixture::new().await;
    fixture.person(EMAIL).await;
    let authorize = fixture.authorize_url(&[]);
    let mut browser = Browser::new(&fixture);
    let before = browser.open(&authorize).await;
    before.at("/login");
    let planted = browser.cookies["cognito"].clone();
    browser.sign_in(&authorize, EMAIL).await;
    assert_ne!(browser.cookies["cognito"], planted);

    let back = browser.open(&authorize).await;
    assert!(back.parameter("code").is_some());
    browser
        .open(&fixture.authorize_url(&[("prompt", "login")]))
        .await
        .at("/login");
    Browser::new(&fixture).open(&authorize).await.at("/login");

    fixture.advance_clock(3600).await;
    browser.open(&authorize).await.at("/login");
    browser.sign_in(&authorize, EMAIL).await;
    let logout = format!(
        "{}?client_id={}&logout_uri=https%3A%2F%2Fexample.com%2Fbye",
        fixture.sign_in("logout"),
        fixture.client
    );
    let bye = browser.open(&logout).await;
    assert_eq!(bye.url.as_str(), "https://example.com/bye");
    browser.open(&authorize).await.at("/login");
    let astray = logout.replace("example.com", "evil.example");
    browser
        .open(&astray)
        .await
        .at("/error")
        .says("redirect_mismatch");
    fixture.stage.stop().await;
}

async fn look_the_same(way: &Channel) {
    let (person, stranger) = (way.person, way.stranger);
    let fixture = Fixture::with(&way.pool(), &json!({})).await;
    fixture.person(person).await;
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let try_as = |username: &'static str| [("username", username), ("password", "Wrong-Horse-1")];
    let known = browser.submit(&login, &try_as(person)).await;
    let unknown = browser.submit(&login, &try_as(stranger)).await;
    known.says(WRONG);
    assert_eq!(
        known.html.replace(person, ""),
        unknown.html.replace(stranger, "")
    );
    for username in [person, stranger] {
        for _ in 0..4 {
            browser.submit(&login, &try_as(username)).await;
        }
        let locked = browser.submit(&login, &try_as(username)).await;
        locked.says("Password attempts exceeded");
    }
    let forgot = login.url.as_str().replace("/login", "/forgotPassword");
    let forgot = browser.open(&forgot).await;
    let mut pages = Vec::new();
    for username in [person, stranger] {
        let reset = browser.submit(&forgot, &[("username", username)]).await;
        reset.at("/confirmForgotPassword");
        pages.push(reset.html.clone());
        let wrong = [("code", "000000x"), ("password", "Better-Horse-2")];
        let wrong = browser.submit(&reset, &wrong).await;
        pages.push(wrong.html.clone());
    }
    assert_eq!(pages[0], pages[2]);
    assert_eq!(pages[1], pages[3]);
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_strange_number_and_a_wrong_password_look_the_same() {
    look_the_same(&channels::SMS).await;
}

#[tokio::test]
async fn a_strange_address_and_a_wrong_password_look_the_same() {
    look_the_same(&channels::EMAIL).await;
}

#[tokio::test]
async fn the_legacy_setting_tells_strangers_apart() {
    let legacy = json!({"PreventUserExistenceErrors": "LEGACY"});
    let fixture = Fixture::with(&json!({}), &legacy).await;
    let mut browser = Browser::new(&fixture);
    let page = browser
        .sign_in(&fixture.authorize_url(&[]), "eve@example.com")
        .await;
    page.says("User does not exist.");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn repeated_failures_lock_the_account() {
    let fixture = Fixture::new().await;
    fixture.person(EMAIL).await;
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let wrong = [("username", EMAIL), ("password", "Wrong-Horse-1")];
    // Enough failures for a pause of more than a second, so that the machine's own time does not
    // matter.
    for _ in 0..5 {
        browser.submit(&login, &wrong).await.says(WRONG);
    }
    fixture.advance_clock(1).await;
    for pause in [2_u32, 4, 8, 16, 32] {
        browser.submit(&login, &wrong).await.says(WRONG);
        if pause < 32 {
            fixture.advance_clock(pause).await;
        }
    }
    let right = [("username", EMAIL), ("password", PASSWORD)];
    let locked = browser.submit(&login, &right).await;
    locked.says("Password attempts exceeded");
    fixture.advance_clock(32).await;
    let back = browser.submit(&login, &right).await;
    assert!(back.parameter("code").is_some());
    fixture.stage.stop().await;
}

async fn is_led_to_the_confirmation(way: &Channel) {
    let who = way.person;
    let fixture = Fixture::with(&way.pool(), &json!({})).await;
    let mut first = Browser::new(&fixture);
    let login = first.open(&fixture.authorize_url(&[])).await;
    let signup = first
        .open(&login.url.as_str().replace("/login", "/signup"))
        .await;
    first
        .submit(&signup, &[(way.attribute, who), ("password", PASSWORD)])
        .await
        .at("/confirmUser");

    let mut second = Browser::new(&fixture);
    let confirm = second.sign_in(&fixture.authorize_url(&[]), who).await;
    confirm.at("/confirmUser");
    fixture.advance_clock(24 * 3600).await;
    // The browser's own memory has run out by then: sign in again.
    let confirm = second.sign_in(&fixture.authorize_url(&[]), who).await;
    let code = fixture.code(who).await;
    confirm.says("There is no valid code for this account.");
    let late = second.submit(&confirm, &[("code", &code)]).await;
    late.says("Invalid code provided, please request a code again.");
    let resent = second.submit_to(&confirm, "/resendcode", &[]).await;
    let code = fixture.code(who).await;
    let back = second.submit(&resent, &[("code", &code)]).await;
    assert!(back.parameter("code").is_some());

    // Whoever brings only a code has to sign in.
    let status = json!({"UserPoolId": fixture.pool, "Username": who});
    let user = fixture.call("AdminGetUser", &status).await.unwrap();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn an_unconfirmed_number_is_led_to_the_confirmation() {
    is_led_to_the_confirmation(&channels::SMS).await;
}

#[tokio::test]
async fn an_unconfirmed_address_is_led_to_the_confirmation() {
    is_led_to_the_confirmation(&channels::EMAIL).await;
}

#[tokio::test]
async fn a_forgotten_password_is_replaced() {
    let fixture = Fixture::new().await;
    fixture.person(EMAIL).await;
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let forgot = login.url.as_str().replace("/login", "/forgotPassword");
    let forgot = browser.open(&forgot).await;
    let reset = browser.submit(&forgot, &[("username", EMAIL)]).await;
    let code = fixture.code(EMAIL).await;
    let weak = [("code", code.as_str()), ("password", "weak")];
    browser
        .submit(&reset, &weak)
        .await
        .says("Password did not conform with policy");
    let better = [("code", code.as_str()), ("password", "Better-Horse-2")];
    let login = browser.submit(&reset, &better).await;
    login.at("/login").says("Your password has been changed.");
    let old = browser
        .submit(&login, &[("username", EMAIL), ("password", PASSWORD)])
        .await;
    old.says(WRONG);
    let back = browser
        .submit(
            &login,
            &[("username", EMAIL), ("password", "Better-Horse-2")],
        )
        .await;
    assert!(back.parameter("code").is_some());
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_foreign_form_is_refused() {
    let fixture = Fixture::new().await;
    fixture.person(EMAIL).await;
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    browser
        .cookies
        .insert("XSRF-TOKEN".to_owned(), "a".repeat(64));
    let refused = browser
        .submit(&login, &[("username", EMAIL), ("password", PASSWORD)])
        .await;
    assert_eq!(refused.status, 403);
    refused.says("The form has expired.");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn managed_login_needs_a_style_and_a_domain() {
    let fixture = Fixture::new().await;
    let ids = json!({"UserPoolId": fixture.pool, "ClientId": fixture.client});
    let style = fixture.call("DescribeManagedLoginBrandingByClient", &ids);
    let style = style.await.unwrap()["ManagedLoginBranding"]["ManagedLoginBrandingId"].clone();
    let style = json!({"UserPoolId": fixture.pool, "ManagedLoginBrandingId": style});
    fixture
        .call("DeleteManagedLoginBranding", &style)
        .await
        .unwrap();
    let mut browser = Browser::new(&fixture);
    let page = browser.open(&fixture.authorize_url(&[])).await;
    assert_eq!(page.status, 403);
    page.says("Login pages unavailable");

    // The classic pages need none.
    let classic = json!({
        "UserPoolId": fixture.pool,
        "Domain": "guide-local",
        "ManagedLoginVersion": 1,
    });
    fixture
        .call("UpdateUserPoolDomain", &classic)
        .await
        .unwrap();
    let page = browser.open(&fixture.authorize_url(&[])).await;
    assert_eq!(page.at("/login").status, 200);

    let domain = json!({"UserPoolId": fixture.pool, "Domain": "guide-local"});
    fixture.call("DeleteUserPoolDomain", &domain).await.unwrap();
    let page = browser.open(&fixture.authorize_url(&[])).await;
    assert_eq!(page.status, 403);
    fixture.stage.stop().await;
}

/// Also those that only a link leads to; the browser looks at every page that it comes to.
#[tokio::test]
async fn every_page_that_can_be_opened_is_for_everybody() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    for path in [
        "/login",
        "/signup",
        "/confirmUser",
        "/resendcode",
        "/forgotPassword",
    ] {
        let page = browser
            .open(&login.url.as_str().replace("/login", path))
            .await;
        assert_eq!(page.at(path).status, 200);
    }
    fixture.stage.stop().await;
}

/// The first field that is wrong has the focus and says so; an error about none has it itself.
#[tokio::test]
async fn what_is_wrong_has_the_focus() {
    let fixture = Fixture::with(
        &json!({ "Schema": [
            { "Name": "given_name", "Required": true },
        ]}),
        &json!({}),
    )
    .await;
    let mut browser = Browser::new(&fixture);
    let login = browser.open(&fixture.authorize_url(&[])).await;
    assert!(!login.html.contains("autofocus"), "{}", login.html);
    let signup = browser
        .open(&login.url.as_str().replace("/login", "/signup"))
        .await;
    let focused = |html: &str| {
        let before = html.split(" autofocus").next().unwrap();
        let tag = before.rsplit('<').next().unwrap();
        tag.split("id=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    let long = "Aa1!".repeat(65);
    for (email, name, password, wrong) in [
        ("no address", "Ada", PASSWORD, "email"),
        (EMAIL, "", PASSWORD, "given_name"),
        (EMAIL, "Ada", "weak", "password"),
        (EMAIL, "Ada", &long, "password"),
    ] {
        let answer = [
            ("email", email),
            ("given_name", name),
            ("password", password),
        ];
        let page = browser.submit(&signup, &answer).await;
        assert_eq!(focused(&page.at("/signup").html), wrong);
    }
    let wrong = [("username", EMAIL), ("password", "Wrong-Horse-1")];
    for attempt in 0..6 {
        let page = browser.submit(&login, &wrong).await;
        let expected = if attempt < 5 { "username" } else { "error" };
        assert_eq!(focused(&page.html), expected, "{attempt}");
    }
    fixture.stage.stop().await;
}

/// A browser asks for the sign of a page by itself.
#[tokio::test]
async fn listeners_with_pages_have_an_icon() {
    let fixture = Fixture::new().await;
    let urls = fixture.stage.urls();
    for base in [&urls.sign_in, &urls.lwa, &urls.device] {
        let url = base.join("favicon.ico").unwrap();
        let request = fixture
            .http
            .get(url)
            .header("sec-fetch-site", "same-origin");
        let icon = request.header("sec-fetch-mode", "no-cors").send().await;
        let icon = icon.unwrap();
        assert_eq!(icon.status(), 200);
        assert_eq!(icon.headers()["content-type"], "image/svg+xml");
    }
    fixture.stage.stop().await;
}

/// An outage is a page for people, and a short text for programs.
#[tokio::test]
async fn an_outage_is_a_page() {
    let fixture = Fixture::new().await;
    let url = fixture
        .stage
        .urls()
        .device
        .join("control/provider")
        .unwrap();
    let request = fixture.http.post(url).json(&json!({ "is": "down" }));
    crate::aws::opened(&fixture.stage, request)
        .send()
        .await
        .unwrap();
    let accept = "text/html,application/xhtml+xml,*/*;q=0.8";
    for (path, accept, is_page) in [
        ("login", accept, true),
        ("oauth2/authorize", accept, true),
        ("oauth2/userInfo", "*/*", false),
    ] {
        let request = fixture.http.get(fixture.sign_in(path));
        let answer = request.header("accept", accept).send().await.unwrap();
        assert_eq!(answer.status(), 503);
        let text = answer.text().await.unwrap();
        assert_eq!(text.starts_with("<!doctype html>"), is_page, "{text}");
        if is_page {
            super::accessible::assert_accessible(&text);
        }
    }
    fixture.stage.stop().await;
}

/// The texts of a page, without what differs between languages by itself.
fn texts(html: &str) -> Vec<String> {
    let (_, body) = html.split_once("<body>").unwrap();
    let texts = body.split('<').skip(1);
    let texts = texts.filter_map(|piece| piece.split_once('>'));
    let texts = texts.map(|(_, text)| text.trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

/// "Managed login localization": `lang` chooses, the browser remembers, and the classic pages are in
/// English
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managed-login.html>).
#[tokio::test]
async fn the_address_chooses_the_language() {
    let pool = json!({ "Schema": [{ "Name": "given_name", "Required": true }] });
    let fixture = Fixture::with(&pool, &json!({})).await;
    let paths = [
        "/login",
        "/signup",
        "/confirmUser",
        "/resendcode",
        "/forgotPassword",
    ];
    let login = Browser::new(&fixture)
        .open(&fixture.authorize_url(&[]))
        .await;
    for (language, title) in [
        ("de", "Anmelden"),
        ("es", "Iniciar sesión"),
        ("ja", "サインイン"),
    ] {
        let mut english = Browser::new(&fixture);
        let mut browser = Browser::new(&fixture);
        let chosen = fixture.authorize_url(&[("lang", language)]);
        let first = browser.open(&chosen).await;
        first
            .says(&format!("<html lang=\"{language}\">"))
            .says(title);
        let wrong = [("username", EMAIL), ("password", "Wrong-Horse-1")];
        let refused = browser.submit(&first, &wrong).await;
        assert!(!refused.html.contains(WRONG), "{}", refused.html);
        for path in paths {
            // Without the parameter, which the browser has remembered.
            let url = login.url.as_str().replace("/login", path);
            let shown = texts(&browser.open(&url).await.html);
            let before = texts(&english.open(&url).await.html);
            assert_eq!(shown.len(), before.len());
            for (shown, before) in shown.iter().zip(&before) {
                let same = shown == before && !["Code", "Name"].contains(&before.as_str());
                assert!(!same, "{language} {path}: {before}");
            }
        }
    }
    let unknown = fixture.authorize_url(&[("lang", "xx")]);
    let page = Browser::new(&fixture).open(&unknown).await;
    page.says("<html lang=\"en\">");
    let classic = json!({
        "UserPoolId": fixture.pool,
        "Domain": "guide-local",
        "ManagedLoginVersion": 1,
    });
    fixture
        .call("UpdateUserPoolDomain", &classic)
        .await
        .unwrap();
    let german = fixture.authorize_url(&[("lang", "de")]);
    let page = Browser::new(&fixture).open(&german).await;
    page.says("<html lang=\"en\">");
    fixture.stage.stop().await;
}
