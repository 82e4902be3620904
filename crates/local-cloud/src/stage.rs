//! Starting and stopping a stage: one listener per service, wired together.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use local_access::{Access, DEVELOPER_CLIENT_ID, Urls, VENDOR_ID};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use crate::alexa::Alexa;
use crate::aws::acm::Acm;
use crate::aws::logs::Logs;
use crate::aws::route53::{Route53, resolver};
use crate::aws::s3::S3;
use crate::aws::{Aws, protocol};
use crate::base::clock::Clock;
use crate::base::guard::door::{self, DoorRow};
use crate::base::guard::{Caller, Door, Guard, Proofs};
use crate::base::keys::Keys;
use crate::base::outbox::Outbox;
use crate::base::pace::Pace;
use crate::base::server;
use crate::cognito::Cognito;
use crate::faults::{self, Faults, Gate, Service};
use crate::lambda::{self, Lambda};
use crate::recorder::Recorder;
use crate::{control, page};

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

/// What every service of one stage shares. Clones share it.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The stage's time.
    pub clock: Clock,
    /// Where the other services listen.
    pub urls: Arc<Urls>,
    /// What would have been sent to people.
    pub outbox: Outbox,
    /// What callers have to show.
    pub(crate) keys: Keys,
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
        let services = Services::new(urls, options.pace, keys);
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
            shared: services.shared,
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

/// Every door of every listener of a stage: the table that routes and guard are built from.
pub fn doors() -> Vec<DoorRow> {
    let unused = || Url::parse("http://127.0.0.1:1").ok();
    let Some(url) = unused() else {
        return Vec::new();
    };
    let urls = Urls {
        aws: url.clone(),
        smapi: url.clone(),
        lwa: url.clone(),
        sign_in: url.clone(),
        device: url,
    };
    let services = Services::new(urls, Pace::QUICK, Keys::default());
    let listeners = ["aws", "smapi", "lwa", "signIn", "device"];
    listeners
        .into_iter()
        .zip(services.doors())
        .flat_map(|(listener, doors)| doors.into_iter().map(move |door| door.row(listener)))
        .chain(lambda::runtime_doors())
        .collect()
}

/// Everything that answers on the listeners of a stage.
#[derive(Debug, Clone)]
struct Services {
    shared: Shared,
    aws: Aws,
    alexa: Alexa,
    cognito: Cognito,
    lambda: Lambda,
}

impl Services {
    fn new(urls: Urls, pace: Pace, keys: Keys) -> Self {
        let shared = Shared {
            clock: Clock::default(),
            urls: Arc::new(urls),
            outbox: Outbox::default(),
            keys,
            faults: Faults::default(),
            pace,
            acm: Acm::default(),
            route53: Route53::new(pace.late_answers()),
        };
        let s3 = S3::new(shared.clock.clone());
        let logs = Logs::new(shared.clone());
        let cognito = Cognito::new(shared.clone());
        let lambda = Lambda::new(shared.clone(), s3.clone(), logs.clone());
        Self {
            aws: Aws::new(shared.clone(), s3, logs, cognito.clone(), lambda.clone()),
            alexa: Alexa::new(shared.clone(), lambda.clone()),
            cognito,
            lambda,
            shared,
        }
    }

    /// The table of doors: one part for each listener, in the order of their ports.
    fn doors(&self) -> [Vec<Door>; 5] {
        let device = [
            page::doors(&self.shared),
            self.alexa.device_doors(),
            control::doors(&self.shared),
            control::people_doors(&self.alexa, &self.cognito),
            resolver::doors(&self.shared.route53),
            faults::doors(&self.shared.faults),
        ];
        [
            [self.cognito.issuer_doors(), protocol::doors().into()].concat(),
            self.alexa.smapi_doors(),
            self.alexa.lwa_doors(),
            self.cognito.sign_in_doors(),
            device.concat(),
        ]
    }

    /// The routes of each listener, built from its doors, behind its guard.
    fn routers(&self, recorder: Option<Recorder>) -> [Router; 5] {
        let [aws, smapi, lwa, sign_in, device] = self.doors();
        let gate = |service, router| Gate::new(&self.shared.faults, service).before(router);
        let issuers = self.cognito.conditioned(door::router(&aws));
        let routes = [
            gate(Service::Aws, self.aws.behind(issuers)),
            // What is recorded is what SMAPI answers, not what a fault makes of it.
            gate(
                Service::Smapi,
                match recorder {
                    Some(recorder) => recorder.around(door::router(&smapi)),
                    None => door::router(&smapi),
                },
            ),
            gate(Service::Lwa, door::router(&lwa)),
            self.cognito.conditioned(door::router(&sign_in)),
            door::router(&device),
        ];
        let urls = &self.shared.urls;
        let ports = [
            &urls.aws,
            &urls.smapi,
            &urls.lwa,
            &urls.sign_in,
            &urls.device,
        ]
        .map(|url| url.port().unwrap_or_default());
        let proofs: Arc<dyn Proofs> = Arc::new(self.clone());
        let mut tables = [aws, smapi, lwa, sign_in, device].into_iter().zip(ports);
        routes.map(|routes| {
            // There are as many of each.
            let (doors, port) = tables.next().unwrap_or_default();
            Guard::new(port, &doors, self.shared.keys.clone(), proofs.clone()).before(routes)
        })
    }
}

impl Proofs for Services {
    fn look(&self, caller: Caller, parts: &Parts) -> Result<(), Box<Response>> {
        match caller {
            Caller::Signature => protocol::look(&self.shared.keys, parts),
            other => self.alexa.ask(other, parts),
        }
    }

    fn check(&self, caller: Caller, parts: &mut Parts, body: &Bytes) -> Result<(), Box<Response>> {
        match caller {
            Caller::Signature => protocol::check(&self.shared.keys, parts, body),
            _ => Ok(()),
        }
    }
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
            keys: Keys::default(),
            faults: Faults::default(),
            pace: Pace::QUICK,
            acm: Acm::default(),
            route53: Route53::default(),
        }
    }
}
