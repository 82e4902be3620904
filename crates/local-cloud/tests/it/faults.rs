//! What goes wrong when somebody asks for it.

use aws_sdk_cloudformation::types::{ChangeSetType, StackStatus};
use aws_sdk_sts::error::ProvideErrorMetadata;
use local_access::faults::{Fault, Rule};
use local_cloud::{LocalStage, Options, Pace};
use serde_json::{Value, json};

use crate::aws::{client, developer_token, http, opened, stage};
use crate::cloudformation::{Driver, status};

/// Sets the rules and starts counting.
async fn expect(stage: &LocalStage, wanted: Value) {
    let url = stage.urls().device.join("control/faults").unwrap();
    let request = opened(stage, http().post(url).json(&wanted));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

fn rules(rules: &[(usize, Fault)]) -> Value {
    let rules = rules.iter().map(|(call, fault)| Rule {
        call: *call,
        fault: fault.clone(),
    });
    json!({ "rules": rules.collect::<Vec<_>>() })
}

/// A client that gives up at once.
fn sts(stage: &LocalStage) -> aws_sdk_sts::Client {
    let config = client!(aws_sdk_sts, stage, "us-east-1")
        .config()
        .to_builder();
    aws_sdk_sts::Client::from_conf(
        config
            .retry_config(aws_sdk_sts::config::retry::RetryConfig::disabled())
            .build(),
    )
}

#[tokio::test]
async fn the_named_call_is_refused_in_its_services_words_and_no_other() {
    let stage = stage().await;
    let throttled = Fault::Refuse {
        status: 429,
        retry_after_seconds: Some(7),
    };
    expect(&stage, rules(&[(2, throttled.clone()), (4, throttled)])).await;
    let sts = sts(&stage);
    sts.get_caller_identity().send().await.unwrap();
    let error = sts.get_caller_identity().send().await.unwrap_err();
    assert_eq!(error.code(), Some("Throttling"));
    let answer = error.raw_response().unwrap();
    assert_eq!(answer.status().as_u16(), 429);
    assert_eq!(answer.headers().get("retry-after"), Some("7"));
    sts.get_caller_identity().send().await.unwrap();

    let vendors = stage.urls().smapi.join("v1/vendors").unwrap();
    let token = developer_token(&stage);
    let answer = http().get(vendors).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "7");

    let url = stage.urls().device.join("control/faults").unwrap();
    let calls = opened(&stage, http().get(url)).send().await.unwrap();
    let calls: Value = calls.json().await.unwrap();
    assert_eq!(calls["calls"].as_array().unwrap().len(), 4);
    assert_eq!(calls["calls"][3]["operation"], "smapi GET /v1/vendors");
    stage.stop().await;
}

#[tokio::test]
async fn a_reset_call_has_been_carried_out() {
    let stage = stage().await;
    expect(&stage, rules(&[(1, Fault::Reset)])).await;
    let s3 = client!(aws_sdk_s3, stage, "us-east-1")
        .config()
        .to_builder();
    let s3 = aws_sdk_s3::Client::from_conf(
        s3.force_path_style(true)
            .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
            .build(),
    );
    let error = s3.create_bucket().bucket("guide").send().await.unwrap_err();
    assert!(error.raw_response().is_none(), "{error:?}");
    assert_eq!(s3.list_buckets().send().await.unwrap().buckets().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn after_a_halt_nothing_is_carried_out_until_the_rules_are_set_again() {
    let stage = stage().await;
    expect(&stage, rules(&[(1, Fault::Halt { answered: true })])).await;
    let sts = sts(&stage);
    sts.get_caller_identity().send().await.unwrap();
    let late = tokio::spawn({
        let sts = sts.clone();
        async move { sts.get_caller_identity().send().await }
    });
    let halted = stage.urls().device.join("control/faults/halted").unwrap();
    let waited = opened(&stage, http().get(halted)).send().await;
    assert_eq!(waited.unwrap().status(), 200);
    assert!(!late.is_finished());
    expect(&stage, json!({})).await;
    assert!(late.await.unwrap().unwrap_err().raw_response().is_none());
    sts.get_caller_identity().send().await.unwrap();
    stage.stop().await;
}

const GROUP: &str = "
Parameters:
  Days: {Type: Number, Default: 30}
Resources:
  First: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /first, RetentionInDays: !Ref Days}}
  Second:
    Type: AWS::Logs::LogGroup
    DependsOn: First
    Properties: {LogGroupName: /second, RetentionInDays: !Ref Days}
";

#[tokio::test]
async fn a_rollback_that_fails_can_be_continued() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    driver.deploy(ChangeSetType::Create, GROUP, &[]).await;
    let refused = driver
        .api
        .continue_update_rollback()
        .stack_name("guide")
        .send()
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("ValidationError"));

    // The second resource fails to change, and the first one to be changed back.
    let fails = |resource: &str, after: u32| {
        json!({"resource": resource, "action": "UPDATE", "after": after, "times": 1,
               "reason": "Rate exceeded"})
    };
    expect(
        &stage,
        json!({"stacks": [fails("Second", 0), fails("First", 1)]}),
    )
    .await;
    let stack = driver
        .deploy(ChangeSetType::Update, GROUP, &[("Days", "7")])
        .await;
    assert_eq!(status(&stack), StackStatus::UpdateRollbackFailed);
    driver
        .api
        .continue_update_rollback()
        .stack_name("guide")
        .send()
        .await
        .unwrap();
    let stack = driver.rest("guide").await;
    assert_eq!(status(&stack), StackStatus::UpdateRollbackComplete);
    let stack = driver
        .deploy(ChangeSetType::Update, GROUP, &[("Days", "7")])
        .await;
    assert_eq!(status(&stack), StackStatus::UpdateComplete);
    stage.stop().await;
}

#[tokio::test]
async fn at_its_worst_a_stage_keeps_its_callers_waiting() {
    let stage = LocalStage::start(Options {
        pace: Pace::WORST,
        ..Options::default()
    })
    .await
    .unwrap();
    let mut driver = Driver::new(&stage, "us-east-1", "guide");
    let set = driver
        .plan(ChangeSetType::Create, GROUP, &[])
        .await
        .unwrap();
    driver
        .api
        .execute_change_set()
        .stack_name("guide")
        .change_set_name(set.change_set_id().unwrap())
        .client_request_token("once")
        .send()
        .await
        .unwrap();
    // Repeated because the answer was lost: still one operation.
    driver
        .api
        .execute_change_set()
        .stack_name("guide")
        .change_set_name(set.change_set_id().unwrap())
        .client_request_token("once")
        .send()
        .await
        .unwrap();
    let mut asked = 0;
    loop {
        let answer = driver.api.describe_stacks().stack_name("guide").send();
        let stack = answer.await.unwrap().stacks.unwrap().remove(0);
        if status(&stack) == StackStatus::CreateComplete {
            break;
        }
        assert_eq!(status(&stack), StackStatus::CreateInProgress);
        asked += 1;
    }
    assert!(asked >= Pace::WORST.polls, "asked {asked} times");
    stage.stop().await;
}
