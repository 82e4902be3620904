//! One app client: its settings, its secrets and what it may ask for.

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

use crate::base::error::AwsError;
use crate::base::random;
use crate::base::secret::same;
use crate::cognito::client_settings::ClientSettings;
use crate::cognito::errors::{invalid, not_found};
use crate::cognito::pool::{Pool, seconds};

/// How many secrets a client can have at once.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AddUserPoolClientSecret.html>
const MOST_SECRETS: usize = 2;

/// What an update keeps where it leaves it out. Omission does not switch rotation off, as others have
/// measured: <https://github.com/hashicorp/terraform-provider-aws/issues/47196>. Of the rest the stage
/// believes the reference, which says that it is reset.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPoolClient.html>
const KEPT: &[&str] = &["ClientName", "RefreshTokenRotation"];

/// One app client.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// Settings as the API shows them, defaults filled in.
    document: Map<String, Value>,
    pub(crate) settings: ClientSettings,
    secrets: Vec<ClientSecret>,
    created: Timestamp,
    modified: Timestamp,
}

#[derive(Debug)]
struct ClientSecret {
    id: String,
    value: SecretString,
    created: Timestamp,
}

impl ClientSecret {
    fn new(client_id: &str, chosen: Option<&str>, now: Timestamp) -> Self {
        let value = chosen.map_or_else(random::client_secret, str::to_owned);
        Self {
            id: format!("{client_id}--{}", now.as_millisecond()),
            value: SecretString::from(value),
            created: now,
        }
    }

    fn describe(&self) -> Value {
        json!({
            "ClientSecretId": self.id,
            "ClientSecretCreateDate": seconds(self.created),
        })
    }
}

impl Client {
    /// A new client from a checked `CreateUserPoolClient` input.
    pub(crate) fn create(pool: &Pool, input: &Value, now: Timestamp) -> Result<Self, AwsError> {
        check_secrets_manager(input)?;
        let document = document(input, None);
        let settings = ClientSettings::parse(&document, pool)?;
        let chosen = input["ClientSecret"].as_str();
        let generated = input["GenerateSecret"] == true;
        if chosen.is_some() && generated {
            return Err(invalid(
                "ClientSecret and GenerateSecret can not be used together.",
            ));
        }
        let id = random::client_id();
        let secrets = if generated || chosen.is_some() {
            vec![ClientSecret::new(&id, chosen, now)]
        } else {
            Vec::new()
        };
        Ok(Self {
            id,
            document,
            settings,
            secrets,
            created: now,
            modified: now,
        })
    }

    /// The settings that a checked `UpdateUserPoolClient` input stands for. They replace all that
    /// there were: what is left out falls back to its default.
    pub(crate) fn plan_update(&self, pool: &Pool, input: &Value) -> Result<Update, AwsError> {
        check_secrets_manager(input)?;
        let document = document(input, Some(&self.document));
        let settings = ClientSettings::parse(&document, pool)?;
        Ok(Update { document, settings })
    }

    /// Puts an update into effect.
    pub(crate) fn apply(&mut self, update: Update, now: Timestamp) {
        self.document = update.document;
        self.settings = update.settings;
        self.modified = now;
    }

    /// Adds a second secret, its value shown this once.
    pub(crate) fn add_secret(
        &mut self,
        chosen: Option<&str>,
        now: Timestamp,
    ) -> Result<Value, AwsError> {
        if self.secrets.is_empty() {
            return Err(invalid("The app client does not have a client secret."));
        }
        if self.secrets.len() >= MOST_SECRETS {
            return Err(AwsError::bad_request(
                "LimitExceededException",
                "The app client already has the maximum number of client secrets: 2.",
            ));
        }
        let mut secret = ClientSecret::new(&self.id, chosen, now);
        if self.secrets.iter().any(|other| other.id == secret.id) {
            secret.id.push('a');
        }
        let mut shown = secret.describe();
        shown["ClientSecretValue"] = json!(secret.value.expose_secret());
        self.secrets.push(secret);
        Ok(shown)
    }

    /// Identifiers and dates of the secrets; never a value.
    pub(crate) fn list_secrets(&self) -> Value {
        self.secrets.iter().map(ClientSecret::describe).collect()
    }

    /// Takes one secret out of use; the last one stays.
    pub(crate) fn delete_secret(&mut self, id: &str) -> Result<(), AwsError> {
        let Some(position) = self.secrets.iter().position(|secret| secret.id == id) else {
            return Err(not_found(format!("Client secret {id} does not exist.")));
        };
        if self.secrets.len() == 1 {
            return Err(invalid("The last client secret can not be deleted."));
        }
        self.secrets.remove(position);
        Ok(())
    }

    /// Whether the client must prove itself at the token endpoint.
    pub(crate) fn has_secret(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Whether `given` is one of the live secrets.
    pub(crate) fn knows_secret(&self, given: &str) -> bool {
        self.secrets
            .iter()
            .any(|secret| same(secret.value.expose_secret(), given))
    }

    /// Whether `given` is the hash of user name and client id under one of the live secrets.
    /// <https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html>
    pub(crate) fn knows_secret_hash(&self, username: &str, given: &str) -> bool {
        use base64::Engine as _;
        self.secrets.iter().any(|secret| {
            let key = ring::hmac::Key::new(
                ring::hmac::HMAC_SHA256,
                secret.value.expose_secret().as_bytes(),
            );
            let tag = ring::hmac::sign(&key, format!("{username}{}", self.id).as_bytes());
            same(
                &base64::engine::general_purpose::STANDARD.encode(tag),
                given,
            )
        })
    }

    /// `UserPoolClientType`. The secret shown is the newest.
    pub(crate) fn describe(&self, pool_id: &str) -> Value {
        let mut client = json!({ "UserPoolId": pool_id, "ClientId": self.id });
        for (name, value) in &self.document {
            client[name] = value.clone();
        }
        if let Some(secret) = self.secrets.last() {
            client["ClientSecret"] = json!(secret.value.expose_secret());
        }
        // How it was made; a stage has no dynamic client registration.
        // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html
        client["ClientType"] = json!("REGULAR");
        client["CreationDate"] = seconds(self.created);
        client["LastModifiedDate"] = seconds(self.modified);
        client
    }

    /// `UserPoolClientDescription`.
    pub(crate) fn summary(&self, pool_id: &str) -> Value {
        json!({
            "ClientId": self.id,
            "UserPoolId": pool_id,
            "ClientName": self.document["ClientName"],
        })
    }
}

/// Checked settings that are not in effect yet.
#[derive(Debug)]
pub(crate) struct Update {
    document: Map<String, Value>,
    settings: ClientSettings,
}

/// A stage has no Secrets Manager that could keep a secret.
fn check_secrets_manager(input: &Value) -> Result<(), AwsError> {
    if input["PublishSecretsInAWSSecretsManager"] == true {
        return Err(invalid(
            "This stage has no AWS Secrets Manager: PublishSecretsInAWSSecretsManager is not \
             implemented.",
        ));
    }
    Ok(())
}

fn document(input: &Value, before: Option<&Map<String, Value>>) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("RefreshTokenValidity".to_owned(), json!(30));
    document.insert("AllowedOAuthFlowsUserPoolClient".to_owned(), json!(false));
    document.insert("PreventUserExistenceErrors".to_owned(), json!("LEGACY"));
    document.insert("EnableTokenRevocation".to_owned(), json!(true));
    document.insert(
        "EnablePropagateAdditionalUserContextData".to_owned(),
        json!(false),
    );
    document.insert("AuthSessionValidity".to_owned(), json!(3));
    for name in KEPT {
        if let Some(value) = before.and_then(|before| before.get(*name)) {
            document.insert((*name).to_owned(), value.clone());
        }
    }
    for (name, value) in input.as_object().into_iter().flatten() {
        let elsewhere = matches!(
            name.as_str(),
            "Region"
                | "UserPoolId"
                | "ClientId"
                | "GenerateSecret"
                | "ClientSecret"
                | "PublishSecretsInAWSSecretsManager"
        );
        if !elsewhere && !value.is_null() {
            document.insert(name.clone(), value.clone());
        }
    }
    document
}
