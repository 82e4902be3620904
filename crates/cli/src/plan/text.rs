//! A plan as lines for people: `+` is added, `=` imported, `~` changed, `-` removed.

use rollout::diff::LiveUsers;
use rollout::diff::change::{Change, Field, Kind, Replacement};
use rollout::diff::{Part, Plan};
use serde_json::Value;

/// Longer values are cut; `--json` has them whole.
const LONGEST: usize = 100;

pub(super) fn of(plan: &Plan) -> Vec<String> {
    plan.parts.iter().flat_map(part).collect()
}

pub(super) fn part(part: &Part) -> Vec<String> {
    let action = match &part.action {
        None => "unchanged".to_owned(),
        Some(action) if part.complete => action.clone(),
        Some(action) => format!("{action} (the rest is planned again then)"),
    };
    let mut lines = vec![format!("{}: {action}{}", part.step, live_users(part))];
    for change in &part.changes {
        lines.push(format!("  {}", title(change)));
        // What is added as a whole is in the repository to be read.
        if change.kind == Kind::Changed {
            lines.extend(
                change
                    .fields
                    .iter()
                    .map(|one| format!("      {}", field(one))),
            );
        }
    }
    if part.unchanged > 0 && part.action.is_some() {
        lines.push(format!("    {} unchanged", part.unchanged));
    }
    lines
}

/// When customers of a live skill notice.
pub(super) fn live_users(part: &Part) -> &'static str {
    match part.live_users {
        Some(LiveUsers::AtOnce) => " (live users: at once)",
        Some(LiveUsers::NextCertification) => " (live users: with the next certification)",
        None => "",
    }
}

pub(super) fn title(change: &Change) -> String {
    let kind = change
        .resource_type
        .as_ref()
        .map_or_else(String::new, |kind| format!(" ({kind})"));
    let replacement = match change.replacement {
        Replacement::No => "",
        Replacement::Perhaps => ", perhaps replaced",
        Replacement::Yes => ", REPLACED",
    };
    format!(
        "{} {}{kind} {}{replacement}",
        change.kind.sign(),
        change.subject,
        change.kind
    )
}

pub(super) fn field(field: &Field) -> String {
    let path = field.path.join("/");
    let sign = field.kind.sign();
    match (&field.before, &field.after) {
        (Some(before), Some(after)) => {
            format!("{sign} {path}: {} -> {}", value(before), value(after))
        }
        (Some(only), None) | (None, Some(only)) => format!("{sign} {path}: {}", value(only)),
        (None, None) => format!("{sign} {path}"),
    }
}

fn value(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("{cut}…")
}

/// How many things are added, changed, removed and stay.
pub(super) fn summary(plan: &Plan) -> String {
    let count = |kind: Kind| {
        let changes = plan.to_do().flat_map(|part| &part.changes);
        changes.filter(|change| change.kind == kind).count()
    };
    let unchanged: usize = plan.parts.iter().map(|part| part.unchanged).sum();
    let imported = match count(Kind::Imported) {
        0 => String::new(),
        some => format!("{some} imported, "),
    };
    format!(
        "{} added, {imported}{} changed, {} removed, {unchanged} unchanged",
        count(Kind::Added),
        count(Kind::Changed),
        count(Kind::Removed)
    )
}
