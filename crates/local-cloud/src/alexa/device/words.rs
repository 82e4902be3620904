//! Text as words, the way speech recognition hands them on.

use super::language::Language;

/// The possessive ending, which is a word of its own so that it can follow a slot.
const POSSESSIVE: &str = "'s";

/// The words of an utterance or of a sample.
pub(super) fn words(language: &Language, text: &str) -> Vec<String> {
    let cleaned: String = text
        .to_lowercase()
        .replace('’', "'")
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '\'' || c == '_' {
                c
            } else {
                ' '
            }
        })
        .collect();
    let mut words: Vec<String> = cleaned
        .split_whitespace()
        .map(|word| {
            if word == POSSESSIVE {
                word
            } else {
                word.trim_matches('\'')
            }
        })
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    for (heard, meant) in language.same_sound {
        replace(&mut words, heard, meant);
    }
    words
        .into_iter()
        .flat_map(|word| match word.strip_suffix(POSSESSIVE) {
            Some(owner) if !owner.is_empty() => vec![owner.to_owned(), POSSESSIVE.to_owned()],
            _ => vec![word],
        })
        .collect()
}

fn replace(words: &mut Vec<String>, heard: &str, meant: &str) {
    let heard: Vec<&str> = heard.split(' ').collect();
    let mut start = 0;
    while start + heard.len() <= words.len() {
        if words[start..start + heard.len()] == heard[..] {
            let meant: Vec<String> = meant.split(' ').map(str::to_owned).collect();
            let next = start + meant.len();
            words.splice(start..start + heard.len(), meant);
            start = next;
        } else {
            start += 1;
        }
    }
}

/// Words as text again.
pub(super) fn text(words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() && word != POSSESSIVE {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn english() -> &'static Language {
        Language::of_locale("en-GB").unwrap()
    }

    #[test]
    fn writing_does_not_matter() {
        let words = |text| words(english(), text).join("|");
        assert_eq!(words("What’s my E-Mail?"), "what|is|my|email");
        assert_eq!(words("  the 'user’s'  name!"), "the|user|'s|name");
        assert_eq!(words("U.S."), "u|s");
        assert_eq!(words("…"), "");
    }

    proptest! {
        #[test]
        fn words_stay_the_same_words(utterance in "[a-zA-Z '.,?-]{0,40}") {
            let once = words(english(), &utterance);
            prop_assert_eq!(words(english(), &text(&once)), once);
        }
    }
}
