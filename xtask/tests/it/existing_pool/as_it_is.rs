//! What a pool is and has decides whether a skill can sign its people in.

use serde_json::{Value, json};

use super::Second;
use crate::console::Console;
use crate::left_alone::described;
use crate::plan::to_do;
use crate::stage::Stage;

#[test]
fn what_does_not_fit_the_pool_is_refused_before_anything_is_touched() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let second = Second::beside(&stage);
    let elsewhere = "[identity]\nuser-pool-id = \"eu-west-1_AbCdEf123\"\n[stages.local]\nregion = \"us-east-1\"\n";
    let (said, _) = second.run(elsewhere, &["deploy", "--json"]);
    let answer = said.json();
    assert_eq!(answer["error"]["code"], "STACK_FILE", "{answer}");
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("is in eu-west-1, and the home"),
        "{message}"
    );

    let pool = console.cognito(
        "CreateUserPool",
        &json!({ "PoolName": "cheap", "UserPoolTier": "LITE" }),
    );
    let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
    console.cognito(
        "CreateUserPoolDomain",
        &json!({ "UserPoolId": pool, "Domain": "my-people" }),
    );
    let before = described(&console, &pool);
    let named = format!("[identity]\nuser-pool-id = \"{pool}\"\n");
    for (more, why) in [
        ("", "which has no managed login"),
        (
            "pages = \"classic\"\n",
            "it has the domain my-people already, and a pool has one prefix at most",
        ),
        (
            "pages = \"classic\"\ndomain.prefix = \"my-people\"\n",
            "it has the domain my-people already",
        ),
        (
            "pages = \"classic\"\ndomain.existing = \"others\"\n",
            "others is no domain of it",
        ),
        (
            "first-factors = [\"password\", \"email-otp\"]\ndomain.existing = \"my-people\"\n",
            "which has no managed login",
        ),
    ] {
        let refused = second.refused(&format!("{named}{more}"));
        assert_eq!(refused["code"], "USER_POOL", "{refused}");
        let message = refused["message"].as_str().unwrap();
        assert!(message.contains(why), "{why}: {message}");
    }
    // Nobody may look at it.
    console.device(
        "control/faults",
        &json!({ "denied": ["cognito-idp DescribeUserPool"] }),
    );
    let refused = second.refused(&named);
    console.device("control/faults", &json!({}));
    assert_eq!(refused["code"], "USER_POOL", "{refused}");
    assert!(
        refused["message"]
            .as_str()
            .unwrap()
            .contains("may not read")
    );
    assert_eq!(described(&console, &pool), before);
    assert!(stage.end("-TERM"));
}

/// A pool that was made by hand, with classic pages that people sign in at already.
#[test]
fn people_sign_in_at_the_domain_that_a_pool_has() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let role = console.make_text_message_role("sms");
    let input = json!({
        "PoolName": "made by hand",
        "UserPoolTier": "LITE",
        "UsernameAttributes": ["phone_number"],
        "AutoVerifiedAttributes": ["phone_number"],
        "IssuerConfiguration": { "Type": "UPDATED" },
        "SmsConfiguration": { "SnsCallerArn": role, "ExternalId": "x" },
    });
    let made = console.cognito("CreateUserPool", &input);
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let domain = json!({ "UserPoolId": pool, "Domain": "my-people" });
    console.cognito("CreateUserPoolDomain", &domain);
    let before = described(&console, &pool);
    let second = Second::beside(&stage);
    let stack = format!(
        "[identity]\nuser-pool-id = \"{pool}\"\npages = \"classic\"\n\
         domain.existing = \"my-people\"\n[linking]\nscopes = [\"openid\", \"phone\"]\n"
    );
    // Whoever may not look at the pools of others is told so, and goes on.
    let denied = json!({ "denied": ["cognito-idp ListUserPools"] });
    console.device("control/faults", &denied);
    let (planned, code) = second.run(&stack, &["plan", "--json"]);
    console.device("control/faults", &json!({}));
    assert_eq!(code, Some(2), "{}", planned.stderr);
    assert!(
        planned.stderr.contains("skipped the check whether"),
        "{}",
        planned.stderr
    );
    let deployed = second.done(&stack, &["deploy", "--json"]);
    assert_eq!(deployed["userPoolId"], pool.as_str());
    let again = second.done(&stack, &["deploy", "--json"]);
    assert_eq!(again["calls"]["mutating"], 0, "{again}");
    assert_eq!(described(&console, &pool), before);

    // What it is called in tokens is read from it, and the skill follows.
    second.done(&stack, &["verify", "--json"]);
    crate::drift::change_pool(&console, &pool, |pool| {
        pool["IssuerConfiguration"] = json!({ "Type": "ORIGINAL" });
    });
    // The function expects the old name until it is deployed.
    let (verified, _) = second.run(&stack, &["verify", "--json"]);
    let verified = verified.json();
    assert_eq!(crate::real::failed(&verified), ["issuer", "key set"]);
    let hint = verified["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("deploy again"), "{hint}");
    assert!(!hint.contains("identity.issuer"), "{hint}");
    let (planned, _) = second.run(&stack, &["plan", "--json"]);
    let planned = planned.json();
    assert_eq!(to_do(&planned), ["skill stack us-east-1"], "{planned}");
    assert_eq!(planned["refused"], Value::Null);
    second.done(&stack, &["deploy", "--json"]);
    second.done(&stack, &["verify", "--json"]);

    // The stack is lost. The domain is still somebody else's, though the stage has a client there.
    console.delete_stack("second-local-identity");
    let made = stack.replace("domain.existing", "domain.prefix");
    let refused = second.refused(&made);
    assert_eq!(refused["code"], "USER_POOL", "{refused}");
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains("it has the domain my-people already"),
        "{message}"
    );
    let hint = refused["hint"].as_str().unwrap();
    assert!(hint.contains("existing = \"my-people\""), "{hint}");
    // All else is as the stage has left it.
    let (planned, _) = second.run(&stack, &["plan", "--json"]);
    let planned = planned.json();
    assert_eq!(to_do(&planned), ["identity stack"], "{planned}");
    let again = second.done(&stack, &["deploy", "--json"]);
    assert_eq!(again["clientId"], deployed["clientId"]);
    assert!(stage.end("-TERM"));
}
