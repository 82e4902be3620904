//! An identity provider on loopback, over TLS: what the function asks when somebody is linked.
//!
//! Like Cognito it has two hosts, one for keys and `GetUser` and one for the userInfo endpoint,
//! so that a program that needs both makes two handshakes. The table is at a third.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use super::http::{Connection, Request};
use super::identity::{self, Issuer, POOL};

/// How often each door was used.
#[derive(Debug, Default)]
struct Counters {
    keys: AtomicUsize,
    profiles: AtomicUsize,
    items: AtomicUsize,
}

/// How often keys, profiles and items of the table were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) keys: usize,
    pub(super) profiles: usize,
    pub(super) items: usize,
}

/// A provider that listens until the process ends.
pub(super) struct Provider {
    /// The token that it accepts.
    pub(super) token: String,
    /// Its issuer URL.
    pub(super) issuer: String,
    /// The URL of its API, at the host of the issuer.
    pub(super) cognito_url: String,
    /// The URL of its sign-in domain.
    pub(super) sign_in_url: String,
    /// The URL of the table, at a host of its own.
    pub(super) table_url: String,
    /// The certificate that has to be trusted, in PEM.
    pub(super) root: String,
    asked: Arc<Counters>,
}

impl Provider {
    pub(super) fn start() -> Result<Self> {
        let chain = Chain::new()?;
        let tls = Arc::new(chain.server()?);
        let keys = listen()?;
        let (sign_in, tables) = (listen()?, listen()?);
        // By name, because that is how it is in the cloud: looking one up is part of the price.
        let cognito_url = format!("https://localhost:{}", keys.local_addr()?.port());
        let issuer = format!("{cognito_url}/{POOL}");
        let sign_in_url = format!("https://localhost:{}", sign_in.local_addr()?.port());
        let table_url = format!("https://localhost:{}", tables.local_addr()?.port());
        let signer = Issuer::new()?;
        let token = signer.access_token(&issuer)?;
        let asked = Arc::new(Counters::default());
        let answers = Arc::new(Answers {
            token: token.clone(),
            keys: signer.key_set(),
            asked: asked.clone(),
        });
        for listener in [keys, sign_in, tables] {
            let (tls, answers) = (tls.clone(), answers.clone());
            std::thread::spawn(move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    let (tls, answers) = (tls.clone(), answers.clone());
                    // A client that goes away in the middle says so in its own answer.
                    std::thread::spawn(move || drop(answers.converse(stream, tls)));
                }
            });
        }
        Ok(Self {
            token,
            issuer,
            cognito_url,
            sign_in_url,
            table_url,
            root: chain.root,
            asked,
        })
    }

    /// How often it was asked since the last call of this.
    pub(super) fn asked(&self) -> Asked {
        Asked {
            keys: self.asked.keys.swap(0, Ordering::Relaxed),
            profiles: self.asked.profiles.swap(0, Ordering::Relaxed),
            items: self.asked.items.swap(0, Ordering::Relaxed),
        }
    }
}

fn listen() -> Result<TcpListener> {
    TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).context("cannot listen on loopback")
}

/// What is answered, on either host.
struct Answers {
    token: String,
    keys: Value,
    asked: Arc<Counters>,
}

impl Answers {
    fn converse(&self, stream: TcpStream, tls: Arc<ServerConfig>) -> Result<()> {
        stream.set_nodelay(true)?;
        let stream = StreamOwned::new(ServerConnection::new(tls)?, stream);
        let mut connection = Connection::new(stream);
        while let Some(request) = connection.read()? {
            match self.answer(&request) {
                Some(body) => connection.write("200 OK", &[], body.to_string().as_bytes())?,
                None => connection.write("400 Bad Request", &[], b"{}")?,
            }
        }
        Ok(())
    }

    fn answer(&self, request: &Request) -> Option<Value> {
        let path = request.path.as_str();
        if request.method == "GET" && path == format!("/{POOL}/.well-known/jwks.json") {
            self.asked.keys.fetch_add(1, Ordering::Relaxed);
            return Some(self.keys.clone());
        }
        if request.method == "GET" && path == "/oauth2/userInfo" {
            let bearer = format!("Bearer {}", self.token);
            self.asked.profiles.fetch_add(1, Ordering::Relaxed);
            return (request.header("authorization") == Some(&bearer)).then(identity::user_info);
        }
        let operation = request.header("x-amz-target");
        if operation == Some("AWSCognitoIdentityProviderService.GetUser") {
            let input: Value = serde_json::from_slice(&request.body).ok()?;
            self.asked.profiles.fetch_add(1, Ordering::Relaxed);
            return (input["AccessToken"] == self.token.as_str()).then(identity::get_user);
        }
        if operation == Some("DynamoDB_20120810.GetItem") {
            self.asked.items.fetch_add(1, Ordering::Relaxed);
            return Some(identity::item());
        }
        None
    }
}

/// Root, intermediate and server certificate, as public hosts have them.
struct Chain {
    root: String,
    certificates: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: KeyPair,
}

impl Chain {
    fn new() -> Result<Self> {
        let root = CertifiedIssuer::self_signed(authority(1)?, KeyPair::generate()?)?;
        let intermediate = CertifiedIssuer::signed_by(authority(0)?, KeyPair::generate()?, &root)?;
        let key = KeyPair::generate()?;
        let names = vec!["localhost".to_owned()];
        let server = CertificateParams::new(names)?.signed_by(&key, &intermediate)?;
        Ok(Self {
            root: root.pem(),
            certificates: vec![server.der().clone(), intermediate.der().clone()],
            key,
        })
    }

    fn server(&self) -> Result<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(self.certificates.clone(), key.into())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // The first connection of a process never resumes a session.
        config.send_tls13_tickets = 0;
        Ok(config)
    }
}

/// An authority with at most `below` authorities below it.
fn authority(below: u8) -> Result<CertificateParams> {
    let mut parameters = CertificateParams::new(Vec::new())?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let name = format!("Voicelink bench {below}");
    parameters
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    Ok(parameters)
}
