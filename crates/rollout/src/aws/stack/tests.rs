//! Deciding, and finding the cause of a failure.

use super::failure::{ended_as, first_failure};
use super::*;
use crate::aws::cloudformation::StackEvent;
use proptest::prelude::*;

fn desired() -> Desired {
    Desired {
        name: "guide-dev-identity".to_owned(),
        region: "us-east-1".parse().unwrap(),
        template: "Resources: {}\n".to_owned(),
        parameters: [("Stage".to_owned(), "dev".to_owned())].into(),
        tags: BTreeMap::new(),
        protected: true,
        imports: Vec::new(),
        role: None,
        create_only: CreateOnly::default(),
    }
}

fn deployed(desired: &Desired, status: &str) -> Observed {
    Observed {
        status: status.to_owned(),
        reason: None,
        template: desired.template.clone(),
        parameters: desired.parameters.clone(),
        outputs: BTreeMap::new(),
        protected: desired.protected,
    }
}

#[test]
fn what_is_deployed_as_desired_is_left_alone() {
    let desired = desired();
    for status in [
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
    ] {
        assert_eq!(
            decide(&desired, Some(&deployed(&desired, status))),
            Decision::Nothing
        );
    }
}

#[test]
fn other_words_in_a_template_are_no_reason_to_change_a_stack() {
    let desired = desired();
    let mut observed = deployed(&desired, "UPDATE_COMPLETE");
    observed.template = "Description: Older words\nResources: {}\n".to_owned();
    assert_eq!(decide(&desired, Some(&observed)), Decision::Nothing);
    observed.template = "Resources: {Log: {Type: AWS::Logs::LogGroup}}\n".to_owned();
    assert_eq!(
        decide(&desired, Some(&observed)),
        Decision::Update(vec!["template".to_owned()])
    );
}

#[test]
fn what_exists_is_taken_up_and_not_made_again() {
    let around = Desired {
        imports: vec![Import {
            logical: "UserPool".to_owned(),
            resource_type: "AWS::Cognito::UserPool".to_owned(),
            identifier: BTreeMap::new(),
        }],
        ..desired()
    };
    assert_eq!(decide(&around, None), Decision::Import);
    for status in ["REVIEW_IN_PROGRESS", "IMPORT_ROLLBACK_COMPLETE"] {
        let empty = Observed {
            template: String::new(),
            ..deployed(&around, status)
        };
        assert_eq!(decide(&around, Some(&empty)), Decision::Import);
    }
    let observed = deployed(&around, "IMPORT_COMPLETE");
    assert_eq!(decide(&around, Some(&observed)), Decision::Nothing);
}

#[test]
fn a_failed_creation_is_resumed_and_a_rolled_back_one_is_not() {
    let desired = desired();
    assert_eq!(
        decide(&desired, Some(&deployed(&desired, "CREATE_FAILED"))),
        Decision::Resume("CREATE_FAILED".to_owned())
    );
    assert_eq!(
        decide(&desired, Some(&deployed(&desired, "ROLLBACK_COMPLETE"))),
        Decision::Stuck
    );
}

#[test]
fn a_rollback_that_failed_is_gone_on_with() {
    let desired = desired();
    let failed = deployed(&desired, "UPDATE_ROLLBACK_FAILED");
    assert_eq!(decide(&desired, Some(&failed)), Decision::FinishRollback);
}

#[test]
fn a_stack_that_holds_nothing_is_made_anew() {
    let disposable = Desired {
        protected: false,
        ..desired()
    };
    for status in ["CREATE_FAILED", "ROLLBACK_COMPLETE", "DELETE_FAILED"] {
        assert_eq!(
            decide(&disposable, Some(&deployed(&disposable, status))),
            Decision::Recreate(status.to_owned())
        );
    }
}

#[test]
fn a_running_operation_is_waited_for() {
    let desired = desired();
    for status in ["CREATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"] {
        assert_eq!(
            decide(&desired, Some(&deployed(&desired, status))),
            Decision::Wait
        );
    }
}

#[test]
fn lost_protection_is_put_back_without_a_change_set() {
    let desired = desired();
    let mut observed = deployed(&desired, "CREATE_COMPLETE");
    observed.protected = false;
    assert_eq!(decide(&desired, Some(&observed)), Decision::Protect);
}

#[test]
fn the_first_failure_is_the_cause_and_not_its_echo() {
    let event = |resource: &str, status: &str, reason: &str| StackEvent {
        logical: resource.to_owned(),
        kind: "AWS::Cognito::UserPool".to_owned(),
        status: status.to_owned(),
        reason: Some(reason.to_owned()),
        ..StackEvent::default()
    };
    let events = [
        event("Alias", "CREATE_FAILED", "Resource creation cancelled"),
        event(
            "UserPool",
            "CREATE_FAILED",
            "Invalid AttributeDataType input",
        ),
    ];
    let (resource, reason) = first_failure(&events).unwrap();
    assert_eq!(resource, "UserPool (AWS::Cognito::UserPool)");
    assert_eq!(reason, "Invalid AttributeDataType input");
}

proptest! {
    #[test]
    fn any_changed_parameter_is_named(value in "[a-z]{0,8}") {
        let desired = desired();
        let mut observed = deployed(&desired, "CREATE_COMPLETE");
        observed.parameters.insert("Stage".to_owned(), value.clone());
        let expected = if value == "dev" {
            Decision::Nothing
        } else {
            Decision::Update(vec!["parameter Stage".to_owned()])
        };
        prop_assert_eq!(decide(&desired, Some(&observed)), expected);
    }
}

#[test]
fn only_the_stacks_own_event_tells_the_end() {
    let event = |physical: &str, status: &str| StackEvent {
        stack: Some("arn:stack".to_owned()),
        physical: Some(physical.to_owned()),
        status: status.to_owned(),
        ..StackEvent::default()
    };
    let mut events = vec![
        event("arn:stack", "UPDATE_IN_PROGRESS"),
        event("pool", "UPDATE_COMPLETE"),
    ];
    assert_eq!(ended_as(&[]), None);
    assert_eq!(ended_as(&events), None);
    events.push(event("arn:stack", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"));
    assert_eq!(ended_as(&events), None);
    events.push(event("arn:stack", "UPDATE_COMPLETE"));
    assert_eq!(ended_as(&events), Some("UPDATE_COMPLETE"));
}
