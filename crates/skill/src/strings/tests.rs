use skill_kit::Locale as _;

use super::*;

#[test]
fn every_locale_has_strings_of_its_language() {
    for (tag, expected) in [
        (Some("en-US"), Locale::EnUs),
        (Some("en-GB"), Locale::EnGb),
        (Some("en-AU"), Locale::EnUs),
        (Some("de-DE"), Locale::DeDe),
        (Some("es-MX"), Locale::EsEs),
        (Some("ja-JP"), Locale::JaJp),
        (Some("xx-YY"), Locale::EnUs),
        (Some(""), Locale::EnUs),
        (None, Locale::EnUs),
    ] {
        assert_eq!(Locale::of(tag), expected, "{tag:?}");
    }
}

/// Every sentence, by the name of its field. Whatever takes a value is given `x`.
fn sentences(strings: &Strings) -> Vec<(&'static str, String)> {
    let Strings {
        words:
            Words {
                anything_else,
                done_already,
                one_moment,
                please_link,
                link_your_own,
                link_expired,
                wrong_account,
                accounts_unavailable,
                out_of_time,
                broken,
            },
        card_title,
        welcome,
        hello,
        what_to_ask,
        help,
        goodbye,
        not_understood,
        nothing_to_repeat,
        is_linked,
        is_not_linked,
        email_is,
        email_missing,
        phone_is,
        phone_missing,
        name_is,
        user_name_is,
        name_missing,
        address_is,
        not_sure_which,
    } = *strings;
    vec![
        ("card_title", card_title.to_owned()),
        ("welcome", welcome(None).to_plain()),
        ("welcome x", welcome(Some("x")).to_plain()),
        ("hello", hello(None).to_plain()),
        ("hello x", hello(Some("x")).to_plain()),
        ("what_to_ask", what_to_ask().to_plain()),
        ("anything_else", anything_else().to_plain()),
        ("help", help().to_plain()),
        ("goodbye", goodbye().to_plain()),
        ("not_understood", not_understood().to_plain()),
        ("nothing_to_repeat", nothing_to_repeat().to_plain()),
        ("done_already", done_already().to_plain()),
        ("one_moment", one_moment().to_plain()),
        ("please_link", please_link().to_plain()),
        ("link_your_own", link_your_own().to_plain()),
        ("link_expired", link_expired().to_plain()),
        ("wrong_account", wrong_account().to_plain()),
        ("accounts_unavailable", accounts_unavailable().to_plain()),
        ("out_of_time", out_of_time().to_plain()),
        ("broken", broken().to_plain()),
        ("is_linked", is_linked(None).to_plain()),
        ("is_linked x", is_linked(Some("x")).to_plain()),
        ("is_not_linked", is_not_linked().to_plain()),
        ("email_is x", email_is("x").to_plain()),
        ("email_missing", email_missing().to_plain()),
        ("phone_is x", phone_is("x").to_plain()),
        ("phone_missing", phone_missing().to_plain()),
        ("name_is x", name_is("x").to_plain()),
        ("user_name_is x", user_name_is("x").to_plain()),
        ("name_missing", name_missing().to_plain()),
        ("address_is x", address_is("x").to_plain()),
        ("not_sure_which", not_sure_which().to_plain()),
    ]
}

/// The beginning of the word for linking in each language.
const LINKING: [&str; 4] = ["link", "verknüpf", "vincul", "リンク"];

#[test]
fn every_sentence_is_different_and_says_what_it_is_given() {
    for locale in Locale::ALL {
        let mut seen: Vec<String> = Vec::new();
        for (name, sentence) in sentences(locale.strings()) {
            assert_eq!(sentence.trim(), sentence, "{locale:?} {name}");
            assert!(!sentence.is_empty(), "{locale:?} {name}");
            assert!(!sentence.contains("  "), "{locale:?} {name}: {sentence}");
            assert!(!seen.contains(&sentence), "{locale:?} {name}: {sentence}");
            if name.ends_with(" x") {
                assert!(sentence.contains('x'), "{locale:?} {name}: {sentence}");
            }
            if !name.starts_with("card_title") {
                let ends = ['.', '!', '?', '。', '！', '？'];
                assert!(sentence.ends_with(ends), "{locale:?} {name}: {sentence}");
            }
            seen.push(sentence);
        }
    }
}

/// A service that is down, or a token of somebody else, must not have people link again.
#[test]
fn only_answers_about_linking_speak_of_it() {
    let about = [
        "please_link",
        "link_your_own",
        "link_expired",
        "is_linked",
        "is_not_linked",
    ];
    for locale in Locale::ALL {
        for (name, sentence) in sentences(locale.strings()) {
            let sentence = sentence.to_lowercase();
            let speaks = LINKING.iter().any(|word| sentence.contains(word));
            let field = name.split(' ').next().unwrap_or(name);
            assert_eq!(
                speaks,
                about.contains(&field),
                "{locale:?} {name}: {sentence}"
            );
        }
    }
}

#[test]
fn numbers_names_and_addresses_are_pronounced_as_such() {
    for locale in Locale::ALL {
        let strings = locale.strings();
        for (ssml, how) in [
            ((strings.phone_is)("+1").to_ssml(), "telephone"),
            ((strings.user_name_is)("mary_ann").to_ssml(), "spell-out"),
            ((strings.address_is)("1 Main Street").to_ssml(), "address"),
        ] {
            let expected = format!("<say-as interpret-as=\"{how}\">");
            assert!(ssml.contains(&expected), "{locale:?}: {ssml}");
        }
    }
}
