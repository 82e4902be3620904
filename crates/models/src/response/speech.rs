//! What Alexa says, as SSML in which every text is escaped
//! ([SSML reference](https://developer.amazon.com/en-US/docs/alexa/custom-skills/speech-synthesis-markup-language-ssml-reference.html)).

use std::fmt::Write as _;
use std::time::Duration;

/// Something to say: SSML, or plain text where [`plain`](Speech::plain) asks for it.
///
/// Text goes in through methods that escape it; there is no way to put raw markup in, so that
/// no value of a profile can ever become markup.
///
/// ```
/// use models::response::Speech;
///
/// let speech = Speech::text("Your user name is ").then("<b>").then(".");
/// assert_eq!(speech.to_ssml(), "<speak>Your user name is &lt;b&gt;.</speak>");
/// assert_eq!(speech.to_plain(), "Your user name is <b>.");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Speech {
    parts: Vec<Part>,
    plain: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    SayAs(InterpretAs, String),
    Pause(Duration),
}

/// How to pronounce a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterpretAs {
    /// A telephone number, digit by digit with the pauses of one.
    Telephone,
    /// A date, such as `20261120`, or `????1120` without the year.
    Date,
    /// A number as a place in an order.
    Ordinal,
    /// Every digit by itself.
    Digits,
    /// One letter after the other.
    SpellOut,
    /// A street address.
    Address,
}

impl InterpretAs {
    fn name(self) -> &'static str {
        match self {
            Self::Telephone => "telephone",
            Self::Date => "date",
            Self::Ordinal => "ordinal",
            Self::Digits => "digits",
            Self::SpellOut => "spell-out",
            Self::Address => "address",
        }
    }
}

impl Speech {
    /// The longest pause that Alexa accepts.
    pub const MAX_PAUSE: Duration = Duration::from_secs(10);

    /// Says a text as it stands.
    pub fn text(text: impl Into<String>) -> Self {
        Self::default().then(text)
    }

    /// Says a text as it stands, sent as plain text: nothing in it is or becomes markup. Going on
    /// with a pause or a pronunciation makes it SSML.
    ///
    /// ```
    /// use models::response::{Answer, Speech};
    ///
    /// let answer = Answer::tell(Speech::plain("1 < 2")).render()?;
    /// let expected = serde_json::json!({ "type": "PlainText", "text": "1 < 2" });
    /// assert_eq!(answer["response"]["outputSpeech"], expected);
    /// # Ok::<(), models::response::ResponseError>(())
    /// ```
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            plain: true,
            ..Self::text(text)
        }
    }

    /// Whether it is sent as plain text.
    pub(super) fn is_plain(&self) -> bool {
        self.plain && self.parts.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// Goes on with a text.
    #[must_use]
    pub fn then(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Goes on with a value that is pronounced in a way of its own.
    #[must_use]
    pub fn then_as(mut self, interpret: InterpretAs, value: impl Into<String>) -> Self {
        self.parts.push(Part::SayAs(interpret, value.into()));
        self
    }

    /// Pauses, for at most [`MAX_PAUSE`](Self::MAX_PAUSE).
    #[must_use]
    pub fn pause(mut self, length: Duration) -> Self {
        self.parts.push(Part::Pause(length.min(Self::MAX_PAUSE)));
        self
    }

    /// Goes on with another speech, after a space.
    #[must_use]
    pub fn and(mut self, next: Self) -> Self {
        if !self.parts.is_empty() && !next.parts.is_empty() {
            self.parts.push(Part::Text(" ".to_owned()));
        }
        self.plain &= next.plain;
        self.parts.extend(next.parts);
        self
    }

    /// The speech as an SSML document.
    pub fn to_ssml(&self) -> String {
        let mut ssml = String::from("<speak>");
        for part in &self.parts {
            match part {
                Part::Text(text) => escape_into(&mut ssml, text),
                Part::SayAs(interpret, value) => {
                    let name = interpret.name();
                    // Writing to a string cannot fail.
                    let _ = write!(ssml, "<say-as interpret-as=\"{name}\">");
                    escape_into(&mut ssml, value);
                    ssml.push_str("</say-as>");
                }
                Part::Pause(length) => {
                    let _ = write!(ssml, "<break time=\"{}ms\"/>", length.as_millis());
                }
            }
        }
        ssml.push_str("</speak>");
        ssml
    }

    /// The words alone, for a card.
    pub fn to_plain(&self) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) | Part::SayAs(_, text) => text.as_str(),
                Part::Pause(_) => " ",
            })
            .collect()
    }
}

/// Escapes what XML gives a meaning and drops what XML 1.0 cannot hold at all
/// ([Char](https://www.w3.org/TR/xml/#charsets)).
fn escape_into(ssml: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => ssml.push_str("&amp;"),
            '<' => ssml.push_str("&lt;"),
            '>' => ssml.push_str("&gt;"),
            '"' => ssml.push_str("&quot;"),
            '\'' => ssml.push_str("&apos;"),
            '\t' | '\n' | '\r' => ssml.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => ssml.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Takes the markup out again, as a device does.
    fn heard(ssml: &str) -> String {
        let mut plain = String::new();
        let mut inside = false;
        for character in ssml.chars() {
            match character {
                '<' => inside = true,
                '>' => inside = false,
                _ if !inside => plain.push(character),
                _ => {}
            }
        }
        for (entity, character) in [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&apos;", "'"),
            ("&amp;", "&"),
        ] {
            plain = plain.replace(entity, character);
        }
        plain
    }

    #[test]
    fn markup_comes_from_methods_alone() {
        let speech = Speech::text("Call ")
            .then_as(InterpretAs::Telephone, "+1<2")
            .pause(Duration::from_mins(1))
            .and(Speech::text("Bye."));
        assert_eq!(
            speech.to_ssml(),
            "<speak>Call <say-as interpret-as=\"telephone\">+1&lt;2</say-as>\
             <break time=\"10000ms\"/> Bye.</speak>"
        );
    }

    #[test]
    fn what_xml_cannot_hold_is_dropped() {
        assert_eq!(
            Speech::text("a\u{0}b\u{b}c\td").to_ssml(),
            "<speak>abc\td</speak>"
        );
    }

    proptest! {
        #[test]
        fn every_text_is_heard_as_it_was_written(text in "\\PC*") {
            let ssml = Speech::text(text.clone()).to_ssml();
            prop_assert_eq!(ssml.matches('<').count(), 2, "only <speak> and </speak>");
            prop_assert_eq!(heard(&ssml), text);
        }

        #[test]
        fn any_character_makes_a_document_without_stray_markup(text in any::<String>()) {
            let ssml = Speech::default().then_as(InterpretAs::Address, text).to_ssml();
            prop_assert_eq!(ssml.matches('<').count(), 4);
            prop_assert!(!ssml.chars().any(|c| c < ' ' && !"\t\n\r".contains(c)));
        }
    }
}
