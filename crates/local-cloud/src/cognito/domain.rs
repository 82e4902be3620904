//! The host of a pool's pages and OAuth endpoints.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html>

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use local_access::ACCOUNT_ID;
use local_access::CUSTOM_HOST;
use local_access::Urls;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::aws::Shared;
use crate::aws::acm::Certificate;
use crate::base::error::AwsError;
use crate::cognito::errors::{invalid, not_in_tier};
use crate::cognito::settings::Tier;

/// Words that a prefix must not contain.
const RESERVED: &[&str] = &["aws", "amazon", "cognito"];

/// Which of a pool's hosts a request was sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    /// A prefix of Amazon's.
    Prefix,
    /// One of the account's own.
    Custom,
}

impl<S: Sync> FromRequestParts<S> for Host {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let host = parts.headers.get(header::HOST);
        let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
        let name = host.split(':').next();
        Ok(if name == Some(CUSTOM_HOST) {
            Self::Custom
        } else {
            Self::Prefix
        })
    }
}

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
    pub(crate) fn create(input: &Value, tier: Tier, shared: &Shared) -> Result<Self, AwsError> {
        let name = input["Domain"].as_str().unwrap_or_default().to_owned();
        let custom = input
            .get("CustomDomainConfig")
            .filter(|config| !config.is_null())
            .cloned();
        match &custom {
            None => check_prefix(&name)?,
            Some(config) => {
                check_parent(&name, shared)?;
                check_certificate(&name, config, shared)?;
            }
        }
        let mut domain = Self {
            name,
            custom,
            version: 1,
            routing: None,
        };
        domain.update(input, tier, shared)?;
        Ok(domain)
    }

    /// Changes what `UpdateUserPoolDomain` can change.
    pub(crate) fn update(
        &mut self,
        input: &Value,
        tier: Tier,
        shared: &Shared,
    ) -> Result<(), AwsError> {
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
            check_certificate(&self.name, config, shared)?;
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

    /// Whether a request to one of its pool's hosts gets to this one: a host of the account's own
    /// needs a record that leads to its distribution.
    pub(crate) fn is_at(&self, host: Host, shared: &Shared) -> bool {
        match host {
            Host::Prefix => !self.is_custom(),
            Host::Custom => {
                self.is_custom() && shared.route53.leads_to(&self.name, &self.distribution())
            }
        }
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

/// The address of a pool's pages and OAuth endpoints, without a trailing slash; `None` without a domain.
///
/// Where a pool has both kinds of domain, its documents name the one of the account's own alone: "Using
/// custom and prefix domains at the same time" of
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html>.
pub(crate) fn base_url(domains: &[Domain], urls: &Urls) -> Option<String> {
    if domains.iter().any(Domain::is_custom) {
        return Some(urls.custom_sign_in());
    }
    let prefix = || urls.sign_in.as_str().trim_end_matches('/').to_owned();
    (!domains.is_empty()).then(prefix)
}

/// The same for whoever has come to the other kind of host.
pub(crate) fn elsewhere(domains: &[Domain], host: Host, urls: &Urls) -> Option<String> {
    let own = domains.iter().any(Domain::is_custom);
    base_url(domains, urls).filter(|_| own == (host == Host::Prefix))
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

/// <https://repost.aws/knowledge-center/cognito-custom-domain-errors>
fn check_parent(name: &str, shared: &Shared) -> Result<(), AwsError> {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let parent = name.split_once('.').map_or("", |(_, parent)| parent);
    let is_below = parent.contains('.') && name.split('.').all(label);
    if is_below && shared.route53.resolves(parent) {
        return Ok(());
    }
    Err(invalid(
        "Custom domain is not a valid subdomain: Was not able to resolve a DNS A record for the \
         parent domain or domain parent is a top-level domain.",
    ))
}

/// CloudFront's refusals, which Cognito passes on
/// ([certificates](https://repost.aws/knowledge-center/cloudfront-invalid-viewer-certificate)).
fn check_certificate(name: &str, config: &Value, shared: &Shared) -> Result<(), AwsError> {
    let arn = config["CertificateArn"].as_str().unwrap_or_default();
    // CloudFront is everywhere, and its certificates are in one region.
    let certificate = shared.acm.find("us-east-1", arn);
    let message = match certificate.filter(Certificate::is_issued) {
        None => {
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, \
             or doesn't include a valid certificate chain."
        }
        Some(certificate) if !certificate.covers(name) => {
            "The certificate that is attached to your distribution doesn't cover the alternate \
             domain name (CNAME) that you're trying to add. For more details, see: \
             https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-requirements"
        }
        Some(_) => return Ok(()),
    };
    Err(invalid(format!(
        "{message} (Service: AmazonCloudFront; Status Code: 400; Error Code: \
         InvalidViewerCertificate; Request ID: {}; Proxy: null)",
        Uuid::new_v4()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::route53::{Action, CLOUD_FRONT_ZONE, Change, Record, Target};

    fn create(input: &Value) -> Result<Domain, AwsError> {
        Domain::create(input, Tier::Essentials, &Shared::unheard().unwrap())
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
        let shared = Shared::unheard().unwrap();
        let arn =
            |region: &str, id: &str| format!("arn:aws:acm:{region}:000000000000:certificate/{id}");
        for (region, id, name, status) in [
            ("us-east-1", "good", "*.example.com", "ISSUED"),
            ("us-east-1", "bare", "example.com", "ISSUED"),
            ("us-east-1", "young", "*.example.com", "PENDING_VALIDATION"),
            ("eu-west-1", "good", "*.example.com", "ISSUED"),
        ] {
            let certificate = json!({ "arn": arn(region, id), "names": [name], "status": status });
            shared
                .acm
                .keep(serde_json::from_value(certificate).unwrap());
        }
        let zone = json!({ "id": "Z1", "name": "example.com", "addresses": [
            { "name": "example.com", "address": "192.0.2.1" },
        ]});
        shared.route53.keep(serde_json::from_value(zone).unwrap());
        let with = |domain: &str, region: &str, id: &str| {
            let config = json!({ "CertificateArn": arn(region, id) });
            let input = json!({ "Domain": domain, "CustomDomainConfig": config });
            Domain::create(&input, Tier::Essentials, &shared)
        };
        let domain = with("login.example.com", "us-east-1", "good").unwrap();
        assert!(domain.created()["CloudFrontDomain"].is_string());
        for (domain, region, id, why) in [
            ("example.com", "us-east-1", "bare", "not a valid subdomain"),
            (
                "login.example.org",
                "us-east-1",
                "good",
                "not a valid subdomain",
            ),
            (
                "a.login.example.com",
                "us-east-1",
                "good",
                "not a valid subdomain",
            ),
            (
                "login.example.com",
                "eu-west-1",
                "good",
                "isn't in us-east-1 region",
            ),
            ("login.example.com", "us-east-1", "none", "doesn't exist"),
            ("login.example.com", "us-east-1", "young", "isn't valid"),
            ("login.example.com", "us-east-1", "bare", "doesn't cover"),
        ] {
            let error = with(domain, region, id).unwrap_err();
            assert_eq!(error.code, "InvalidParameterException");
            assert!(error.message.contains(why), "{domain} {id}: {error}");
        }
    }

    #[test]
    fn a_custom_domain_is_where_its_record_leads() {
        let shared = Shared::unheard().unwrap();
        let zone = json!({ "id": "Z1", "name": "example.com" });
        shared.route53.keep(serde_json::from_value(zone).unwrap());
        let domain = Domain {
            name: "login.example.com".to_owned(),
            custom: Some(json!({})),
            version: 2,
            routing: None,
        };
        assert!(!domain.is_at(Host::Custom, &shared));
        let record = Record {
            name: domain.name.clone(),
            kind: "A".to_owned(),
            target: Target::Alias {
                host: domain.distribution(),
                zone: CLOUD_FRONT_ZONE.to_owned(),
            },
        };
        let action = Action::Create;
        shared
            .route53
            .change("Z1", Change { action, record })
            .unwrap();
        assert!(domain.is_at(Host::Custom, &shared));
        assert!(!domain.is_at(Host::Prefix, &shared));
    }

    #[test]
    fn managed_login_is_not_in_the_lite_plan() {
        let input = json!({"Domain": "guide", "ManagedLoginVersion": 2});
        let error = Domain::create(&input, Tier::Lite, &Shared::unheard().unwrap()).unwrap_err();
        assert_eq!(error.code, "FeatureUnavailableInTierException");
        assert!(create(&input).unwrap().managed_login());
        create(&json!({"Domain": "guide", "ManagedLoginVersion": 3})).unwrap_err();
    }
}
