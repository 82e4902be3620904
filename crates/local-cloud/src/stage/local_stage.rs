//! Starting and stopping a stage: one listener per service, wired together.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use local_access::{Access, DEVELOPER_CLIENT_ID, Urls, VENDOR_ID};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use super::recorder::Recorder;
use super::relay::Relay;
use super::services::Services;
use crate::aws::Shared;
use crate::base::keys::Keys;
use crate::base::pace::Pace;
use crate::base::server;
use crate::lambda::Lambda;

/// A stage to start.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The first of five consecutive ports; free ones are taken when absent.
    pub port: Option<u16>,
    /// A file to write every exchange with SMAPI to, one JSON object per line; what was in it is
    /// lost. Client secrets are blanked out.
    pub record_smapi: Option<PathBuf>,
    /// The folder of a project, which a conversation can be saved to as a test.
    pub project: Option<PathBuf>,
    /// How fast the services finish what they go on with after they have answered.
    pub pace: Pace,
    /// An AWS emulator for what the stage has not: https, or http on this machine.
    pub aws_emulator: Option<Url>,
}

/// Why a stage did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port could not be listened on.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port, or 0 for "any free one".
        port: u16,
        /// The reason, by the operating system.
        source: std::io::Error,
    },
    /// Five consecutive ports do not fit above this one.
    #[error("port {0} leaves no room for the four that follow it")]
    PortRange(u16),
    /// No client for the emulator.
    #[error("cannot call the AWS emulator {url}: {source}")]
    Emulator {
        /// Where it is.
        url: Url,
        /// The reason, by the HTTP client.
        source: reqwest::Error,
    },
    /// The recording cannot be written.
    #[error("cannot write the recording of SMAPI to {}: {source}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// The reason, by the operating system.
        source: std::io::Error,
    },
}

/// A running stage. Dropping it without [`LocalStage::stop`] ends it without waiting.
#[derive(Debug)]
pub struct LocalStage {
    shared: Shared,
    aws_emulator: Option<Url>,
    lambda: Lambda,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl LocalStage {
    /// Binds the listeners and starts serving.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        Self::start_with(options, Keys::default()).await
    }

    /// The same for a stage that is attacked on purpose.
    #[cfg(feature = "attack-test")]
    pub async fn start_for_attack_test(
        options: Options,
        test: crate::base::attack_test::AttackTest,
    ) -> Result<Self, StartError> {
        Self::start_with(options, Keys::for_attack_test(test)).await
    }

    async fn start_with(options: Options, keys: Keys) -> Result<Self, StartError> {
        let recorder = options.record_smapi.map(record).transpose()?;
        let relay = options.aws_emulator.map(relay).transpose()?;
        let aws_emulator = relay.as_ref().map(|relay| relay.url().clone());
        let mut listeners = Vec::with_capacity(5);
        for offset in 0..5 {
            listeners.push(listen(options.port, offset).await?);
        }
        let url = |index: usize| base_url(&listeners[index]);
        let urls = Urls {
            aws: url(0)?,
            smapi: url(1)?,
            lwa: url(2)?,
            sign_in: url(3)?,
            device: url(4)?,
        };
        let shared = Shared::new(urls, options.pace, keys);
        let project = options.project.map(Arc::from);
        let services = Services::new(shared.clone(), project, relay);
        let routers = services.routers(recorder);
        let (stop, stopped) = watch::channel(false);
        let servers = listeners
            .into_iter()
            .zip(routers)
            .map(|(listener, router)| {
                let served = server::serve(listener, router, stopped.clone(), server::PATIENCE);
                tokio::spawn(served)
            })
            .collect();
        Ok(Self {
            shared,
            aws_emulator,
            lambda: services.lambda,
            stop,
            servers,
        })
    }

    /// Where the services listen, and what opens them.
    pub fn access(&self) -> Access {
        let keys = &self.shared.keys;
        let (deployer, developer) = (keys.deployer(), keys.developer());
        Access {
            urls: self.urls().clone(),
            access_key_id: deployer.access_key_id.clone(),
            secret_access_key: deployer.secret_access_key.clone(),
            token: keys.token().clone(),
            vendor_id: VENDOR_ID.to_owned(),
            lwa_client_id: DEVELOPER_CLIENT_ID.to_owned(),
            lwa_client_secret: developer.client_secret.clone(),
            lwa_refresh_token: developer.refresh_token.clone(),
            smapi_token: developer.access_token.clone(),
            aws_emulator: self.aws_emulator.clone(),
        }
    }

    /// Where the services listen.
    pub fn urls(&self) -> &Urls {
        &self.shared.urls
    }

    /// Ends every server and every function process.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.lambda.shutdown().await;
        for server in self.servers {
            server.abort();
            // A cancelled server is a stopped server.
            let _ = server.await;
        }
    }
}

fn relay(url: Url) -> Result<Relay, StartError> {
    Relay::new(url.clone()).map_err(|source| StartError::Emulator { url, source })
}

fn record(path: PathBuf) -> Result<Recorder, StartError> {
    Recorder::create(&path).map_err(|source| StartError::Record { path, source })
}

async fn listen(first: Option<u16>, offset: u16) -> Result<TcpListener, StartError> {
    let port = match first {
        None => 0,
        Some(first) => first
            .checked_add(offset)
            .ok_or(StartError::PortRange(first))?,
    };
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .await
        .map_err(|source| StartError::Listen { port, source })
}

fn base_url(listener: &TcpListener) -> Result<Url, StartError> {
    let port = listener
        .local_addr()
        .map_err(|source| StartError::Listen { port: 0, source })?
        .port();
    Url::parse(&format!("http://127.0.0.1:{port}")).map_err(|_| StartError::PortRange(port))
}
