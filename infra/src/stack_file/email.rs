//! Who sends the pool's e-mail.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::text;

/// Amazon SES in the place of Cognito's own sender, which is limited to a few messages a day
/// ([e-mail settings](https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Email {
    /// The sender that people see. The address has to be one that the identity covers.
    pub from: Sender,
    /// A verified identity of Amazon SES in a region that Cognito can send from.
    pub ses_identity: SesIdentity,
}

text! {
    /// An e-mail address, with a name before it or alone.
    Sender, "a sender",
    "write an address, such as `no-reply@example.com` or `Taxi Desk <no-reply@example.com>`",
    r#"^([^<]*<)?[^\s<>@,"]+@[^\s<>@,"]+>?$"#,
    |text| address(text).is_some()
}

text! {
    /// ARN of a verified identity of Amazon SES: an address, or a domain for all of its addresses.
    SesIdentity, "an identity of Amazon SES",
    "write its ARN, such as `arn:aws:ses:eu-west-1:123456789012:identity/example.com`",
    r"^arn:aws[^:]*:ses:[^:]+:[0-9]{12}:identity/.+$"
}

impl SesIdentity {
    /// The region that it was verified in.
    pub(crate) fn region(&self) -> &str {
        self.0.split(':').nth(3).unwrap_or_default()
    }
}

impl Email {
    /// Whether the identity may send for the sender.
    pub(crate) fn is_covered(&self) -> bool {
        let (Some(address), Some(identity)) = (
            address(self.from.as_str()),
            identity(self.ses_identity.as_str()),
        ) else {
            return false;
        };
        let address = address.to_ascii_lowercase();
        let identity = identity.to_ascii_lowercase();
        let domain = address.rsplit('@').next().unwrap_or_default();
        // A verified domain covers its subdomains too.
        address == identity || domain == identity || domain.ends_with(&format!(".{identity}"))
    }
}

/// `a@example.com` of `Name <a@example.com>`.
fn address(text: &str) -> Option<&str> {
    let address = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>')?,
        None => text,
    };
    let (name, domain) = address.split_once('@')?;
    let plain = |part: &str| {
        !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "<>@,\"".contains(c))
    };
    (plain(name) && plain(domain) && domain.contains('.')).then_some(address)
}

/// `example.com` of `arn:aws:ses:REGION:ACCOUNT:identity/example.com`.
fn identity(text: &str) -> Option<&str> {
    text.splitn(6, ':').nth(5)?.strip_prefix("identity/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_covers_its_own_addresses() {
        for (from, identity, covered) in [
            ("a@example.com", "example.com", true),
            ("Taxi <A@Example.com>", "a@example.com", true),
            ("a@mail.example.com", "example.com", true),
            ("b@example.com", "a@example.com", false),
            ("a@badexample.com", "example.com", false),
        ] {
            let identity = format!("arn:aws:ses:eu-west-1:123456789012:identity/{identity}");
            let email = Email {
                from: from.parse().unwrap(),
                ses_identity: identity.parse().unwrap(),
            };
            assert_eq!(email.is_covered(), covered, "{from} with {identity}");
        }
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in [
            "",
            "example.com",
            "Taxi <a@example.com",
            "a b@example.com",
            "a@b",
        ] {
            assert!(text.parse::<Sender>().is_err(), "{text}");
        }
        for text in [
            "example.com",
            "arn:aws:ses:eu-west-1:1:identity/example.com",
            "arn:aws:ses:eu-west-1:123456789012:identity/",
            "arn:aws:sns:eu-west-1:123456789012:identity/example.com",
        ] {
            assert!(text.parse::<SesIdentity>().is_err(), "{text}");
        }
    }
}
