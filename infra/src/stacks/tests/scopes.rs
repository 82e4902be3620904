//! What the skill asks for, its client allows and may read: Alexa's scopes and those of the client
//! have one source, so that no stack file can set them apart.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::Value;

use super::linking::pools;
use super::{identity, json};
use crate::StackFile;

/// What a token with a scope shows. One that the client may not read makes the token endpoint answer
/// `invalid_grant`
/// ([scopes](https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html#user-pool-settings-attribute-permissions-and-scopes)).
const SHOWN: [(&str, &[&str]); 4] = [
    ("email", &["email", "email_verified"]),
    ("phone", &["phone_number", "phone_number_verified"]),
    ("profile", &["name", "given_name", "preferred_username"]),
    (
        "aws.cognito.signin.user.admin",
        &[
            "email",
            "email_verified",
            "name",
            "phone_number",
            "phone_number_verified",
        ],
    ),
];

const SCOPES: [&str; 5] = [
    "openid",
    "email",
    "phone",
    "profile",
    "aws.cognito.signin.user.admin",
];

fn texts(value: &Value) -> BTreeSet<String> {
    let texts = value.as_array().into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn check(client: &Value, asked: &[String], custom: bool) {
    let allowed = texts(&client["AllowedOAuthScopes"]);
    assert_eq!(allowed, asked.iter().cloned().collect());
    let readable = texts(&client["ReadAttributes"]);
    let shown = SHOWN.iter().filter(|(scope, _)| allowed.contains(*scope));
    for attribute in shown.flat_map(|(_, attributes)| *attributes) {
        assert!(readable.contains(*attribute), "{attribute}: {client}");
    }
    let whole = allowed.contains("profile") || allowed.contains("aws.cognito.signin.user.admin");
    assert!(
        !custom || !whole || readable.contains("custom:plan"),
        "{client}"
    );
}

#[test]
fn the_clients_of_every_preset_may_read_what_they_are_asked_for() {
    for (stack, resources) in pools() {
        let asked: Vec<String> = stack
            .linking
            .scopes
            .iter()
            .map(ToString::to_string)
            .collect();
        check(&resources["UserPoolClient"]["Properties"], &asked, false);
    }
}

proptest! {
    #[test]
    fn a_client_may_read_what_it_is_asked_for(
        sign_in in prop::sample::select(vec!["['email']", "['phone']", "['email', 'phone']", "['username']"]),
        scopes in subsequence(SCOPES.to_vec(), 1..=5).prop_shuffle(),
        web_scopes in subsequence(SCOPES.to_vec(), 1..=5).prop_shuffle(),
        get_user: bool,
        custom: bool,
    ) {
        let source = if get_user { "get-user" } else { "userinfo" };
        let attributes = if custom { "attributes.custom.plan = 'text'\n" } else { "" };
        let text = format!(
            "name = 'guide'\n[identity]\nsign-in = {sign_in}\nrecovery = ['admin-only']\n\
             {attributes}[identity.web-client]\ncallback-urls = ['https://www.example.com']\n\
             scopes = {web_scopes:?}\n[linking]\nprofile-source = '{source}'\nscopes = {scopes:?}\n"
        );
        let owned = |scopes: &[&str]| scopes.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (asked, web_asked) = (owned(&scopes), owned(&web_scopes));
        // What no client could grant is refused with the file.
        let needed = if get_user { "aws.cognito.signin.user.admin" } else { "openid" };
        let grantable = |scopes: &[String]| {
            let has = |scope: &str| scopes.iter().any(|one| one == scope);
            has("openid") || !["email", "phone", "profile"].into_iter().any(has)
        };
        let valid = scopes.contains(&needed) && grantable(&asked) && grantable(&web_asked);
        let stack = StackFile::parse(&text, "stack.toml");
        prop_assert_eq!(stack.is_ok(), valid, "{}\n{:?}", text, stack.err());
        if let Ok(stack) = stack {
            let resources = &json(&identity(&stack))["Resources"];
            check(&resources["UserPoolClient"]["Properties"], &asked, custom);
            check(&resources["WebClient"]["Properties"], &web_asked, custom);
        }
    }
}
