//! Whether a change set does what was agreed to, and nothing else.

use aws_sdk_cloudformation::types::{self as cloudformation, ChangeAction, ResourceChange};

use crate::diff::Part;
use crate::diff::change::{Change, Kind, Replacement};

/// What the change set would do beyond the plan, in words.
pub(super) fn surplus(part: &Part, changes: &[ResourceChange]) -> Vec<String> {
    changes
        .iter()
        .filter(|change| !agreed(part, change))
        .map(|change| {
            let replaced = match change.replacement() {
                Some(cloudformation::Replacement::True) => ", replaced",
                Some(cloudformation::Replacement::Conditional) => ", perhaps replaced",
                _ => "",
            };
            format!(
                "{} ({}): {}{replaced}",
                change.logical_resource_id().unwrap_or_default(),
                change.resource_type().unwrap_or_default(),
                change
                    .action()
                    .map(ChangeAction::as_str)
                    .unwrap_or_default(),
            )
        })
        .collect()
}

fn agreed(part: &Part, change: &ResourceChange) -> bool {
    // With `IncludePropertyValues`, `True` is also said of what is added.
    let replacement = match (change.action(), change.replacement()) {
        (Some(ChangeAction::Add), _) => Replacement::No,
        (_, Some(cloudformation::Replacement::True)) => Replacement::Yes,
        (_, Some(cloudformation::Replacement::Conditional)) => Replacement::Perhaps,
        _ => Replacement::No,
    };
    let name = change.logical_resource_id().unwrap_or_default();
    let planned = part.changes.iter().find(|planned| planned.subject == name);
    let kind = match change.action() {
        Some(ChangeAction::Add) => Kind::Added,
        Some(ChangeAction::Remove) => Kind::Removed,
        Some(ChangeAction::Import) => Kind::Imported,
        Some(ChangeAction::Modify) => Kind::Changed,
        // Whether anything is done is not known; what would be is.
        Some(ChangeAction::Dynamic) => {
            return planned.is_some_and(|planned| planned.replacement > Replacement::No);
        }
        // What the SDK does not know.
        _ => return false,
    };
    // What a failed operation has left undone is finished, whichever resources those are.
    let finishing = part.resumes && kind != Kind::Removed && replacement == Replacement::No;
    finishing || planned.is_some_and(|planned| allows(planned, kind, replacement))
}

fn allows(planned: &Change, kind: Kind, replacement: Replacement) -> bool {
    planned.kind == kind && replacement <= planned.replacement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Step;

    fn change(
        action: ChangeAction,
        replacement: Option<cloudformation::Replacement>,
        name: &str,
    ) -> ResourceChange {
        ResourceChange::builder()
            .action(action)
            .set_replacement(replacement)
            .logical_resource_id(name)
            .resource_type("AWS::Cognito::UserPool")
            .build()
    }

    #[test]
    fn only_what_was_agreed_to_passes() {
        let mut planned = Change::new(Kind::Changed, "UserPool", Vec::new());
        let part = |planned: &Change| Part {
            changes: vec![planned.clone()],
            ..Part::nothing(Step::Identity)
        };
        let modified = change(
            ChangeAction::Modify,
            Some(cloudformation::Replacement::False),
            "UserPool",
        );
        let replaced = change(
            ChangeAction::Modify,
            Some(cloudformation::Replacement::True),
            "UserPool",
        );
        let perhaps = change(
            ChangeAction::Modify,
            Some(cloudformation::Replacement::Conditional),
            "UserPool",
        );
        let removed = change(ChangeAction::Remove, None, "UserPool");
        let other = change(ChangeAction::Add, None, "Other");
        let all = [modified, replaced, perhaps, removed, other];
        assert_eq!(surplus(&part(&planned), &all[..1]), [""; 0]);
        assert_eq!(surplus(&part(&planned), &all).len(), 4);
        planned.replacement = Replacement::Yes;
        assert_eq!(surplus(&part(&planned), &all).len(), 2);
    }

    /// With `IncludePropertyValues`, CloudFormation says `Replacement: True` of what is added.
    #[test]
    fn what_is_added_replaces_nothing() {
        let planned = Change::new(Kind::Added, "UserPool", Vec::new());
        let part = Part {
            changes: vec![planned],
            resumes: true,
            ..Part::nothing(Step::Identity)
        };
        for name in ["UserPool", "Unfinished"] {
            let added = change(
                ChangeAction::Add,
                Some(cloudformation::Replacement::True),
                name,
            );
            assert_eq!(surplus(&part, &[added]), [""; 0], "{name}");
        }
    }
}
