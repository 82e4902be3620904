//! A card of the Alexa app as text, with what to do next. Pure.

use serde_json::Value;

/// The card that an answer had; `link` is the command that links the account which it asks for.
pub(crate) fn told(card: &Value, link: &str) -> String {
    let text = |name: &str| card[name].as_str().filter(|text| !text.is_empty());
    match text("type") {
        Some("LinkAccount") => format!("card: asks to link an account: {link}"),
        Some("AskForPermissionsConsent") => {
            let permissions = card["permissions"].as_array().into_iter().flatten();
            let permissions: Vec<&str> = permissions.filter_map(Value::as_str).collect();
            format!(
                "card: asks for permissions, which a local stage cannot give: {}",
                permissions.join(", ")
            )
        }
        Some("Simple" | "Standard") => {
            let mut told = format!("card: {}", text("title").unwrap_or("without a title"));
            let image = ["largeImageUrl", "smallImageUrl"];
            let image = image.iter().find_map(|size| card["image"][size].as_str());
            for line in [text("content"), text("text"), image]
                .into_iter()
                .flatten()
                .flat_map(str::lines)
            {
                told.push_str("\n      ");
                told.push_str(line);
            }
            told
        }
        _ => format!("card: {card}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_card_is_text() {
        let cases = [
            (
                json!({"type": "LinkAccount"}),
                "card: asks to link an account: cargo xtask link",
            ),
            (
                json!({"type": "Simple", "title": "Phone", "content": "1\n2"}),
                "card: Phone\n      1\n      2",
            ),
            (
                json!({"type": "Standard", "text": "1", "image": {"smallImageUrl": "https://a.example/b"}}),
                "card: without a title\n      1\n      https://a.example/b",
            ),
            (
                json!({"type": "AskForPermissionsConsent", "permissions": ["a", "b"]}),
                "card: asks for permissions, which a local stage cannot give: a, b",
            ),
            (json!({"type": "Newer"}), r#"card: {"type":"Newer"}"#),
        ];
        for (card, text) in cases {
            assert_eq!(told(&card, "cargo xtask link"), text);
        }
    }
}
