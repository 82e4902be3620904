//! Desired state, plan and the graph of steps that deploys a stage.

pub mod package;
