//! Archives that depend on nothing but what is in them.

use std::io::{Cursor, Write};
use std::path::Path;

use bytes::Bytes;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::problem::{PackageError, Problem};

/// Zips files in the order given. Times are those of 1980, the first that a zip can hold.
pub(super) fn archive<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> zip::result::ZipResult<Bytes> {
    write(files, 0o644)
}

/// Zips a Lambda's `bootstrap` as Lambda wants it: executable, at the root
/// ([custom runtimes](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-provided.html)).
pub fn lambda_zip(bootstrap: &Path) -> Result<Bytes, PackageError> {
    let bytes = std::fs::read(bootstrap).map_err(|error| {
        Problem::io(bootstrap, "read the built function", &error)
            .hint("build it with `cargo build -p skill --bin bootstrap`")
    })?;
    let zipped = write([("bootstrap", bytes.as_slice())], 0o755);
    zipped.map_err(|error| {
        Problem::new(bootstrap, format!("cannot zip the built function: {error}")).into()
    })
}

fn write<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    permissions: u32,
) -> zip::result::ZipResult<Bytes> {
    // Level 1: an unoptimised bootstrap is large, and its upload never leaves the machine.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
        .last_modified_time(DateTime::default())
        .unix_permissions(permissions);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(path, options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner().into())
}
