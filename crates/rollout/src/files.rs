//! Files that others may read while they are written.

use std::io::{self, Write as _};
use std::path::Path;

/// Writes a file with the folders above it. Whoever reads it meanwhile, another deployment of the same
/// stage for example, finds what was there before or all of the new, and never half.
///
/// # Errors
///
/// The file or a folder above it cannot be written; then the old file is as it was.
pub fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    // As any other file that a program writes; a draft alone would be its owner's only.
    write(file, bytes, 0o666)
}

/// The same for a file with secrets, which its owner alone can read.
///
/// # Errors
///
/// As for [`replace`].
pub fn replace_private(file: &Path, bytes: &[u8]) -> io::Result<()> {
    write(file, bytes, 0o600)
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "there are no modes"))]
fn write(file: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    let mut draft = builder.tempfile_in(folder)?;
    draft.write_all(bytes)?;
    draft.persist(file).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/b/c.json");
        for text in ["one", "two"] {
            replace(&file, text.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
        let left = std::fs::read_dir(file.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_its_owners_alone_also_where_it_was_not() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.json");
        std::fs::write(&file, "old").unwrap();
        replace_private(&file, b"new").unwrap();
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn many_writers_and_a_reader_never_meet_half_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = &folder.path().join("file");
        let text = "x".repeat(100_000);
        replace(file, text.as_bytes()).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..20).for_each(|_| replace(file, text.as_bytes()).unwrap()));
            }
            for _ in 0..200 {
                assert_eq!(std::fs::read(file).unwrap().len(), text.len());
            }
        });
    }
}
