//! The commands as a person runs them: a process, its two streams and its exit code.

mod command;
mod killed;
mod local_stage;
mod mistakes;
mod stage;
