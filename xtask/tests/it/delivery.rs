//! The roles of a pipeline: made, used by every deployment, and compared with what deployments call.

use std::collections::BTreeSet;

use infra::stacks::delivery::actions::{CHANGE, Grant, PLAN, PLAN_DOMAIN};
use serde_json::{Value, json};

use crate::command::Said;
use crate::console::{Console, only_pool};
use crate::drift::{change_client, change_pool};
use crate::plan::with;
use crate::stage::Stage;

const READ_SECRET: &str = "cognito-idp DescribeUserPoolClient";

/// What is granted and is nobody's call here, with the reason.
const UNCALLED: &[(&str, &str)] = &[
    (
        "cloudformation:BatchDescribeTypeConfigurations",
        "drift detection, with the caller's rights",
    ),
    (
        "cloudformation:DescribeStackEvents",
        "a plan of a stack that is stuck",
    ),
    (
        "s3:ListBucket",
        "a plan where an object is missing, which S3 denies otherwise",
    ),
    (
        "cloudformation:DeleteChangeSet",
        "a change set that says more than the plan",
    ),
    (
        "cloudformation:TagResource",
        "comes with a change set's tags",
    ),
    (
        "cloudformation:UntagResource",
        "comes with a change set's tags",
    ),
    (
        "lambda:GetAlias",
        "drift detection, with the caller's rights",
    ),
    (
        "lambda:GetFunction",
        "drift detection, with the caller's rights",
    ),
    (
        "lambda:GetProvisionedConcurrencyConfig",
        "drift detection, with the caller's rights",
    ),
    (
        "lambda:GetRuntimeManagementConfig",
        "drift detection, with the caller's rights",
    ),
];

fn bootstrap(stage: &Stage, more: &[&str]) -> Said {
    let arguments = [&["bootstrap", "local", "--json"], more].concat();
    with(stage, "", &arguments).0
}

fn deploy(stage: &Stage, stack: &str) -> Said {
    with(stage, stack, &["deploy", "--json"]).0
}

fn succeeds(said: &Said) -> Value {
    assert!(said.success, "{}", said.stderr);
    said.json()
}

/// What IAM calls an operation of the journal; `None` for what needs no permission of AWS.
fn action(operation: &str) -> Option<String> {
    let (service, what) = operation.split_once(' ').unwrap();
    let named = match (service, what) {
        // The log is read after the story, which a local stage alone is tried out with.
        ("smapi" | "lwa" | "sts", _) | ("logs", "FilterLogEvents") => return None,
        ("cloudformation" | "cognito-idp" | "acm" | "route53", what) => format!("{service}:{what}"),
        ("lambda", what) if what.starts_with("GET ") && what.ends_with("/policy") => {
            "lambda:GetPolicy".to_owned()
        }
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
        ("s3", "GET bucket" | "GET bucket?max-buckets") => "s3:ListAllMyBuckets".to_owned(),
        ("s3", "HEAD bucket") => "s3:ListBucket".to_owned(),
        ("s3", "PUT bucket") => "s3:CreateBucket".to_owned(),
        ("s3", "GET bucket?publicAccessBlock") => "s3:GetBucketPublicAccessBlock".to_owned(),
        ("s3", "PUT bucket?publicAccessBlock") => "s3:PutBucketPublicAccessBlock".to_owned(),
        ("s3", "GET bucket?versioning") => "s3:GetBucketVersioning".to_owned(),
        ("s3", "PUT bucket?versioning") => "s3:PutBucketVersioning".to_owned(),
        ("s3", "GET object" | "HEAD object") => "s3:GetObject".to_owned(),
        ("s3", "PUT object") => "s3:PutObject".to_owned(),
        _ => panic!("{operation} is no call that a role of the delivery stack knows"),
    };
    Some(named)
}

fn actions(calls: &BTreeSet<String>) -> BTreeSet<String> {
    calls.iter().filter_map(|call| action(call)).collect()
}

fn granted(grants: &[&[Grant]]) -> BTreeSet<String> {
    let grants = grants.iter().flat_map(|grants| grants.iter());
    let actions = grants.flat_map(|grant| grant.actions());
    actions.map(|action| (*action).to_owned()).collect()
}

/// Runs a command, and adds what it calls.
fn recorded(
    console: &Console<'_>,
    faults: &Value,
    calls: &mut BTreeSet<String>,
    command: impl FnOnce() -> Said,
) -> Said {
    console.device("control/faults", faults);
    let said = command();
    calls.extend(console.calls());
    console.device("control/faults", &json!({}));
    said
}

#[test]
fn the_roles_allow_what_a_whole_rollout_calls_and_nothing_else() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    succeeds(&bootstrap(
        &stage,
        &["--repository", "me/fork", "--plan-role"],
    ));
    let (mut planning, mut deploying) = (BTreeSet::new(), BTreeSet::new());
    let nothing = json!({});
    // The role of plans may not read the client secret.
    let denied = json!({ "denied": [READ_SECRET] });
    let mut plan = |stack: &str| {
        let command = || with(&stage, stack, &["plan", "--json"]).0;
        let said = recorded(&console, &denied, &mut planning, command);
        assert!(!said.stderr.contains("error["), "{}", said.stderr);
        said
    };
    let mut run = |faults: &Value, stack: &str| {
        recorded(&console, faults, &mut deploying, || deploy(&stage, stack))
    };

    plan("");
    succeeds(&run(&nothing, ""));
    let said = plan("");
    assert_eq!(said.json()["changes"], false, "{}", said.stdout);
    assert!(
        said.stderr.contains("may not read app clients"),
        "{}",
        said.stderr
    );
    // An update that cannot be taken back, in one region: a fault strikes whoever comes next.
    let failing = |resource: &str, action: &str, after: u32| {
        json!({ "resource": resource, "action": action, "after": after, "times": 1,
                "reason": "Rate exceeded" })
    };
    let larger = "[lambda]\nmemory = 512\n";
    let faults = json!({
        "stacks": [failing("Alias", "UPDATE", 0), failing("Function", "UPDATE", 1)]
    });
    assert!(!run(&faults, larger).success);
    succeeds(&run(&nothing, larger));
    // A function that cannot be made in another region.
    let regions = format!("{larger}regions = {{ default = \"us-east-1\", EU = \"eu-west-1\" }}\n");
    let faults = json!({ "stacks": [failing("Alias", "CREATE", 0)] });
    assert!(!run(&faults, &regions).success);
    succeeds(&run(&nothing, &regions));
    // A region that is given up.
    succeeds(&run(&nothing, ""));
    // Settings that somebody changed by hand, some of which no template mentions.
    let pool = only_pool(&console);
    change_pool(&console, &pool, |pool| {
        pool["UserPoolAddOns"] = json!({ "AdvancedSecurityMode": "OFF" });
    });
    change_client(&console, &pool, |client| {
        client["AuthSessionValidity"] = json!(5);
    });
    plan("");
    succeeds(&run(&nothing, ""));
    // A stack that is gone without its pool, and a state that is lost.
    console.delete_stack("account-guide-local-identity");
    plan("");
    succeeds(&run(&nothing, ""));
    console.lose_state();
    console.open_bucket();
    plan("");
    succeeds(&run(&nothing, ""));
    // Another way to sign in.
    let factors = "[identity]\nmfa = \"optional\"\nmfa-factors = [\"totp\"]\n";
    plan(factors);
    succeeds(&run(&nothing, factors));
    plan(factors);
    // Another place to sign in, which is refused unless it is allowed, and looked at before.
    plan(&crate::own_domain::at("login.example.com"));
    let verify = || with(&stage, factors, &["verify", "--json"]).0;
    succeeds(&recorded(&console, &nothing, &mut deploying, verify));

    let (may_plan, may_deploy) = (
        granted(&[PLAN, PLAN_DOMAIN]),
        granted(&[PLAN, PLAN_DOMAIN, CHANGE]),
    );
    planning.remove(READ_SECRET);
    let (plans, deploys) = (actions(&planning), actions(&deploying));
    let beyond: Vec<_> = plans.difference(&may_plan).collect();
    assert!(beyond.is_empty(), "a plan calls {beyond:?}");
    let beyond: Vec<_> = deploys.difference(&may_deploy).collect();
    assert!(beyond.is_empty(), "a deployment calls {beyond:?}");
    let called = &plans | &deploys;
    let never: Vec<_> = may_deploy
        .difference(&called)
        .filter(|action| !UNCALLED.iter().any(|(start, _)| action.starts_with(start)))
        .collect();
    assert!(never.is_empty(), "nobody calls {never:?}");
    let unread: Vec<_> = may_plan
        .difference(&plans)
        .filter(|action| !UNCALLED.iter().any(|(start, _)| action.starts_with(start)))
        .collect();
    assert!(unread.is_empty(), "no plan calls {unread:?}");
    assert!(stage.end("-TERM"));
}

/// A stage that was bootstrapped is worked on with the role of its delivery stack, and what it makes is
/// under the boundary; one that was not is as it always was.
#[test]
fn a_bootstrapped_stage_is_deployed_with_the_service_role() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let texts = "[identity]\nsign-in = [\"phone\"]\nrecovery = [\"phone\"]\n\
                 [linking]\nscopes = [\"openid\", \"phone\"]\n";
    succeeds(&deploy(&stage, texts));
    let stacks = ["account-guide-local-identity", "account-guide-local-skill"];
    let described = |name: &str| console.cloudformation("DescribeStacks", &[("StackName", name)]);
    for name in stacks {
        assert!(!described(name).contains("<RoleARN>"), "{name}");
    }
    let refused = bootstrap(&stage, &[]);
    assert!(
        refused.last_words().starts_with("error[STACK]"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stderr.contains("--repository OWNER/NAME"),
        "{}",
        refused.stderr
    );
    let made = succeeds(&bootstrap(&stage, &["--repository", "me/fork"]));
    assert_eq!(made["repository"], "me/fork");
    assert_eq!(made["environments"].as_object().unwrap().len(), 1, "{made}");
    assert_eq!(made["makesProvider"], true);
    let role = made["serviceRole"].as_str().unwrap().to_owned();
    let boundary = made["roleBoundary"].as_str().unwrap().to_owned();

    // Both roles get their boundary, and nothing else is changed.
    let plan = with(&stage, texts, &["plan", "--json"]).0.json();
    let bounded = plan.to_string().matches("PermissionsBoundary\"]").count();
    assert_eq!(bounded, 2, "{plan}");
    succeeds(&deploy(&stage, texts));
    for name in stacks {
        let described = described(name);
        assert!(
            described.contains(&format!("<RoleARN>{role}</RoleARN>")),
            "{described}"
        );
        assert!(described.contains(&boundary), "{described}");
    }
    let plan = with(&stage, texts, &["plan", "--json"]).0.json();
    assert_eq!(plan["changes"], false, "{plan}");

    // Said once, it need not be said again; what is said newly is changed.
    let again = succeeds(&bootstrap(&stage, &[]));
    assert_eq!(again["changes"], false, "{again}");
    assert_eq!(again["calls"]["mutating"], 0, "{again}");
    let planned = succeeds(&bootstrap(&stage, &["--plan-role"]));
    assert_eq!(
        planned["environments"].as_object().unwrap().len(),
        2,
        "{planned}"
    );
    assert!(
        planned["environments"]["plan"]["AWS_ROLE"].is_string(),
        "{planned}"
    );
    assert_eq!(planned["serviceRole"], role.as_str());
    let without = succeeds(&bootstrap(&stage, &["--plan-role=false"]));
    assert_eq!(
        without["environments"].as_object().unwrap().len(),
        1,
        "{without}"
    );
    // CloudFormation deletes with the role, too.
    let destroyed = with(&stage, texts, &["destroy", "--yes", "--json"]).0;
    succeeds(&destroyed);
    assert!(stage.end("-TERM"));
}

/// An account has one provider for GitHub, whoever made it.
#[test]
fn a_provider_that_is_there_is_used() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let template = "Resources: {Github: {Type: AWS::IAM::OIDCProvider, Properties: {Url: \
                    'https://token.actions.githubusercontent.com', ClientIdList: \
                    [sts.amazonaws.com]}}}";
    console.make_stack("somebody-elses", template);
    let said = bootstrap(&stage, &["--repository", "me/fork"]);
    let made = succeeds(&said);
    assert_eq!(made["makesProvider"], false, "{made}");
    assert!(said.stderr.contains("already"), "{}", said.stderr);
    let again = succeeds(&bootstrap(&stage, &[]));
    assert_eq!(again["changes"], false, "{again}");
    assert!(stage.end("-TERM"));
}
