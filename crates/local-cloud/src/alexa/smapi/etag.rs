//! Entity tags: SMAPI sends them bare, clients may quote them.

use axum::http::{HeaderMap, header};

/// Whether an `If-Match` header, if there is one, names the current version.
pub(super) fn matches(headers: &HeaderMap, current: Option<&str>) -> bool {
    let Some(wanted) = headers.get(header::IF_MATCH) else {
        return true;
    };
    let Ok(wanted) = wanted.to_str() else {
        return false;
    };
    wanted.split(',').map(str::trim).any(|wanted| {
        let wanted = wanted.trim_matches('"');
        current.is_some_and(|current| wanted == "*" || wanted == current)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: Option<&str>, current: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(wanted) = wanted {
            headers.insert(header::IF_MATCH, wanted.parse().unwrap());
        }
        matches(&headers, current)
    }

    #[test]
    fn only_the_current_version_matches() {
        assert!(check(None, None));
        assert!(check(None, Some("a")));
        assert!(check(Some("a"), Some("a")));
        assert!(check(Some("\"a\""), Some("a")));
        assert!(check(Some("b, a"), Some("a")));
        assert!(check(Some("*"), Some("a")));
        assert!(!check(Some("b"), Some("a")));
        assert!(!check(Some("a"), None));
        assert!(!check(Some("*"), None));
    }
}
