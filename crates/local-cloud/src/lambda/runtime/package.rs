//! A deployment package on disk.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use tempfile::TempDir;

use super::workspace::Workspace;
use super::{Failure, binary};

/// Where Lambda unpacks code, as its messages name it.
const TASK_ROOT: &str = "/var/task";

/// An unpacked zip; the directory goes when the last process that runs it is gone.
#[derive(Debug)]
pub(super) struct Package {
    root: TempDir,
    /// Goes after the last package in it.
    _workspace: Arc<Workspace>,
}

impl Package {
    /// Unpacks a zip and checks that its `bootstrap` can be started.
    pub(super) fn unpack(zip: &Bytes, workspace: Arc<Workspace>) -> Result<Self, Failure> {
        let broken = |error: &dyn std::fmt::Display| {
            Failure::InvalidEntrypoint(format!(
                "The deployment package cannot be unpacked: {error}"
            ))
        };
        let root = workspace.task().map_err(|error| broken(&error))?;
        let mut archive = zip::ZipArchive::new(Cursor::new(zip)).map_err(|error| broken(&error))?;
        archive
            .extract(root.path())
            .map_err(|error| broken(&error))?;
        let package = Self {
            root,
            _workspace: workspace,
        };
        package
            .check_bootstrap()
            .map_err(Failure::InvalidEntrypoint)?;
        Ok(package)
    }

    pub(super) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(super) fn bootstrap(&self) -> PathBuf {
        self.root.path().join("bootstrap")
    }

    fn check_bootstrap(&self) -> Result<(), String> {
        let bootstrap = self.bootstrap();
        let Ok(metadata) = fs::metadata(&bootstrap) else {
            return Err(format!(
                "Couldn't find valid bootstrap(s): [{TASK_ROOT}/bootstrap /opt/bootstrap]"
            ));
        };
        let shown = Path::new(TASK_ROOT).join("bootstrap");
        if metadata.is_dir() || metadata.permissions().mode() & 0o111 == 0 {
            return Err(format!("fork/exec {}: permission denied", shown.display()));
        }
        let mut head = Vec::new();
        let read: io::Result<usize> =
            File::open(&bootstrap).and_then(|file| file.take(64).read_to_end(&mut head));
        match read {
            Ok(_) => binary::check(&shown, &head),
            Err(error) => Err(format!("fork/exec {}: {error}", shown.display())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    fn unpacked(name: &str, mode: u32, content: &[u8]) -> Result<Package, Failure> {
        let mut zip = Cursor::new(Vec::new());
        let mut writer = zip::ZipWriter::new(&mut zip);
        let options = SimpleFileOptions::default().unix_permissions(mode);
        writer.start_file(name, options).unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap();
        let workspace = Workspace::create(&std::env::temp_dir()).unwrap();
        Package::unpack(&zip.into_inner().into(), Arc::new(workspace))
    }

    #[test]
    fn a_package_is_unpacked_and_goes_when_it_is_dropped() {
        let package = unpacked("bootstrap", 0o755, b"#!/bin/sh\n").unwrap();
        let root = package.root().to_owned();
        assert!(root.join("bootstrap").is_file());
        drop(package);
        assert!(!root.exists());
    }

    #[test]
    fn a_bootstrap_that_lambda_could_not_start_is_refused() {
        for (name, mode, content, expected) in [
            (
                "main",
                0o755,
                &b"#!/bin/sh\n"[..],
                "Couldn't find valid bootstrap(s)",
            ),
            (
                "bin/bootstrap",
                0o755,
                b"#!/bin/sh\n",
                "Couldn't find valid bootstrap(s)",
            ),
            ("bootstrap", 0o644, b"#!/bin/sh\n", "permission denied"),
            (
                "bootstrap",
                0o755,
                &[b"\x7fELF\x02\x01".as_slice(), &[0; 20]].concat(),
                "exec format error",
            ),
        ] {
            match unpacked(name, mode, content) {
                Err(Failure::InvalidEntrypoint(why)) => assert!(why.contains(expected), "{why}"),
                other => panic!("{name} {mode:o}: {other:?}"),
            }
        }
    }
}
