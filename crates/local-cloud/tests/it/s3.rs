//! S3 through the real SDK.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, ObjectCannedAcl,
    ObjectLockMode, ServerSideEncryption, Tag, VersioningConfiguration,
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

/// The status of a refusal, and its document.
fn refusal<E>(error: &SdkError<E>) -> (u16, String) {
    let answer = error.raw_response().unwrap();
    let body = answer.body().bytes().unwrap_or_default();
    let text = String::from_utf8(body.to_vec()).unwrap();
    (answer.status().as_u16(), text)
}

/// As recorded by LocalStack (`TestS3ObjectWritePrecondition`).
#[tokio::test]
async fn conditions_are_refused_in_s3s_words() {
    let stage = stage().await;
    let s3 = client(&stage, "us-east-1");
    versioned(&s3, "state").await;
    let put = || {
        s3.put_object()
            .bucket("state")
            .key("dev.json")
            .body(ByteStream::from_static(b"{}"))
    };
    let first = put().send().await.unwrap();
    let etag = first.e_tag().unwrap();
    let other = "\"00000000000000000000000000000000\"";
    for (request, status, parts) in [
        (
            put().if_match(other),
            412,
            vec!["PreconditionFailed", "<Condition>If-Match</Condition>"],
        ),
        (
            put().if_none_match("*"),
            412,
            vec!["PreconditionFailed", "<Condition>If-None-Match</Condition>"],
        ),
        (
            put().if_match("*"),
            501,
            vec![
                "NotImplemented",
                "<Header>If-Match</Header>",
                "accept the provided value of If-Match header for this API",
            ],
        ),
        (
            put().if_none_match(etag),
            501,
            vec!["NotImplemented", "<Header>If-None-Match</Header>"],
        ),
        (
            put().if_match(etag).if_none_match("*"),
            501,
            vec![
                "NotImplemented",
                "<Header>If-Match,If-None-Match</Header>",
                "Multiple conditional request headers present in the request",
            ],
        ),
    ] {
        let (got, text) = refusal(&request.send().await.unwrap_err());
        assert_eq!(got, status, "{text}");
        for part in parts {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    // A deletion hides the object from a condition.
    s3.delete_object()
        .bucket("state")
        .key("dev.json")
        .send()
        .await
        .unwrap();
    let (status, text) = refusal(&put().if_match(etag).send().await.unwrap_err());
    assert_eq!(status, 404, "{text}");
    assert!(text.contains("<Code>NoSuchKey</Code>"), "{text}");
    assert!(text.contains("<Key>dev.json</Key>"), "{text}");
    stage.stop().await;
}

#[tokio::test]
async fn what_would_have_no_effect_is_refused_by_name() {
    let stage = stage().await;
    let s3 = client(&stage, "us-east-1");
    versioned(&s3, "state").await;
    let put = || {
        s3.put_object()
            .bucket("state")
            .key("dev.json")
            .body(ByteStream::from_static(b"{}"))
    };
    // What is done anyway may be said.
    let usual = put()
        .server_side_encryption(ServerSideEncryption::Aes256)
        .content_encoding("gzip")
        .send()
        .await;
    usual.unwrap();
    let get = || s3.get_object().bucket("state").key("dev.json");
    let stored = get().send().await.unwrap();
    assert_eq!(stored.content_encoding(), Some("gzip"));

    let refused = |(status, text): (u16, String), name: &str| {
        assert_eq!(status, 501, "{name}: {text}");
        assert!(text.contains(name), "{name}: {text}");
    };
    for (request, name) in [
        (put().acl(ObjectCannedAcl::PublicRead), "x-amz-acl"),
        (put().tagging("a=b"), "x-amz-tagging"),
        (
            put().server_side_encryption(ServerSideEncryption::AwsKms),
            "x-amz-server-side-encryption",
        ),
        (
            put().website_redirect_location("/"),
            "x-amz-website-redirect-location",
        ),
        (
            put().object_lock_mode(ObjectLockMode::Governance),
            "x-amz-object-lock-mode",
        ),
        (put().write_offset_bytes(1), "x-amz-write-offset-bytes"),
    ] {
        refused(refusal(&request.send().await.unwrap_err()), name);
    }
    let epoch = aws_smithy_types::DateTime::from_secs(0);
    for (request, name) in [
        (get().range("bytes=0-1"), "range"),
        (get().if_modified_since(epoch), "if-modified-since"),
        (
            get().sse_customer_algorithm("AES256"),
            "x-amz-server-side-encryption-customer-algorithm",
        ),
        (
            get().response_content_type("text/plain"),
            "response-content-type",
        ),
        (get().part_number(1), "partNumber"),
    ] {
        refused(refusal(&request.send().await.unwrap_err()), name);
    }
    let copy = s3
        .copy_object()
        .bucket("state")
        .key("copy.json")
        .copy_source("state/dev.json");
    refused(
        refusal(&copy.send().await.unwrap_err()),
        "x-amz-copy-source",
    );
    let locked = s3
        .create_bucket()
        .bucket("locked")
        .object_lock_enabled_for_bucket(true);
    refused(
        refusal(&locked.send().await.unwrap_err()),
        "x-amz-bucket-object-lock-enabled",
    );
    let tagged = CreateBucketConfiguration::builder()
        .tags(Tag::builder().key("a").value("b").build().unwrap())
        .build();
    let tagged = s3
        .create_bucket()
        .bucket("tagged")
        .create_bucket_configuration(tagged);
    refused(refusal(&tagged.send().await.unwrap_err()), "Tags");
    let versions = s3.list_object_versions().bucket("state").delimiter("/");
    refused(refusal(&versions.send().await.unwrap_err()), "delimiter");
    let owners = s3.list_objects_v2().bucket("state").fetch_owner(true);
    refused(refusal(&owners.send().await.unwrap_err()), "fetch-owner");
    stage.stop().await;
}

#[tokio::test]
async fn buckets_are_listed_page_by_page() {
    let stage = stage().await;
    let s3 = client(&stage, "us-east-1");
    for name in ["one", "two", "three"] {
        s3.create_bucket().bucket(name).send().await.unwrap();
    }
    let names = |answer: ListBucketsOutput| -> Vec<String> {
        let buckets = answer.buckets.unwrap_or_default().into_iter();
        buckets.filter_map(|bucket| bucket.name).collect()
    };
    let prefix = s3.list_buckets().prefix("t").send().await.unwrap();
    assert_eq!(names(prefix), ["three", "two"]);
    let first = s3.list_buckets().max_buckets(2).send().await.unwrap();
    let next = first.continuation_token().unwrap().to_owned();
    assert_eq!(names(first), ["one", "three"]);
    let rest = s3.list_buckets().continuation_token(next);
    assert_eq!(names(rest.send().await.unwrap()), ["two"]);
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
