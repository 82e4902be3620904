//! Resource servers: APIs, and the scopes that they know.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html>

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::base::error::AwsError;
use crate::cognito::errors::invalid;

/// One resource server of a pool.
#[derive(Debug)]
pub(crate) struct ResourceServer {
    pub(crate) identifier: String,
    name: String,
    scopes: Vec<Value>,
}

impl ResourceServer {
    /// A new one from a checked `CreateResourceServer` input.
    pub(crate) fn create(input: &Value) -> Result<Self, AwsError> {
        let mut server = Self {
            identifier: input["Identifier"].as_str().unwrap_or_default().to_owned(),
            name: String::new(),
            scopes: Vec::new(),
        };
        server.update(input)?;
        Ok(server)
    }

    /// Replaces name and scopes: what is left out falls back to its default.
    pub(crate) fn update(&mut self, input: &Value) -> Result<(), AwsError> {
        let scopes = input["Scopes"].as_array().cloned().unwrap_or_default();
        let names: BTreeSet<_> = scopes
            .iter()
            .map(|scope| scope["ScopeName"].as_str())
            .collect();
        if names.len() < scopes.len() {
            return Err(invalid("Scope names of a resource server must be unique."));
        }
        let name = input["Name"].as_str().unwrap_or_default();
        name.clone_into(&mut self.name);
        self.scopes = scopes;
        Ok(())
    }

    /// True if it has the scope, as an app client names it: `identifier/name`.
    pub(crate) fn knows(&self, scope: &str) -> bool {
        scope.rsplit_once('/').is_some_and(|(identifier, name)| {
            let mut scopes = self.scopes.iter();
            identifier == self.identifier && scopes.any(|scope| scope["ScopeName"] == name)
        })
    }

    /// `ResourceServerType`.
    pub(crate) fn describe(&self, pool_id: &str) -> Value {
        json!({
            "UserPoolId": pool_id,
            "Identifier": self.identifier,
            "Name": self.name,
            "Scopes": self.scopes,
        })
    }
}
