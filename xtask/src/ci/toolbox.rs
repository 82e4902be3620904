//! What the steps share: where things are, and interpreters set up on first use.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use xshell::cmd;

use crate::shell::Shell;
use cli::workspace;

/// The folders of a run and the programs that it sets up.
pub(crate) struct Toolbox {
    pub(super) sh: Shell,
    /// The workspace's root.
    pub(super) root: PathBuf,
    /// What is set up for the judges; may be deleted at any time.
    pub(super) folder: PathBuf,
    /// What the running step could not look at.
    not_checked: RefCell<Vec<NotChecked>>,
    /// The step `test` has run, and left its recordings.
    pub(super) has_tested: Cell<bool>,
}

/// Something that a step could not look at.
#[derive(Debug)]
pub(super) struct NotChecked {
    /// Which part of the step; all of it if there is none.
    pub(super) part: Option<&'static str>,
    pub(super) why: String,
}

impl Toolbox {
    pub(crate) fn new() -> Result<Self> {
        let root = workspace::root();
        let mut sh = Shell::new(&root)?;
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(target) => root.join(target),
            None => root.join("target"),
        };
        let folder = target.join("ci");
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        // Python would leave its bytecode in the source tree.
        sh.set("PYTHONPYCACHEPREFIX", folder.join("pycache"));
        Ok(Self {
            sh,
            root,
            folder,
            not_checked: RefCell::default(),
            has_tested: Cell::new(false),
        })
    }

    /// Remembers that the running step, or a part of it, could not look: that is no success.
    pub(super) fn not_checked(&self, part: Option<&'static str>, why: impl Into<String>) {
        let why = why.into();
        self.not_checked.borrow_mut().push(NotChecked { part, why });
    }

    /// What the step that has ended could not look at.
    pub(super) fn take_not_checked(&self) -> Vec<NotChecked> {
        self.not_checked.take()
    }

    /// A folder below the one with the judges, in the source tree.
    pub(crate) fn judge(&self, path: &str) -> PathBuf {
        self.root.join("judges").join(path)
    }

    /// The folder with the programs of a virtual environment that has exactly what
    /// `judges/requirements.txt` pins.
    pub(super) fn python_programs(&self) -> Result<PathBuf> {
        let requirements = self.judge("requirements.txt");
        let wanted = fs::read_to_string(&requirements)
            .with_context(|| format!("cannot read {}", requirements.display()))?;
        let environment = self.folder.join("venv");
        let programs = environment.join("bin");
        // Written last, so that a half-made environment is made again.
        let stamp = environment.join("installed-requirements.txt");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(programs);
        }
        self.require("python3", "Python 3.11 or newer with the venv module")?;
        let sh = &self.sh;
        cmd!(sh, "python3 -m venv --clear {environment}")
            .run()
            .context(
                "no virtual environment; Debian and Ubuntu have it in the package python3-venv",
            )?;
        let pip = programs.join("pip");
        cmd!(
            sh,
            "{pip} install --quiet --disable-pip-version-check --no-deps --requirement {requirements}"
        )
        .run()
        .context("the pinned Python packages could not be installed; is a package index reachable?")?;
        cmd!(sh, "{pip} check")
            .run()
            .context("judges/requirements.txt does not pin everything that its packages need")?;
        fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
        Ok(programs)
    }

    /// The folder with exactly what `judges/service-models.txt` pins, for `PYTHONPATH`.
    pub(super) fn service_models(&self) -> Result<PathBuf> {
        let requirements = self.judge("service-models.txt");
        let wanted = fs::read_to_string(&requirements)
            .with_context(|| format!("cannot read {}", requirements.display()))?;
        let folder = self.folder.join("service-models");
        // Written last, so that half an installation is made again.
        let stamp = folder.join("installed-requirements.txt");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(folder);
        }
        let pip = self.python_program("pip")?;
        let sh = &self.sh;
        sh.remove_path(&folder)?;
        cmd!(
            sh,
            "{pip} install --quiet --disable-pip-version-check --no-deps --target {folder} --requirement {requirements}"
        )
        .run()
        .context("the pinned service models could not be installed; is a package index reachable?")?;
        fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
        Ok(folder)
    }

    /// One program of the virtual environment.
    pub(crate) fn python_program(&self, name: &str) -> Result<PathBuf> {
        Ok(self.python_programs()?.join(name))
    }

    /// A copy of a judge written for Node.js, with exactly the packages of its lock file beside
    /// it; they never appear in the source tree.
    pub(super) fn node_judge(&self, name: &str) -> Result<PathBuf> {
        self.require("node", "Node.js 20 or newer")?;
        self.require("npm", "npm, which comes with Node.js")?;
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let source = self.judge(name);
        workspace::copy_folder(&source, &folder)?;
        let lock = self.sh.read_file(source.join("package-lock.json"))?;
        // Written last, so that half an installation is made again.
        let stamp = folder.join("node_modules/.installed-lock.json");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
            return Ok(folder);
        }
        let sh = &self.sh;
        let _in_folder = sh.push_dir(&folder);
        cmd!(sh, "npm ci --no-audit --no-fund --ignore-scripts")
            .run()
            .context("the pinned npm packages could not be installed; is a registry reachable?")?;
        fs::write(&stamp, lock).with_context(|| format!("cannot write {}", stamp.display()))?;
        Ok(folder)
    }

    /// Fails with a sentence when a program is not installed.
    pub(super) fn require(&self, program: &str, what: &str) -> Result<()> {
        let sh = &self.sh;
        match cmd!(sh, "{program} --version")
            .quiet()
            .ignore_stderr()
            .read()
        {
            Ok(_) => Ok(()),
            Err(_) => bail!("`{program}` is not on the PATH; install {what} and run this again"),
        }
    }
}
