//! The files of a project, watched.

use std::path::PathBuf;
use std::time::Duration;

use notify::event::{EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::work::{FOLDERS, Project, Work};
use crate::failure::{Code, Failure};

/// How long it is quiet after a save: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(30);

/// Files that have changed; `None` when the system could not tell which.
type Changed = Option<Vec<PathBuf>>;

/// The saves since it was last asked for them.
#[derive(Debug)]
pub(super) struct Saves {
    project: Project,
    changed: UnboundedReceiver<Changed>,
    work: Work,
    /// Watches until it is dropped.
    _watcher: RecommendedWatcher,
}

impl Saves {
    /// Everything that is saved from now on.
    pub(super) fn of(project: Project) -> Result<Self, Failure> {
        let cannot = |error: notify::Error| {
            Failure::new(Code::Io, "cannot watch the files of the project")
                .because(error.to_string())
                .hint("on Linux, fs.inotify.max_user_watches says how many folders can be watched")
        };
        let (sender, changed) = unbounded_channel();
        let mut watcher = notify::recommended_watcher(move |event| {
            if let Some(changed) = changed_by(event) {
                // An error means that nobody wants to know any more.
                let _ = sender.send(changed);
            }
        })
        .map_err(cannot)?;
        let mut watch = |path: PathBuf, mode| watcher.watch(&path, mode).map_err(cannot);
        watch(project.root.clone(), RecursiveMode::NonRecursive)?;
        for folder in FOLDERS.map(|folder| project.root.join(folder)) {
            if folder.is_dir() {
                watch(folder, RecursiveMode::Recursive)?;
            }
        }
        // A stack file can be anywhere.
        if let Some(folder) = project.stack.parent()
            && folder != project.root
        {
            watch(folder.to_owned(), RecursiveMode::NonRecursive)?;
        }
        Ok(Self {
            project,
            changed,
            work: Work::default(),
            _watcher: watcher,
        })
    }

    /// Waits for a save, and until it is quiet. It can be dropped and asked again: nothing gets lost.
    pub(super) async fn next(&mut self) -> Work {
        while self.work.is_empty() {
            match self.changed.recv().await {
                Some(changed) => self.add(changed),
                // The watcher lives as long as this.
                None => std::future::pending().await,
            }
        }
        while let Ok(Some(changed)) = timeout(QUIET, self.changed.recv()).await {
            self.add(changed);
        }
        std::mem::take(&mut self.work)
    }

    fn add(&mut self, changed: Changed) {
        match changed {
            None => self.work.merge(Work::everything()),
            Some(paths) => {
                for path in paths {
                    self.work.add(&self.project, &path);
                }
            }
        }
    }
}

/// The files that an event is about, if it tells of a change.
fn changed_by(event: notify::Result<notify::Event>) -> Option<Changed> {
    let Ok(event) = event else {
        return Some(None);
    };
    if event.need_rescan() {
        return Some(None);
    }
    match event.kind {
        // A build reads all of them.
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => None,
        _ => Some(Some(event.paths)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_save_is_seen_once_and_a_read_is_not() {
        let folder = tempfile::TempDir::new().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let source = root.join("crates/skill/src");
        std::fs::create_dir_all(&source).unwrap();
        let file = source.join("lib.rs");
        std::fs::write(&file, "1").unwrap();
        let project = Project {
            written: vec![root.join("target")],
            stack: root.join("stack.toml"),
            root,
        };
        let mut saves = Saves::of(project).unwrap();
        std::fs::read(&file).unwrap();
        let silence = timeout(Duration::from_millis(200), saves.next()).await;
        assert!(silence.is_err(), "{silence:?}");
        // As editors do: another file takes the place of the old one.
        std::fs::write(source.join("lib.rs~"), "2").unwrap();
        std::fs::rename(source.join("lib.rs~"), &file).unwrap();
        std::fs::write(&file, "3").unwrap();
        let work = timeout(Duration::from_secs(20), saves.next())
            .await
            .unwrap();
        assert!(work.build && !work.deploy, "{work:?}");
        let silence = timeout(Duration::from_millis(200), saves.next()).await;
        assert!(silence.is_err(), "{silence:?}");
    }
}
