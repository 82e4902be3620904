//! The authorization and token endpoints, and every refusal of theirs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::browser::Browser;
use super::{CALLBACK, Fixture};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn code(fixture: &Fixture, extra: &[(&str, &str)]) -> String {
    let mut browser = Browser::new(fixture);
    let back = browser
        .sign_in(&fixture.authorize_url(extra), "ada@example.com")
        .await;
    assert!(back.url.as_str().starts_with(CALLBACK), "{}", back.url);
    assert_eq!(back.parameter("state").as_deref(), Some("a b&c=%"));
    back.parameter("code").unwrap()
}

async fn body(answer: reqwest::Response) -> Value {
    answer.json().await.unwrap()
}

fn exchange(code: &str) -> [(&'static str, &str); 3] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
    ]
}

#[tokio::test]
async fn an_unregistered_redirect_is_never_followed() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    let evil = fixture.authorize_url(&[("redirect_uri", "https://evil.example/cb")]);
    let page = browser.open(&evil).await;
    page.at("/error").says("redirect_mismatch");
    assert_eq!(page.status, 400);
    let stranger = fixture.authorize_url(&[("client_id", "unknown")]);
    browser.open(&stranger).await.at("/error");
    // The pages check it again.
    let login = evil.replace("/oauth2/authorize", "/login");
    browser
        .open(&login)
        .await
        .at("/error")
        .says("redirect_mismatch");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn other_refusals_return_to_the_client() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    for (extra, error) in [
        ([("scope", "openid phone")], "invalid_scope"),
        ([("scope", "email")], "invalid_scope"),
        ([("prompt", "none")], "login_required"),
        ([("prompt", "none login")], "invalid_request"),
        ([("response_type", "token")], "unauthorized_client"),
        ([("response_type", "id_token")], "invalid_request"),
        ([("code_challenge", CHALLENGE)], "invalid_request"),
    ] {
        let page = browser.open(&fixture.authorize_url(&extra)).await;
        assert!(page.url.as_str().starts_with(CALLBACK), "{}", page.url);
        let query = page.url.query().or(page.url.fragment()).unwrap_or_default();
        let both = format!("{query}{}", page.url.fragment().unwrap_or_default());
        assert!(both.contains(error), "{extra:?}: {}", page.url);
        assert!(both.contains("state=a+b%26c%3D%25"), "{}", page.url);
    }
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_code_is_exchanged_once() {
    let fixture = Fixture::new().await;
    fixture.person("ada@example.com").await;
    let code = code(&fixture, &[]).await;
    let answer = fixture.token(&exchange(&code)).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers()["cache-control"],
        "no-cache, no-store, max-age=0"
    );
    let tokens = body(answer).await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert!(tokens["id_token"].is_string() && tokens["refresh_token"].is_string());
    let again = fixture.token(&exchange(&code)).await;
    assert_eq!(again.status(), 400);
    assert_eq!(body(again).await, json!({"error": "invalid_grant"}));
    fixture.stage.stop().await;
}

/// "A token request with a `redirect_uri` that does not match" of
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html>.
#[tokio::test]
async fn a_code_is_exchanged_at_its_redirect_uri() {
    let fixture = Fixture::new().await;
    fixture.person("ada@example.com").await;
    let code = code(&fixture, &[]).await;
    let mut form = exchange(&code);
    form[2] = ("redirect_uri", "https://example.com/elsewhere");
    let refused = body(fixture.token(&form).await).await;
    let expected = json!({"error": "unauthorized_client", "error_description": "invalid_redirect"});
    assert_eq!(refused, expected);
    fixture.stage.stop().await;
}

#[tokio::test]
async fn access_tokens_are_for_the_resource() {
    let fixture = Fixture::new().await;
    fixture.person("ada@example.com").await;
    let resource = "https://api.example.com";
    let code = code(&fixture, &[("resource", resource)]).await;
    let tokens = body(fixture.token(&exchange(&code)).await).await;
    assert_eq!(claims(&tokens)["aud"], resource);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let refreshed = body(fixture.token(&form).await).await;
    assert_eq!(claims(&refreshed)["aud"], resource);
    fixture.stage.stop().await;
}

#[tokio::test]
async fn whoever_signed_in_too_long_ago_signs_in_again() {
    let fixture = Fixture::new().await;
    fixture.person("ada@example.com").await;
    let mut browser = Browser::new(&fixture);
    (browser.sign_in(&fixture.authorize_url(&[]), "ada@example.com")).await;
    let recent = fixture.authorize_url(&[("max_age", "20")]);
    fixture.advance_clock(20).await;
    let back = browser.open(&recent).await;
    assert!(back.parameter("code").is_some(), "{}", back.url);
    fixture.advance_clock(1).await;
    browser.open(&recent).await.at("/login");
    fixture.stage.stop().await;
}

/// "When Amazon Cognito redirects your user and automatically populates `scope`" of
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html>.
#[tokio::test]
async fn signing_out_without_scopes_asks_for_all_of_them() {
    let fixture = Fixture::new().await;
    let mut browser = Browser::new(&fixture);
    let logout = format!(
        "{}?client_id={}&redirect_uri={CALLBACK}&response_type=code",
        fixture.sign_in("logout"),
        fixture.client
    );
    let page = browser.open(&logout).await;
    let scope = page.at("/login").parameter("scope").unwrap();
    assert!(scope.starts_with("openid "), "{scope}");
    fixture.stage.stop().await;
}

/// What an answer's access token says.
fn claims(tokens: &Value) -> Value {
    let token = tokens["access_token"].as_str().unwrap();
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[tokio::test]
async fn a_code_expires_after_five_minutes() {
    let fixture = Fixture::new().await;
    fixture.person("ada@example.com").await;
    let code = code(&fixture, &[]).await;
    fixture.advance_clock(300).await;
    let late = fixture.token(&exchange(&code)).await;
    assert_eq!(body(late).await["error"], "invalid_grant");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn pkce_must_be_met() {
    let fixture = Fixture::new().await;
    fixture.person("ada@example.com").await;
    let proof = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (verifier, error) in [
        (None, Some("invalid_grant")),
        (
            Some("wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong"),
            Some("invalid_grant"),
        ),
        (Some(VERIFIER), None),
    ] {
        let code = code(&fixture, &proof).await;
        let mut form = exchange(&code).to_vec();
        form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        let answer = body(fixture.token(&form).await).await;
        assert_eq!(answer["error"].as_str(), error, "{verifier:?}");
    }
    fixture.stage.stop().await;
}

/// A web page's client: nothing proves it but the verifier.
#[tokio::test]
async fn a_public_client_has_a_verifier_and_no_secret() {
    let public = json!({ "GenerateSecret": false });
    let fixture = Fixture::with(&json!({}), &public).await;
    assert_eq!(fixture.secret, "");
    fixture.person("ada@example.com").await;
    let proof = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let id = ("client_id", fixture.client.as_str());
    let post = async |form: &[(&str, &str)]| {
        let request = fixture
            .http
            .post(fixture.sign_in("oauth2/token"))
            .form(form);
        body(request.send().await.unwrap()).await
    };
    let wrong = "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong";
    for (more, error) in [
        (&[id][..], "invalid_grant"),
        (&[id, ("code_verifier", wrong)], "invalid_grant"),
        (&[("code_verifier", VERIFIER)], "invalid_request"),
        (
            &[id, ("code_verifier", VERIFIER), ("client_secret", "none")],
            "invalid_client",
        ),
    ] {
        let code = code(&fixture, &proof).await;
        let form = [&exchange(&code)[..], more].concat();
        assert_eq!(post(&form).await["error"], error, "{more:?}");
    }
    let code = code(&fixture, &proof).await;
    let form = [&exchange(&code)[..], &[id, ("code_verifier", VERIFIER)]].concat();
    let tokens = post(&form).await;
    let refresh = [
        ("grant_type", "refresh_token"),
        id,
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    assert!(post(&refresh).await["access_token"].is_string());
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_client_proves_itself_by_header_or_body() {
    let fixture = Fixture::new().await;
    fixture.person("ada@example.com").await;
    let post = |form: Vec<(&'static str, String)>| {
        fixture
            .http
            .post(fixture.sign_in("oauth2/token"))
            .form(&form)
            .send()
    };
    let form = |code: &str, secret: Option<&str>| {
        let mut form: Vec<_> = exchange(code)
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec();
        form.push(("client_id", fixture.client.clone()));
        form.extend(secret.map(|secret| ("client_secret", secret.to_owned())));
        form
    };
    for secret in [None, Some("wrong")] {
        let refused = post(form("any", secret)).await.unwrap();
        assert_eq!(refused.status(), 400);
        assert_eq!(body(refused).await, json!({"error": "invalid_client"}));
    }
    let code = code(&fixture, &[]).await;
    let fine = post(form(&code, Some(&fixture.secret))).await.unwrap();
    assert_eq!(fine.status(), 200);

    let mut twice = form("any", Some(&fixture.secret));
    twice.push(("grant_type", "authorization_code".to_owned()));
    let refused = post(twice).await.unwrap();
    assert_eq!(body(refused).await["error"], "invalid_request");
    let unknown = fixture.token(&[("grant_type", "password")]).await;
    assert_eq!(body(unknown).await["error"], "unsupported_grant_type");
    let machine = fixture.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(body(machine).await["error"], "unauthorized_client");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_refresh_token_lives_from_sign_in_and_can_be_revoked() {
    let fixture = Fixture::new().await;
    fixture.person("ada@example.com").await;
    let code = code(&fixture, &[]).await;
    let tokens = body(fixture.token(&exchange(&code)).await).await;
    let refresh_token = tokens["refresh_token"].as_str().unwrap().to_owned();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &refresh_token),
    ];
    let refreshed = body(fixture.token(&form).await).await;
    assert!(refreshed.get("refresh_token").is_none());
    let (before, after) = (claims(&tokens), claims(&refreshed));
    assert_ne!(before["jti"], after["jti"]);
    assert_eq!(before["origin_jti"], after["origin_jti"]);
    assert_eq!(before["auth_time"], after["auth_time"]);

    fixture.advance_clock(9 * 24 * 3600).await;
    assert_eq!(fixture.token(&form).await.status(), 200);
    let revoke = fixture
        .http
        .post(fixture.sign_in("oauth2/revoke"))
        .basic_auth(&fixture.client, Some(&fixture.secret))
        .form(&[("token", &refresh_token)])
        .send()
        .await
        .unwrap();
    assert_eq!(revoke.status(), 200);
    let refused = body(fixture.token(&form).await).await;
    assert_eq!(refused, json!({"error": "invalid_grant"}));
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_refresh_token_expires_ten_days_after_sign_in() {
    let fixture = Fixture::new().await;
    fixture.person("ada@example.com").await;
    let code = code(&fixture, &[]).await;
    let tokens = body(fixture.token(&exchange(&code)).await).await;
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    fixture.advance_clock(10 * 24 * 3600).await;
    assert_eq!(
        body(fixture.token(&form).await).await["error"],
        "invalid_grant"
    );
    fixture.stage.stop().await;
}

#[tokio::test]
async fn rotation_replaces_the_refresh_token() {
    let rotation = json!({
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60},
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
    });
    let fixture = Fixture::with(&json!({}), &rotation).await;
    fixture.person("ada@example.com").await;
    let code = code(&fixture, &[]).await;
    let tokens = body(fixture.token(&exchange(&code)).await).await;
    let old = tokens["refresh_token"].as_str().unwrap().to_owned();
    let refresh = |token: &str| {
        let token = token.to_owned();
        let fixture = &fixture;
        async move {
            let form = [
                ("grant_type", "refresh_token"),
                ("refresh_token", token.as_str()),
            ];
            body(fixture.token(&form).await).await
        }
    };
    let new = refresh(&old).await["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(new, old);
    fixture.advance_clock(30).await;
    assert!(refresh(&old).await["refresh_token"].is_string());
    fixture.advance_clock(31).await;
    assert_eq!(refresh(&old).await["error"], "invalid_grant");
    assert!(refresh(&new).await["access_token"].is_string());
    fixture.stage.stop().await;
}

/// "Revocation error response" of
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html>.
#[tokio::test]
async fn revocation_says_what_is_wrong() {
    let fixture = Fixture::new().await;
    let revoke = async |secret: &str, form: &[(&str, &str)]| {
        let request = fixture
            .http
            .post(fixture.sign_in("oauth2/revoke"))
            .basic_auth(&fixture.client, Some(secret))
            .form(form);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let error = body(answer).await["error"].as_str().map(str::to_owned);
        (status, error.unwrap())
    };
    let jwt = [("token", "a.b.c")];
    let refused = |status: u16, error: &str| (status, error.to_owned());
    let secret = fixture.secret.as_str();
    let token = [("token", "refresh")];
    assert_eq!(
        revoke("wrong", &token).await,
        refused(401, "invalid_client")
    );
    assert_eq!(revoke(secret, &[]).await, refused(400, "invalid_request"));
    assert_eq!(
        revoke(secret, &jwt).await,
        refused(400, "unsupported_token_type")
    );

    let off = json!({
        "UserPoolId": fixture.pool,
        "ClientId": fixture.client,
        "EnableTokenRevocation": false,
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": [CALLBACK],
    });
    fixture.call("UpdateUserPoolClient", &off).await.unwrap();
    assert_eq!(
        revoke(secret, &token).await,
        refused(400, "invalid_request")
    );
    fixture.stage.stop().await;
}

/// A client that asks without a page gets a code where the browser is signed in, and nothing else than
/// an error where it is not.
#[tokio::test]
async fn a_request_without_a_page_shows_none() {
    let fixture = Fixture::new().await;
    fixture.person("ada@example.com").await;
    let silent = fixture.authorize_url(&[("prompt", "none")]);
    let mut browser = Browser::new(&fixture);
    let refused = browser.open(&silent).await;
    assert!(refused.url.as_str().starts_with(CALLBACK), "{refused:?}");
    assert_eq!(
        refused.parameter("error").as_deref(),
        Some("login_required")
    );
    assert_eq!(refused.parameter("state").as_deref(), Some("a b&c=%"));
    let authorize = fixture.authorize_url(&[]);
    browser.sign_in(&authorize, "ada@example.com").await;
    let back = browser.open(&silent).await;
    assert!(back.parameter("code").is_some());
    fixture.advance_clock(3600).await;
    let late = browser.open(&silent).await;
    assert_eq!(late.parameter("error").as_deref(), Some("login_required"));
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_scope_needs_its_attributes_to_be_readable() {
    let blind = json!({"ReadAttributes": ["email"]});
    let fixture = Fixture::with(&json!({}), &blind).await;
    fixture.person("ada@example.com").await;
    let code = code(&fixture, &[]).await;
    let refused = fixture.token(&exchange(&code)).await;
    assert_eq!(body(refused).await["error"], "invalid_grant");
    fixture.stage.stop().await;
}

#[tokio::test]
async fn the_implicit_flow_answers_in_the_fragment() {
    let implicit = json!({"AllowedOAuthFlows": ["code", "implicit"]});
    let fixture = Fixture::with(&json!({}), &implicit).await;
    fixture.person("ada@example.com").await;
    let mut browser = Browser::new(&fixture);
    let url = fixture.authorize_url(&[("response_type", "token")]);
    let back = browser.sign_in(&url, "ada@example.com").await;
    let fragment = back.url.fragment().unwrap();
    assert!(fragment.contains("access_token=") && fragment.contains("expires_in=3600"));
    assert!(!fragment.contains("refresh_token"));
    fixture.stage.stop().await;
}

/// A page of another origin reads what takes no cookie, and nothing else.
#[tokio::test]
async fn a_web_pages_script_may_read_answers_and_no_pages() {
    let fixture = Fixture::new().await;
    let urls = fixture.stage.urls();
    let keys = format!("{}/.well-known/jwks.json", fixture.pool);
    let open = [
        (fixture.sign_in("oauth2/token"), "POST", "content-type"),
        (fixture.sign_in("oauth2/userInfo"), "GET", "authorization"),
        (fixture.sign_in("oauth2/revoke"), "POST", "content-type"),
        (urls.aws.join(&keys).unwrap(), "GET", ""),
        (urls.aws.clone(), "POST", "content-type,x-amz-target"),
    ];
    let closed = [
        (fixture.sign_in("oauth2/authorize"), "GET", "accept"),
        (fixture.sign_in("login"), "POST", "content-type"),
        // A signature, and what other services are called by.
        (urls.aws.clone(), "POST", "authorization,x-amz-target"),
        (
            urls.aws.join("2015-03-31/functions").unwrap(),
            "POST",
            "x-amz-target",
        ),
        (urls.aws.clone(), "PUT", "content-type"),
        (urls.device.join("say").unwrap(), "POST", "content-type"),
        (
            urls.smapi.join("v1/skills").unwrap(),
            "POST",
            "authorization",
        ),
    ];
    let origin = |answer: &reqwest::Response| {
        let origin = answer.headers().get("access-control-allow-origin");
        origin.map(|origin| origin.to_str().unwrap().to_owned())
    };
    for (expected, places) in [(Some("*"), &open[..]), (None, &closed)] {
        for (url, method, header) in places {
            let asked = fixture
                .http
                .request(reqwest::Method::OPTIONS, url.clone())
                .header("origin", "http://localhost:3000")
                .header("access-control-request-method", *method)
                .header("access-control-request-headers", *header)
                .send()
                .await
                .unwrap();
            assert_eq!(
                origin(&asked).as_deref(),
                expected,
                "{method} {url} {header}"
            );
            let private = "access-control-allow-private-network";
            assert!(!asked.headers().contains_key(private));
            if expected.is_some() {
                assert_eq!(asked.headers()["access-control-allow-headers"], *header);
            }
        }
    }
    // A refusal can be read like any other answer.
    let form = [("grant_type", "refresh_token")];
    let refused = fixture.token(&form).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(origin(&refused).as_deref(), Some("*"));
    let call = |target: &'static str| {
        let request = fixture.http.post(urls.aws.clone()).body("{}");
        request.header("x-amz-target", target).send()
    };
    let refused = call("AWSCognitoIdentityProviderService.GetUser").await;
    assert_eq!(origin(&refused.unwrap()).as_deref(), Some("*"));
    let refused = call("Logs_20140328.DescribeLogGroups").await;
    assert_eq!(origin(&refused.unwrap()), None);
    fixture.stage.stop().await;
}
