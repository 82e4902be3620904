//! The Lambda's entry point.

use std::process::ExitCode;

fn main() -> ExitCode {
    skill_kit::serve::<skill::Intent>()
}
