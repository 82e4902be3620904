//! Simulations.

use axum::extract::State;

use super::errors::Refusal;
use crate::alexa::Alexa;

#[derive(Debug)]
pub(in crate::alexa) struct Simulation {}

pub(super) async fn create(State(_alexa): State<Alexa>) -> Refusal {
    Refusal::not_found("Skill not found.")
}

pub(super) async fn read(State(_alexa): State<Alexa>) -> Refusal {
    Refusal::not_found("Simulation not found.")
}
