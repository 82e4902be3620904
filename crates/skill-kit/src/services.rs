//! The services that a skill uses beside Alexa and its accounts: secrets, a backend, AWS.

use std::sync::Arc;
#[cfg(feature = "aws")]
use std::sync::OnceLock;

use user_profile::{HttpClient, TrustedRoots};

use crate::backend::Backends;
#[cfg(feature = "secrets")]
use crate::secret::Secrets;

/// The services, reached through one HTTP client. Nothing is connected to before it is needed.
#[derive(Debug, Default)]
pub(crate) struct Services {
    pub(crate) http: Arc<HttpClient>,
    pub(crate) backends: Backends,
    #[cfg(feature = "secrets")]
    pub(crate) secrets: Secrets,
    #[cfg(feature = "aws")]
    pub(crate) aws: OnceLock<aws_types::SdkConfig>,
}

/// Most bytes of an answer: a page of a table has a million, and a batch of items sixteen million.
const MAX_BODY: usize = 17 * 1024 * 1024;

impl Services {
    pub(crate) fn new(roots: TrustedRoots, backends: Backends) -> Self {
        Self {
            http: HttpClient::new(roots).with_max_body(MAX_BODY).into(),
            backends,
            #[cfg(feature = "secrets")]
            secrets: Secrets::default(),
            #[cfg(feature = "aws")]
            aws: OnceLock::new(),
        }
    }

    /// The configuration of a client of the AWS SDK, made when it is first needed.
    #[cfg(feature = "aws")]
    pub(crate) fn aws(&self) -> &aws_types::SdkConfig {
        self.aws
            .get_or_init(|| crate::aws::configuration(&self.http, |name| std::env::var(name).ok()))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use bytes::Bytes;
    use http::Request;
    use http_body_util::Full;

    use super::*;

    #[tokio::test]
    async fn services_give_a_page_of_a_table_and_the_identity_provider_no_more_than_it_needs() {
        let router = Router::new().fallback(async || vec![b'x'; 1024 * 1024]);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let request = Request::get(url).body(Full::<Bytes>::default()).unwrap();
        let services = Services::new(TrustedRoots::default(), Backends::default());
        let answer = services.http.send(&request).await.unwrap();
        assert_eq!(answer.body().len(), 1024 * 1024);
        assert!(HttpClient::default().send(&request).await.is_err());
    }
}
