//! The roles of a pipeline against what Amazon's resource schemas say that making resources takes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::schema::schema;
use super::{
    CUSTOM_DOMAIN, EXISTING, EXISTING_DOMAIN, SCOPES, identity, json, names, skill, stack,
};
use crate::stacks::delivery::actions::{
    BOUNDARY, CHANGE, Grant, MAKE, MAKE_DOMAIN, MAKE_SCOPES, ON_CLIENTS, ON_DOMAINS, PLAN,
    PLAN_DOMAIN, PLAN_SCOPES,
};
use crate::stacks::delivery::delivery;

/// What handlers may call for what the stacks do not use: the beginning of an action, and the reason.
const UNUSED: &[(&str, &str)] = &[
    ("codedeploy:", "an alias that moves bit by bit"),
    ("ec2:", "a function in a network of one's own"),
    ("elasticfilesystem:", "a function with files"),
    ("firehose:", "logs that are delivered elsewhere"),
    (
        "iam:DeleteRolePermissionsBoundary",
        "it would lift the boundary",
    ),
    ("kms:", "keys of one's own"),
    ("lambda:AssociateRuntimeAlias", "a runtime of an alias"),
    ("lambda:DeleteFunctionCodeSigningConfig", "signed code"),
    ("lambda:GetCodeSigningConfig", "signed code"),
    ("lambda:GetLayerVersion", "layers"),
    ("lambda:PassCapacityProvider", "capacity of one's own"),
    ("lambda:PutFunctionCodeSigningConfig", "signed code"),
    ("logs:AssociateKmsKey", "keys of one's own"),
    (
        "logs:CreateLogDelivery",
        "logs that are delivered elsewhere",
    ),
    ("logs:DeleteDataProtectionPolicy", "masked logs"),
    ("logs:DeleteIndexPolicy", "indexed logs"),
    ("logs:DeleteResourcePolicy", "logs that others may write"),
    ("logs:DisassociateKmsKey", "keys of one's own"),
    (
        "logs:PutBearerTokenAuthentication",
        "logs that are sent with a token",
    ),
    ("logs:PutDataProtectionPolicy", "masked logs"),
    ("logs:PutIndexPolicy", "indexed logs"),
    ("logs:PutLogGroupDeletionProtection", "log groups that stay"),
    ("logs:PutResourcePolicy", "logs that others may write"),
    ("s3:REST.PUT.OBJECT", "logs that are delivered elsewhere"),
    ("s3files:", "a function with files"),
];

/// Every stack that any stack file can ask for.
fn templates() -> Vec<Value> {
    let texts = "[identity]\nsign-in = ['phone']\nrecovery = ['admin-only']";
    [
        identity(&stack("")),
        identity(&stack(texts)),
        identity(&stack(CUSTOM_DOMAIN)),
        identity(&stack(SCOPES)),
        skill(&stack("")),
    ]
    .map(|template| json(&template))
    .into()
}

/// What the handlers of all types call.
fn wanted() -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    for template in templates() {
        for resource in template["Resources"].as_object().unwrap().values() {
            types.insert(resource["Type"].as_str().unwrap().to_owned());
        }
    }
    assert!(types.len() >= 10, "{types:?}");
    let mut wanted = BTreeSet::new();
    for one in types {
        for handler in schema(&one)["handlers"].as_object().unwrap().values() {
            for action in handler["permissions"].as_array().unwrap() {
                wanted.insert(action.as_str().unwrap().to_owned());
            }
        }
    }
    wanted
}

fn actions(grants: &[Grant]) -> BTreeSet<String> {
    let actions = grants.iter().flat_map(|grant| grant.actions());
    actions.map(|action| (*action).to_owned()).collect()
}

fn unused(action: &str) -> bool {
    UNUSED.iter().any(|(start, _)| action.starts_with(start))
}

#[test]
fn cloudformation_may_do_what_the_resource_types_need_and_no_more() {
    let wanted = wanted();
    let granted = actions(&[MAKE, MAKE_DOMAIN, MAKE_SCOPES].concat());
    let missing: Vec<_> = wanted
        .iter()
        .filter(|action| !granted.contains(*action) && !unused(action))
        .collect();
    assert!(missing.is_empty(), "no handler may {missing:?}");
    let surplus: Vec<_> = granted.difference(&wanted).collect();
    assert!(surplus.is_empty(), "no handler needs {surplus:?}");
    for (start, reason) in UNUSED {
        assert!(
            wanted.iter().any(|action| action.starts_with(start)),
            "no handler asks for {start} ({reason})"
        );
        assert!(
            !granted.iter().any(|action| action.starts_with(start)),
            "{start} is granted after all"
        );
    }
}

/// With the rights of whoever asks, CloudFormation reads what may have drifted.
#[test]
fn a_plan_may_read_what_drift_detection_reads() {
    let granted = actions(PLAN);
    for one in ["AWS::Lambda::Function", "AWS::Lambda::Alias"] {
        for action in schema(one)["handlers"]["read"]["permissions"]
            .as_array()
            .unwrap()
        {
            let action = action.as_str().unwrap();
            assert!(granted.contains(action) || unused(action), "{action}");
        }
    }
}

#[test]
fn a_plan_reads_and_no_secret() {
    for action in actions(&[PLAN, PLAN_SCOPES].concat()) {
        let verb = action.split(':').nth(1).unwrap();
        assert!(
            READS.iter().any(|start| verb.starts_with(start)),
            "{action}"
        );
    }
    assert!(!actions(PLAN).contains("cognito-idp:DescribeUserPoolClient"));
}

fn allows(pattern: &str, action: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => action.starts_with(start),
        None => pattern == action,
    }
}

#[test]
fn the_boundary_has_room_for_every_grant_and_nobody_lifts_one() {
    let boundary = actions(&[BOUNDARY, PLAN_DOMAIN, MAKE_DOMAIN].concat());
    let within = |action: &str| boundary.iter().any(|pattern| allows(pattern, action));
    for action in actions(
        &[
            PLAN,
            PLAN_DOMAIN,
            PLAN_SCOPES,
            CHANGE,
            MAKE,
            MAKE_DOMAIN,
            MAKE_SCOPES,
        ]
        .concat(),
    ) {
        assert!(within(&action), "{action}");
    }
    assert!(!within("iam:DeleteRolePermissionsBoundary"));
    assert!(!within("iam:CreateUser"));
    // Who makes a role, or gives it something, does so under the stage's boundary.
    for grants in [BOUNDARY, MAKE] {
        for grant in grants {
            if matches!(grant, Grant::BoundedRoles(_)) {
                continue;
            }
            for action in [
                "iam:CreateRole",
                "iam:PutRolePolicy",
                "iam:AttachRolePolicy",
            ] {
                assert!(!grant.actions().iter().any(|own| allows(own, action)));
            }
        }
    }
}

fn policies(template: &Value) -> BTreeMap<String, Value> {
    let resources = template["Resources"].as_object().unwrap();
    resources
        .iter()
        .filter_map(|(id, resource)| {
            let properties = &resource["Properties"];
            let document = match resource["Type"].as_str()? {
                "AWS::IAM::ManagedPolicy" => &properties["PolicyDocument"],
                "AWS::IAM::Role" => &properties["Policies"][0]["PolicyDocument"],
                _ => return None,
            };
            Some((id.clone(), document.clone()))
        })
        .collect()
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
#[test]
fn no_policy_is_too_long_with_the_longest_names() {
    let name = format!("name = '{}'\n{CUSTOM_DOMAIN}{SCOPES}", "n".repeat(32));
    let stack = crate::StackFile::parse(&name, "stack.toml").unwrap();
    let template = json(&delivery(&stack));
    let policies = policies(&template);
    assert_eq!(policies.len(), 5);
    for (id, document) in policies {
        // Amazon counts no white space, and values where we have functions.
        let text = document
            .to_string()
            .replace("{\"Fn::Sub\":", "")
            .replace("${AWS::AccountId}", &"0".repeat(12))
            .replace("${Stage}", &"s".repeat(16));
        let longest = if id.ends_with("Role") { 10_240 } else { 6_144 };
        assert!(text.len() < longest, "{id} has {} characters", text.len());
    }
}

/// Only who signs people in there has rights on a certificate and a zone, and on no other.
#[test]
fn a_domain_of_ones_own_is_granted_by_its_certificate_and_zone() {
    let own = json(&delivery(&stack(CUSTOM_DOMAIN)));
    let policies = policies(&own);
    for (role, resource) in [
        (
            "PlanRole",
            "arn:aws:acm:us-east-1:123456789012:certificate/1",
        ),
        (
            "DeployRole",
            "arn:aws:acm:us-east-1:123456789012:certificate/1",
        ),
        ("PlanRole", "arn:aws:route53:::hostedzone/Z1EXAMPLE"),
        ("ServiceRole", "arn:aws:route53:::hostedzone/Z1EXAMPLE"),
    ] {
        let text = policies[role].to_string();
        assert!(
            text.contains(&format!("[\"{resource}\"]")),
            "{role}: {text}"
        );
    }
    let plain = json(&delivery(&stack(""))).to_string();
    for service in ["acm:", "route53:", "cloudfront:"] {
        assert!(!plain.contains(service), "{service}");
    }
}

/// Scopes are granted where there are some, and in a pool of others they are only read.
#[test]
fn resource_servers_are_granted_where_the_file_has_some() {
    let existing = format!("{EXISTING}{SCOPES}");
    for (file, plan, make) in [("", 0, 0), (SCOPES, 1, 5), (existing.as_str(), 1, 0)] {
        let policies = policies(&json(&delivery(&stack(file))));
        for (role, count) in [
            ("PlanRole", plan),
            ("DeployRole", plan),
            ("ServiceRole", make),
        ] {
            let found = policies[role].to_string().matches("ResourceServer").count();
            assert_eq!(found, count, "{file}: {role}");
        }
    }
}

/// In a pool that exists already the roles work by its ARN, and with nothing that changes the pool.
#[test]
fn of_a_pool_that_exists_only_clients_and_domains_are_granted() {
    let arn = "arn:aws:cognito-idp:eu-west-1:${AWS::AccountId}:userpool/eu-west-1_AbCdEf123";
    for (file, more) in [(EXISTING, ON_DOMAINS), (EXISTING_DOMAIN, &[])] {
        let stack = stack(file);
        let template = json(&delivery(&stack));
        let mut writing = BTreeSet::new();
        for (id, document) in policies(&template) {
            // The boundary grants nothing.
            if id == "Boundary" {
                continue;
            }
            for statement in document["Statement"].as_array().unwrap() {
                for action in statement["Action"].as_array().unwrap() {
                    let action = action.as_str().unwrap();
                    let (service, verb) = action.split_once(':').unwrap();
                    let reads = READS.iter().any(|start| verb.starts_with(start));
                    if service != "cognito-idp" || reads {
                        continue;
                    }
                    assert_eq!(
                        statement["Resource"],
                        serde_json::json!([{ "Fn::Sub": arn }]),
                        "{id}: {action}"
                    );
                    writing.insert(action.to_owned());
                }
            }
        }
        let expected: BTreeSet<_> = (ON_CLIENTS.iter().chain(more))
            .map(|action| (*action).to_owned())
            .filter(|action| {
                let verb = action.split(':').nth(1).unwrap();
                !READS.iter().any(|start| verb.starts_with(start))
            })
            .collect();
        assert_eq!(writing, expected);
        let text = template.to_string();
        for absent in ["UserPool\"", "ResourceTag", "cognito-idp.amazonaws.com"] {
            let granted = text.replace("DescribeUserPool\"", "");
            assert!(!granted.contains(absent), "{absent}");
        }
        // What the handlers of its resources call is there, and no more of pools.
        let mut wanted = BTreeSet::new();
        for resource in json(&identity(&stack))["Resources"]
            .as_object()
            .unwrap()
            .values()
        {
            let schema = schema(resource["Type"].as_str().unwrap());
            // All of it is retained, whatever fails, is replaced or leaves the file.
            for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
                assert_eq!(resource[policy], "Retain", "{resource}");
            }
            let handlers = schema["handlers"].as_object().unwrap();
            for (_, handler) in handlers.iter().filter(|(name, _)| *name != "delete") {
                let actions = handler["permissions"].as_array().unwrap().iter();
                let actions = actions.map(|action| action.as_str().unwrap().to_owned());
                wanted.extend(actions.filter(|action| action.starts_with("cognito-idp:")));
            }
        }
        wanted.remove("cognito-idp:DescribeUserPoolDomain");
        assert!(!text.contains("cognito-idp:Delete"), "{text}");
        let within = ON_CLIENTS.iter().chain(more);
        assert_eq!(wanted, within.map(|action| (*action).to_owned()).collect());
    }
}

/// A pipeline's role in an environment of one repository: nothing in it is a pattern.
#[test]
fn a_role_trusts_one_repository_and_environment() {
    let template = json(&delivery(&stack("")));
    for (role, environment) in [("DeployRole", "${Stage}"), ("PlanRole", "plan")] {
        let role = &template["Resources"][role]["Properties"];
        let trust = &role["AssumeRolePolicyDocument"]["Statement"];
        assert_eq!(trust.as_array().unwrap().len(), 1);
        assert_eq!(
            trust[0]["Condition"],
            serde_json::json!({ "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": {
                    "Fn::Sub": format!("repo:${{Repository}}:environment:{environment}"),
                },
            }})
        );
        assert_eq!(role["PermissionsBoundary"]["Ref"], "Boundary");
    }
}

/// What writes without saying the stage, and why that is no other stage's loss.
const SHARED: &[(&str, &str)] = &[
    ("iam:CreateServiceLinkedRole", "for one service"),
    ("iam:PassRole", "the stack's own role, to CloudFormation"),
    (
        "s3:CreateBucket",
        "the stack file's buckets are all stages'",
    ),
    (
        "s3:PutBucketPublicAccessBlock",
        "the stack file's buckets are all stages'",
    ),
    (
        "s3:PutBucketVersioning",
        "the stack file's buckets are all stages'",
    ),
];

/// In an account with several stages, each pipeline writes to its own.
#[test]
fn what_writes_is_limited_to_the_stage() {
    let template = json(&delivery(&stack("")));
    let mut writing = 0;
    for (id, document) in policies(&template) {
        if !id.ends_with("Role") && id != "RoleBoundary" {
            continue;
        }
        for statement in document["Statement"].as_array().unwrap() {
            let condition = statement["Condition"].to_string();
            let limited = statement["Resource"].to_string().contains("${Stage}")
                || condition.contains("\"Ref\":\"Stage\"");
            for action in statement["Action"].as_array().unwrap() {
                let action = action.as_str().unwrap();
                let verb = action.split(':').nth(1).unwrap();
                let shared = SHARED.iter().any(|(known, _)| *known == action);
                // A text message belongs to no stage.
                if READS.iter().any(|start| verb.starts_with(start)) || action == "sns:Publish" {
                    continue;
                }
                writing += 1;
                assert!(limited || shared, "{id}: {action}");
            }
        }
    }
    assert!(writing > 60, "{writing}");
}

/// What the names of actions begin with that change nothing.
const READS: [&str; 5] = ["BatchDescribe", "Describe", "Detect", "Get", "List"];

/// Whose people have their accounts at Amazon needs no right to anybody's user pool.
#[test]
fn without_a_user_pool_nothing_is_granted_on_any() {
    let amazon = "[identity]\nprovider = 'login-with-amazon'\n[linking]\nscopes = ['profile']\n\
                  profile-source = 'login-with-amazon'";
    let template = json(&delivery(&stack(amazon))).to_string();
    assert!(!template.contains("cognito-idp"), "{template}");
    assert!(
        json(&delivery(&stack("")))
            .to_string()
            .contains("cognito-idp:CreateUserPool")
    );
}

/// The keys of conditions name the tags that the stacks carry.
#[test]
fn pools_are_told_by_the_tags_that_they_have() {
    let text = json(&delivery(&stack(""))).to_string();
    for tag in [names::TAG_STACK, names::TAG_STAGE] {
        assert!(text.contains(&format!("aws:ResourceTag/{tag}")), "{tag}");
        assert!(text.contains(&format!("aws:RequestTag/{tag}")), "{tag}");
    }
}

/// A stage's roles are where its pipeline may make roles, under the boundary that it is given.
#[test]
fn every_role_of_a_stage_is_under_its_path_and_boundary() {
    let mut roles = 0;
    for template in templates() {
        for resource in template["Resources"].as_object().unwrap().values() {
            if resource["Type"] != "AWS::IAM::Role" {
                continue;
            }
            roles += 1;
            let properties = &resource["Properties"];
            assert_eq!(properties["Path"]["Fn::Sub"], "/guide/${Stage}/");
            assert_eq!(
                properties["PermissionsBoundary"]["Fn::If"],
                serde_json::json!([
                    "Unbounded",
                    { "Ref": "AWS::NoValue" },
                    { "Ref": "PermissionsBoundary" },
                ])
            );
        }
    }
    assert_eq!(roles, 2);
}
