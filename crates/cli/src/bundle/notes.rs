//! The zip's digest in the notes of a release: written once, and compared ever after.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::failure::{Code, Failure};
use crate::github::{self, Run};
use crate::output;

/// The permission that it takes.
const PERMISSION: &str = "contents";

/// A zip, as the notes tell it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zip<'a> {
    /// The processor that it is for.
    pub(super) architecture: &'a str,
    pub(super) sha256: &'a str,
    /// The same as Lambda writes it.
    pub(super) code_sha256: &'a str,
    pub(super) bytes: usize,
}

#[derive(Deserialize)]
struct Release {
    tag_name: String,
    body: Option<String>,
}

/// Writes the digest to the notes of the release that the workflow runs for.
pub(super) async fn put(zip: Zip<'_>) -> Result<(), Failure> {
    let run = Run::from_environment(
        "--release-notes is for a workflow of GitHub Actions that a release has started",
    )?;
    let path = format!("releases/{}", run.number("release", "id")?);
    let request = run.call(Method::GET, &path)?;
    let release: Release = github::read(github::send(request, PERMISSION).await?).await?;
    let tag = &release.tag_name;
    match with(release.body.as_deref().unwrap_or_default(), zip) {
        Ok(None) => output::aside(&format!("the notes of {tag} have this digest already")),
        Ok(Some(body)) => {
            let request = run.call(Method::PATCH, &path)?;
            github::send(request.json(&json!({ "body": body })), PERMISSION).await?;
            output::aside(&format!("digest written to the notes of {tag}"));
        }
        Err(other) => {
            return Err(Failure::new(
                Code::Digest,
                format!(
                    "the notes of {tag} say that the zip for {} has the SHA-256 {other}, and it has {}",
                    zip.architecture, zip.sha256
                ),
            )
            .hint(
                "the tag, the toolchain or the runner is another one than then; docs/ci.md says how \
                 to compare zips",
            ));
        }
    }
    Ok(())
}

/// What the notes say of a zip; not shown by GitHub, and how it is found again.
fn mark(architecture: &str) -> String {
    format!("<!-- voicelink bundle {architecture} -->")
}

/// The notes with the digest, or nothing if they have it. The error is the other digest that they
/// have.
fn with(notes: &str, zip: Zip<'_>) -> Result<Option<String>, String> {
    let mark = mark(zip.architecture);
    if let Some((_, after)) = notes.split_once(&mark) {
        let line = after.trim_start().lines().next().unwrap_or_default();
        let digest = line.split('`').find(|word| is_digest(word));
        return match digest {
            Some(digest) if digest == zip.sha256 => Ok(None),
            other => Err(other.unwrap_or("(none)").to_owned()),
        };
    }
    let (os, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    let gap = if notes.trim().is_empty() { "" } else { "\n\n" };
    Ok(Some(format!(
        "{}{gap}{mark}\nThe Lambda's zip for {}, {} bytes, built on {os} {machine}: SHA-256 `{}`, \
         which AWS calls `{}`.\n",
        notes.trim_end(),
        zip.architecture,
        zip.bytes,
        zip.sha256,
        zip.code_sha256
    )))
}

/// Whether this is a SHA-256 in hexadecimal.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip(sha256: &str) -> Zip<'_> {
        Zip {
            architecture: "arm64",
            sha256,
            code_sha256: "A=",
            bytes: 7,
        }
    }

    #[test]
    fn the_digest_is_added_once_and_never_replaced() {
        let (one, other) = ("1".repeat(64), "2".repeat(64));
        let notes = with("Faster.\r\n", zip(&one)).unwrap().unwrap();
        assert!(
            notes.starts_with("Faster.\n\n<!-- voicelink bundle arm64 -->\nThe Lambda's zip"),
            "{notes}"
        );
        assert!(notes.contains(&format!("SHA-256 `{one}`")), "{notes}");
        assert_eq!(with(&notes, zip(&one)), Ok(None));
        assert_eq!(with(&notes, zip(&other)), Err(one.clone()));
        // Somebody went over it.
        let notes = notes.replace('\n', "\r\n") + "Thanks to Ada.";
        assert_eq!(with(&notes, zip(&one)), Ok(None));
        let gone = notes.replace(&one, "");
        assert_eq!(with(&gone, zip(&one)), Err("(none)".to_owned()));
    }

    #[test]
    fn every_architecture_has_a_line_of_its_own() {
        let digest = "1".repeat(64);
        let notes = with("", zip(&digest)).unwrap().unwrap();
        assert!(notes.starts_with("<!--"), "{notes}");
        let other = Zip {
            architecture: "x86_64",
            ..zip(&digest)
        };
        let both = with(&notes, other).unwrap().unwrap();
        assert_eq!(both.matches(&digest).count(), 2, "{both}");
        assert_eq!(with(&both, other), Ok(None));
    }
}
