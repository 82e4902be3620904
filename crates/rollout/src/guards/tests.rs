//! Guards, on plans of rendered templates.

use std::collections::{BTreeMap, HashSet};

use super::found::lost;
use super::*;
use crate::aws::stack::{Import, take_up};
use crate::diff::LiveUsers;
use crate::diff::change::{Change, Kind, Replacement};
use crate::diff::{Part, stack};
use crate::immutable_pool_settings::{Attribute, ImmutablePoolSettings};
use crate::progress::Step;
use crate::template::Template;

fn template(text: &str, parameters: &[(&str, &str)]) -> Template {
    let stack = infra::StackFile::parse(&format!("name = \"guide\"\n{text}"), "stack.toml");
    let yaml = infra::stacks::identity(&stack.unwrap()).to_yaml().unwrap();
    let mut values: BTreeMap<String, String> = [
        ("Stage", "dev"),
        ("DomainPrefix", "guide-dev"),
        (
            "RedirectUris",
            "https://a.example.com,https://b.example.com",
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for (name, value) in parameters {
        values.insert((*name).to_owned(), (*value).to_owned());
    }
    Template::read(&yaml, &values).unwrap()
}

fn live() -> LivePool {
    let attribute = |name: &str, required| {
        let attribute = Attribute {
            data_type: "String".to_owned(),
            required,
            mutable: name != "sub",
            least: None,
            most: None,
        };
        (name.to_owned(), attribute)
    };
    let seats = Attribute {
        data_type: "Number".to_owned(),
        required: false,
        mutable: true,
        least: Some("1".to_owned()),
        most: Some("9".to_owned()),
    };
    let schema = [
        ("sub", true),
        ("name", true),
        ("email", false),
        ("plan", false),
    ];
    let made_with = ImmutablePoolSettings {
        username_attributes: ["email".to_owned()].into(),
        schema: (schema.into_iter())
            .map(|(name, required)| attribute(name, required))
            .chain([("seats".to_owned(), seats)])
            .collect(),
        ..ImmutablePoolSettings::default()
    };
    LivePool {
        made_with,
        issuer: "ORIGINAL".to_owned(),
    }
}

fn guards(after: &Template) -> HashSet<Guard> {
    let found = between(&template("", &[]), after);
    found.into_iter().map(|finding| finding.guard).collect()
}

fn between(before: &Template, after: &Template) -> Vec<Finding> {
    let (changes, unchanged) = stack::changes(Some(before), after);
    let part = Part {
        changes,
        unchanged,
        ..Part::nothing(Step::Identity)
    };
    findings(&part, Some(&live()))
}

/// Whichever of the two pools the stage has made.
#[test]
fn the_people_of_another_pool_are_other_people() {
    let of = |pool: &str| template(&format!("identity.user-pool-id = \"{pool}\"\n"), &[]);
    let own = template("", &[]);
    let [one, other] = ["eu-west-1_AbCdEf123", "eu-west-1_Other1234"].map(of);
    for (before, after, told) in [
        (&own, &one, "no longer to the stage's own user pool"),
        (&one, &own, "to the stage's own user pool and no longer"),
        (&one, &other, "no longer to user pool eu-west-1_AbCdEf123"),
    ] {
        let found = between(before, after);
        for guard in [Guard::UserPool, Guard::AppClient, Guard::Domain] {
            assert!(found.iter().any(|one| one.guard == guard), "{found:?}");
        }
        assert_eq!(found[0].guard, Guard::UserPool, "{found:?}");
        assert!(found.iter().any(|one| one.what.contains(told)), "{found:?}");
    }
    assert_eq!(between(&one, &one), []);
}

/// Asked for or not; its description may change.
#[test]
fn a_scope_stays_once_it_is_there() {
    let of = |servers: &str| template(&format!("[identity.resource-servers]\n{servers}"), &[]);
    let taxi = of("taxi = { order = 'Order taxis', cancel = 'Cancel them' }");
    for kept in [
        "taxi = { order = 'Order a taxi', cancel = 'Cancel it' }",
        "taxi = { order = 'Order taxis', cancel = 'Cancel them', rate = 'Rate them' }\nbus = {}",
    ] {
        assert_eq!(between(&taxi, &of(kept)), []);
    }
    for (after, told) in [
        (
            "taxi = { order = 'Order taxis' }",
            "scopes would be removed: taxi/cancel",
        ),
        (
            "bus = { order = 'Order' }",
            "ResourceServerTaxi would be removed, with all its scopes",
        ),
    ] {
        let found = between(&taxi, &of(after));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].guard, found[0].what.as_str()),
            (Guard::Scopes, told)
        );
    }
}

#[test]
fn nothing_is_found_in_nothing() {
    assert!(guards(&template("", &[])).is_empty());
    assert!(guards(&template("[identity]\nself-sign-up = false\n", &[])).is_empty());
    let web = "[identity.web-client]\ncallback-urls = [\"https://www.example.com/in\"]\n";
    assert!(guards(&template(web, &[])).is_empty());
}

#[test]
fn each_guard_finds_its_own() {
    let cases = [
        (template("", &[("DomainPrefix", "other")]), Guard::Domain),
        (
            template("[identity.tokens]\nrefresh = \"30d\"\n", &[]),
            Guard::LinkLifetime,
        ),
        (
            template(
                "[identity]\nsign-in = [\"phone\"]\nrecovery = [\"phone\"]\n",
                &[],
            ),
            Guard::SignInAttributes,
        ),
        (
            template("identity.issuer = \"updated\"\n", &[]),
            Guard::Issuer,
        ),
        (
            template("", &[("RedirectUris", "https://a.example.com")]),
            Guard::RedirectUris,
        ),
    ];
    for (after, guard) in cases {
        assert!(
            guards(&after).contains(&guard),
            "{guard}: {:?}",
            guards(&after)
        );
    }
}

/// The stack that it was in is gone, and with it the template that said what it is called.
#[test]
fn a_pool_that_is_taken_up_again_keeps_its_issuer() {
    let file = |form: &str| template(&format!("identity.issuer = \"{form}\"\n"), &[]);
    let identifier = [("UserPoolId".to_owned(), "eu-west-1_AbCdEf123".to_owned())];
    let import = Import {
        logical: "UserPool".to_owned(),
        resource_type: "AWS::Cognito::UserPool".to_owned(),
        identifier: identifier.into(),
    };
    for (name, form, other) in [
        ("original", "ORIGINAL", "UPDATED"),
        ("updated", "UPDATED", "ORIGINAL"),
    ] {
        let after = file(name);
        let (mut changes, _) = stack::changes(None, &after);
        changes.retain(|change| change.subject == import.logical);
        take_up(&mut changes[0], &import, &after);
        let part = Part {
            changes,
            ..Part::nothing(Step::Identity)
        };
        let found = |issuer: &str| {
            let issuer = issuer.to_owned();
            let live = LivePool { issuer, ..live() };
            findings(&part, Some(&live))
        };
        assert_eq!(found(form), []);
        let [finding] = &found(other)[..] else {
            panic!("{:?}", found(other));
        };
        assert_eq!(finding.guard, Guard::Issuer);
        assert!(finding.what.contains(&format!("{form} instead of {other}")));
    }
}

#[test]
fn attributes_are_added_and_neither_taken_away_nor_changed() {
    let custom = |custom: &str| template(&format!("identity.attributes.custom = {custom}\n"), &[]);
    let seats = "seats = { type = 'number', min = 1, max = 9 }";
    let before = custom(&format!("{{ plan = 'text', {seats} }}"));
    let cases = [
        ("plan = 'text', member = 'boolean'", seats, 0),
        ("plan = 'number'", seats, 1),
        ("member = 'boolean'", seats, 1),
        // A text has these limits anyway.
        (
            "plan = { type = 'text', min-length = 0, max-length = 2048 }",
            seats,
            0,
        ),
        ("plan = { type = 'text', max-length = 20 }", seats, 1),
        ("plan = 'text'", "seats = 'number'", 1),
        (
            "plan = 'text'",
            "seats = { type = 'number', min = 1, max = 10 }",
            1,
        ),
    ];
    for (plan, seats, expected) in cases {
        let after = format!("{{ {plan}, {seats} }}");
        let (changes, unchanged) = stack::changes(Some(&before), &custom(&after));
        let part = Part {
            changes,
            unchanged,
            ..Part::nothing(Step::Identity)
        };
        let found = findings(&part, Some(&live()));
        let found = found
            .iter()
            .filter(|found| found.guard == Guard::SignInAttributes);
        assert_eq!(found.count(), expected, "{after}");
    }
}

#[test]
fn other_accounts_are_a_loss_and_the_first_ones_are_not() {
    let function = |client: Option<&str>| {
        let text = r#"{"Resources": {"Function": {"Type": "AWS::Lambda::Function",
            "Properties": {"Environment": {"Variables": {"VOICELINK_CLIENT_ID": "@"}}}}}}"#;
        client.map(|client| Template::read(&text.replace('@', client), &BTreeMap::new()).unwrap())
    };
    let found = |before: Option<&str>, live: bool| {
        let after = function(Some("amzn1.application-oa2-client.b")).unwrap();
        let (changes, _) = stack::changes(function(before).as_ref(), &after);
        let live_users = live.then_some(LiveUsers::AtOnce);
        let part = Part {
            live_users,
            changes,
            ..Part::nothing(Step::SkillStack("us-east-1".parse().unwrap()))
        };
        let found = findings(&part, None).into_iter();
        found.map(|finding| finding.guard).collect::<Vec<_>>()
    };
    assert_eq!(found(None, true), []);
    assert_eq!(found(Some("amzn1.application-oa2-client.b"), true), []);
    assert_eq!(found(Some("1example23456789"), false), [Guard::AppClient]);
    assert_eq!(
        found(Some("1example23456789"), true),
        [Guard::AppClient, Guard::Live]
    );
}

#[test]
fn a_longer_lifetime_and_another_redirect_are_no_loss() {
    let before = template("[identity.tokens]\nrefresh = \"30d\"\n", &[]);
    let uris = "https://a.example.com,https://b.example.com,https://c.example.com";
    let (changes, _) = stack::changes(Some(&before), &template("", &[("RedirectUris", uris)]));
    let part = Part {
        changes,
        ..Part::nothing(Step::Identity)
    };
    assert_eq!(findings(&part, Some(&live())), []);
}

#[test]
fn a_web_page_keeps_its_client_and_may_shorten_its_sign_ins() {
    let web = |urls: &str, rest: &str| {
        let text = format!("[identity.web-client]\ncallback-urls = {urls}\n{rest}");
        template(&text, &[])
    };
    let before = web(
        r#"["https://a.example.com/in", "https://b.example.com/in"]"#,
        "",
    );
    let found = |after: &Template| {
        let (changes, _) = stack::changes(Some(&before), after);
        let part = Part {
            changes,
            // What is certified does not name it.
            live_users: Some(LiveUsers::AtOnce),
            ..Part::nothing(Step::Identity)
        };
        findings(&part, Some(&live()))
    };
    let fewer = found(&web(r#"["https://a.example.com/in"]"#, ""));
    let [finding] = fewer.as_slice() else {
        panic!("{fewer:?}");
    };
    assert_eq!(finding.guard, Guard::RedirectUris);
    assert_eq!(
        finding.what,
        "the web page's client would no longer redirect to https://b.example.com/in"
    );
    let shorter = "refresh = \"1d\"\n";
    let both = r#"["https://a.example.com/in", "https://b.example.com/in"]"#;
    assert_eq!(found(&web(both, shorter)), []);
    let gone = found(&template("", &[]));
    assert_eq!(
        gone.iter().map(|one| one.guard).collect::<Vec<_>>(),
        [Guard::AppClient]
    );
    assert_eq!(gone[0].what, "WebClient would be removed");
}

#[test]
fn what_holds_people_is_neither_removed_nor_replaced() {
    for (kind, guard) in [
        ("AWS::Cognito::UserPool", Guard::UserPool),
        ("AWS::Cognito::UserPoolClient", Guard::AppClient),
        ("AWS::Cognito::UserPoolDomain", Guard::Domain),
        ("AWS::Route53::RecordSet", Guard::Domain),
    ] {
        let mut change = Change::new(Kind::Removed, "It", Vec::new());
        change.resource_type = Some(kind.to_owned());
        assert_eq!(lost(&change).unwrap().guard, guard);
        change.kind = Kind::Changed;
        assert_eq!(lost(&change), None);
        change.replacement = Replacement::Perhaps;
        assert_eq!(lost(&change).unwrap().guard, guard);
    }
}

#[test]
fn a_guard_is_lifted_by_its_own_name_only() {
    let (changes, _) = stack::changes(
        Some(&template("", &[])),
        &template("", &[("DomainPrefix", "other")]),
    );
    let plan = Plan {
        parts: vec![Part {
            changes,
            ..Part::nothing(Step::Identity)
        }],
    };
    let refused = check(&plan, None, &[Guard::UserPool]).unwrap_err();
    assert_eq!(refused.code(), "GUARD_DOMAIN");
    assert!(check(&plan, None, &["domain".parse().unwrap()]).is_ok());
}

#[test]
fn the_documentation_names_every_guard() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guards.md");
    let page = std::fs::read_to_string(path).unwrap();
    for (guard, meaning) in Guard::ALL {
        let row = format!("| `{guard}` | `{}` | {meaning} |", guard.code());
        assert!(page.contains(&row), "docs/guards.md lacks the line\n{row}");
    }
}
