//! Where a stage unpacks code, and what stages that were killed have left there.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// How the directory of every stage begins.
const PREFIX: &str = "local-stage-";
/// Held as long as the stage lives: the system lets go of it however a process ends.
const LOCK: &str = "lock";

/// The directory of one stage; dropping it removes it.
#[derive(Debug)]
pub(super) struct Workspace {
    directory: TempDir,
    _lock: File,
}

impl Workspace {
    /// Makes a directory below `parent`, and removes those whose stages are gone.
    pub(super) fn create(parent: &Path) -> io::Result<Self> {
        remove_abandoned(parent);
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        // Locked before it has its name: nobody ever finds it unlocked while the stage lives.
        let unnamed = directory.path().join("lock.new");
        let lock = File::create_new(&unnamed)?;
        lock.lock()?;
        fs::rename(unnamed, directory.path().join(LOCK))?;
        Ok(Self {
            directory,
            _lock: lock,
        })
    }

    /// A new directory in it, which goes with its own owner.
    pub(super) fn task(&self) -> io::Result<TempDir> {
        tempfile::Builder::new()
            .prefix("task-")
            .tempdir_in(self.directory.path())
    }
}

/// What cannot be read, locked or removed is somebody else's, and stays.
fn remove_abandoned(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let is_stage = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(PREFIX.as_bytes());
        if !is_stage {
            continue;
        }
        if let Ok(lock) = File::open(entry.path().join(LOCK))
            && lock.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_abandoned_directories_are_removed() {
        let parent = tempfile::tempdir().unwrap();
        let living = Workspace::create(parent.path()).unwrap();
        let task = living.task().unwrap();
        let abandoned = parent.path().join("local-stage-killed");
        fs::create_dir_all(abandoned.join("task-1")).unwrap();
        File::create_new(abandoned.join(LOCK)).unwrap();
        let starting = parent.path().join("local-stage-starting");
        fs::create_dir(&starting).unwrap();
        let other = parent.path().join("something-else");
        fs::create_dir(&other).unwrap();

        let next = Workspace::create(parent.path()).unwrap();
        assert!(task.path().is_dir());
        assert!(!abandoned.exists());
        assert!(starting.is_dir());
        assert!(other.is_dir());

        drop(task);
        let directory = living.directory.path().to_owned();
        drop((living, next));
        assert!(!directory.exists());
    }
}
