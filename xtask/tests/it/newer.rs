//! An Amazon that is newer than this version: every document that a deployment reads has a member that
//! nobody here knows.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::console::{Console, only_pool};
use crate::drift::{change_client, change_pool};
use crate::plan::with;
use crate::stage::Stage;

/// What becomes of a member that this version does not know.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// Nothing of the document is written back: what a deployment writes instead says everything that it
    /// decides, and CloudFormation keeps the rest.
    OnlyRead,
    /// What is written has it as it was.
    CarriedOver,
    /// The call has no place for it: the document is not written, and the error names the member.
    Refused,
    /// A deployment writes the document whole from files, because they are what the skill is: the plan names
    /// the member as one that goes, before anybody agrees to it.
    Planned,
}

use Fate::{CarriedOver, OnlyRead, Planned, Refused};

/// Every operation that a deployment reads with, and what becomes of a member of its answer.
const DOCUMENTS: &[(&str, Fate)] = &[
    ("acm DescribeCertificate", OnlyRead),
    ("cloudformation DescribeChangeSet", OnlyRead),
    ("cloudformation DescribeStackEvents", OnlyRead),
    ("cloudformation DescribeStacks", OnlyRead),
    // How a function and its alias have drifted; CloudFormation puts them back.
    ("cloudformation DetectStackResourceDrift", OnlyRead),
    // Templates are replaced by templates.
    ("cloudformation GetTemplate", OnlyRead),
    // Changed by hand, and put back by writing the whole document. What the call is known to take is carried
    // over: `a_pool_with_settings_of_its_own_is_put_back_around_them`.
    (POOL, Refused),
    (CLIENT, Refused),
    ("cognito-idp DescribeUserPoolDomain", OnlyRead),
    ("cognito-idp GetUserPoolMfaConfig", OnlyRead),
    ("cognito-idp ListUserPools", OnlyRead),
    (
        "lambda GET /2015-03-31/functions/account-guide-local/policy",
        OnlyRead,
    ),
    ("route53 GetHostedZone", OnlyRead),
    ("route53 ListResourceRecordSets", OnlyRead),
    ("s3 GET bucket", OnlyRead),
    (PUBLIC_ACCESS, Refused),
    (VERSIONING, Refused),
    // The state of the stage, with the lock in it.
    ("s3 GET object", CarriedOver),
    ("s3 HEAD bucket", OnlyRead),
    ("s3 HEAD object", OnlyRead),
    ("smapi GET /v1/skills", OnlyRead),
    ("smapi GET /v1/skills/imports/{importId}", OnlyRead),
    (LINKING, CarriedOver),
    (
        "smapi GET /v1/skills/{skillId}/stages/development/enablement",
        OnlyRead,
    ),
    (MODELS, Planned),
    (MANIFEST, Planned),
    ("smapi GET /v1/skills/{skillId}/status", OnlyRead),
    ("smapi GET /v1/vendors", OnlyRead),
    ("sts GetCallerIdentity", OnlyRead),
];

const POOL: &str = "cognito-idp DescribeUserPool";
const CLIENT: &str = "cognito-idp DescribeUserPoolClient";
const PUBLIC_ACCESS: &str = "s3 GET bucket?publicAccessBlock";
const VERSIONING: &str = "s3 GET bucket?versioning";
const LINKING: &str = "smapi GET /v1/skills/{skillId}/stages/development/accountLinkingClient";
const MANIFEST: &str = "smapi GET /v1/skills/{skillId}/stages/development/manifest";
/// With a locale at its end.
const MODELS: &str = "smapi GET /v1/skills/{skillId}/stages/development/interactionModel/locales/";

/// With a domain of one's own and a second factor, so that as much as possible is read.
const STACK: &str = "identity.mfa = \"optional\"\nidentity.mfa-factors = [\"totp\"]\n";
const WITH_PKCE: &str = "linking.pkce = true\n";

const BUCKET: &str = "account-guide-000000000000-us-east-1";
const STATE: &str = "stages/local.json";

struct Amazon<'stage> {
    stage: &'stage Stage,
    console: Console<'stage>,
}

impl Amazon<'_> {
    /// Lets documents have the member, and a PUT of account linking take it.
    fn becomes_newer(&self, documents: &[&str]) {
        let documents: Vec<_> = documents
            .iter()
            .map(|read| json!({ "read": read, "member": "Quantum", "value": "ENTANGLED" }))
            .collect();
        self.faults(&json!({ "newer": documents }));
    }

    fn faults(&self, faults: &Value) {
        self.console.device("control/faults", faults);
    }

    fn run(&self, more: &str, command: &str) -> (bool, Value, String) {
        let domain = crate::own_domain::at("login.example.com");
        let stack = format!("{STACK}{more}{domain}");
        let (said, _) = with(self.stage, &stack, &[command, "--json"]);
        (said.success, said.json(), said.stderr)
    }

    /// Deploys; how many calls have changed something.
    fn deploys(&self, more: &str) -> u64 {
        let (success, said, stderr) = self.run(more, "deploy");
        assert!(success, "{stderr}");
        said["calls"]["mutating"].as_u64().unwrap()
    }

    /// A deployment that ends before it writes the member over.
    fn refuses(&self, more: &str, code: &str) {
        let (success, said, stderr) = self.run(more, "deploy");
        assert!(!success, "{said}");
        assert_eq!(said["error"]["code"], code, "{stderr}");
        assert!(stderr.contains("Quantum"), "{stderr}");
    }

    fn linking(&self) -> Value {
        let skill = &self.console.skills()[0];
        let path = format!("v1/skills/{skill}/stages/development/accountLinkingClient");
        self.console.smapi(Method::GET, &path, None)["accountLinkingResponse"].clone()
    }

    fn state(&self) -> Value {
        serde_json::from_str(&self.console.object(BUCKET, STATE)).unwrap()
    }
}

fn of(fate: Fate) -> Vec<&'static str> {
    let documents = DOCUMENTS.iter().filter(|(_, other)| *other == fate);
    documents.map(|(read, _)| *read).collect()
}

#[test]
fn a_member_of_a_newer_amazon_is_carried_over_or_named() {
    let stage = Stage::start();
    let amazon = Amazon {
        stage: &stage,
        console: Console::of(&stage),
    };
    // What is only read is read by name, from the first deployment on.
    amazon.becomes_newer(&of(OnlyRead));
    amazon.deploys("");
    assert_eq!(amazon.deploys(""), 0);
    for command in ["plan", "status", "verify"] {
        let (success, said, stderr) = amazon.run("", command);
        assert!(success, "{command}: {said} {stderr}");
    }
    let looks = ["Describe", "Detect", "Get", "GET", "List", "HEAD"];
    let is_reading = |operation: &String| {
        let name = operation.split_once(' ').unwrap().1;
        looks.iter().any(|look| name.starts_with(look))
    };
    let read: BTreeSet<_> = (amazon.console.calls().into_iter())
        .filter(is_reading)
        .map(|operation| match operation.strip_prefix(MODELS) {
            Some(_) => MODELS.to_owned(),
            None => operation,
        })
        .collect();
    let known: BTreeSet<_> = DOCUMENTS
        .iter()
        .map(|(read, _)| (*read).to_owned())
        .collect();
    assert_eq!(read, known, "every document is in the table");

    is_carried_over(&amazon);
    is_refused(&amazon);
    is_planned(&amazon);
    assert!(stage.end("-TERM"));
}

fn is_carried_over(amazon: &Amazon<'_>) {
    assert_eq!(of(CarriedOver), ["s3 GET object", LINKING]);
    let mut state = amazon.state();
    state["Quantum"] = "ENTANGLED".into();
    state["linking"]["Quantum"] = "ENTANGLED".into();
    (amazon.console).put_object(BUCKET, STATE, &state.to_string());
    let write = LINKING.replace("GET", "PUT");
    let mut newer = json!({
        "read": LINKING, "write": write, "member": "Quantum", "value": "ENTANGLED",
    });
    amazon.faults(&json!({ "newer": [newer] }));
    assert_eq!(amazon.deploys(""), 0);
    assert_ne!(amazon.deploys(WITH_PKCE), 0);
    let linking = amazon.linking();
    assert_eq!(linking["Quantum"], "ENTANGLED");
    assert_eq!(linking["pkceConfiguration"]["status"], "ENABLED");
    assert_eq!(amazon.deploys(WITH_PKCE), 0);
    let state = amazon.state();
    assert_eq!(state["Quantum"], "ENTANGLED");
    assert_eq!(state["linking"]["Quantum"], "ENTANGLED");

    // Amazon names what it does not take back, and nothing is changed.
    newer["write"] = Value::Null;
    amazon.faults(&json!({ "newer": [newer] }));
    amazon.refuses("linking.scopes = [\"openid\"]\n", "SMAPI_BAD_REQUEST");
    assert_eq!(amazon.linking()["scopes"], linking["scopes"]);
    amazon.becomes_newer(&[]);
    amazon.deploys(WITH_PKCE);
}

fn is_refused(amazon: &Amazon<'_>) {
    assert_eq!(of(Refused), [POOL, CLIENT, PUBLIC_ACCESS, VERSIONING]);
    // Where nothing has to be written, nothing is in the way.
    amazon.becomes_newer(&of(Refused));
    assert_eq!(amazon.deploys(WITH_PKCE), 0);

    let console = &amazon.console;
    let pool = only_pool(console);
    let link = || {
        let described = console.cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
        let template = &described["UserPool"]["VerificationMessageTemplate"];
        template["DefaultEmailOption"].clone()
    };
    amazon.becomes_newer(&[]);
    change_pool(console, &pool, |pool| {
        pool["VerificationMessageTemplate"]["DefaultEmailOption"] = json!("CONFIRM_WITH_LINK");
    });
    amazon.becomes_newer(&[POOL]);
    amazon.refuses(WITH_PKCE, "DRIFT");
    assert_eq!(link(), "CONFIRM_WITH_LINK");
    amazon.becomes_newer(&[]);
    amazon.deploys(WITH_PKCE);
    assert_eq!(link(), "CONFIRM_WITH_CODE");

    change_client(console, &pool, |client| {
        client["AuthSessionValidity"] = json!(5);
    });
    amazon.becomes_newer(&[CLIENT]);
    amazon.refuses(WITH_PKCE, "DRIFT");
    amazon.becomes_newer(&[]);
    amazon.deploys(WITH_PKCE);

    let suspended = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    let open = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
                </PublicAccessBlockConfiguration>";
    for (document, what, configuration, memory) in [
        (PUBLIC_ACCESS, "publicAccessBlock", open, 512),
        (VERSIONING, "versioning", suspended, 1024),
    ] {
        console.configure_bucket(what, configuration);
        amazon.becomes_newer(&[document]);
        // Only a deployment that has something to do looks at the bucket.
        let stack = format!("{WITH_PKCE}lambda.memory = {memory}\n");
        amazon.refuses(&stack, "BUCKET");
        amazon.becomes_newer(&[]);
        amazon.deploys(&stack);
    }
}

fn is_planned(amazon: &Amazon<'_>) {
    assert_eq!(of(Planned), [MODELS, MANIFEST]);
    amazon.becomes_newer(&[&format!("{MODELS}en-US"), MANIFEST]);
    let (_, plan, _) = amazon.run(WITH_PKCE, "plan");
    let parts = plan["parts"].as_array().unwrap().iter();
    let part = parts.filter(|part| part["step"] == "skill package");
    let changes = part.flat_map(|part| part["changes"].as_array().unwrap());
    let fields: Vec<_> = changes
        .flat_map(|change| {
            let fields = change["fields"].as_array().unwrap().iter();
            fields.map(move |field| (change["subject"].as_str().unwrap(), field))
        })
        .map(|(subject, field)| (subject, field["kind"].clone(), field["path"].clone()))
        .collect();
    assert_eq!(
        fields,
        [
            ("manifest", json!("removed"), json!(["manifest", "Quantum"])),
            (
                "interaction model en-US",
                json!("removed"),
                json!(["Quantum"])
            ),
        ]
    );
    assert_ne!(amazon.deploys(WITH_PKCE), 0);
    // What Amazon adds by itself is no reason to import once more.
    assert_eq!(amazon.deploys(WITH_PKCE), 0);
}
