//! What a stack file can say besides the presets, each deployed, signed in with and spoken to.

use serde_json::{Value, json};

use crate::command::Said;
use crate::console::{Console, only_pool};
use crate::plan::with;
use crate::stage::Stage;

/// A stage to which a stack file was deployed, with a second deployment that has nothing to do.
struct Deployed {
    stage: Stage,
    pool: String,
    client: String,
    said: Value,
}

impl Deployed {
    fn with(stack: &str) -> Self {
        let stage = Stage::start();
        let (said, _) = with(&stage, stack, &["deploy", "--json"]);
        assert!(said.success, "{stack}: {}", said.stderr);
        let said = said.json();
        let (plan, code) = with(&stage, stack, &["plan", "--json"]);
        assert_eq!(code, Some(0), "{stack}: {}", plan.stdout);
        let pool = only_pool(&Console::of(&stage));
        Self {
            pool,
            client: said["clientId"].as_str().unwrap().to_owned(),
            said,
            stage,
        }
    }

    fn pool(&self) -> Value {
        let console = Console::of(&self.stage);
        console.cognito("DescribeUserPool", &json!({ "UserPoolId": self.pool }))["UserPool"].clone()
    }

    fn client(&self) -> Value {
        let ids = json!({ "UserPoolId": self.pool, "ClientId": self.client });
        let console = Console::of(&self.stage);
        console.cognito("DescribeUserPoolClient", &ids)["UserPoolClient"].clone()
    }

    fn pages(&self) -> &Value {
        &self.said["pages"]
    }

    fn again(&self, stack: &str) -> Said {
        with(&self.stage, stack, &["deploy", "--json"]).0
    }

    fn end(self) {
        assert!(self.stage.end("-TERM"));
    }
}

#[test]
fn people_give_what_the_stack_file_demands_and_it_cannot_be_changed() {
    let stack = |custom: &str, required: &str| {
        format!(
            "[identity.attributes]\ncustom = {{ {custom} }}\n\
             required = [\"given_name\", \"birthdate\", \"phone_number\"{required}]\n"
        )
    };
    let deployed = Deployed::with(&stack("plan = \"text\"", ""));
    let users = Console::of(&deployed.stage);
    let users = users.cognito("ListUsers", &json!({ "UserPoolId": deployed.pool }));
    let attributes = users["Users"][0]["Attributes"].to_string();
    for part in ["\"given_name\"", "1815-12-10", "+1425"] {
        assert!(attributes.contains(part), "{part} in {attributes}");
    }
    let readable = deployed.client()["ReadAttributes"].to_string();
    assert!(readable.contains("custom:plan"), "{readable}");

    let said = deployed.again(&stack("plan = \"text\", seats = \"number\"", ""));
    assert!(said.success, "{}", said.stderr);
    let schema = deployed.pool()["SchemaAttributes"].clone();
    let seats = schema.as_array().unwrap().iter();
    let mut seats = seats.filter(|attribute| attribute["Name"] == "custom:seats");
    assert_eq!(seats.next().unwrap()["AttributeDataType"], "Number");

    for (stack, names) in [
        (stack("seats = \"number\"", ""), "custom attribute plan"),
        (
            stack("plan = \"number\", seats = \"number\"", ""),
            "type of the custom attribute plan",
        ),
        (
            stack("plan = \"text\", seats = \"number\"", ", \"nickname\""),
            "whether attribute nickname is required",
        ),
    ] {
        let refused = deployed.again(&stack);
        assert!(!refused.success, "{stack}");
        let refused = refused.json();
        assert_eq!(refused["error"]["code"], "GUARD_SIGN_IN_ATTRIBUTES");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
        let told = refused["error"].to_string();
        assert!(told.contains(names), "{names} in {told}");
    }
    deployed.end();
}

/// Cognito keeps to the limits, whoever writes the attribute, and they stay as they are.
#[test]
fn what_is_kept_about_people_has_limits() {
    let stack = |plan: &str, seats: &str| {
        format!("[identity.attributes.custom]\nplan = {plan}\nseats = {seats}\n")
    };
    let plan = "{ type = \"text\", min-length = 2, max-length = 8 }";
    let seats = "{ type = \"number\", min = 1 }";
    let deployed = Deployed::with(&stack(plan, seats));
    let console = Console::of(&deployed.stage);
    for (number, (name, value, allowed)) in [
        ("plan", "gold", true),
        ("plan", "g", false),
        ("plan", "golden eye", false),
        ("seats", "1", true),
        ("seats", "0", false),
    ]
    .into_iter()
    .enumerate()
    {
        let input = json!({
            "UserPoolId": deployed.pool,
            "Username": format!("ada.{number}@example.com"),
            "MessageAction": "SUPPRESS",
            "UserAttributes": [
                { "Name": "name", "Value": "Ada" },
                { "Name": format!("custom:{name}"), "Value": value },
            ],
        });
        let refused = console.refused("AdminCreateUser", &input);
        assert_eq!(refused.is_none(), allowed, "{name} {value}: {refused:?}");
    }

    for (stack, told) in [
        (
            stack("\"text\"", seats),
            "what the custom attribute plan is limited to would be 0 to 2048, and the pool was \
             created with 2 to 8",
        ),
        (
            stack(plan, "{ type = \"number\", min = 2 }"),
            "what the custom attribute seats is limited to would be 2 to anything",
        ),
    ] {
        let refused = deployed.again(&stack).json();
        assert_eq!(refused["error"]["code"], "GUARD_SIGN_IN_ATTRIBUTES");
        assert_eq!(refused["calls"]["mutating"], 0, "{refused}");
        assert!(refused["error"].to_string().contains(told), "{refused}");
    }
    deployed.end();
}

#[test]
fn the_implicit_grant_is_for_others_and_alexa_uses_code() {
    let stack = "[linking]\ngrants = [\"code\", \"implicit\"]\n";
    let deployed = Deployed::with(stack);
    let flows = deployed.client()["AllowedOAuthFlows"].clone();
    assert_eq!(flows, json!(["code", "implicit"]));

    // The story has linked by code; asking for tokens instead is refused, with the reason.
    let file = deployed
        .stage
        .home()
        .join("skill-package/accountLinking.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("AUTH_CODE", "IMPLICIT")).unwrap();
    let refused = deployed.again(stack);
    assert!(!refused.success);
    assert!(
        refused.last_words().contains("accountLinking.json")
            && refused.stderr.contains("without a refresh token"),
        "{}",
        refused.stderr
    );
    deployed.end();
}

#[test]
fn the_cheapest_plan_has_the_classic_pages_and_second_factors() {
    let deployed = Deployed::with(
        "[identity]\nplan = \"lite\"\npages = \"classic\"\nmfa = \"required\"\n\
         mfa-factors = [\"sms\", \"totp\"]\nsign-in = [\"phone\"]\nrecovery = [\"admin-only\"]\n\
         [linking]\nscopes = [\"openid\", \"phone\"]\n",
    );
    assert_eq!(deployed.pool()["UserPoolTier"], "LITE");
    assert_eq!(deployed.pool()["MfaConfiguration"], "ON");
    let domain = deployed.pool()["Domain"].clone();
    let domain = Console::of(&deployed.stage)
        .cognito("DescribeUserPoolDomain", &json!({ "Domain": domain }));
    assert_eq!(domain["DomainDescription"]["ManagedLoginVersion"], 1);
    let pages = json!([
        { "page": "/signup" },
        { "page": "/confirmUser", "code": "sms" },
        { "page": "/selectMfaSetup" },
        { "page": "/mfa", "code": "sms" },
        { "page": "/login" },
        { "page": "/mfa", "code": "sms" },
    ]);
    assert_eq!(deployed.pages(), &pages);
    deployed.end();
}

/// The story lets an access token expire, and Alexa refreshes it; together with everything else that
/// tokens go through.
#[test]
fn refresh_tokens_are_replaced_with_a_minute_of_grace() {
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../infra/presets/phone-mfa.toml"
    );
    let preset = std::fs::read_to_string(root).unwrap();
    let stack = preset
        .replace("name = \"account-guide\"\n", "")
        .replace(
            "[identity]\n",
            "[identity]\nissuer = \"updated\"\ntokens.rotation = true\n",
        )
        .replace("[linking]\n", "[linking]\npkce = true\n");
    let deployed = Deployed::with(&stack);
    assert_eq!(deployed.pool()["IssuerConfiguration"]["Type"], "UPDATED");
    let sms = json!({ "page": "/mfa", "code": "sms" });
    assert!(deployed.pages().as_array().unwrap().contains(&sms));
    let (verified, _) = with(&deployed.stage, &stack, &["verify", "--json"]);
    assert!(verified.success, "{}", verified.stdout);
    let client = deployed.client();
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 60 });
    assert_eq!(client["RefreshTokenRotation"], rotation);
    let flows = client["ExplicitAuthFlows"].to_string();
    assert!(!flows.contains("ALLOW_REFRESH_TOKEN_AUTH"), "{flows}");
    deployed.end();
}

#[test]
fn a_code_by_email_comes_in_the_place_of_a_password() {
    let deployed = Deployed::with("[identity]\nfirst-factors = [\"password\", \"email-otp\"]\n");
    let pages = json!([
        { "page": "/signup" },
        { "page": "/confirmUser", "code": "email" },
        { "page": "/login" },
        { "page": "/oneTimeCode", "code": "email" },
    ]);
    assert_eq!(deployed.pages(), &pages);
    deployed.end();
}

/// The pages show the key for the app once, when somebody signs in for the first time.
#[test]
fn an_authenticator_app_is_required_of_everybody() {
    let stack = "[identity]\nmfa = \"required\"\nmfa-factors = [\"totp\"]\n";
    let deployed = Deployed::with(stack);
    assert_eq!(deployed.pool()["MfaConfiguration"], "ON");
    let pages = json!([
        { "page": "/signup" },
        { "page": "/confirmUser", "code": "email" },
        { "page": "/mfaSetup", "code": "totp" },
        { "page": "/login" },
        { "page": "/mfa", "code": "totp" },
    ]);
    assert_eq!(deployed.pages(), &pages);
    deployed.end();
}

/// Where there is more than one factor, the pages ask once which it is to be.
#[test]
fn people_choose_the_second_factor_that_is_required_of_them() {
    let stack = "[identity]\nsign-in = [\"phone\"]\nmfa = \"required\"\n\
                 mfa-factors = [\"sms\", \"totp\"]\nrecovery = [\"admin-only\"]\n\
                 [linking]\nscopes = [\"openid\", \"phone\"]\n";
    let deployed = Deployed::with(stack);
    assert_eq!(deployed.pool()["MfaConfiguration"], "ON");
    let pages = json!([
        { "page": "/signup" },
        { "page": "/confirmUser", "code": "sms" },
        { "page": "/selectMfaSetup" },
        { "page": "/mfa", "code": "sms" },
        { "page": "/login" },
        { "page": "/mfa", "code": "sms" },
    ]);
    assert_eq!(deployed.pages(), &pages);
    deployed.end();
}

/// Accounts are made by an administrator, with a password that is good for one sign-in; also for those
/// who talk in conversation files.
#[test]
fn people_cannot_make_their_own_accounts() {
    let stack = "[identity]\nself-sign-up = false\nsign-in = [\"username\"]\n\
                 attributes.required = [\"nickname\"]\n";
    let deployed = Deployed::with(stack);
    let pages = json!([
        { "page": "/login" },
        { "page": "/changePassword" },
        { "page": "/login" },
    ]);
    assert_eq!(deployed.pages(), &pages);
    let users = Console::of(&deployed.stage);
    let users = users.cognito("ListUsers", &json!({ "UserPoolId": deployed.pool }));
    assert_eq!(users["Users"][0]["UserStatus"], "CONFIRMED");
    let attributes = users["Users"][0]["Attributes"].to_string();
    assert!(attributes.contains("Countess"), "{attributes}");

    let file = deployed.stage.home().join("talk.yaml");
    let name = crate::command::skill_name("en-US");
    let text = format!(
        "locale: en-US\nconversations:\n  - name: Somebody\n    account: linked\n    turns:\n      \
         - say: ask {name} what is my e-mail\n        hear: 'Your account has: {{email}}.'\n        \
         card: simple\n        session: closed\n"
    );
    std::fs::write(&file, text).unwrap();
    let (said, _) = with(&deployed.stage, stack, &["talk", file.to_str().unwrap()]);
    assert!(said.success, "{}\n{}", said.stdout, said.stderr);
    deployed.end();
}

/// Both links of the story carry a challenge, and a console that says something else is put right.
#[test]
fn alexa_links_with_pkce() {
    let stack = "linking.pkce = true\n";
    let deployed = Deployed::with(stack);
    let skill = deployed.said["skillId"].as_str().unwrap();
    let linking = || {
        let path = format!("v1/skills/{skill}/stages/development/accountLinkingClient");
        let console = Console::of(&deployed.stage);
        let found = console.smapi(reqwest::Method::GET, &path, None);
        found["accountLinkingResponse"]["pkceConfiguration"].clone()
    };
    let on = json!({ "status": "ENABLED", "codeChallengeMethod": "S256" });
    assert_eq!(linking(), on);
    let switch = format!("console/skills/{skill}/pkce");
    Console::of(&deployed.stage).device(&switch, &json!({ "enabled": false }));
    assert_eq!(linking()["status"], "DISABLED");
    let (plan, code) = with(&deployed.stage, stack, &["plan", "--json"]);
    assert_eq!(code, Some(2), "{}", plan.stdout);
    let said = deployed.again(stack);
    assert!(said.success, "{}", said.stderr);
    assert_eq!(linking(), on);
    // Without the option the console decides.
    let said = deployed.again("");
    assert!(said.success, "{}", said.stderr);
    deployed.end();
}

/// No published schema has the field. A service that takes it and does not keep it is found out by
/// reading back, and the way on without it works.
#[test]
fn a_service_that_does_not_know_pkce_is_found_out() {
    let stage = Stage::start();
    let forgotten = json!({ "forgotten": ["pkceConfiguration"] });
    Console::of(&stage).device("control/faults", &forgotten);
    let (said, _) = with(&stage, "linking.pkce = true\n", &["deploy", "--json"]);
    assert!(!said.success);
    let error = &said.json()["error"];
    assert_eq!(error["code"], "LINKING", "{error}");
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains("take pkce out of [linking]"), "{hint}");

    let (said, _) = with(&stage, "", &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    assert!(stage.end("-TERM"));
}
