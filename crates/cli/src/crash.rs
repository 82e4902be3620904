//! What is said when the program itself is at fault.

use std::panic::PanicHookInfo;

use crate::output;

/// From now on, a panic says where it happened and not what was in hand: that could be a secret.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|info| {
        for line in report(info) {
            output::aside(&line);
        }
    }));
}

fn report(info: &PanicHookInfo<'_>) -> Vec<String> {
    let place = info.location().map_or_else(
        || "an unknown place".to_owned(),
        |place| format!("{}:{}", place.file(), place.line()),
    );
    let backtrace = std::backtrace::Backtrace::capture();
    let mut lines = Vec::new();
    if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
        lines.push(backtrace.to_string());
    } else {
        lines.push("RUST_BACKTRACE=1 shows how it came there".to_owned());
    }
    lines.push(
        "hint: please report it with these lines; running the command again goes on from here"
            .to_owned(),
    );
    lines.push(format!(
        "error[BUG]: {} {} failed at {place}",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION")
    ));
    lines
}

#[cfg(test)]
mod tests {
    use crate::child;

    const SECRET: &str = "Atzr|a-secret-in-hand";

    /// Not a test: what the test below runs in a process of its own.
    #[test]
    #[ignore = "crashes on purpose"]
    fn crash() {
        super::install();
        panic!("cannot use {SECRET}");
    }

    #[test]
    fn a_crash_says_where_and_shows_no_secret() {
        for backtrace in ["0", "1"] {
            let output = child::command(std::env::current_exe().unwrap())
                .args(["--ignored", "--exact", "crash::tests::crash", "--nocapture"])
                .env("RUST_BACKTRACE", backtrace)
                .output()
                .unwrap();
            assert!(!output.status.success());
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8(said).unwrap();
            assert!(said.contains("error[BUG]: "), "{said}");
            assert!(said.contains("crash.rs:"), "{said}");
            assert!(!said.contains(SECRET), "{said}");
        }
    }
}
