//! From SSML to what is heard.
//!
//! <https://developer.amazon.com/docs/alexa/custom-skills/speech-synthesis-markup-language-ssml-reference.html>

/// The elements that Alexa speaks.
const ELEMENTS: &[&str] = &[
    "alexa:name",
    "amazon:domain",
    "amazon:effect",
    "amazon:emotion",
    "audio",
    "break",
    "emphasis",
    "lang",
    "p",
    "phoneme",
    "prosody",
    "s",
    "say-as",
    "speak",
    "sub",
    "voice",
    "w",
];
/// The most audio clips in one response.
const AUDIO_LIMIT: usize = 5;

/// The words that are heard, or why Alexa would not speak.
pub(super) fn spoken(ssml: &str) -> Result<String, String> {
    let mut reader = Reader {
        rest: ssml,
        open: Vec::new(),
        heard: String::new(),
        muted: None,
        rooted: false,
        clips: 0,
    };
    while let Some(c) = reader.rest.chars().next() {
        match c {
            '<' => reader.markup()?,
            '&' => {
                let c = reader.entity()?;
                reader.say(c)?;
            }
            c => {
                reader.rest = &reader.rest[c.len_utf8()..];
                reader.say(c)?;
            }
        }
    }
    match reader.open.last() {
        Some(element) => Err(format!("<{element}> is not closed")),
        None if !reader.rooted => Err("there is no <speak> element".to_owned()),
        None => Ok(reader
            .heard
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")),
    }
}

struct Reader<'a> {
    rest: &'a str,
    /// The elements that are open, outermost first.
    open: Vec<&'a str>,
    heard: String,
    /// How deep the element lies whose text is replaced (`sub`).
    muted: Option<usize>,
    rooted: bool,
    clips: usize,
}

impl<'a> Reader<'a> {
    fn say(&mut self, c: char) -> Result<(), String> {
        if self.open.is_empty() && !c.is_whitespace() {
            return Err("there is text outside of <speak>".to_owned());
        }
        if c.is_control() && !c.is_whitespace() {
            return Err(format!(
                "the character U+{:04X} is not allowed",
                u32::from(c)
            ));
        }
        if self.muted.is_none() {
            self.heard.push(c);
        }
        Ok(())
    }

    fn entity(&mut self) -> Result<char, String> {
        let broken = || "a bare & must be written &amp;".to_owned();
        let end = self.rest.find(';').ok_or_else(broken)?;
        let name = &self.rest[1..end];
        let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok();
        let c = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => name
                .strip_prefix("#x")
                .map_or_else(
                    || name.strip_prefix('#').and_then(|digits| number(digits, 10)),
                    |digits| number(digits, 16),
                )
                .and_then(char::from_u32),
        }
        .ok_or_else(broken)?;
        self.rest = &self.rest[end + 1..];
        Ok(c)
    }

    fn markup(&mut self) -> Result<(), String> {
        if let Some(comment) = self.rest.strip_prefix("<!--") {
            let end = comment.find("-->").ok_or("a comment is not closed")?;
            self.rest = &comment[end + 3..];
            return Ok(());
        }
        if let Some(declaration) = self.rest.strip_prefix("<?xml")
            && !self.rooted
        {
            let end = declaration
                .find("?>")
                .ok_or("the XML declaration is not closed")?;
            self.rest = &declaration[end + 2..];
            return Ok(());
        }
        let end = tag_end(self.rest).ok_or("a bare < must be written &lt;")?;
        let tag = &self.rest[1..end];
        self.rest = &self.rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            return self.close(name.trim_end());
        }
        let (tag, empty) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let attributes = parse_attributes(name, attributes)?;
        self.enter(name, &attributes)?;
        if empty {
            self.close(name)?;
        }
        Ok(())
    }

    fn enter(&mut self, name: &'a str, attributes: &[(&str, &str)]) -> Result<(), String> {
        if !ELEMENTS.contains(&name) {
            return Err(format!("<{name}> is not an element that Alexa knows"));
        }
        match (name, self.open.is_empty()) {
            ("speak", true) if !self.rooted => self.rooted = true,
            ("speak", _) => return Err("there is more than one <speak> element".to_owned()),
            (_, true) => return Err(format!("<{name}> is outside of <speak>")),
            (_, false) => {}
        }
        let attribute = |wanted: &str| {
            attributes
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| *value)
        };
        if name == "audio" {
            self.clips += 1;
            if self.clips > AUDIO_LIMIT {
                return Err(format!(
                    "there are more than {AUDIO_LIMIT} <audio> elements"
                ));
            }
            if !attribute("src")
                .is_some_and(|src| src.starts_with("https://") || src.starts_with("soundbank://"))
            {
                return Err("the src of <audio> is not an https URL".to_owned());
            }
        }
        if name == "sub" && self.muted.is_none() {
            let alias = attribute("alias").ok_or("<sub> has no alias")?;
            self.heard.push_str(&spoken_text(alias)?);
            self.muted = Some(self.open.len());
        }
        if matches!(name, "break" | "p" | "s" | "audio") {
            self.heard.push(' ');
        }
        self.open.push(name);
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), String> {
        if self.open.last() != Some(&name) {
            return Err(format!("</{name}> closes nothing"));
        }
        self.open.pop();
        if self.muted == Some(self.open.len()) {
            self.muted = None;
        }
        if matches!(name, "p" | "s") {
            self.heard.push(' ');
        }
        Ok(())
    }
}

/// An attribute value as it is heard.
fn spoken_text(text: &str) -> Result<String, String> {
    spoken(&format!("<speak>{text}</speak>"))
}

/// Where a tag ends; quoted values may hold a `>`.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (index, c) in text.char_indices().skip(1) {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '<') => return None,
            (None, '>') => return Some(index),
            _ => {}
        }
    }
    None
}

fn parse_attributes<'a>(
    element: &str,
    attributes: &'a str,
) -> Result<Vec<(&'a str, &'a str)>, String> {
    let broken = || format!("an attribute of <{element}> is not written name=\"value\"");
    let mut found = Vec::new();
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or_else(broken)?;
        let after = after.trim_start();
        let quote = after
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))
            .ok_or_else(broken)?;
        let (value, after) = after[1..].split_once(quote).ok_or_else(broken)?;
        found.push((name.trim(), value));
        rest = after.trim_start();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn heard(ssml: &str, expected: &str) {
        assert_eq!(spoken(ssml).as_deref(), Ok(expected));
    }

    #[track_caller]
    fn refused(ssml: &str, part: &str) {
        let reason = spoken(ssml).unwrap_err();
        assert!(reason.contains(part), "{reason}");
    }

    #[test]
    fn markup_is_not_heard() {
        heard("<speak>Hello</speak>", "Hello");
        heard("<speak>One.<break time='1s'/>Two.</speak>", "One. Two.");
        heard("<speak><p>One.</p><p>Two.</p></speak>", "One. Two.");
        heard(
            "<speak>a <sub alias=\"b &amp; c\">x <w>y</w></sub> d</speak>",
            "a b & c d",
        );
        heard("<speak><!-- quiet -->\n  Hi \n there </speak>", "Hi there");
        heard(
            "<speak>a <say-as interpret-as=\"spell-out\">bc</say-as></speak>",
            "a bc",
        );
    }

    #[test]
    fn entities_are_decoded() {
        heard(
            "<speak>R&amp;D &lt;3 &#39;x&#x27; &quot;&apos;</speak>",
            "R&D <3 'x' \"'",
        );
    }

    #[test]
    fn what_alexa_would_not_speak_is_refused() {
        refused("Hello", "outside of <speak>");
        refused("", "no <speak>");
        refused("<speak>R&D</speak>", "&amp;");
        refused("<speak>a < b</speak>", "&lt;");
        refused("<speak>a", "not closed");
        refused("<speak><p>a</speak>", "closes nothing");
        refused("<speak><blink>a</blink></speak>", "not an element");
        refused("<speak>a</speak><speak>b</speak>", "more than one");
        refused("<speak><break time=1s/></speak>", "name=\"value\"");
        refused(
            "<speak><audio src='http://example.com/a.mp3'/></speak>",
            "https",
        );
    }

    proptest! {
        #[test]
        fn escaped_text_is_heard_as_it_was(text in "[a-zA-Z&<>\"' ]{0,40}") {
            let escaped = text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
                .replace('\'', "&apos;");
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(spoken(&format!("<speak>{escaped}</speak>")), Ok(words));
        }

        #[test]
        fn nothing_breaks_the_reader(text in ".{0,60}") {
            let _ = spoken(&format!("<speak>{text}</speak>"));
            let _ = spoken(&text);
        }
    }
}
