//! A stage stays with its pool, and a pool that is not there is made on a local stage alone.

use serde_json::json;

use super::{Second, made_by_hand};
use crate::console::Console;
use crate::left_alone::described;
use crate::plan::to_do;
use crate::real::Real;
use crate::stage::Stage;

#[test]
fn a_stage_stays_with_the_pool_whose_people_it_has() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let nothing = json!({});
    let [one, other] = ["one", "other"].map(|name| made_by_hand(&console, name, &nothing));
    let of = |pool: &str| format!("identity.user-pool-id = \"{pool}\"\n");
    let second = Second::beside(&stage);
    let deployed = second.done(&of(&one), &["deploy", "--json"]);
    let before = described(&console, &one);
    for stack in [of(&other), String::new()] {
        let refused = second.refused(&stack);
        assert_eq!(refused["code"], "GUARD_USER_POOL", "{refused}");
    }
    // Whoever means it is told what Cognito would refuse half-way.
    let mut arguments = vec!["deploy", "--json"];
    for guard in ["user-pool", "app-client", "domain"] {
        arguments.extend(["--allow", guard]);
    }
    // Another prefix in the same pool is one too many, too.
    let moved = format!("{}identity.domain.prefix = \"others\"\n", of(&one));
    let elsewhere = format!("is the domain of user pool {one} already");
    for (stack, why) in [
        (of(&other), elsewhere.as_str()),
        (String::new(), &elsewhere),
        (moved.clone(), "a pool has one prefix at most"),
    ] {
        let (refused, _) = second.run(&stack, &arguments);
        let refused = refused.json();
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains(why), "{message}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    }

    // The stack is lost, and what was in it is taken up, without the pool.
    console.delete_stack("second-local-identity");
    let refused = second.refused("");
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains(&elsewhere), "{message}");
    let (planned, _) = second.run(&of(&one), &["plan", "--json"]);
    let planned = planned.json();
    assert_eq!(to_do(&planned), ["identity stack"], "{planned}");
    let changes = planned["parts"][0]["changes"].as_array().unwrap().iter();
    let changes: Vec<_> = changes
        .map(|change| {
            (
                change["kind"].as_str().unwrap(),
                change["subject"].as_str().unwrap(),
            )
        })
        .collect();
    let taken_up = ["Branding", "UserPoolClient", "UserPoolDomain"].map(|name| ("imported", name));
    assert_eq!(changes, taken_up);
    let again = second.done(&of(&one), &["deploy", "--json"]);
    assert_eq!(again["clientId"], deployed["clientId"]);
    assert_eq!(described(&console, &one), before);

    // A pool that the stage once made is not forgotten: neither for another new one,
    let tags = json!({ "voicelink:stack": "second", "voicelink:stage": "local" });
    let own = made_by_hand(&console, "own", &json!({ "UserPoolTags": tags }));
    let refused = second.refused("");
    assert_eq!(refused["code"], "USER_POOL", "{refused}");
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains(&own) && message.contains("a second one"),
        "{message}"
    );
    // nor for one that exists already.
    console.delete_stack("second-local-identity");
    let refused = second.refused(&of(&one));
    assert_eq!(refused["code"], "USER_POOL", "{refused}");
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.contains(&own) && message.contains(&one),
        "{message}"
    );
    assert!(stage.end("-TERM"));
}

/// Only a local stage makes it, to try the file out with.
#[test]
fn a_pool_that_is_not_there_is_made_on_a_local_stage_alone() {
    let stack = "name = \"account-guide\"\nidentity.user-pool-id = \"eu-west-1_AbCdEf123\"\n";
    let real = Real::start();
    std::fs::write(real.file("stack.toml"), stack).unwrap();
    let bundle = real.file("bootstrap.zip");
    let bundle = ["--bundle", bundle.to_str().unwrap()];
    for arguments in [
        &["plan", "dev", "--json"][..],
        &["deploy", "dev", "--yes", "--json"],
    ] {
        let refused = real
            .run(&[arguments, &bundle].concat(), &real.developer())
            .json();
        assert_eq!(refused["error"]["code"], "USER_POOL", "{refused}");
        assert_eq!(
            refused["error"]["message"],
            "there is no user pool eu-west-1_AbCdEf123 in eu-west-1 of this account"
        );
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    }
    for (more, people) in [
        ("", "e-mail addresses"),
        (
            "identity.first-factors = [\"password\", \"sms-otp\"]\n\
             identity.domain.existing = \"my-people\"\n\
             linking.scopes = [\"openid\", \"phone\"]\n",
            "phone numbers",
        ),
    ] {
        let stage = Stage::start();
        let stack = format!("identity.user-pool-id = \"eu-west-1_AbCdEf123\"\n{more}");
        let second = Second::beside(&stage);
        let (said, _) = second.run(&stack, &["deploy", "--json"]);
        assert!(said.success, "{}", said.stderr);
        assert!(
            said.stderr.contains(&format!("sign in with {people}")),
            "{}",
            said.stderr
        );
        assert_eq!(said.json()["userPoolId"], "eu-west-1_AbCdEf123");
        let (said, _) = second.run(&stack, &["deploy", "--json"]);
        assert_eq!(said.json()["calls"]["mutating"], 0, "{}", said.stdout);
        assert!(!said.stderr.contains("was made"), "{}", said.stderr);
        second.done(&stack, &["verify", "--json"]);
        assert!(stage.end("-TERM"));
    }
}
