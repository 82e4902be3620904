//! Account linking as it is read back.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::ids::ClientId;

/// What the service stores, without the client secret, which cannot be read back.
///
/// Nothing here is checked: it is what somebody else may have put. The documentation wraps the
/// answer in `accountLinkingResponse` and the published schema does not; both are read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Value")]
pub struct AccountLinkingResponse(Value);

impl From<Value> for AccountLinkingResponse {
    fn from(mut answer: Value) -> Self {
        match answer.get_mut("accountLinkingResponse") {
            Some(wrapped) => Self(wrapped.take()),
            None => Self(answer),
        }
    }
}

impl AccountLinkingResponse {
    /// The client id, if there is a well-formed one.
    pub fn client_id(&self) -> Option<ClientId> {
        self.field("clientId")?.as_str()?.parse().ok()
    }

    /// A field by the name that the API gives it; `null` counts as absent.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// The fields that say something, by the names that the API gives them.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &Value)> {
        let fields = self.0.as_object().into_iter().flat_map(Map::iter);
        fields
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.as_str(), value))
    }
}
