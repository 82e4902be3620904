//! The crates that the Lambda is made of, as cargo resolves them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Names of all crates below a package, over these kinds of edges, with every feature and for the
/// processors that Lambda has.
fn crates(package: &str, edges: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .args(["tree", "--locked", "--offline", "--all-features"])
        .args(["--target", "x86_64-unknown-linux-gnu"])
        .args(["--target", "aarch64-unknown-linux-gnu"])
        .args(["--package", package, "--edges", edges])
        .args(["--prefix", "none", "--format", "{p}"])
        .output()
        .unwrap();
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problems}");
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text.lines().filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

/// Neither in the program nor in what runs while it is built. It never has a private key, which RUSTSEC-2023-0071
/// and deny.toml are about, and watches no files, for which deny.toml lets in a license.
#[test]
fn the_lambda_does_not_have_what_deny_toml_lets_in_for_the_commands() {
    let lambda = crates("skill", "normal,build");
    assert!(lambda.contains("ring") && lambda.contains("lambda_runtime"));
    assert!(
        !lambda.contains("rsa") && !lambda.contains("notify"),
        "{lambda:?}"
    );
    // What looks for it does find it where it is: tests make keys.
    assert!(crates("voicelink-user-profile", "normal,dev").contains("rsa"));
    assert!(crates("voicelink-cli", "normal").contains("notify"));
}
