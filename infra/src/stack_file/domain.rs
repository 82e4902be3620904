//! The host of the sign-in pages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declaration::Later;
use super::value::text;
use crate::names::SignInDomain;

/// The host of the sign-in pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Domain {
    /// Prefix of the sign-in host `{prefix}.auth.{region}.amazoncognito.com`, unique in its region and at most 63
    /// characters when filled in. `{account}` is eight characters that follow from the account's id without giving it
    /// away. A change breaks every link.
    #[schemars(extend(
        "x-source" = "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html",
        "x-later" = Later::Guarded("domain".to_owned())
    ))]
    pub prefix: PrefixTemplate,
    /// A host below your own domain in the place of the prefix ([how](identity.md#a-domain-of-your-own)). A host
    /// belongs to one stage. A prefix is then refused.
    #[schemars(extend(
        "x-source" = "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html",
        "x-later" = Later::Guarded("domain".to_owned()),
        "examples" = [{
            "name": "login-{stage}.example.com",
            "certificate-arn": "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
            "hosted-zone-id": "Z0123456789ABCDEFGHIJ"
        }]
    ))]
    pub custom: Option<CustomDomain>,
    /// The domain that the pool of `user-pool-id` has already, in the place of both: people sign in there, and it is
    /// left as it is.
    #[schemars(extend(
        "x-later" = Later::Guarded("domain".to_owned()),
        "examples" = ["my-people", "login.example.com"]
    ))]
    pub existing: Option<ExistingDomain>,
}

/// A host of one's own for the sign-in pages
/// ([custom domains](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CustomDomain {
    /// The host. `{name}`, `{stage}` and `{account}` are filled in.
    pub name: HostTemplate,
    /// ARN of its certificate, in us-east-1 whatever the region of the stage. Needed.
    pub certificate_arn: Option<CertificateArn>,
    /// The hosted zone of Route 53 that its alias record is made in.
    pub hosted_zone_id: HostedZoneId,
}

text! {
    /// ARN of a certificate in us-east-1, where Amazon CloudFront looks for certificates, whatever
    /// the region of the user pool.
    CertificateArn, "a certificate for a sign-in domain",
    "write the ARN that AWS Certificate Manager gave it in us-east-1, such as \
     `arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012`",
    r"^arn:aws:acm:us-east-1:[0-9]{12}:certificate/[a-z0-9-]{1,64}$"
}

text! {
    /// Id of a hosted zone of Amazon Route 53.
    HostedZoneId, "a hosted zone of Route 53",
    "write its id, such as `Z0123456789ABCDEFGHIJ`",
    r"^Z[A-Z0-9]{1,31}$"
}

text! {
    /// The domain of a user pool that exists already: its prefix of Cognito's own host, or its host of
    /// one's own.
    ExistingDomain, "the domain of a user pool",
    "write the prefix before `.auth.{region}.amazoncognito.com`, or a host such as `login.example.com`",
    r"^[a-z0-9.-]+$",
    |text| text.parse::<SignInDomain>().is_ok()
}

text! {
    /// The prefix of Cognito's own host, with the placeholders `{name}`, `{stage}` and `{account}`.
    PrefixTemplate, "a domain prefix",
    "use a-z, 0-9, - and the placeholders {name}, {stage} and {account}",
    r"^([a-z0-9-]|\{(name|stage|account)\})+$"
}

impl Default for PrefixTemplate {
    fn default() -> Self {
        Self("{name}-{stage}-{account}".to_owned())
    }
}

impl PrefixTemplate {
    /// Fills in the placeholders.
    pub(crate) fn fill(&self, name: &str, stage: &str, account: &str) -> String {
        fill(&self.0, name, stage, account)
    }
}

text! {
    /// A host below your own domain, with the placeholders `{name}`, `{stage}` and `{account}`.
    HostTemplate, "a host below a domain of your own",
    "use at least three labels of a-z, 0-9 and -, such as `login.example.com`, and the placeholders \
     {name}, {stage} and {account}",
    r"^([a-z0-9-]|\{(name|stage|account)\})+(\.([a-z0-9-]|\{(name|stage|account)\})+){2,}$"
}

impl HostTemplate {
    /// Fills in the placeholders.
    pub(crate) fn fill(&self, name: &str, stage: &str, account: &str) -> String {
        fill(&self.0, name, stage, account)
    }
}

fn fill(template: &str, name: &str, stage: &str, account: &str) -> String {
    template
        .replace("{name}", name)
        .replace("{stage}", stage)
        .replace("{account}", account)
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
