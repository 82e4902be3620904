//! The names that a listener answers to.
//!
//! A page of another host can have its name resolve to this machine (DNS rebinding); its requests
//! then name that host, and nothing else tells them from requests of the stage's own pages.

use http::header::HOST;
use http::{HeaderMap, Uri};

/// The names of the loopback interface.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// The name that the request calls the listener by, if it is one of the listener's own.
pub(crate) fn own<'a>(headers: &'a HeaderMap, uri: &Uri, port: u16) -> Result<&'a str, String> {
    let mut hosts = headers.get_all(HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().unwrap_or("a name that is no text"),
        (None, _) => return Err("no host".to_owned()),
        (Some(_), Some(_)) => return Err("several hosts".to_owned()),
    };
    // An absolute target overrides the header (RFC 9112, section 3.2.2).
    if let Some(authority) = uri.authority()
        && authority.as_str() != named
    {
        return Err(authority.to_string());
    }
    if is_own(named, port) {
        Ok(named)
    } else {
        Err(named.to_owned())
    }
}

fn is_own(host: &str, port: u16) -> bool {
    host.rsplit_once(':')
        .is_some_and(|(name, given)| given == port.to_string() && LOOPBACK.contains(&name))
}

/// The names, for an error.
pub(crate) fn names(port: u16) -> String {
    LOOPBACK.map(|name| format!("{name}:{port}")).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(hosts: &[&str], target: &str) -> Result<String, String> {
        let headers: HeaderMap = hosts
            .iter()
            .map(|host| (HOST, host.parse().unwrap()))
            .collect();
        own(&headers, &target.parse().unwrap(), 4000).map(str::to_owned)
    }

    #[test]
    fn only_loopback_names_with_the_own_port_are_own() {
        for host in ["127.0.0.1:4000", "localhost:4000", "[::1]:4000"] {
            assert_eq!(asked(&[host], "/").as_deref(), Ok(host));
        }
        for host in [
            "evil.example:4000",
            "127.0.0.1:4001",
            "127.0.0.1",
            "127.0.0.1:",
            "localhost.evil.example:4000",
            "evil.localhost:4000",
            "127.0.0.1:04000",
            "LOCALHOST.:4000",
            "",
        ] {
            assert_eq!(asked(&[host], "/"), Err(host.to_owned()));
        }
        assert!(asked(&[], "/").is_err());
        assert!(asked(&["127.0.0.1:4000", "evil.example"], "/").is_err());
        assert!(asked(&["127.0.0.1:4000"], "http://evil.example/").is_err());
    }
}
