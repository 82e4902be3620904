//! The commands of this workspace: `cargo xtask --help`.

fn main() {}
