//! Client of the Alexa Skill Management API (SMAPI) and of Login with Amazon (LWA) tokens.
//!
//! A [`Client`] is made from [`Endpoints`] and [`Credentials`] and holds everything it needs:
//! there is no global state, and nothing is read from the environment behind the caller's back.
//! [`Configuration`] reads both through a lookup that the caller provides.
//!
//! Manifests and interaction models are `serde_json::Value`s, because Amazon adds fields to them
//! and a client must not lose what it does not know. What a rollout decides on is typed.
//!
//! The API: <https://developer.amazon.com/docs/smapi/smapi-overview.html>.

mod account_linking;
mod ask_cli;
mod call;
mod client;
mod configuration;
mod credentials;
mod enablement;
mod endpoints;
mod error;
mod etag;
mod import;
mod interaction_model;
mod login;
mod logins;
mod manifest;
mod refusal;
mod retry;
mod simulation;
mod skills;
mod status;
mod tls;
mod token;
mod transport;
mod vendors;
mod wait;

pub use ask_cli::{AskCliError, AskCliProfile};
pub use call::{Call, CallKind, Observer, Operation};
pub use client::{Client, SkillStage};
pub use configuration::{Configuration, ConfigurationError, variables};
pub use credentials::Credentials;
pub use endpoints::Endpoints;
pub use error::Error;
pub use etag::{ETag, Versioned};
pub use import::{ImportId, ImportStatus, ResourceImport, Upload};
pub use login::{ReturnError, SCOPES, SecurityProfile, SignIn, redeem};
pub use logins::{Login, LoginError, Logins};
pub use refusal::{Refusal, Violation, retry_after};
pub use retry::RetryPolicy;
pub use simulation::{SessionMode, Simulation, SimulationStatus};
pub use skills::SkillSummary;
pub use status::{Notice, ResourceStatus, SkillStatus, Status};
pub use tls::HttpClients;
pub use vendors::Vendor;
