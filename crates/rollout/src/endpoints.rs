//! Where a stage's services are. A stage is data to the rollout: nothing here knows whether the
//! hosts are Amazon's or a laptop's.

use std::fmt;
use std::time::Duration;

use models::ids::VendorId;
use models::secure_url::{SecureUrl, SecureUrlError};
use secrecy::SecretString;

use infra::names::SignInDomain;
use infra::stack_file::{Issuer, Region};

use crate::error::{Code, Error};
use crate::resolver::Resolver;

/// The hosts of one stage.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// AWS as the SDK finds it, or one base URL for every service.
    pub aws: AwsEndpoint,
    /// Where the stack of the project's own resources is, if that is an AWS emulator beside the stage.
    pub emulator: Option<AwsEndpoint>,
    /// The Alexa Skill Management API and Login with Amazon.
    pub developer: smapi::Endpoints,
    /// The three hosts that Alexa redirects to after account linking.
    pub redirects: RedirectHosts,
    /// The sign-in pages of a user pool, at a prefix of Cognito's own host.
    pub sign_in: HostPattern,
    /// The sign-in pages of a user pool, at a host of one's own.
    pub custom_sign_in: HostPattern,
    /// Who knows what names stand for.
    pub resolver: Resolver,
    /// The user pools themselves.
    pub user_pools: UserPoolHosts,
    /// Login with Amazon, for people who sign in there.
    pub amazon: LoginWithAmazon,
    /// How long one attempt to call a service may take; what takes longer is tried again or given
    /// up, and Amazon's services answer within seconds.
    pub call_timeout: Duration,
}

/// Long enough to upload a bundle over a slow line.
pub const CALL_TIMEOUT: Duration = Duration::from_mins(1);

/// How AWS is reached.
#[derive(Debug, Clone)]
pub enum AwsEndpoint {
    /// Regional endpoints and credentials by the SDK's default chain, of this profile if named.
    Default {
        /// A profile of the AWS configuration files.
        profile: Option<String>,
    },
    /// One base URL for all services. Such a stage never takes credentials from the default chain.
    Override {
        /// https, or loopback.
        url: SecureUrl,
        /// The access key id to sign with.
        access_key_id: String,
        /// The secret access key to sign with.
        secret_access_key: SecretString,
    },
}

/// The hosts that Alexa redirects to, one for each part of the world that an Amazon account can be
/// registered in; which of them is used is up to the account, so an app client allows all three.
/// <https://developer.amazon.com/en-US/docs/alexa/account-linking/configure-authorization-code-grant.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectHosts {
    /// North America.
    pub na: SecureUrl,
    /// Europe and India.
    pub eu: SecureUrl,
    /// Japan and Australia.
    pub fe: SecureUrl,
}

/// Where accounts are linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkingUrls {
    /// Where people sign in.
    pub authorization: SecureUrl,
    /// Where Alexa takes and refreshes tokens.
    pub token: SecureUrl,
}

impl RedirectHosts {
    /// The redirect URIs of a vendor's skills.
    pub fn redirect_uris(&self, vendor_id: &VendorId) -> [SecureUrl; 3] {
        [&self.na, &self.eu, &self.fe]
            .map(|host| host.below(["api", "skill", "link", vendor_id.as_str()]))
    }
}

/// Where people sign in with their Amazon accounts, and where it is asked about them. A skill has one
/// pair of URLs for everybody, whatever part of the world their account is registered in.
/// <https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginWithAmazon {
    /// The pages.
    pub pages: SecureUrl,
    /// Tokens and profiles.
    pub api: SecureUrl,
}

impl LoginWithAmazon {
    /// What account linking has to name.
    pub(crate) fn linking_urls(&self) -> LinkingUrls {
        LinkingUrls {
            authorization: self.pages.below(["ap", "oa"]),
            token: self.api.below(["auth", "o2", "token"]),
        }
    }

    /// Where it is asked whose an access token is.
    pub(crate) fn token_info(&self) -> SecureUrl {
        self.api.below(["auth", "o2", "tokeninfo"])
    }
}

/// Where user pools answer, and what they call themselves.
#[derive(Debug, Clone)]
pub struct UserPoolHosts {
    /// The API of a region.
    pub api: HostPattern,
    /// The issuer of tokens in its original form.
    pub original_issuer: HostPattern,
    /// The issuer of tokens in its updated form.
    pub updated_issuer: HostPattern,
}

/// A base URL with `{…}` holes.
#[derive(Debug, Clone)]
pub struct HostPattern(String);

impl HostPattern {
    /// `pattern` may contain `{prefix}`, `{host}`, `{region}` and `{pool}`.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    fn fill(&self, holes: &[(&str, &str)]) -> Result<SecureUrl, Error> {
        let url = holes.iter().fold(self.0.clone(), |url, (hole, value)| {
            url.replace(&format!("{{{hole}}}"), value)
        });
        url.parse()
            .map_err(|error: SecureUrlError| Error::new(Code::Endpoint, error.to_string()))
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html>
const SIGN_IN: &str = "https://{prefix}.auth.{region}.amazoncognito.com";
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html>
const CUSTOM_SIGN_IN: &str = "https://{host}";
/// <https://docs.aws.amazon.com/general/latest/gr/cognito_identity.html>
const API: &str = "https://cognito-idp.{region}.amazonaws.com";
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html>
const UPDATED_ISSUER: &str = "https://issuer-cognito-idp.{region}.amazonaws.com/{pool}";

impl Endpoints {
    /// Amazon's own hosts, with AWS credentials of this profile if one is named.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "three constants, parsed in a test"
    )]
    pub fn amazon(profile: Option<String>) -> Self {
        let parse = |url: &str| url.parse().expect("a constant URL");
        let developer = smapi::Endpoints::amazon();
        Self {
            aws: AwsEndpoint::Default { profile },
            emulator: None,
            // Customers and developers sign in at the same service.
            amazon: LoginWithAmazon {
                pages: developer.lwa_consent.clone(),
                api: developer.lwa.clone(),
            },
            developer,
            redirects: RedirectHosts {
                na: parse("https://pitangui.amazon.com"),
                eu: parse("https://layla.amazon.com"),
                fe: parse("https://alexa.amazon.co.jp"),
            },
            sign_in: HostPattern::new(SIGN_IN),
            custom_sign_in: HostPattern::new(CUSTOM_SIGN_IN),
            resolver: Resolver::System,
            user_pools: UserPoolHosts {
                api: HostPattern::new(API),
                original_issuer: HostPattern::new(format!("{API}/{{pool}}")),
                updated_issuer: HostPattern::new(UPDATED_ISSUER),
            },
            call_timeout: CALL_TIMEOUT,
        }
    }

    /// The base URL of a user pool domain.
    pub fn sign_in(&self, domain: &SignInDomain, region: &Region) -> Result<SecureUrl, Error> {
        match domain {
            SignInDomain::Prefix(prefix) => self
                .sign_in
                .fill(&[("prefix", prefix.as_str()), ("region", region.as_str())]),
            SignInDomain::Custom(host) => self.custom_sign_in.fill(&[("host", host.as_str())]),
        }
    }

    /// The issuer of a user pool's tokens, in one of its forms.
    pub fn issuer(
        &self,
        form: Issuer,
        region: &Region,
        user_pool_id: &str,
    ) -> Result<SecureUrl, Error> {
        let issuer = match form {
            Issuer::Original => &self.user_pools.original_issuer,
            Issuer::Updated => &self.user_pools.updated_issuer,
        };
        issuer.fill(&[("region", region.as_str()), ("pool", user_pool_id)])
    }

    /// The base URL of the API of a region's user pools.
    pub fn cognito(&self, region: &Region) -> Result<SecureUrl, Error> {
        self.user_pools.api.fill(&[("region", region.as_str())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amazons_hosts_are_filled_in() {
        let endpoints = Endpoints::amazon(None);
        let region = "eu-west-1".parse().unwrap();
        for (domain, url) in [
            ("guide", "https://guide.auth.eu-west-1.amazoncognito.com/"),
            ("login.example.com", "https://login.example.com/"),
        ] {
            let url_of = endpoints.sign_in(&domain.parse().unwrap(), &region);
            assert_eq!(url_of.unwrap().as_url().as_str(), url);
        }
        for (form, url) in [
            (
                Issuer::Original,
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123",
            ),
            (
                Issuer::Updated,
                "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123",
            ),
        ] {
            let issuer = endpoints.issuer(form, &region, "eu-west-1_AbCdEf123");
            assert_eq!(issuer.unwrap().as_url().as_str(), url);
        }
        assert_eq!(
            endpoints.cognito(&region).unwrap().as_url().as_str(),
            "https://cognito-idp.eu-west-1.amazonaws.com/"
        );
    }

    #[test]
    fn people_of_amazon_sign_in_at_amazons_own_pages() {
        let urls = Endpoints::amazon(None).amazon.linking_urls();
        assert_eq!(
            [urls.authorization.as_str(), urls.token.as_str()],
            [
                "https://www.amazon.com/ap/oa",
                "https://api.amazon.com/auth/o2/token"
            ]
        );
    }

    #[test]
    fn redirect_uris_carry_the_vendor_and_no_double_slash() {
        let endpoints = Endpoints::amazon(None);
        let vendor = "M123EXAMPLE".parse().unwrap();
        assert_eq!(
            endpoints.redirects.redirect_uris(&vendor)[0]
                .as_url()
                .as_str(),
            "https://pitangui.amazon.com/api/skill/link/M123EXAMPLE"
        );
    }
}
