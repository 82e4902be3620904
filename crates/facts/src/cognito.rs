//! Amazon Cognito: where it is.
//!
//! `cognito-regions.json` is reduced from the endpoints that botocore ships; continuous integration compares
//! the two.

use std::sync::LazyLock;

use serde::Deserialize;

const REGIONS: &str = include_str!("../cognito-regions.json");

#[derive(Default, Deserialize)]
struct Known {
    regions: Vec<String>,
}

/// The regions of the AWS that Alexa calls in which user pools can be, in the order of their names.
pub fn regions() -> &'static [String] {
    static KNOWN: LazyLock<Known> =
        LazyLock::new(|| serde_json::from_str(REGIONS).unwrap_or_default());
    &KNOWN.regions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_list_is_read() {
        let has = |region: &str| regions().iter().any(|known| known == region);
        assert!(has("us-east-1") && has("eu-west-1"));
        assert!(!has("cn-north-1") && !has("us-gov-west-1"));
    }
}
