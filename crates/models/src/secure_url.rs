//! URLs that credentials may be sent to: https, or http on this machine.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// An absolute URL that is https, or http to a loopback host, without credentials in it.
///
/// ```
/// use models::secure_url::SecureUrl;
///
/// assert!("https://api.amazonalexa.com".parse::<SecureUrl>().is_ok());
/// assert!("http://127.0.0.1:8080".parse::<SecureUrl>().is_ok());
/// assert!("http://api.amazonalexa.com".parse::<SecureUrl>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Url", into = "Url")]
pub struct SecureUrl(Url);

/// Why a URL is not a [`SecureUrl`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecureUrlError {
    /// Not a URL at all.
    #[error("`{text}` is not a URL: {source}")]
    Malformed {
        /// What was given.
        text: String,
        /// What the parser says.
        source: url::ParseError,
    },
    /// Anybody between here and there could read along.
    #[error("`{0}` must start with https:// (http:// is for this machine only)")]
    Insecure(String),
    /// A user name or password in the URL; it is not repeated here.
    #[error("the URL of {0} must not carry a user name or password")]
    Credentials(String),
}

impl SecureUrl {
    /// The URL.
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// A URL below this one; each segment is escaped.
    #[must_use]
    pub fn below<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Self {
        let mut url = self.0.clone();
        // Fails for URLs that cannot be a base, such as `mailto:`; https and http always can.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        Self(url)
    }
}

/// Whether a URL's host is this machine: `localhost`, a name below it, 127.0.0.0/8 or `::1`
/// ([RFC 6761, 6.3](https://www.rfc-editor.org/rfc/rfc6761#section-6.3)).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl TryFrom<Url> for SecureUrl {
    type Error = SecureUrlError;

    fn try_from(url: Url) -> Result<Self, SecureUrlError> {
        if !url.username().is_empty() || url.password().is_some() {
            let host = url.host_str().unwrap_or_default();
            return Err(SecureUrlError::Credentials(host.to_owned()));
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err(SecureUrlError::Insecure(url.into())),
        }
    }
}

impl FromStr for SecureUrl {
    type Err = SecureUrlError;

    fn from_str(text: &str) -> Result<Self, SecureUrlError> {
        let url = Url::parse(text).map_err(|source| SecureUrlError::Malformed {
            text: text.to_owned(),
            source,
        })?;
        Self::try_from(url)
    }
}

impl From<SecureUrl> for Url {
    fn from(url: SecureUrl) -> Self {
        url.0
    }
}

impl Deref for SecureUrl {
    type Target = Url;

    fn deref(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for SecureUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_this_machine_only() {
        for text in [
            "https://example.com/oauth2/authorize",
            "http://localhost:3000/login",
            "http://pool.localhost/",
            "http://127.3.2.1",
            "http://[::1]:8080",
        ] {
            assert!(text.parse::<SecureUrl>().is_ok(), "{text}");
        }
        for text in [
            "http://example.com",
            "http://localhost.example.com",
            "http://128.0.0.1",
            "ftp://localhost",
            "localhost:80",
            "/login",
        ] {
            assert!(text.parse::<SecureUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        let error = "https://me:hunter2@example.com"
            .parse::<SecureUrl>()
            .unwrap_err()
            .to_string();
        assert!(error.contains("example.com"));
        assert!(!error.contains("hunter2"));
    }
}
