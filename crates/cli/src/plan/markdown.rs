//! A plan as Markdown, for a comment on a pull request.

use infra::stack_file::StageName;
use rollout::diff::change::Kind;
use rollout::plan::Preview;

use super::text;

pub(super) fn of(stage: &StageName, preview: &Preview) -> String {
    let plan = &preview.plan;
    let mut lines = vec![format!("### Plan for stage `{stage}`"), String::new()];
    if plan.is_empty() {
        lines.push("Nothing to do.".to_owned());
        return lines.join("\n");
    }
    if let Some(refused) = &preview.refused {
        lines.push(format!(
            "> **A deployment is {}** (`{}`)",
            refused.message(),
            refused.code()
        ));
        lines.push(String::new());
    }
    lines.push(format!("{}.", text::summary(plan)));
    for part in plan.to_do() {
        let action = part.action.as_deref().unwrap_or_default();
        lines.push(String::new());
        lines.push(format!(
            "**{}**: {action}{}",
            part.step,
            text::live_users(part)
        ));
        lines.push(String::new());
        lines.push("```diff".to_owned());
        for change in &part.changes {
            lines.push(fenced(&text::title(change)));
            if change.kind == Kind::Changed {
                let fields = change.fields.iter();
                lines.extend(fields.map(|field| fenced(&format!("  {}", text::field(field)))));
            }
        }
        lines.push("```".to_owned());
    }
    lines.join("\n")
}

/// `diff` colours by the first character and knows `!` for what changes; a value cannot end the
/// block.
fn fenced(line: &str) -> String {
    let line = line.replace("```", "'''");
    match line.strip_prefix('~') {
        Some(rest) => format!("!{rest}"),
        None => line,
    }
}
