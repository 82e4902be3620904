//! Text as words, the way speech recognition hands them on.

use crate::language::Language;

/// The possessive ending, which is a word of its own so that it can follow a slot.
const POSSESSIVE: &str = "'s";

/// The words of an utterance or of a sample.
pub fn words(language: &Language, text: &str) -> Vec<String> {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars().map(narrow).flat_map(char::to_lowercase) {
        let c = if c == '’' { '\'' } else { c };
        if !language.spaced && !c.is_ascii_alphanumeric() {
            cleaned.push(' ');
        }
        if c.is_alphanumeric() || c == '\'' || c == '_' {
            cleaned.push(c);
        } else {
            cleaned.push(' ');
        }
        if !language.spaced && !c.is_ascii_alphanumeric() {
            cleaned.push(' ');
        }
    }
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

/// A letter that is written as wide as a Japanese one, as everybody else writes it.
fn narrow(c: char) -> char {
    match u32::from(c) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    }
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
pub fn text(language: &Language, words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        let latin = |c: char| c.is_ascii_alphanumeric();
        let apart = language.spaced || (text.ends_with(latin) && word.starts_with(latin));
        if !text.is_empty() && word != POSSESSIVE && apart {
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

    #[test]
    fn letters_are_words_where_words_are_not_written_apart() {
        let japanese = Language::of_locale("ja-JP").unwrap();
        let heard = words(japanese, "私の Ｅメール、は 42？");
        assert_eq!(heard.join("|"), "私|の|e|メ|ー|ル|は|42");
        assert_eq!(text(japanese, &heard), "私のeメールは42");
        assert_eq!(text(japanese, &words(japanese, "open 42")), "open 42");
    }

    proptest! {
        #[test]
        fn words_stay_the_same_words(utterance in "[a-zA-Z '.,?-]{0,40}") {
            let once = words(english(), &utterance);
            prop_assert_eq!(words(english(), &text(english(), &once)), once);
        }
    }
}
