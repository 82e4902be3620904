//! Counting what the rollout does to the outside world.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

/// Outgoing calls so far, retries included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Calls {
    /// Calls that cannot change anything.
    pub reading: usize,
    /// Calls that may.
    pub mutating: usize,
}

/// One call and its answer, as it may be shown: without queries, headers and bodies, in which
/// secrets can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Service and operation, such as `CloudFormation CreateChangeSet`.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The HTTP status; `None` when there was no answer.
    pub status: Option<u16>,
    /// What the service's support asks for.
    pub request_id: Option<String>,
    /// Until the answer began.
    pub took: Duration,
}

impl fmt::Display for Exchange {
    /// Method, path, status, request id and duration, and what was called.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.method, self.path)?;
        match self.status {
            Some(status) => write!(f, "{status}")?,
            None => f.write_str("no answer")?,
        }
        write!(
            f,
            " {} {} ms ({})",
            self.request_id.as_deref().unwrap_or("-"),
            self.took.as_millis(),
            self.operation
        )
    }
}

/// Who is told of every exchange.
type Listener = Arc<dyn Fn(&Exchange) + Send + Sync>;

/// Counts calls to AWS and to the Skill Management API. Clones share the count.
#[derive(Clone, Default)]
pub struct CallCounter {
    counts: Arc<Counts>,
    listener: Option<Listener>,
}

impl fmt::Debug for CallCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallCounter")
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Counts {
    reading: AtomicUsize,
    mutating: AtomicUsize,
}

impl CallCounter {
    /// A counter that also tells of every exchange.
    pub fn telling(listener: impl Fn(&Exchange) + Send + Sync + 'static) -> Self {
        Self {
            counts: Arc::default(),
            listener: Some(Arc::new(listener)),
        }
    }

    /// What a client of the Skill Management API reports its calls to.
    pub fn observer(&self) -> smapi::Observer {
        let counter = self.clone();
        Arc::new(move |call: &smapi::Call| {
            counter.count(call.kind == smapi::CallKind::Mutating);
            counter.tell(|| Exchange {
                operation: call.operation.to_string(),
                method: call.method.to_string(),
                path: call.path.clone(),
                status: call.status,
                request_id: call.request_id.clone(),
                took: call.took,
            });
        })
    }

    /// Tells of an exchange, if anybody listens.
    pub(crate) fn tell(&self, exchange: impl FnOnce() -> Exchange) {
        if let Some(listener) = &self.listener {
            listener(&exchange());
        }
    }

    /// The calls counted until now.
    pub fn calls(&self) -> Calls {
        Calls {
            reading: self.counts.reading.load(Ordering::Relaxed),
            mutating: self.counts.mutating.load(Ordering::Relaxed),
        }
    }

    /// Counts one call.
    pub fn count(&self, mutating: bool) {
        let counter = if mutating {
            &self.counts.mutating
        } else {
            &self.counts.reading
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// When an attempt was sent.
#[derive(Debug)]
struct Started(Instant);

impl Storable for Started {
    type Storer = StoreReplace<Self>;
}

/// Only the path of a URL.
fn path(uri: &str) -> String {
    uri.parse::<url::Url>()
        .map_or_else(|_| "/".to_owned(), |url| url.path().to_owned())
}

/// Whether an AWS operation only reads, by the verbs that AWS names its reading operations with.
pub fn is_reading(operation: &str) -> bool {
    ["Describe", "Detect", "Filter", "Get", "Head", "List"]
        .iter()
        .any(|verb| operation.starts_with(verb))
}

#[dyn_dispatch_hint]
impl Intercept for CallCounter {
    fn name(&self) -> &'static str {
        "CallCounter"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let reading = config
            .load::<Metadata>()
            .is_some_and(|operation| is_reading(operation.name()));
        self.count(!reading);
        config
            .interceptor_state()
            .store_put(Started(Instant::now()));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(request) = context.request() else {
            return Ok(());
        };
        let took = config
            .load::<Started>()
            .map(|started| started.0.elapsed())
            .unwrap_or_default();
        let metadata = config.load::<Metadata>();
        let response = context.response();
        self.tell(|| Exchange {
            operation: metadata.map_or_else(String::new, |metadata| {
                format!("{} {}", metadata.service(), metadata.name())
            }),
            method: request.method().to_owned(),
            path: path(request.uri()),
            status: response.map(|response| response.status().as_u16()),
            request_id: response.and_then(|response| {
                let ids = ["x-amzn-requestid", "x-amz-request-id"];
                ids.iter()
                    .find_map(|name| response.headers().get(*name))
                    .map(str::to_owned)
            }),
            took,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_is_one_line_without_a_query() {
        let exchange = Exchange {
            operation: "S3 GetObject".to_owned(),
            method: "GET".to_owned(),
            path: path("https://bucket.s3.amazonaws.com/stages/dev.json?X-Amz-Signature=secret"),
            status: Some(200),
            request_id: Some("4442587FB7D0A2F9".to_owned()),
            took: Duration::from_millis(12),
        };
        assert_eq!(
            exchange.to_string(),
            "GET /stages/dev.json 200 4442587FB7D0A2F9 12 ms (S3 GetObject)"
        );
    }

    #[test]
    fn an_unknown_verb_counts_as_mutating() {
        assert!(is_reading("DescribeStacks"));
        assert!(is_reading("GetCallerIdentity"));
        assert!(!is_reading("ExecuteChangeSet"));
        assert!(!is_reading("Frobnicate"));
    }
}
