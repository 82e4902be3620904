//! Archives that depend on nothing but what is in them.

use std::io::{Cursor, Write};
use std::path::Path;

use bytes::Bytes;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::problem::{PackageError, Problem};

/// How hard to compress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// For what never leaves the machine: an unoptimised bootstrap is large.
    Quick,
    /// For what is kept and downloaded.
    Best,
}

/// Zips files in the order given. Times are those of 1980, the first that a zip can hold.
pub(super) fn archive<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> zip::result::ZipResult<Bytes> {
    write(files, 0o644, Effort::Quick)
}

/// Zips a Lambda's `bootstrap` as Lambda wants it: executable, at the root
/// ([custom runtimes](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-provided.html)).
pub fn lambda_zip(bootstrap: &Path, effort: Effort) -> Result<Bytes, PackageError> {
    let bytes = std::fs::read(bootstrap).map_err(|error| {
        Problem::io(bootstrap, "read the built function", &error)
            .hint("build it with `cargo build -p skill --bin bootstrap`")
    })?;
    let zipped = write([("bootstrap", bytes.as_slice())], 0o755, effort);
    zipped.map_err(|error| {
        Problem::new(bootstrap, format!("cannot zip the built function: {error}")).into()
    })
}

fn write<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    permissions: u32,
    effort: Effort,
) -> zip::result::ZipResult<Bytes> {
    let level = match effort {
        Effort::Quick => 1,
        Effort::Best => 9,
    };
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(level))
        .last_modified_time(DateTime::default())
        .unix_permissions(permissions);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(path, options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner().into())
}
