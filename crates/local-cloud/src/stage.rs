//! Starting and stopping a stage: one listener per service, wired together.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use crate::alexa::Alexa;
use crate::aws::Aws;
use crate::aws::acm::Acm;
use crate::aws::logs::Logs;
use crate::aws::route53::{Route53, resolver};
use crate::aws::s3::S3;
use crate::cognito::{Cognito, UPDATED_ISSUERS};
use crate::faults::{self, Door, Faults, Gate, Wire};
use crate::lambda::Lambda;
use crate::recorder::Recorder;
use crate::{Clock, Outbox, Pace, control};

/// The account that owns everything on a local stage.
pub const ACCOUNT_ID: &str = "000000000000";
/// The Amazon developer who owns every skill on a local stage.
pub const VENDOR_ID: &str = "MLOCALVENDOR01";

/// The name of the sign-in listener that stands for domains of the account's own; the prefixes of
/// Cognito's are at its address.
pub(crate) const CUSTOM_HOST: &str = "localhost";

/// What to start.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The first of five consecutive ports; free ones are taken when absent.
    pub port: Option<u16>,
    /// A file to write every exchange with SMAPI to, one JSON object per line; what was in it is
    /// lost. Client secrets are blanked out.
    pub record_smapi: Option<PathBuf>,
    /// How fast the services finish what they go on with after they have answered.
    pub pace: Pace,
}

/// Where the services of a stage listen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Urls {
    /// Every AWS API, told apart by the request's signature.
    pub aws: Url,
    /// The Alexa Skill Management API and its upload store.
    pub smapi: Url,
    /// Login with Amazon.
    pub lwa: Url,
    /// The sign-in pages and OAuth endpoints of every user pool.
    pub sign_in: Url,
    /// The device, the Alexa app, the outbox and the clock.
    pub device: Url,
}

impl Urls {
    /// What stands for `https://pitangui.amazon.com`, `https://layla.amazon.com` and
    /// `https://alexa.amazon.co.jp`, in this order and without a trailing slash: the hosts that
    /// Alexa is redirected to when an account has been linked.
    pub fn redirect_bases(&self) -> [String; 3] {
        // `localhost` and not the address, because Cognito takes no other http callback URL.
        let port = self.device.port().unwrap_or_default();
        ["na", "eu", "fe"].map(|region| format!("http://localhost:{port}/{region}"))
    }

    /// What stands for `https://login.example.com` and every other sign-in domain that is no prefix
    /// of Cognito's own, without a trailing slash: another name of the same listener.
    pub fn custom_sign_in(&self) -> String {
        let port = self.sign_in.port().unwrap_or_default();
        format!("http://{CUSTOM_HOST}:{port}")
    }

    /// What stands for `https://issuer-cognito-idp.us-east-1.amazonaws.com`, the host of updated
    /// issuers in every region, without a trailing slash: a folder of the AWS listener.
    pub fn updated_issuers(&self) -> String {
        format!("{}{UPDATED_ISSUERS}", self.aws)
    }

    /// What answers which addresses a name has on the stage.
    pub fn resolver(&self) -> String {
        format!("{}resolve", self.device)
    }
}

/// What every service of one stage shares. Clones share it.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The stage's time.
    pub clock: Clock,
    /// Where the other services listen.
    pub urls: Arc<Urls>,
    /// What would have been sent to people.
    pub outbox: Outbox,
    /// What is to go wrong.
    pub faults: Faults,
    /// How fast the services are.
    pub pace: Pace,
    /// The certificates.
    pub acm: Acm,
    /// The names, and what they stand for.
    pub route53: Route53,
}

/// Why a stage did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port could not be listened on.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port, or 0 for "any free one".
        port: u16,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Five consecutive ports do not fit above this one.
    #[error("port {0} leaves no room for the four that follow it")]
    PortRange(u16),
    /// The recording cannot be written.
    #[error("cannot write the recording of SMAPI to {}: {source}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
}

/// A running stage. Dropping it without [`LocalStage::stop`] ends it without waiting.
#[derive(Debug)]
pub struct LocalStage {
    shared: Shared,
    lambda: Lambda,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl LocalStage {
    /// Binds the listeners and starts serving.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let recorder = options.record_smapi.map(record).transpose()?;
        let mut listeners = Vec::with_capacity(5);
        for offset in 0..5 {
            listeners.push(listen(options.port, offset).await?);
        }
        let url = |index: usize| base_url(&listeners[index]);
        let shared = Shared {
            clock: Clock::default(),
            urls: Arc::new(Urls {
                aws: url(0)?,
                smapi: url(1)?,
                lwa: url(2)?,
                sign_in: url(3)?,
                device: url(4)?,
            }),
            outbox: Outbox::default(),
            faults: Faults::default(),
            pace: options.pace,
            acm: Acm::default(),
            route53: Route53::new(options.pace.late_answers()),
        };

        let s3 = S3::new(shared.clock.clone());
        let logs = Logs::new(shared.clone());
        let cognito = Cognito::new(shared.clone());
        let lambda = Lambda::new(shared.clone(), s3.clone(), logs.clone());
        let aws = Aws::new(shared.clone(), s3, logs, cognito.clone(), lambda.clone());
        let alexa = Alexa::new(shared.clone(), lambda.clone());

        let gate = |door, router| Gate::new(&shared.faults, door).before(router);
        let routers = [
            gate(Door::Aws, aws.router().merge(cognito.issuer_router())),
            // What is recorded is what SMAPI answers, not what a fault makes of it.
            gate(
                Door::Smapi,
                match recorder {
                    Some(recorder) => recorder.around(alexa.smapi_router()),
                    None => alexa.smapi_router(),
                },
            ),
            gate(Door::Lwa, alexa.lwa_router()),
            cognito.sign_in_router(),
            alexa
                .device_router()
                .merge(control::router(shared.clone()))
                .merge(resolver::router(shared.route53.clone()))
                .merge(control::people_router(alexa.clone(), cognito.clone()))
                .merge(faults::router(shared.faults.clone())),
        ];
        let (stop, stopped) = watch::channel(false);
        let servers = listeners
            .into_iter()
            .zip(routers)
            .map(|(listener, router)| tokio::spawn(serve(listener, router, stopped.clone())))
            .collect();
        Ok(Self {
            shared,
            lambda,
            stop,
            servers,
        })
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

async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) {
    let service = router.into_make_service_with_connect_info::<Wire>();
    let served =
        axum::serve(faults::listen(listener), service).with_graceful_shutdown(async move {
            // An error means that the stage itself is gone.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        });
    // The listener is ours and lives as long as the stage: there is nobody to tell.
    let _ = served.await;
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What the services of a stage share that nobody listens for.
    pub(crate) fn shared() -> Shared {
        let url = || "http://127.0.0.1:1".parse().unwrap();
        Shared {
            clock: Clock::default(),
            urls: Arc::new(Urls {
                aws: url(),
                smapi: url(),
                lwa: url(),
                sign_in: url(),
                device: url(),
            }),
            outbox: Outbox::default(),
            faults: Faults::default(),
            pace: Pace::QUICK,
            acm: Acm::default(),
            route53: Route53::default(),
        }
    }
}
