//! The decision whether the policies of a role allow a call.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>

use std::collections::BTreeMap;

use serde_json::Value;

use super::policy::{allows, statements};

/// A call, as policies see it.
#[derive(Debug, Clone)]
pub(crate) struct Asked<'call> {
    /// Such as `ssm:GetParameter`.
    pub(crate) action: &'call str,
    /// The ARNs that it is done to; each has to be allowed. Empty for an action without a resource.
    pub(crate) resources: &'call [String],
    /// Keys of conditions with their values, by their names in lower case.
    pub(crate) context: &'call BTreeMap<String, String>,
}

/// The decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// A statement allows it, and none denies it.
    Allowed,
    /// No statement is about it.
    NotAllowed,
    /// A statement denies it.
    Denied,
}

/// Decides by the policies that a role has, and by the boundary that it is under.
pub(crate) fn decide(policies: &[Value], boundary: Option<&Value>, asked: &Asked<'_>) -> Decision {
    let own = by_all(policies, asked);
    let most = boundary.map_or(Decision::Allowed, |one| {
        by_all(std::slice::from_ref(one), asked)
    });
    match (own, most) {
        (Decision::Denied, _) | (_, Decision::Denied) => Decision::Denied,
        (Decision::Allowed, Decision::Allowed) => Decision::Allowed,
        _ => Decision::NotAllowed,
    }
}

fn by_all(policies: &[Value], asked: &Asked<'_>) -> Decision {
    let everything = ["*".to_owned()];
    let resources = match asked.resources {
        [] => everything.as_slice(),
        several => several,
    };
    let decisions = resources.iter().map(|resource| {
        let about = |statement: &&Value| is_about(statement, asked, resource);
        let mut about = policies
            .iter()
            .flat_map(statements)
            .filter(about)
            .peekable();
        if about.peek().is_none() {
            Decision::NotAllowed
        } else if about.all(allows) {
            Decision::Allowed
        } else {
            Decision::Denied
        }
    });
    decisions.fold(Decision::Allowed, |all, one| match (all, one) {
        (Decision::Denied, _) | (_, Decision::Denied) => Decision::Denied,
        (Decision::NotAllowed, _) | (_, Decision::NotAllowed) => Decision::NotAllowed,
        _ => Decision::Allowed,
    })
}

fn is_about(statement: &Value, asked: &Asked<'_>, resource: &str) -> bool {
    let action = asked.action.to_ascii_lowercase();
    let acts = |patterns: &Value| {
        texts(patterns).any(|pattern| matches(&pattern.to_ascii_lowercase(), &action))
    };
    let has = |patterns: &Value| texts(patterns).any(|pattern| matches(pattern, resource));
    let is_action = match statement.get("NotAction") {
        Some(others) => !acts(others),
        None => acts(&statement["Action"]),
    };
    let is_resource = match statement.get("NotResource") {
        Some(others) => !has(others),
        None => has(&statement["Resource"]),
    };
    is_action && is_resource && holds(&statement["Condition"], asked.context)
}

/// True if every condition holds. An operator that is not known here holds for nothing that is allowed.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
fn holds(conditions: &Value, context: &BTreeMap<String, String>) -> bool {
    let operators = conditions.as_object().into_iter().flatten();
    operators.into_iter().all(|(operator, keys)| {
        let (name, optional) = match operator.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (operator.as_str(), false),
        };
        keys.as_object().into_iter().flatten().all(|(key, wanted)| {
            let Some(value) = context.get(&key.to_ascii_lowercase()) else {
                return optional || name.starts_with("StringNot");
            };
            match name {
                "StringEquals" | "ArnEquals" => texts(wanted).any(|one| one == value),
                "StringNotEquals" => texts(wanted).all(|one| one != value),
                "StringLike" | "ArnLike" => texts(wanted).any(|one| matches(one, value)),
                "StringNotLike" => texts(wanted).all(|one| !matches(one, value)),
                _ => false,
            }
        })
    })
}

/// One text, or a list of them.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let several = value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    value.as_str().into_iter().chain(several)
}

/// `*` stands for any characters, `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut here) = (0, 0);
    // The last star, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while here < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, here));
                at += 1;
            }
            Some(one) if *one == '?' || *one == text[here] => {
                at += 1;
                here += 1;
            }
            _ => match star {
                Some((place, taken)) => {
                    at = place + 1;
                    here = taken + 1;
                    star = Some((place, here));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn decided(
        policies: &[Value],
        boundary: Option<&Value>,
        action: &str,
        resource: &str,
    ) -> Decision {
        let context = [("aws:requestedregion".to_owned(), "eu-west-1".to_owned())].into();
        let asked = Asked {
            action,
            resources: &[resource.to_owned()],
            context: &context,
        };
        decide(policies, boundary, &asked)
    }

    fn policy(statement: &Value) -> Value {
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    }

    /// The rows are also asked of a judge that is not ours: `judges/iam`.
    #[test]
    fn every_row_is_decided_as_it_says() {
        let rows: Value = serde_json::from_str(include_str!("evaluate/rows.json")).unwrap();
        let rows = rows.as_array().unwrap();
        assert!(rows.len() >= 20);
        for row in rows {
            let policies = row["policies"].as_array().unwrap();
            let text = |name: &str| row[name].as_str().unwrap();
            let decision = decided(
                policies,
                row.get("boundary"),
                text("action"),
                text("resource"),
            );
            assert_eq!(
                format!("{decision:?}"),
                text("decision"),
                "{}",
                text("about")
            );
        }
    }

    proptest! {
        /// A denial wins over everything, wherever it stands.
        #[test]
        fn a_denial_always_wins(at in 0_usize..4, allowed in prop::collection::vec("(s3|ssm|\\*):(Get\\*|\\*|Put)", 0..4)) {
            let mut policies: Vec<_> = (allowed.iter())
                .map(|action| policy(&json!({ "Effect": "Allow", "Action": action, "Resource": "*" })))
                .collect();
            let denial = policy(&json!({ "Effect": "Deny", "Action": "ssm:Get*", "Resource": "*" }));
            policies.insert(at.min(policies.len()), denial);
            prop_assert_eq!(decided(&policies, None, "ssm:GetParameter", "arn:a"), Decision::Denied);
        }

        /// A pattern without wildcards matches itself alone; with a star at its end, everything that begins so.
        #[test]
        fn wildcards_stand_for_what_they_say(text in "[a-z:/]{0,12}", more in "[a-z:/]{0,6}") {
            let longer = format!("{text}{more}");
            let starred = format!("{text}*");
            prop_assert_eq!(matches(&text, &longer), more.is_empty());
            prop_assert!(matches(&starred, &longer));
            prop_assert!(matches("*", &text));
        }
    }
}
