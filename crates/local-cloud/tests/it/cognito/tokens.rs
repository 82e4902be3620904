//! What a resource server and Cognito itself make of the tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};

use super::browser::Browser;
use super::{CALLBACK, Fixture};

/// Signs in and exchanges the code.
async fn tokens(fixture: &Fixture, scope: &str) -> Value {
    fixture.person("ada@example.com").await;
    more_tokens(fixture, scope).await
}

/// The same for somebody who is there already.
async fn more_tokens(fixture: &Fixture, scope: &str) -> Value {
    let mut browser = Browser::new(fixture);
    let back = browser
        .sign_in(
            &fixture.authorize_url(&[("scope", scope), ("nonce", "n")]),
            "ada@example.com",
        )
        .await;
    let code = back.parameter("code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
    ];
    fixture.token(&form).await.json().await.unwrap()
}

fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

/// Verifies a token with the published keys, as a resource server does.
fn verify(token: &str, jwks: &Value) -> (Value, Value) {
    let parts: Vec<_> = token.split('.').collect();
    let header: Value = serde_json::from_slice(&decode(parts[0])).unwrap();
    let key = jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .unwrap();
    ring::signature::RsaPublicKeyComponents {
        n: decode(key["n"].as_str().unwrap()),
        e: decode(key["e"].as_str().unwrap()),
    }
    .verify(
        &ring::signature::RSA_PKCS1_2048_8192_SHA256,
        format!("{}.{}", parts[0], parts[1]).as_bytes(),
        &decode(parts[2]),
    )
    .unwrap();
    (header, serde_json::from_slice(&decode(parts[1])).unwrap())
}

#[tokio::test]
async fn tokens_verify_with_the_published_keys() {
    let fixture = Fixture::new().await;
    let tokens = tokens(&fixture, "openid email").await;
    let issuer = fixture.stage.urls().aws.join(&fixture.pool).unwrap();
    let configuration: Value = fixture
        .http
        .get(format!("{issuer}/.well-known/openid-configuration"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(configuration["issuer"], issuer.as_str());
    let jwks = configuration["jwks_uri"].as_str().unwrap();
    let jwks: Value = fixture
        .http
        .get(jwks)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();

    let (access_header, access) = verify(tokens["access_token"].as_str().unwrap(), &jwks);
    assert_eq!(access["iss"], issuer.as_str());
    assert_eq!(access["token_use"], "access");
    assert_eq!(access["client_id"], fixture.client);
    assert_eq!(access["scope"], "openid email");
    assert_eq!(access["version"], 2);
    assert_eq!(access["username"], access["sub"]);
    let life = access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap();
    assert_eq!(life, 3600);

    let (id_header, id) = verify(tokens["id_token"].as_str().unwrap(), &jwks);
    assert_ne!(access_header["kid"], id_header["kid"]);
    assert_eq!(id["aud"], fixture.client);
    assert_eq!(id["token_use"], "id");
    assert_eq!(id["email"], "ada@example.com");
    assert_eq!(id["email_verified"], true);
    assert_eq!(id["nonce"], "n");
    assert_eq!(id["cognito:username"], access["username"]);
    assert_eq!(id.get("given_name"), None);
    fixture.stage.stop().await;
}

/// Each form of issuer has its own place, and a pool is at one of them.
#[tokio::test]
async fn a_pool_is_called_by_one_of_two_names() {
    let fixture = Fixture::new().await;
    let aws = &fixture.stage.urls().aws;
    let names = [
        format!("{aws}{}", fixture.pool),
        format!(
            "{}/{}",
            fixture.stage.urls().updated_issuers(),
            fixture.pool
        ),
    ];
    let get = async |url: String| {
        let answer = fixture.http.get(url).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap())
    };
    let configured = |pool: &Value| pool["UserPool"]["IssuerConfiguration"].clone();
    let id = json!({ "UserPoolId": fixture.pool });
    let described = fixture.call("DescribeUserPool", &id).await.unwrap();
    assert_eq!(configured(&described), json!({ "Type": "ORIGINAL" }));

    let scopes = "openid email aws.cognito.signin.user.admin";
    fixture.person("ada@example.com").await;
    for (form, at) in [("UPDATED", 1), ("ORIGINAL", 0)] {
        let configuration = json!({ "Type": form });
        let mut input = id.clone();
        input["IssuerConfiguration"] = configuration.clone();
        input["AutoVerifiedAttributes"] = json!(["email"]);
        fixture.call("UpdateUserPool", &input).await.unwrap();
        let described = fixture.call("DescribeUserPool", &id).await.unwrap();
        assert_eq!(configured(&described), configuration);

        let well_known = |name: &str| format!("{name}/.well-known/openid-configuration");
        let (status, document) = get(well_known(&names[at])).await;
        assert_eq!((status, &document["issuer"]), (200, &json!(names[at])));
        let (status, _) = get(well_known(&names[1 - at])).await;
        assert_eq!(status, 404);
        let keys = document["jwks_uri"].as_str().unwrap();
        assert!(keys.starts_with(&names[at]), "{keys}");
        let (_, keys) = get(keys.to_owned()).await;
        let (status, _) = get(format!("{}/.well-known/jwks.json", names[1 - at])).await;
        assert_eq!(status, 404);

        let tokens = more_tokens(&fixture, scopes).await;
        for token in ["access_token", "id_token"] {
            let (_, claims) = verify(tokens[token].as_str().unwrap(), &keys);
            assert_eq!(claims["iss"], names[at], "{token}");
        }
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(user_info(&fixture, access).await, 200);
        let input = json!({ "AccessToken": access });
        assert!(fixture.call("GetUser", &input).await.is_ok());
    }
    let mut input = id.clone();
    input["IssuerConfiguration"] = json!({ "Type": "NEW" });
    let refused = fixture.call("UpdateUserPool", &input).await.unwrap_err();
    assert!(
        refused.message.contains("[ORIGINAL, UPDATED]"),
        "{refused:?}"
    );
    fixture.stage.stop().await;
}

#[tokio::test]
async fn user_info_shows_what_the_scopes_allow() {
    let fixture = Fixture::new().await;
    let tokens = tokens(&fixture, "openid email profile").await;
    let user_info = |token: String| {
        fixture
            .http
            .get(fixture.sign_in("oauth2/userInfo"))
            .bearer_auth(token)
            .send()
    };
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    let answer = user_info(token.clone()).await.unwrap();
    assert_eq!(answer.status(), 200);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["email"], "ada@example.com");
    assert_eq!(body["email_verified"], "true");
    assert_eq!(body["given_name"], "Ada");
    assert_eq!(body["username"], body["sub"]);

    let garbage = user_info("garbage".to_owned()).await.unwrap();
    assert_eq!(garbage.status(), 401);
    let challenge = garbage.headers()[WWW_AUTHENTICATE].to_str().unwrap();
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    let id_token = tokens["id_token"].as_str().unwrap().to_owned();
    assert_eq!(user_info(id_token).await.unwrap().status(), 401);
    let missing = fixture.http.get(fixture.sign_in("oauth2/userInfo"));
    assert_eq!(missing.send().await.unwrap().status(), 400);

    fixture.advance_clock(3600).await;
    assert_eq!(user_info(token).await.unwrap().status(), 401);
    fixture.stage.stop().await;
}

#[tokio::test]
async fn user_info_needs_openid() {
    let fixture = Fixture::new().await;
    let tokens = tokens(&fixture, "aws.cognito.signin.user.admin").await;
    assert_eq!(tokens.get("id_token"), None);
    let answer = fixture
        .http
        .get(fixture.sign_in("oauth2/userInfo"))
        .bearer_auth(tokens["access_token"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(
        body["error_description"],
        "Access token does not contain openid scope"
    );
    fixture.stage.stop().await;
}

#[tokio::test]
async fn get_user_needs_the_admin_scope() {
    let fixture = Fixture::new().await;
    let plain = tokens(&fixture, "openid email").await;
    let input = json!({"AccessToken": plain["access_token"]});
    let refused = fixture.call("GetUser", &input).await.unwrap_err();
    assert_eq!(refused.code, "NotAuthorizedException");
    assert_eq!(
        refused.message,
        "Access Token does not have required scopes"
    );
    fixture.stage.stop().await;
}

#[tokio::test]
async fn a_global_sign_out_ends_every_session() {
    let fixture = Fixture::new().await;
    let tokens = tokens(&fixture, "openid aws.cognito.signin.user.admin").await;
    let input = json!({"AccessToken": tokens["access_token"]});
    let user = fixture.call("GetUser", &input).await.unwrap();
    let email = json!({"Name": "email", "Value": "ada@example.com"});
    assert!(user["UserAttributes"].as_array().unwrap().contains(&email));

    fixture.call("GlobalSignOut", &input).await.unwrap();
    let refused = fixture.call("GetUser", &input).await.unwrap_err();
    assert_eq!(refused.message, "Access Token has been revoked");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    assert_eq!(fixture.token(&form).await.status(), 400);
    fixture.stage.stop().await;
}

/// What userInfo answers to an access token.
async fn user_info(fixture: &Fixture, access: &str) -> u16 {
    let request = fixture.http.get(fixture.sign_in("oauth2/userInfo"));
    request
        .bearer_auth(access)
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

#[tokio::test]
async fn the_provider_can_be_down_for_everybody_and_for_one_person() {
    let fixture = Fixture::new().await;
    let scopes = "openid email aws.cognito.signin.user.admin";
    let tokens = tokens(&fixture, scopes).await;
    let access = tokens["access_token"].as_str().unwrap();
    let set = async |body: Value| {
        let url = fixture.stage.urls().device.join("control/provider");
        let request = fixture.http.post(url.unwrap()).json(&body);
        let answer = crate::aws::opened(&fixture.stage, request).send().await;
        answer.unwrap().status().as_u16()
    };
    let jwks = format!(
        "{}{}/.well-known/jwks.json",
        fixture.stage.urls().aws,
        fixture.pool
    );
    let keys = async || fixture.http.get(&jwks).send().await.unwrap().status();

    assert_eq!(user_info(&fixture, access).await, 200);
    set(json!({ "is": "down", "person": "ada@example.com" })).await;
    assert_eq!(user_info(&fixture, access).await, 503);
    let input = json!({ "AccessToken": access });
    let refused = fixture.call("GetUser", &input).await.unwrap_err();
    assert_eq!(refused.code, "InternalErrorException");
    assert_eq!(keys().await, 200);
    set(json!({ "is": "up", "person": "ada@example.com" })).await;
    assert_eq!(user_info(&fixture, access).await, 200);
    assert!(fixture.call("GetUser", &input).await.is_ok());
    set(json!({ "is": "down" })).await;
    assert_eq!(user_info(&fixture, access).await, 503);
    assert_eq!(keys().await, 503);
    let page = fixture.http.get(fixture.authorize_url(&[])).send().await;
    assert_eq!(page.unwrap().status(), 503);
    set(json!({ "is": "up" })).await;
    assert_eq!(keys().await, 200);
    assert_eq!(set(json!({ "is": "tired" })).await, 422);
    fixture.stage.stop().await;
}
