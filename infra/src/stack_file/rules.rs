//! Contradictions that the stack file alone gives away, one entry per rule.

mod amazon;
mod applies;
mod attributes;
mod environment;
mod existing_pool;
mod identity;
mod linking;
mod messages;
mod resource_servers;
mod scope;
mod stages;
mod tokens;
mod web_client;

#[cfg(test)]
mod tests;

use super::StackFile;
use super::problem::{Locator, Problem};

/// A rule about several keys, or about one key's value.
struct Rule {
    /// Whether a violation is refused or only mentioned.
    severity: Severity,
    /// The keys that the rule is about; a violation is shown at the first that the file has.
    keys: &'static [&'static str],
    /// Where the rule is written down.
    source: &'static str,
    /// What violates it, if anything does.
    check: fn(&StackFile) -> Option<Violation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Severity {
    Refused,
    Advice,
}

/// How a rule is violated.
struct Violation {
    message: String,
    hint: String,
    /// The key where it is, if that is another than the first of the rule's.
    at: Option<String>,
}

impl Violation {
    /// The same at a key that the rule cannot name.
    fn at(self, key: String) -> Self {
        Self {
            at: Some(key),
            ..self
        }
    }
}

/// A violation, if there is one.
fn violation(
    found: bool,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Option<Violation> {
    found.then(|| Violation {
        message: message.into(),
        hint: hint.into(),
        at: None,
    })
}

/// What the rules found.
pub(super) struct Findings {
    /// What makes the file unusable.
    pub(super) refused: Vec<Problem>,
    /// What is allowed but not advisable.
    pub(super) advice: Vec<Problem>,
}

/// Every rule.
fn all() -> impl Iterator<Item = &'static Rule> {
    [
        scope::RULES,
        amazon::RULES,
        environment::RULES,
        existing_pool::RULES,
        identity::RULES,
        messages::RULES,
        tokens::RULES,
        web_client::RULES,
        attributes::RULES,
        linking::RULES,
        resource_servers::RULES,
        stages::RULES,
    ]
    .into_iter()
    .flatten()
}

/// Applies every rule to a file that has been parsed from `text`.
pub(super) fn check(stack: &StackFile, text: &str) -> Findings {
    let locator = Locator::new(text);
    let mut findings = Findings {
        refused: Vec::new(),
        advice: Vec::new(),
    };
    let problem = |keys: &[&str], source, Violation { message, hint, at }: Violation| {
        let (line, column) = match &at {
            Some(key) => locator.find(&[key]),
            None => locator.find(keys),
        };
        Problem {
            line,
            column,
            message,
            hint: Some(hint),
            source: Some(source),
        }
    };
    for (rule, found) in all().filter_map(|rule| Some((rule, (rule.check)(stack)?))) {
        let problem = problem(rule.keys, rule.source, found);
        match rule.severity {
            Severity::Refused => findings.refused.push(problem),
            Severity::Advice => findings.advice.push(problem),
        }
    }
    let applies = applies::check(stack, &locator);
    let refused = applies.map(|(key, found)| problem(&[key], applies::DOCS, found));
    findings.refused.extend(refused);
    findings
        .refused
        .sort_by_key(|found| (found.line, found.column));
    findings
        .advice
        .sort_by_key(|found| (found.line, found.column));
    findings
}
