//! The skill of `tests/fixtures/project` as a program, which the tests deploy.

use std::process::ExitCode;

fn main() -> ExitCode {
    skill_kit::serve::<fixture::Intent>()
}
