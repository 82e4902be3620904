//! The hosts that may be sent the token of a request.

use crate::secure_url::SecureUrl;

/// Hosts of Alexa's APIs: North America, Europe and the Far East
/// ([endpoints](https://developer.amazon.com/en-US/docs/alexa/account-linking/skill-activation-api.html#get-endpoint)).
/// The page of progressive responses alone says `api.fe.amazon.com`.
pub const ALEXA_API_HOSTS: [&str; 3] = [
    "api.amazonalexa.com",
    "api.eu.amazonalexa.com",
    "api.fe.amazonalexa.com",
];

/// Where the Alexa that sends the requests can be.
///
/// A request names the API that its token is for, and whoever is named there receives the token:
/// a name that is not Alexa's is no use to anybody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AlexaApi {
    /// At Amazon.
    #[default]
    Amazon,
    /// At Amazon, or on this machine, where a local stage is.
    AmazonOrLoopback,
}

impl AlexaApi {
    /// The API that a request names, if it is one.
    pub(super) fn admit(self, endpoint: &str) -> Option<SecureUrl> {
        let url: SecureUrl = endpoint.parse().ok()?;
        let is_a_base = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_amazon = url.scheme() == "https"
            && url.port().is_none()
            && (url.host_str()).is_some_and(|host| ALEXA_API_HOSTS.contains(&host));
        let is_local = self == Self::AmazonOrLoopback && url.is_loopback();
        (is_a_base && (is_amazon || is_local)).then_some(url)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn admitted(api: AlexaApi, endpoint: &str) -> Option<String> {
        api.admit(endpoint).map(|url| url.to_string())
    }

    #[test]
    fn the_documented_hosts_are_admitted() {
        for api in [AlexaApi::Amazon, AlexaApi::AmazonOrLoopback] {
            for host in ALEXA_API_HOSTS {
                let expected = Some(format!("https://{host}/"));
                for endpoint in ["", "/", ":443", ":443/"] {
                    let endpoint = format!("https://{host}{endpoint}");
                    assert_eq!(admitted(api, &endpoint), expected, "{endpoint}");
                }
            }
        }
    }

    #[test]
    fn no_other_host_is_admitted() {
        for endpoint in [
            "",
            "api.amazonalexa.com",
            "//api.amazonalexa.com",
            "http://api.amazonalexa.com",
            "ftp://api.amazonalexa.com",
            "https://api.amazonalexa.com:8443",
            "https://api.amazonalexa.com:80",
            "https://api.amazonalexa.com.",
            "https://api.amazonalexa.com/v1",
            "https://api.amazonalexa.com/%2e%2e/x",
            "https://api.amazonalexa.com//",
            "https://api.amazonalexa.com?x=y",
            "https://api.amazonalexa.com#x",
            "https://x@api.amazonalexa.com",
            "https://x:y@api.amazonalexa.com",
            "https://api.amazonalexa.com@example.com",
            "https://api.amazonalexa.com:x@example.com",
            "https://api.amazonalexa.com.example.com",
            "https://example.com/api.amazonalexa.com",
            "https://example.com?api.amazonalexa.com",
            "https://example.com#api.amazonalexa.com",
            "https://example.com\\@api.amazonalexa.com",
            "https://xapi.amazonalexa.com",
            "https://x.api.amazonalexa.com",
            "https://amazonalexa.com",
            "https://api.cn.amazonalexa.com",
            "https://api.fe.amazon.com",
            "https://api.amazon.com",
            "https://\u{430}pi.amazonalexa.com",
            "https://169.254.169.254",
            "http://169.254.169.254/latest/meta-data",
            "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
        ] {
            for api in [AlexaApi::Amazon, AlexaApi::AmazonOrLoopback] {
                assert_eq!(admitted(api, endpoint), None, "{endpoint}");
            }
        }
    }

    #[test]
    fn a_loopback_host_is_for_a_local_stage_alone() {
        for endpoint in [
            "http://127.0.0.1:8080",
            "http://localhost:8080/",
            "http://[::1]:8080",
            "https://localhost",
        ] {
            assert_eq!(admitted(AlexaApi::Amazon, endpoint), None, "{endpoint}");
            let local = admitted(AlexaApi::AmazonOrLoopback, endpoint);
            assert!(local.is_some(), "{endpoint}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_admitted_is_on_the_list(
            before in "(https?://)?[a-z0-9@:/.\\\\]{0,6}",
            host in prop::sample::select(&ALEXA_API_HOSTS),
            after in "[a-z0-9@:/.?#\\\\%]{0,6}|\\PC{0,6}",
        ) {
            if let Some(url) = AlexaApi::Amazon.admit(&format!("{before}{host}{after}")) {
                let known = ALEXA_API_HOSTS.map(|host| format!("https://{host}/"));
                prop_assert!(known.contains(&url.to_string()), "{url}");
            }
        }
    }
}
