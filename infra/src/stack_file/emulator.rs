//! The AWS emulator that a local stage works with.

use std::fmt;
use std::str::FromStr;

use models::secure_url::SecureUrl;

use super::ValueError;
use super::value::as_text;

/// The base URL of an AWS emulator: https, or http on this machine, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsEmulator(SecureUrl);

impl AwsEmulator {
    /// The URL.
    pub fn url(&self) -> &SecureUrl {
        &self.0
    }
}

const ALLOWED: &str =
    "write scheme, host and port, such as `http://127.0.0.1:4566`; http is for this machine only";

impl FromStr for AwsEmulator {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let url = text.parse::<SecureUrl>().ok();
        let is_base = |url: &SecureUrl| {
            url.path() == "/" && url.query().is_none() && url.fragment().is_none()
        };
        let found = url.filter(is_base).map(Self);
        found.ok_or_else(|| ValueError::new(text, "the URL of an AWS emulator", ALLOWED))
    }
}

impl fmt::Display for AwsEmulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

as_text! {
    AwsEmulator, { "type": "string", "pattern": "^https?://[^/@?#\\s]+/?$", "x-allowed": ALLOWED }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emulator_is_on_this_machine_or_behind_tls() {
        for good in [
            "http://127.0.0.1:4566",
            "http://localhost:4566/",
            "https://emulator.example.com",
        ] {
            assert!(good.parse::<AwsEmulator>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "4566",
            "http://emulator.example.com:4566",
            "http://10.0.0.1:4566",
            "https://key@emulator.example.com",
            "http://127.0.0.1:4566/aws",
            "http://127.0.0.1:4566?a=b",
            "file:///tmp",
        ] {
            assert!(bad.parse::<AwsEmulator>().is_err(), "{bad}");
        }
    }
}
