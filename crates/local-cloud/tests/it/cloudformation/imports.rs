//! Taking up what exists.

use aws_sdk_cloudformation::types::{ChangeSetType, ResourceToImport, StackStatus};

use serde_json::json;

use super::guide::cognito;
use super::{Driver, sentence, status};
use crate::aws::stage;

const ROLE: &str = "
Resources:
  Role:
    Type: AWS::IAM::Role
    DeletionPolicy: Retain
    Properties:
      RoleName: texting
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
        - {Effect: Allow, Principal: {Service: cognito-idp.amazonaws.com}, Action: sts:AssumeRole}
";

const POOL: &str = "
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    DeletionPolicy: Retain
    Properties: {UserPoolName: taxi}
  Taxi:
    Type: AWS::Cognito::UserPoolResourceServer
    DeletionPolicy: RetainExceptOnCreate
    Properties:
      UserPoolId: !Ref Pool
      Identifier: taxi
      Name: taxi
      Scopes: [{ScopeName: order, ScopeDescription: Order taxis}]
  Client:
    Type: AWS::Cognito::UserPoolClient
    DeletionPolicy: Retain
    DependsOn: [Taxi]
    Properties:
      UserPoolId: !Ref Pool
      AllowedOAuthScopes: [openid, taxi/order]
";

/// Two pools have a resource server of one identifier, and each is its own.
#[tokio::test]
async fn a_resource_server_is_its_pools() {
    let stage = stage().await;
    for name in ["first", "second"] {
        let mut driver = Driver::new(&stage, "us-east-1", name);
        let stack = driver.deploy(ChangeSetType::Create, POOL, &[]).await;
        assert_eq!(status(&stack), StackStatus::CreateComplete);
        let more = POOL.replace(
            "Order taxis}",
            "Order taxis}, {ScopeName: cancel, ScopeDescription: No}",
        );
        let stack = driver.deploy(ChangeSetType::Update, &more, &[]).await;
        assert_eq!(status(&stack), StackStatus::UpdateComplete);
        let pools = cognito(&stage, "ListUserPools", json!({ "MaxResults": 10 })).await;
        let pool = &pools["UserPools"].as_array().unwrap().last().unwrap()["Id"];
        let which = json!({ "UserPoolId": pool, "Identifier": "taxi" });
        let described = cognito(&stage, "DescribeResourceServer", which).await;
        let scopes = described["ResourceServer"]["Scopes"].as_array().unwrap();
        assert_eq!(scopes.len(), 2, "{described}");
    }
    stage.stop().await;
}

/// What is said about the import of the role with this template and identifier.
async fn import(driver: &Driver, template: &str, identifier: (&str, &str)) -> Result<(), String> {
    let resource = ResourceToImport::builder()
        .logical_resource_id("Role")
        .resource_type("AWS::IAM::Role")
        .resource_identifier(identifier.0, identifier.1)
        .build();
    driver
        .api
        .create_change_set()
        .stack_name(driver.stack)
        .change_set_name("import")
        .change_set_type(ChangeSetType::Import)
        .resources_to_import(resource)
        .template_body(template)
        .capabilities(aws_sdk_cloudformation::types::Capability::CapabilityNamedIam)
        .send()
        .await
        .map(drop)
        .map_err(|error| sentence(&error.into_service_error()))
}

#[tokio::test]
async fn what_a_deleted_stack_has_left_is_taken_up_by_another() {
    let stage = stage().await;
    let mut first = Driver::new(&stage, "us-east-1", "first");
    first.deploy(ChangeSetType::Create, ROLE, &[]).await;
    first.delete().await;

    let second = Driver::new(&stage, "us-east-1", "second");
    let name = ("RoleName", "texting");
    for (template, identifier, reason) in [
        (
            ROLE.replace("    DeletionPolicy: Retain\n", ""),
            name,
            "must have DeletionPolicy attribute",
        ),
        (
            format!("{ROLE}Outputs: {{Name: {{Value: x}}}}\n"),
            name,
            "you cannot modify or add [Outputs]",
        ),
        (
            format!("{ROLE}  Log: {{Type: AWS::Logs::LogGroup}}\n"),
            name,
            "Resources [Log] is missing from ResourceToImport list",
        ),
        (ROLE.to_owned(), ("Arn", "texting"), "[RoleName]"),
    ] {
        let refused = import(&second, &template, identifier).await.unwrap_err();
        assert!(refused.contains(reason), "{refused}");
    }

    import(&second, ROLE, name).await.unwrap();
    second
        .api
        .execute_change_set()
        .stack_name("second")
        .change_set_name("import")
        .send()
        .await
        .unwrap();
    let stack = second.rest("second").await;
    assert_eq!(status(&stack), StackStatus::ImportComplete);
    // It belongs to one stack alone.
    let third = Driver::new(&stage, "us-east-1", "third");
    let refused = import(&third, ROLE, name).await.unwrap_err();
    assert!(refused.contains("second"), "{refused}");
    stage.stop().await;
}
