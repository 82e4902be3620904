use super::*;
use proptest::prelude::*;

const FILE: &str = OwnResources::FILE;

const TAXI: &str = "\
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Addresses:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub ${Project}-${Stage}-addresses
      BillingMode: PAY_PER_REQUEST
  Orders:
    Type: AWS::SQS::Queue
    DeletionPolicy: Delete
    DependsOn: Addresses
  Topic:
    Type: AWS::SNS::Topic
    Condition: IsProd
Outputs:
  Table:
    Value: !Ref Addresses
";

fn problems(text: &str) -> Vec<String> {
    match OwnResources::parse(text, FILE) {
        Ok(_) => Vec::new(),
        Err(error) => error
            .problems()
            .iter()
            .map(|one| format!("{}: {}", one.line, one.message))
            .collect(),
    }
}

#[test]
fn what_holds_data_is_retained_unless_the_file_says_otherwise() {
    let own = OwnResources::parse(TAXI, FILE).unwrap();
    let template = own.template();
    let resources = &template["Resources"];
    assert_eq!(
        resources["Addresses"]["DeletionPolicy"],
        "RetainExceptOnCreate"
    );
    assert_eq!(resources["Addresses"]["UpdateReplacePolicy"], "Retain");
    assert_eq!(resources["Orders"]["DeletionPolicy"], "Delete");
    assert_eq!(resources["Orders"].get("UpdateReplacePolicy"), None);
    assert_eq!(resources["Topic"].get("DeletionPolicy"), None);
    assert_eq!(template["Parameters"]["Stage"]["Type"], "String");
    let (project, stage) = ("taxi".parse().unwrap(), "dev".parse().unwrap());
    let values = own.parameters(&project, &stage);
    assert_eq!(
        (values["Project"].as_str(), values["Stage"].as_str()),
        ("taxi", "dev")
    );
    assert!(own.holds_data());
    assert_eq!(own.outputs().collect::<Vec<_>>(), ["Table"]);
    assert_eq!(own.types()["AWS::DynamoDB::Table"], 5);
    assert_eq!(own.services(), ["dynamodb", "sns", "sqs"]);
    assert!(
        !OwnResources::parse("Resources: { T: { Type: 'AWS::SNS::Topic' } }", FILE)
            .unwrap()
            .holds_data()
    );
}

#[test]
fn mistakes_are_told_with_their_line() {
    for (from, to, told) in [
        (
            "!Ref Addresses",
            "!Ref Adresses",
            "17: Table refers to `Adresses`, which is not in the file",
        ),
        (
            "${Stage}-addresses",
            "${Region}",
            "4: Addresses refers to `Region`, which is not in the file",
        ),
        (
            "DependsOn: Addresses",
            "DependsOn: Nothing",
            "9: Orders refers to `Nothing`, which is not in the file",
        ),
        (
            "Condition: IsProd",
            "Condition: IsTest",
            "13: there is no condition `IsTest`",
        ),
        ("AWS::SNS::Topic", "SNS", "13: Topic has no type"),
        (
            "DependsOn: Addresses",
            "TableName: a",
            "12: Orders has no attribute `TableName`",
        ),
        (
            "Outputs:",
            "Transform: AWS::LanguageExtensions\nOutputs:",
            "16: there is no section `Transform` here",
        ),
        (
            "Conditions:",
            "Parameters: { Color: { Type: String } }\nConditions:",
            "1: nothing gives the parameter `Color` a value",
        ),
        (
            "    Value: !Ref Addresses",
            "    Description: x",
            "17: the output Table has no value",
        ),
        (
            "BillingMode: PAY_PER_REQUEST",
            "X: !Ref Orders",
            "4: Addresses, Orders wait for each other",
        ),
        (
            "  Addresses:",
            "  My-Table:",
            "4: `My-Table` is no name of a resource",
        ),
    ] {
        let text = TAXI.replacen(from, to, 1);
        assert_ne!(text, TAXI, "{from}");
        assert!(
            problems(&text).contains(&told.to_owned()),
            "{told}: {:?}",
            problems(&text)
        );
    }
    assert_eq!(
        problems("just text"),
        ["1: it is no template but a single value"]
    );
    assert_eq!(problems("Description: x\n"), ["1: there are no resources"]);
    let large = TAXI.replace("PAY_PER_REQUEST", &"x".repeat(60_000));
    assert!(
        problems(&large)[0].contains("51200"),
        "{:?}",
        problems(&large)
    );
}

/// A policy's `Condition` is no condition of the template.
#[test]
fn a_condition_of_a_policy_is_left_alone() {
    let text = "Resources:\n  Policy:\n    Type: AWS::IAM::Policy\n    Properties:\n      PolicyDocument:\n        \
        Statement: [{ Condition: { Bool: { 'aws:SecureTransport': false } }, Type: x }]\n";
    assert_eq!(problems(text), [""; 0]);
}

proptest! {
    /// For any text, reading it ends with a template or with problems that have lines in it.
    #[test]
    fn any_text_is_read_or_refused(text in "([A-Za-z:!{}\\[\\]&*<>|\\-\"' \n]|Resources:|Type: AWS::A::B|!Ref ){0,80}") {
        if let Err(error) = OwnResources::parse(&text, FILE) {
            prop_assert!(!error.problems().is_empty());
            prop_assert!(error.problems().iter().all(|one| one.line >= 1 && one.line <= text.lines().count() + 1));
        }
    }
}

#[test]
fn properties_that_amazon_does_not_know_are_advised_against_with_their_lines() {
    let advice = |text: &str| {
        let own = OwnResources::parse(text, FILE).unwrap();
        let advice = own.advice().into_iter();
        advice
            .map(|one| format!("{}: {}", one.line, one.message))
            .collect::<Vec<_>>()
    };
    let table = "Addresses, AWS::DynamoDB::Table";
    let good = TAXI.replace(
        "      BillingMode: PAY_PER_REQUEST\n",
        "      BillingMode: PAY_PER_REQUEST\n      KeySchema: [{ AttributeName: person, KeyType: HASH }]\n      \
         AttributeDefinitions: [{ AttributeName: person, AttributeType: S }]\n",
    );
    assert_eq!(advice(&good), [""; 0]);
    assert_eq!(
        advice(TAXI),
        [format!("6: Addresses lacks KeySchema ({table})")]
    );
    let misspelt = good.replace(
        "BillingMode: PAY_PER_REQUEST",
        "BilingMode: PAY_PER_REQUEST",
    );
    assert_eq!(
        advice(&misspelt),
        [format!("8: BilingMode is unknown ({table})")]
    );
    let other = good.replace("PAY_PER_REQUEST", "PAY_PER_NIGHT");
    assert_eq!(
        advice(&other),
        [format!(
            "8: BillingMode cannot be \"PAY_PER_NIGHT\" ({table})"
        )]
    );
    let deep = good.replace("AttributeType: S", "AttributeTyp: S");
    assert_eq!(
        advice(&deep),
        [
            format!("10: AttributeDefinitions lacks AttributeType ({table})"),
            format!("10: AttributeTyp is unknown ({table})"),
        ]
    );
}
