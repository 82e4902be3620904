//! The AWS side: wire protocols and the stores behind STS, S3, CloudFormation, IAM, logs, Route 53 and
//! Certificate Manager.

pub mod acm;
pub mod cloudformation;
mod cognito;
pub mod iam;
mod input;
pub mod logs;
pub(crate) mod protocol;
pub mod route53;
pub mod s3;
pub mod schemas;
mod sts;

use axum::Router;

use self::cloudformation::{CloudFormation, Services};
use self::iam::Iam;
use crate::Shared;
use crate::cognito::Cognito;
use crate::lambda::Lambda;

/// Every AWS API of the stage. Clones share it.
#[derive(Debug, Clone)]
pub struct Aws {
    shared: Shared,
    s3: s3::S3,
    logs: logs::Logs,
    iam: Iam,
    cognito: Cognito,
    lambda: Lambda,
    cloudformation: CloudFormation,
}

impl Aws {
    /// An empty account.
    pub fn new(
        shared: Shared,
        s3: s3::S3,
        logs: logs::Logs,
        cognito: Cognito,
        lambda: Lambda,
    ) -> Self {
        let iam = Iam::new(shared.clock.clone());
        let cloudformation = CloudFormation::new(
            shared.clone(),
            Services {
                s3: s3.clone(),
                logs: logs.clone(),
                iam: iam.clone(),
                cognito: cognito.clone(),
                lambda: lambda.clone(),
            },
        );
        Self {
            shared,
            s3,
            logs,
            iam,
            cognito,
            lambda,
            cloudformation,
        }
    }

    /// All services behind one listener, told apart by the signature's credential scope, as the
    /// fallback of the routes that the listener has besides.
    pub(crate) fn behind(&self, routes: Router) -> Router {
        let services = Router::new()
            .fallback(protocol::serve)
            .with_state(self.clone());
        routes.fallback_service(services)
    }
}

/// Bytes in lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
