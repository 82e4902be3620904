//! Taking up what exists.

use aws_sdk_cloudformation::types::{ChangeSetType, ResourceToImport, StackStatus};

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
