//! A service that is newer than its callers: a document of it has a member that they do not know.

use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Faults;

/// A member that a document has beside those of this stage.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Newer {
    /// The operation that reads the document, as the journal names it.
    read: String,
    /// The operation that replaces it and takes the member. A document that is written without the
    /// member loses it.
    #[serde(default)]
    write: Option<String>,
    /// The member's name.
    member: String,
    /// What it says; `null` once it is lost. In XML, text.
    value: Value,
}

impl Faults {
    /// What is left of a body once the members that only a newer service knows were taken in.
    pub(super) fn take_in(&self, operation: &str, body: Bytes) -> Bytes {
        let mut plan = self.plan();
        let written = |newer: &&mut Newer| newer.write.as_deref() == Some(operation);
        let mut newer = plan.newer.iter_mut().filter(written).peekable();
        if newer.peek().is_none() {
            return body;
        }
        let Ok(mut document) = serde_json::from_slice(&body) else {
            return body;
        };
        for newer in newer {
            let taken = members(&mut document).and_then(|members| members.remove(&newer.member));
            newer.value = taken.unwrap_or_default();
        }
        document.to_string().into()
    }

    /// An answer with the members that only a newer service knows.
    pub(super) async fn add_newer(&self, operation: &str, response: Response) -> Response {
        let shown = |newer: &&Newer| newer.read == operation && !newer.value.is_null();
        let newer: Vec<_> = self.plan().newer.iter().filter(shown).cloned().collect();
        if newer.is_empty() || !response.status().is_success() {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        let Ok(mut body) = to_bytes(body, usize::MAX).await else {
            return Response::from_parts(parts, Body::empty());
        };
        for newer in newer {
            body = newer.added(body);
        }
        parts.headers.remove(CONTENT_LENGTH);
        Response::from_parts(parts, Body::from(body))
    }
}

impl Newer {
    fn added(&self, body: Bytes) -> Bytes {
        if let Ok(mut document) = serde_json::from_slice(&body) {
            if let Some(members) = members(&mut document) {
                members.insert(self.member.clone(), self.value.clone());
            }
            return document.to_string().into();
        }
        match std::str::from_utf8(&body) {
            Ok(text) => self.added_to_xml(text).into(),
            Err(_) => body,
        }
    }

    /// In every element that has elements.
    fn added_to_xml(&self, text: &str) -> String {
        let value = self.value.as_str().unwrap_or_default();
        let element = format!("<{0}>{value}</{0}>", self.member);
        let mut parts = text.split("></");
        let mut added = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let closed = added.rsplit('<').next().unwrap_or_default();
            let has_elements = closed.starts_with('/') || closed.ends_with('/');
            added.push('>');
            if has_elements {
                added.push_str(&element);
            }
            added.push_str("</");
            added.push_str(part);
        }
        added
    }
}

/// The members of a document, which may be wrapped in one of its own.
fn members(document: &mut Value) -> Option<&mut Map<String, Value>> {
    let is_wrapped = document
        .as_object()
        .is_some_and(|members| members.len() == 1 && members.values().all(Value::is_object));
    if is_wrapped {
        let wrapped = document.as_object_mut()?.values_mut().next()?;
        return wrapped.as_object_mut();
    }
    document.as_object_mut()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::stage::faults::Plan;

    fn newer(write: Option<&str>) -> Newer {
        let newer = json!({ "read": "GET", "write": write, "member": "next", "value": "on" });
        serde_json::from_value(newer).unwrap()
    }

    #[test]
    fn a_document_has_the_member_wherever_it_is_wrapped() {
        let added = |text: &str| {
            let body = newer(None).added(Bytes::from(text.to_owned()));
            String::from_utf8(body.to_vec()).unwrap()
        };
        assert_eq!(
            added(r#"{"pool":{"a":1}}"#),
            r#"{"pool":{"a":1,"next":"on"}}"#
        );
        assert_eq!(added(r#"{"a":1}"#), r#"{"a":1,"next":"on"}"#);
        assert_eq!(
            added("<a><b>1</b><c></c><d/></a>"),
            "<a><b>1</b><c></c><d/><next>on</next></a>"
        );
    }

    #[test]
    fn what_is_written_without_the_member_loses_it() {
        let faults = Faults::default();
        faults.set(Plan {
            newer: vec![newer(Some("PUT"))],
            ..Plan::default()
        });
        let value = || faults.plan().newer[0].value.clone();
        let taken = |text: &'static str| faults.take_in("PUT", Bytes::from_static(text.as_bytes()));
        assert_eq!(
            taken(r#"{"wrapped":{"a":1,"next":"off"}}"#),
            r#"{"wrapped":{"a":1}}"#
        );
        assert_eq!(value(), json!("off"));
        taken(r#"{"wrapped":{"a":1}}"#);
        assert_eq!(value(), Value::Null);
    }
}
