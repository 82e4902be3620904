//! A backend of the skill's own, called with the token of the person who speaks.

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Method, Request, Response};
use http_body_util::Full;
use models::secure_url::SecureUrl;
use user_profile::{HttpClient, VerifiedToken};

use crate::problem::ServiceError;

/// The hosts that may see a person's token: those that stack.toml names in `skill.backends`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Backends {
    named: Vec<SecureUrl>,
    /// True if this machine is one as well: where people sign in on it, on a local stage.
    is_local: bool,
}

impl Backends {
    pub(crate) fn new(named: Vec<SecureUrl>, is_local: bool) -> Self {
        Self { named, is_local }
    }

    /// Sends a request with the person's token, once unless it only reads.
    ///
    /// A redirect is an answer like any other, and is not followed: the token goes to no other host.
    pub(crate) async fn call(
        &self,
        http: &HttpClient,
        token: &VerifiedToken,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, ServiceError> {
        let mut request = self.admitted(request)?.map(Full::from);
        let bearer = format!("Bearer {}", token.token().expose());
        let mut bearer = HeaderValue::try_from(bearer)
            .map_err(|_| ServiceError::Unsent("the access token is no header".to_owned()))?;
        bearer.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, bearer);
        let host = request.uri().host().unwrap_or_default().to_owned();
        let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
        let sent = if reads {
            http.send(&request).await
        } else {
            http.send_once(request).await
        };
        let answer = sent.map_err(ServiceError::Http)?;
        if answer.status().is_server_error() {
            return Err(ServiceError::Refused {
                what: format!("the request to {host}"),
                code: answer.status().as_u16().to_string(),
                message: None,
            });
        }
        Ok(answer)
    }

    /// A request for a host that is named, or for this machine on a local stage.
    fn admitted(&self, request: Request<Bytes>) -> Result<Request<Bytes>, ServiceError> {
        let url = request.uri().to_string();
        let not_named =
            || ServiceError::NotNamed(origin(&url).unwrap_or_else(|| "that".to_owned()));
        let parsed: SecureUrl = url.parse().map_err(|_| not_named())?;
        let wanted = parsed.as_url().origin();
        let is_named = self.named.iter().any(|one| one.as_url().origin() == wanted);
        let is_here = self.is_local && parsed.is_loopback();
        if is_named || is_here {
            Ok(request)
        } else {
            Err(not_named())
        }
    }
}

/// Scheme and host of a URL; the rest could be about a person.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?;
    Some(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::extract::Request as Received;
    use axum::response::{IntoResponse as _, Redirect};
    use http::StatusCode;
    use models::request::AccessToken;

    use super::*;

    /// A backend, and how often it was called.
    async fn backend() -> (String, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let router = Router::new().fallback(async move |request: Received| {
            counted.fetch_add(1, Ordering::Relaxed);
            match request.uri().path() {
                "/moved" => Redirect::temporary("https://elsewhere.example/").into_response(),
                "/down" => StatusCode::SERVICE_UNAVAILABLE.into_response(),
                "/no" => StatusCode::FORBIDDEN.into_response(),
                _ => {
                    let bearer = &request.headers()[AUTHORIZATION];
                    bearer
                        .to_str()
                        .unwrap_or_default()
                        .to_owned()
                        .into_response()
                }
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (url, calls)
    }

    fn token() -> VerifiedToken {
        VerifiedToken::unverified(AccessToken::from("token-of-mary".to_owned()), "mary")
    }

    fn request(method: Method, url: &str) -> Request<Bytes> {
        Request::builder()
            .method(method)
            .uri(url)
            .body(Bytes::new())
            .unwrap()
    }

    #[tokio::test]
    async fn a_named_backend_is_called_with_the_persons_token() {
        let (url, calls) = backend().await;
        let (http, backends) = (
            HttpClient::default(),
            Backends::new(vec![url.parse().unwrap()], false),
        );
        let call = async |method, path: &str| {
            let request = request(method, &format!("{url}{path}"));
            backends.call(&http, &token(), request).await
        };
        let answer = call(Method::POST, "/orders?what=1").await.unwrap();
        assert_eq!(answer.body(), "Bearer token-of-mary");
        // A redirect and a refusal are answers; where the one leads to is not called.
        assert_eq!(call(Method::GET, "/moved").await.unwrap().status(), 307);
        assert_eq!(call(Method::GET, "/no").await.unwrap().status(), 403);
        let down = call(Method::POST, "/down").await.unwrap_err().to_string();
        assert_eq!(down, "the request to 127.0.0.1 was refused: 503");
        assert_eq!(calls.load(Ordering::Relaxed), 4);
    }

    #[tokio::test]
    async fn no_other_host_sees_the_token() {
        let (url, calls) = backend().await;
        let http = HttpClient::default();
        let named = || vec!["https://api.example.com".parse().unwrap()];
        let call = async |backends: Backends, url: &str| {
            let answer = backends
                .call(&http, &token(), request(Method::GET, url))
                .await;
            answer.map_err(|error| error.to_string())
        };
        for other in [
            &format!("{url}/orders?of=mary"),
            "http://api.example.com/",
            "https://api.example.com.evil.example/",
            "https://api.example.com:8443/",
            "https://api.example.com@evil.example/",
        ] {
            let refused = call(Backends::new(named(), false), other)
                .await
                .unwrap_err();
            assert!(refused.contains("is not among skill.backends"), "{refused}");
            assert!(!refused.contains("mary"), "{refused}");
        }
        assert_eq!(calls.load(Ordering::Relaxed), 0);
        // On a local stage this machine may be called as well.
        let answer = call(Backends::new(named(), true), &url).await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}
