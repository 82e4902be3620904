//! The local stage, as a program that `cargo xtask` starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    local_cloud::program()
}
