//! The Lambda's code: built once, uploaded under its own digest.

use std::pin::Pin;

use bytes::Bytes;

use infra::stack_file::{Region, StageName};

use crate::agreement::Agreement;
use crate::digest;
use crate::error::Error;
use crate::progress::Step;
use crate::session::Session;

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
pub(crate) fn digest_in(key: &str) -> Option<&str> {
    let (_, name) = key.strip_prefix("code/")?.split_once('/')?;
    name.strip_suffix(".zip")
}

/// A bundle that is being built while other steps run.
pub struct Building<'a> {
    state: State<'a>,
}

type Build<'a> = Pin<Box<dyn Future<Output = Result<Bundle, Error>> + Send + 'a>>;

enum State<'a> {
    Running(Build<'a>),
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

/// Uploads a bundle to a region unless it is there.
pub(crate) async fn upload(
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
