//! The documents that configure a bucket: versioning, encryption, public access, tags, policy …

use roxmltree::{Document, Node};
use serde_json::Value;

use super::bucket::{Bucket, Versioning};
use crate::base::error::AwsError;

/// One kind of document.
#[derive(Debug)]
pub(super) struct Kind {
    /// The query parameter that addresses it.
    pub(super) parameter: &'static str,
    /// Its root element; the policy is JSON and has none.
    root: Option<&'static str>,
    /// What a bucket has that was never given one.
    default: Default,
}

#[derive(Debug)]
enum Default {
    Document(&'static str),
    Missing(&'static str, &'static str),
}

/// Since 2023 every new bucket blocks public access and encrypts with keys of S3.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html>
const KINDS: &[Kind] = &[
    Kind {
        parameter: "publicAccessBlock",
        root: Some("PublicAccessBlockConfiguration"),
        default: Default::Document(
            r#"<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>"#,
        ),
    },
    Kind {
        parameter: "encryption",
        root: Some("ServerSideEncryptionConfiguration"),
        default: Default::Document(
            r#"<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"#,
        ),
    },
    Kind {
        parameter: "tagging",
        root: Some("Tagging"),
        default: Default::Missing("NoSuchTagSet", "The TagSet does not exist"),
    },
    Kind {
        parameter: "policy",
        root: None,
        default: Default::Missing("NoSuchBucketPolicy", "The bucket policy does not exist"),
    },
    Kind {
        parameter: "lifecycle",
        root: Some("LifecycleConfiguration"),
        default: Default::Missing(
            "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist",
        ),
    },
];

impl Kind {
    /// The kind that a request's query addresses.
    pub(super) fn of(query: &[(String, String)]) -> Option<&'static Self> {
        KINDS
            .iter()
            .find(|kind| query.iter().any(|(name, _)| name == kind.parameter))
    }

    pub(super) fn get(&self, bucket: &Bucket) -> Result<String, AwsError> {
        match (bucket.configuration.get(self.parameter), &self.default) {
            (Some(document), _) => Ok(document.clone()),
            (None, Default::Document(document)) => Ok((*document).to_owned()),
            (None, Default::Missing(code, message)) => Err(AwsError::new(404, *code, *message)),
        }
    }

    pub(super) fn put(&self, bucket: &mut Bucket, body: &[u8]) -> Result<(), AwsError> {
        let text = std::str::from_utf8(body).map_err(|_| malformed_xml())?;
        if let Some(root) = self.root {
            parse(text, root)?;
        } else {
            let policy: Value = serde_json::from_str(text).map_err(|_| malformed_policy())?;
            if !policy["Statement"].is_array() && !policy["Statement"].is_object() {
                return Err(malformed_policy());
            }
        }
        bucket.configuration.insert(self.parameter, text.to_owned());
        Ok(())
    }

    pub(super) fn delete(&self, bucket: &mut Bucket) {
        bucket.configuration.remove(self.parameter);
    }

    /// The media type of the document.
    pub(super) fn content_type(&self) -> &'static str {
        if self.root.is_some() {
            "application/xml"
        } else {
            "application/json"
        }
    }
}

/// Parses a request document and checks its root element.
pub(super) fn parse<'text>(text: &'text str, root: &str) -> Result<Document<'text>, AwsError> {
    let document = Document::parse(text).map_err(|_| malformed_xml())?;
    if document.root_element().tag_name().name() == root {
        Ok(document)
    } else {
        Err(malformed_xml())
    }
}

/// Refuses an element that would have no effect.
pub(super) fn only(element: Node<'_, '_>, known: &[&str]) -> Result<(), AwsError> {
    let mut names = element.children().map(|child| child.tag_name().name());
    match names.find(|name| !name.is_empty() && !known.contains(name)) {
        None => Ok(()),
        Some(name) => Err(AwsError::new(
            501,
            "NotImplemented",
            format!("{name} is not implemented by the local stage"),
        )),
    }
}

/// The text of the first element of this name.
pub(super) fn text_of<'text>(document: &'text Document<'_>, name: &str) -> Option<&'text str> {
    document
        .descendants()
        .find(|node| node.tag_name().name() == name)
        .and_then(|node| node.text())
        .map(str::trim)
}

/// Reads a `VersioningConfiguration`.
pub(super) fn versioning(body: &[u8]) -> Result<Versioning, AwsError> {
    let text = std::str::from_utf8(body).map_err(|_| malformed_xml())?;
    let document = parse(text, "VersioningConfiguration")?;
    only(document.root_element(), &["Status"])?;
    match text_of(&document, "Status") {
        Some("Enabled") => Ok(Versioning::Enabled),
        Some("Suspended") => Ok(Versioning::Suspended),
        _ => Err(AwsError::bad_request(
            "IllegalVersioningConfigurationException",
            "The Versioning element must be specified",
        )),
    }
}

pub(super) fn malformed_xml() -> AwsError {
    AwsError::bad_request(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
}

fn malformed_policy() -> AwsError {
    AwsError::bad_request(
        "MalformedPolicy",
        "Policies must be valid JSON and the first byte must be '{'",
    )
}
