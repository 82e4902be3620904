use proptest::prelude::*;

use super::*;

fn document() -> Value {
    json!({"accountLinkingRequest": {
        "type": "AUTH_CODE",
        "authorizationUrl": "https://auth.example.com/oauth2/authorize",
        "clientId": "1example23456789",
        "scopes": ["openid", "email"],
        "accessTokenUrl": "https://auth.example.com/oauth2/token",
        "accessTokenScheme": "HTTP_BASIC",
        "skipOnEnablement": true,
    }})
}

fn linking() -> AccountLinking {
    AccountLinking::from_document(&document()).unwrap()
}

fn response(change: impl FnOnce(&mut Value)) -> AccountLinkingResponse {
    let mut stored = document()["accountLinkingRequest"].take();
    change(&mut stored);
    AccountLinkingResponse::from(json!({"accountLinkingResponse": stored}))
}

#[test]
fn a_document_survives_reading_and_writing() {
    assert_eq!(linking().to_document(), document());
}

#[test]
fn the_wire_has_the_secret_and_nothing_else_does() {
    let request = AccountLinkingRequest::new(linking(), Some("s3cr3t".into())).unwrap();
    assert!(!format!("{request:?}").contains("s3cr3t"));
    assert!(
        !request
            .linking()
            .to_document()
            .to_string()
            .contains("s3cr3t")
    );

    let wire: Value = serde_json::from_str(request.to_wire().expose_secret()).unwrap();
    let mut expected = document();
    expected["accountLinkingRequest"]["clientSecret"] = "s3cr3t".into();
    assert_eq!(wire, expected);
}

#[test]
fn documents_that_the_service_would_refuse_are_refused_here() {
    let refuse = |document: Value| {
        AccountLinking::from_document(&document)
            .unwrap_err()
            .to_string()
    };
    let with = |field: &str, value: Value| {
        let mut document = document();
        document["accountLinkingRequest"][field] = value;
        document
    };
    assert!(refuse(document()["accountLinkingRequest"].take()).contains("must be wrapped"));
    assert!(refuse(with("clientSecret", "x".into())).contains("does not belong"));
    assert!(refuse(with("skipOnEnablement", "true".into())).contains("boolean"));
    assert!(refuse(with("accessTokenScheme", "BASIC".into())).contains("`HTTP_BASIC`"));
    assert!(refuse(with("domains", json!(vec!["example.com"; 16]))).contains("16 domains"));
    assert!(refuse(with("domains", json!(["https://example.com"]))).contains("without scheme"));
    assert!(refuse(with("scopes", json!(["openid email"]))).contains("`openid email`"));
    let plain = with("authorizationUrl", "http://auth.example.com".into());
    assert!(refuse(plain).contains("https://"));
}

#[test]
fn the_code_grant_needs_endpoint_scheme_and_secret() {
    let secret = || Some(SecretString::from("s3cr3t"));
    let missing = |linking, secret| {
        AccountLinkingRequest::new(linking, secret)
            .unwrap_err()
            .to_string()
    };
    assert!(missing(linking(), None).contains("`clientSecret`"));
    let mut without = linking();
    without.access_token_url = None;
    assert!(missing(without.clone(), secret()).contains("`accessTokenUrl`"));
    without.grant = AccountLinkingType::Implicit;
    without.access_token_scheme = None;
    assert!(AccountLinkingRequest::new(without, None).is_ok());
}

#[test]
fn what_the_service_adds_reorders_or_withholds_is_no_difference() {
    let found = response(|stored| {
        stored["scopes"] = json!(["email", "openid"]);
        stored["domains"] = json!([]);
        stored["defaultTokenExpirationInSeconds"] = 3600.into();
        stored["voiceForwardAccountLinking"] = "ENABLED".into();
        stored["somethingNew"] = json!({"a": 1});
        stored["skipOnEnablement"] = "true".into();
    });
    assert_eq!(linking().compare(&found), Comparison::default());

    let flat = AccountLinkingResponse::from(document()["accountLinkingRequest"].take());
    assert_eq!(linking().compare(&flat), Comparison::default());
    assert_eq!(flat.client_id(), Some(linking().client_id));
}

#[test]
fn what_is_not_decided_here_goes_back_as_it_was() {
    let found = response(|stored| {
        stored["domains"] = json!(["example.com"]);
        stored["defaultTokenExpirationInSeconds"] = 3600.into();
        stored["somethingNew"] = json!({"a": 1});
        stored["nothing"] = Value::Null;
        stored["clientId"] = "other".into();
    });
    let left_alone = linking().left_alone(&found, None);
    assert_eq!(
        Value::Object(left_alone.clone()),
        json!({"defaultTokenExpirationInSeconds": 3600, "somethingNew": {"a": 1}})
    );
    let request = AccountLinkingRequest::new(linking(), Some("s3cr3t".into())).unwrap();
    let request = request.beside(left_alone);
    let wire: Value = serde_json::from_str(request.to_wire().expose_secret()).unwrap();
    let mut expected = document();
    expected["accountLinkingRequest"]["clientSecret"] = "s3cr3t".into();
    expected["accountLinkingRequest"]["defaultTokenExpirationInSeconds"] = 3600.into();
    expected["accountLinkingRequest"]["somethingNew"] = json!({"a": 1});
    assert_eq!(wire, expected);

    // What the last deployment wrote and nobody wants any more goes.
    let mut applied = linking();
    applied.default_token_expiration_in_seconds = Some(3600);
    let left_alone = linking().left_alone(&found, Some(&applied));
    assert_eq!(left_alone.keys().collect::<Vec<_>>(), ["somethingNew"]);
    let given_up = linking().given_up(&found, &applied);
    assert_eq!(
        given_up[0].to_string(),
        "defaultTokenExpirationInSeconds: wanted null, found 3600"
    );
    applied.default_token_expiration_in_seconds = Some(60);
    assert_eq!(linking().given_up(&found, &applied), []);
}

#[test]
fn what_is_not_returned_is_unconfirmed() {
    let found = response(|stored| stored["skipOnEnablement"] = Value::Null);
    let comparison = linking().compare(&found);
    assert!(comparison.agrees());
    assert_eq!(comparison.unconfirmed, ["skipOnEnablement"]);
}

/// No published schema has the field: a service that does not know it says nothing.
#[test]
fn pkce_is_there_only_if_the_answer_says_so() {
    let mut wanted = linking();
    wanted.pkce_configuration = Some(PkceConfiguration::S256);
    assert!(!wanted.compare(&response(|_| ())).agrees());
    let answered = |pkce: Value| response(|stored| stored["pkceConfiguration"] = pkce.clone());
    let off = answered(json!({ "status": "DISABLED" }));
    assert!(!wanted.compare(&off).agrees());
    let on = answered(json!({ "status": "ENABLED", "codeChallengeMethod": "S256" }));
    assert!(wanted.compare(&on).agrees());
    // Whoever does not ask for it takes what there is.
    assert!(linking().compare(&on).agrees());
}

#[test]
fn a_difference_names_field_and_both_values() {
    let found = response(|stored| {
        stored["clientId"] = "other".into();
        stored["domains"] = json!(["example.com"]);
    });
    let shown: Vec<_> = linking()
        .compare(&found)
        .differences
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        shown,
        [
            r#"clientId: wanted "1example23456789", found "other""#,
            r#"domains: wanted null, found ["example.com"]"#,
        ]
    );
    let dropped = response(|stored| stored["scopes"] = Value::Null);
    assert_eq!(linking().compare(&dropped).differences[0].field, "scopes");
}

proptest! {
    #[test]
    fn lists_hold_up_to_fifteen_entries(count in 0..40_usize) {
        let entries: Vec<String> = (0..count).map(|n| format!("scope{n}")).collect();
        prop_assert_eq!(Scopes::try_from(entries.clone()).is_ok(), count <= MAX_ENTRIES);
        prop_assert_eq!(Domains::try_from(entries).is_ok(), count <= MAX_ENTRIES);
    }

    #[test]
    fn any_secret_reaches_the_wire_unchanged(secret in "\\PC+") {
        let request = AccountLinkingRequest::new(linking(), Some(secret.clone().into())).unwrap();
        let wire: Value = serde_json::from_str(request.to_wire().expose_secret()).unwrap();
        prop_assert_eq!(wire["accountLinkingRequest"]["clientSecret"].as_str(), Some(&*secret));
    }
}
