//! Vendors, and pages of skills.

use local_cloud::VENDOR_ID;
use serde_json::json;

use super::support::Developer;

#[tokio::test]
async fn the_developer_has_one_vendor() {
    let developer = Developer::start().await;
    let vendors = developer.get("/v1/vendors").await.expect(200);
    assert_eq!(vendors["vendors"][0]["id"], VENDOR_ID);
    developer.stop().await;
}

#[tokio::test]
async fn pages_are_followed_by_token() {
    let developer = Developer::start().await;
    let mut created = Vec::new();
    for _ in 0..3 {
        created.push(developer.create_skill().await);
    }
    let mut path = format!("/v1/skills?vendorId={VENDOR_ID}&maxResults=2");
    let mut found = Vec::new();
    loop {
        let page = developer.get(&path).await.expect(200);
        let skills = page["skills"].as_array().unwrap().clone();
        found.extend(
            skills
                .iter()
                .map(|skill| skill["skillId"].as_str().unwrap().to_owned()),
        );
        if page["isTruncated"] == json!(false) {
            break;
        }
        path = page["_links"]["next"]["href"].as_str().unwrap().to_owned();
    }
    assert_eq!(found, created);

    let one = format!("/v1/skills?vendorId={VENDOR_ID}&skillId={}", created[1]);
    let page = developer.get(&one).await.expect(200);
    assert_eq!(page["skills"].as_array().unwrap().len(), 1);
    developer.get("/v1/skills").await.expect(400);
    developer.stop().await;
}
