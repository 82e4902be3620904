//! The terms of an attack on a stage, to see what its guard keeps out: it counts what arrives at its services,
//! and it can do without the guard (the positive control of the attacks).
//!
//! Only the feature `attack-test` compiles this.

use std::fs::File;
use std::sync::Arc;

/// The terms of such a test. Clones share the file.
#[derive(Debug, Clone)]
pub struct AttackTest {
    /// The stage has its guard.
    pub guarded: bool,
    /// Takes one JSON object per line for each request that a service gets: `port`, `method` and `target`
    /// (path and query). It is written before the service answers.
    pub arrivals: Arc<File>,
}
