//! Where a state is kept, whose it has to be there, and what it is refused for.

use infra::StackFile;
use infra::stack_file::{Region, StageName};
use semver::Version;
use serde::{Deserialize, Serialize};

use super::StageState;
use super::header::{self, Header};
use crate::aws::AccountId;
use crate::error::{Code, Error};

/// The rollout's bucket of a region. At most 60 of the 63 characters that a bucket's name may have.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
pub(crate) fn bucket_name(stack: &StackFile, account: &AccountId, region: &Region) -> String {
    format!("{}-{}-{region}", stack.name, account.as_str())
}

/// The key of a stage's state.
pub(crate) fn key(stage: &StageName) -> String {
    format!("stages/{stage}.json")
}

/// The beginning of the nonces of all stages' skills.
pub(crate) const MARK: &str = "voicelink:";

/// The beginning of every nonce of a stage, by which its skill can be told from others.
pub(crate) fn mark(stack: &StackFile, stage: &StageName) -> String {
    format!("{MARK}{}:{stage}:", stack.name)
}

/// A stage by all that tells it from others, as plain text: a state can say anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StageIdentity {
    /// `name` of the stack file.
    pub(super) project: String,
    pub(super) stage: String,
    /// Twelve digits.
    pub(super) account: String,
    /// Where the identity stack and the state are.
    pub(super) home_region: String,
}

impl StageIdentity {
    /// How another stage differs from this one, in words.
    fn differences(&self, stated: &Self) -> Vec<String> {
        [
            ("project", &stated.project, &self.project),
            ("stage", &stated.stage, &self.stage),
            ("account", &stated.account, &self.account),
            ("home region", &stated.home_region, &self.home_region),
        ]
        .into_iter()
        .filter(|(_, stated, own)| stated != own)
        .map(|(what, stated, own)| format!("its {what} is {stated:?}, and not {own:?}"))
        .collect()
    }
}

/// An object in a bucket, and the stage that it has to be about.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) whose: StageIdentity,
    mark: String,
}

impl Place {
    pub(super) fn of(
        stack: &StackFile,
        stage: &StageName,
        account: &AccountId,
        home: &Region,
    ) -> Self {
        Self {
            bucket: bucket_name(stack, account, home),
            key: key(stage),
            whose: StageIdentity {
                project: stack.name.to_string(),
                stage: stage.to_string(),
                account: account.as_str().to_owned(),
                home_region: home.to_string(),
            },
            mark: mark(stack, stage),
        }
    }

    pub(super) fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// The refusal of a document that is no state, or none that this version can read.
    pub(super) fn unreadable(&self, header: &Header) -> Error {
        let error = Error::new(
            Code::State,
            format!("{} is not a state that this version can read", self.url()),
        );
        match header.later_tool() {
            Some(wrote) => error.hint(format!(
                "deploy with version {wrote}, which wrote it; or {WAY_BACK}"
            )),
            None => error.hint(WAY_BACK),
        }
    }

    /// The refusal of a state that says something which this version must not ignore.
    pub(super) fn for_later_tools(&self, least: &Version) -> Error {
        Error::new(
            Code::State,
            format!(
                "{} is for version {least} and later, and this is {}",
                self.url(),
                header::tool()
            ),
        )
        .hint(format!(
            "run the command with version {least} (docs/ci.md says how far back a stage can go)"
        ))
    }

    /// Refuses a state of another stage.
    pub(super) fn check(&self, header: &Header, state: &StageState) -> Result<(), Error> {
        if !header.is_complete() {
            return Err(self.unreadable(header).because(
                "its header is incomplete: format, tool, min-tool, project, stage, account and \
                 homeRegion go together",
            ));
        }
        let stated = header.whose.iter();
        let differences: Vec<_> = stated
            .flat_map(|stated| self.whose.differences(stated))
            .chain(self.difference_of_mark(state))
            .collect();
        if differences.is_empty() {
            return Ok(());
        }
        let (url, differences) = (self.url(), differences.join("; "));
        Err(Error::new(
            Code::State,
            format!("{url} is the state of another stage: {differences}"),
        )
        .hint(WAY_BACK))
    }

    /// How the state's skill differs from the stage's by its mark, which says project and stage: states
    /// of 0.1.0 name neither otherwise.
    fn difference_of_mark(&self, state: &StageState) -> Option<String> {
        let nonce = &state.skill.as_ref()?.nonce;
        (!nonce.starts_with(&self.mark)).then(|| {
            format!(
                "its skill is marked {nonce:?}, which does not begin with {:?}",
                self.mark
            )
        })
    }
}

/// How a stage comes back to its own state.
pub(crate) const WAY_BACK: &str = "restore an earlier version of that object (the bucket keeps them), or delete it: the next \
     deployment then finds the stage's stacks and skill again (docs/drift.md)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bucket_name_fits() {
        let stack =
            StackFile::parse(&format!("name = \"{}\"", "a".repeat(32)), "stack.toml").unwrap();
        let account = AccountId::parse("123456789012").unwrap();
        let name = bucket_name(&stack, &account, &"ap-northeast-1".parse().unwrap());
        assert!(name.len() <= 63, "{name}");
    }
}
