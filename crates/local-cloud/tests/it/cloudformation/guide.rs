//! The committed stacks, end to end.

use std::io::Write as _;

use aws_sdk_cloudformation::types::{
    ChangeSetStatus, ChangeSetType, PolicyAction, Replacement, StackStatus,
};
use aws_sdk_s3::primitives::ByteStream;
use local_cloud::LocalStage;
use serde_json::{Value, json};

use super::{Driver, output, status};
use crate::aws::{http, signed, stage};

const IDENTITY: &str = include_str!("../../../../../infra/templates/presets/email/identity.yaml");
const SKILL: &str = include_str!("../../../../../infra/templates/presets/email/skill.yaml");

const PEOPLE: &[(&str, &str)] = &[
    ("Stage", "dev"),
    ("DomainPrefix", "guide-dev"),
    (
        "RedirectUris",
        "https://layla.amazon.com/api/skill/link/M1,https://pitangui.amazon.com/api/skill/link/M1",
    ),
];

/// One signed call of a JSON 1.1 API.
async fn call(stage: &LocalStage, service: &str, target: &str, input: Value) -> Value {
    let request = http()
        .post(stage.urls().aws.clone())
        .header("x-amz-target", target)
        .body(input.to_string());
    let answer = signed(stage, request, service, "us-east-1").await;
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

pub(super) async fn cognito(stage: &LocalStage, operation: &str, input: Value) -> Value {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    call(stage, "cognito-idp", &target, input).await
}

async fn lambda(stage: &LocalStage, path: &str) -> Value {
    let url = stage.urls().aws.join(path).unwrap();
    let answer = signed(stage, http().get(url), "lambda", "us-east-1").await;
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn the_identity_stack_makes_a_pool_that_people_can_sign_in_to() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide-dev-identity");
    let stack = driver.deploy(ChangeSetType::Create, IDENTITY, PEOPLE).await;
    let id = stack.stack_id().unwrap();
    assert_eq!(
        status(&stack),
        StackStatus::CreateComplete,
        "{:#?}",
        driver
            .api
            .describe_stack_events()
            .stack_name(id)
            .send()
            .await
            .unwrap()
            .stack_events()
    );
    let pool_id = output(&stack, "UserPoolId");
    let client_id = output(&stack, "ClientId");
    assert!(pool_id.starts_with("us-east-1_"), "{pool_id}");
    assert_eq!(output(&stack, "Domain"), "guide-dev");

    let pool = cognito(&stage, "DescribeUserPool", json!({ "UserPoolId": pool_id })).await;
    assert_eq!(pool["UserPool"]["Arn"], output(&stack, "UserPoolArn"));
    assert_eq!(pool["UserPool"]["UsernameAttributes"], json!(["email"]));
    assert_eq!(pool["UserPool"]["DeletionProtection"], "ACTIVE");
    assert_eq!(pool["UserPool"]["MfaConfiguration"], "OFF");
    assert_eq!(pool["UserPool"]["Domain"], "guide-dev");
    let input = json!({ "UserPoolId": pool_id, "ClientId": client_id });
    let client = cognito(&stage, "DescribeUserPoolClient", input.clone()).await;
    let client = &client["UserPoolClient"];
    assert!(
        client["ClientSecret"]
            .as_str()
            .is_some_and(|secret| secret.len() > 40)
    );
    assert_eq!(client["CallbackURLs"].as_array().unwrap().len(), 2);
    let style = cognito(&stage, "DescribeManagedLoginBrandingByClient", input).await;
    assert_eq!(
        style["ManagedLoginBranding"]["UseCognitoProvidedValues"],
        true
    );

    let again = driver
        .plan(ChangeSetType::Update, IDENTITY, PEOPLE)
        .await
        .unwrap();
    assert_eq!(again.status(), Some(&ChangeSetStatus::Failed));
    stage.stop().await;
}

#[tokio::test]
async fn a_change_that_cognito_cannot_make_is_promised_and_rolled_back() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide-dev-identity");
    let stack = driver.deploy(ChangeSetType::Create, IDENTITY, PEOPLE).await;
    let id = stack.stack_id().unwrap().to_owned();
    for (old, new, message) in [
        (
            "UsernameAttributes:\n        - email",
            "UsernameAttributes:\n        - phone_number",
            "Updates are not allowed for property - UsernameAttributes.",
        ),
        (
            "CaseSensitive: false",
            "CaseSensitive: true",
            "Updates are not allowed for property - UsernameConfiguration.",
        ),
        (
            "Required: true",
            "Required: false",
            "Existing schema attributes cannot be modified or deleted.",
        ),
    ] {
        let template = IDENTITY.replace(old, new);
        assert_ne!(template, IDENTITY);
        let set = driver
            .plan(ChangeSetType::Update, &template, PEOPLE)
            .await
            .unwrap();
        let pool = set
            .changes()
            .iter()
            .filter_map(|change| change.resource_change())
            .find(|change| change.logical_resource_id() == Some("UserPool"))
            .unwrap();
        assert_eq!(pool.replacement(), Some(&Replacement::False));
        let stack = driver.execute(&set, false).await;
        assert_eq!(
            status(&stack),
            StackStatus::UpdateRollbackComplete,
            "{message}"
        );
        let reason = driver.reason(&id, "UserPool", "UPDATE_FAILED").await;
        assert!(reason.contains(message), "{reason}");
    }
    let again = driver
        .plan(ChangeSetType::Update, IDENTITY, PEOPLE)
        .await
        .unwrap();
    assert_eq!(again.status(), Some(&ChangeSetStatus::Failed));
    stage.stop().await;
}

#[tokio::test]
async fn a_client_without_a_secret_is_another_client() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide-dev-identity");
    driver.deploy(ChangeSetType::Create, IDENTITY, PEOPLE).await;
    let template = IDENTITY.replace("GenerateSecret: true", "GenerateSecret: false");
    let set = driver
        .plan(ChangeSetType::Update, &template, PEOPLE)
        .await
        .unwrap();
    let replaced: Vec<_> = set
        .changes()
        .iter()
        .filter_map(|change| change.resource_change())
        .map(|change| {
            (
                change.logical_resource_id().unwrap(),
                change.replacement().unwrap().as_str(),
                change.policy_action(),
            )
        })
        .collect();
    assert_eq!(
        replaced,
        [
            // Its ClientId will be known afterwards.
            ("Branding", "Conditional", None),
            (
                "UserPoolClient",
                "True",
                Some(&PolicyAction::ReplaceAndRetain)
            ),
        ]
    );
    stage.stop().await;
}

/// A bundle in a bucket: what Lambda reads code from.
async fn upload(stage: &LocalStage, key: &str, content: &[u8]) {
    let s3 = crate::s3::client(stage, "us-east-1");
    let mut bundle = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
    bundle.start_file("bootstrap", options).unwrap();
    bundle.write_all(content).unwrap();
    let bundle = bundle.finish().unwrap().into_inner();
    s3.create_bucket()
        .bucket("guide-code")
        .send()
        .await
        .unwrap();
    s3.put_object()
        .bucket("guide-code")
        .key(key)
        .body(ByteStream::from(bundle))
        .send()
        .await
        .unwrap();
}

fn skill<'key>(key: &'key str, description: &'key str) -> [(&'key str, &'key str); 9] {
    [
        ("Stage", "dev"),
        (
            "SkillId",
            "amzn1.ask.skill.00000000-0000-4000-8000-000000000001",
        ),
        ("ClientId", "abcdefghijklmnopqrstuvwxyz"),
        (
            "Issuer",
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdefghi",
        ),
        (
            "SignInUrl",
            "https://guide-dev.auth.us-east-1.amazoncognito.com",
        ),
        ("CodeBucket", "guide-code"),
        ("CodeKey", key),
        ("Architecture", "x86_64"),
        ("VersionDescription", description),
    ]
}

#[tokio::test]
async fn the_skill_stack_publishes_a_version_for_every_new_description() {
    let stage = stage().await;
    Box::pin(upload(&stage, "one.zip", b"one")).await;
    Box::pin(upload(&stage, "two.zip", b"two")).await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide-dev-skill");
    let stack = driver
        .deploy(ChangeSetType::Create, SKILL, &skill("one.zip", "hash-1"))
        .await;
    let id = stack.stack_id().unwrap();
    assert_eq!(
        status(&stack),
        StackStatus::CreateComplete,
        "{:#?}",
        driver
            .api
            .describe_stack_events()
            .stack_name(id)
            .send()
            .await
            .unwrap()
            .stack_events()
    );
    assert_eq!(output(&stack, "Version"), "1");
    let name = output(&stack, "FunctionName");
    assert_eq!(
        output(&stack, "AliasArn"),
        format!("arn:aws:lambda:us-east-1:000000000000:function:{name}:live")
    );
    let statement = driver.physical("Permission").await;

    let stack = driver
        .deploy(ChangeSetType::Update, SKILL, &skill("two.zip", "hash-2"))
        .await;
    assert_eq!(status(&stack), StackStatus::UpdateComplete);
    assert_eq!(output(&stack, "Version"), "2");
    assert_eq!(driver.physical("Permission").await, statement);
    let alias = lambda(
        &stage,
        &format!("/2015-03-31/functions/{name}/aliases/live"),
    )
    .await;
    assert_eq!(alias["FunctionVersion"], "2");
    let versions = lambda(&stage, &format!("/2015-03-31/functions/{name}/versions")).await;
    let versions: Vec<&str> = versions["Versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["Version"].as_str().unwrap())
        .collect();
    assert_eq!(versions, ["$LATEST", "1", "2"]);
    let policy = lambda(
        &stage,
        &format!("/2015-03-31/functions/{name}/policy?Qualifier=live"),
    )
    .await;
    let policy = policy["Policy"].as_str().unwrap();
    assert!(policy.contains("alexa-appkit.amazon.com") && policy.contains("amzn1.ask.skill."));

    // The function carries the description too, which is part of what a version is a snapshot of.
    let stack = driver
        .deploy(ChangeSetType::Update, SKILL, &skill("two.zip", "hash-3"))
        .await;
    assert_eq!(status(&stack), StackStatus::UpdateComplete);
    assert_eq!(output(&stack, "Version"), "3");

    // Another version of a function that is what it was is refused.
    let unchanged = SKILL.replace("${VersionDescription}", "a skill");
    let stack = driver
        .deploy(
            ChangeSetType::Update,
            &unchanged,
            &skill("two.zip", "hash-4"),
        )
        .await;
    assert_eq!(output(&stack, "Version"), "4");
    let stack = driver
        .deploy(
            ChangeSetType::Update,
            &unchanged,
            &skill("two.zip", "hash-5"),
        )
        .await;
    assert_eq!(status(&stack), StackStatus::UpdateRollbackComplete);
    let reason = driver.reason(id, "Version", "UPDATE_FAILED").await;
    assert!(
        reason.contains("A version for this Lambda function exists ( 4 )"),
        "{reason}"
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_function_without_its_code_or_role_is_refused() {
    let stage = stage().await;
    Box::pin(upload(&stage, "one.zip", b"one")).await;
    for (stack, template, key, message) in [
        (
            "no-code",
            SKILL.to_owned(),
            "missing.zip",
            "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The \
             specified key does not exist.",
        ),
        (
            "no-role",
            SKILL.replace(
                "Role: !GetAtt Role.Arn",
                "Role: arn:aws:iam::000000000000:role/missing",
            ),
            "one.zip",
            "The role defined for the function cannot be assumed by Lambda.",
        ),
        (
            "no-trust",
            SKILL.replace(
                "Service: lambda.amazonaws.com",
                "Service: ec2.amazonaws.com",
            ),
            "one.zip",
            "The role defined for the function cannot be assumed by Lambda.",
        ),
    ] {
        let mut driver = Driver::new(&stage, "us-east-1", stack);
        let rested = driver
            .deploy(ChangeSetType::Create, &template, &skill(key, "1"))
            .await;
        assert_eq!(status(&rested), StackStatus::RollbackComplete);
        let id = rested.stack_id().unwrap();
        let reason = driver.reason(id, "Function", "CREATE_FAILED").await;
        assert!(reason.contains(message), "{stack}: {reason}");
    }
    // The same bucket is out of reach from another region.
    let mut driver = Driver::new(&stage, "us-west-2", "elsewhere");
    let stack = driver
        .deploy(ChangeSetType::Create, SKILL, &skill("one.zip", "1"))
        .await;
    let reason = driver
        .reason(stack.stack_id().unwrap(), "Function", "CREATE_FAILED")
        .await;
    assert!(
        reason.contains("The bucket is in this region: us-east-1."),
        "{reason}"
    );
    stage.stop().await;
}
