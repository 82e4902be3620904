//! The AWS SDK's requests, sent by our own client: what is trusted is decided once, a connection
//! is used by both, and the SDK's own HTTP stack stays out of the Lambda.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient as SdkHttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use crate::http_client::{HttpClient, HttpError};

/// A client of the AWS SDK for operations whose requests and answers fit in memory.
#[derive(Debug, Clone)]
pub struct SdkHttp {
    http: Arc<HttpClient>,
}

impl SdkHttp {
    /// Sends through this client.
    pub fn new(http: Arc<HttpClient>) -> Self {
        Self { http }
    }
}

impl SdkHttpClient for SdkHttp {
    /// Timeouts are the caller's: the SDK asks for none unless it is configured to.
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for SdkHttp {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let http = self.http.clone();
        HttpConnectorFuture::new(async move {
            let request = buffered(request)?;
            let response = http.send(&request).await.map_err(unsent)?;
            HttpResponse::try_from(response.map(SdkBody::from))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn buffered(request: HttpRequest) -> Result<Request<Full<Bytes>>, ConnectorError> {
    let request = request
        .try_into_http1x()
        .map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    let bytes = body
        .bytes()
        .map(Bytes::copy_from_slice)
        .ok_or_else(|| ConnectorError::user("a streamed request".into()))?;
    Ok(Request::from_parts(parts, Full::new(bytes)))
}

/// What the SDK may try again, and what it may not.
fn unsent(error: HttpError) -> ConnectorError {
    match error {
        HttpError::Unreachable { .. } => ConnectorError::io(error.into()),
        HttpError::TimedOut { .. } => ConnectorError::timeout(error.into()),
        _ => ConnectorError::user(error.into()),
    }
}
