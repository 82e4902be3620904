//! Resources of the project's own: from `infra/resources.yaml` to the function, and what is guarded.

use std::fs;

use serde_json::{Value, json};

use crate::real::Real;

const STACK: &str = "name = \"account-guide\"\nstages.dev.region = \"us-east-1\"\n\
    [lambda.environment]\nORDERS_LOG = { output = \"OrdersLog\" }\n\
    [[lambda.permissions]]\nactions = [\"logs:PutLogEvents\"]\nresources = [{ output = \"OrdersArn\" }]\n";

const RESOURCES: &str = "\
Resources:
  Orders:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: RetainExceptOnCreate
    Properties:
      LogGroupName: !Sub ${Project}/${Stage}/orders
      RetentionInDays: 30
Outputs:
  OrdersLog:
    Value: !Ref Orders
  OrdersArn:
    Value: !GetAtt Orders.Arn
";

fn write(real: &Real, resources: &str) {
    fs::create_dir_all(real.file("infra")).unwrap();
    fs::write(real.file("infra/resources.yaml"), resources).unwrap();
}

#[test]
fn a_project_has_resources_of_its_own() {
    let real = Real::start();
    fs::write(real.file("stack.toml"), STACK).unwrap();
    write(&real, RESOURCES);
    let said = real.deploy(&["--json"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let report: Value = serde_json::from_str(said.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(report["resources"]["OrdersLog"], "account-guide/dev/orders");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let variables = runtime.block_on(real.function())["Environment"]["Variables"].clone();
    assert_eq!(variables["ORDERS_LOG"], "account-guide/dev/orders");
    assert_eq!(variables["VOICELINK_HOME_REGION"], "us-east-1");

    // Nothing to do is nothing done.
    let said = real.deploy(&["--json"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let report: Value = serde_json::from_str(said.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(report["calls"]["mutating"], 0, "{report}");
    assert_eq!(report["resources"]["OrdersLog"], "account-guide/dev/orders");

    // What would be lost is refused before any change.
    let before = runtime.block_on(mutating(&real));
    write(&real, &RESOURCES.replace("/orders\n", "/rides\n"));
    let said = real.deploy(&[], &real.developer());
    assert!(said.stderr.contains("error[GUARD_DATA]"), "{}", said.stderr);
    assert!(
        said.stderr.contains("Orders (AWS::Logs::LogGroup)"),
        "{}",
        said.stderr
    );
    assert_eq!(runtime.block_on(mutating(&real)), before);
    let said = real.deploy(&["--allow", "data"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let variables = runtime.block_on(real.function())["Environment"]["Variables"].clone();
    assert_eq!(variables["ORDERS_LOG"], "account-guide/dev/rides");

    // Another setting of it is an update.
    write(
        &real,
        &RESOURCES
            .replace("/orders\n", "/rides\n")
            .replace("30", "7"),
    );
    let said = real.deploy(&[], &real.developer());
    assert!(said.success, "{}", said.stderr);

    // What holds data outlives the stage unless that is asked for.
    let said = real.run(&["destroy", "dev", "--yes"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let kept = "keeps stack account-guide-dev-resources in us-east-1, whose resources hold data";
    assert!(said.stdout.contains(kept), "{}", said.stdout);
    let said = real.run(
        &["destroy", "dev", "--yes", "--delete-data=prod"],
        &real.developer(),
    );
    assert!(said.stderr.contains("error[CONFIRM]"), "{}", said.stderr);
    let said = real.run(
        &["destroy", "dev", "--yes", "--delete-data=dev", "--json"],
        &real.developer(),
    );
    assert!(said.success, "{}", said.stderr);
    let report: Value = serde_json::from_str(said.stdout.lines().last().unwrap()).unwrap();
    let name = &report["removed"]["resources"]["name"];
    assert_eq!(name, "account-guide-dev-resources", "{report}");
    assert!(real.stage.end("-TERM"));
}

#[test]
fn what_cannot_be_deployed_is_refused_before_any_change() {
    let real = Real::start();
    fs::write(real.file("stack.toml"), STACK).unwrap();
    for (from, to, code, message) in [
        (
            "AWS::Logs::LogGroup",
            "AWS::Nowhere::Thing",
            "RESOURCE_TYPE",
            "infra/resources.yaml:3: CloudFormation has no type AWS::Nowhere::Thing here",
        ),
        (
            "  OrdersArn:",
            "  OrderArn:",
            "STACK_FILE",
            "stack.toml:3:1: infra/resources.yaml has no output OrdersArn",
        ),
        (
            "!Ref Orders",
            "!Ref Rides",
            "STACK_FILE",
            "infra/resources.yaml:9:1: OrdersLog refers to `Rides`, which is not in the file",
        ),
        (
            "Resources:",
            "Resources: [",
            "STACK_FILE",
            "infra/resources.yaml:",
        ),
    ] {
        write(&real, &RESOURCES.replace(from, to));
        let said = real.deploy(&[], &real.developer());
        assert!(!said.success, "{to}");
        assert!(
            said.stderr.contains(&format!("error[{code}]")),
            "{}",
            said.stderr
        );
        assert!(said.stderr.contains(message), "{message}\n{}", said.stderr);
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    assert_eq!(runtime.block_on(mutating(&real)), 0);
    assert!(real.stage.end("-TERM"));
}

/// How many calls so far may have changed something.
async fn mutating(real: &Real) -> usize {
    let journal = real.journal().await;
    let calls = journal["calls"].as_array().unwrap().iter();
    calls.filter(|call| call["mutating"] == true).count()
}

/// A stage's roles may look at the stack only if the project had resources when the roles were made.
#[test]
fn a_project_without_resources_needs_no_right_to_look_for_them() {
    let real = Real::start();
    let said = real.deploy(&[], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let developer = real.developer();
    for command in ["status", "destroy"] {
        // Without a yes `destroy` looks, and removes nothing.
        runtime.block_on(real.control("/control/faults", &json!({})));
        real.run(&[command, "dev"], &developer);
        let journal = runtime.block_on(real.journal());
        let mut calls = (1..).zip(journal["calls"].as_array().unwrap());
        // One of them looks for the stack; the command cannot do without the others.
        let went_on = calls.any(|(call, made)| {
            let refused = json!({ "call": call, "fault": { "kind": "refuse", "status": 403 } });
            let rules = json!({ "rules": [refused] });
            made["operation"] == "cloudformation DescribeStacks" && {
                runtime.block_on(real.control("/control/faults", &rules));
                let said = real.run(&[command, "dev"], &developer);
                said.stderr
                    .contains("skipped the check whether some are left")
                    && (said.success || said.stderr.contains("error[CONFIRM]"))
            }
        });
        assert!(went_on, "{command}");
    }
    assert!(real.stage.end("-TERM"));
}
