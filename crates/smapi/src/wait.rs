//! Waiting for what SMAPI does after it has answered.

use models::ids::SkillId;
use tokio::time::{Duration, Instant, sleep};

use crate::{
    Client, Error, ImportId, ImportStatus, Simulation, SimulationStatus, SkillStage, SkillStatus,
};

/// The first wait. Short, because a stage on this machine is quick.
const FIRST: Duration = Duration::from_millis(50);
/// The longest wait between two questions.
const LONGEST: Duration = Duration::from_secs(4);

impl Client {
    /// Waits until an import has ended, well or badly.
    pub async fn wait_for_import(
        &self,
        import: &ImportId,
        limit: Duration,
    ) -> Result<ImportStatus, Error> {
        wait("the import of the skill package", limit, async || {
            let status = self.import_status(import).await?;
            Ok((!status.status.is_in_progress()).then_some(status))
        })
        .await
    }

    /// Waits until nothing about the skill is in progress, well or badly.
    ///
    /// A skill that has just been created may not be found at first; that counts as progress.
    pub async fn wait_for_skill(
        &self,
        skill: &SkillId,
        limit: Duration,
    ) -> Result<SkillStatus, Error> {
        wait("the update of the skill", limit, async || {
            match self.skill_status(skill).await {
                Ok(status) if status.is_in_progress() => Ok(None),
                Ok(status) => Ok(Some(status)),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Waits until a simulation has ended, well or badly.
    pub async fn wait_for_simulation(
        &self,
        skill: &SkillId,
        stage: SkillStage,
        id: &str,
        limit: Duration,
    ) -> Result<Simulation, Error> {
        wait("the simulation", limit, async || {
            let simulation = self.simulation(skill, stage, id).await?;
            Ok((simulation.status != SimulationStatus::InProgress).then_some(simulation))
        })
        .await
    }
}

/// Asks until there is an answer, further and further apart.
async fn wait<T>(
    what: &str,
    limit: Duration,
    mut ask: impl AsyncFnMut() -> Result<Option<T>, Error>,
) -> Result<T, Error> {
    let started = Instant::now();
    let mut pause = FIRST;
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        let waited = started.elapsed();
        if waited + pause > limit {
            return Err(Error::StillInProgress {
                what: what.to_owned(),
                waited,
            });
        }
        sleep(pause).await;
        pause = (pause * 3 / 2).min(LONGEST);
    }
}
