use serde_json::{Value, json};

use crate::service::{Service, reply};

fn summary(number: usize) -> Value {
    json!({
        "skillId": format!("amzn1.ask.skill.00000000-0000-4000-8000-{number:012}"),
        "stage": "development",
        "nameByLocale": {"en-US": "Guide"},
        "publicationStatus": "DEVELOPMENT",
        "lastUpdated": "2026-01-02T03:04:05.000Z",
        "_links": {},
    })
}

#[tokio::test]
async fn every_page_is_read() {
    let service = Service::start(|seen, earlier| {
        let page: Vec<_> = (0..2).map(|n| summary(earlier * 2 + n)).collect();
        let next = ["a+b/c=", "last"].get(earlier);
        let expected = match earlier {
            0 => "/v1/skills?vendorId=M1&maxResults=50",
            1 => "/v1/skills?vendorId=M1&maxResults=50&nextToken=a%2Bb%2Fc%3D",
            _ => "/v1/skills?vendorId=M1&maxResults=50&nextToken=last",
        };
        if seen.path != expected {
            return reply(
                400,
                &json!({"message": format!("unexpected {}", seen.path)}),
            );
        }
        let answer = json!({"skills": page, "isTruncated": next.is_some(), "nextToken": next});
        reply(200, &answer)
    })
    .await;
    let skills = service
        .client()
        .skills(&"M1".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(skills.len(), 6);
    assert!(skills[5].skill_id.as_str().ends_with('5'));
    assert_eq!(skills[0].name_by_locale["en-US"], "Guide");
}

#[tokio::test]
async fn pages_that_never_end_are_an_error() {
    let circle = json!({"skills": [], "isTruncated": true, "nextToken": "again"});
    let service = Service::start(move |_, _| reply(200, &circle)).await;
    let error = service
        .client()
        .skills(&"M1".parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.code(), "SMAPI_UNEXPECTED_ANSWER");
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn a_truncated_list_is_never_taken_for_the_whole() {
    let service =
        Service::start(|_, _| reply(200, &json!({"skills": [], "isTruncated": true}))).await;
    let error = service
        .client()
        .skills(&"M1".parse().unwrap())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("truncated"));
}
