//! One user pool and everything in it.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;
use local_access::ACCOUNT_ID;
use serde_json::{Map, Value, json};

use crate::aws::Shared;
use crate::base::error::AwsError;
use crate::base::random;
use crate::cognito::branding::Branding;
use crate::cognito::client::Client;
use crate::cognito::domain::{Domain, Host};
use crate::cognito::grants::Grants;
use crate::cognito::keys::PoolKeys;
use crate::cognito::mfa::MfaConfig;
use crate::cognito::resource_server::ResourceServer;
use crate::cognito::settings::{Settings, Tier};
use crate::cognito::users::Users;
use crate::cognito::{errors, omission, schema};

/// One user pool.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) id: String,
    pub(crate) region: String,
    /// Settings as the API shows them, defaults filled in.
    document: Map<String, Value>,
    pub(crate) settings: Settings,
    pub(crate) mfa: MfaConfig,
    pub(crate) schema: Vec<Value>,
    pub(crate) tags: Map<String, Value>,
    created: Timestamp,
    modified: Timestamp,
    pub(crate) keys: Arc<PoolKeys>,
    pub(crate) clients: IndexMap<String, Client>,
    pub(crate) domains: Vec<Domain>,
    pub(crate) brandings: Vec<Branding>,
    pub(crate) resource_servers: Vec<ResourceServer>,
    pub(crate) users: Users,
    pub(crate) grants: Grants,
}

impl Pool {
    /// A new pool from a checked `CreateUserPool` input.
    pub(crate) fn create(region: &str, input: &Value, now: Timestamp) -> Result<Self, AwsError> {
        let document = omission::created(input);
        let settings = Settings::parse(&document)?;
        check_levels(input, settings.user_pool_tier)?;
        let mfa = MfaConfig::from_pool(&settings, &MfaConfig::default())?;
        let requested = input["Schema"].as_array().map_or(&[][..], Vec::as_slice);
        Ok(Self {
            id: format!("{region}_{}", random::pool_suffix()),
            region: region.to_owned(),
            settings,
            mfa,
            schema: schema::build(requested)?,
            tags: tags(input),
            document,
            created: now,
            modified: now,
            keys: PoolKeys::prepare(),
            clients: IndexMap::new(),
            domains: Vec::new(),
            brandings: Vec::new(),
            resource_servers: Vec::new(),
            users: Users::default(),
            grants: Grants::default(),
        })
    }

    /// The domains whose pages are at a host.
    pub(crate) fn domains_at(&self, host: Host, shared: &Shared) -> Vec<&Domain> {
        let domains = self.domains.iter();
        domains
            .filter(|domain| domain.is_at(host, shared))
            .collect()
    }

    /// Whether the pool has a domain at a host.
    pub(crate) fn is_at(&self, host: Host, shared: &Shared) -> bool {
        self.domains.iter().any(|domain| domain.is_at(host, shared))
    }

    /// Replaces the whole configuration; what is left out is kept or reset as [`omission`] says.
    pub(crate) fn update(&mut self, input: &Value, now: Timestamp) -> Result<(), AwsError> {
        let document = omission::updated(input, &self.document);
        let settings = Settings::parse(&document)?;
        check_levels(input, settings.user_pool_tier)?;
        if settings.user_pool_tier == Tier::Lite && self.domains.iter().any(Domain::managed_login) {
            return Err(errors::not_in_tier(
                "Managed login is not available in the Lite feature plan.",
            ));
        }
        self.mfa = MfaConfig::from_pool(&settings, &self.mfa)?;
        self.settings = settings;
        self.document = document;
        self.tags = tags(input);
        self.modified = now;
        Ok(())
    }

    /// The configuration with one setting changed, checked but not in effect.
    pub(crate) fn settings_with(&self, name: &str, value: &Value) -> Result<Change, AwsError> {
        let unchanged = Change {
            document: self.document.clone(),
            settings: self.settings.clone(),
        };
        unchanged.and_with(name, value)
    }

    /// Puts a changed configuration into effect.
    pub(crate) fn replace_settings(&mut self, change: Change, now: Timestamp) {
        self.document = change.document;
        self.settings = change.settings;
        self.modified = now;
    }

    /// `GetUserPoolMfaConfigResponse`.
    pub(crate) fn describe_mfa(&self) -> Value {
        let mut answer = self.mfa.describe(&self.document["MfaConfiguration"]);
        if let (Some(sms), Some(configuration)) = (
            answer.get_mut("SmsMfaConfiguration"),
            self.document.get("SmsConfiguration"),
        ) {
            sms["SmsConfiguration"] = configuration.clone();
        }
        answer
    }

    /// The pool's name.
    pub(crate) fn name(&self) -> &str {
        self.document["Name"].as_str().unwrap_or_default()
    }

    /// The pool's ARN.
    pub(crate) fn arn(&self) -> String {
        format!(
            "arn:aws:cognito-idp:{}:{ACCOUNT_ID}:userpool/{}",
            self.region, self.id
        )
    }

    /// `UserPoolType`.
    pub(crate) fn describe(&self) -> Value {
        let mut pool = json!({ "Id": self.id });
        for (name, value) in &self.document {
            pool[name] = value.clone();
        }
        pool["Arn"] = json!(self.arn());
        pool["SchemaAttributes"] = json!(self.schema);
        pool["UserPoolTags"] = json!(self.tags);
        pool["CreationDate"] = seconds(self.created);
        pool["LastModifiedDate"] = seconds(self.modified);
        pool["EstimatedNumberOfUsers"] = json!(self.users.len());
        for domain in &self.domains {
            let key = if domain.is_custom() {
                "CustomDomain"
            } else {
                "Domain"
            };
            pool[key] = json!(domain.name);
        }
        pool
    }

    /// `UserPoolDescriptionType`.
    pub(crate) fn summary(&self) -> Value {
        json!({
            "Id": self.id,
            "Name": self.name(),
            "LambdaConfig": self.document["LambdaConfig"],
            "CreationDate": seconds(self.created),
            "LastModifiedDate": seconds(self.modified),
        })
    }

    /// The client, or the error that names it.
    pub(crate) fn client(&self, id: &str) -> Result<&Client, AwsError> {
        self.clients.get(id).ok_or_else(|| errors::no_client(id))
    }

    /// The client, or the error that names it.
    pub(crate) fn client_mut(&mut self, id: &str) -> Result<&mut Client, AwsError> {
        self.clients
            .get_mut(id)
            .ok_or_else(|| errors::no_client(id))
    }

    /// Names of all attributes of the schema.
    pub(crate) fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.schema
            .iter()
            .filter_map(|attribute| attribute["Name"].as_str())
    }

    /// Names of the attributes that sign-up must ask for.
    pub(crate) fn required_attributes(&self) -> impl Iterator<Item = &str> {
        self.schema
            .iter()
            .filter(|attribute| attribute["Required"] == true)
            .filter_map(|attribute| attribute["Name"].as_str())
            .filter(|name| *name != "sub")
    }
}

/// A pool's configuration that is checked but not in effect yet.
#[derive(Debug)]
pub(crate) struct Change {
    document: Map<String, Value>,
    settings: Settings,
}

impl Change {
    /// Changes one more setting.
    pub(crate) fn and_with(mut self, name: &str, value: &Value) -> Result<Self, AwsError> {
        self.document.insert(name.to_owned(), value.clone());
        self.settings = Settings::parse(&self.document)?;
        Ok(self)
    }

    /// What it means.
    pub(crate) fn parsed(&self) -> &Settings {
        &self.settings
    }
}

/// Seconds since the epoch, as dates are in the JSON 1.1 protocol.
pub(crate) fn seconds(time: Timestamp) -> Value {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 fit the mantissa for millennia"
    )]
    let seconds = time.as_millisecond() as f64 / 1000.0;
    json!(seconds)
}

fn tags(input: &Value) -> Map<String, Value> {
    input["UserPoolTags"]
        .as_object()
        .cloned()
        .unwrap_or_default()
}

/// "Configuring custom ACR level names requires the Essentials or Plus feature plan."
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html>
fn check_levels(input: &Value, tier: Tier) -> Result<(), AwsError> {
    if tier == Tier::Lite && !input["AcrConfiguration"].is_null() {
        return Err(errors::not_in_tier(
            "ACR configuration is not available in the Lite feature plan.",
        ));
    }
    Ok(())
}
