//! Texts with one locale more or less. All the rest stays as it was written.

use models::package::Place;
use serde_json::Value;

/// The objects of the manifest that have a member for each locale; the second is for certification, and may lack
/// some.
const BY_LOCALE: [[&str; 3]; 2] = [
    ["manifest", "publishingInformation", "locales"],
    ["manifest", "privacyAndCompliance", "locales"],
];

/// The manifest in which a locale has what another one has, `made` of its text.
pub(super) fn with(
    manifest: &str,
    locale: &str,
    like: &str,
    made: impl Fn(&str) -> String,
) -> String {
    let mut text = manifest.to_owned();
    for keys in BY_LOCALE {
        let object = Place::of(&keys);
        let members = members(&text, &keys);
        let (Some(model), Some(last)) = (
            Member::find(&text, &object, like),
            members
                .last()
                .and_then(|key| Member::find(&text, &object, key)),
        ) else {
            continue;
        };
        let before = text[..last.key].trim_end().len();
        let space = &text[before..last.key];
        let value = made(&text[model.value_and_colon..model.end]);
        let member = format!(",{space}{}{value}", Value::from(locale));
        text.insert_str(last.end, &member);
    }
    text
}

/// The manifest without a locale.
pub(super) fn without(manifest: &str, locale: &str) -> String {
    BY_LOCALE.iter().fold(manifest.to_owned(), |text, keys| {
        cut(&text, &Place::of(keys), locale)
    })
}

/// An interaction model without what is tuned to its language, which Alexa may refuse in another.
pub(super) fn untuned(model: &str) -> String {
    let object = Place::of(&["interactionModel", "languageModel"]);
    cut(model, &object, "modelConfiguration")
}

/// A text without a member of an object.
fn cut(text: &str, object: &Place, key: &str) -> String {
    let Some(member) = Member::find(text, object, key) else {
        return text.to_owned();
    };
    let before = text[..member.key].trim_end();
    let after = &text[member.end..];
    let (start, end) = if let Some(before) = before.strip_suffix(',') {
        (before.len(), member.end)
    } else if let Some(next) = after.trim_start().strip_prefix(',') {
        (member.key, text.len() - next.trim_start().len())
    } else {
        (before.len(), text.len() - after.trim_start().len())
    };
    format!("{}{}", &text[..start], &text[end..])
}

/// A conversation file for another locale: only its name is another.
pub(super) fn conversations(text: &str, from: &str, to: &str) -> String {
    let renamed = |line: &str| {
        let key = line.trim_start().trim_start_matches("- ");
        if key.starts_with("locale:") {
            line.replace(from, to)
        } else {
            line.to_owned()
        }
    };
    text.split_inclusive('\n').map(renamed).collect()
}

/// The tags in the table `locales!` of a skill's code, in its order.
pub(super) fn in_the_table(code: &str) -> Vec<String> {
    let table = code.split_once("locales! {").map(|(_, rest)| rest);
    let table = table.and_then(|rest| rest.split_once('}'));
    let rows = table.map(|(rows, _)| rows.lines()).into_iter().flatten();
    let tag = |row: &str| {
        let (_, rest) = row.trim().strip_suffix(';')?.split_once("= \"")?;
        let (tag, _) = rest.split_once('"')?;
        Some(tag.to_owned())
    };
    rows.filter_map(tag).collect()
}

/// The keys of an object, in their order.
fn members(text: &str, keys: &[&str]) -> Vec<String> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let object = keys.iter().try_fold(&document, |value, key| value.get(key));
    let object = object.and_then(Value::as_object);
    object
        .into_iter()
        .flat_map(|object| object.keys().cloned())
        .collect()
}

/// Where a member of an object is in a text.
struct Member {
    key: usize,
    value_and_colon: usize,
    end: usize,
}

impl Member {
    fn find(text: &str, object: &Place, key: &str) -> Option<Self> {
        let value = object.key(key).span(text)?;
        let quoted = Value::from(key).to_string();
        let at = text[..value.start].rfind(&quoted)?;
        Some(Self {
            key: at,
            value_and_colon: at + quoted.len(),
            end: value.end,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MANIFEST: &str = r#"{ "manifest": {
  "publishingInformation": { "locales": {
      "en-US": { "name": "Taxi \"Desk\"" },
      "de-DE" : {"name": "Taxi"}
    } },
  "privacyAndCompliance": {"locales": {"en-US": {"privacyPolicyUrl": "https://example.com"}}}
} }
"#;

    #[test]
    fn a_locale_is_added_like_another_and_the_rest_stays() {
        let more = with(MANIFEST, "en-GB", "en-US", str::to_owned);
        let document: Value = serde_json::from_str(&more).unwrap();
        for keys in BY_LOCALE {
            let locales = &document[keys[0]][keys[1]][keys[2]];
            assert_eq!(locales["en-GB"], locales["en-US"]);
        }
        let added = ",\n      \"en-GB\": { \"name\": \"Taxi \\\"Desk\\\"\" }\n    } },";
        assert!(more.contains(added), "{more}");
        assert_eq!(without(&more, "en-GB"), MANIFEST);
        let renamed = with(MANIFEST, "fr-FR", "de-DE", |text| text.replace("Taxi", "T"));
        assert!(
            renamed.contains("\"fr-FR\" : {\"name\": \"T\"}"),
            "{renamed}"
        );
        // It is not known where one without privacy would have its own.
        assert_eq!(renamed.matches("fr-FR").count(), 1);
    }

    #[test]
    fn the_first_one_and_the_only_one_can_go() {
        let less = without(MANIFEST, "en-US");
        assert_eq!(
            less,
            "{ \"manifest\": {\n  \"publishingInformation\": { \"locales\": {\n      \"de-DE\" : \
             {\"name\": \"Taxi\"}\n    } },\n  \"privacyAndCompliance\": {\"locales\": {}}\n} }\n"
        );
        assert_eq!(without(MANIFEST, "fr-FR"), MANIFEST);
    }

    #[test]
    fn what_is_tuned_to_a_language_is_not_taken_along() {
        let model = r#"{"interactionModel": {"languageModel": {"invocationName": "taxi", "modelConfiguration": {"a": 1}, "intents": []}}}"#;
        let untuned = untuned(model);
        assert_eq!(
            untuned,
            model.replace(", \"modelConfiguration\": {\"a\": 1}", "")
        );
        assert_eq!(super::untuned(&untuned), untuned);
    }

    #[test]
    fn conversations_and_the_table_of_words_are_read() {
        let text =
            "locale: en-US # in en-US\nconversations:\n  - locale: \"en-US\"\n    say: en-US\n";
        assert_eq!(
            conversations(text, "en-US", "en-GB"),
            "locale: en-GB # in en-GB\nconversations:\n  - locale: \"en-GB\"\n    say: en-US\n"
        );
        let table = "skill_kit::locales! { Strings:\n    /// = \"x\"\n    EnUs = \"en-US\" => A;\n    \
                     DeDe = \"de-DE\" => B;\n}\nX = \"fr-FR\" => C;";
        assert_eq!(in_the_table(table), ["en-US", "de-DE"]);
        assert_eq!(in_the_table("fn main() {}"), [""; 0]);
    }

    proptest! {
        #[test]
        fn what_was_added_can_be_taken_away(
            tags in prop::collection::btree_set("[a-z]{2}-[A-Z]{2}", 1..5),
            space in "[ \n\t]{0,5}",
            wide in any::<bool>(),
            which in any::<prop::sample::Index>(),
        ) {
            let tags: Vec<_> = tags.into_iter().collect();
            let colon = if wide { " : " } else { ":" };
            let value = r#"{"a":"},"}"#;
            let members: Vec<_> = tags
                .iter()
                .map(|tag| format!("{space}\"{tag}\"{colon}{value}"))
                .collect();
            let text = format!(
                "{{\"manifest\":{{\"publishingInformation\":{{\"locales\":{{{}{space}}}}}}}}}",
                members.join(",")
            );
            let like = which.get(&tags);
            let more = with(&text, "xx-XXX", like, str::to_owned);
            prop_assert!(serde_json::from_str::<Value>(&more).is_ok(), "{}", more);
            prop_assert!(more.contains("xx-XXX"));
            prop_assert_eq!(without(&more, "xx-XXX"), text);
        }
    }
}
