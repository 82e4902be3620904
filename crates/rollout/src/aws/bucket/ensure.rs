//! Making the bucket: versioned, and closed to the public.

use std::collections::BTreeMap;

use reqwest::Method;

use super::{Bucket, with_body};
use crate::aws::xml;
use crate::error::{CallError, Code, Error};

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// The settings that close a bucket to the public, in every way that S3 knows.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PublicAccessBlockConfiguration.html>
const CLOSED: [&str; 4] = [
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
];

/// A configuration of a bucket as it was read.
#[derive(Debug, Default)]
struct Configuration {
    /// Whether it is as it has to be.
    is_right: bool,
    /// Settings that writing it would reset.
    unknown: Vec<String>,
}

impl Bucket {
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
        let settings = self.settings("GetPublicAccessBlock", "publicAccessBlock");
        let mut settings = match settings.await {
            Ok(settings) => settings,
            Err(error) if error.status() == Some(404) => return Ok(Configuration::default()),
            Err(error) => return Err(self.failed("read who may use", &error)),
        };
        let closed = CLOSED.map(|name| settings.remove(name).as_deref() == Some("true"));
        Ok(Configuration {
            is_right: closed.into_iter().all(|closed| closed),
            unknown: settings.into_keys().collect(),
        })
    }

    async fn versioning(&self) -> Result<Configuration, Error> {
        let settings = self.settings("GetBucketVersioning", "versioning").await;
        let mut settings =
            settings.map_err(|error| self.failed("read the versioning of", &error))?;
        let status = settings.remove("Status");
        // What is off stays off when it is left out; what is on asks whoever writes for a code.
        settings.retain(|name, value| !(name == "MfaDelete" && value == "Disabled"));
        Ok(Configuration {
            is_right: status.as_deref() == Some("Enabled"),
            unknown: settings.into_keys().collect(),
        })
    }

    /// A configuration of the bucket by its elements.
    async fn settings(
        &self,
        operation: &'static str,
        which: &str,
    ) -> Result<BTreeMap<String, String>, CallError> {
        let answer = self.call(Method::GET, operation, "", which).await?;
        xml::read(&answer.body, xml::texts)
    }

    async fn create(&self) -> Result<(), Error> {
        let mut request = self
            .request(Method::PUT, "CreateBucket", "", "")
            .map_err(|error| self.failed("create", &error))?;
        // Nobody owns it yet.
        request.headers.clear();
        // us-east-1 is the one region that must not be named here.
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
        if self.region.as_str() != "us-east-1" {
            let place = [("LocationConstraint", self.region.as_str())];
            request = with_body(
                request,
                xml::document(NAMESPACE, "CreateBucketConfiguration", &place),
            );
        }
        match self.service.send(&request).await {
            Ok(_) => Ok(()),
            Err(error) => match error.code() {
                Some("BucketAlreadyOwnedByYou") => Ok(()),
                Some("BucketAlreadyExists") => Err(self.not_ours(&error)),
                _ => Err(self.failed("create", &error)),
            },
        }
    }

    async fn close(&self) -> Result<(), Error> {
        let body = xml::document(
            NAMESPACE,
            "PublicAccessBlockConfiguration",
            &CLOSED.map(|name| (name, "true")),
        );
        self.write("PutPublicAccessBlock", "", "publicAccessBlock", body)
            .await
            .map_err(|error| self.failed("close", &error))
    }

    async fn switch_on_versioning(&self) -> Result<(), Error> {
        let body = xml::document(
            NAMESPACE,
            "VersioningConfiguration",
            &[("Status", "Enabled")],
        );
        self.write("PutBucketVersioning", "", "versioning", body)
            .await
            .map_err(|error| self.failed("switch on versioning of", &error))
    }
}
