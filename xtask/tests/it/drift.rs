//! What somebody changes by hand is found, told field by field, and put back.

use reqwest::Method;
use serde_json::{Value, json};

use crate::console::{Console, only_pool};
use crate::plan::{to_do, with};
use crate::stage::Stage;

/// The configuration that a description shows, as somebody sends it back with a change.
fn changed(mut description: Value, about: &[&str], change: impl FnOnce(&mut Value)) -> Value {
    let members = description.as_object_mut().unwrap();
    members.retain(|name, _| !about.contains(&name.as_str()));
    change(&mut description);
    description
}

/// Changes a pool as its console does: the whole configuration is written.
pub(crate) fn change_pool(console: &Console<'_>, pool: &str, change: impl FnOnce(&mut Value)) {
    let about = [
        "Arn",
        "CreationDate",
        "CustomDomain",
        "Domain",
        "EstimatedNumberOfUsers",
        "Id",
        "LastModifiedDate",
        "Name",
        "SchemaAttributes",
        "UsernameAttributes",
        "UsernameConfiguration",
    ];
    let described = console.cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
    let mut input = changed(described["UserPool"].clone(), &about, change);
    // The plan has no such setting, though it is shown.
    if input["UserPoolTier"] == "LITE" {
        input["AcrConfiguration"].take();
    }
    input["UserPoolId"] = json!(pool);
    console.cognito("UpdateUserPool", &input);
}

fn client_of(console: &Console<'_>, pool: &str) -> Value {
    let input = json!({ "UserPoolId": pool, "MaxResults": 10 });
    let clients = console.cognito("ListUserPoolClients", &input);
    let id = &clients["UserPoolClients"][0]["ClientId"];
    let input = json!({ "UserPoolId": pool, "ClientId": id });
    console.cognito("DescribeUserPoolClient", &input)["UserPoolClient"].clone()
}

pub(crate) fn change_client(console: &Console<'_>, pool: &str, change: impl FnOnce(&mut Value)) {
    let about = [
        "ClientSecret",
        "ClientType",
        "CreationDate",
        "LastModifiedDate",
    ];
    let input = changed(client_of(console, pool), &about, change);
    console.cognito("UpdateUserPoolClient", &input);
}

/// The paths of the fields that a step of a plan changes.
fn fields(plan: &Value, step: &str) -> Vec<String> {
    let parts = plan["parts"]
        .as_array()
        .or(plan["status"]["drift"].as_array());
    let part = parts.unwrap().iter().find(|part| part["step"] == step);
    let changes = part.unwrap()["changes"].as_array().unwrap().iter();
    let fields = changes.flat_map(|change| {
        let fields = change["fields"].as_array().unwrap().iter();
        fields.map(move |field| {
            let path = field["path"].as_array().unwrap().iter();
            let path: Vec<_> = path.map(|name| name.as_str().unwrap()).collect();
            format!("{}/{}", change["subject"].as_str().unwrap(), path.join("/"))
        })
    });
    fields.collect()
}

fn deploy(stage: &Stage) -> Value {
    let (said, _) = with(stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    said.json()
}

fn planned(stage: &Stage) -> Value {
    let (said, _) = with(stage, "", &["plan", "--json"]);
    let plan = said.json();
    assert_eq!(plan["calls"]["mutating"], 0, "{plan}");
    plan
}

fn status(stage: &Stage) -> Value {
    with(stage, "", &["status", "--json"]).0.json()
}

#[test]
fn what_was_changed_in_cognito_is_put_back() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    deploy(&stage);
    assert_eq!(status(&stage)["status"]["drift"], json!([]));
    let pool = only_pool(&console);
    let before = client_of(&console, &pool);

    // Some of it is in the template, and some of it is not.
    change_pool(&console, &pool, |pool| {
        pool["Policies"]["PasswordPolicy"]["MinimumLength"] = json!(6);
        pool["UserPoolAddOns"] = json!({ "AdvancedSecurityMode": "OFF" });
    });
    change_client(&console, &pool, |client| {
        client["CallbackURLs"] = json!(["https://example.com/"]);
        client["RefreshTokenValidity"] = json!(1);
        client["AuthSessionValidity"] = json!(5);
    });
    let expected = [
        "UserPool/Policies/PasswordPolicy/MinimumLength",
        "UserPool/UserPoolAddOns",
        "UserPoolClient/CallbackURLs",
        "UserPoolClient/RefreshTokenValidity",
        "UserPoolClient/AuthSessionValidity",
    ];
    let plan = planned(&stage);
    assert_eq!(to_do(&plan), ["drift"], "{plan}");
    assert_eq!(plan["refused"], Value::Null);
    assert_eq!(fields(&plan, "drift"), expected);
    assert_eq!(fields(&status(&stage), "drift"), expected);

    deploy(&stage);
    let after = client_of(&console, &pool);
    for name in [
        "CallbackURLs",
        "RefreshTokenValidity",
        "AuthSessionValidity",
        "ClientSecret",
    ] {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_eq!(to_do(&planned(&stage)), [""; 0]);
    assert_eq!(deploy(&stage)["calls"]["mutating"], 0);
    assert!(stage.end("-TERM"));
}

#[test]
fn what_no_template_mentions_is_written_whole() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    deploy(&stage);
    let pool = only_pool(&console);
    let describe = || console.cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
    let before = describe();
    change_pool(&console, &pool, |pool| {
        pool["VerificationMessageTemplate"]["DefaultEmailOption"] = json!("CONFIRM_WITH_LINK");
    });
    let field = "UserPool/VerificationMessageTemplate/DefaultEmailOption";
    assert_eq!(fields(&planned(&stage), "drift"), [field]);
    deploy(&stage);
    let mut after = describe();
    // The second deployment was tried out by one more person.
    for name in ["LastModifiedDate", "EstimatedNumberOfUsers"] {
        after["UserPool"][name] = before["UserPool"][name].clone();
    }
    assert_eq!(after, before);
    assert!(stage.end("-TERM"));
}

#[test]
fn a_message_that_was_changed_by_hand_is_put_back_by_both_of_its_names() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    deploy(&stage);
    let pool = only_pool(&console);
    change_pool(&console, &pool, |pool| {
        pool["EmailVerificationMessage"] = json!("by hand {####}");
    });
    let expected = [
        "UserPool/VerificationMessageTemplate/EmailMessage",
        "UserPool/EmailVerificationMessage",
    ];
    assert_eq!(fields(&planned(&stage), "drift"), expected);
    deploy(&stage);
    let after = console.cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
    assert_eq!(after["UserPool"]["EmailVerificationMessage"], Value::Null);
    assert_eq!(to_do(&planned(&stage)), [""; 0]);
    assert!(stage.end("-TERM"));
}

/// What this version of Cognito shows beside what the deployer writes is carried over or left alone, and is
/// no reason to give up (real pools always show some of it).
#[test]
fn a_pool_with_settings_of_its_own_is_put_back_around_them() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    deploy(&stage);
    let pool = only_pool(&console);
    let describe = || console.cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
    let names = json!({ "Level1": { "AcrValue": "urn:example:1" } });
    let registration = json!({ "EnableStatus": "Enabled" });
    change_pool(&console, &pool, |pool| {
        pool["AcrConfiguration"]["Level1"] = names["Level1"].clone();
    });
    let plan = planned(&stage);
    assert_eq!(
        fields(&plan, "drift"),
        ["UserPool/AcrConfiguration/Level1/AcrValue"]
    );
    // Anybody could register an app client, and leaving it out would keep it so.
    change_pool(&console, &pool, |pool| {
        pool["DcrConfiguration"] = registration.clone();
    });
    assert!(fields(&planned(&stage), "drift").contains(&"UserPool/DcrConfiguration".to_owned()));
    deploy(&stage);
    let after = describe();
    assert_eq!(
        after["UserPool"]["AcrConfiguration"]["Level1"]["AcrValue"],
        "urn:cognito:loa:1"
    );
    assert_eq!(
        after["UserPool"]["DcrConfiguration"]["EnableStatus"],
        "Disabled"
    );
    assert_eq!(to_do(&planned(&stage)), [""; 0]);
    assert!(stage.end("-TERM"));
}

#[test]
fn a_function_and_its_alias_are_put_back() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let said = deploy(&stage);
    let function = "2015-03-31/functions/account-guide-local";
    let configuration = json!({ "Timeout": 3, "MemorySize": 128 });
    let path = format!("{function}/configuration");
    console.lambda(Method::PUT, &path, &configuration);
    let path = format!("{function}/aliases/live");
    console.lambda(Method::PUT, &path, &json!({ "FunctionVersion": "$LATEST" }));

    let plan = planned(&stage);
    assert_eq!(to_do(&plan), ["drift us-east-1"], "{plan}");
    let found = fields(&plan, "drift us-east-1");
    for name in [
        "Alias/FunctionVersion",
        "Function/MemorySize",
        "Function/Timeout",
    ] {
        assert!(found.iter().any(|field| field == name), "{name}: {found:?}");
    }
    assert_eq!(fields(&status(&stage), "drift us-east-1"), found);
    let again = deploy(&stage);
    assert_eq!(again["skillId"], said["skillId"]);
    assert_eq!(to_do(&planned(&stage)), [""; 0]);
    assert!(stage.end("-TERM"));
}

#[test]
fn a_deleted_domain_is_made_again() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    deploy(&stage);
    let pool = only_pool(&console);
    let described = console.cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
    let domain = &described["UserPool"]["Domain"];
    let input = json!({ "UserPoolId": pool, "Domain": domain });
    console.cognito("DeleteUserPoolDomain", &input);
    let plan = planned(&stage);
    assert_eq!(to_do(&plan), ["drift"], "{plan}");
    deploy(&stage);
    let described = console.cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
    assert_eq!(&described["UserPool"]["Domain"], domain);
    assert!(stage.end("-TERM"));
}
