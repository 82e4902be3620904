//! Certificates, hosted zones, the resolver, and a sign-in domain made of them.

use aws_sdk_cloudformation::types::{ChangeSetType, StackStatus};
use aws_sdk_cognitoidentityprovider as cognito;
use local_cloud::LocalStage;
use serde_json::{Value, json};

use crate::aws::{self, client, http, opened, stage};
use crate::cloudformation::{Driver, status};

const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/1";

/// Somebody with a console, before anything is deployed.
async fn register(stage: &LocalStage, what: &str, body: &Value) -> u16 {
    let url = stage
        .urls()
        .device
        .join(&format!("console/{what}"))
        .unwrap();
    let answer = opened(stage, http().post(url).json(body)).send().await;
    answer.unwrap().status().as_u16()
}

async fn register_all(stage: &LocalStage) {
    let zone = json!({ "id": "Z1EXAMPLE", "name": "example.com.", "addresses": [
        { "name": "example.com", "address": "192.0.2.1" },
    ]});
    assert_eq!(register(stage, "hosted-zones", &zone).await, 201);
    let certificate = json!({ "arn": ARN, "names": ["*.example.com"] });
    assert_eq!(register(stage, "certificates", &certificate).await, 201);
    // What is there stays as it is.
    assert_eq!(register(stage, "hosted-zones", &zone).await, 200);
    assert_eq!(register(stage, "certificates", &certificate).await, 200);
}

async fn signed(stage: &LocalStage, service: &str, region: &str, path: &str) -> (u16, String) {
    let url = stage.urls().aws.join(path).unwrap();
    let request = if service == "acm" {
        http()
            .post(url)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", "CertificateManager.DescribeCertificate")
            .body(json!({ "CertificateArn": ARN }).to_string())
    } else {
        http().get(url)
    };
    let answer = aws::signed(stage, request, service, region).await;
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn resolve(stage: &LocalStage, name: &str) -> Value {
    let url = format!("{}?name={name}&type=A", stage.urls().resolver());
    let answer = opened(stage, http().get(url)).send().await;
    answer.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn certificates_and_zones_are_read_as_their_services_answer() {
    let stage = stage().await;
    let (code, text) = signed(&stage, "acm", "us-east-1", "/").await;
    assert_eq!(code, 400);
    assert!(text.contains("ResourceNotFoundException"), "{text}");
    let zone = "/2013-04-01/hostedzone/Z1EXAMPLE";
    let (code, text) = signed(&stage, "route53", "us-east-1", zone).await;
    assert_eq!(code, 404);
    assert!(
        text.contains("<Code>NoSuchHostedZone</Code>")
            && text.contains("<Message>No hosted zone found with ID: Z1EXAMPLE</Message>"),
        "{text}"
    );
    register_all(&stage).await;
    let (code, text) = signed(&stage, "acm", "us-east-1", "/").await;
    assert_eq!(code, 200, "{text}");
    assert!(text.contains("\"Status\":\"ISSUED\""), "{text}");
    let (code, _) = signed(&stage, "acm", "eu-west-1", "/").await;
    assert_eq!(code, 400);
    let (code, text) = signed(&stage, "route53", "us-east-1", zone).await;
    assert_eq!(code, 200, "{text}");
    assert!(text.contains("<Name>example.com.</Name>"), "{text}");
    let (_, text) = signed(&stage, "route53", "us-east-1", &format!("{zone}/rrset")).await;
    assert!(text.contains("<Value>192.0.2.1</Value>"), "{text}");
    let later = format!("{zone}/rrset?name=login.example.com");
    let (_, text) = signed(&stage, "route53", "us-east-1", &later).await;
    assert!(!text.contains("<ResourceRecordSet>"), "{text}");
    let (code, text) = signed(&stage, "route53", "us-east-1", "/2013-04-01/hostedzone").await;
    assert_eq!(code, 404, "{text}");
    assert_eq!(
        resolve(&stage, "EXAMPLE.com.").await["Answer"][0]["data"],
        "192.0.2.1"
    );
    assert_eq!(resolve(&stage, "login.example.com").await["Status"], 3);
    stage.stop().await;
}

fn template(record: &str) -> String {
    format!(
        "
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties: {{UserPoolName: people}}
  Domain:
    Type: AWS::Cognito::UserPoolDomain
    Properties:
      UserPoolId: !Ref Pool
      Domain: login.example.com
      ManagedLoginVersion: 2
      CustomDomainConfig: {{CertificateArn: '{ARN}'}}
  Record:
    Type: AWS::Route53::RecordSet
    DeletionPolicy: Retain
    Properties:
      HostedZoneId: Z1EXAMPLE
      Name: {record}
      Type: A
      AliasTarget:
        DNSName: !GetAtt Domain.CloudFrontDistribution
        HostedZoneId: Z2FDTNDATAQYW2
        EvaluateTargetHealth: false
"
    )
}

#[tokio::test]
async fn a_domain_has_a_certificate_a_parent_and_a_record_that_nobody_else_has() {
    let stage = stage().await;
    let mut driver = Driver::new(&stage, "eu-west-1", "guide");
    let create = ChangeSetType::Create;
    let good = template("login.example.com");
    let stack = driver.deploy(create.clone(), &good, &[]).await;
    assert_eq!(status(&stack), StackStatus::RollbackComplete);
    let id = stack.stack_id().unwrap();
    let reason = driver.reason(id, "Domain", "CREATE_FAILED").await;
    assert!(
        reason.contains("Custom domain is not a valid subdomain"),
        "{reason}"
    );
    driver.delete().await;

    register_all(&stage).await;
    let elsewhere = template("login.example.org");
    let stack = driver.deploy(create.clone(), &elsewhere, &[]).await;
    assert_eq!(status(&stack), StackStatus::RollbackComplete);
    let id = stack.stack_id().unwrap();
    let reason = driver.reason(id, "Record", "CREATE_FAILED").await;
    assert!(
        reason.contains("login.example.org. is not permitted in zone example.com."),
        "{reason}"
    );
    driver.delete().await;

    let stack = driver.deploy(create.clone(), &good, &[]).await;
    assert_eq!(status(&stack), StackStatus::CreateComplete);
    assert_eq!(resolve(&stage, "login.example.com").await["Status"], 0);
    // The record stays, and a record that is not exactly the same is in the way.
    driver.delete().await;
    assert_eq!(resolve(&stage, "login.example.com").await["Status"], 0);
    let stack = driver.deploy(create.clone(), &good, &[]).await;
    assert_eq!(status(&stack), StackStatus::CreateComplete);
    driver.delete().await;
    let other = good.replace("!GetAtt Domain.CloudFrontDistribution", "d1.cloudfront.net");
    let stack = driver.deploy(create, &other, &[]).await;
    assert_eq!(status(&stack), StackStatus::RollbackComplete);
    let id = stack.stack_id().unwrap();
    let reason = driver.reason(id, "Record", "CREATE_FAILED").await;
    assert!(
        reason.contains("[name='login.example.com.', type='A'] but it already exists"),
        "{reason}"
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_domain_belongs_to_one_pool_in_the_world() {
    let stage = stage().await;
    register_all(&stage).await;
    for (region, taken) in [("eu-west-1", false), ("us-east-1", true)] {
        let cognito = client!(cognito, stage, region);
        let pool = cognito.create_user_pool().pool_name("people").send().await;
        let pool = pool.unwrap().user_pool.unwrap().id.unwrap();
        let config = cognito::types::CustomDomainConfigType::builder()
            .certificate_arn(ARN)
            .build()
            .unwrap();
        let made = cognito
            .create_user_pool_domain()
            .user_pool_id(pool)
            .domain("login.example.com")
            .custom_domain_config(config)
            .send()
            .await;
        let refused = made
            .err()
            .map(|error| error.into_service_error().to_string());
        assert_eq!(refused.is_some(), taken, "{refused:?}");
    }
    stage.stop().await;
}

/// Sends a batch of changes, as somebody with a console does.
async fn change(stage: &LocalStage, changes: &[(&str, &str)]) -> (u16, String) {
    let changes: Vec<_> = changes
        .iter()
        .map(|(action, record)| {
            format!(
                "<Change><Action>{action}</Action><ResourceRecordSet><Name>a.example.com</Name>\
                 {record}</ResourceRecordSet></Change>"
            )
        })
        .collect();
    let changes = changes.concat();
    let url = "2013-04-01/hostedzone/Z1EXAMPLE/rrset/";
    let request = http()
        .post(stage.urls().aws.join(url).unwrap())
        .body(format!(
            "<ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <ChangeBatch><Changes>{changes}</Changes></ChangeBatch>\
             </ChangeResourceRecordSetsRequest>"
        ));
    let answer = aws::signed(stage, request, "route53", "us-east-1").await;
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn values(kind: &str, value: &str) -> String {
    format!(
        "<Type>{kind}</Type><TTL>300</TTL><ResourceRecords><ResourceRecord><Value>{value}</Value>\
         </ResourceRecord></ResourceRecords>"
    )
}

#[tokio::test]
async fn a_record_is_changed_by_hand_one_at_a_time() {
    let stage = stage().await;
    register_all(&stage).await;
    let address = values("A", "192.0.2.7");
    let (code, text) = change(&stage, &[("CREATE", &address)]).await;
    assert_eq!(code, 200, "{text}");
    assert!(text.contains("<Status>INSYNC</Status>"), "{text}");
    let other = values("CNAME", "www.example.com");
    let astray = values("A", "192.0.2.8");
    for (changes, expected) in [
        (vec![("CREATE", address.as_str())], "but it already exists"),
        (
            vec![("CREATE", other.as_str())],
            "conflicting RRSet of type A",
        ),
        (
            vec![("DELETE", astray.as_str())],
            "the values provided do not match",
        ),
        (vec![("REPLACE", address.as_str())], "REPLACE is no action"),
        (
            vec![("DELETE", address.as_str()), ("CREATE", astray.as_str())],
            "one change at a time",
        ),
        (vec![("CREATE", "<Type>TXT</Type>")], "values or a target"),
    ] {
        let (code, text) = change(&stage, &changes).await;
        assert_eq!(code, 400, "{text}");
        assert!(text.contains(expected), "{expected} in {text}");
        let found = resolve(&stage, "a.example.com").await;
        assert_eq!(found["Answer"][0]["data"], "192.0.2.7", "{expected}");
    }
    let (code, text) = change(&stage, &[("UPSERT", &astray)]).await;
    assert_eq!(code, 200, "{text}");
    let (code, text) = change(&stage, &[("DELETE", &astray)]).await;
    assert_eq!(code, 200, "{text}");
    assert_eq!(resolve(&stage, "a.example.com").await["Status"], 3);
    stage.stop().await;
}
