//! A shell for continuous integration, whose programs get the environment that they need and nothing else.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cli::child::inherited;
use xshell::{Cmd, PushDir};

/// A shell for `xshell::cmd!`, whose programs get their part of this environment. It cannot be had as an
/// [`xshell::Shell`], whose programs would get all of it.
pub(crate) struct Shell {
    shell: xshell::Shell,
    /// What every program gets beside.
    extra: Vec<(OsString, OsString)>,
}

impl Shell {
    #[expect(
        clippy::disallowed_methods,
        reason = "`cmd` below decides the environment of every program"
    )]
    pub(crate) fn new(folder: &Path) -> xshell::Result<Self> {
        let shell = xshell::Shell::new()?;
        shell.change_dir(folder);
        Ok(Self {
            shell,
            extra: Vec::new(),
        })
    }

    /// Sets a variable for every program.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.extra.push((name.into(), value.into()));
    }

    /// A program; `xshell::cmd!` calls this.
    pub(crate) fn cmd(&self, program: impl AsRef<Path>) -> Cmd<'_> {
        let program = program.as_ref();
        let command = self.shell.cmd(program).env_clear();
        let command = command.envs(inherited(program));
        command.envs(self.extra.iter().map(|(name, value)| (name, value)))
    }
}

/// Files and folders, below the folder of the shell.
impl Shell {
    /// Another folder, until the guard is dropped.
    pub(crate) fn push_dir(&self, path: impl AsRef<Path>) -> PushDir<'_> {
        self.shell.push_dir(path)
    }

    pub(crate) fn read_dir(&self, path: impl AsRef<Path>) -> xshell::Result<Vec<PathBuf>> {
        self.shell.read_dir(path)
    }

    pub(crate) fn create_dir(&self, path: impl AsRef<Path>) -> xshell::Result<PathBuf> {
        self.shell.create_dir(path)
    }

    pub(crate) fn read_file(&self, path: impl AsRef<Path>) -> xshell::Result<String> {
        self.shell.read_file(path)
    }

    /// Makes the folder, too.
    pub(crate) fn write_file(
        &self,
        path: impl AsRef<Path>,
        text: impl AsRef<str>,
    ) -> xshell::Result<()> {
        self.shell.write_file(path, text.as_ref())
    }

    /// Deletes a file or a folder, if it is there.
    pub(crate) fn remove_path(&self, path: impl AsRef<Path>) -> xshell::Result<()> {
        self.shell.remove_path(path)
    }
}
