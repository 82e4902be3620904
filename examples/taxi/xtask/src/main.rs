//! The commands of this project: `cargo xtask --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main(env!("CARGO_MANIFEST_DIR"))
}
