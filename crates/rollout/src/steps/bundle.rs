//! The Lambda's code: built once, uploaded under its own digest.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::future::join_all;
use serde_json::json;

use infra::stack_file::{Region, StageName};

use crate::agreement::Agreement;
use crate::diff::Part;
use crate::diff::change::{Change, Field};
use crate::digest;
use crate::error::Error;
use crate::progress::Step;
use crate::session::Session;
use crate::steps::{Act, Look, Looked};

/// A zip with `bootstrap` in it.
#[derive(Debug, Clone)]
pub struct Bundle {
    zip: Bytes,
    digest: String,
}

impl Bundle {
    /// Takes the zip's digest.
    pub fn new(zip: Bytes) -> Self {
        let digest = digest::of_bytes(&zip);
        Self { zip, digest }
    }

    /// SHA-256 of the zip in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Where it is in the bucket: each stage has its own, so that who may deploy one stage cannot say
    /// what another one runs.
    pub(crate) fn key(&self, stage: &StageName) -> String {
        format!("code/{stage}/{}.zip", self.digest)
    }
}

/// The digest in a key that a bundle was uploaded under.
fn digest_in(key: &str) -> Option<&str> {
    let (_, name) = key.strip_prefix("code/")?.split_once('/')?;
    name.strip_suffix(".zip")
}

/// A bundle that is being built while other steps run.
pub struct Building<'a> {
    state: State<'a>,
}

type BeingBuilt<'a> = Pin<Box<dyn Future<Output = Result<Bundle, Error>> + Send + 'a>>;

enum State<'a> {
    Running(BeingBuilt<'a>),
    Done(Bundle),
    Failed(Error),
}

impl std::fmt::Debug for Building<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = match &self.state {
            State::Running(_) => "running",
            State::Done(_) => "done",
            State::Failed(_) => "failed",
        };
        f.debug_tuple("Building").field(&state).finish()
    }
}

impl<'a> Building<'a> {
    /// `build` should make progress by itself: it is only looked at when it is needed.
    pub fn new(build: impl Future<Output = Result<Bundle, Error>> + Send + 'a) -> Self {
        Self {
            state: State::Running(Box::pin(build)),
        }
    }

    /// Waits for the build to end.
    pub(crate) async fn get(&mut self) -> Result<Bundle, Error> {
        if let State::Running(build) = &mut self.state {
            self.state = match build.await {
                Ok(bundle) => State::Done(bundle),
                Err(error) => State::Failed(error),
            };
        }
        match &self.state {
            State::Done(bundle) => Ok(bundle.clone()),
            State::Failed(error) => Err(error.clone()),
            State::Running(_) => Err(Error::new(
                crate::error::Code::Build,
                "the build was abandoned",
            )),
        }
    }
}

/// Waits for the build. What would be uploaded is for each region's stack to say, which knows its code.
pub(crate) async fn look(
    _session: &Session<'_>,
    needs: Option<(&mut Building<'_>, &[Region])>,
) -> Look<Bundle> {
    let bundle = match needs {
        Some((building, _)) => Some(building.get().await?),
        None => None,
    };
    Ok(Looked::new([], bundle))
}

pub(crate) async fn act(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    (building, regions): (&mut Building<'_>, &[Region]),
) -> Act<Bundle> {
    let bundle = building.get().await?;
    let uploads = (regions.iter()).map(|region| upload(session, agreement, region, &bundle));
    let mut uploaded = false;
    for upload in join_all(uploads).await {
        uploaded |= upload?;
    }
    let outcome = if uploaded { "uploaded" } else { "unchanged" };
    let outcome = format!("{outcome}: {}", &bundle.digest()[..12]);
    Ok((bundle, outcome))
}

/// The upload to a region, whose function runs the code of the key `deployed`.
pub(crate) fn decide(region: &Region, deployed: Option<&str>, bundle: &Bundle) -> Part {
    let before = deployed.and_then(digest_in);
    let value = |digest: &str| json!(format!("sha256:{digest}"));
    let path = vec!["digest".to_owned()];
    let field = Field::new(path, before.map(value), Some(value(&bundle.digest)));
    let changes = match before {
        Some(before) if before == bundle.digest => Vec::new(),
        _ => vec![Change::new(
            field.kind,
            format!("code {region}"),
            vec![field],
        )],
    };
    let unchanged = usize::from(changes.is_empty());
    Part::of(Step::Build, "upload the Lambda's code", changes, unchanged)
}

/// Uploads a bundle to a region unless it is there.
async fn upload(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    region: &Region,
    bundle: &Bundle,
) -> Result<bool, Error> {
    let bucket = session.bucket(region);
    let key = bundle.key(&session.inputs.stage);
    if bucket.contains(&key).await? {
        return Ok(false);
    }
    session.may_change()?;
    agreement.agree_to_step(&Step::Build)?;
    bucket.ensure().await?;
    bucket.put(&key, bundle.zip.clone()).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_uploaded_to_unless_its_function_runs_the_code() {
        let bundle = Bundle::new(Bytes::from_static(b"zip"));
        let region: Region = "eu-west-1".parse().unwrap();
        let key = bundle.key(&"dev".parse().unwrap());
        let changes = |deployed| decide(&region, deployed, &bundle).changes.len();
        assert_eq!(changes(None), 1);
        assert_eq!(changes(Some("code/dev/0000.zip")), 1);
        assert_eq!(changes(Some(&key)), 0);
    }
}
