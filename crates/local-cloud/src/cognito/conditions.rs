//! The provider's bad days, as Cognito has them.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::base::conditions::{Condition, Outage};
use crate::base::headers::bearer;
use crate::base::news::Topic;
use crate::cognito::Cognito;
use crate::cognito::tokens::recognise;

impl Cognito {
    /// Changes how the provider is, for everybody or for one person's tokens.
    pub(crate) fn set_condition(&self, person: Option<String>, condition: Condition) {
        self.lock().conditions.set(person, condition);
        self.shared.news.tell(Topic::Fault);
    }

    /// How the provider is for everybody.
    pub(crate) fn condition(&self) -> Condition {
        self.lock().conditions.of([])
    }

    /// Lets the caller suffer what is ordered for the owner of an access token.
    pub(crate) async fn endure(&self, token: Option<&str>) -> Result<(), Outage> {
        let condition = {
            let state = self.lock();
            let access =
                token.and_then(|token| recognise(&state, token, self.shared.clock.now()).ok());
            let names = access.into_iter().flat_map(|access| {
                let user = access.user;
                let addresses = ["email", "phone_number"].map(|name| user.attribute(name));
                addresses
                    .into_iter()
                    .flatten()
                    .chain([user.username.as_str()])
            });
            state.conditions.of(names)
        };
        condition.endure().await
    }
}

/// In front of the pages, the OAuth endpoints and the keys.
pub(crate) async fn gate(State(cognito): State<Cognito>, request: Request, next: Next) -> Response {
    match cognito.endure(bearer(request.headers())).await {
        Ok(()) => next.run(request).await,
        Err(_) if is_navigation(request.headers()) => Outage::page(),
        Err(outage) => outage.into_response(),
    }
}

/// Whether a browser shows the answer to a person: it then asks for a page before anything else
/// ([the `Accept` header of a navigation](https://fetch.spec.whatwg.org/#fetching)).
fn is_navigation(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.starts_with("text/html"))
}
