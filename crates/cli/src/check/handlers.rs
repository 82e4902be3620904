//! Intents that nothing in the skill answers, and handlers that nothing can be said to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use fancy_regex::Regex;
use models::package::Place as JsonPlace;
use serde_json::Value;

use super::certification::Document;
use super::finding::{Finding, Place, Severity};
use crate::workspace;

/// The table of intents and handlers, below the root of a project.
const TABLE: &str = "crates/skill/src/handlers.rs";

/// A row of the table: a name of the code's own, and the intent's name in the models.
static ROW: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"^\s*\w+\s*=\s*"([^"]+)"\s*,"#).ok());

/// Compares the models of a package with the handlers beside the stack file, or else with those of
/// the workspace, which is what a deployment builds.
pub(super) fn check(stack: &Path, models: &BTreeMap<String, Document>) -> Vec<Finding> {
    let table = table_of(stack);
    match std::fs::read_to_string(&table) {
        Ok(text) => compare(&table, &rows(&text), models),
        Err(error) => {
            let message = format!("which intents have a handler is not known: {error}");
            vec![finding(
                Place::new(&table, 1, 1),
                message,
                "put the table of handlers there",
            )]
        }
    }
}

fn table_of(stack: &Path) -> PathBuf {
    let beside = stack.parent().map(|folder| folder.join(TABLE));
    beside
        .filter(|table| table.is_file())
        .unwrap_or_else(|| workspace::root().join(TABLE))
}

fn compare(
    table: &Path,
    rows: &[(usize, &str)],
    models: &BTreeMap<String, Document>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (locale, model) in models {
        for (index, intent) in intents(model).enumerate() {
            if !rows.iter().any(|(_, name)| *name == intent) {
                let keys = ["interactionModel", "languageModel", "intents"];
                let place = model.place(&JsonPlace::of(&keys).index(index).key("name"));
                let message = format!("nothing answers {intent}, which can be said in {locale}");
                let fix = format!("add a row for it to {TABLE}, or remove the intent");
                findings.push(finding(place, message, &fix));
            }
        }
    }
    for (line, name) in rows {
        let lacks = |model: &Document| !intents(model).any(|intent| intent == *name);
        let without: Vec<&str> = models
            .iter()
            .filter(|(_, model)| lacks(model))
            .map(|(locale, _)| locale.as_str())
            .collect();
        if !without.is_empty() {
            let message = format!(
                "{name} has a handler and no intent in {}",
                without.join(", ")
            );
            let place = Place::new(table, *line, 1);
            findings.push(finding(
                place,
                message,
                "add the intent there, or remove the handler",
            ));
        }
    }
    findings
}

fn finding(place: Place, message: String, fix: &str) -> Finding {
    Finding::new("HANDLER", Severity::Advice, message)
        .at(place)
        .fix(fix.to_owned())
}

fn intents(model: &Document) -> impl Iterator<Item = &str> {
    let intents = model.value["interactionModel"]["languageModel"]["intents"].as_array();
    let intents = intents.into_iter().flatten();
    intents.filter_map(|intent: &Value| intent["name"].as_str())
}

/// Line, from 1, and intent of every row.
fn rows(text: &str) -> Vec<(usize, &str)> {
    let lines = text.lines().enumerate();
    let table = lines
        .skip_while(|(_, line)| !line.contains("intents!"))
        .take_while(|(_, line)| !line.starts_with('}'));
    table
        .filter_map(|(index, line)| {
            let row = ROW.as_ref()?.captures(line).ok()??;
            Some((index + 1, row.get(1)?.as_str()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_with_their_lines() {
        let text = "let a = \"No\", 1;\nskill_kit::intents! {\n    Locale, launch => greeting::launch;\n\n    /// \"Help.\"\n    \
                    Help = \"AMAZON.HelpIntent\", Public => built_in::help;\n    \
                    // Old = \"OldIntent\", Public => old::old;\n}\nlet b = \"No\", 2;\n";
        assert_eq!(rows(text), [(6, "AMAZON.HelpIntent")]);
    }

    #[test]
    fn the_committed_table_has_rows() {
        let text = std::fs::read_to_string(workspace::root().join(TABLE)).unwrap();
        assert!(rows(&text).len() >= 3);
    }
}
