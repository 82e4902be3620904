//! `cargo xtask talk`: conversations from files, held with the skill and compared.
//!
//! Reading files and comparing answers is pure; `local` and `simulated` do the talking.

mod conversation;
mod files;
mod known;
mod local;
mod report;
mod simulated;
mod story;
mod verdict;
mod wording;

pub(crate) use self::story::{OwnStory, STORY};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use infra::StackFile;
use infra::stack_file::StageName;
use local_access::Access;
use models::ids::SkillId;
use rollout::deploy::Deployed;

use crate::failure::Failure;
use crate::{existing_pool, inputs, stack, workspace};
use conversation::Conversation;
use known::Known;
use report::Report;

/// Where conversations are when none are named.
const FOLDER: &str = "tests/conversations";

/// What to do with which files.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Conversation files, or folders of them [default: tests/conversations]
    files: Vec<PathBuf>,
    /// A stage of stack.toml [default: local]
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// The skill on a real stage, where there are no AWS credentials to look it up with
    #[arg(long, value_name = "ID", requires = "stage")]
    skill_id: Option<SkillId>,
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the command's help says after its options.
pub(crate) const HELP: &str = "\
A file holds conversations in YAML: what a person says, and what Alexa has to answer.

  locale: en-US
  conversations:
    - name: A person who has linked an account asks for the address
      account: linked
      turns:
        - say: open account guide
          pattern: ^Welcome back
          session: open
        - say: what is my e-mail
          hear: Your e-mail address is {email}. What else would you like to know?
          card: simple
          session: open

Every sentence goes through the interaction model. Each conversation has a person of its own, so
that their order does not matter. docs/conversations.md explains every key.

On the local stage everything is said; a stage is started and deployed for the occasion unless
`cargo xtask local` is running. On another stage, the conversations of people who have not linked
an account go through simulations of the Skill Management API, and the others are named as skipped.

The last line of stdout is `N turns passed, M failed`. Exit code 1 when a turn failed or none ran.

Examples: cargo xtask talk
          cargo xtask talk tests/conversations/en-US.yaml
          cargo xtask talk --stage dev";

pub(crate) async fn run(options: Options) -> Result<ExitCode, Failure> {
    let files = if options.files.is_empty() {
        vec![workspace::root().join(FOLDER)]
    } else {
        options.files.clone()
    };
    let stack = stack::read(&options.stack)?;
    let conversations = files::read(&files, &Known::of(&existing_pool::as_made_here(&stack)))?;
    let name = stack::stage(&stack, options.stage.as_deref().or(Some(StageName::LOCAL)))?;
    let turns = if name.is_local() {
        Box::pin(local::talk(&options.stack, stack, name, conversations)).await?
    } else {
        let (client, skill) = match options.skill_id {
            Some(skill) => (inputs::developer_client(&stack, &name)?, skill),
            None => Box::pin(inputs::developer_and_skill(&options.stack, stack, &name)).await?,
        };
        simulated::talk(&client, &skill, conversations).await
    };
    let report = Report::new(turns);
    report.print(options.json);
    Ok(report.exit_code())
}

/// Holds the conversations of files with a skill that is deployed to a local stage, and tells how they went.
pub(crate) async fn hold(
    path: &Path,
    stack: StackFile,
    access: &Access,
    deployed: &Deployed,
    files: &[PathBuf],
    json: bool,
) -> Result<(), Failure> {
    let conversations = files::read(files, &Known::of(&existing_pool::as_made_here(&stack)))?;
    let name = stack::stage(&stack, Some(StageName::LOCAL))?;
    let talked = local::converse(path, stack, name, conversations, access, deployed).await?;
    Report::new(talked).print(json);
    Ok(())
}

/// A conversation and what became of its turns, in order.
#[derive(Debug)]
struct Talked {
    conversation: Conversation,
    outcomes: Vec<Outcome>,
}

/// What became of a turn.
#[derive(Debug, Clone)]
enum Outcome {
    /// The answer was the expected one.
    Passed(verdict::Heard),
    /// It was not, in these respects.
    Failed(verdict::Heard, Vec<verdict::Difference>),
    /// There was no answer to compare.
    Broken {
        /// What went wrong.
        why: String,
        /// What to look at next.
        hint: String,
    },
    /// Nobody tried, for this reason.
    Skipped(String),
}

impl Talked {
    /// A conversation of which every turn has the same outcome.
    fn throughout(conversation: Conversation, outcome: &Outcome) -> Self {
        Self {
            outcomes: vec![outcome.clone(); conversation.turns.len()],
            conversation,
        }
    }
}
