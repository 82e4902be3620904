//! The file of logins: in the user's configuration folder, and for its owner alone.

use std::ffi::OsString;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use smapi::Logins;

use crate::failure::{Code, Failure};

/// Where the file is: below `XDG_CONFIG_HOME`, which is `~/.config` if it is not set, or
/// `%APPDATA%`
/// ([XDG](https://specifications.freedesktop.org/basedir-spec/latest/)).
pub(crate) fn path() -> Result<PathBuf, Failure> {
    folder(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
        .map(|folder| folder.join("voicelink").join("logins.json"))
        .ok_or_else(|| {
            Failure::new(Code::Credentials, "there is no folder to keep a login in")
                .hint("set HOME, or XDG_CONFIG_HOME to a folder of yours")
        })
}

fn folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    // A relative path is to be ignored, says the specification.
    let absolute = |name| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_CONFIG_HOME")
        .or_else(|| absolute("APPDATA"))
        .or_else(|| absolute("HOME").map(|home| home.join(".config")))
}

/// Reads the file; nobody has signed in where there is none.
pub(crate) fn read(path: &Path) -> Result<Logins, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Logins::default()),
        Err(error) => return Err(io("read", path, &error)),
    };
    refuse_open(path)?;
    Logins::parse(&text).map_err(|error| {
        Failure::new(Code::Credentials, format!("{}: {error}", path.display()))
            .hint("move the file away and run `cargo xtask login` again")
    })
}

/// Writes the file, for its owner alone from the first moment on.
pub(crate) fn write(path: &Path, logins: &Logins) -> Result<(), Failure> {
    let failed = |error: std::io::Error| io("write", path, &error);
    let folder = path.parent().unwrap_or(Path::new("."));
    private_folder(folder).map_err(failed)?;
    // Readable by its owner only, on every system; a reader never sees half a file.
    let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    draft
        .write_all(logins.to_document().expose_secret().as_bytes())
        .and_then(|()| draft.as_file().sync_all())
        .map_err(failed)?;
    draft.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// The folder is below the user's own, which others cannot read.
#[cfg(not(unix))]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(unix)]
fn refuse_open(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = std::fs::metadata(path).map_err(|error| io("read", path, &error))?;
    let others = metadata.permissions().mode() & 0o077;
    if others == 0 {
        return Ok(());
    }
    let shown = path.display();
    Err(Failure::new(
        Code::Credentials,
        format!("{shown} holds secrets, and others than its owner may read it"),
    )
    .hint(format!(
        "chmod 600 {shown}; if others may have read it, sign in again"
    )))
}

#[cfg(not(unix))]
fn refuse_open(_path: &Path) -> Result<(), Failure> {
    Ok(())
}

fn io(doing: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Io,
        format!("cannot {doing} {}: {error}", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_the_users_own() {
        let with = |set: &'static [(&str, &str)]| {
            folder(move |name| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).into())
            })
        };
        assert_eq!(
            with(&[("HOME", "/home/ada")]),
            Some("/home/ada/.config".into())
        );
        let both = &[("HOME", "/home/ada"), ("XDG_CONFIG_HOME", "/etc/ada")];
        assert_eq!(with(both), Some("/etc/ada".into()));
        let relative = &[("HOME", "/home/ada"), ("XDG_CONFIG_HOME", "ada")];
        assert_eq!(with(relative), Some("/home/ada/.config".into()));
        assert_eq!(with(&[]), None);
    }

    #[cfg(unix)]
    #[test]
    fn what_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;

        let home = tempfile::TempDir::new().unwrap();
        let path = home.path().join("voicelink/logins.json");
        assert!(read(&path).is_ok());
        write(&path, &Logins::default()).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert!(read(&path).is_ok());
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        let refused = read(&path).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
    }
}
