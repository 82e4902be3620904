//! The address of AWS on a local stage.

/// The endpoint of a local stage: a URL of this machine. Any other one is nobody's to set, and does not count.
pub(crate) fn local_endpoint(url: Option<String>) -> Option<String> {
    let url = url.filter(|url| {
        let url = url.parse::<models::secure_url::SecureUrl>();
        url.is_ok_and(|url| url.is_loopback())
    })?;
    Some(url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_endpoint_counts_on_this_machine_alone() {
        let at = |url: &str| local_endpoint(Some(url.to_owned()));
        assert_eq!(
            at("http://127.0.0.1:4566/").as_deref(),
            Some("http://127.0.0.1:4566")
        );
        for url in [
            "https://evil.example",
            "http://127.0.0.1.evil.example:1",
            "",
        ] {
            assert_eq!(at(url), None, "{url}");
        }
    }
}
