//! The two streams: results on stdout, everything else on stderr.

#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "the one place that prints"
)]

/// A line of the result.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// A line about the work in place of the last one, on a terminal.
pub(crate) fn replacing(text: &str) {
    eprint!("\r\u{1b}[K{text}");
}

/// A line about the work.
pub(crate) fn aside(text: &str) {
    eprintln!("{text}");
}
