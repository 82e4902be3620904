//! The host of a pool's pages and OAuth endpoints.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html>

use serde_json::{Value, json};

use crate::cognito::errors::{invalid, not_in_tier};
use crate::cognito::settings::Tier;
use crate::{ACCOUNT_ID, AwsError};

/// Words that a prefix must not contain.
const RESERVED: &[&str] = &["aws", "amazon", "cognito"];

/// A pool's domain: a prefix of Amazon's, or a host of the account's own.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) name: String,
    custom: Option<Value>,
    version: i64,
    routing: Option<Value>,
}

impl Domain {
    /// A domain from a checked `CreateUserPoolDomain` input.
    pub(crate) fn create(input: &Value, tier: Tier) -> Result<Self, AwsError> {
        let name = input["Domain"].as_str().unwrap_or_default().to_owned();
        let custom = input
            .get("CustomDomainConfig")
            .filter(|config| !config.is_null())
            .cloned();
        match &custom {
            None => check_prefix(&name)?,
            Some(config) => check_custom(&name, config)?,
        }
        let mut domain = Self {
            name,
            custom,
            version: 1,
            routing: None,
        };
        domain.update(input, tier)?;
        Ok(domain)
    }

    /// Changes what `UpdateUserPoolDomain` can change.
    pub(crate) fn update(&mut self, input: &Value, tier: Tier) -> Result<(), AwsError> {
        let version = input["ManagedLoginVersion"]
            .as_i64()
            .unwrap_or(self.version);
        if !matches!(version, 1 | 2) {
            return Err(invalid("ManagedLoginVersion must be 1 or 2."));
        }
        if version == 2 && tier == Tier::Lite {
            return Err(not_in_tier(
                "Managed login is not available in the Lite feature plan.",
            ));
        }
        if let Some(config) = input
            .get("CustomDomainConfig")
            .filter(|config| !config.is_null())
        {
            if self.custom.is_none() {
                return Err(invalid(
                    "A prefix domain has no custom domain configuration.",
                ));
            }
            check_custom(&self.name, config)?;
            self.custom = Some(config.clone());
        }
        if let Some(routing) = input.get("Routing").filter(|routing| !routing.is_null()) {
            self.routing = Some(routing.clone());
        }
        self.version = version;
        Ok(())
    }

    /// Whether the pages are those of managed login rather than the classic ones.
    pub(crate) fn managed_login(&self) -> bool {
        self.version == 2
    }

    /// Whether the host is the account's own.
    pub(crate) fn is_custom(&self) -> bool {
        self.custom.is_some()
    }

    /// What creating or updating answers with.
    pub(crate) fn created(&self) -> Value {
        let mut answer = json!({ "ManagedLoginVersion": self.version });
        if self.is_custom() {
            answer["CloudFrontDomain"] = json!(self.distribution());
        }
        answer
    }

    /// `DomainDescriptionType`.
    pub(crate) fn describe(&self, pool_id: &str, region: &str) -> Value {
        let mut domain = json!({
            "UserPoolId": pool_id,
            "AWSAccountId": ACCOUNT_ID,
            "Domain": self.name,
            "S3Bucket": format!("aws-cognito-prod-{region}-assets"),
            "CloudFrontDistribution": self.distribution(),
            "Version": "1",
            "Status": "ACTIVE",
            "CustomDomainConfig": {},
            "ManagedLoginVersion": self.version,
        });
        if let Some(custom) = &self.custom {
            domain["CustomDomainConfig"] = custom.clone();
        }
        if let Some(routing) = &self.routing {
            domain["Routing"] = routing.clone();
        }
        domain
    }

    /// A name that stays the same for the same domain, as a distribution's does.
    fn distribution(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.name.as_bytes());
        let label: String = digest
            .as_ref()
            .iter()
            .take(13)
            .map(|byte| char::from(b'a' + byte % 26))
            .collect();
        format!("d{label}.cloudfront.net")
    }
}

fn check_prefix(name: &str) -> Result<(), AwsError> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let edges = name.starts_with('-') || name.ends_with('-');
    if !name.bytes().all(allowed) || edges || name.is_empty() {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'domain' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: \
             ^[a-z0-9](?:[a-z0-9\\-]{{0,61}}[a-z0-9])?$"
        )));
    }
    match RESERVED.iter().find(|word| name.contains(**word)) {
        Some(word) => Err(invalid(format!(
            "Domain cannot contain reserved word: {word}"
        ))),
        None => Ok(()),
    }
}

fn check_custom(name: &str, config: &Value) -> Result<(), AwsError> {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    // The parent domain must exist besides the host's own label.
    if name.split('.').count() < 3 || !name.split('.').all(label) {
        return Err(invalid(
            "Custom domain is not a valid subdomain: Was not able to resolve a DNS A record for \
             the parent domain or domain parent is a top-level domain.",
        ));
    }
    let certificate = config["CertificateArn"].as_str().unwrap_or_default();
    if certificate.starts_with("arn:aws:acm:us-east-1:") {
        Ok(())
    } else {
        Err(invalid(
            "Invalid certificate ARN: the certificate of a custom domain must be in us-east-1.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(input: &Value) -> Result<Domain, AwsError> {
        Domain::create(input, Tier::Essentials)
    }

    #[test]
    fn a_prefix_has_no_reserved_word_and_no_odd_letter() {
        create(&json!({"Domain": "account-guide-local-1a2b3c4d"})).unwrap();
        for refused in [
            "my-aws-app",
            "amazonia",
            "cognito",
            "Guide",
            "-guide",
            "guide-",
            "a.b",
        ] {
            assert!(create(&json!({"Domain": refused})).is_err(), "{refused}");
        }
        let error = create(&json!({"Domain": "my-cognito"})).unwrap_err();
        assert_eq!(
            error.message,
            "Domain cannot contain reserved word: cognito"
        );
    }

    #[test]
    fn a_custom_domain_needs_a_parent_and_a_certificate_in_virginia() {
        let with = |domain: &str, region: &str| {
            let arn = format!("arn:aws:acm:{region}:000000000000:certificate/1");
            create(&json!({"Domain": domain, "CustomDomainConfig": {"CertificateArn": arn}}))
        };
        let domain = with("login.example.com", "us-east-1").unwrap();
        assert!(domain.created()["CloudFrontDomain"].is_string());
        with("example.com", "us-east-1").unwrap_err();
        with("login.example.com", "eu-west-1").unwrap_err();
    }

    #[test]
    fn managed_login_is_not_in_the_lite_plan() {
        let input = json!({"Domain": "guide", "ManagedLoginVersion": 2});
        let error = Domain::create(&input, Tier::Lite).unwrap_err();
        assert_eq!(error.code, "FeatureUnavailableInTierException");
        assert!(create(&input).unwrap().managed_login());
        create(&json!({"Domain": "guide", "ManagedLoginVersion": 3})).unwrap_err();
    }
}
