use super::*;

fn request() -> Value {
    json!({
        "type": "AUTH_CODE",
        "authorizationUrl": "https://example.com/oauth2/authorize",
        "accessTokenUrl": "http://localhost:1234/oauth2/token",
        "clientId": "client",
        "clientSecret": "hidden",
        "accessTokenScheme": "HTTP_BASIC",
        "scopes": ["openid", "email"],
    })
}

fn put(change: impl FnOnce(&mut Value)) -> Result<Accepted, Vec<String>> {
    let mut request = request();
    change(&mut request);
    let mut body = Map::new();
    body.insert("accountLinkingRequest".to_owned(), request);
    parse(&body, "etag".to_owned()).map_err(|violations| {
        violations
            .iter()
            .map(|violation| violation.message().to_owned())
            .collect()
    })
}

#[track_caller]
fn refused(message: &str, change: impl FnOnce(&mut Value)) {
    assert_eq!(put(change).unwrap_err(), [message]);
}

#[test]
fn the_secret_is_kept_and_never_answered() {
    let accepted = put(|request| request["skipOnEnablement"] = "true".into()).unwrap();
    assert_eq!(
        accepted.linking.document,
        json!({
            "type": "AUTH_CODE",
            "authorizationUrl": "https://example.com/oauth2/authorize",
            "accessTokenUrl": "http://localhost:1234/oauth2/token",
            "clientId": "client",
            "accessTokenScheme": "HTTP_BASIC",
            "scopes": ["openid", "email"],
            "skipOnEnablement": true,
            "domains": [],
        })
    );
    assert!(!format!("{accepted:?}").contains("hidden"));
    assert!(accepted.linking.skip_on_enablement);
    assert_eq!(accepted.pkce, None);
}

#[test]
fn an_unwrapped_body_is_an_empty_one() {
    let Value::Object(body) = request() else {
        unreachable!()
    };
    let found = parse(&body, String::new()).unwrap_err();
    assert_eq!(found, [Violation::empty_body()]);
}

#[test]
fn a_code_grant_needs_its_secret() {
    refused("clientSecret is missing.", |request| {
        request["clientSecret"] = Value::Null;
    });
    refused("accessTokenScheme is missing.", |request| {
        request["accessTokenScheme"] = Value::Null;
    });
    refused("accessTokenUrl is missing.", |request| {
        request["accessTokenUrl"] = Value::Null;
    });
}

#[test]
fn an_implicit_grant_needs_none() {
    let accepted = put(|request| {
        *request = json!({
            "type": "IMPLICIT",
            "authorizationUrl": "https://example.com/authorize",
            "clientId": "client",
        });
    });
    assert!(matches!(accepted.unwrap().linking.grant, Grant::Implicit));
}

#[test]
fn urls_are_https_unless_loopback() {
    for url in [
        "http://example.com/",
        "https://example.com:8443/",
        "ftp://localhost/",
    ] {
        let found = put(|request| request["authorizationUrl"] = url.into()).unwrap_err();
        assert!(found[0].contains("not an https URL"), "{found:?}");
    }
}

#[test]
fn lists_are_limited() {
    refused(
        "Array at \"$.accountLinkingRequest.scopes\" has 16 items; at most 15 are allowed.",
        |request| request["scopes"] = (0..16).map(|index| index.to_string()).collect(),
    );
}

#[test]
fn pkce_is_s256_or_nothing() {
    let with = |value: Value| put(|request| request["pkceConfiguration"] = value);
    assert_eq!(
        with(json!({ "status": "ENABLED" })).unwrap().pkce,
        Some(true)
    );
    assert_eq!(
        with(json!({ "status": "DISABLED" })).unwrap().pkce,
        Some(false)
    );
    assert!(with(json!({ "status": "ENABLED", "codeChallengeMethod": "plain" })).is_err());
}

#[test]
fn an_unknown_property_is_refused() {
    refused(
        "Object instance at \"$.accountLinkingRequest\" has a property that is not allowed: \
         clientsecret.",
        |request| {
            request["clientsecret"] = "x".into();
        },
    );
}
