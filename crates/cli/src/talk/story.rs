//! What a project has the person say who tries a deployment out.

use std::path::Path;

use infra::StackFile;
use story::{Account, Answer, Details, Transcript};

use super::conversation::{Conversation, Turn, parse};
use super::known::Known;
use super::verdict::{Heard, differences};
use super::wording::Person;
use crate::existing_pool;
use crate::failure::{Code, Failure};

/// The file, below the root of the project.
pub(crate) const STORY: &str = "tests/conversations/story.yaml";

/// The conversations of the file, none if there is no file.
#[derive(Debug)]
pub(crate) struct OwnStory(Vec<Conversation>);

impl OwnStory {
    /// Reads the file of a project, for a device that speaks one locale.
    pub(crate) fn read(project: &Path, stack: &StackFile, locale: &str) -> Result<Self, Failure> {
        let path = project.join(STORY);
        if !path.is_file() {
            return Ok(Self(Vec::new()));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Failure::new(Code::Conversation, format!("cannot read {STORY}: {error}"))
        })?;
        let known = Known::of(&existing_pool::as_made_here(stack));
        let conversations = parse(STORY.as_ref(), &text, &known)?;
        for conversation in &conversations {
            let refuse = |what: &str, hint: String| {
                let line = conversation.line;
                Err(Failure::new(Code::Conversation, format!("{STORY}:{line}: {what}")).hint(hint))
            };
            if conversation.account != Account::Linked || !conversation.voices.is_empty() {
                return refuse(
                    "the person of a deployment's story is alone, and has linked an account",
                    "write `account: linked` and no `voices`, or move the conversation to another \
                     file of that folder"
                        .to_owned(),
                );
            }
            if conversation.locale != locale {
                return refuse(
                    &format!("the person of a deployment's story speaks {locale}"),
                    format!("write `locale: {locale}`, which the manifest names first"),
                );
            }
        }
        Ok(Self(conversations))
    }

    fn turns(&self) -> impl Iterator<Item = &Turn> {
        self.0.iter().flat_map(|conversation| &conversation.turns)
    }

    /// Everything that the person says, in order.
    pub(crate) fn sentences(&self) -> Vec<String> {
        self.turns().map(|turn| turn.say.clone()).collect()
    }

    /// Compares the answers with what was written down.
    pub(crate) fn judge(&self, transcript: &Transcript) -> Result<(), Failure> {
        let person = Person::from(Details {
            email: &transcript.email,
            phone: &transcript.phone_number,
            user_name: &transcript.username,
        });
        for (turn, answer) in self.turns().zip(&transcript.answers) {
            let heard = Heard::from(Answer::clone(answer));
            let found = differences(turn, &heard, person);
            if !found.is_empty() {
                let said = format!(
                    "{STORY}:{}: “{}” was not answered as written",
                    turn.line, turn.say
                );
                let failure = Failure::new(Code::Story, said).hint(
                    "change the skill or the file; `cargo xtask talk tests/conversations/story.yaml` \
                     holds the same conversation",
                );
                return Err(found.into_iter().fold(failure, |failure, difference| {
                    failure.because(format!(
                        "{}: expected “{}”, heard “{}”",
                        difference.what, difference.expected, difference.heard
                    ))
                }));
            }
        }
        Ok(())
    }
}
