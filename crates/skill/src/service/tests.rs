use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn a_parser_quotes_no_value_into_the_log() {
    let quoting = "invalid type: string \"mary, expected nothing\", expected a map";
    assert_eq!(without_values(quoting), "invalid type, expected a map");
    assert_eq!(
        without_values("missing field `intent`"),
        "missing field `intent`"
    );
}

proptest! {
    #[test]
    fn no_value_of_a_broken_request_is_logged(value in "[a-z, :\"]{6,20}Zz") {
        let broken = json!({ "request": { "type": "IntentRequest", "intent": value } });
        let error = serde_json::from_value::<RequestEnvelope>(broken).unwrap_err();
        prop_assert!(!without_values(&error.to_string()).contains("Zz"));
    }
}
