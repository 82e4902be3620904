//! Invocations: from the caller's name for a function to the process that answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::IgnoredAny;
use uuid::Uuid;

use super::error::invalid_parameter;
use super::reference::Reference;
use super::rest::Answer;
use super::runtime::{Outcome, Request};
use super::{Invocation, Lambda};
use crate::aws::protocol::Received;
use crate::base::error::AwsError;

/// 6 MB for a caller who waits, 1 MB for one who does not.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const LARGEST_EVENT: usize = 6_291_456;
const LARGEST_QUEUED_EVENT: usize = 1_048_576;
/// How much of the log a caller gets who asks for its tail.
const LOG_TAIL: usize = 4096;

impl Lambda {
    /// Has an event worked on, to the end even if the caller goes away.
    pub(super) async fn run(
        &self,
        reference: &Reference,
        payload: Bytes,
    ) -> Result<Invocation, AwsError> {
        let version = self.read(reference, |function| function.running(reference))?;
        let request = Request {
            id: Uuid::new_v4().to_string(),
            function_arn: reference.to_string(),
            payload: if payload.is_empty() {
                Bytes::from_static(b"{}")
            } else {
                payload
            },
        };
        let guard = self.inner.host.guard();
        let running = version.clone();
        let task = tokio::spawn(async move {
            let outcome = running.pool.run(request).await;
            // The stage does not count as stopped before this.
            drop((running, guard));
            outcome
        });
        let outcome = task
            .await
            .map_err(|_| AwsError::new(500, "ServiceException", "The local stage is stopping."))?;
        let Outcome {
            payload,
            failed,
            log,
            report,
        } = outcome;
        Ok(Invocation {
            payload,
            function_error: failed.then(|| "Unhandled".to_owned()),
            executed_version: version.blueprint.version.clone(),
            log,
            report,
        })
    }

    /// `Invoke` as the REST API has it.
    pub(super) async fn answer_invoke(
        &self,
        region: &str,
        name: &str,
        request: &Received,
    ) -> Result<Answer, AwsError> {
        let reference = Reference::parse(region, name, request.parameter("Qualifier"))?;
        let kind = request.header("x-amz-invocation-type");
        let kind = kind.unwrap_or("RequestResponse");
        let wants_log = request.header("x-amz-log-type") == Some("Tail");
        let queued = kind == "Event";
        check_event(&request.body, queued)?;
        match kind {
            "RequestResponse" => {
                let invocation = self.run(&reference, request.body.clone()).await?;
                let version = invocation.executed_version;
                let mut headers = vec![("X-Amz-Executed-Version", version)];
                if let Some(error) = invocation.function_error {
                    headers.push(("X-Amz-Function-Error", error));
                }
                if wants_log {
                    let tail = invocation.log.as_bytes();
                    let tail = &tail[tail.len().saturating_sub(LOG_TAIL)..];
                    headers.push(("X-Amz-Log-Result", STANDARD.encode(tail)));
                }
                Ok(Answer {
                    status: 200,
                    headers,
                    body: invocation.payload,
                })
            }
            "Event" => {
                self.read(&reference, |function| {
                    function.version(&reference).map(|_| ())
                })?;
                let (lambda, event) = (self.clone(), request.body.clone());
                // Nobody waits for the outcome; the log has it.
                tokio::spawn(async move { lambda.run(&reference, event).await });
                Ok(empty(202))
            }
            "DryRun" => {
                self.read(&reference, |function| {
                    function.version(&reference).map(|_| ())
                })?;
                Ok(empty(204))
            }
            other => Err(invalid_parameter(format!(
                "{other} is not an invocation type: Event, RequestResponse or DryRun."
            ))),
        }
    }
}

fn check_event(payload: &Bytes, queued: bool) -> Result<(), AwsError> {
    let largest = if queued {
        LARGEST_QUEUED_EVENT
    } else {
        LARGEST_EVENT
    };
    if payload.len() > largest {
        return Err(AwsError::new(
            413,
            "RequestTooLargeException",
            format!(
                "Request must be smaller than {largest} bytes for the InvokeFunction operation"
            ),
        ));
    }
    if payload.is_empty() {
        return Ok(());
    }
    match serde_json::from_slice::<IgnoredAny>(payload) {
        Ok(_) => Ok(()),
        Err(error) => Err(AwsError::bad_request(
            "InvalidRequestContentException",
            format!("Could not parse request body into json: {error}"),
        )),
    }
}

fn empty(status: u16) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        body: Bytes::new(),
    }
}
