//! One process at a time, on one machine.

use std::fs::{File, TryLockError};
use std::io;
use std::path::PathBuf;

use crate::output;

/// Waits until nobody else holds the lock; it is held until the file is dropped, or the process ends.
/// `what` says what others may be doing meanwhile.
pub(crate) async fn hold(path: PathBuf, what: &'static str) -> io::Result<File> {
    let locked = tokio::task::spawn_blocking(move || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = File::create(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                output::aside(&format!("waiting: {what}"));
                file.lock()?;
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(file)
    });
    locked.await.map_err(io::Error::other)?
}
