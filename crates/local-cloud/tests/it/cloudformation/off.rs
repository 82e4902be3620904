//! What is switched on and off again is as if it had never been on, and the other way round.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{ChangeSetType, StackStatus};
use infra::{StackFile, stacks};
use local_cloud::LocalStage;
use serde_json::{Value, json};

use super::guide::cognito;
use super::{Driver, output, status};
use crate::aws::stage;

/// One setting of a stack file, as it is on, and what else there is.
struct Choice {
    name: &'static str,
    base: &'static str,
    off: &'static str,
    on: &'static str,
}

const EMAIL: &str = "email = { from = 'a@example.com', ses-identity = 'arn:aws:ses:us-east-1:000000000000:identity/example.com' }";

/// Everything of `[identity]` and `[linking]` that can change while the pool stays.
const CHOICES: &[Choice] = &[
    Choice {
        name: "codes",
        base: "",
        off: "first-factors = ['password']",
        on: "first-factors = ['password', 'email-otp']",
    },
    Choice {
        name: "mfa",
        base: "",
        off: "mfa = 'off'",
        on: "mfa = 'required'\nmfa-factors = ['totp']",
    },
    Choice {
        name: "codes-or-mfa",
        base: "",
        off: "mfa = 'required'\nmfa-factors = ['totp']",
        on: "first-factors = ['password', 'email-otp']",
    },
    Choice {
        name: "text-messages",
        base: "sign-in = ['phone']\nrecovery = ['admin-only']",
        off: "mfa = 'off'",
        on: "mfa = 'optional'\nmfa-factors = ['sms', 'totp']",
    },
    Choice {
        name: "one-factor-less",
        base: "sign-in = ['phone']\nrecovery = ['admin-only']\nmfa = 'optional'",
        off: "mfa-factors = ['totp']",
        on: "mfa-factors = ['sms', 'totp']",
    },
    Choice {
        name: "mfa-by-email",
        base: EMAIL,
        off: "",
        on: "mfa = 'required'\nmfa-factors = ['email', 'totp']\nrecovery = ['admin-only']",
    },
    Choice {
        name: "ses",
        base: "",
        off: "",
        on: EMAIL,
    },
    Choice {
        name: "sign-up",
        base: "",
        off: "self-sign-up = true",
        on: "self-sign-up = false",
    },
    Choice {
        name: "recovery",
        base: "",
        off: "recovery = ['email']",
        on: "recovery = ['admin-only']",
    },
    Choice {
        name: "passwords",
        base: "",
        off: "",
        on: "password = { min-length = 14, require = ['number'] }",
    },
    Choice {
        name: "classic-pages",
        base: "",
        off: "pages = 'managed-login'",
        on: "pages = 'classic'",
    },
    Choice {
        name: "lite",
        base: "pages = 'classic'",
        off: "plan = 'essentials'",
        on: "plan = 'lite'",
    },
    Choice {
        name: "plus",
        base: "",
        off: "plan = 'essentials'",
        on: "plan = 'plus'",
    },
    Choice {
        name: "rotation",
        base: "",
        off: "tokens = { rotation = false }",
        on: "tokens = { rotation = true }",
    },
    Choice {
        name: "lifetimes",
        base: "",
        off: "",
        on: "tokens = { access = '10m', refresh = '1h' }",
    },
    Choice {
        name: "scopes",
        base: "",
        off: "[linking]\nscopes = ['openid', 'email', 'profile']",
        on: "[linking]\nscopes = ['openid', 'email', 'phone']",
    },
    Choice {
        name: "logout-urls",
        base: "",
        off: "[identity.web-client]\ncallback-urls = ['https://www.example.com/in']\nscopes = ['openid']",
        on: "[identity.web-client]\ncallback-urls = ['https://www.example.com/in']\nscopes = ['openid']\nlogout-urls = ['https://www.example.com/out']",
    },
];

impl Choice {
    fn template(&self, own: &str) -> String {
        let text = format!("name = 'guide'\n[identity]\n{}\n{own}\n", self.base);
        let stack = StackFile::parse(&text, self.name).unwrap_or_else(|error| panic!("{error}"));
        stacks::identity(&stack).to_yaml().unwrap()
    }
}

/// Everything that Cognito shows of a pool and its clients, without what differs from pool to pool.
async fn described(stage: &LocalStage, pool: &str) -> BTreeMap<String, Value> {
    let input = json!({ "UserPoolId": pool });
    let mut all = BTreeMap::new();
    let mut keep = |name: String, mut value: Value, unwanted: &[&str]| {
        let members = value.as_object_mut().unwrap();
        members.retain(|name, value| !unwanted.contains(&name.as_str()) && !value.is_null());
        all.insert(name, value);
    };
    let described = cognito(stage, "DescribeUserPool", input.clone()).await;
    let own = [
        "Arn",
        "CreationDate",
        "Domain",
        "Id",
        "LastModifiedDate",
        "Name",
        "SmsConfiguration",
        "UserPoolTags",
    ];
    // Which role it is differs; whether there is one does not.
    let has_sms = json!({ "is": described["UserPool"]["SmsConfiguration"].is_object() });
    keep("pool".to_owned(), described["UserPool"].clone(), &own);
    keep("text messages".to_owned(), has_sms, &[]);
    let mut factors = cognito(stage, "GetUserPoolMfaConfig", input.clone()).await;
    if let Some(sms) = factors["SmsMfaConfiguration"].as_object_mut() {
        sms.remove("SmsConfiguration");
    }
    keep("factors".to_owned(), factors, &[]);
    let clients = cognito(
        stage,
        "ListUserPoolClients",
        json!({ "UserPoolId": pool, "MaxResults": 60 }),
    )
    .await;
    for (number, client) in clients["UserPoolClients"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        let input = json!({ "UserPoolId": pool, "ClientId": client["ClientId"] });
        let mut client = cognito(stage, "DescribeUserPoolClient", input).await;
        // Of the plan `lite` it is not said, and what is off may be said.
        let rotation = &mut client["UserPoolClient"]["RefreshTokenRotation"];
        if *rotation == json!({ "Feature": "DISABLED" }) {
            rotation.take();
        }
        let own = [
            "ClientId",
            "ClientName",
            "ClientSecret",
            "CreationDate",
            "LastModifiedDate",
            "UserPoolId",
        ];
        keep(
            format!("client {number}"),
            client["UserPoolClient"].clone(),
            &own,
        );
    }
    all
}

/// Deploys one template after the other to one stack, and describes what there is in the end.
async fn walk(stage: &LocalStage, name: &str, templates: &[&str]) -> BTreeMap<String, Value> {
    let stack: &'static str = Box::leak(name.to_owned().into_boxed_str());
    let mut driver = Driver::new(stage, "us-east-1", stack);
    let parameters = [
        ("Stage", "dev"),
        ("DomainPrefix", stack),
        ("RedirectUris", "https://layla.amazon.com/api/skill/link/M1"),
    ];
    let mut pool = String::new();
    for (number, template) in templates.iter().enumerate() {
        let kind = if number == 0 {
            ChangeSetType::Create
        } else {
            ChangeSetType::Update
        };
        let made = driver.deploy(kind, template, &parameters).await;
        let fine = [StackStatus::CreateComplete, StackStatus::UpdateComplete];
        if !fine.contains(&status(&made)) {
            let id = made.stack_id().unwrap();
            let failed = driver.events(id).await;
            panic!("{name}, step {number}: {failed:#?}");
        }
        pool = output(&made, "UserPoolId");
    }
    described(stage, &pool).await
}

#[tokio::test]
async fn every_option_can_be_switched_on_off_and_on() {
    let stage = stage().await;
    for choice in CHOICES {
        let (off, on) = (choice.template(choice.off), choice.template(choice.on));
        assert_ne!(off, on, "{}", choice.name);
        let name = |what: &str| format!("{}-{what}", choice.name);
        for (what, end, path) in [
            ("off", &off, vec![on.as_str(), &off]),
            ("on", &on, vec![on.as_str(), &off, &on]),
        ] {
            let walked = walk(&stage, &name(&format!("to-{what}")), &path).await;
            let at_once = walk(&stage, &name(what), &[end]).await;
            assert_eq!(walked, at_once, "{} {what}", choice.name);
        }
    }
    stage.stop().await;
}
