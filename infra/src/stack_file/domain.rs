//! The host of the sign-in pages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::value::{ValueError, is_slug, text};
use crate::names::SignInDomain;

/// The host of the sign-in pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Domain {
    /// The prefix of Cognito's own host, with placeholders.
    pub prefix: PrefixTemplate,
    /// A host of one's own in its place.
    pub custom: Option<CustomDomain>,
    /// The domain that a user pool has which exists already, in the place of both.
    pub existing: Option<ExistingDomain>,
}

/// A host of one's own for the sign-in pages
/// ([custom domains](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html)).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CustomDomain {
    /// The host, with placeholders.
    pub name: HostTemplate,
    /// Its certificate; a rule refuses a file without one.
    pub certificate_arn: Option<CertificateArn>,
    /// The hosted zone that its alias record belongs in.
    pub hosted_zone_id: HostedZoneId,
}

text! {
    /// ARN of a certificate in us-east-1, where Amazon CloudFront looks for certificates, whatever
    /// the region of the user pool.
    CertificateArn, "a certificate for a sign-in domain",
    "write the ARN that AWS Certificate Manager gave it in us-east-1, such as \
     `arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012`",
    is_certificate
}

text! {
    /// Id of a hosted zone of Amazon Route 53.
    HostedZoneId, "a hosted zone of Route 53",
    "write its id, such as `Z0123456789ABCDEFGHIJ`",
    |text| (2..=32).contains(&text.len())
        && text.starts_with('Z')
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

text! {
    /// The domain of a user pool that exists already: its prefix of Cognito's own host, or its host of
    /// one's own.
    ExistingDomain, "the domain of a user pool",
    "write the prefix before `.auth.{region}.amazoncognito.com`, or a host such as `login.example.com`",
    |text| text.parse::<SignInDomain>().is_ok()
}

fn is_certificate(text: &str) -> bool {
    let parts: Vec<_> = text.split(':').collect();
    let ["arn", "aws", "acm", "us-east-1", account, resource] = parts.as_slice() else {
        return false;
    };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let id = resource.strip_prefix("certificate/");
    is_account && id.is_some_and(|id| is_slug(id, 64))
}

/// Declares a text with the placeholders `{name}`, `{stage}` and `{account}`.
macro_rules! template {
    ($(#[$doc:meta])* $name:ident, $what:literal, $allowed:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Fills in the placeholders.
            pub(crate) fn fill(&self, name: &str, stage: &str, account: &str) -> String {
                self.0
                    .replace("{name}", name)
                    .replace("{stage}", stage)
                    .replace("{account}", account)
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let template = Self(text.to_owned());
                let check: fn(&str) -> bool = $check;
                // The braces of an unknown placeholder are left over, and no host has braces.
                if check(&template.fill("n", "s", "a")) {
                    Ok(template)
                } else {
                    Err(ValueError::new(text, $what, $allowed))
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

template! {
    /// The prefix of Cognito's own host, with the placeholders `{name}`, `{stage}` and `{account}`.
    PrefixTemplate, "a domain prefix",
    "use a-z, 0-9, - and the placeholders {name}, {stage} and {account}",
    |filled| is_slug(filled, usize::MAX)
}

impl Default for PrefixTemplate {
    fn default() -> Self {
        Self("{name}-{stage}-{account}".to_owned())
    }
}

template! {
    /// A host of one's own, with the placeholders `{name}`, `{stage}` and `{account}`.
    HostTemplate, "a host below a domain of your own",
    "use at least three labels of a-z, 0-9 and -, such as `login.example.com`, and the placeholders \
     {name}, {stage} and {account}",
    |filled| filled.split('.').count() >= 3
        && filled.split('.').all(|label| is_slug(label, usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_one_of_us_east_1() {
        let id = "certificate/12345678-1234-1234-1234-123456789012";
        let parse = |text: &str| text.parse::<CertificateArn>();
        assert!(parse(&format!("arn:aws:acm:us-east-1:123456789012:{id}")).is_ok());
        for refused in [
            format!("arn:aws:acm:eu-west-1:123456789012:{id}"),
            format!("arn:aws:iam:us-east-1:123456789012:{id}"),
            format!("arn:aws:acm:us-east-1:1234:{id}"),
            "arn:aws:acm:us-east-1:123456789012:certificate/".to_owned(),
            String::new(),
        ] {
            let error = parse(&refused).unwrap_err().to_string();
            assert!(error.contains("in us-east-1"), "{error}");
        }
    }

    #[test]
    fn a_host_is_below_a_domain_that_is_no_top_level_one() {
        for good in ["login.example.com", "{name}-{stage}.accounts.example.co.uk"] {
            assert!(good.parse::<HostTemplate>().is_ok(), "{good}");
        }
        for bad in [
            "example.com",
            "login..com",
            "Login.example.com",
            "{region}.example.com",
            "",
        ] {
            assert!(bad.parse::<HostTemplate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_hosted_zone_has_the_id_of_one() {
        assert!("Z0123456789ABCDEFGHIJ".parse::<HostedZoneId>().is_ok());
        for bad in ["", "Z", "/hostedzone/Z1", "z1", "example.com"] {
            assert!(bad.parse::<HostedZoneId>().is_err(), "{bad}");
        }
    }
}
