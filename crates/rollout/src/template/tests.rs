//! Reading, comparing and cutting templates.

use super::*;

const TEMPLATE: &str = "
Parameters:
  Stage: {Type: String}
  Uris: {Type: CommaDelimitedList}
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    DeletionPolicy: Retain
    Properties:
      UserPoolName: !Sub guide-${Stage}
      Mfa: \"OFF\"
      Urls: !Ref Uris
      Arn: !GetAtt Role.Arn
      Text: !Sub \"${Role} of ${AWS::Region}\"
";

fn parameters() -> BTreeMap<String, String> {
    [("Stage", "dev"), ("Uris", "https://a,https://b")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

#[test]
fn parameters_are_filled_in_and_references_stay() {
    let resources = Template::read(TEMPLATE, &parameters()).unwrap().resources();
    let pool = &resources["Pool"];
    assert_eq!(
        Value::from(pool.properties.clone()),
        json!({
            "UserPoolName": "guide-dev",
            "Mfa": "OFF",
            "Urls": ["https://a", "https://b"],
            "Arn": {"Fn::GetAtt": ["Role", "Arn"]},
            "Text": {"Fn::Sub": "${Role} of ${AWS::Region}"},
        })
    );
    assert_eq!(pool.attributes["DeletionPolicy"], "Retain");
    let role = |attribute: Option<&str>| ("Role".to_owned(), attribute.map(str::to_owned));
    let found = references(&json!(pool.properties));
    assert!(found.contains(&role(None)) && found.contains(&role(Some("Arn"))));
}

#[test]
fn what_a_condition_leaves_out_is_not_there() {
    let text = "
Parameters: {Stage: {Type: String}}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsHere: !Equals [!Ref AWS::Region, us-east-1]
Resources:
  Pool:
    Type: P
    Properties:
      Name: !If [IsDev, !Ref AWS::NoValue, !Ref Stage]
      Other: !If [IsHere, a, b]
  Dev: {Type: D, Condition: IsDev}
";
    let of = |stage: &str| {
        let parameters = [("Stage".to_owned(), stage.to_owned())].into();
        Template::read(text, &parameters).unwrap().resources()
    };
    let unknown = json!({"Fn::If": ["IsHere", "a", "b"]});
    assert_eq!(
        json!(of("dev")["Pool"].properties),
        json!({ "Other": unknown })
    );
    assert!(of("dev").contains_key("Dev"));
    assert_eq!(
        json!(of("prod")["Pool"].properties),
        json!({ "Name": "prod", "Other": unknown })
    );
    assert!(!of("prod").contains_key("Dev"));
}

#[test]
fn words_and_layout_mean_nothing_and_values_do() {
    let read = |text: &str| Template::read(text, &parameters()).unwrap();
    let other = format!(
        "# A comment.\nDescription: Other words\n{}Outputs:\n  Pool:\n    Description: a\n    \
             Value: !Ref Pool\n",
        TEMPLATE.replace("{Type: String}", "{Type: String, Description: Which}")
    );
    let plain = format!("{TEMPLATE}Outputs: {{Pool: {{Value: !Ref Pool}}}}\n");
    assert!(read(&other).means_the_same(&read(&plain)));
    assert!(!read(TEMPLATE).means_the_same(&read(&plain)));
    for (from, to) in [
        ("\"OFF\"", "\"ON\""),
        ("Retain", "Delete"),
        ("CommaDelimitedList", "String"),
    ] {
        let changed = plain.replace(from, to);
        assert!(!read(&plain).means_the_same(&read(&changed)), "{to}");
    }
    let moved = [("Stage".to_owned(), "prod".to_owned())].into();
    let moved = Template::read(&plain, &moved).unwrap();
    assert!(!read(&plain).means_the_same(&moved));
}

#[test]
fn a_part_of_a_template_has_no_outputs_and_lacks_nothing() {
    let text = "
Parameters: {Stage: {Type: String}}
Resources:
  Pool: {Type: P, Properties: {Name: !Ref Stage}}
  Client: {Type: C, DependsOn: Other, Properties: {Pool: !Ref Pool}}
  Other: {Type: O}
Outputs: {Pool: {Value: !Ref Pool}}
";
    let template = Template::read(text, &parameters()).unwrap();
    let part: Value = serde_json::from_str(&template.only(&["Pool", "Client"]).unwrap()).unwrap();
    assert_eq!(
        part,
        json!({
            "Parameters": {"Stage": {"Type": "String"}},
            "Resources": {
                "Pool": {"Type": "P", "Properties": {"Name": {"Ref": "Stage"}}},
                "Client": {"Type": "C", "Properties": {"Pool": {"Ref": "Pool"}}},
            },
        })
    );
    let refused = template.only(&["Client"]).unwrap_err();
    assert!(refused.message().contains("Pool"), "{}", refused.message());
}

#[test]
fn a_released_template_keeps_nothing_when_its_stack_goes() {
    let text = "
Resources:
  Pool:
    Type: P
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties: {DeletionProtection: ACTIVE, Name: !Ref Stage}
";
    let released = Template::read(text, &parameters()).unwrap().released();
    let released: Value = serde_json::from_str(&released).unwrap();
    assert_eq!(
        released["Resources"]["Pool"],
        json!({"Type": "P", "Properties": {"DeletionProtection": "INACTIVE", "Name": {"Ref": "Stage"}}})
    );
}

/// A stage that an older version has deployed is left alone by this one.
#[test]
fn a_template_of_ours_means_the_same_in_json_and_in_yaml() {
    let stack = |text: &str| {
        let text = format!("name = \"guide\"\n{text}");
        infra::StackFile::parse(&text, "stack.toml").unwrap()
    };
    for stack in [
        stack(""),
        stack("[identity]\nmfa = \"optional\"\nmfa-factors = [\"totp\"]\n"),
        stack("[identity]\npages = \"classic\"\n"),
    ] {
        for template in [
            infra::stacks::identity(&stack),
            infra::stacks::skill(&stack),
            infra::stacks::delivery(&stack),
        ] {
            let json = Template::read(&text(&template).unwrap(), &parameters()).unwrap();
            let yaml = Template::read(&template.to_yaml().unwrap(), &parameters()).unwrap();
            assert_eq!(json, yaml);
            assert!(json.means_the_same(&yaml));
        }
    }
}

#[test]
fn what_is_no_template_is_refused() {
    assert!(Template::read("{", &parameters()).is_err());
    assert!(Template::read("a: [", &parameters()).is_err());
    assert!(Template::read("", &parameters()).is_err());
}
