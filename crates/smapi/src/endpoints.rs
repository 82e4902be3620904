//! Where the services are.

use models::secure_url::SecureUrl;
use url::Url;

/// Base URLs of SMAPI and Login with Amazon (LWA): https, or http on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The Skill Management API.
    pub smapi: SecureUrl,
    /// Login with Amazon's token service; `/auth/o2/token` follows.
    pub lwa: SecureUrl,
    /// Login with Amazon's consent page; `/ap/oa` follows.
    pub lwa_consent: SecureUrl,
}

/// Amazon's Skill Management API.
const SMAPI: &str = "https://api.amazonalexa.com";
/// Login with Amazon ([access tokens](https://developer.amazon.com/docs/smapi/get-access-token-smapi.html)).
const LWA: &str = "https://api.amazon.com";
/// Login with Amazon's page
/// ([authorization](https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html)).
const LWA_CONSENT: &str = "https://www.amazon.com";

impl Endpoints {
    /// Amazon's endpoints.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "three constants, parsed in a test"
    )]
    pub fn amazon() -> Self {
        let parse = |text: &str| text.parse().expect("a constant URL");
        Self {
            smapi: parse(SMAPI),
            lwa: parse(LWA),
            lwa_consent: parse(LWA_CONSENT),
        }
    }

    /// Whether either differs from Amazon's.
    pub fn is_overridden(&self) -> bool {
        *self != Self::amazon()
    }
}

/// Appends path segments to a base URL, whether or not that ends in a slash. Segments are
/// escaped: an id cannot climb out of its place.
pub(crate) fn join<'a>(base: &Url, segments: impl IntoIterator<Item = &'a str>) -> Url {
    let mut url = base.clone();
    // Fails for URLs that cannot be a base, such as `mailto:`; a `SecureUrl` always can.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amazon_is_not_an_override() {
        assert!(!Endpoints::amazon().is_overridden());
    }

    #[test]
    fn segments_follow_any_base_and_stay_segments() {
        for base in ["http://localhost/api", "http://localhost/api/"] {
            let url = join(&base.parse().unwrap(), ["v1", "skills", "../a?b#c"]);
            assert_eq!(
                url.as_str(),
                "http://localhost/api/v1/skills/..%2Fa%3Fb%23c"
            );
        }
    }
}
