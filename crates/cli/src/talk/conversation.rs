//! Conversations as they are written down.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_yaml::{Location, Spanned};
use story::Account;

use super::known::Known;
use super::wording::{Person, Phrases, RawPhrase, Wording};
use crate::failure::{Code, Failure};

/// One conversation with one person.
#[derive(Debug, Clone)]
pub(super) struct Conversation {
    /// The file, as it was named.
    pub(super) file: PathBuf,
    /// Counted from 1.
    pub(super) line: u64,
    /// What it is about.
    pub(super) name: String,
    /// The language of the device, such as `en-US`.
    pub(super) locale: String,
    /// How the account that the home shares is linked.
    pub(super) account: Account,
    /// The people whom Alexa recognises, and how each has linked an account of their own.
    pub(super) voices: BTreeMap<String, Account>,
    /// At least one.
    pub(super) turns: Vec<Turn>,
}

/// One sentence and what has to come back.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    /// Counted from 1.
    pub(super) line: u64,
    pub(super) say: String,
    /// Who says it, of the conversation's voices; if nobody, a voice that Alexa does not recognise.
    pub(super) voice: Option<String>,
    pub(super) speech: Speech,
    /// What is said before the answer comes; nothing is expected of it if there is none.
    pub(super) meanwhile: Option<String>,
    pub(super) card: Card,
    pub(super) session: Session,
    /// Nothing is expected of the reprompt if there is none.
    pub(super) reprompt: Option<Wording>,
    /// Nothing is expected of the intent if there is none.
    pub(super) intent: Option<String>,
}

/// What Alexa says.
#[derive(Debug, Clone)]
pub(super) enum Speech {
    /// Exactly this.
    Exactly(Wording),
    /// Something that this regular expression finds something in.
    Pattern(Wording),
}

/// The card in the Alexa app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Card {
    #[default]
    None,
    Simple,
    Standard,
    LinkAccount,
    AskForPermissionsConsent,
}

impl Card {
    /// The `type` in a response.
    pub(super) fn kind(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Simple => Some("Simple"),
            Self::Standard => Some("Standard"),
            Self::LinkAccount => Some("LinkAccount"),
            Self::AskForPermissionsConsent => Some("AskForPermissionsConsent"),
        }
    }
}

/// Whether the skill listens afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Session {
    Open,
    Closed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    locale: Option<String>,
    #[serde(default)]
    phrases: BTreeMap<String, Vec<RawPhrase>>,
    conversations: Vec<RawConversation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConversation {
    name: Spanned<String>,
    locale: Option<String>,
    account: Account,
    #[serde(default)]
    voices: BTreeMap<String, Account>,
    turns: Vec<RawTurn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTurn {
    say: Spanned<String>,
    voice: Option<String>,
    hear: Option<String>,
    pattern: Option<String>,
    meanwhile: Option<String>,
    #[serde(default)]
    card: Card,
    session: Session,
    reprompt: Option<String>,
    intent: Option<String>,
}

/// Reads a file's text, for a skill that knows this much of people.
pub(super) fn parse(file: &Path, text: &str, known: &Known) -> Result<Vec<Conversation>, Failure> {
    let problem = |location: Option<Location>, what: String| {
        let place = location.map_or_else(String::new, |location| {
            format!(":{}:{}", location.line(), location.column())
        });
        Failure::new(
            Code::Conversation,
            format!("{}{place}: {what}", file.display()),
        )
    };
    let raw: RawFile = serde_yaml::from_str(text).map_err(|error| {
        let what = first_line(&error.without_snippet().to_string());
        problem(error.location(), what).hint(
            "docs/conversations.md explains every key; `cargo xtask talk --help` shows an example",
        )
    })?;
    let phrases = Phrases::choose(raw.phrases, known)
        .map_err(|(place, what, hint)| problem(place, what).hint(hint))?;
    let mut conversations = Vec::with_capacity(raw.conversations.len());
    for conversation in raw.conversations {
        let place = conversation.name.referenced;
        let refuse = |what: &str, hint: &str| problem(Some(place), what.to_owned()).hint(hint);
        let locale = conversation.locale.or_else(|| raw.locale.clone());
        let locale = locale.ok_or_else(|| {
            refuse(
                "this conversation is in no language",
                "write `locale: en-US` into the conversation, or above all of them",
            )
        })?;
        if conversation.turns.is_empty() {
            return Err(refuse(
                "this conversation has no turns",
                "write what the person says under `turns`",
            ));
        }
        let (account, voices) = (conversation.account, conversation.voices);
        let turns = conversation
            .turns
            .into_iter()
            .map(|turn| {
                let place = turn.say.referenced;
                turn.check(account, &voices, &phrases)
                    .map_err(|(what, hint)| problem(Some(place), what).hint(hint))
            })
            .collect::<Result<Vec<Turn>, Failure>>()?;
        let speaks = |name: &&String| turns.iter().any(|turn| turn.voice.as_ref() == Some(*name));
        if let Some(silent) = voices.keys().find(|name| !speaks(name)) {
            return Err(refuse(
                &format!("`{silent}` says nothing in this conversation"),
                "write `voice` into a turn of theirs, or take them out of `voices`",
            ));
        }
        conversations.push(Conversation {
            file: file.to_owned(),
            line: place.line(),
            name: conversation.name.value,
            locale,
            account,
            voices,
            turns,
        });
    }
    Ok(conversations)
}

impl RawTurn {
    /// The turn, or what is wrong with it and what to do.
    fn check(
        self,
        account: Account,
        voices: &BTreeMap<String, Account>,
        phrases: &Phrases,
    ) -> Result<Turn, (String, &'static str)> {
        let exact = |text: &str| {
            Wording::exact(text, phrases).map_err(|name| {
                (
                    format!("{{{name}}} stands for nothing"),
                    "a text may use {name}, {email}, {phone}, {user-name} and the file's `phrases`",
                )
            })
        };
        let speech = match (self.hear, self.pattern) {
            (Some(text), None) => Speech::Exactly(exact(&text)?),
            (None, Some(pattern)) => {
                let pattern = Wording::pattern(&pattern, phrases);
                pattern.regex(Person::default()).map_err(|error| {
                    (
                        format!("`pattern` is not a regular expression: {error}"),
                        "a backslash before a special character takes it literally",
                    )
                })?;
                Speech::Pattern(pattern)
            }
            (Some(_), Some(_)) | (None, None) => {
                return Err((
                    "a turn has either `hear` or `pattern`".to_owned(),
                    "`hear` is the exact text, `pattern` a regular expression for it",
                ));
            }
        };
        if self.say.value.trim().is_empty() {
            return Err((
                "nothing is said".to_owned(),
                "write the person's words after `say`",
            ));
        }
        let account = match &self.voice {
            None => account,
            Some(name) => *voices.get(name).ok_or_else(|| {
                (
                    format!("`{name}` is not among the voices of this conversation"),
                    "name everybody whom Alexa recognises under `voices`, with the state of their \
                     own account",
                )
            })?,
        };
        let (Speech::Exactly(written) | Speech::Pattern(written)) = &speech;
        if account == Account::NotLinked && written.is_personal() {
            return Err((
                "a placeholder cannot be heard by somebody who has not linked an account"
                    .to_owned(),
                "set their account to `linked`, or expect something else",
            ));
        }
        Ok(Turn {
            line: self.say.referenced.line(),
            say: self.say.value,
            voice: self.voice,
            speech,
            meanwhile: self.meanwhile.map(|text| text.trim_end().to_owned()),
            card: self.card,
            session: self.session,
            reprompt: self.reprompt.as_deref().map(exact).transpose()?,
            intent: self.intent,
        })
    }
}

/// What the reader says, without the place that it appends.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.rsplit_once(" at line ")
        .map_or(line, |(what, _)| what)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::known::Detail;
    use super::*;

    fn read(text: &str) -> Result<Vec<Conversation>, String> {
        parse(Path::new("a.yaml"), text, &Known::these(&[])).map_err(|failure| failure.to_string())
    }

    #[track_caller]
    fn refused(text: &str, names: &[&str]) {
        let said = read(text).unwrap_err();
        for name in names {
            assert!(said.contains(name), "{name:?} in {said}");
        }
        assert!(said.contains("hint: "), "{said}");
    }

    const GOOD: &str = "\
locale: en-US
conversations:
  - name: Hello
    account: linked
    turns:
      - say: open account guide
        hear: Hello.
        session: open
        reprompt: Well?
  - name: Hallo
    locale: de-DE
    account: not-linked
    turns:
      - say: öffne profil auskunft
        pattern: ^Bitte
        card: link-account
        session: closed
        intent: AMAZON.HelpIntent
  - name: Two
    account: not-linked
    voices: {ann: linked, ben: not-linked}
    turns:
      - say: open account guide
        voice: ann
        hear: '{email}'
        session: open
      - say: open account guide
        voice: ben
        hear: No.
        session: closed
";

    #[test]
    fn a_file_is_read() {
        let conversations = read(GOOD).unwrap();
        let [hello, hallo, two] = &conversations[..] else {
            panic!("{conversations:?}");
        };
        assert_eq!((hello.locale.as_str(), hello.line), ("en-US", 3));
        assert_eq!((hallo.locale.as_str(), hallo.line), ("de-DE", 10));
        assert_eq!(hallo.account, Account::NotLinked);
        assert_eq!(hello.turns[0].line, 6);
        assert_eq!(hello.turns[0].card, Card::None);
        assert_eq!(hallo.turns[0].card.kind(), Some("LinkAccount"));
        assert_eq!(hello.voices, BTreeMap::new());
        assert_eq!(hello.turns[0].voice, None);
        let voices = [("ann", Account::Linked), ("ben", Account::NotLinked)];
        let voices = voices.map(|(name, account)| (name.to_owned(), account));
        assert_eq!(two.voices, BTreeMap::from(voices));
        assert_eq!(two.turns[1].voice.as_deref(), Some("ben"));
        let nobody = Person::default();
        assert!(
            matches!(&hallo.turns[0].speech, Speech::Pattern(text) if text.text(nobody) == "^Bitte")
        );
    }

    /// The conversations of a new project can be held, whatever its people give.
    #[test]
    fn a_new_project_has_conversations() {
        let text = include_str!("../../template/conversations/en-US.yaml");
        let text = text.replace("{{invocation}}", "taxi desk");
        for known in [&[][..], &[Detail::Name]] {
            let known = Known::these(known);
            let held = parse(Path::new("en-US.yaml"), &text, &known).unwrap();
            assert_eq!(held.len(), 4);
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        refused(
            &GOOD.replace("reprompt", "repromt"),
            &["a.yaml:9", "repromt"],
        );
        refused(
            &GOOD.replace("locale: en-US", "lokale: en-US"),
            &["a.yaml:1:", "lokale"],
        );
        refused(
            &GOOD.replace("account: linked", "account: lnked"),
            &["a.yaml:4:", "lnked", "linked"],
        );
        refused(
            &GOOD.replace("session: open", "session: ajar"),
            &["a.yaml:8:", "ajar"],
        );
        refused(
            &GOOD.replace("        session: open\n", ""),
            &["a.yaml:8:", "`session`"],
        );
        refused(
            &GOOD.replace("locale: en-US\n", ""),
            &["a.yaml:2:", "no language"],
        );
        refused(
            &GOOD.replace("^Bitte", "'(Bitte'"),
            &["a.yaml:14:", "regular expression"],
        );
        refused(&GOOD.replace("pattern: ^Bitte", "intent: X"), &["a.yaml"]);
        refused(
            &GOOD.replace("        pattern: ^Bitte\n", ""),
            &["a.yaml:14:", "`hear` or `pattern`"],
        );
        refused(
            &GOOD.replace("^Bitte", "'{email}'"),
            &["a.yaml:14:", "a placeholder cannot be heard"],
        );
        refused(
            &GOOD.replace("hear: No.", "hear: '{email}'"),
            &["a.yaml:27:", "a placeholder cannot be heard"],
        );
        refused(
            &GOOD.replace("voice: ben", "voice: bob"),
            &["a.yaml:27:", "`bob` is not among the voices"],
        );
        refused(
            &GOOD.replace("voice: ben", "voice: ann"),
            &["a.yaml:19:", "`ben` says nothing"],
        );
        refused(
            &GOOD.replace("ben: not-linked", "ben: somehow"),
            &["a.yaml:21:", "somehow"],
        );
        refused(
            &GOOD.replace("hear: Hello.", "hear: 'Hello {you}.'"),
            &["a.yaml:6:", "{you} stands for nothing"],
        );
        refused(
            &GOOD.replace("Well?", "'{you}?'"),
            &["a.yaml:6:", "{you} stands for nothing"],
        );
        refused(
            &format!("phrases:\n  you:\n    - text: you\n      known: [name]\n{GOOD}"),
            &["a.yaml:3:", "`you` has no text for somebody"],
        );
        refused(
            &format!("phrases: {{you: [{{text: you, known: [nme]}}]}}\n{GOOD}"),
            &["a.yaml:1:", "nme", "email"],
        );
        refused(
            &GOOD.replace("open account guide", "' '"),
            &["a.yaml:6:", "nothing is said"],
        );
        refused("conversations: [", &["a.yaml:"]);
        refused(
            "locale: en-US\nconversations:\n  - {name: A, account: linked, turns: []}\n",
            &["a.yaml:3:", "no turns"],
        );
    }
}
