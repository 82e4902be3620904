//! Branding styles: without one, managed login shows nothing for a client.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateManagedLoginBranding.html>

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::base::error::AwsError;
use crate::base::random;
use crate::cognito::errors::invalid;
use crate::cognito::pool::seconds;

/// The style of one client.
#[derive(Debug)]
pub(crate) struct Branding {
    pub(crate) id: String,
    pub(crate) client_id: String,
    look: Look,
    created: Timestamp,
    modified: Timestamp,
}

#[derive(Debug)]
enum Look {
    Provided,
    Own { settings: Value, assets: Value },
}

impl Look {
    fn from_input(input: &Value) -> Result<Self, AwsError> {
        let provided = input["UseCognitoProvidedValues"] == true;
        let own = !input["Settings"].is_null() || !input["Assets"].is_null();
        match (provided, own) {
            (true, false) => Ok(Self::Provided),
            (true, true) => Err(invalid(
                "Settings and Assets can not be given together with UseCognitoProvidedValues.",
            )),
            (false, true) => Ok(Self::Own {
                settings: input["Settings"].clone(),
                assets: input["Assets"].clone(),
            }),
            (false, false) => Err(invalid(
                "Either UseCognitoProvidedValues or Settings is required.",
            )),
        }
    }
}

impl Branding {
    /// A new style from a checked input.
    pub(crate) fn create(client_id: &str, input: &Value, now: Timestamp) -> Result<Self, AwsError> {
        Ok(Self {
            id: random::uuid(),
            client_id: client_id.to_owned(),
            look: Look::from_input(input)?,
            created: now,
            modified: now,
        })
    }

    /// Replaces the look.
    pub(crate) fn update(&mut self, input: &Value, now: Timestamp) -> Result<(), AwsError> {
        self.look = Look::from_input(input)?;
        self.modified = now;
        Ok(())
    }

    /// `ManagedLoginBrandingType`.
    pub(crate) fn describe(&self, pool_id: &str) -> Value {
        let mut style = json!({
            "ManagedLoginBrandingId": self.id,
            "UserPoolId": pool_id,
            "UseCognitoProvidedValues": matches!(self.look, Look::Provided),
            "CreationDate": seconds(self.created),
            "LastModifiedDate": seconds(self.modified),
        });
        if let Look::Own { settings, assets } = &self.look {
            if !settings.is_null() {
                style["Settings"] = settings.clone();
            }
            if !assets.is_null() {
                style["Assets"] = assets.clone();
            }
        }
        style
    }
}
