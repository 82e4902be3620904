//! People who sign in with Amazon, as whoever made a security profile for them sees it.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use url::Url;

use super::support::Developer;
use crate::cognito::accessible::assert_accessible;

const RETURN_URL: &str = "https://layla.amazon.com/api/skill/link/M1";

/// Looks at redirects instead of following them.
fn browser() -> reqwest::Client {
    story::client().unwrap()
}

/// The client of a security profile.
struct Client {
    id: String,
    secret: String,
}

async fn make_profile(developer: &Developer, name: &str) -> Client {
    let path = format!("/console/security-profiles/{name}");
    let body = json!({ "returnUrls": [RETURN_URL] });
    let made = developer
        .device(Method::PUT, &path, &body)
        .await
        .expect(200);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    Client {
        id: text("clientId"),
        secret: text("clientSecret"),
    }
}

/// What Alexa asks with, with one parameter changed.
fn authorize(developer: &Developer, client: &Client, changed: (&str, &str)) -> Url {
    let mut url = developer.urls().lwa.join("/ap/oa").unwrap();
    let parameters = [
        ("client_id", client.id.as_str()),
        ("response_type", "code"),
        ("scope", "profile"),
        ("redirect_uri", RETURN_URL),
        ("state", "s"),
    ];
    url.query_pairs_mut()
        .extend_pairs(parameters.iter().filter(|(name, _)| *name != changed.0))
        .append_pair(changed.0, changed.1);
    url
}

fn location(response: &Response, base: &Url) -> Url {
    assert!(response.status().is_redirection(), "{response:?}");
    base.join(response.headers()["location"].to_str().unwrap())
        .unwrap()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    let (_, value) = pairs.find(|(key, _)| key == name)?;
    Some(value.into_owned())
}

/// A form of the pages, with the cookie that the browser has.
async fn post(developer: &Developer, path: &str, form: &[(&str, &str)], cookie: &str) -> Response {
    let url = developer.urls().lwa.join(path).unwrap();
    let request = browser().post(url).form(form);
    request.header("cookie", cookie).send().await.unwrap()
}

/// Somebody makes an account and allows it; answers the cookie and the code.
async fn link(developer: &Developer, client: &Client, scope: &str) -> (String, String) {
    let url = authorize(developer, client, ("scope", scope));
    let answer = browser().get(url.clone()).send().await.unwrap();
    let page = location(&answer, &url);
    assert_eq!(page.path(), "/ap/signin");
    let signin = browser().get(page.clone()).send().await.unwrap();
    assert_accessible(&signin.text().await.unwrap());
    let request = parameter(&page, "request").unwrap();
    // Nobody has signed in yet.
    let form = [("request", request.as_str()), ("decision", "allow")];
    let early = developer.urls().lwa.join("/ap/consent").unwrap();
    let early = early.join(&format!("?request={request}")).unwrap();
    let answer = browser().get(early).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_accessible(&answer.text().await.unwrap());
    let nobody = [
        ("request", request.as_str()),
        ("email", "eve@example.com"),
        ("password", "a password"),
    ];
    let refused = post(developer, "/ap/signin", &nobody, "").await;
    let refused = refused.text().await.unwrap();
    assert!(refused.contains("role=\"alert\""), "{refused}");
    assert_accessible(&refused);
    let register = developer.urls().lwa.join("/ap/register").unwrap();
    let register = register.join(&format!("?request={request}")).unwrap();
    let register = browser().get(register).send().await.unwrap();
    assert_accessible(&register.text().await.unwrap());

    let account = [
        ("request", request.as_str()),
        ("name", "Ada Lovelace"),
        ("email", "ada@example.com"),
        ("password", "a password"),
    ];
    let answer = post(developer, "/ap/register", &account, "").await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let page = location(&answer, &url);
    assert_eq!(page.path(), "/ap/consent");
    let shown = browser().get(page).header("cookie", &cookie);
    let shown = shown.send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("guide asks for"), "{shown}");
    // In words, and by the name of the scope.
    let words = match scope {
        "profile" => "Your name, your e-mail address and your user id (<code>profile</code>)",
        _ => "The postal code of your primary shipping address (<code>postal_code</code>)",
    };
    assert!(shown.contains(words), "{shown}");
    assert_accessible(&shown);
    let answer = post(developer, "/ap/oa", &form, &cookie).await;
    let back = location(&answer, &url);
    assert!(back.as_str().starts_with(RETURN_URL), "{back}");
    assert_eq!(parameter(&back, "state").as_deref(), Some("s"));
    (cookie, parameter(&back, "code").unwrap())
}

/// Asks the token endpoint; answers status and body.
async fn token(developer: &Developer, client: &Client, form: &[(&str, &str)]) -> (u16, Value) {
    let url = developer.urls().lwa.join("/auth/o2/token").unwrap();
    let request = browser().post(url).form(form);
    let request = request.basic_auth(&client.id, Some(&client.secret));
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn redeem(developer: &Developer, client: &Client, code: &str, back: &str) -> (u16, Value) {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", back),
    ];
    token(developer, client, &form).await
}

async fn token_info(developer: &Developer, access_token: &str) -> (u16, Value) {
    let mut url = developer.urls().lwa.join("/auth/o2/tokeninfo").unwrap();
    url.query_pairs_mut()
        .append_pair("access_token", access_token);
    let answer = browser().get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn profile(developer: &Developer, access_token: &str) -> (u16, Value) {
    let url = developer.urls().lwa.join("/user/profile").unwrap();
    let answer = browser().get(url).bearer_auth(access_token);
    let answer = answer.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_customer_signs_in_allows_it_and_is_known_by_their_token() {
    let developer = Developer::start().await;
    let client = make_profile(&developer, "guide").await;
    let other = make_profile(&developer, "other").await;
    let (cookie, code) = link(&developer, &client, "profile").await;

    let (status, granted) = redeem(&developer, &client, &code, RETURN_URL).await;
    assert_eq!(status, 200, "{granted}");
    assert_eq!(granted["expires_in"], 3600);
    let access = granted["access_token"].as_str().unwrap();
    let refresh = granted["refresh_token"].as_str().unwrap();
    // Once.
    let again = redeem(&developer, &client, &code, RETURN_URL).await;
    assert_eq!(again.1["error"], "invalid_grant");

    let (status, info) = token_info(&developer, access).await;
    assert_eq!((status, &info["aud"]), (200, &json!(client.id)));
    // A second may have begun since.
    let left = info["exp"].as_u64().unwrap();
    assert!((3590..=3600).contains(&left), "{info}");
    let (status, known) = profile(&developer, access).await;
    assert_eq!(status, 200);
    let expected = json!({
        "user_id": info["user_id"], "name": "Ada Lovelace", "email": "ada@example.com",
    });
    assert_eq!(known, expected);
    // It says who somebody is, and lets nobody work on skills.
    let vendors = developer.urls().smapi.join("/v1/vendors").unwrap();
    let answer = browser().get(vendors).bearer_auth(access);
    assert_eq!(answer.send().await.unwrap().status(), 401);

    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let strange = token(&developer, &other, &form).await;
    assert_eq!(strange.1["error"], "invalid_grant");
    let guessed = Client {
        id: client.id.clone(),
        secret: other.secret.clone(),
    };
    let strange = token(&developer, &guessed, &form).await;
    assert_eq!(
        (strange.0, &strange.1["error"]),
        (401, &json!("invalid_client"))
    );
    let hour = json!({ "advanceSeconds": 3600 });
    developer
        .device(Method::POST, "/control/clock", &hour)
        .await
        .expect(200);
    assert_eq!(token_info(&developer, access).await.0, 400);
    assert_eq!(
        profile(&developer, access).await.1["error"],
        "invalid_token"
    );
    let (status, refreshed) = token(&developer, &client, &form).await;
    assert_eq!(status, 200);
    let refreshed = refreshed["access_token"].as_str().unwrap();
    assert_eq!(token_info(&developer, refreshed).await.0, 200);

    // Whoever has allowed it and is signed in is not asked again; for another client they are.
    let url = authorize(&developer, &client, ("state", "s"));
    let answer = browser().get(url.clone()).header("cookie", &cookie);
    let back = location(&answer.send().await.unwrap(), &url);
    assert!(parameter(&back, "code").is_some(), "{back}");
    let url = authorize(&developer, &other, ("state", "s"));
    let answer = browser().get(url.clone()).header("cookie", &cookie);
    let page = location(&answer.send().await.unwrap(), &url);
    assert_eq!(page.path(), "/ap/consent");
    developer.stop().await;
}

#[tokio::test]
async fn what_amazon_refuses_is_refused() {
    let developer = Developer::start().await;
    let client = make_profile(&developer, "guide").await;
    // Nobody is sent to a stranger.
    for changed in [
        ("redirect_uri", "https://layla.amazon.com/api/skill/link/M2"),
        ("redirect_uri", "http://127.0.0.1:9090/cb"),
        ("client_id", "amzn1.application-oa2-client.nobody"),
    ] {
        let url = authorize(&developer, &client, changed);
        let answer = browser().get(url).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{changed:?}");
    }
    // The client is told of the rest.
    for (changed, error) in [
        (("scope", "openid"), "invalid_scope"),
        (("scope", "alexa::ask:skills:readwrite"), "invalid_scope"),
        (("response_type", "token"), "unsupported_response_type"),
    ] {
        let url = authorize(&developer, &client, changed);
        let answer = browser().get(url.clone()).send().await.unwrap();
        let back = location(&answer, &url);
        assert_eq!(parameter(&back, "error").as_deref(), Some(error));
        assert_eq!(parameter(&back, "state").as_deref(), Some("s"));
    }

    let (_, code) = link(&developer, &client, "postal_code").await;
    let elsewhere = "https://pitangui.amazon.com/api/skill/link/M1";
    let answer = redeem(&developer, &client, &code, elsewhere).await;
    assert_eq!(answer.1["error"], "invalid_grant");
    let url = authorize(&developer, &client, ("scope", "postal_code"));
    let answer = browser().get(url.clone()).send().await.unwrap();
    let page = location(&answer, &url);
    let request = parameter(&page, "request").unwrap();
    let wrong = [
        ("request", request.as_str()),
        ("email", "ada@example.com"),
        ("password", "another password"),
    ];
    let answer = post(&developer, "/ap/signin", &wrong, "").await;
    let text = answer.text().await.unwrap();
    assert!(
        text.contains("Your email or password was incorrect"),
        "{text}"
    );
    let right = [
        ("request", request.as_str()),
        ("email", "ada@example.com"),
        ("password", "a password"),
    ];
    let answer = post(&developer, "/ap/signin", &right, "").await;
    let code = parameter(&location(&answer, &url), "code").unwrap();
    let (_, granted) = redeem(&developer, &client, &code, RETURN_URL).await;
    let access = granted["access_token"].as_str().unwrap();
    let (status, refused) = profile(&developer, access).await;
    assert_eq!(
        (status, &refused["error"]),
        (401, &json!("insufficient_scope"))
    );
    assert_eq!(token_info(&developer, "Atza|made-up").await.0, 400);
    developer.stop().await;
}

/// Neither a wrong password nor an address that nobody has is told from the other, and both are locked.
#[tokio::test]
async fn whoever_guesses_passwords_learns_nothing_and_is_locked_out() {
    let developer = Developer::start().await;
    let client = make_profile(&developer, "guide").await;
    link(&developer, &client, "profile").await;
    let url = authorize(&developer, &client, ("state", "s"));
    let answer = browser().get(url.clone()).send().await.unwrap();
    let request = parameter(&location(&answer, &url), "request").unwrap();
    let sign_in = async |email: &str, password: &str| {
        let form = [
            ("request", request.as_str()),
            ("email", email),
            ("password", password),
        ];
        post(&developer, "/ap/signin", &form, "").await
    };
    let advance = async |seconds: u32| {
        let clock = json!({ "advanceSeconds": seconds });
        let advanced = developer.device(Method::POST, "/control/clock", &clock);
        advanced.await.expect(200);
    };
    let mut seen = Vec::new();
    for email in ["ada@example.com", "bob@example.com"] {
        let mut pages = Vec::new();
        // Enough failures for a pause of more than a second, so that the machine's own time does not
        // matter.
        for pause in [0, 0, 0, 0, 1, 2, 4, 8, 16] {
            let wrong = sign_in(email, "another password").await;
            let wrong = wrong.text().await.unwrap();
            assert!(
                wrong.contains("Your email or password was incorrect"),
                "{wrong}"
            );
            assert_accessible(&wrong);
            pages.push(wrong);
            if pause < 16 {
                advance(pause).await;
            }
        }
        // The right one changes nothing of it.
        let locked = sign_in(email, "a password").await.text().await.unwrap();
        assert!(locked.contains("too many failed attempts"), "{locked}");
        assert_accessible(&locked);
        pages.push(locked);
        advance(16).await;
        seen.push(pages);
    }
    assert_eq!(seen[0], seen[1]);
    let answer = sign_in("ada@example.com", "a password").await;
    let back = location(&answer, &url);
    assert!(parameter(&back, "code").is_some(), "{back}");
    developer.stop().await;
}
