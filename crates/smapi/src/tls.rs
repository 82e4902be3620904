//! HTTP clients: one for the internet, one for this machine.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use url::Url;

use crate::Error;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(10);
const USER_AGENT: &str = concat!("voicelink/", env!("CARGO_PKG_VERSION"));

/// Both clients, each made when first needed: reading this machine's certificates takes longer
/// than a whole deployment to a stage on this machine should wait for it.
#[derive(Debug, Default)]
pub struct HttpClients {
    internet: OnceLock<reqwest::Client>,
    loopback: OnceLock<reqwest::Client>,
}

impl HttpClients {
    /// The client for a URL. Plain http is for this machine only, which no proxy can reach.
    pub fn for_url(&self, url: &Url) -> Result<&reqwest::Client, Error> {
        if url.scheme() == "http" {
            get_or_build(&self.loopback, || build(no_tls()?, true))
        } else {
            get_or_build(&self.internet, || build(platform_tls()?, false))
        }
    }
}

fn get_or_build(
    cell: &OnceLock<reqwest::Client>,
    build: impl FnOnce() -> Result<reqwest::Client, Error>,
) -> Result<&reqwest::Client, Error> {
    match cell.get() {
        Some(client) => Ok(client),
        // Two tasks may both come here; the first to finish wins.
        None => build().map(|client| cell.get_or_init(|| client)),
    }
}

fn build(tls: ClientConfig, loopback: bool) -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT)
        // Neither service redirects, and a token must not travel on.
        .redirect(Policy::none());
    let builder = if loopback {
        builder.no_proxy()
    } else {
        builder.https_only(true)
    };
    builder.build().map_err(|error| Error::Tls(error.into()))
}

/// The certificates that this machine trusts, so that a company's proxy works.
fn platform_tls() -> Result<ClientConfig, Error> {
    let config = versions()?
        .with_platform_verifier()
        .map_err(|error| Error::Tls(error.into()))?;
    Ok(config.with_no_client_auth())
}

/// The client wants a TLS configuration even where it is never used.
fn no_tls() -> Result<ClientConfig, Error> {
    Ok(versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

/// A configuration with a crypto provider of its own instead of the process's default.
fn versions() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Error> {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Tls(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_clients_can_be_built_without_a_process_wide_provider() {
        let clients = HttpClients::default();
        for url in ["https://api.amazonalexa.com", "http://127.0.0.1:1"] {
            assert!(clients.for_url(&url.parse().unwrap()).is_ok(), "{url}");
        }
    }
}
