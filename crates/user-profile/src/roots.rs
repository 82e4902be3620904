//! The certificates that a provider's own must descend from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper_rustls::ConfigBuilderExt as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::{ClientConfig, RootCertStore};

/// The certificates that a provider's own must descend from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TrustedRoots {
    /// Those that Mozilla trusts, compiled in: reading the machine's takes longer than a
    /// handshake.
    #[default]
    BuiltIn,
    /// Those in a PEM file, and no others: for a provider behind a proxy or with an authority of
    /// its own. The file is read before the first handshake.
    File(PathBuf),
}

/// Why there is nothing to trust.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// The file cannot be read, or is not PEM.
    #[error("{} cannot be read as certificates in PEM", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: pem::Error,
    },
    /// The file has a certificate that is none.
    #[error("{} has a certificate that cannot be used", .path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: rustls::Error,
    },
    /// The file has no certificate.
    #[error("{} has no certificate", .0.display())]
    Empty(PathBuf),
    /// The TLS library refuses to be set up.
    #[error("TLS could not be set up")]
    Tls(#[source] rustls::Error),
}

impl TrustedRoots {
    /// What it takes to make a connection.
    pub(crate) fn client_config(&self) -> Result<ClientConfig, RootsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(RootsError::Tls)?;
        let builder = match self {
            Self::BuiltIn => builder.with_webpki_roots(),
            Self::File(path) => builder.with_root_certificates(read(path)?),
        };
        Ok(builder.with_no_client_auth())
    }
}

fn read(path: &Path) -> Result<RootCertStore, RootsError> {
    let unreadable = |source| RootsError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
        let added = roots.add(certificate.map_err(unreadable)?);
        added.map_err(|source| RootsError::Unusable {
            path: path.to_owned(),
            source,
        })?;
    }
    if roots.is_empty() {
        return Err(RootsError::Empty(path.to_owned()));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_file_the_built_in_roots_are_trusted() {
        assert!(TrustedRoots::default().client_config().is_ok());
    }

    #[test]
    fn a_file_without_certificates_is_named() {
        for (file, says) in [
            ("no/such/file.pem", "cannot be read as certificates in PEM"),
            ("Cargo.toml", "has no certificate"),
        ] {
            let roots = TrustedRoots::File(file.into());
            let error = roots.client_config().unwrap_err().to_string();
            assert_eq!(error, format!("{file} {says}"));
        }
    }
}
