//! The services of a stage, wired together, and what stands before each of their listeners.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;

use super::account::Account;
use super::faults::{self, Faults, Gate, Service};
use super::recorder::Recorder;
use super::relay::Relay;
use super::save::{self, Saving};
use super::{control, live, page, signatures, strip};
use crate::alexa::Alexa;
use crate::aws::Shared;
#[cfg(feature = "dynamodb")]
use crate::aws::dynamodb::DynamoDb;
use crate::aws::iam::Iam;
use crate::aws::logs::Logs;
use crate::aws::route53::resolver;
use crate::aws::s3::S3;
use crate::base::guard::door::{self, DoorRow};
use crate::base::guard::{Caller, Door, Guard, Proofs};
use crate::cloudformation;
use crate::cognito::Cognito;
use crate::lambda::{self, Lambda};

/// Every door of every listener of a stage: the table that routes and guard are built from.
pub fn doors() -> Vec<DoorRow> {
    let Some(shared) = Shared::unheard() else {
        return Vec::new();
    };
    let services = Services::new(shared, None, None);
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
pub(super) struct Services {
    shared: Shared,
    account: Account,
    alexa: Alexa,
    cognito: Cognito,
    faults: Faults,
    pub(super) lambda: Lambda,
    /// The folder of the project that the stage was started for.
    project: Option<Arc<Path>>,
}

impl Services {
    pub(super) fn new(shared: Shared, project: Option<Arc<Path>>, relay: Option<Relay>) -> Self {
        let s3 = S3::new(shared.clock.clone());
        let logs = Logs::new(shared.clock.clone());
        let iam = Iam::new(shared.clock.clone());
        let cognito = Cognito::new(shared.clone(), iam.clone());
        let lambda = Lambda::new(shared.clone(), s3.clone(), logs.clone());
        let services = cloudformation::Services {
            #[cfg(feature = "dynamodb")]
            dynamodb: DynamoDb::new(shared.clock.clone()),
            s3,
            logs,
            iam,
            cognito: cognito.clone(),
            lambda: lambda.clone(),
        };
        let account = Account::new(shared.clone(), services, relay);
        Self {
            alexa: Alexa::new(shared.clone(), lambda.clone()),
            faults: Faults::new(account.cloudformation.failures.clone()),
            account,
            cognito,
            lambda,
            project,
            shared,
        }
    }

    /// The table of doors: one part for each listener, in the order of their ports.
    fn doors(&self) -> [Vec<Door>; 5] {
        let saving = Saving {
            alexa: self.alexa.clone(),
            cognito: self.cognito.clone(),
            project: self.project.clone(),
        };
        let device = [
            save::doors(&saving),
            page::doors(&self.shared),
            live::doors(&self.shared),
            live::people_doors(&self.alexa, &self.cognito),
            self.alexa.device_doors(),
            control::doors(&self.shared),
            control::people_doors(&self.alexa, &self.cognito),
            resolver::doors(&self.shared.route53),
            faults::doors(&self.faults),
        ];
        [
            [self.cognito.issuer_doors(), signatures::doors().into()].concat(),
            self.alexa.smapi_doors(),
            self.alexa.lwa_doors(),
            self.cognito.sign_in_doors(),
            device.concat(),
        ]
    }

    /// The routes of each listener, built from its doors, behind its guard.
    pub(super) fn routers(&self, recorder: Option<Recorder>) -> [Router; 5] {
        let [aws, smapi, lwa, sign_in, device] = self.doors();
        let gate = |service, router| Gate::new(&self.faults, service).before(router);
        let issuers = self.cognito.conditioned(door::router(&aws));
        let routes = [
            gate(Service::Aws, self.account.behind(issuers)),
            // What is recorded is what SMAPI answers, not what a fault makes of it.
            gate(
                Service::Smapi,
                match recorder {
                    Some(recorder) => recorder.around(door::router(&smapi)),
                    None => door::router(&smapi),
                },
            ),
            gate(Service::Lwa, self.alexa.watching(door::router(&lwa))),
            self.alexa.watching(strip::below(
                self.cognito.conditioned(door::router(&sign_in)),
                &self.cognito,
                &self.shared,
            )),
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
            Caller::Signature => signatures::look(&self.shared.keys, parts),
            other => self.alexa.ask(other, parts),
        }
    }

    fn check(&self, caller: Caller, parts: &mut Parts, body: &Bytes) -> Result<(), Box<Response>> {
        match caller {
            Caller::Signature => signatures::check(&self.shared.keys, parts, body),
            _ => Ok(()),
        }
    }
}
