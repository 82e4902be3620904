//! Talking on the local stage: the running one, or one that lives as long as the command.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use infra::StackFile;
use infra::stack_file::StageName;
use local_access::Access;
use local_access::program::Start;
use rollout::deploy::Deployed;
use story::{Account, Administrator, Guest, Problem, Way};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::conversation::Conversation;
use super::verdict::{Heard, differences};
use super::wording::Person;
use super::{Outcome, Talked};
use crate::failure::{Code, Failure, RolloutCode};
use crate::progress::seconds;
use crate::{deploy, discovery, inputs, local, output, person, stack};

/// Conversations that are held at the same time. The stage runs up to four processes of a function
/// side by side; one is left for skill events.
const AT_ONCE: usize = 3;

/// Holds the conversations.
pub(super) async fn talk(
    path: &Path,
    stack: StackFile,
    name: StageName,
    conversations: Vec<Conversation>,
) -> Result<Vec<Talked>, Failure> {
    if let Some(access) = discovery::running()? {
        return deploy_and_talk(path, stack, name, conversations, &access).await;
    }
    let stage = local::start(Start::default(), &stack).await?;
    let access = stage.access.clone();
    let talked = deploy_and_talk(path, stack, name, conversations, &access).await;
    stage.stop().await;
    talked
}

async fn deploy_and_talk(
    path: &Path,
    stack: StackFile,
    name: StageName,
    conversations: Vec<Conversation>,
    access: &Access,
) -> Result<Vec<Talked>, Failure> {
    let deployed = deploy::without_a_story(path, stack.clone(), &name, access).await?;
    converse(path, stack, name, conversations, access, &deployed).await
}

/// Holds the conversations with what is deployed.
pub(super) async fn converse(
    path: &Path,
    stack: StackFile,
    name: StageName,
    conversations: Vec<Conversation>,
    access: &Access,
    deployed: &Deployed,
) -> Result<Vec<Talked>, Failure> {
    let stack = person::as_it_is(&inputs::local_inputs(path, stack, &name, access)?).await?;
    let way = person::way(&stack);
    let home = stack::home(&stack, &name)?;
    let administrator = person::administrator(&stack, &home, deployed);
    let hall = Arc::new(Hall {
        way,
        administrator,
        access: access.clone(),
        skill_id: deployed.skill_id.to_string(),
        seats: Semaphore::new(AT_ONCE),
    });
    let mut talking = JoinSet::new();
    let mut order: Vec<(usize, Conversation)> = conversations.into_iter().enumerate().collect();
    // Those that take longest first.
    order.sort_by_key(|(_, conversation)| conversation.account != Account::OutOfTime);
    for (index, conversation) in order {
        let hall = Arc::clone(&hall);
        talking.spawn(async move { (index, hall.hold(conversation).await) });
    }
    tokio::select! {
        talked = all(talking) => talked,
        _ = tokio::signal::ctrl_c() => Err(
            Failure::new(RolloutCode::Interrupted, "interrupted in the middle of a conversation")
                .hint("run the command again: every conversation begins anew"),
        ),
    }
}

/// Waits for every conversation; the result is in the order of the files.
async fn all(mut talking: JoinSet<(usize, Talked)>) -> Result<Vec<Talked>, Failure> {
    let mut talked = Vec::with_capacity(talking.len());
    while let Some(held) = talking.join_next().await {
        talked.push(held.map_err(|error| {
            Failure::new(Code::Story, format!("a conversation broke off: {error}"))
                .hint("this is a fault of the command; please report it")
        })?);
    }
    talked.sort_by_key(|(index, _)| *index);
    Ok(talked.into_iter().map(|(_, talked)| talked).collect())
}

/// Where everybody talks.
struct Hall {
    way: Way,
    administrator: Option<Administrator>,
    access: Access,
    skill_id: String,
    seats: Semaphore,
}

impl Hall {
    async fn hold(&self, conversation: Conversation) -> Talked {
        // The semaphore is never closed.
        let _seat = self.seats.acquire().await;
        let started = Instant::now();
        let talked = match self.converse(&conversation).await {
            Ok(outcomes) => Talked {
                conversation,
                outcomes,
            },
            Err(problem) => Talked::throughout(conversation, &broken(&problem)),
        };
        tell(&talked, started.elapsed());
        talked
    }

    async fn converse(&self, conversation: &Conversation) -> Result<Vec<Outcome>, Problem> {
        let (locale, account) = (&conversation.locale, conversation.account);
        let mut guest = Guest::arrive(
            &self.access,
            &self.skill_id,
            locale,
            account,
            self.way,
            self.administrator.clone(),
        )
        .await?;
        for (voice, account) in &conversation.voices {
            guest.live_with(voice, *account).await?;
        }
        let mut outcomes = Vec::with_capacity(conversation.turns.len());
        for turn in &conversation.turns {
            let voice = turn.voice.as_deref();
            outcomes.push(match guest.say_as(voice, &turn.say).await {
                Err(problem) => broken(&problem),
                Ok(answer) => {
                    let person = guest.details(voice).map(Person::from).unwrap_or_default();
                    let heard = Heard::from(answer);
                    let found = differences(turn, &heard, person);
                    if found.is_empty() {
                        Outcome::Passed(heard)
                    } else {
                        Outcome::Failed(heard, found)
                    }
                }
            });
        }
        guest.leave().await?;
        Ok(outcomes)
    }
}

fn broken(problem: &Problem) -> Outcome {
    Outcome::Broken {
        why: rollout::error::chain(problem),
        hint: problem.hint().to_owned(),
    }
}

fn tell(talked: &Talked, took: Duration) {
    let conversation = &talked.conversation;
    let passed = |outcome: &&Outcome| matches!(outcome, Outcome::Passed(_));
    let passed = talked.outcomes.iter().filter(passed).count();
    output::aside(&format!(
        "{}, {}: {}: {passed} of {} turns ({})",
        conversation.locale,
        conversation.account.name(),
        conversation.name,
        conversation.turns.len(),
        seconds(took)
    ));
}
