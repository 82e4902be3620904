//! Names as the DNS compares them.

/// In lower case, and without the dot at the end.
pub(super) fn canonical(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// Whether a name is a zone's own or below it.
pub(super) fn is_in(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_in_its_zone_by_whole_labels() {
        assert_eq!(canonical("Login.Example.com."), "login.example.com");
        assert!(is_in("login.example.com", "example.com"));
        assert!(is_in("example.com", "example.com"));
        assert!(!is_in("badexample.com", "example.com"));
        assert!(!is_in("com", "example.com"));
    }
}
