//! What would be done to a stack, as a part of the plan.

use serde_json::json;

use super::{Decision, Desired, Import, Observed, decide};
use crate::diff::Part;
use crate::diff::change::{Change, Field, Kind};
use crate::diff::stack::changes_by;
use crate::error::Error;
use crate::progress::Step;
use crate::template::Template;

/// What would be done to a stack.
pub(crate) fn stack_part(
    step: Step,
    desired: &Desired,
    observed: Option<&Observed>,
) -> Result<Part, Error> {
    let decision = decide(desired, observed);
    let after = Template::read(&desired.template, &desired.parameters)?;
    let before = match (&decision, observed) {
        (Decision::Create | Decision::Import | Decision::Recreate(_), _) | (_, None) => None,
        (_, Some(observed)) if observed.template.is_empty() => None,
        (_, Some(observed)) => Some(Template::read(&observed.template, &observed.parameters)?),
    };
    let (mut changes, unchanged) = changes_by(before.as_ref(), &after, &desired.create_only);
    if decision == Decision::Import {
        for change in &mut changes {
            if let Some(import) = desired.import(&change.subject) {
                take_up(change, import, &after);
            }
        }
    }
    Ok(Part {
        action: (decision != Decision::Nothing).then(|| decision.to_string()),
        resumes: matches!(decision, Decision::Resume(_)),
        changes,
        unchanged,
        ..Part::nothing(step)
    })
}

/// Makes a change that of a resource which exists and is taken up as it is.
pub(crate) fn take_up(change: &mut Change, import: &Import, after: &Template) {
    change.kind = Kind::Imported;
    change.fields = (import.identifier.iter())
        .map(|(name, value)| Field::new(vec![name.clone()], None, Some(json!(value))))
        .collect();
    change.after = (after.resources().remove(&change.subject)).map(|one| one.properties);
}
