//! The strip below a sign-in page, which is the developer's alone.

use reqwest::header::{CONTENT_SECURITY_POLICY, COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use super::browser::{Browser, Page, apart};
use super::{Fixture, PASSWORD};
use crate::aws::opened;

const EMAIL: &str = "grace@example.com";

/// The cookie of the strip, of a browser that was shown the stage's page.
async fn strip_cookie(fixture: &Fixture) -> (String, String) {
    let entered = fixture.http.get(fixture.stage.access().page()).send().await;
    let entered = entered.unwrap();
    let mut set = entered.headers().get_all(SET_COOKIE).into_iter();
    let strip = set.find(|cookie| cookie.as_bytes().starts_with(b"voicelink-strip="));
    let strip = strip.unwrap().to_str().unwrap();
    let (name, value) = strip.split(';').next().unwrap().split_once('=').unwrap();
    (name.to_owned(), value.to_owned())
}

/// Signs up, as far as the page that asks for the code.
async fn sign_up(browser: &mut Browser<'_>, fixture: &Fixture) -> Page {
    let login = browser.open(&fixture.authorize_url(&[])).await;
    assert!(
        !login.html.contains("<aside"),
        "there is nothing to fill in"
    );
    let url = login.url.as_str().replace("/login?", "/signup?");
    let page = browser.open(&url).await;
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    let confirm = browser.submit(&page, &fields).await;
    confirm.at("/confirmUser");
    confirm
}

async fn people(fixture: &Fixture) -> Value {
    let url = fixture.stage.urls().device.join("people").unwrap();
    let answer = opened(&fixture.stage, fixture.http.get(url)).send().await;
    answer.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn the_developer_sees_the_message_and_everybody_else_the_page_as_it_is() {
    let fixture = Fixture::new().await;
    let (name, value) = strip_cookie(&fixture).await;
    let mut developer = Browser::new(&fixture);
    developer.cookies.insert(name.clone(), value);
    let confirm = sign_up(&mut developer, &fixture).await;
    let code = fixture.code(EMAIL).await;
    let (page, strip) = apart(&confirm.html);
    let strip = strip.unwrap();
    assert!(
        strip.contains(&format!("<output>{code}</output>")),
        "{strip}"
    );
    assert!(
        strip.contains(EMAIL) && strip.contains("Fill in"),
        "{strip}"
    );
    // The page's own button comes first.
    let main = confirm.html.find("Confirm account").unwrap();
    assert!(main < confirm.html.find("Fill in").unwrap());

    let get = |stage_cookie: Option<&str>| {
        let mut cookies = developer.cookies.clone();
        cookies.remove(&name);
        cookies.extend(stage_cookie.map(|value| (name.clone(), value.to_owned())));
        let cookies = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        fixture
            .http
            .get(confirm.url.clone())
            .header(COOKIE, cookies)
    };
    for stranger in [None, Some("guessed")] {
        let answer = get(stranger).send().await.unwrap();
        let policy = answer.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(!policy.contains("script-src"), "{policy}");
        let shown = answer.text().await.unwrap();
        assert_eq!(shown, page, "with {stranger:?}");
        assert!(!shown.contains(&code));
    }
    // The cookie opens nothing: at the device it is no key.
    let outbox = fixture.stage.urls().device.join("outbox").unwrap();
    let cookies = [
        name.as_str(),
        &format!("voicelink-{}", outbox.port().unwrap()),
    ];
    for cookie in cookies {
        let cookie = format!("{cookie}={}", developer.cookies[&name]);
        let answer = fixture.http.get(outbox.clone()).header(COOKIE, cookie);
        assert_eq!(answer.send().await.unwrap().status(), 401);
    }
    // The code works, and then there is nothing to fill in.
    let done = developer.submit(&confirm, &[("code", &code)]).await;
    assert!(!done.html.contains("<aside"));
    assert_eq!(
        people(&fixture).await["people"][0]["UserStatus"],
        "CONFIRMED"
    );
    fixture.stage.stop().await;
}

#[tokio::test]
async fn the_code_of_an_authenticator_app_is_shown_and_is_the_one_that_counts() {
    let fixture = Fixture::new().await;
    let set = json!({
        "UserPoolId": fixture.pool,
        "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    fixture.call("SetUserPoolMfaConfig", &set).await.unwrap();
    fixture.person(EMAIL).await;
    let (name, value) = strip_cookie(&fixture).await;
    let mut developer = Browser::new(&fixture);
    developer.cookies.insert(name.clone(), value);
    let set_up = developer.sign_in(&fixture.authorize_url(&[]), EMAIL).await;
    set_up.at("/mfaSetup");
    let code = |page: &Page| {
        let strip = apart(&page.html).1.unwrap();
        let shown = strip.split_once("<output>").unwrap().1;
        shown.split_once("</output>").unwrap().0.to_owned()
    };
    let first = code(&set_up);
    let told = people(&fixture).await["people"][0]["authenticator"].clone();
    assert_eq!(
        (&told["code"], &told["isSetUp"]),
        (&json!(first), &json!(false))
    );
    let done = developer.submit(&set_up, &[("code", &first)]).await;
    assert!(done.parameter("code").is_some(), "{}", done.url);

    // The same step's code does not count twice: the next one is shown.
    let mut again = Browser::new(&fixture);
    again.cookies.extend(developer.cookies.remove_entry(&name));
    let mfa = again.sign_in(&fixture.authorize_url(&[]), EMAIL).await;
    mfa.at("/mfa");
    assert_ne!(code(&mfa), first);
    let done = again.submit(&mfa, &[("code", &code(&mfa))]).await;
    assert!(done.parameter("code").is_some(), "{}", done.url);
    fixture.stage.stop().await;
}
