//! A pool whose pages and endpoints are at a host of the account's own.

use serde_json::{Value, json};

use super::{CALLBACK, Fixture};
use crate::aws::{self, http, opened};

const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/1";
const HOST: &str = "login.example.com";

async fn discovery(fixture: &Fixture) -> Value {
    let aws = &fixture.stage.urls().aws;
    let url = format!("{aws}{}/.well-known/openid-configuration", fixture.pool);
    let answer = fixture.http.get(url).send().await.unwrap();
    answer.json().await.unwrap()
}

/// Adds a domain with its certificate, its zone and its record.
async fn add_domain(fixture: &Fixture) {
    for (what, body) in [
        (
            "hosted-zones",
            json!({ "id": "Z1EXAMPLE", "name": "example.com.", "addresses": [
                { "name": "example.com", "address": "192.0.2.1" },
            ]}),
        ),
        (
            "certificates",
            json!({ "arn": ARN, "names": ["*.example.com"] }),
        ),
    ] {
        let url = fixture.stage.urls().device.join(&format!("console/{what}"));
        let request = http().post(url.unwrap()).json(&body);
        let answer = opened(&fixture.stage, request).send().await.unwrap();
        assert_eq!(answer.status(), 201);
    }
    let domain = json!({
        "UserPoolId": fixture.pool,
        "Domain": HOST,
        "ManagedLoginVersion": 2,
        "CustomDomainConfig": { "CertificateArn": ARN },
    });
    let made = fixture.call("CreateUserPoolDomain", &domain).await.unwrap();
    let target = made["CloudFrontDomain"].as_str().unwrap();
    let url = fixture
        .stage
        .urls()
        .aws
        .join("2013-04-01/hostedzone/Z1EXAMPLE/rrset/");
    let request = http().post(url.unwrap()).body(format!(
        "<ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
         <ChangeBatch><Changes><Change><Action>CREATE</Action><ResourceRecordSet><Name>{HOST}</Name>\
         <Type>A</Type><AliasTarget><HostedZoneId>Z2FDTNDATAQYW2</HostedZoneId>\
         <DNSName>{target}</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget>\
         </ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"
    ));
    let answer = aws::signed(&fixture.stage, request, "route53", "us-east-1").await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
}

/// "Since user pool discovery endpoints are hosted on a different domain, they only serve the custom
/// domain" where there are both:
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html>.
/// Whoever comes to the wrong host is told the right one, which real hosts cannot do.
#[tokio::test]
async fn everything_names_the_host_of_the_pools_domain() {
    let fixture = Fixture::new().await;
    let prefix = fixture.stage.urls().sign_in.to_string();
    let own = format!("{}/", fixture.stage.urls().custom_sign_in());
    let endpoints = [
        "authorization_endpoint",
        "end_session_endpoint",
        "revocation_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
    ];
    let at = async |host: &str| {
        let document = discovery(&fixture).await;
        for name in endpoints {
            let url = document[name].as_str().unwrap();
            assert!(url.starts_with(host), "{name}: {url}");
        }
    };
    at(&prefix).await;
    add_domain(&fixture).await;
    at(&own).await;
    let domain = json!({ "UserPoolId": fixture.pool, "Domain": "guide-local" });
    fixture.call("DeleteUserPoolDomain", &domain).await.unwrap();
    at(&own).await;

    let home = own.trim_end_matches('/');
    let authorize = fixture.authorize_url(&[]);
    let get = async |url: String| {
        let answer = http().get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, page) = get(authorize.replace(&prefix, &own)).await;
    assert!(status == 200 && page.contains("Sign in"), "{page}");
    let (status, page) = get(authorize).await;
    assert_eq!(status, 403);
    assert!(page.contains(&format!("<code>{home}</code>")), "{page}");
    for path in ["oauth2/token", "oauth2/revoke"] {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", "x"),
            ("token", "x"),
            ("redirect_uri", CALLBACK),
        ];
        for (host, names) in [(&prefix, true), (&own, false)] {
            let request = http().post(format!("{host}{path}")).form(&form);
            let request = request.basic_auth(&fixture.client, Some(&fixture.secret));
            let said = request.send().await.unwrap().text().await.unwrap();
            assert_eq!(said.contains(home), names, "{host}{path}: {said}");
        }
    }

    let domain = json!({ "UserPoolId": fixture.pool, "Domain": HOST });
    fixture.call("DeleteUserPoolDomain", &domain).await.unwrap();
    let document = discovery(&fixture).await;
    for name in endpoints {
        assert_eq!(document.get(name), None, "{name}");
    }
    assert!(document["jwks_uri"].is_string());
    fixture.stage.stop().await;
}
