//! Breaking a lock that its holder does not release: one whose clock ran ahead, or that nobody wants
//! to wait for.
//!
//! A holder that is alive notices it when it next says so, at most ten seconds later, and begins no
//! change from then on.

use crate::aws::Aws;
use crate::calls::CallCounter;
use crate::error::Error;
use crate::inputs::Inputs;
use crate::lock::HeldLock;
use crate::state::StateStore;

/// Who may say no before a lock is broken.
pub type Approve<'a> = &'a (dyn Fn(&HeldLock) -> Result<(), Error> + Sync);

/// Breaks the stage's lock, and answers which; `None` if there is none, or its holder has just released
/// it. With `fence`, only the lock with that number is broken. No Amazon developer is asked anything.
pub async fn unlock(
    inputs: &Inputs,
    counter: &CallCounter,
    fence: Option<u64>,
    approve: Approve<'_>,
) -> Result<Option<HeldLock>, Error> {
    let aws = Aws::connect(&inputs.endpoints, &inputs.home, counter.clone()).await?;
    let account = aws.account().await?;
    let (stack, stage, home) = (&inputs.stack, &inputs.stage, &inputs.home);
    let store = StateStore::open(&aws, &account, stack, stage, home).await?;
    let Some(seen) = store.held_lock().await? else {
        return Ok(None);
    };
    store.same_lock(&seen, fence.unwrap_or(seen.fence))?;
    approve(&seen)?;
    let broken = store.break_lock(seen.fence).await?;
    Ok(broken.then_some(seen))
}
