//! Sending a request to a skill's endpoint.

use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;

use crate::alexa::Alexa;

/// How long a skill may take.
/// <https://developer.amazon.com/docs/alexa/custom-skills/send-the-user-a-progressive-response.html>
const BUDGET: Duration = Duration::from_secs(8);

/// One request and what became of it.
#[derive(Debug)]
pub(in crate::alexa) struct Invoked {
    /// Where it went.
    pub(in crate::alexa) endpoint: String,
    /// The document that was sent.
    pub(in crate::alexa) request: Value,
    /// How long it took, in milliseconds.
    pub(in crate::alexa) milliseconds: u64,
    /// What was heard meanwhile.
    pub(super) progressive: Vec<String>,
    /// Log and report of the function, if it has come to an end in time.
    pub(super) trace: Option<Trace>,
    outcome: Result<Bytes, (&'static str, String)>,
}

/// Log and report of one invocation.
#[derive(Debug)]
pub(super) struct Trace {
    /// Its log, with Lambda's own lines.
    pub(super) log: String,
    /// Duration, memory, and how it ended, as Lambda's `platform.report` has them.
    pub(super) report: Value,
}

impl Invoked {
    /// The answer, or the kind of failure (as in `SessionEndedRequest`) and its reason.
    pub(in crate::alexa) fn answer(&self) -> Result<&[u8], (&'static str, String)> {
        self.outcome
            .as_deref()
            .map_err(|(kind, reason)| (*kind, reason.clone()))
    }
}

impl Alexa {
    /// Invokes a skill.
    pub(super) async fn invoke(&self, endpoint: String, request: Value) -> Invoked {
        let started = Instant::now();
        self.expect_directives(&request);
        let mut trace = None;
        let outcome = if endpoint.starts_with("arn:") {
            self.invoke_function(&endpoint, &request, &mut trace).await
        } else {
            Err((
                "INTERNAL_SERVICE_ERROR",
                format!("the local stage reaches Lambda functions only, not {endpoint}"),
            ))
        };
        Invoked {
            trace,
            endpoint,
            progressive: self.end_directives(&request),
            request,
            milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            outcome,
        }
    }

    async fn invoke_function(
        &self,
        arn: &str,
        request: &Value,
        trace: &mut Option<Trace>,
    ) -> Result<Bytes, (&'static str, String)> {
        let payload = Bytes::from(request.to_string());
        let invoked = self.inner.lambda.invoke(arn, payload);
        let invocation = tokio::time::timeout(BUDGET, invoked)
            .await
            .map_err(|_| {
                let seconds = BUDGET.as_secs();
                (
                    "ENDPOINT_TIMEOUT",
                    format!("the skill did not answer within {seconds} seconds"),
                )
            })?
            .map_err(|source| {
                (
                    "INTERNAL_SERVICE_ERROR",
                    format!("the skill cannot be invoked: {source}"),
                )
            })?;
        *trace = Some(Trace {
            log: invocation.log,
            report: invocation.report,
        });
        match invocation.function_error {
            None => Ok(invocation.payload),
            Some(kind) => Err((
                "INVALID_RESPONSE",
                format!(
                    "the function failed ({kind}): {}",
                    String::from_utf8_lossy(&invocation.payload)
                ),
            )),
        }
    }
}
