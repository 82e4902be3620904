//! Amazon Cognito user pools: the API, the OAuth 2.0 endpoints and the sign-in pages.

mod api;
mod branding;
mod browsers;
mod claims;
mod client;
mod client_settings;
mod conditions;
mod cookies;
mod domain;
mod errors;
mod grants;
mod helper;
mod jwt;
mod keys;
mod lifetimes;
mod messages;
mod mfa;
mod oauth;
mod omission;
mod pages;
mod pool;
mod resource_server;
mod schema;
mod settings;
mod spoil;
mod state;
mod tokens;
mod users;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::middleware::from_fn_with_state;
use serde_json::Value;

use crate::aws::Shared;
use crate::aws::iam::Iam;
use crate::base::error::AwsError;
use crate::base::guard::{Browsers, Caller, Door};
pub(crate) use helper::Help;
use oauth::{authorize, discovery, revoke, token, user_info};
use settings::IssuerType;
pub(crate) use spoil::Flaw;
use state::State;
pub(crate) use users::lockout::Lockout;

/// What a script may send to the OAuth endpoints beside the headers that every script may.
const OAUTH_HEADERS: &[&str] = &[
    "authorization",
    "cache-control",
    "content-type",
    "x-requested-with",
];

/// Operations that may name a role to send text messages with.
const SENDING: &[&str] = &["CreateUserPool", "SetUserPoolMfaConfig", "UpdateUserPool"];

/// Every user pool of the account. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Cognito {
    shared: Shared,
    iam: Iam,
    state: Arc<Mutex<State>>,
}

impl Cognito {
    /// No pools yet.
    pub(crate) fn new(shared: Shared, iam: Iam) -> Self {
        Self {
            shared,
            iam,
            state: Arc::default(),
        }
    }

    /// The JSON 1.1 API (`AWSCognitoIdentityProviderService.*`), also used by CloudFormation.
    ///
    /// The input is the operation's own plus `Region`.
    pub(crate) async fn call(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        if operation == "GetUser" {
            self.endure(input["AccessToken"].as_str()).await?;
        }
        if SENDING.contains(&operation) {
            self.check_sms_role(&input)?;
        }
        api::call(&mut self.lock(), &self.shared, operation, &input)
    }

    /// Refuses a role that Cognito cannot send text messages with.
    fn check_sms_role(&self, input: &Value) -> Result<(), AwsError> {
        let places = [input, &input["SmsMfaConfiguration"]];
        for sms in places.map(|place| &place["SmsConfiguration"]) {
            let role = sms["SnsCallerArn"]
                .as_str()
                .or(sms["EumsSms"]["CallerArn"].as_str());
            role.map_or(Ok(()), |role| self.iam.check_sms_role(role))?;
        }
        Ok(())
    }

    /// Makes a pool whose id is known already; `false` where there is one. Its settings, its domain and its
    /// resource servers are those that the API takes.
    pub(crate) fn keep_pool(
        &self,
        id: &str,
        mut settings: Value,
        domain: Option<Value>,
        resource_servers: Vec<Value>,
    ) -> Result<bool, AwsError> {
        let alphanumeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let region = match id.split_once('_') {
            Some((region, rest)) if !rest.is_empty() && alphanumeric(rest) => region,
            _ => return Err(errors::invalid(format!("{id} is no id of a user pool."))),
        };
        let mut state = self.lock();
        if state.pools.contains_key(id) {
            return Ok(false);
        }
        settings["Region"] = region.into();
        let made = api::call(&mut state, &self.shared, "CreateUserPool", &settings)?;
        let made = made["UserPool"]["Id"].as_str().unwrap_or_default();
        if let Some(mut pool) = state.pools.shift_remove(made) {
            id.clone_into(&mut pool.id);
            state.pools.insert(id.to_owned(), pool);
        }
        let domain = domain.map(|domain| ("CreateUserPoolDomain", domain));
        let servers = resource_servers.into_iter();
        let servers = servers.map(|server| ("CreateResourceServer", server));
        for (operation, mut input) in domain.into_iter().chain(servers) {
            input["Region"] = region.into();
            input["UserPoolId"] = id.into();
            if let Err(error) = api::call(&mut state, &self.shared, operation, &input) {
                state.pools.shift_remove(id);
                return Err(error);
            }
        }
        Ok(true)
    }

    /// OAuth 2.0 endpoints and pages.
    pub(crate) fn sign_in_doors(&self) -> Vec<Door> {
        use Caller::Anyone;

        // They take no cookie: the script of any page may call them, as it may at Cognito.
        let scripts = Browsers::Scripts(OAUTH_HEADERS);
        let doors = [
            // With a session it gives a code, as OAuth's authorization endpoint does.
            Door::get("/oauth2/authorize", Anyone, authorize::get)
                .browsers(Browsers::Navigation)
                .changing(),
            Door::post("/oauth2/token", Anyone, token::post).browsers(scripts),
            Door::get("/oauth2/userInfo", Anyone, user_info::get).browsers(scripts),
            Door::post("/oauth2/userInfo", Anyone, user_info::get).browsers(scripts),
            Door::post("/oauth2/revoke", Anyone, revoke::post).browsers(scripts),
        ];
        Door::all(self, doors.into_iter().chain(pages::doors()))
    }

    /// `/{pool}/.well-known/…`, served on the AWS listener as on `cognito-idp.{region}`, and in a
    /// folder of it as on `issuer-cognito-idp.{region}`.
    pub(crate) fn issuer_doors(&self) -> Vec<Door> {
        let folder = format!("/{}", local_access::UPDATED_ISSUERS);
        let updated = discovery::doors(IssuerType::Updated);
        let updated = updated.into_iter().map(|door| door.below(&folder));
        let doors = discovery::doors(IssuerType::Original)
            .into_iter()
            .chain(updated);
        Door::all(self, doors)
    }

    /// Lets a router suffer the provider's bad days.
    pub(crate) fn conditioned(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), conditions::gate))
    }

    /// The time that it is here.
    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.shared.clock.now()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
