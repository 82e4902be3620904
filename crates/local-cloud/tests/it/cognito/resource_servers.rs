//! Resource servers, and their scopes at app clients and in access tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::browser::Browser;
use super::{CALLBACK, Fixture};

fn server(fixture: &Fixture, identifier: &str, scopes: &[&str]) -> Value {
    let scopes = scopes
        .iter()
        .map(|name| json!({ "ScopeName": name, "ScopeDescription": "Does it" }));
    json!({
        "UserPoolId": fixture.pool,
        "Identifier": identifier,
        "Name": "API",
        "Scopes": scopes.collect::<Vec<_>>(),
    })
}

#[tokio::test]
async fn a_resource_server_is_made_changed_listed_and_deleted() {
    let fixture = Fixture::new().await;
    let url = "https://api.example.com/v1";
    let made = server(&fixture, url, &["read"]);
    let answer = fixture.call("CreateResourceServer", &made).await.unwrap();
    assert_eq!(answer["ResourceServer"], made);
    let again = fixture
        .call("CreateResourceServer", &made)
        .await
        .unwrap_err();
    assert_eq!(again.code, "InvalidParameterException");
    let twice = server(&fixture, "taxi", &["order", "order"]);
    let twice = fixture
        .call("CreateResourceServer", &twice)
        .await
        .unwrap_err();
    assert_eq!(twice.code, "InvalidParameterException");

    // What is left out falls back to nothing.
    let which = json!({ "UserPoolId": fixture.pool, "Identifier": url });
    let mut fewer = which.clone();
    fewer["Name"] = json!("Renamed");
    fixture.call("UpdateResourceServer", &fewer).await.unwrap();
    let described = fixture
        .call("DescribeResourceServer", &which)
        .await
        .unwrap();
    fewer["Scopes"] = json!([]);
    assert_eq!(described["ResourceServer"], fewer);

    for number in 0..24 {
        let more = server(&fixture, &format!("api{number}"), &[]);
        fixture.call("CreateResourceServer", &more).await.unwrap();
    }
    let more = server(&fixture, "api24", &[]);
    let refused = fixture
        .call("CreateResourceServer", &more)
        .await
        .unwrap_err();
    assert_eq!(refused.code, "LimitExceededException");
    let pool = json!({ "UserPoolId": fixture.pool, "MaxResults": 20 });
    let listed = fixture.call("ListResourceServers", &pool).await.unwrap();
    assert_eq!(listed["ResourceServers"].as_array().unwrap().len(), 20);
    assert!(listed["NextToken"].is_string());

    fixture.call("DeleteResourceServer", &which).await.unwrap();
    for operation in ["DescribeResourceServer", "DeleteResourceServer"] {
        let gone = fixture.call(operation, &which).await.unwrap_err();
        assert_eq!(gone.code, "ResourceNotFoundException");
    }
    fixture.stage.stop().await;
}

/// The scopes of an access token for what was asked for.
async fn granted(fixture: &Fixture, asked: &str) -> Option<String> {
    let mut browser = Browser::new(fixture);
    let authorize = fixture.authorize_url(&[("scope", asked)]);
    let back = browser.sign_in(&authorize, "ada@example.com").await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &back.parameter("code")?),
        ("redirect_uri", CALLBACK),
    ];
    let tokens: Value = fixture.token(&form).await.json().await.unwrap();
    let claims = tokens["access_token"].as_str()?.split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    claims["scope"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn a_scope_is_in_the_tokens_of_clients_that_have_it() {
    let fixture = Fixture::new().await;
    fixture.person("ada@example.com").await;
    let allow = |scopes: &[&str]| {
        json!({
            "UserPoolId": fixture.pool,
            "ClientId": fixture.client,
            "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": scopes,
            "CallbackURLs": [CALLBACK],
        })
    };
    let scopes = ["openid", "taxi/order", "https://api.example.com/v1/read"];
    let unknown = fixture.call("UpdateUserPoolClient", &allow(&scopes)).await;
    assert_eq!(unknown.unwrap_err().code, "ScopeDoesNotExistException");
    for (identifier, names) in [
        ("taxi", &["order", "cancel"][..]),
        ("https://api.example.com/v1", &["read"]),
    ] {
        let made = server(&fixture, identifier, names);
        fixture.call("CreateResourceServer", &made).await.unwrap();
    }
    fixture
        .call("UpdateUserPoolClient", &allow(&scopes))
        .await
        .unwrap();
    let other = fixture
        .call("UpdateUserPoolClient", &allow(&["openid", "taxi/rate"]))
        .await;
    assert_eq!(other.unwrap_err().code, "ScopeDoesNotExistException");

    for asked in ["openid taxi/order", "https://api.example.com/v1/read"] {
        assert_eq!(granted(&fixture, asked).await.as_deref(), Some(asked));
    }
    assert_eq!(granted(&fixture, "openid").await.as_deref(), Some("openid"));
    // One that the resource server has, and the client has not.
    let mut browser = Browser::new(&fixture);
    let asked = fixture.authorize_url(&[("scope", "openid taxi/cancel")]);
    let refused = browser.open(&asked).await;
    assert_eq!(refused.parameter("error").as_deref(), Some("invalid_scope"));
    fixture.stage.stop().await;
}
