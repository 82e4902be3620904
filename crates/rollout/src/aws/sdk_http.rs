//! Requests of SDK crates, sent by the client that everything else is sent with: proxies, trusted
//! certificates and redirects are decided in one place, and a second HTTP stack is not compiled.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use smapi::HttpClients;

/// The HTTP client of SDK crates, for operations whose requests and answers are small.
#[derive(Debug, Clone)]
pub(super) struct SdkHttp {
    clients: Arc<HttpClients>,
    /// How long an exchange may take, where the SDK limits it: it asks EC2's metadata so on a machine
    /// that may have none.
    timeout: Option<Duration>,
}

impl SdkHttp {
    pub(super) fn new(clients: Arc<HttpClients>) -> Self {
        Self {
            clients,
            timeout: None,
        }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let user = |error: Box<dyn std::error::Error + Send + Sync>| ConnectorError::user(error);
        let request = request.try_into_http1x().map_err(|e| user(e.into()))?;
        let (parts, body) = request.into_parts();
        let body = (body.bytes())
            .ok_or_else(|| user("a streamed request".into()))?
            .to_vec();
        let url = parts.uri.to_string().parse();
        let url = url.map_err(|error: url::ParseError| user(error.into()))?;
        let client = self.clients.for_url(&url).map_err(|e| user(e.into()))?;
        let mut sent = client
            .request(parts.method, url)
            .headers(parts.headers)
            .body(body);
        if let Some(timeout) = self.timeout {
            sent = sent.timeout(timeout);
        }
        let response = sent.send().await.map_err(broken)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(broken)?;
        let mut answer = http::Response::new(SdkBody::from(body));
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        HttpResponse::try_from(answer).map_err(|e| ConnectorError::other(e.into(), None))
    }
}

/// A failure that the SDK may try again.
fn broken(error: reqwest::Error) -> ConnectorError {
    let error = error.without_url();
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}

impl HttpClient for SdkHttp {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connect = settings.connect_timeout().unwrap_or_default();
        SharedHttpConnector::new(Self {
            clients: self.clients.clone(),
            timeout: settings.read_timeout().map(|read| connect + read),
        })
    }
}

impl HttpConnector for SdkHttp {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.clone();
        HttpConnectorFuture::new(async move { client.send(request).await })
    }
}
