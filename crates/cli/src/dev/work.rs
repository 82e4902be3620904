//! From the names of saved files to the work that they mean. Pure.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// The folders of a project.
#[derive(Debug, Clone)]
pub(super) struct Project {
    /// The folder of the workspace.
    pub(super) root: PathBuf,
    /// Folders that cargo and the commands write, wherever they are.
    pub(super) written: Vec<PathBuf>,
    /// The stack file.
    pub(super) stack: PathBuf,
}

/// The folders in a project that are watched with everything below them.
pub(super) const FOLDERS: [&str; 4] = ["crates", "skill-package", "infra", "tests/conversations"];

/// The work after files have changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Work {
    /// Cargo decides whether the Lambda is another.
    pub(super) build: bool,
    /// The stage is compared with stack file and skill package, also if the Lambda is the same.
    pub(super) deploy: bool,
    /// These conversations are held.
    pub(super) conversations: BTreeSet<PathBuf>,
}

impl Work {
    /// The work at a stage that nothing is known of.
    pub(super) fn everything() -> Self {
        Self {
            build: true,
            deploy: true,
            conversations: BTreeSet::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what a changed file means.
    pub(super) fn add(&mut self, project: &Project, path: &Path) {
        if project
            .written
            .iter()
            .any(|folder| path.starts_with(folder))
        {
            return;
        }
        if path == project.stack {
            // It says also which parts of the skill's crates are built.
            (self.build, self.deploy) = (true, true);
            return;
        }
        let Ok(inside) = path.strip_prefix(&project.root) else {
            return;
        };
        let Some(parts) = names(inside) else {
            return;
        };
        match parts[..] {
            // Written by `cargo xtask render`, and read by people.
            ["infra", "templates", ..] => {}
            ["infra", "resources.yaml"] | ["skill-package", _, ..] => self.deploy = true,
            ["Cargo.toml" | "Cargo.lock"] | ["crates" | "infra", _, ..] => self.build = true,
            ["tests", "conversations", .., name] if is_yaml(name) => {
                self.conversations.insert(path.to_owned());
            }
            _ => {}
        }
    }

    /// Adds other work.
    pub(super) fn merge(&mut self, other: Self) {
        self.build |= other.build;
        self.deploy |= other.deploy;
        self.conversations.extend(other.conversations);
    }
}

/// The names in a path, unless one of them is no file of a person's: what begins with a dot, and what editors
/// leave beside the file that is being edited.
fn names(path: &Path) -> Option<Vec<&str>> {
    path.components().map(name).collect()
}

fn name(part: Component<'_>) -> Option<&str> {
    let name = match part {
        Component::Normal(name) => name.to_str()?,
        _ => return None,
    };
    let ending = Path::new(name).extension().unwrap_or_default();
    let of_an_editor = name.starts_with(['.', '#'])
        || name.ends_with('~')
        || name == "4913"
        || ["swp", "swx", "tmp", "bak"]
            .iter()
            .any(|one| ending == *one);
    (!of_an_editor).then_some(name)
}

fn is_yaml(name: &str) -> bool {
    let ending = Path::new(name).extension().unwrap_or_default();
    ending == "yaml" || ending == "yml"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn project() -> Project {
        Project {
            root: "/p".into(),
            written: vec![
                "/p/target".into(),
                "/p/dist".into(),
                "/p/crates/target".into(),
            ],
            stack: "/p/stack.toml".into(),
        }
    }

    fn of(paths: &[&str]) -> Work {
        let mut work = Work::default();
        for path in paths {
            work.add(&project(), Path::new(path));
        }
        work
    }

    #[test]
    fn each_file_means_what_it_is_for() {
        let build = Work {
            build: true,
            ..Work::default()
        };
        let deploy = Work {
            deploy: true,
            ..Work::default()
        };
        for path in [
            "/p/crates/skill/src/lib.rs",
            "/p/Cargo.lock",
            "/p/infra/src/lib.rs",
        ] {
            assert_eq!(of(&[path]), build, "{path}");
        }
        for path in ["/p/skill-package/skill.json", "/p/infra/resources.yaml"] {
            assert_eq!(of(&[path]), deploy, "{path}");
        }
        assert_eq!(of(&["/p/stack.toml"]), Work::everything());
        let file = "/p/tests/conversations/en-US.yaml";
        assert_eq!(of(&[file]).conversations, [PathBuf::from(file)].into());
        for path in [
            "/p/infra/templates/skill.yaml",
            "/p/README.md",
            "/p/tests/conversations/README.md",
            "/p/crates",
            "/other/crates/skill/src/lib.rs",
            "/p/crates/skill/src/.lib.rs.swp",
            "/p/crates/skill/src/lib.rs~",
            "/p/skill-package/../../etc/passwd",
        ] {
            assert_eq!(of(&[path]), Work::default(), "{path}");
        }
    }

    fn path() -> impl Strategy<Value = String> {
        let top = "crates|skill-package|infra|tests|target|dist|stack.toml|Cargo.toml";
        let part = "[a-z.~#]{1,4}|target|conversations|templates|resources.yaml|a.yaml";
        (top, proptest::collection::vec(part, 0..4))
            .prop_map(|(top, parts)| format!("/p/{top}/{}", parts.join("/")))
            .prop_map(|path| path.trim_end_matches('/').to_owned())
    }

    proptest! {
        /// Whatever order saves come in, in one go or several, the same is done.
        #[test]
        fn neither_order_nor_pauses_matter(
            (paths, shuffled) in proptest::collection::vec(path(), 0..8)
                .prop_flat_map(|paths| (Just(paths.clone()), Just(paths).prop_shuffle())),
            cut in 0..8_usize,
        ) {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let shuffled: Vec<&str> = shuffled.iter().map(String::as_str).collect();
            let (first, second) = shuffled.split_at(cut.min(shuffled.len()));
            let mut work = of(first);
            work.merge(of(second));
            prop_assert_eq!(of(&paths), work);
        }

        /// Otherwise the loop would follow its own writing for ever.
        #[test]
        fn what_is_written_is_no_work(path in path()) {
            let below = |folder: &str| path.replacen("/p/", &format!("{folder}/"), 1);
            for folder in ["/p/target", "/p/dist", "/p/crates/target", "/elsewhere"] {
                let path = below(folder);
                prop_assert!(of(&[&path]).is_empty(), "{}", path);
            }
        }
    }
}
