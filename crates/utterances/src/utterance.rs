//! Whom an utterance is addressed to.
//!
//! <https://developer.amazon.com/docs/alexa/custom-skills/understanding-how-users-invoke-custom-skills.html>

use crate::language::Language;
use crate::words::words;

/// An utterance taken apart. A skill is an index into the names that were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressed {
    /// "open voice link"
    Launch(usize),
    /// "ask voice link for my name": the skill and the ways to read the rest, likeliest first.
    OneShot(usize, Vec<Vec<String>>),
    /// "get my name from voice link", or just "voice link": only without an open session.
    Loosely(Box<Addressed>),
    /// No skill is named.
    Nobody,
}

/// The words of an utterance, without the wake word.
pub fn heard(language: &Language, text: &str) -> Vec<String> {
    let heard = words(language, text);
    strip_any(language, &heard, language.wake_words)
        .map(<[String]>::to_vec)
        .unwrap_or(heard)
}

/// Finds the skill that is meant, the longest name first.
pub fn address(language: &Language, heard: &[String], names: &[&[String]]) -> Addressed {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(names[*index].len()));
    let found = |read: fn(&Language, &[String], usize, &[String]) -> Option<Addressed>| {
        order
            .iter()
            .filter(|index| !names[**index].is_empty())
            .find_map(|index| read(language, heard, *index, names[*index]))
    };
    found(directly)
        .or_else(|| found(loosely).map(|addressed| Addressed::Loosely(Box::new(addressed))))
        .unwrap_or(Addressed::Nobody)
}

fn directly(
    language: &Language,
    heard: &[String],
    skill: usize,
    name: &[String],
) -> Option<Addressed> {
    let spoken = [
        (language.launch, language.launch_connectives),
        (language.ask, language.ask_connectives),
    ];
    let Some((verbs, connectives)) = spoken.into_iter().find(|(verbs, _)| {
        strip_any(language, heard, verbs).is_some_and(|rest| rest.starts_with(name))
    }) else {
        return name_first(language, heard, skill, name);
    };
    let rest = &strip_any(language, heard, verbs)?[name.len()..];
    if rest.is_empty() {
        return Some(Addressed::Launch(skill));
    }
    let mut readings = vec![rest.to_vec()];
    if let Some(shorter) = strip_any(language, rest, connectives)
        && !shorter.is_empty()
    {
        readings.push(shorter.to_vec());
    }
    Some(Addressed::OneShot(skill, readings))
}

/// "アカウント案内を開いて", "アカウント案内で名前を教えて"
fn name_first(
    language: &Language,
    heard: &[String],
    skill: usize,
    name: &[String],
) -> Option<Addressed> {
    let rest = heard.strip_prefix(name)?;
    if strip_any(language, rest, language.launch_after).is_some_and(<[String]>::is_empty) {
        return Some(Addressed::Launch(skill));
    }
    let question = strip_any(language, rest, language.ask_after)?;
    if question.is_empty() {
        return Some(Addressed::Launch(skill));
    }
    let mut readings = vec![question.to_vec()];
    let shorter = language
        .ask_endings
        .iter()
        .filter_map(|ending| question.strip_suffix(words(language, ending).as_slice()));
    readings.extend(
        shorter
            .filter(|shorter| !shorter.is_empty())
            .map(<[String]>::to_vec),
    );
    Some(Addressed::OneShot(skill, readings))
}

fn loosely(
    language: &Language,
    heard: &[String],
    skill: usize,
    name: &[String],
) -> Option<Addressed> {
    let before = heard.strip_suffix(name)?;
    if before.is_empty() {
        return Some(Addressed::Launch(skill));
    }
    let (connective, phrase) = before.split_last()?;
    let connected = language.trailing_connectives.contains(&connective.as_str());
    (connected && !phrase.is_empty())
        .then(|| Addressed::OneShot(skill, vec![phrase.to_vec(), before.to_vec()]))
}

/// What follows the longest of the phrases that the words begin with.
fn strip_any<'a>(
    language: &Language,
    said: &'a [String],
    phrases: &[&str],
) -> Option<&'a [String]> {
    phrases
        .iter()
        .filter_map(|phrase| said.strip_prefix(words(language, phrase).as_slice()))
        .min_by_key(|rest| rest.len())
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    fn check(text: &str) -> (Option<usize>, Vec<String>) {
        check_in("en-US", ["voice link", "voice link two", "to do"], text)
    }

    /// The skill and the readings, as text.
    fn check_in(locale: &str, names: [&str; 3], text: &str) -> (Option<usize>, Vec<String>) {
        let language = Language::of_locale(locale).unwrap();
        let names = names.map(|name| words::words(language, name));
        let names: Vec<&[String]> = names.iter().map(Vec::as_slice).collect();
        let mut addressed = address(language, &heard(language, text), &names);
        if let Addressed::Loosely(inner) = addressed {
            addressed = *inner;
        }
        match addressed {
            Addressed::Launch(skill) => (Some(skill), Vec::new()),
            Addressed::OneShot(skill, readings) => (
                Some(skill),
                readings
                    .iter()
                    .map(|reading| words::text(language, reading))
                    .collect(),
            ),
            Addressed::Loosely(_) | Addressed::Nobody => (None, Vec::new()),
        }
    }

    #[test]
    fn launches() {
        for text in [
            "open voice link",
            "Alexa, open Voice Link.",
            "hey Alexa start voice link",
            "talk to voice link",
            "ask voice link",
            "voice link",
        ] {
            assert_eq!(check(text), (Some(0), Vec::new()), "{text}");
        }
        assert_eq!(check("open voice link two"), (Some(1), Vec::new()));
        assert_eq!(check("open to do"), (Some(2), Vec::new()));
    }

    #[test]
    fn one_shots() {
        let expect = |readings: &[&str]| {
            (
                Some(0),
                readings.iter().map(|text| (*text).to_owned()).collect(),
            )
        };
        assert_eq!(
            check("ask voice link what is my name"),
            expect(&["what is my name"])
        );
        assert_eq!(
            check("ask voice link for my name"),
            expect(&["for my name", "my name"])
        );
        assert_eq!(
            check("tell voice link to stop"),
            expect(&["to stop", "stop"])
        );
        assert_eq!(
            check("open voice link and help me"),
            expect(&["and help me", "help me"])
        );
        assert_eq!(
            check("get my name from voice link"),
            expect(&["get my name", "get my name from"])
        );
    }

    #[test]
    fn every_language_has_its_own_order() {
        let german = |text| check_in("de-DE", ["profil auskunft", "wetter", "uhr"], text);
        assert_eq!(german("Öffne Profil Auskunft!"), (Some(0), Vec::new()));
        assert_eq!(
            german("Alexa, frage Profil Auskunft, ob mein Konto verknüpft ist"),
            (
                Some(0),
                vec![
                    "ob mein konto verknüpft ist".to_owned(),
                    "mein konto verknüpft ist".to_owned()
                ]
            )
        );
        let spanish = |text| check_in("es-ES", ["guía de cuenta", "tiempo", "reloj"], text);
        assert_eq!(spanish("Abre guía de cuenta"), (Some(0), Vec::new()));
        assert_eq!(
            spanish("Alexa, pregunta a guía de cuenta: ¿cuál es mi correo?"),
            (Some(0), vec!["cuál es mi correo".to_owned()])
        );
        let japanese = |text| check_in("ja-JP", ["アカウント案内", "天気", "時計"], text);
        for text in [
            "アカウント案内を開いて",
            "アレクサ、アカウント案内を起動して。",
            "アカウント案内",
            "アカウント案内 を 使って",
        ] {
            assert_eq!(japanese(text), (Some(0), Vec::new()), "{text}");
        }
        assert_eq!(
            japanese("アカウント案内で私のメールアドレスを教えて"),
            (Some(0), vec!["私のメールアドレスを教えて".to_owned()])
        );
        assert_eq!(
            japanese("アカウント案内に私のメールアドレスを聞いて"),
            (
                Some(0),
                vec![
                    "私のメールアドレスを聞いて".to_owned(),
                    "私のメールアドレス".to_owned()
                ]
            )
        );
        assert_eq!(japanese("私のメールアドレスを教えて"), (None, Vec::new()));
    }

    #[test]
    fn nobody() {
        for text in [
            "what is my name",
            "open the door",
            "",
            "ask me something",
            "opens voice linker",
        ] {
            assert_eq!(check(text), (None, Vec::new()), "{text}");
        }
    }
}
