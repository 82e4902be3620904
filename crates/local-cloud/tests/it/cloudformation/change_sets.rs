//! What change sets say, refuse and do.

use aws_sdk_cloudformation::types::{
    Capability, ChangeAction, ChangeSetStatus, ChangeSetType, ExecutionStatus, Replacement,
    ResourceChange, StackStatus, Tag,
};

use super::{Driver, output, sentence, status};
use crate::aws::stage;

const TEMPLATE: &str = "
Parameters:
  Days: {Type: Number, Default: 30}
  Name: {Type: String, Default: one}
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub '/guide/${Name}'
      RetentionInDays: !Ref Days
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}
      Policies:
        - PolicyName: logs
          PolicyDocument:
            Version: 2012-10-17
            Statement: [{Effect: Allow, Action: 'logs:PutLogEvents', Resource: !GetAtt Group.Arn}]
Outputs:
  Group: {Value: !Ref Group}
  RoleArn: {Value: !GetAtt Role.Arn, Description: of the role}
";

const CONDITIONAL: &str = "
Parameters: {Stage: {Type: String}}
Conditions: {Prod: !Equals [!Ref Stage, prod], Dev: !Not [!Condition Prod]}
Resources:
  Extra: {Type: 'AWS::Logs::LogGroup', Condition: Prod}
  Either:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !If [Prod, !Ref Extra, /plain]}
  Broken:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Sub '/x/${Extra}'}
Outputs:
  Extra: {Value: !Ref Extra, Condition: Prod}
";

fn changes(
    set: &aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput,
) -> Vec<ResourceChange> {
    set.changes()
        .iter()
        .map(|change| change.resource_change().unwrap().clone())
        .collect()
}

#[tokio::test]
async fn a_stack_is_created_changed_replaced_and_deleted() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "eu-west-1", "guide");

    let set = driver
        .plan(ChangeSetType::Create, TEMPLATE, &[])
        .await
        .unwrap();
    assert_eq!(set.execution_status(), Some(&ExecutionStatus::Available));
    assert_eq!(changes(&set).len(), 2);
    assert_eq!(
        status(&driver.describe("guide").await),
        StackStatus::ReviewInProgress
    );
    let created = driver.execute(&set, false).await;
    assert_eq!(status(&created), StackStatus::CreateComplete);
    assert_eq!(output(&created, "Group"), "/guide/one");
    let arn = output(&created, "RoleArn");
    assert!(
        arn.starts_with("arn:aws:iam::000000000000:role/guide-Role-"),
        "{arn}"
    );
    assert_eq!(
        driver.events(created.stack_id().unwrap()).await,
        [
            "guide REVIEW_IN_PROGRESS",
            "guide CREATE_IN_PROGRESS",
            "Group CREATE_IN_PROGRESS",
            "Group CREATE_IN_PROGRESS",
            "Group CREATE_COMPLETE",
            "Role CREATE_IN_PROGRESS",
            "Role CREATE_IN_PROGRESS",
            "Role CREATE_COMPLETE",
            "guide CREATE_COMPLETE",
        ]
    );

    let set = driver
        .plan(ChangeSetType::Update, TEMPLATE, &[])
        .await
        .unwrap();
    assert_eq!(set.status(), Some(&ChangeSetStatus::Failed));
    assert_eq!(
        set.status_reason(),
        Some(
            "The submitted information didn't contain changes. Submit different information to \
             create a change set."
        )
    );

    let set = driver
        .plan(ChangeSetType::Update, TEMPLATE, &[("Days", "7")])
        .await
        .unwrap();
    let planned = changes(&set);
    let group = &planned[0];
    assert_eq!(group.action(), Some(&ChangeAction::Modify));
    assert_eq!(group.replacement(), Some(&Replacement::False));
    let detail = &group.details()[0];
    assert_eq!(detail.causing_entity(), Some("Days"));
    assert_eq!(detail.target().unwrap().name(), Some("RetentionInDays"));
    // The group's attributes may change with it, says CloudFormation.
    assert_eq!(planned[1].logical_resource_id(), Some("Role"));
    assert_eq!(planned[1].details()[0].causing_entity(), Some("Group.Arn"));
    let updated = driver.execute(&set, false).await;
    assert_eq!(status(&updated), StackStatus::UpdateComplete);
    let events = driver.events(updated.stack_id().unwrap()).await;
    assert!(
        !events.contains(&"Role UPDATE_IN_PROGRESS".to_owned()),
        "{events:?}"
    );

    let set = driver
        .plan(ChangeSetType::Update, TEMPLATE, &[("Name", "two")])
        .await
        .unwrap();
    assert_eq!(changes(&set)[0].replacement(), Some(&Replacement::True));
    let replaced = driver.execute(&set, false).await;
    assert_eq!(output(&replaced, "Group"), "/guide/two");
    let events = driver.events(replaced.stack_id().unwrap()).await;
    assert_eq!(
        events[events.len() - 4..],
        [
            "guide UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "Group DELETE_IN_PROGRESS",
            "Group DELETE_COMPLETE",
            "guide UPDATE_COMPLETE",
        ]
    );

    let deleted = driver.delete().await;
    assert_eq!(status(&deleted), StackStatus::DeleteComplete);
    let gone = driver
        .api
        .describe_stacks()
        .stack_name("guide")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        sentence(&gone.into_service_error()),
        "ValidationError: Stack with id guide does not exist"
    );
    stage.stop().await;
}

#[tokio::test]
async fn what_cannot_become_a_change_set_is_refused_at_once() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    for (kind, template, parameters, refusal) in [
        (
            ChangeSetType::Update,
            TEMPLATE,
            &[][..],
            "ValidationError: Stack [guide] does not exist",
        ),
        (
            ChangeSetType::Create,
            "Resources: {A: {Type: 'AWS::Cognito::Nope'}}",
            &[],
            "ValidationError: Template format error: Unrecognized resource types: \
             [AWS::Cognito::Nope]",
        ),
        (
            ChangeSetType::Create,
            TEMPLATE,
            &[("Day", "1")],
            "ValidationError: Parameters: [Day] do not exist in the template",
        ),
        (
            ChangeSetType::Create,
            CONDITIONAL,
            &[("Stage", "dev")],
            "ValidationError: Template format error: Unresolved resource dependencies [Extra] in \
             the Resources block of the template",
        ),
    ] {
        let refused = driver.plan(kind, template, parameters).await.unwrap_err();
        assert_eq!(refused, refusal);
    }
    let refused = driver
        .api
        .create_change_set()
        .stack_name("guide")
        .change_set_name("no-capability")
        .change_set_type(ChangeSetType::Create)
        .template_body(TEMPLATE)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(
        refused.is_insufficient_capabilities_exception(),
        "{refused:?}"
    );
    // Nothing was left behind by any of them.
    assert!(
        driver
            .api
            .describe_stacks()
            .send()
            .await
            .unwrap()
            .stacks()
            .is_empty()
    );

    driver.deploy(ChangeSetType::Create, TEMPLATE, &[]).await;
    let refused = driver
        .plan(ChangeSetType::Create, TEMPLATE, &[])
        .await
        .unwrap_err();
    assert!(
        refused.contains("Stack [guide] already exists"),
        "{refused}"
    );
    stage.stop().await;
}

#[tokio::test]
async fn what_a_condition_leaves_out_comes_and_goes_with_it() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    let template = CONDITIONAL.replace("${Extra}", "${Stage}");
    let stack = driver
        .deploy(ChangeSetType::Create, &template, &[("Stage", "dev")])
        .await;
    assert_eq!(status(&stack), StackStatus::CreateComplete);
    assert_eq!(output(&stack, "Extra"), "");
    assert_eq!(driver.physical("Either").await, "/plain");
    let stack = driver
        .deploy(ChangeSetType::Update, &template, &[("Stage", "prod")])
        .await;
    assert_eq!(
        status(&stack),
        StackStatus::UpdateRollbackComplete,
        "two groups of one name"
    );
    let template = template.replace(
        "Properties: {LogGroupName: !If [Prod, !Ref Extra, /plain]}",
        "",
    );
    let stack = driver
        .deploy(ChangeSetType::Update, &template, &[("Stage", "prod")])
        .await;
    assert_eq!(status(&stack), StackStatus::UpdateComplete);
    assert_eq!(output(&stack, "Extra"), driver.physical("Extra").await);
    stage.stop().await;
}

#[tokio::test]
async fn a_change_set_is_executed_once_and_makes_the_others_void() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    let first = driver
        .plan(ChangeSetType::Create, TEMPLATE, &[])
        .await
        .unwrap();
    let other = driver
        .plan(ChangeSetType::Create, TEMPLATE, &[("Days", "1")])
        .await
        .unwrap();
    driver.execute(&first, false).await;
    let again = driver
        .api
        .execute_change_set()
        .change_set_name(first.change_set_id().unwrap())
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(again.is_invalid_change_set_status_exception(), "{again:?}");
    let void = driver
        .api
        .describe_change_set()
        .change_set_name(other.change_set_id().unwrap())
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(void.is_change_set_not_found_exception(), "{void:?}");
    stage.stop().await;
}

#[tokio::test]
async fn a_protected_stack_is_not_deleted() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    driver.deploy(ChangeSetType::Create, TEMPLATE, &[]).await;
    let protect = |enabled| {
        driver
            .api
            .update_termination_protection()
            .stack_name("guide")
            .enable_termination_protection(enabled)
            .send()
    };
    protect(true).await.unwrap();
    let refused = driver
        .api
        .delete_stack()
        .stack_name("guide")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        sentence(&refused.into_service_error()),
        "ValidationError: Stack [guide] cannot be deleted while TerminationProtection is enabled"
    );
    protect(false).await.unwrap();
    assert_eq!(status(&driver.delete().await), StackStatus::DeleteComplete);
    stage.stop().await;
}

#[tokio::test]
async fn tags_of_the_stack_reach_its_resources() {
    let stage = stage().await;
    let driver = Driver::new(&stage, "us-east-1", "guide");
    let created = driver
        .api
        .create_change_set()
        .stack_name("guide")
        .change_set_name("tagged")
        .change_set_type(ChangeSetType::Create)
        .template_body("Resources: {Group: {Type: 'AWS::Logs::LogGroup'}}")
        .tags(Tag::builder().key("voicelink:stage").value("dev").build())
        .send()
        .await
        .unwrap();
    let set = loop {
        let set = driver
            .api
            .describe_change_set()
            .change_set_name(created.id().unwrap())
            .send()
            .await
            .unwrap();
        if set.status() == Some(&ChangeSetStatus::CreateComplete) {
            break set;
        }
        tokio::task::yield_now().await;
    };
    let stack = driver.execute(&set, false).await;
    assert_eq!(stack.tags()[0].key(), Some("voicelink:stage"));
    let group = driver.physical("Group").await;
    let request = crate::aws::http()
        .post(stage.urls().aws.clone())
        .header("x-amz-target", "Logs_20140328.ListTagsForResource")
        .body(format!(
            r#"{{"resourceArn": "arn:aws:logs:us-east-1:000000000000:log-group:{group}"}}"#
        ));
    let answer = crate::aws::signed(&stage, request, "logs", "us-east-1").await;
    let answer = answer.text().await.unwrap();
    assert!(answer.contains(r#""voicelink:stage":"dev""#), "{answer}");
    assert!(
        answer.contains(r#""aws:cloudformation:logical-id":"Group""#),
        "{answer}"
    );
    stage.stop().await;
}

const LEFT_OUT: &str = "
Parameters: {Stage: {Type: String}}
Conditions: {Prod: !Equals [!Ref Stage, prod]}
Resources:
  Extra: {Type: 'AWS::Logs::LogGroup', Condition: Prod}
  Always: {Type: 'AWS::Logs::LogGroup'}
Outputs:
  Extra: {Value: !Ref Extra, OUTPUT}
";

/// As Moto has verified with AWS (`test_permanent_output_conditional_value` and its neighbours).
#[tokio::test]
async fn an_output_goes_with_its_resource() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    let unconditional = LEFT_OUT.replace(", OUTPUT", "");
    let refused = driver
        .plan(ChangeSetType::Create, &unconditional, &[("Stage", "dev")])
        .await
        .unwrap_err();
    assert_eq!(
        refused,
        "ValidationError: Unresolved resource dependencies [Extra] in the Outputs block of the template"
    );
    let conditional = LEFT_OUT.replace("OUTPUT", "Condition: Prod");
    let dev = driver
        .deploy(ChangeSetType::Create, &conditional, &[("Stage", "dev")])
        .await;
    // Without outputs there is no list of them.
    assert_eq!(dev.outputs, None);
    let prod = driver
        .deploy(ChangeSetType::Update, &unconditional, &[("Stage", "prod")])
        .await;
    assert_eq!(prod.outputs().len(), 1);
    let refused = driver
        .plan(ChangeSetType::Update, &unconditional, &[("Stage", "dev")])
        .await
        .unwrap_err();
    assert!(refused.contains("in the Outputs block"), "{refused}");
    stage.stop().await;
}

/// As LocalStack has recorded (`test_create_changeset_with_stack_id`); `ListChangeSets` lists the active
/// ones (<https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListChangeSets.html>).
#[tokio::test]
async fn an_executed_change_set_frees_its_name() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    let first = driver
        .plan(ChangeSetType::Create, TEMPLATE, &[])
        .await
        .unwrap();
    let listed = async || {
        let listed = driver.api.list_change_sets().stack_name("guide");
        listed.send().await.unwrap().summaries().len()
    };
    assert_eq!(listed().await, 1);
    driver.execute(&first, false).await;
    assert_eq!(listed().await, 0);
    let again = driver
        .api
        .create_change_set()
        .stack_name("guide")
        .change_set_name(first.change_set_name().unwrap())
        .template_body(TEMPLATE.replace("30", "14"))
        .capabilities(Capability::CapabilityIam)
        .send()
        .await
        .unwrap();
    assert_ne!(again.id(), first.change_set_id());
    assert_eq!(listed().await, 1);
    // The executed one is still there for who knows its ARN; the name means the new one.
    for (name, status) in [
        (first.change_set_id(), ExecutionStatus::ExecuteComplete),
        (first.change_set_name(), ExecutionStatus::Available),
    ] {
        let described = driver
            .api
            .describe_change_set()
            .stack_name("guide")
            .change_set_name(name.unwrap())
            .send()
            .await
            .unwrap();
        assert_eq!(described.execution_status(), Some(&status));
    }
    stage.stop().await;
}

/// As LocalStack has recorded: `test_change_set_fn_get_attr`, `test_handle_existing_log_group`.
#[tokio::test]
async fn a_stack_tells_when_it_was_worked_on() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    let review = driver
        .plan(ChangeSetType::Create, TEMPLATE, &[])
        .await
        .unwrap();
    let seen = driver.describe("guide").await;
    assert_eq!(
        (seen.last_updated_time(), seen.deletion_time()),
        (None, None)
    );
    let created = driver.execute(&review, false).await;
    assert!(created.last_updated_time().is_some());
    assert_eq!(created.deletion_time(), None);
    assert_eq!(created.change_set_id(), review.change_set_id());
    let deleted = driver.delete().await;
    assert!(deleted.deletion_time().is_some());
    assert_eq!(deleted.change_set_id(), None);

    // What is rolled back has been deleted, too.
    let mut other = Driver::new(&stage, "us-east-1", "other");
    let name = ("Name", "taken");
    driver
        .deploy(ChangeSetType::Create, TEMPLATE, &[name])
        .await;
    let failed = other.deploy(ChangeSetType::Create, TEMPLATE, &[name]).await;
    assert_eq!(status(&failed), StackStatus::RollbackComplete);
    assert!(failed.deletion_time().is_some());
    assert_eq!(failed.change_set_id(), None);
    stage.stop().await;
}

/// As LocalStack has recorded for most resources with a name of their own, and for none without
/// (`test_change_set_fn_get_attr`, `test_serverless_fn_transform`).
#[tokio::test]
async fn with_values_what_is_added_may_be_called_a_replacement() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    let set = driver
        .plan(ChangeSetType::Create, TEMPLATE, &[])
        .await
        .unwrap();
    for (with_values, expected) in [(false, None), (true, Some(Replacement::True))] {
        let described = driver
            .api
            .describe_change_set()
            .change_set_name(set.change_set_id().unwrap())
            .include_property_values(with_values)
            .send()
            .await
            .unwrap();
        let replacement = |name: &str| {
            let all = changes(&described);
            let change = all
                .iter()
                .find(|one| one.logical_resource_id() == Some(name));
            change.unwrap().replacement().cloned()
        };
        assert_eq!(replacement("Group"), expected);
        assert_eq!(replacement("Role"), None);
    }
    stage.stop().await;
}
