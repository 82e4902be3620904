//! Reduces the resource schemas in a folder of cfn-lint's, for `cargo xtask ci --only schemas`: prints one
//! JSON object with `schemas`, a text for each file, and `stale`, the committed files that differ.

use std::path::Path;

use local_cloud::schemas::{from_cfn_lint, stale};
use serde_json::json;

#[expect(clippy::print_stdout, reason = "the result of a program")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os()
        .nth(1)
        .ok_or("name a folder of schemas")?;
    let folder = Path::new(&folder);
    println!(
        "{}",
        json!({ "schemas": from_cfn_lint(folder)?, "stale": stale(folder)? })
    );
    Ok(())
}
