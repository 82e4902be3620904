//! The rollout's own bucket: bundles and the state of each stage.
//!
//! There is one for each region that a Lambda runs in, and it is always addressed together with
//! the account that must own it: a bucket's name can be taken by anybody.

mod ensure;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::ETAG;
use sha2::{Digest, Sha256};

use infra::stack_file::Region;

use super::service_time::{self, ServiceTime};
use super::signed::{Answer, Request, Service};
use super::{AccountId, Aws, xml};
use crate::error::{CallError, Code, Error};

/// A bucket together with its region and the account that must own it.
#[derive(Debug, Clone)]
pub struct Bucket {
    service: Service,
    /// Path segments before an object's key.
    base: Vec<String>,
    name: String,
    region: Region,
    owner: AccountId,
    time: ServiceTime,
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
    let service = Service::regional(aws, "S3", "s3", region.as_str());
    let answer = service.get("ListBuckets", &[], &[]).await;
    let names = answer.and_then(|answer| {
        xml::read(&answer.body, |root| {
            let buckets = xml::child(root, "Buckets").into_iter();
            let buckets = buckets.flat_map(xml::elements);
            buckets
                .filter_map(|bucket| xml::text(bucket, "Name"))
                .collect()
        })
    });
    match names {
        Ok(names) => Ok(Some(names)),
        Err(error) if error.status() == Some(403) => Ok(None),
        Err(error) => Err(Error::aws("cannot list the account's buckets", error)),
    }
}

impl Bucket {
    /// The bucket of this name; nothing is called.
    pub fn new(aws: &Aws, name: String, region: &Region, owner: &AccountId) -> Self {
        // Amazon's buckets are hosts of their own; elsewhere, they are folders.
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
        let host = format!("{name}.{}", aws.host("s3", region.as_str()));
        let base = aws.endpoint.as_ref().map(|_| name.clone());
        Self {
            service: Service::at(aws, "S3", "s3", region.as_str(), host),
            base: base.into_iter().collect(),
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
        self.is_there("HeadBucket", "", "look for").await
    }

    /// Whether an object exists.
    pub async fn contains(&self, key: &str) -> Result<bool, Error> {
        self.is_there("HeadObject", key, "look into").await
    }

    async fn is_there(
        &self,
        operation: &'static str,
        key: &str,
        doing: &str,
    ) -> Result<bool, Error> {
        match self.call(Method::HEAD, operation, key, "").await {
            Ok(_) => Ok(true),
            Err(error) => match error.status() {
                Some(404) => Ok(false),
                Some(403) => Err(self.not_ours(&error)),
                _ => Err(self.failed(doing, &error)),
            },
        }
    }

    /// Reads an object; `None` when the object or the whole bucket is missing.
    pub async fn get(&self, key: &str) -> Result<Option<Object>, Error> {
        let answer = self.call(Method::GET, "GetObject", key, "").await;
        self.hear(&answer);
        match answer {
            Ok(answer) => Ok(Some(Object {
                etag: etag(&answer),
                body: answer.body,
            })),
            Err(error) => match error.status() {
                Some(404) => Ok(None),
                Some(403) => Err(self.not_ours(&error)),
                _ => Err(self.failed("read from", &error)),
            },
        }
    }

    /// Writes an object whose key says what it holds, so that writing it twice does no harm.
    pub async fn put(&self, key: &str, body: Bytes) -> Result<(), Error> {
        self.write("PutObject", key, "", body)
            .await
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
        let written = async {
            let mut request = self.request(Method::PUT, "PutObject", key, "")?;
            request.headers.push(match expect {
                Expect::Absent => ("if-none-match", "*".to_owned()),
                Expect::Unchanged(etag) => ("if-match", etag.to_owned()),
            });
            let kind = "application/json".to_owned();
            request.headers.push(("content-type", kind));
            self.service.send(&with_body(request, body)).await
        };
        let written = written.await;
        self.hear(&written);
        match written {
            Ok(answer) => Ok(Written::Stored(etag(&answer))),
            Err(error) => match error.status() {
                Some(409 | 412) => Ok(Written::Conflict),
                // `If-Match` on an object that is gone.
                Some(404) if error.code() == Some("NoSuchKey") => Ok(Written::Conflict),
                _ => Err(self.failed("write to", &error)),
            },
        }
    }

    /// A request about the bucket, or about an object if the key is not empty.
    fn request(
        &self,
        method: Method,
        operation: &'static str,
        key: &str,
        query: &str,
    ) -> Result<Request, CallError> {
        let base = self.base.iter().map(String::as_str);
        let key = key.split('/').filter(|segment| !segment.is_empty());
        let mut url = self.service.url()?.below(base.chain(key)).as_url().clone();
        if !query.is_empty() {
            url.set_query(Some(query));
        }
        let owner = self.owner.as_str().to_owned();
        Ok(Request {
            operation,
            method,
            url,
            headers: vec![("x-amz-expected-bucket-owner", owner)],
            body: Bytes::new(),
        })
    }

    async fn call(
        &self,
        method: Method,
        operation: &'static str,
        key: &str,
        query: &str,
    ) -> Result<Answer, CallError> {
        let request = self.request(method, operation, key, query)?;
        self.service.send(&request).await
    }

    async fn write(
        &self,
        operation: &'static str,
        key: &str,
        query: &str,
        body: Bytes,
    ) -> Result<(), CallError> {
        let request = self.request(Method::PUT, operation, key, query)?;
        let written = self.service.send(&with_body(request, body)).await;
        written.map(drop)
    }

    /// Takes the time from an answer, whatever it says.
    fn hear(&self, answer: &Result<Answer, CallError>) {
        self.time.hear(match answer {
            Ok(answer) => service_time::date(&answer.headers),
            Err(error) => error.refusal().and_then(|refusal| refusal.date),
        });
    }

    fn not_ours(&self, error: &CallError) -> Error {
        let refused = Error::new(
            Code::Bucket,
            format!(
                "bucket {} does not belong to account {}, or these credentials may not use it",
                self.name,
                self.owner.as_str()
            ),
        )
        .hint(
            "change `name` in stack.toml, or use the credentials of the account that deployed it",
        );
        match error.message() {
            Some(message) => refused.because(message),
            None => refused,
        }
    }

    fn failed(&self, doing: &str, error: &CallError) -> Error {
        Error::aws(format!("cannot {doing} bucket {}", self.name), error)
    }
}

/// Puts a body into a request, with the checksum that S3 wants of configurations and keeps with
/// objects. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>
fn with_body(mut request: Request, body: Bytes) -> Request {
    let checksum = BASE64_STANDARD.encode(Sha256::digest(&body));
    request.headers.push(("x-amz-checksum-sha256", checksum));
    Request { body, ..request }
}

/// S3's entity tag of what was read or written.
fn etag(answer: &Answer) -> String {
    let tag = answer.headers.get(ETAG);
    let tag = tag.and_then(|tag| tag.to_str().ok());
    tag.unwrap_or_default().to_owned()
}
