//! Signing keys: two RSA keys for every pool, one for access tokens and one for ID tokens.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::OnceCell;

const BITS: usize = 2048;

/// Why a key could not be made or used.
#[derive(Debug, thiserror::Error)]
#[error("the stage cannot make or use a signing key: {0}")]
pub(crate) struct KeyError(String);

impl From<KeyError> for crate::base::error::AwsError {
    fn from(error: KeyError) -> Self {
        Self::new(500, "InternalErrorException", error.to_string())
    }
}

/// Which of a pool's two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Access,
    Id,
}

/// The keys of one pool. They are made in the background, so that creating a pool takes no time;
/// the first token waits for what is not ready.
#[derive(Debug, Default)]
pub(crate) struct PoolKeys {
    access: OnceCell<Arc<SigningKey>>,
    id: OnceCell<Arc<SigningKey>>,
}

impl PoolKeys {
    /// Starts making both keys.
    pub(crate) fn prepare() -> Arc<Self> {
        let keys = Arc::new(Self::default());
        if let Ok(runtime) = Handle::try_current() {
            let keys = Arc::clone(&keys);
            runtime.spawn(async move {
                // One after the other, to leave the machine to what has created the pool. Whoever
                // needs a key asks again and is told why it could not be made.
                let _ = keys.get(Purpose::Access).await;
                let _ = keys.get(Purpose::Id).await;
            });
        }
        keys
    }

    /// One of the keys.
    pub(crate) async fn get(&self, purpose: Purpose) -> Result<Arc<SigningKey>, KeyError> {
        let cell = match purpose {
            Purpose::Access => &self.access,
            Purpose::Id => &self.id,
        };
        let key = cell.get_or_try_init(|| async {
            tokio::task::spawn_blocking(SigningKey::generate)
                .await
                .map_err(|error| KeyError(error.to_string()))?
                .map(Arc::new)
        });
        key.await.cloned()
    }

    /// One of the keys if it exists; a key that does not exist yet has signed nothing.
    pub(crate) fn existing(&self, purpose: Purpose) -> Option<&SigningKey> {
        match purpose {
            Purpose::Access => self.access.get(),
            Purpose::Id => self.id.get(),
        }
        .map(Arc::as_ref)
    }

    /// The public halves, as in `jwks.json`.
    pub(crate) async fn jwks(&self) -> Result<Value, KeyError> {
        let (id, access) = tokio::try_join!(self.get(Purpose::Id), self.get(Purpose::Access))?;
        Ok(json!({ "keys": [id.jwk(), access.jwk()] }))
    }
}

/// One RSA key.
#[derive(Debug)]
pub(crate) struct SigningKey {
    kid: String,
    pair: RsaKeyPair,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl SigningKey {
    fn generate() -> Result<Self, KeyError> {
        let key = rsa::PrivateKey::new(&mut getrandom::SysRng, BITS)
            .map_err(|error| KeyError(error.to_string()))?;
        let document = key
            .to_pkcs8_der()
            .map_err(|error| KeyError(error.to_string()))?;
        let pair = RsaKeyPair::from_pkcs8(document.as_bytes())
            .map_err(|error| KeyError(error.to_string()))?;
        let modulus = key.n_bytes().into_vec();
        let digest = ring::digest::digest(&ring::digest::SHA256, &modulus);
        Ok(Self {
            kid: base64::engine::general_purpose::STANDARD.encode(digest),
            pair,
            modulus,
            exponent: key.e_bytes().into_vec(),
        })
    }

    /// What the token's header names.
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// An RS256 signature (RFC 7518, section 3.3).
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .map_err(|_| KeyError("signing failed".to_owned()))?;
        Ok(signature)
    }

    /// Whether this key made the signature.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        ring::signature::RsaPublicKeyComponents {
            n: &self.modulus,
            e: &self.exponent,
        }
        .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
        .is_ok()
    }

    fn jwk(&self) -> Value {
        json!({
            "alg": "RS256",
            "e": URL_SAFE_NO_PAD.encode(&self.exponent),
            "kid": self.kid,
            "kty": "RSA",
            "n": URL_SAFE_NO_PAD.encode(&self.modulus),
            "use": "sig",
        })
    }
}
