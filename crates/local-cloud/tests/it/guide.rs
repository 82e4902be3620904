//! `docs/local-stage.md` names doors that exist.

use local_cloud::{LocalStage, Options};
use serde_json::json;

const GUIDE: &str = include_str!("../../../../docs/local-stage.md");

/// Method and path of every row of the table of doors.
fn doors() -> Vec<(&'static str, String)> {
    GUIDE
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .filter_map(|(door, _)| door.split_once(' '))
        .filter(|(method, _)| ["GET", "POST"].contains(method))
        .map(|(method, path)| {
            let path = path
                .replace("{skill}", "amzn1.ask.skill.unknown")
                .replace("{region}", "na")
                .replace("{vendor}", local_cloud::VENDOR_ID);
            (method, path)
        })
        .collect()
}

#[tokio::test]
async fn every_door_of_the_device_is_there() {
    let doors = doors();
    assert!(doors.len() > 10, "{doors:?}");
    let stage = LocalStage::start(Options::default()).await.unwrap();
    let http = crate::aws::http();
    for (method, path) in doors {
        let url = stage.urls().device.join(&path).unwrap();
        let request = http.request(method.parse().unwrap(), url);
        let request = crate::aws::opened(&stage, request.json(&json!({})));
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.text().await.unwrap();
        // A door that is there may say that there is no such skill; one that is not says nothing.
        let missing = status == 405 || status == 404 && body.is_empty();
        assert!(!missing, "{method} {path}: {status}");
        assert!(status < 500, "{method} {path}: {status} {body}");
    }
    stage.stop().await;
}

#[tokio::test]
async fn the_listeners_have_the_names_and_the_order_of_the_guide() {
    let names: Vec<&str> = GUIDE
        .lines()
        .skip_while(|line| !line.starts_with("| name |"))
        .skip(2)
        .map_while(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let stage = LocalStage::start(Options::default()).await.unwrap();
    let urls = serde_json::to_value(stage.urls()).unwrap();
    let actual: Vec<&String> = urls.as_object().unwrap().keys().collect();
    assert_eq!(names, actual);
    stage.stop().await;
}
