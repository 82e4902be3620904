//! The commands as a person runs them: a process, its two streams and its exit code.

#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests are tests, and start what they like"
)]

mod amazon;
mod built_once;
mod check;
#[cfg(unix)]
mod children;
mod command;
mod console;
mod delivery;
mod destroy;
#[cfg(unix)]
mod dev;
mod documentation;
mod drift;
mod existing_pool;
mod failures;
mod guards;
mod init;
mod issuer;
mod killed;
mod left_alone;
#[cfg(unix)]
mod link;
mod live;
mod local_stage;
mod locales;
mod log;
mod login;
mod made_with;
mod mended;
mod mistakes;
#[cfg(unix)]
mod newer;
mod not_checked;
mod options;
mod order;
mod overtaken;
mod own_domain;
mod plan;
mod presets;
mod questions;
mod real;
mod recovery;
mod regions;
#[cfg(unix)]
mod repository;
mod resource_servers;
mod resources;
mod secrets;
mod skill_secrets;
mod stage;
mod state;
mod talk;
mod terminal;
mod together;
mod unlock;
mod variables;
mod web_client;
mod workflows;
mod your_skill;
