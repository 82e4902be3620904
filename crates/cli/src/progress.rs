//! Showing a rollout while it runs: side by side on a terminal, line by line elsewhere.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use rollout::progress::{Progress, Step};

use crate::output;

/// Picks the way that suits stderr.
pub fn for_stderr() -> Box<dyn Progress> {
    // Lines about requests would tear the spinners apart.
    if std::io::stderr().is_terminal() && !output::is_verbose() {
        Box::new(Spinners::default())
    } else {
        Box::new(Lines)
    }
}

/// One line when a step ends.
struct Lines;

impl Progress for Lines {
    fn started(&self, _step: &Step) {}

    fn note(&self, step: &Step, text: &str) {
        output::aside(&format!("{step}: {text}"));
    }

    fn finished(&self, step: &Step, outcome: &str, took: Duration) {
        output::aside(&format!("{step}: {outcome} ({})", seconds(took)));
    }

    fn failed(&self, step: &Step, took: Duration) {
        output::aside(&format!("{step}: failed ({})", seconds(took)));
    }
}

/// One spinner for each running step.
#[derive(Default)]
struct Spinners {
    all: MultiProgress,
    running: Mutex<HashMap<Step, ProgressBar>>,
}

impl Spinners {
    fn end(&self, step: &Step, line: String) {
        let bar = self
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(step);
        if let Some(bar) = bar {
            bar.set_style(
                ProgressStyle::with_template("{msg}").unwrap_or(ProgressStyle::default_bar()),
            );
            bar.finish_with_message(line);
        }
    }
}

impl Progress for Spinners {
    fn started(&self, step: &Step) {
        let bar = self.all.add(ProgressBar::new_spinner());
        bar.set_style(
            ProgressStyle::with_template("{spinner} {prefix} {msg} {elapsed}")
                .unwrap_or(ProgressStyle::default_spinner()),
        );
        bar.set_prefix(step.to_string());
        bar.enable_steady_tick(Duration::from_millis(100));
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(step.clone(), bar);
    }

    fn note(&self, step: &Step, text: &str) {
        if let Some(bar) = self
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(step)
        {
            bar.set_message(text.to_owned());
        }
    }

    fn finished(&self, step: &Step, outcome: &str, took: Duration) {
        self.end(step, format!("✓ {step}: {outcome} ({})", seconds(took)));
    }

    fn failed(&self, step: &Step, took: Duration) {
        self.end(step, format!("✗ {step}: failed ({})", seconds(took)));
    }
}

/// A duration as people read it.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}
