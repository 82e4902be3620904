//! The ways in which people can sign in, and how few of them show every two options together.

use std::collections::BTreeSet;
use std::fmt;

use infra::stack_file::Problem;
use infra::{StackFile, StackFileError};

/// Keys of `[identity]`, each with the values to try.
const KEYS: [&[Choice]; 6] = [
    &[
        Choice::new("email", r#"sign-in = ["email"]"#),
        Choice::new("phone", r#"sign-in = ["phone"]"#),
        Choice::new("email+phone", r#"sign-in = ["email", "phone"]"#),
        Choice::new("username", r#"sign-in = ["username"]"#),
    ],
    &[
        Choice::new("password", r#"first-factors = ["password"]"#),
        Choice::new("email-otp", r#"first-factors = ["password", "email-otp"]"#),
        Choice::new("sms-otp", r#"first-factors = ["password", "sms-otp"]"#),
        Choice::new(
            "both-otp",
            r#"first-factors = ["password", "email-otp", "sms-otp"]"#,
        ),
    ],
    &[
        Choice::new("off", r#"mfa = "off""#),
        Choice::new("optional", r#"mfa = "optional""#),
        Choice::new("required", r#"mfa = "required""#),
    ],
    &[
        Choice::new("none", "mfa-factors = []"),
        Choice::new("sms", r#"mfa-factors = ["sms"]"#),
        Choice::new("totp", r#"mfa-factors = ["totp"]"#),
        Choice::new("email", r#"mfa-factors = ["email"]"#),
        Choice::new("sms+totp", r#"mfa-factors = ["sms", "totp"]"#),
        Choice::new("sms+email", r#"mfa-factors = ["sms", "email"]"#),
        Choice::new("totp+email", r#"mfa-factors = ["totp", "email"]"#),
        Choice::new("all", r#"mfa-factors = ["sms", "totp", "email"]"#),
    ],
    &[
        Choice::new("email", r#"recovery = ["email"]"#),
        Choice::new("phone", r#"recovery = ["phone"]"#),
        Choice::new("email+phone", r#"recovery = ["email", "phone"]"#),
        Choice::new("phone+email", r#"recovery = ["phone", "email"]"#),
        Choice::new("admin-only", r#"recovery = ["admin-only"]"#),
    ],
    &[
        Choice::new("lite", "plan = \"lite\"\npages = \"classic\""),
        Choice::new("essentials", r#"plan = "essentials""#),
        Choice::new("plus", r#"plan = "plus""#),
    ],
];

/// A sender of e-mail, without which a second factor by e-mail is always refused.
const SENDER: &str = r#"email = { from = "Guide <no-reply@example.com>", ses-identity = "arn:aws:ses:us-east-1:000000000000:identity/example.com" }"#;

/// A value of a key.
struct Choice {
    name: &'static str,
    toml: &'static str,
}

impl Choice {
    const fn new(name: &'static str, toml: &'static str) -> Self {
        Self { name, toml }
    }
}

/// One value of each key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Combination([usize; KEYS.len()]);

impl Combination {
    /// Every combination, whether a stack file may say so or not.
    pub(super) fn all() -> Vec<Self> {
        let mut all = vec![[0; KEYS.len()]];
        for (key, choices) in KEYS.iter().enumerate() {
            let each = |before: [usize; KEYS.len()]| {
                (0..choices.len()).map(move |choice| {
                    let mut values = before;
                    values[key] = choice;
                    values
                })
            };
            all = all.into_iter().flat_map(each).collect();
        }
        all.into_iter().map(Self).collect()
    }

    /// A stack file that says so. A default is not written.
    pub(super) fn text(self, name: &str) -> String {
        let has_phone_alone = KEYS[0][self.0[0]].name == "phone";
        let default = if has_phone_alone {
            r#"recovery = ["phone"]"#
        } else {
            r#"recovery = ["email"]"#
        };
        let lines = self.choices().map(|choice| choice.toml);
        let mut lines: Vec<_> = lines.filter(|line| *line != default).collect();
        if lines
            .iter()
            .any(|line| line.starts_with("mfa-factors") && line.contains("email"))
        {
            lines.push(SENDER);
        }
        let lines = lines.join("\n");
        format!("name = \"{name}\"\n\n[identity]\n{lines}\n")
    }

    /// The stack file as it is read, or why it is refused.
    pub(super) fn read(self) -> Result<StackFile, StackFileError> {
        StackFile::parse(&self.text("grid"), "stack.toml")
    }

    /// Two of its values, for every two keys.
    fn pairs(self) -> impl Iterator<Item = Pair> {
        let keys = 0..KEYS.len();
        keys.flat_map(move |key| {
            (key + 1..KEYS.len()).map(move |other| [(key, self.0[key]), (other, self.0[other])])
        })
    }

    fn choices(self) -> impl Iterator<Item = &'static Choice> {
        KEYS.iter()
            .zip(self.0)
            .map(|(choices, choice)| &choices[choice])
    }
}

/// `phone/sms-otp/off/none/phone/essentials`.
impl fmt::Display for Combination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.choices().map(|choice| choice.name).collect();
        f.write_str(&names.join("/"))
    }
}

/// True if every problem has a line, a way out and a source.
pub(super) fn is_explained(error: &StackFileError) -> bool {
    let explained =
        |problem: &Problem| problem.line > 2 && problem.hint.is_some() && problem.source.is_some();
    !error.problems().is_empty() && error.problems().iter().all(explained)
}

/// Two keys, each with one of its values.
type Pair = [(usize, usize); 2];

/// As few of these as show every pair of values that is in any: each time the first one that shows the most pairs
/// which none before has shown.
pub(super) fn pairwise(combinations: &[Combination]) -> Vec<Combination> {
    let mut missing: BTreeSet<Pair> = combinations.iter().flat_map(|one| one.pairs()).collect();
    let mut chosen = Vec::new();
    while !missing.is_empty() {
        let news = |one: &&Combination| one.pairs().filter(|pair| missing.contains(pair)).count();
        // Of equals, the last one that was looked at is taken.
        let Some(best) = combinations.iter().rev().max_by_key(news) else {
            break;
        };
        for pair in best.pairs() {
            missing.remove(&pair);
        }
        chosen.push(*best);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_refused_is_refused_with_a_reason_and_a_way_out() {
        let all = Combination::all();
        let names: BTreeSet<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), all.len());
        // The command looks at each; 37 divides no number of values.
        let some = || all.iter().step_by(37).map(|one| one.read());
        assert!(some().all(|read| read.map_or_else(|error| is_explained(&error), |_| true)));
        assert!(some().any(|read| read.is_err()) && some().any(|read| read.is_ok()));
    }

    proptest! {
        #[test]
        fn every_pair_is_in_the_sample(which in prop::collection::btree_set(0_usize..5760, 1..100)) {
            let all = Combination::all();
            let some: Vec<_> = which.into_iter().map(|index| all[index]).collect();
            let chosen = pairwise(&some);
            let pairs = |these: &[Combination]| -> BTreeSet<Pair> {
                these.iter().flat_map(|one| one.pairs()).collect()
            };
            prop_assert_eq!(pairs(&chosen), pairs(&some));
            prop_assert!(chosen.iter().all(|one| some.contains(one)));
            prop_assert_eq!(pairwise(&some), chosen);
        }
    }
}
