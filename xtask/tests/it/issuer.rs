//! What a user pool is called in its tokens: both names, and a skill that knows the other one.

use local_cloud::Access;
use serde_json::{Value, json};
use story::{Account, Guest, Way};

use crate::command::skill_name;
use crate::console::{Console, only_pool};
use crate::plan::{to_do, with};
use crate::stage::Stage;

const UPDATED: &str = "[identity]\nissuer = \"updated\"\n";
const GET_USER: &str = "[linking]\nscopes = [\"aws.cognito.signin.user.admin\", \"openid\", \"email\"]\n\
    profile-source = \"get-user\"\n";

/// People of a deployed stage, and time for them.
struct People {
    access: Access,
    skill: String,
    runtime: tokio::runtime::Runtime,
}

impl People {
    fn of(stage: &Stage, deployed: &Value) -> Self {
        Self {
            access: stage.access(),
            skill: deployed["skillId"].as_str().unwrap().to_owned(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
        }
    }

    /// Somebody who has linked an account just now.
    fn guest(&self) -> Guest {
        let (way, account) = (Way::default(), Account::Linked);
        let arrival = Guest::arrive(&self.access, &self.skill, "en-US", account, way, None);
        self.runtime.block_on(arrival).unwrap()
    }

    /// Whether the skill knows whose account it is; otherwise it asks to link one.
    fn is_known(&self, guest: &Guest) -> bool {
        let question = format!("ask {} what is my e-mail", skill_name("en-US"));
        let answer = self.runtime.block_on(guest.say(&question)).unwrap();
        let known = answer.heard.contains(guest.email());
        let asked = answer.card_type() == Some("LinkAccount");
        assert!(known != asked, "{answer:?}");
        known
    }
}

fn failed(stage: &Stage, stack: &str) -> Vec<String> {
    let (said, _) = with(stage, stack, &["verify", "--json"]);
    let said = said.json();
    (crate::real::failed(&said).into_iter())
        .map(str::to_owned)
        .collect()
}

fn set_by_hand(console: &Console<'_>, form: &str) {
    let input = json!({
        "UserPoolId": only_pool(console),
        "AutoVerifiedAttributes": ["email"],
        "DeletionProtection": "ACTIVE",
        "IssuerConfiguration": { "Type": form },
    });
    console.cognito("UpdateUserPool", &input);
}

/// The whole conversation, then a pool whose form somebody has changed by hand.
#[test]
fn a_skill_that_knows_one_name_refuses_the_other() {
    for profile_source in ["", GET_USER] {
        let stack = format!("{UPDATED}{profile_source}");
        let stage = Stage::start();
        let (said, _) = with(&stage, &stack, &["deploy", "--json"]);
        assert!(said.success, "{stack}: {}", said.stderr);
        let (plan, code) = with(&stage, &stack, &["plan", "--json"]);
        assert_eq!(code, Some(0), "{stack}: {}", plan.stdout);
        let console = Console::of(&stage);
        let people = People::of(&stage, &said.json());
        assert!(people.is_known(&people.guest()), "{stack}");
        let (said, _) = with(&stage, &stack, &["verify", "--json"]);
        let checks = said.json()["checks"].clone();
        let checks = checks.as_array().unwrap();
        let issuer = checks.iter().find(|check| check["name"] == "issuer");
        let issuer = issuer.unwrap()["seen"].as_str().unwrap();
        let form = format!("is {}/us-east-1_", people.access.urls.updated_issuers());
        assert!(issuer.starts_with(&form), "{issuer}");

        set_by_hand(&console, "ORIGINAL");
        assert_eq!(failed(&stage, &stack), ["issuer", "key set"]);
        assert!(!people.is_known(&people.guest()), "{stack}");
        let (plan, _) = with(&stage, &stack, &["plan", "--json"]);
        assert_eq!(to_do(&plan.json()), ["drift"], "{}", plan.stdout);
        let (said, _) = with(&stage, &stack, &["deploy", "--json"]);
        assert!(said.success, "{stack}: {}", said.stderr);
        assert_eq!(failed(&stage, &stack), [""; 0]);
        assert!(people.is_known(&people.guest()), "{stack}");
        assert!(stage.end("-TERM"));
    }
}

#[test]
fn a_name_that_somebody_has_given_by_hand_is_taken_back() {
    let stage = Stage::start();
    let (said, _) = with(&stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let console = Console::of(&stage);
    let pool = json!({ "UserPoolId": only_pool(&console) });
    set_by_hand(&console, "UPDATED");
    assert_eq!(failed(&stage, ""), ["issuer", "key set"]);
    let (said, _) = with(&stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let pool = console.cognito("DescribeUserPool", &pool);
    let configuration = &pool["UserPool"]["IssuerConfiguration"];
    assert_eq!(configuration, &json!({ "Type": "ORIGINAL" }));
    assert_eq!(failed(&stage, ""), [""; 0]);
    assert!(stage.end("-TERM"));
}

/// Whoever has linked an account keeps the link.
#[test]
fn a_change_is_refused_and_passes_when_it_is_allowed() {
    let stage = Stage::start();
    let (said, _) = with(&stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let people = People::of(&stage, &said.json());
    let guest = people.guest();
    let console = Console::of(&stage);
    for (stack, form) in [(UPDATED, "UPDATED"), ("", "ORIGINAL")] {
        assert!(people.is_known(&guest));
        let (said, _) = with(&stage, stack, &["deploy", "--json"]);
        let refused = said.json();
        assert_eq!(refused["error"]["code"], "GUARD_ISSUER", "{refused}");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
        // The function expects what was deployed, whatever the file says by now.
        assert_eq!(failed(&stage, stack), [""; 0]);

        let allowed = ["deploy", "--json", "--allow", "issuer"];
        let (said, _) = with(&stage, stack, &allowed);
        assert!(said.success, "{}", said.stderr);
        let pool = json!({ "UserPoolId": only_pool(&console) });
        let pool = console.cognito("DescribeUserPool", &pool);
        assert_eq!(pool["UserPool"]["IssuerConfiguration"]["Type"], form);
        assert_eq!(failed(&stage, stack), [""; 0]);
        // Alexa refreshes a token that has run out.
        console.device("control/clock", &json!({ "advanceSeconds": 3600 }));
    }
    assert!(people.is_known(&guest));
    assert!(stage.end("-TERM"));
}
