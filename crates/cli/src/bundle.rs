//! `cargo xtask bundle`: the Lambda's zip, the same from every checkout.

mod notes;

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use infra::stack_file::Architecture;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::build::{self, Built, Kind, Parts};
use crate::failure::{Code, Failure};
use crate::{output, stack, workspace};

/// What to bundle.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The processor that the function runs on; the stack file's when absent
    #[arg(long, value_enum)]
    architecture: Option<Processor>,
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// Look at this zip, with `bootstrap` in it, instead of building one
    #[arg(long, value_name = "ZIP")]
    zip: Option<PathBuf>,
    /// Write the digest to the notes of the release that the workflow runs for; notes that have
    /// another one already are a failure
    #[arg(long)]
    release_notes: bool,
    /// Print one JSON object as the last line of stdout
    #[arg(long)]
    pub(crate) json: bool,
}

/// An architecture as the command line names it.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Processor {
    Arm64,
    #[value(name = "x86_64")]
    X86_64,
}

impl From<Processor> for Architecture {
    fn from(processor: Processor) -> Self {
        match processor {
            Processor::Arm64 => Self::Arm64,
            Processor::X86_64 => Self::X86_64,
        }
    }
}

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let stack = stack::read(&options.stack)?;
    let architecture = options
        .architecture
        .map_or(stack.lambda.architecture, Architecture::from);
    let name = architecture.as_str();
    let (path, built) = match options.zip {
        Some(path) => (path.clone(), build::read(path).await?),
        None => build(architecture, Parts::of(&stack)).await?,
    };
    let hash = sha256(&built.zip);
    // As Lambda writes it in `CodeSha256`.
    let code = STANDARD.encode(Sha256::digest(&built.zip));
    if options.json {
        let document = json!({
            "path": path,
            "architecture": name,
            "bytes": built.zip.len(),
            "sha256": hash,
            "codeSha256": code,
            "seconds": built.took.as_secs_f64(),
        });
        output::line(&document.to_string());
    } else {
        output::line(&format!("path    {}", path.display()));
        output::line(&format!("bytes   {}", built.zip.len()));
        output::line(&format!("sha256  {hash}"));
        output::line(&format!("on AWS  {code}"));
    }
    if options.release_notes {
        let zip = notes::Zip {
            architecture: name,
            sha256: &hash,
            code_sha256: &code,
            bytes: built.zip.len(),
        };
        notes::put(zip).await?;
    }
    Ok(())
}

/// Builds the zip, and leaves it under the target folder.
async fn build(architecture: Architecture, parts: Parts) -> Result<(PathBuf, Built), Failure> {
    let name = architecture.as_str();
    output::aside(&format!("building bootstrap for {name}"));
    let built = build::bundle(Kind::Release(architecture), parts).await?;
    let folder = workspace::target().join("bundle");
    let path = folder.join(format!("bootstrap-{name}.zip"));
    std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&path, &built.zip))
        .map_err(|error| {
            Failure::new(
                Code::Io,
                format!("cannot write {}: {error}", path.display()),
            )
            .hint("make the target folder writable")
        })?;
    Ok((path, built))
}

/// A hash in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_as_sha256sum_prints_them() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
