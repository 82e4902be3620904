//! Whether a change set does what was agreed to, and nothing else.

use crate::aws::cloudformation::ResourceChange;
use crate::diff::Part;
use crate::diff::change::{Change, Kind, Replacement};

/// What the change set would do beyond the plan, in words.
pub(super) fn surplus(part: &Part, changes: &[ResourceChange]) -> Vec<String> {
    changes
        .iter()
        .filter(|change| !agreed(part, change))
        .map(|change| {
            let replaced = match change.replacement.as_deref() {
                Some("True") => ", replaced",
                Some("Conditional") => ", perhaps replaced",
                _ => "",
            };
            let ResourceChange {
                logical,
                kind,
                action,
                ..
            } = change;
            format!("{logical} ({kind}): {action}{replaced}")
        })
        .collect()
}

fn agreed(part: &Part, change: &ResourceChange) -> bool {
    // With `IncludePropertyValues`, `True` is also said of what is added.
    let replacement = match (change.action.as_str(), change.replacement.as_deref()) {
        ("Add", _) => Replacement::No,
        (_, Some("True")) => Replacement::Yes,
        (_, Some("Conditional")) => Replacement::Perhaps,
        _ => Replacement::No,
    };
    let name = change.logical.as_str();
    let planned = part.changes.iter().find(|planned| planned.subject == name);
    let kind = match change.action.as_str() {
        "Add" => Kind::Added,
        "Remove" => Kind::Removed,
        "Import" => Kind::Imported,
        "Modify" => Kind::Changed,
        // Whether anything is done is not known; what would be is.
        "Dynamic" => {
            return planned.is_some_and(|planned| planned.replacement > Replacement::No);
        }
        // What this version does not know.
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

    fn change(action: &str, replacement: Option<&str>, name: &str) -> ResourceChange {
        ResourceChange {
            action: action.to_owned(),
            replacement: replacement.map(str::to_owned),
            logical: name.to_owned(),
            kind: "AWS::Cognito::UserPool".to_owned(),
        }
    }

    #[test]
    fn only_what_was_agreed_to_passes() {
        let mut planned = Change::new(Kind::Changed, "UserPool", Vec::new());
        let part = |planned: &Change| Part {
            changes: vec![planned.clone()],
            ..Part::nothing(Step::Identity)
        };
        let modified = change("Modify", Some("False"), "UserPool");
        let replaced = change("Modify", Some("True"), "UserPool");
        let perhaps = change("Modify", Some("Conditional"), "UserPool");
        let removed = change("Remove", None, "UserPool");
        let other = change("Add", None, "Other");
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
            let added = change("Add", Some("True"), name);
            assert_eq!(surplus(&part, &[added]), [""; 0], "{name}");
        }
    }
}
