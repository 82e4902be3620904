//! What happens when a resource cannot be made or changed.

use aws_sdk_cloudformation::types::{ChangeSetType, ResourceStatus, StackStatus};

use super::{Driver, output, status};
use crate::aws::stage;

const GROUPS: &str = "
Parameters:
  Name: {Type: String, Default: /second}
  Days: {Type: Number, Default: 30}
Resources:
  First:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: /first, RetentionInDays: !Ref Days}
  Kept:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: Retain
    DependsOn: First
    Properties: {LogGroupName: /kept}
  Second:
    Type: AWS::Logs::LogGroup
    DependsOn: Kept
    Properties: {LogGroupName: !Ref Name}
Outputs:
  Days: {Value: !Ref Days}
";

/// A stack that owns `/taken`, so that another one cannot.
async fn take(stage: &local_cloud::LocalStage) {
    let mut other = Driver::new(stage, "us-east-1", "other");
    let template = "
Resources:
  Taken: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: /taken}}
";
    other.deploy(ChangeSetType::Create, template, &[]).await;
}

#[tokio::test]
async fn a_failed_creation_is_rolled_back_and_retained_resources_stay() {
    let stage = stage().await;
    take(&stage).await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    let stack = driver
        .deploy(ChangeSetType::Create, GROUPS, &[("Name", "/taken")])
        .await;
    assert_eq!(status(&stack), StackStatus::RollbackComplete);
    let id = stack.stack_id().unwrap();
    assert_eq!(
        driver.events(id).await[8..],
        [
            "Second CREATE_IN_PROGRESS",
            "Second CREATE_FAILED",
            "guide ROLLBACK_IN_PROGRESS",
            "Second DELETE_COMPLETE",
            "Kept DELETE_SKIPPED",
            "First DELETE_IN_PROGRESS",
            "First DELETE_COMPLETE",
            "guide ROLLBACK_COMPLETE",
        ]
    );
    let reason = driver.reason(id, "Second", "CREATE_FAILED").await;
    assert!(
        reason.contains("The specified log group already exists")
            && reason.contains("HandlerErrorCode: AlreadyExists"),
        "{reason}"
    );
    let refused = driver
        .plan(ChangeSetType::Update, GROUPS, &[])
        .await
        .unwrap_err();
    assert!(
        refused.contains("is in ROLLBACK_COMPLETE state and can not be updated"),
        "{refused}"
    );
    // What was retained now belongs to nobody, and is in the way.
    driver.delete().await;
    let stack = driver.deploy(ChangeSetType::Create, GROUPS, &[]).await;
    assert_eq!(status(&stack), StackStatus::RollbackComplete);
    stage.stop().await;
}

#[tokio::test]
async fn a_failed_creation_without_rollback_is_repaired_by_an_update() {
    let stage = stage().await;
    take(&stage).await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    let set = driver
        .plan(ChangeSetType::Create, GROUPS, &[("Name", "/taken")])
        .await
        .unwrap();
    let stack = driver.execute(&set, true).await;
    assert_eq!(status(&stack), StackStatus::CreateFailed);
    assert_eq!(
        stack.stack_status_reason(),
        Some("The following resource(s) failed to create: [Second].")
    );
    let set = driver
        .plan(ChangeSetType::Update, GROUPS, &[])
        .await
        .unwrap();
    let stack = driver.execute(&set, true).await;
    assert_eq!(status(&stack), StackStatus::UpdateComplete);
    assert_eq!(driver.physical("Second").await, "/second");
    stage.stop().await;
}

#[tokio::test]
async fn a_failed_update_restores_what_was_there() {
    let stage = stage().await;
    take(&stage).await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    driver.deploy(ChangeSetType::Create, GROUPS, &[]).await;
    let stack = driver
        .deploy(
            ChangeSetType::Update,
            GROUPS,
            &[("Name", "/taken"), ("Days", "7")],
        )
        .await;
    assert_eq!(status(&stack), StackStatus::UpdateRollbackComplete);
    assert_eq!(output(&stack, "Days"), "30");
    assert_eq!(driver.physical("Second").await, "/second");
    let resources = driver
        .api
        .list_stack_resources()
        .stack_name("guide")
        .send()
        .await
        .unwrap();
    for resource in resources.stack_resource_summaries() {
        assert!(
            matches!(
                resource.resource_status(),
                Some(ResourceStatus::UpdateComplete | ResourceStatus::CreateComplete)
            ),
            "{resource:?}"
        );
    }
    // The same again makes no difference: everything is as it was.
    let set = driver
        .plan(ChangeSetType::Update, GROUPS, &[])
        .await
        .unwrap();
    assert!(
        set.status_reason()
            .unwrap_or_default()
            .contains("didn't contain changes")
    );
    stage.stop().await;
}

#[tokio::test]
async fn invalid_properties_fail_in_amazons_words() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    let stack = driver
        .deploy(
            ChangeSetType::Create,
            "Resources: {G: {Type: 'AWS::Logs::LogGroup', Properties: {Foo: 1, RetentionInDays: 2}}}",
            &[],
        )
        .await;
    assert_eq!(status(&stack), StackStatus::RollbackComplete);
    assert_eq!(
        driver
            .reason(stack.stack_id().unwrap(), "G", "CREATE_FAILED")
            .await,
        "Properties validation failed for resource G with message: [#: extraneous key [Foo] is \
         not permitted, #/RetentionInDays: failed validation constraint for keyword [enum]]"
    );
    stage.stop().await;
}

#[tokio::test]
async fn removed_resources_are_deleted_or_retained() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    driver.deploy(ChangeSetType::Create, GROUPS, &[]).await;
    let smaller = "Resources: {First: {Type: 'AWS::Logs::LogGroup', \
                   Properties: {LogGroupName: /first, RetentionInDays: 30}}}";
    let stack = driver.deploy(ChangeSetType::Update, smaller, &[]).await;
    assert_eq!(status(&stack), StackStatus::UpdateComplete);
    let events = driver.events(stack.stack_id().unwrap()).await;
    assert_eq!(
        events[events.len() - 4..],
        [
            "Second DELETE_IN_PROGRESS",
            "Second DELETE_COMPLETE",
            "Kept DELETE_SKIPPED",
            "guide UPDATE_COMPLETE",
        ]
    );
    stage.stop().await;
}
