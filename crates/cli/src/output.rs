//! The two streams: results on stdout, everything else on stderr.

use std::sync::atomic::{AtomicBool, Ordering};

use local_access::Access;
use rollout::calls::CallCounter;

static VERBOSE: AtomicBool = AtomicBool::new(false);

/// From now on, tells of every request.
pub(crate) fn be_verbose() {
    VERBOSE.store(true, Ordering::Relaxed);
}

/// Whether every request is told of.
pub(crate) fn is_verbose() -> bool {
    VERBOSE.load(Ordering::Relaxed)
}

/// Counts the calls of a command, and tells of them if that was asked for.
pub fn call_counter() -> CallCounter {
    if is_verbose() {
        CallCounter::telling(|exchange| aside(&format!("request: {exchange}")))
    } else {
        CallCounter::default()
    }
}

/// A line of the result.
pub fn line(text: &str) {
    to(&mut std::io::stdout(), format_args!("{text}\n"));
}

/// A line about the work in place of the last one, on a terminal.
pub fn replacing(text: &str) {
    to(&mut std::io::stderr(), format_args!("\r\u{1b}[K{text}"));
}

/// A line about the work.
pub fn aside(text: &str) {
    to(&mut std::io::stderr(), format_args!("{text}\n"));
}

/// The address of a local stage's page, which talks to the skill and shows what it did.
pub(crate) fn page(access: &Access) {
    aside(&format!("talk to it in a browser: {}", access.page()));
}

/// A stream that nobody reads any more is no reason to stop a deployment half-way.
fn to(stream: &mut impl std::io::Write, text: std::fmt::Arguments<'_>) {
    let _ = stream.write_fmt(text).and_then(|()| stream.flush());
}
