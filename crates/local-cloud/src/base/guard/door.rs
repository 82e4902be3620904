//! A door: one method of one path, with who may call it. The table of doors is what the routes of a
//! listener are built from, so that a door without a row does not exist.

use std::fmt;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::{HeaderMap, Method};

/// The proof that a door wants of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Nothing: Amazon wants nothing here either, or the handler asks for a client's own secret, a
    /// person's password or their access token.
    Anyone,
    /// A signature (`SigV4`) with a key pair of this stage.
    Signature,
    /// An access token that this stage's Login with Amazon issued to the developer.
    Developer,
    /// A presigned URL of this stage, as a whole.
    PresignedUrl,
    /// The token of the stage, or the cookie of a browser that has shown it.
    StageToken,
    /// The same, in the query of an address that is opened in a browser.
    StagePage,
    /// The `apiAccessToken` of a request that waits for its answer.
    RequestToken,
    /// The `state` of an account linking that has been started.
    LinkingState,
    /// The function whose port this is: the port is told to that process alone.
    Function,
}

/// The browsers that may use a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Browsers {
    /// None: programs only.
    Refused,
    /// Pages of the same origin.
    OwnPages,
    /// Pages of the same origin, and links and redirects from anywhere.
    Navigation,
    /// The scripts of any page (CORS), which may send these headers beside the safelisted ones.
    Scripts(&'static [&'static str]),
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anyone => "nothing",
            Self::Signature => "a signature",
            Self::Developer => "a developer's token",
            Self::PresignedUrl => "a presigned URL",
            Self::StageToken => "the stage's token",
            Self::StagePage => "the stage's token, also in the address",
            Self::RequestToken => "the request's `apiAccessToken`",
            Self::LinkingState => "the `state` of a linking",
            Self::Function => "its own port",
        })
    }
}

impl fmt::Display for Browsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "none",
            Self::OwnPages => "own pages",
            Self::Navigation => "own pages, links from anywhere",
            Self::Scripts(_) => "any page's scripts",
        })
    }
}

/// One row of the table.
#[derive(Debug, Clone)]
pub(crate) struct Door<S = ()> {
    /// `None` is every method.
    pub(crate) method: Option<Method>,
    /// In the router's notation: `{name}` is one segment, `{*rest}` all that follow.
    pub(crate) path: String,
    pub(crate) caller: Caller,
    pub(crate) browsers: Browsers,
    /// Whether a call can change something.
    pub(crate) changes: bool,
    /// The largest body, in bytes.
    pub(crate) limit: usize,
    /// Whether a request is for this row, where two share method and path.
    pub(crate) applies: fn(&HeaderMap) -> bool,
    /// Which requests those are, for the documentation.
    note: &'static str,
    handler: Option<MethodRouter<S>>,
}

/// A body that holds a document.
const DOCUMENT: usize = 2 * 1024 * 1024;

impl<S: Clone + Send + Sync + 'static> Door<S> {
    fn new(method: Option<Method>, path: &str, caller: Caller) -> Self {
        Self {
            changes: method.as_ref().is_none_or(|method| !method.is_safe()),
            method,
            path: path.to_owned(),
            caller,
            browsers: match caller {
                Caller::StageToken => Browsers::OwnPages,
                Caller::StagePage | Caller::LinkingState => Browsers::Navigation,
                _ => Browsers::Refused,
            },
            limit: DOCUMENT,
            applies: |_| true,
            note: "",
            handler: None,
        }
    }

    fn handled<T: 'static>(
        method: Method,
        filter: MethodFilter,
        path: &str,
        caller: Caller,
        handler: impl Handler<T, S>,
    ) -> Self {
        Self {
            handler: Some(on(filter, handler)),
            ..Self::new(Some(method), path, caller)
        }
    }

    /// A door that only reads, unless it says otherwise.
    pub(crate) fn get<T: 'static>(path: &str, caller: Caller, handler: impl Handler<T, S>) -> Self {
        Self::handled(Method::GET, MethodFilter::GET, path, caller, handler)
    }

    /// A door that only reads, and answers without a body.
    pub(crate) fn head<T: 'static>(
        path: &str,
        caller: Caller,
        handler: impl Handler<T, S>,
    ) -> Self {
        Self::handled(Method::HEAD, MethodFilter::HEAD, path, caller, handler)
    }

    /// A door that changes something.
    pub(crate) fn post<T: 'static>(
        path: &str,
        caller: Caller,
        handler: impl Handler<T, S>,
    ) -> Self {
        Self::handled(Method::POST, MethodFilter::POST, path, caller, handler)
    }

    /// A door that changes something.
    pub(crate) fn put<T: 'static>(path: &str, caller: Caller, handler: impl Handler<T, S>) -> Self {
        Self::handled(Method::PUT, MethodFilter::PUT, path, caller, handler)
    }

    /// A door that changes something.
    pub(crate) fn delete<T: 'static>(
        path: &str,
        caller: Caller,
        handler: impl Handler<T, S>,
    ) -> Self {
        Self::handled(Method::DELETE, MethodFilter::DELETE, path, caller, handler)
    }

    /// Every method of a path, for a service that reads the method itself. The handler is the
    /// listener's fallback.
    pub(crate) fn any(path: &str, caller: Caller) -> Self {
        Self::new(None, path, caller)
    }

    /// One method of a path that the listener's fallback handles.
    pub(crate) fn of_fallback(method: Method, path: &str, caller: Caller) -> Self {
        Self::new(Some(method), path, caller)
    }

    /// The browsers that may use it.
    pub(crate) fn browsers(self, browsers: Browsers) -> Self {
        Self { browsers, ..self }
    }

    /// A GET that changes something: the few are marked where they are declared.
    pub(crate) fn changing(self) -> Self {
        Self {
            changes: true,
            ..self
        }
    }

    /// Another limit of the body, in bytes.
    pub(crate) fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// Only requests with such headers; `note` says which those are.
    pub(crate) fn applies(self, note: &'static str, applies: fn(&HeaderMap) -> bool) -> Self {
        Self {
            applies,
            note,
            ..self
        }
    }

    /// The same door in a folder.
    pub(crate) fn below(self, folder: &str) -> Self {
        Self {
            path: format!("{folder}{}", self.path),
            ..self
        }
    }

    /// The door with what its handler works on.
    pub(crate) fn with_state(self, state: &S) -> Door {
        Door {
            method: self.method,
            path: self.path,
            caller: self.caller,
            browsers: self.browsers,
            changes: self.changes,
            limit: self.limit,
            applies: self.applies,
            note: self.note,
            handler: self
                .handler
                .map(|handler| handler.with_state(state.clone())),
        }
    }
}

impl Door {
    /// Rows with what their handlers work on.
    pub(crate) fn all<S: Clone + Send + Sync + 'static>(
        state: &S,
        doors: impl IntoIterator<Item = Door<S>>,
    ) -> Vec<Self> {
        doors
            .into_iter()
            .map(|door| door.with_state(state))
            .collect()
    }

    /// Whether a request's method and path are this door's.
    pub(crate) fn is_at(&self, method: &Method, path: &str) -> bool {
        self.takes(method) && matches(&self.path, path)
    }

    /// Whether the path is this door's.
    pub(crate) fn has_path(&self, path: &str) -> bool {
        matches(&self.path, path)
    }

    /// A GET answers HEAD as well.
    fn takes(&self, method: &Method) -> bool {
        match &self.method {
            None => true,
            Some(own) => own == method || (own == Method::GET && method == Method::HEAD),
        }
    }
}

impl<S> Door<S> {
    /// The row as the documentation shows it.
    pub(crate) fn row(&self, listener: &'static str) -> DoorRow {
        DoorRow {
            listener,
            method: self
                .method
                .as_ref()
                .map_or_else(|| "any".to_owned(), ToString::to_string),
            path: self.path.clone(),
            note: self.note,
            caller: self.caller,
            browsers: self.browsers,
            changes: self.changes,
            limit: self.limit,
        }
    }
}

/// A row of the table of doors, for the documentation and for tests that try every door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorRow {
    /// The listener, as the stage announces it; `runtime` is the Runtime API of each function.
    pub listener: &'static str,
    /// The method, or `any`.
    pub method: String,
    /// In the notation of the router: `{name}` is one segment, `{*rest}` all that follow.
    pub path: String,
    /// The requests that the row is for, where others have the same method and path.
    pub note: &'static str,
    /// The proof that it wants.
    pub caller: Caller,
    /// The browsers that may use it.
    pub browsers: Browsers,
    /// Whether a call can change something.
    pub changes: bool,
    /// The largest body, in bytes.
    pub limit: usize,
}

/// The routes of a listener. The guard has limited the bodies already.
pub(crate) fn router(doors: &[Door]) -> Router {
    let handled = doors
        .iter()
        .filter_map(|door| Some((door, door.handler.clone()?)));
    handled
        .fold(Router::new(), |router, (door, handler)| {
            router.route(&door.path, handler)
        })
        .layer(DefaultBodyLimit::disable())
}

/// Whether a path fits a pattern, segment by segment.
fn matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for wanted in pattern.split('/') {
        if wanted.starts_with("{*") {
            return true;
        }
        match segments.next() {
            Some(segment) if wanted.starts_with('{') && !segment.is_empty() => {}
            Some(segment) if segment == wanted => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_matched_segment_by_segment() {
        for (pattern, path, fits) in [
            ("/say", "/say", true),
            ("/say", "/say/", false),
            ("/say", "/says", false),
            ("/", "/", true),
            ("/", "/x", false),
            ("/app/skills/{skill}/link", "/app/skills/s1/link", true),
            ("/app/skills/{skill}/link", "/app/skills//link", false),
            ("/app/skills/{skill}", "/app/skills/s1/link", false),
            ("/{*rest}", "/", true),
            ("/{*rest}", "/a/b", true),
        ] {
            assert_eq!(matches(pattern, path), fits, "{pattern} {path}");
        }
    }
}
