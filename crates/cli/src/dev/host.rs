//! The local stage that the loop deploys to: one that runs, or one that ends with the loop.

use infra::StackFile;
use local_access::Access;
use local_access::program::Start;

use crate::discovery::{self, Announcement};
use crate::failure::Failure;
use crate::local::{self, OwnStage};
use crate::workspace;

/// A stage.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) access: Access,
    own: Option<(Announcement, OwnStage)>,
}

impl Host {
    /// The stage that runs, or a new one, which other commands find.
    pub(super) async fn find(stack: &StackFile, port: Option<u16>) -> Result<Self, Failure> {
        if let Some(access) = discovery::running()? {
            return Ok(Self { access, own: None });
        }
        let start = Start {
            port,
            project: Some(workspace::root()),
            ..Start::default()
        };
        let stage = local::start(start, stack).await?;
        let access = stage.access.clone();
        let announcement = discovery::announce(&access)?;
        Ok(Self {
            access,
            own: Some((announcement, stage)),
        })
    }

    /// True if the stage ends with the loop.
    pub(super) fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// Finds a stage again whose command has ended; answers whether it is another one.
    pub(super) async fn find_again(&mut self, stack: &StackFile) -> Result<bool, Failure> {
        if self.is_own() {
            return Ok(false);
        }
        let found = Self::find(stack, None).await?;
        let same = found.access.access_key_id == self.access.access_key_id;
        *self = found;
        Ok(!same)
    }

    /// Waits until a stage of the loop's own ends by itself.
    pub(super) async fn ended_by_itself(&mut self) -> Failure {
        match &mut self.own {
            Some((_, stage)) => stage.ended_by_itself().await,
            None => std::future::pending().await,
        }
    }

    /// Ends a stage of the loop's own.
    pub(super) async fn leave(self) {
        if let Some((announcement, stage)) = self.own {
            drop(announcement);
            stage.stop().await;
        }
    }
}
