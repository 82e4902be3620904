//! One process at a time, on one machine.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use rollout::error::{Code, Error};

use crate::output;

/// Waits until nobody else holds the lock; it is held until the file is dropped, or the process ends.
/// `what` says what others may be doing meanwhile.
pub(crate) async fn hold(path: PathBuf, what: &'static str) -> Result<File, Error> {
    let failed = |what: String| Error::new(Code::Build, format!("cannot lock {what}"));
    let locked = tokio::task::spawn_blocking(move || {
        let told = |error: std::io::Error| failed(format!("{}: {error}", path.display()));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(told)?;
        }
        let file = File::create(&path).map_err(told)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                output::aside(&format!("waiting: {what}"));
                file.lock().map_err(told)?;
            }
            Err(TryLockError::Error(error)) => return Err(told(error)),
        }
        Ok(file)
    });
    locked
        .await
        .map_err(|error| Error::new(Code::Build, format!("locking stopped: {error}")))?
}
