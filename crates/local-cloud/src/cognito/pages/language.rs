//! The languages of managed login: `lang` in the address chooses one, and the browser remembers it
//! ("Managed login localization" of
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managed-login.html>).
//!
//! Cognito has more of them; these are the skill's own. The classic pages know English alone. Templates and
//! errors are written in English, and a rendered page is translated text by text, so that no page can leave
//! a text out by itself. How Cognito words its errors in other languages is not documented.

use super::words::WORDS;

/// A language of the pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Language {
    #[default]
    English,
    German,
    Spanish,
    Japanese,
}

impl Language {
    /// The language of a tag such as `de` or `de-AT`; `None` for one that the pages do not have.
    pub(super) fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let all = [Self::English, Self::German, Self::Spanish, Self::Japanese];
        all.into_iter().find(|one| one.tag() == primary)
    }

    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::Japanese => "ja",
        }
    }

    fn column(self) -> Option<usize> {
        match self {
            Self::English => None,
            Self::German => Some(0),
            Self::Spanish => Some(1),
            Self::Japanese => Some(2),
        }
    }

    /// A rendered page in this language: its texts, what is read aloud in their place, and `lang`.
    pub(super) fn translate(self, page: &str) -> String {
        let Some(column) = self.column() else {
            return page.to_owned();
        };
        let mut out = String::with_capacity(page.len());
        let mut in_style = false;
        for (number, piece) in page.split('<').enumerate() {
            if number > 0 {
                out.push('<');
            }
            let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
            if number > 0 {
                in_style = tag == "style";
                out.push_str(&attributes(tag, column, self));
                out.push('>');
            }
            let bare = text.trim();
            if in_style || bare.is_empty() {
                out.push_str(text);
                continue;
            }
            let (before, after) = text.split_once(bare).unwrap_or_default();
            out.push_str(before);
            out.push_str(&say(bare, column).unwrap_or_else(|| bare.to_owned()));
            out.push_str(after);
        }
        out
    }
}

fn attributes(tag: &str, column: usize, language: Language) -> String {
    if tag == "html lang=\"en\"" {
        return format!("html lang=\"{}\"", language.tag());
    }
    let label = tag.split_once("aria-label=\"");
    let label = label.and_then(|(before, rest)| Some((before, rest.split_once('"')?)));
    match label.and_then(|(before, (text, after))| Some((before, say(text, column)?, after))) {
        Some((before, text, after)) => format!("{before}aria-label=\"{text}\"{after}"),
        None => tag.to_owned(),
    }
}

/// A text in a language; `None` for one that has no words here, such as an address.
fn say(english: &str, column: usize) -> Option<String> {
    for (key, words) in WORDS {
        let said = words[column];
        match key.split_once("{}") {
            None if *key == english => return Some(said.to_owned()),
            None => {}
            Some((before, after)) => {
                let inside = english.strip_prefix(before);
                if let Some(inside) = inside.and_then(|rest| rest.strip_suffix(after)) {
                    return Some(said.replacen("{}", &parts(inside, column), 1));
                }
            }
        }
    }
    None
}

/// What stands in a sentence: a list, of which each part has words or none.
fn parts(inside: &str, column: usize) -> String {
    let parts = inside.split(", ");
    let parts = parts.map(|part| say(part, column).unwrap_or_else(|| part.to_owned()));
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_translated_text_by_text() {
        let page = "<html lang=\"en\"><style>a > b {}</style><h1>Sign in</h1>\n\
            <p id=\"x\"> We have sent a code by e-mail to a***@e***. </p><code>Sign it</code>\
            <p>A password has at least 8 characters, a number.</p></html>";
        assert_eq!(
            Language::German.translate(page),
            "<html lang=\"de\"><style>a > b {}</style><h1>Anmelden</h1>\n\
             <p id=\"x\"> Wir haben einen Code per E-Mail an a***@e*** gesendet. </p>\
             <code>Sign it</code><p>Ein Passwort hat mindestens 8 Zeichen, eine Ziffer.</p></html>"
        );
        assert_eq!(Language::English.translate(page), page);
    }

    #[test]
    fn every_text_has_words_with_its_gap_in_every_language() {
        for (key, words) in WORDS {
            for said in words {
                assert!(!said.is_empty(), "{key}");
                assert_eq!(
                    said.matches("{}").count(),
                    key.matches("{}").count(),
                    "{said}"
                );
                assert!(!said.contains(['<', '>', '&', '"']), "{said}");
            }
        }
    }

    #[test]
    fn a_tag_may_have_a_region() {
        assert_eq!(Language::of("de-AT"), Some(Language::German));
        assert_eq!(Language::of("ja"), Some(Language::Japanese));
        assert_eq!((Language::of("fr"), Language::of("")), (None, None));
    }
}
