//! The rollout's own bucket: bundles and the state of each stage.
//!
//! There is one for each region that a Lambda runs in, and it is always addressed together with
//! the account that must own it: a bucket's name can be taken by anybody.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, MfaDeleteStatus,
    PublicAccessBlockConfiguration, VersioningConfiguration,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bytes::Bytes;
use jiff::Timestamp;

use infra::stack_file::Region;

use super::capture::Capture;
use super::service_time::ServiceTime;
use super::{AccountId, Aws};
use crate::error::{Code, Error};

/// A bucket together with its region and the account that must own it.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
    region: Region,
    owner: AccountId,
    time: ServiceTime,
}

/// A configuration of a bucket as it was read.
#[derive(Debug, Default)]
struct Configuration {
    /// Whether it is as it has to be.
    is_right: bool,
    /// Settings that writing it would reset.
    unknown: Vec<String>,
}

/// An object with the tag that a conditional write needs.
#[derive(Debug, Clone)]
pub struct Object {
    /// The content.
    pub body: Bytes,
    /// S3's entity tag.
    pub etag: String,
}

/// What a conditional write came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// Written; the object's new entity tag.
    Stored(String),
    /// Somebody else wrote in between.
    Conflict,
}

/// The state that the object must be in for a write to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect<'a> {
    /// No such object yet.
    Absent,
    /// This version of it.
    Unchanged(&'a str),
}

/// The names of all of the account's buckets, in every region; `None` when these credentials may
/// not ask.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>
pub async fn names(aws: &Aws, region: &Region) -> Result<Option<Vec<String>>, Error> {
    let answer = match aws.s3(region).list_buckets().send().await {
        Ok(answer) => answer,
        Err(error) if status(&error) == Some(403) => return Ok(None),
        Err(error) => return Err(Error::aws("cannot list the account's buckets", &error)),
    };
    let buckets = answer.buckets.unwrap_or_default().into_iter();
    Ok(Some(buckets.filter_map(|bucket| bucket.name).collect()))
}

impl Bucket {
    /// The bucket of this name; nothing is called.
    pub fn new(aws: &Aws, name: String, region: &Region, owner: &AccountId) -> Self {
        Self {
            client: aws.s3(region),
            name,
            region: region.clone(),
            owner: owner.clone(),
            time: ServiceTime::default(),
        }
    }

    /// The bucket's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The time by S3's clock, once an object was read or written conditionally.
    pub(crate) fn now(&self) -> Option<Timestamp> {
        self.time.now()
    }

    /// Whether it exists and is ours. Somebody else's bucket is an error.
    pub async fn exists(&self) -> Result<bool, Error> {
        let answer = self
            .client
            .head_bucket()
            .bucket(&self.name)
            .expected_bucket_owner(self.owner.as_str())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) => match status(&error) {
                Some(404) => Ok(false),
                Some(403) => Err(self.not_ours().because(error.to_string())),
                _ => Err(self.failed("look for", &error)),
            },
        }
    }

    /// Makes sure that it exists, is versioned and closed to the public, whatever an earlier run
    /// has left half done.
    pub async fn ensure(&self) -> Result<(), Error> {
        if !self.exists().await? {
            self.create().await?;
        }
        let access = self.public_access().await?;
        if !access.is_right {
            self.refuse_unknown("public access", &access)?;
            self.close().await?;
        }
        let versioning = self.versioning().await?;
        if !versioning.is_right {
            self.refuse_unknown("versioning", &versioning)?;
            self.switch_on_versioning().await?;
        }
        Ok(())
    }

    /// A configuration can only be written whole.
    fn refuse_unknown(&self, what: &str, found: &Configuration) -> Result<(), Error> {
        if found.unknown.is_empty() {
            return Ok(());
        }
        let message = format!(
            "the {what} of bucket {} has settings that this version does not know: {}",
            self.name,
            found.unknown.join(", ")
        );
        Err(Error::new(Code::Bucket, message)
            .because("a configuration can only be written whole, and writing it could reset them")
            .hint(
                "block public access and switch on versioning in the S3 console, or deploy with a \
                 newer version of this project",
            ))
    }

    async fn public_access(&self) -> Result<Configuration, Error> {
        let capture = Capture::default();
        let answer = self
            .client
            .get_public_access_block()
            .bucket(&self.name)
            .expected_bucket_owner(self.owner.as_str())
            .customize()
            .interceptor(capture.clone())
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(Configuration {
                is_right: answer.public_access_block_configuration() == Some(&closed()),
                unknown: capture.elements_beside(&[
                    "BlockPublicAcls",
                    "BlockPublicPolicy",
                    "IgnorePublicAcls",
                    "RestrictPublicBuckets",
                ]),
            }),
            Err(error) if status(&error) == Some(404) => Ok(Configuration::default()),
            Err(error) => Err(self.failed("read who may use", &error)),
        }
    }

    async fn versioning(&self) -> Result<Configuration, Error> {
        let capture = Capture::default();
        let answer = self
            .client
            .get_bucket_versioning()
            .bucket(&self.name)
            .expected_bucket_owner(self.owner.as_str())
            .customize()
            .interceptor(capture.clone())
            .send()
            .await
            .map_err(|error| self.failed("read the versioning of", &error))?;
        let mut known = vec!["Status"];
        // What is off stays off when it is left out; what is on asks whoever writes for a code.
        if answer.mfa_delete() == Some(&MfaDeleteStatus::Disabled) {
            known.push("MfaDelete");
        }
        Ok(Configuration {
            is_right: answer.status() == Some(&BucketVersioningStatus::Enabled),
            unknown: capture.elements_beside(&known),
        })
    }

    async fn create(&self) -> Result<(), Error> {
        let mut request = self.client.create_bucket().bucket(&self.name);
        // us-east-1 is the one region that must not be named here.
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
        if self.region.as_str() != "us-east-1" {
            request = request.create_bucket_configuration(
                CreateBucketConfiguration::builder()
                    .location_constraint(BucketLocationConstraint::from(self.region.as_str()))
                    .build(),
            );
        }
        if let Err(error) = request.send().await {
            match error.code() {
                Some("BucketAlreadyOwnedByYou") => {}
                Some("BucketAlreadyExists") => return Err(self.not_ours()),
                _ => return Err(self.failed("create", &error)),
            }
        }
        Ok(())
    }

    async fn close(&self) -> Result<(), Error> {
        self.client
            .put_public_access_block()
            .bucket(&self.name)
            .expected_bucket_owner(self.owner.as_str())
            .public_access_block_configuration(closed())
            .send()
            .await
            .map(|_| ())
            .map_err(|error| self.failed("close", &error))
    }

    async fn switch_on_versioning(&self) -> Result<(), Error> {
        self.client
            .put_bucket_versioning()
            .bucket(&self.name)
            .expected_bucket_owner(self.owner.as_str())
            .versioning_configuration(
                VersioningConfiguration::builder()
                    .status(BucketVersioningStatus::Enabled)
                    .build(),
            )
            .send()
            .await
            .map(|_| ())
            .map_err(|error| self.failed("switch on versioning of", &error))
    }

    /// Whether an object exists.
    pub async fn contains(&self, key: &str) -> Result<bool, Error> {
        let answer = self
            .client
            .head_object()
            .bucket(&self.name)
            .key(key)
            .expected_bucket_owner(self.owner.as_str())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) => match status(&error) {
                Some(404) => Ok(false),
                Some(403) => Err(self.not_ours().because(error.to_string())),
                _ => Err(self.failed("look into", &error)),
            },
        }
    }

    /// Reads an object; `None` when the object or the whole bucket is missing.
    pub async fn get(&self, key: &str) -> Result<Option<Object>, Error> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(key)
            .expected_bucket_owner(self.owner.as_str())
            .customize()
            .interceptor(self.time.clone())
            .send()
            .await;
        let object = match answer {
            Ok(object) => object,
            Err(error) => {
                return match status(&error) {
                    Some(404) => Ok(None),
                    Some(403) => Err(self.not_ours().because(error.to_string())),
                    _ => Err(self.failed("read from", &error)),
                };
            }
        };
        let etag = object.e_tag().unwrap_or_default().to_owned();
        let body = object.body.collect().await.map_err(|error| {
            Error::new(
                Code::Aws,
                format!("cannot read {key} from bucket {}", self.name),
            )
            .because(error.to_string())
        })?;
        Ok(Some(Object {
            body: body.into_bytes(),
            etag,
        }))
    }

    /// Writes an object whose key says what it holds, so that writing it twice does no harm.
    pub async fn put(&self, key: &str, body: Bytes) -> Result<(), Error> {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .expected_bucket_owner(self.owner.as_str())
            .body(ByteStream::from(body))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| self.failed("write to", &error))
    }

    /// Writes an object if it is still as expected.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
    pub async fn put_if(
        &self,
        key: &str,
        body: Bytes,
        expect: Expect<'_>,
    ) -> Result<Written, Error> {
        let request = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .expected_bucket_owner(self.owner.as_str())
            .content_type("application/json")
            .body(ByteStream::from(body));
        let request = match expect {
            Expect::Absent => request.if_none_match("*"),
            Expect::Unchanged(etag) => request.if_match(etag),
        };
        let request = request.customize().interceptor(self.time.clone());
        match request.send().await {
            Ok(written) => Ok(Written::Stored(
                written.e_tag().unwrap_or_default().to_owned(),
            )),
            Err(error) => match status(&error) {
                Some(409 | 412) => Ok(Written::Conflict),
                // `If-Match` on an object that is gone.
                Some(404) if error.code() == Some("NoSuchKey") => Ok(Written::Conflict),
                _ => Err(self.failed("write to", &error)),
            },
        }
    }

    fn not_ours(&self) -> Error {
        Error::new(
            Code::Bucket,
            format!(
                "bucket {} does not belong to account {}, or these credentials may not use it",
                self.name,
                self.owner.as_str()
            ),
        )
        .hint("change `name` in stack.toml, or use the credentials of the account that deployed it")
    }

    fn failed<E, R>(&self, doing: &str, error: &SdkError<E, R>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug,
    {
        Error::aws(format!("cannot {doing} bucket {}", self.name), error)
    }
}

/// Closed to the public in every way that S3 knows.
fn closed() -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .block_public_policy(true)
        .ignore_public_acls(true)
        .restrict_public_buckets(true)
        .build()
}

/// The HTTP status of a service's error: HEAD answers carry no code in a body.
fn status<E>(error: &SdkError<E, aws_smithy_runtime_api::http::Response>) -> Option<u16> {
    error
        .raw_response()
        .map(|response| response.status().as_u16())
}
