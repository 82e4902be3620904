//! S3 through the real SDK.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    VersioningConfiguration,
};
use local_cloud::LocalStage;

use crate::aws::{credentials, stage};

pub(crate) fn client(stage: &LocalStage, region: &'static str) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new(region))
            .endpoint_url(stage.urls().aws.as_str())
            .force_path_style(true)
            .credentials_provider(credentials(stage))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build(),
    )
}

fn code(error: &impl ProvideErrorMetadata) -> &str {
    error.code().unwrap_or_default()
}

async fn versioned(s3: &aws_sdk_s3::Client, bucket: &str) {
    s3.create_bucket().bucket(bucket).send().await.unwrap();
    let enabled = VersioningConfiguration::builder()
        .status(BucketVersioningStatus::Enabled)
        .build();
    s3.put_bucket_versioning()
        .bucket(bucket)
        .versioning_configuration(enabled)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_bucket_lives_in_its_region_only() {
    let stage = stage().await;
    let s3 = client(&stage, "eu-west-1");
    let refused = s3.create_bucket().bucket("code").send().await.unwrap_err();
    assert_eq!(
        code(&refused.into_service_error()),
        "IllegalLocationConstraintException"
    );
    let here = CreateBucketConfiguration::builder()
        .location_constraint(BucketLocationConstraint::EuWest1)
        .build();
    for expected in [None, Some("BucketAlreadyOwnedByYou")] {
        let answer = s3
            .create_bucket()
            .bucket("code")
            .create_bucket_configuration(here.clone())
            .send()
            .await;
        assert_eq!(
            answer
                .err()
                .map(|error| code(&error.into_service_error()).to_owned())
                .as_deref(),
            expected
        );
    }
    let head = s3.head_bucket().bucket("code").send().await.unwrap();
    assert_eq!(head.bucket_region(), Some("eu-west-1"));
    let elsewhere = client(&stage, "us-east-1");
    let located = elsewhere
        .get_bucket_location()
        .bucket("code")
        .send()
        .await
        .unwrap();
    assert_eq!(
        located.location_constraint(),
        Some(&BucketLocationConstraint::EuWest1)
    );
    assert!(elsewhere.head_bucket().bucket("code").send().await.is_err());
    stage.stop().await;
}

#[tokio::test]
async fn another_owner_is_refused() {
    let stage = stage().await;
    let s3 = client(&stage, "us-east-1");
    s3.create_bucket().bucket("code").send().await.unwrap();
    let refused = s3
        .list_objects_v2()
        .bucket("code")
        .expected_bucket_owner("111111111111")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&refused.into_service_error()), "AccessDenied");
    stage.stop().await;
}

#[tokio::test]
async fn conditional_writes_let_one_writer_win() {
    let stage = stage().await;
    let s3 = client(&stage, "us-east-1");
    versioned(&s3, "state").await;
    let put = |text: &'static str| {
        s3.put_object()
            .bucket("state")
            .key("dev.json")
            .body(ByteStream::from_static(text.as_bytes()))
    };

    let refused = put("x").if_match("\"0\"").send().await.unwrap_err();
    assert_eq!(code(&refused.into_service_error()), "NoSuchKey");
    let first = put("first").if_none_match("*").send().await.unwrap();
    let refused = put("x").if_none_match("*").send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 412);
    assert_eq!(code(&refused.into_service_error()), "PreconditionFailed");

    let etag = first.e_tag().unwrap();
    let second = put("second").if_match(etag).send().await.unwrap();
    let refused = put("x").if_match(etag).send().await.unwrap_err();
    assert_eq!(code(&refused.into_service_error()), "PreconditionFailed");
    assert_ne!(first.version_id(), second.version_id());

    let old = s3
        .get_object()
        .bucket("state")
        .key("dev.json")
        .version_id(first.version_id().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(old.e_tag(), Some(etag));
    assert_eq!(old.body.collect().await.unwrap().into_bytes(), "first");

    let versions = s3
        .list_object_versions()
        .bucket("state")
        .send()
        .await
        .unwrap();
    let latest: Vec<_> = versions
        .versions()
        .iter()
        .map(|version| (version.version_id(), version.is_latest()))
        .collect();
    assert_eq!(
        latest,
        [
            (second.version_id(), Some(true)),
            (first.version_id(), Some(false))
        ]
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_deleted_object_of_a_versioned_bucket_leaves_a_marker() {
    let stage = stage().await;
    let s3 = client(&stage, "us-east-1");
    versioned(&s3, "state").await;
    let put = s3
        .put_object()
        .bucket("state")
        .key("a/b c.json")
        .metadata("owner", "me")
        .body(ByteStream::from_static(b"{}"))
        .send()
        .await
        .unwrap();
    let head = s3
        .head_object()
        .bucket("state")
        .key("a/b c.json")
        .send()
        .await
        .unwrap();
    assert_eq!(head.content_length(), Some(2));
    assert_eq!(head.metadata().unwrap()["owner"], "me");

    let deleted = s3
        .delete_object()
        .bucket("state")
        .key("a/b c.json")
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.delete_marker(), Some(true));
    let gone = s3
        .get_object()
        .bucket("state")
        .key("a/b c.json")
        .send()
        .await
        .unwrap_err();
    assert!(gone.into_service_error().is_no_such_key());
    let again = s3
        .put_object()
        .bucket("state")
        .key("a/b c.json")
        .if_none_match("*")
        .body(ByteStream::from_static(b"{}"))
        .send()
        .await
        .unwrap();
    assert_ne!(again.version_id(), put.version_id());
    let listed = s3
        .list_objects_v2()
        .bucket("state")
        .prefix("a/")
        .send()
        .await
        .unwrap();
    assert_eq!(listed.contents()[0].key(), Some("a/b c.json"));
    let refused = s3.delete_bucket().bucket("state").send().await.unwrap_err();
    assert_eq!(code(&refused.into_service_error()), "BucketNotEmpty");
    stage.stop().await;
}
