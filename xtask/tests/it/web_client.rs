//! A web page's client beside Alexa's: added later, changed by hand, lost with its stack, and taken
//! away.

use serde_json::{Value, json};

use crate::console::{Console, only_pool};
use crate::plan::{to_do, with};
use crate::stage::Stage;

const WEB: &str = "[identity.web-client]\nscopes = [\"openid\", \"email\"]\n\
     callback-urls = [\"https://www.example.com/in\", \"http://localhost:3000/in\"]\n\
     logout-urls = [\"https://www.example.com/\"]\n";

fn deploy(stage: &Stage, stack: &str) -> Value {
    let (said, _) = with(stage, stack, &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    said.json()
}

/// The changes of a plan's step, as subject, kind and paths.
fn changes(plan: &Value, step: &str) -> Vec<(String, String, Vec<String>)> {
    let mut parts = plan["parts"].as_array().unwrap().iter();
    let part = parts.find(|part| part["step"] == step).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let path = |field: &Value| {
        let names = field["path"].as_array().unwrap().iter();
        names.map(text).collect::<Vec<_>>().join("/")
    };
    let changes = part["changes"].as_array().unwrap().iter();
    let told = changes.map(|change| {
        let fields = change["fields"].as_array().unwrap().iter();
        (
            text(&change["subject"]),
            text(&change["kind"]),
            fields.map(path).collect(),
        )
    });
    told.collect()
}

/// What `verify` finds wrong with the stage.
fn failed_checks(stage: &Stage) -> Vec<String> {
    let (said, _) = with(stage, WEB, &["verify", "--json"]);
    let verified = said.json();
    let checks = verified["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 12, "{verified}");
    let failed = checks.iter().filter(|check| check["passed"] == false);
    failed
        .map(|check| check["name"].as_str().unwrap().to_owned())
        .collect()
}

struct Client<'a> {
    console: &'a Console<'a>,
    pool: String,
    id: Value,
}

impl Client<'_> {
    fn described(&self) -> Value {
        let input = json!({ "UserPoolId": self.pool, "ClientId": self.id });
        let described = self.console.cognito("DescribeUserPoolClient", &input);
        described["UserPoolClient"].clone()
    }

    /// Writes the configuration back with a change, as the console does.
    fn change(&self, change: impl FnOnce(&mut Value)) {
        let mut input = self.described();
        let members = input.as_object_mut().unwrap();
        members.retain(|name, _| !name.ends_with("Date") && name != "ClientType");
        change(&mut input);
        self.console.cognito("UpdateUserPoolClient", &input);
    }
}

#[test]
fn a_web_page_gets_a_client_keeps_it_and_loses_it_only_when_that_is_meant() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let before = deploy(&stage, "");
    assert_eq!(before["webClientId"], Value::Null);

    // It is added to a pool that has people in it, and nothing else is touched.
    let (planned, _) = with(&stage, WEB, &["plan", "--json"]);
    let planned = planned.json();
    assert_eq!(to_do(&planned), ["identity stack"], "{planned}");
    let added = changes(&planned, "identity stack");
    let added: Vec<_> = added
        .iter()
        .map(|(subject, kind, _)| (subject.as_str(), kind.as_str()))
        .collect();
    assert_eq!(added, [("WebBranding", "added"), ("WebClient", "added")]);
    let after = deploy(&stage, WEB);
    for name in ["skillId", "userPoolId", "clientId"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    let client = Client {
        console: &console,
        pool: only_pool(&console),
        id: after["webClientId"].clone(),
    };
    assert_eq!(client.described()["ClientSecret"], Value::Null);
    // Somebody has signed in on the page between linking and linking again.
    let pages = after["pages"].as_array().unwrap().iter();
    let pages: Vec<_> = pages.map(|page| page["page"].as_str().unwrap()).collect();
    assert_eq!(pages, ["/signup", "/confirmUser", "/login", "/login"]);
    assert_eq!(deploy(&stage, WEB)["calls"]["mutating"], 0);

    // Some of it is in the template, and some of it is not.
    let settings = client.described();
    client.change(|client| {
        client["CallbackURLs"] = json!(["https://evil.example/in"]);
        client["AuthSessionValidity"] = json!(15);
    });
    let (planned, _) = with(&stage, WEB, &["plan", "--json"]);
    let fields = vec!["CallbackURLs".to_owned(), "AuthSessionValidity".to_owned()];
    let expected = [("WebClient".to_owned(), "changed".to_owned(), fields)];
    assert_eq!(changes(&planned.json(), "drift"), expected);
    assert_eq!(
        failed_checks(&stage),
        [
            "web page https://www.example.com/in",
            "web page http://localhost:3000/in"
        ]
    );
    deploy(&stage, WEB);
    assert_eq!(failed_checks(&stage), [""; 0]);
    for name in ["CallbackURLs", "AuthSessionValidity", "LogoutURLs"] {
        assert_eq!(client.described()[name], settings[name], "{name}");
    }

    // The stack is lost, and what was in it is not.
    console.delete_stack("account-guide-local-identity");
    let (planned, _) = with(&stage, WEB, &["plan", "--json"]);
    let found = changes(&planned.json(), "identity stack");
    let taken_up: Vec<_> = found
        .iter()
        .filter(|(_, kind, _)| kind == "imported")
        .map(|(subject, _, _)| subject.as_str())
        .collect();
    assert_eq!(
        taken_up,
        [
            "Branding",
            "UserPool",
            "UserPoolClient",
            "UserPoolDomain",
            "WebBranding",
            "WebClient"
        ]
    );
    let again = deploy(&stage, WEB);
    for name in ["userPoolId", "clientId", "webClientId"] {
        assert_eq!(again[name], after[name], "{name}");
    }

    let fewer = WEB.replace("\"https://www.example.com/in\", ", "");
    for (stack, code, guard) in [
        (fewer.as_str(), "GUARD_REDIRECT_URIS", "redirect-uris"),
        ("", "GUARD_APP_CLIENT", "app-client"),
    ] {
        let (refused, exit) = with(&stage, stack, &["deploy", "--json"]);
        assert_eq!(exit, Some(1), "{}", refused.stdout);
        let refused = refused.json();
        assert_eq!(refused["error"]["code"], code, "{refused}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
        let (said, _) = with(&stage, stack, &["deploy", "--json", "--allow", guard]);
        assert!(said.success, "{}", said.stderr);
    }
    // It is retained: whoever has the page open is not signed out by a slip.
    assert_eq!(client.described()["ClientId"], after["webClientId"]);
    assert!(stage.end("-TERM"));
}
