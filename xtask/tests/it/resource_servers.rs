//! Scopes of one's own, from stack.toml into access tokens: made, asked for, changed by hand, lost with the stack, and
//! kept when somebody would take them away.

use serde_json::{Value, json};

use crate::console::{Console, only_pool};
use crate::plan::{to_do, with};
use crate::stage::Stage;

const TAXI: &str = "[identity.resource-servers.taxi]\norder = \"Order taxis in your name\"\n\
    [identity.web-client]\ncallback-urls = [\"https://www.example.com/in\"]\n\
    scopes = [\"openid\", \"taxi/order\"]\n\
    [linking]\nscopes = [\"openid\", \"email\", \"profile\", \"taxi/order\"]\n";

/// Links with the scope; on the web page the conversation finds it in the access token.
#[test]
fn a_scope_is_asked_for_granted_and_kept() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let deploy = |stack: &str, more: &[&str]| {
        let arguments = [&["deploy", "--json"], more].concat();
        let (said, _) = with(&stage, stack, &arguments);
        said.json()
    };
    let deployed = deploy(TAXI, &[]);
    assert_eq!(deployed["error"], Value::Null, "{deployed}");
    let pool = only_pool(&console);
    let which = json!({ "UserPoolId": pool, "Identifier": "taxi" });
    let described = || console.cognito("DescribeResourceServer", &which)["ResourceServer"].clone();
    let server = json!({
        "UserPoolId": pool,
        "Identifier": "taxi",
        "Name": "taxi",
        "Scopes": [{ "ScopeName": "order", "ScopeDescription": "Order taxis in your name" }],
    });
    assert_eq!(described(), server);
    let pages = deployed["pages"].as_array().unwrap();
    assert!(
        pages.iter().any(|page| page["page"] == "/login"),
        "{pages:?}"
    );
    assert_eq!(deploy(TAXI, &[])["calls"]["mutating"], 0);

    // Changed and deleted by hand.
    let mut renamed = server.clone();
    renamed["Scopes"][0]["ScopeName"] = json!("ride");
    for (operation, input) in [
        ("UpdateResourceServer", &renamed),
        ("DeleteResourceServer", &which),
    ] {
        console.cognito(operation, input);
        let (planned, _) = with(&stage, TAXI, &["plan", "--json"]);
        assert_eq!(to_do(&planned.json()), ["drift"], "{}", planned.stdout);
        let put_back = deploy(TAXI, &[]);
        assert_eq!(put_back["error"], Value::Null, "{put_back}");
        assert_eq!(described(), server);
    }

    // Lost with the stack, and taken up.
    console.delete_stack("account-guide-local-identity");
    let again = deploy(TAXI, &[]);
    assert_eq!(again["userPoolId"], deployed["userPoolId"], "{again}");
    assert_eq!(again["clientId"], deployed["clientId"]);
    assert_eq!(described(), server);

    // Whoever has linked may have it, also when nothing asks for it any more.
    let unasked = "[identity.resource-servers.taxi]\norder = \"Order taxis in your name\"\n\
        [identity.web-client]\ncallback-urls = [\"https://www.example.com/in\"]\n";
    let deployed = deploy(unasked, &[]);
    assert_eq!(deployed["error"], Value::Null, "{deployed}");
    let gone = "[identity.web-client]\ncallback-urls = [\"https://www.example.com/in\"]\n";
    let other = unasked.replace("order =", "ride =");
    for stack in [gone, &other] {
        let refused = deploy(stack, &[]);
        assert_eq!(refused["error"]["code"], "GUARD_SCOPES", "{refused}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    }
    let allowed = deploy(gone, &["--allow", "scopes"]);
    assert_eq!(allowed["error"], Value::Null, "{allowed}");
    // It is retained, and in the way of another one.
    assert_eq!(described(), server);
    let refused = deploy(TAXI, &[]);
    assert_eq!(refused["error"]["code"], "USER_POOL", "{refused}");
    assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    console.cognito("DeleteResourceServer", &which);
    let made = deploy(TAXI, &[]);
    assert_eq!(made["error"], Value::Null, "{made}");
    assert_eq!(described(), server);
    assert!(stage.end("-TERM"));
}

/// In a pool of others the scope is used as it is, or missed before anything is made.
#[test]
fn a_pool_that_exists_has_the_scope_or_is_refused() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let pool = "us-east-1_TaxiPool1";
    let stack = format!("identity.user-pool-id = \"{pool}\"\n{TAXI}");
    let run = |stack: &str| with(&stage, stack, &["deploy", "--json"]).0.json();
    // The local stage makes the pool that the file names, and what the file says that it has.
    let deployed = run(&stack);
    assert_eq!(deployed["error"], Value::Null, "{deployed}");
    assert_eq!(deployed["userPoolId"], pool);
    let which = json!({ "UserPoolId": pool, "Identifier": "taxi" });
    let server = console.cognito("DescribeResourceServer", &which)["ResourceServer"].clone();
    let types = console.resource_types("account-guide-local-identity");
    assert!(
        !types.contains("AWS::Cognito::UserPoolResourceServer"),
        "{types:?}"
    );

    let more = stack.replace("order =", "cancel = \"Cancel them\"\norder =");
    let asked = more.replace("\"taxi/order\"]", "\"taxi/order\", \"taxi/cancel\"]");
    let refused = run(&asked);
    assert_eq!(refused["error"]["code"], "USER_POOL", "{refused}");
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("has no scope cancel"),
        "{refused}"
    );
    assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
    let after = console.cognito("DescribeResourceServer", &which)["ResourceServer"].clone();
    assert_eq!(after, server);
    assert!(stage.end("-TERM"));
}
