//! What is heard, as it is written down: text with the person's own words left open.

use std::collections::BTreeMap;

use fancy_regex::Regex;
use serde::Deserialize;
use serde_yaml::{Location, Spanned};
use story::Details;

use super::known::{Detail, Known};

/// What stands in the place of the placeholders, for one person.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Person<'a> {
    pub(super) email: &'a str,
    pub(super) phone: &'a str,
    pub(super) user_name: &'a str,
}

impl<'a> From<Details<'a>> for Person<'a> {
    fn from(details: Details<'a>) -> Self {
        Self {
            email: details.email,
            phone: details.phone,
            user_name: details.user_name,
        }
    }
}

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wording(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// As it is written; in a pattern, a piece of a regular expression.
    Written(String),
    /// From a phrase, which is always taken literally.
    Phrase(String),
    /// What the person signed up with.
    Own(Detail),
}

impl Wording {
    /// Reads what has to be heard exactly. A placeholder that stands for nothing is told.
    pub(super) fn exact(text: &str, phrases: &Phrases) -> Result<Self, String> {
        Self::read(text.trim_end(), |name| {
            phrases.get(name).ok_or_else(|| name.to_owned())
        })
    }

    /// Reads a regular expression, in which braces need not be a placeholder.
    pub(super) fn pattern(text: &str, phrases: &Phrases) -> Self {
        let read = Self::read(text, |name| {
            let written = || vec![Part::Written(format!("{{{name}}}"))];
            Ok::<_, std::convert::Infallible>(phrases.get(name).unwrap_or_else(written))
        });
        match read {
            Ok(wording) => wording,
            Err(never) => match never {},
        }
    }

    fn read<E>(text: &str, placeholder: impl Fn(&str) -> Result<Vec<Part>, E>) -> Result<Self, E> {
        let mut parts = Vec::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => parts.push(Part::Written(text.to_owned())),
                Piece::Placeholder(name) => parts.extend(placeholder(name)?),
            }
        }
        Ok(Self(parts))
    }

    /// Whether it depends on who hears it.
    pub(super) fn is_personal(&self) -> bool {
        !(self.0.iter()).all(|part| matches!(part, Part::Written(_)))
    }

    /// The text for one person.
    pub(super) fn text(&self, person: Person<'_>) -> String {
        self.fill(person, str::to_owned)
    }

    /// The regular expression for one person, whose own words are taken literally.
    pub(super) fn regex(&self, person: Person<'_>) -> Result<Regex, fancy_regex::Error> {
        Regex::new(&self.fill(person, |text| fancy_regex::escape(text).into_owned()))
    }

    fn fill(&self, person: Person<'_>, literally: impl Fn(&str) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Written(text) => text.clone(),
            Part::Phrase(text) => literally(text),
            Part::Own(Detail::Name) => literally("Ada Lovelace"),
            Part::Own(Detail::Email) => literally(person.email),
            Part::Own(Detail::Phone) => literally(person.phone),
            Part::Own(Detail::UserName) => literally(person.user_name),
        };
        self.0.iter().map(part).collect()
    }
}

/// What is said of somebody, by what the skill knows of them.
#[derive(Debug, Default)]
pub(super) struct Phrases(BTreeMap<String, Vec<Part>>);

/// One way to say a phrase.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPhrase {
    text: Spanned<String>,
    /// What has to be known.
    #[serde(default)]
    known: Vec<Detail>,
}

/// What is wrong with a phrase, where, and what to do.
pub(super) type PhraseProblem = (Option<Location>, String, &'static str);

impl Phrases {
    /// For each phrase the first text of which everything is known.
    pub(super) fn choose(
        raw: BTreeMap<String, Vec<RawPhrase>>,
        known: &Known,
    ) -> Result<Self, PhraseProblem> {
        let mut phrases = BTreeMap::new();
        for (name, texts) in raw {
            check(&name, &texts)?;
            let chosen = texts.iter().find(|text| known.covers(&text.known));
            phrases.extend(chosen.map(|text| (name, parts(&text.text.value))));
        }
        Ok(Self(phrases))
    }

    fn get(&self, name: &str) -> Option<Vec<Part>> {
        let phrase = || self.0.get(name).cloned();
        own(name)
            .map(|detail| vec![Part::Own(detail)])
            .or_else(phrase)
    }
}

/// Whatever is known of somebody, there is one text for it.
fn check(name: &str, texts: &[RawPhrase]) -> Result<(), PhraseProblem> {
    let Some((last, others)) = texts.split_last() else {
        return Err((
            None,
            format!("the phrase `{name}` has no text"),
            "write what is said after `- text:`",
        ));
    };
    if !is_name(name) || own(name).is_some() {
        return Err((
            Some(last.text.referenced),
            format!("a phrase cannot be called `{name}`"),
            "use a-z and -, and none of name, email, phone and user-name",
        ));
    }
    if !last.known.is_empty() {
        return Err((
            Some(last.text.referenced),
            format!("the phrase `{name}` has no text for somebody of whom nothing is known"),
            "end it with a text without `known`",
        ));
    }
    if let Some(early) = others.iter().find(|text| text.known.is_empty()) {
        return Err((
            Some(early.text.referenced),
            format!("what follows this text of `{name}` is never taken"),
            "say in `known` what has to be known for it, or move it to the end",
        ));
    }
    for text in texts {
        for piece in pieces(&text.text.value) {
            let Piece::Placeholder(placeholder) = piece else {
                continue;
            };
            if !own(placeholder).is_some_and(|detail| text.known.contains(&detail)) {
                return Err((
                    Some(text.text.referenced),
                    format!("{{{placeholder}}} is not among what is known for this text"),
                    "a text may use {name}, {email}, {phone} and {user-name} if its `known` has them",
                ));
            }
        }
    }
    Ok(())
}

fn parts(text: &str) -> Vec<Part> {
    let part = |piece| match piece {
        Piece::Text(text) => Part::Phrase(text.to_owned()),
        Piece::Placeholder(name) => {
            own(name).map_or_else(|| Part::Phrase(format!("{{{name}}}")), Part::Own)
        }
    };
    pieces(text.trim_end()).map(part).collect()
}

fn own(name: &str) -> Option<Detail> {
    Detail::ALL.into_iter().find(|detail| detail.name() == name)
}

enum Piece<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// Cuts a text at its placeholders.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = placeholder(rest) {
            rest = after;
            return Some(Piece::Placeholder(name));
        }
        let until = rest
            .match_indices('{')
            .map(|(at, _)| at)
            .find(|at| *at > 0 && placeholder(&rest[*at..]).is_some())
            .unwrap_or(rest.len());
        let (before, after) = rest.split_at(until);
        rest = after;
        Some(Piece::Text(before))
    })
}

/// The name of the placeholder that a text begins with, and what follows.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('{')?.split_once('}')?;
    is_name(name).then_some((name, after))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Person<'static> = Person {
        email: "a.b@example.com",
        phone: "+14255550100",
        user_name: "ada1",
    };

    const PHRASES: &str = "\
welcome:
  - text: Welcome back, Ada.
    known: [name]
  - text: Welcome back.
the-phone:
  - text: Your phone number is {phone}.
    known: [phone]
  - text: Your account has no phone number.
";

    fn choose(text: &str, known: &[Detail]) -> Result<Phrases, PhraseProblem> {
        Phrases::choose(serde_yaml::from_str(text).unwrap(), &Known::these(known))
    }

    fn said(text: &str, known: &[Detail]) -> String {
        let phrases = choose(PHRASES, known).unwrap();
        Wording::exact(text, &phrases).unwrap().text(ADA)
    }

    #[test]
    fn a_phrase_is_said_by_what_is_known() {
        let text = "{welcome} {the-phone} Well, {email}?\n";
        assert_eq!(
            said(text, &[Detail::Name]),
            "Welcome back, Ada. Your account has no phone number. Well, a.b@example.com?"
        );
        assert_eq!(
            said(text, &[Detail::Phone]),
            "Welcome back. Your phone number is +14255550100. Well, a.b@example.com?"
        );
    }

    #[test]
    fn an_unknown_placeholder_is_told_and_other_braces_are_text() {
        let phrases = choose(PHRASES, &[]).unwrap();
        let unknown = Wording::exact("Hello {welcom}", &phrases);
        assert_eq!(unknown, Err("welcom".to_owned()));
        assert_eq!(said("{ {} {A} {welcome", &[]), "{ {} {A} {welcome");
        assert!(!Wording::exact("{ }", &phrases).unwrap().is_personal());
    }

    #[test]
    fn phrases_and_own_words_are_taken_literally_in_a_pattern() {
        let phrases = choose(PHRASES, &[Detail::Phone]).unwrap();
        let regex = |text| Wording::pattern(text, &phrases).regex(ADA).unwrap();
        let pattern = regex("^{the-phone} [a-z]{2} {email}$");
        let text = "Your phone number is +14255550100. at a.b@example.com";
        assert!(pattern.is_match(text).unwrap());
        assert!(!pattern.is_match(&text.replace("a.b", "axb")).unwrap());
        assert!(!pattern.is_match(&text.replace("0. ", "0! ")).unwrap());
        assert!(Wording::pattern("\\p{l", &phrases).regex(ADA).is_err());
    }

    #[test]
    fn a_phrase_has_a_text_for_everybody() {
        for (text, message) in [
            ("a: []", "has no text"),
            ("email: [{text: A}]", "cannot be called `email`"),
            ("A: [{text: A}]", "cannot be called `A`"),
            ("a: [{text: A, known: [name]}]", "of whom nothing is known"),
            ("a: [{text: A}, {text: B}]", "never taken"),
            ("a: [{text: 'A {phone}'}]", "{phone} is not among"),
            (
                "a: [{text: 'A {b}', known: [name]}, {text: B}]",
                "{b} is not among",
            ),
        ] {
            let (_, what, _) = choose(text, &[]).unwrap_err();
            assert!(what.contains(message), "{text}: {what}");
        }
    }
}
