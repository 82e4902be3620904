mod amazon;
mod attributes;
mod identity;
mod linking;
mod scope;
mod web_client;

use std::collections::BTreeSet;

use super::{Severity, all, check};
use crate::stack_file::{Problem, StackFile};

/// What follows `name = "guide"`, where the problem is, and how its message begins.
type Case = (&'static str, (usize, usize), &'static str);

fn refused() -> impl Iterator<Item = &'static Case> {
    [
        amazon::REFUSED,
        attributes::REFUSED,
        identity::REFUSED,
        linking::REFUSED,
        scope::REFUSED,
        web_client::REFUSED,
    ]
    .into_iter()
    .flatten()
}

fn advised() -> impl Iterator<Item = &'static Case> {
    [attributes::ADVICE, identity::ADVICE].into_iter().flatten()
}

fn text(case: &str) -> String {
    format!("name = 'guide'\n{case}\n")
}

fn read(text: &str) -> StackFile {
    toml::from_str(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn assert_found(problems: &[Problem], case: &str, position: (usize, usize), message: &str) {
    let at = |problem: &&Problem| problem.message.starts_with(message);
    let problem = problems
        .iter()
        .find(at)
        .unwrap_or_else(|| panic!("{case}\nexpected: {message}\nfound: {problems:#?}"));
    assert_eq!(
        (problem.line, problem.column),
        position,
        "{case}\n{problem}"
    );
    assert!(problem.hint.is_some() && problem.source.is_some());
}

#[test]
fn contradictions_are_refused_where_they_are() {
    for (case, position, message) in refused() {
        let text = text(case);
        let error = StackFile::parse(&text, "stack.toml").unwrap_err();
        assert_found(error.problems(), case, *position, message);
    }
}

#[test]
fn what_is_not_advisable_is_mentioned_and_allowed() {
    for (case, position, message) in advised() {
        let text = text(case);
        let stack = StackFile::parse(&text, "stack.toml").unwrap();
        assert_found(stack.advice(), case, *position, message);
    }
}

#[test]
fn every_rule_has_a_case() {
    let fired: BTreeSet<usize> = refused()
        .chain(advised())
        .flat_map(|(case, _, _)| {
            let stack = read(&text(case));
            let fires: Vec<usize> = all()
                .enumerate()
                .filter(|(_, rule)| (rule.check)(&stack).is_some())
                .map(|(index, _)| index)
                .collect();
            fires
        })
        .collect();
    assert_eq!(fired, (0..all().count()).collect());
}

#[test]
fn every_rule_says_where_it_is_written_down() {
    for rule in all() {
        let here = ["docs/stack.md", "docs/identity.md"].contains(&rule.source);
        assert!(
            here || rule.source.starts_with("https://"),
            "{}",
            rule.source
        );
        assert!(!rule.keys.is_empty());
    }
    assert!(all().any(|rule| rule.severity == Severity::Advice));
}

#[test]
fn systems_that_people_run_are_accepted() {
    for case in [
        "",
        // A phone number with a text message as second factor.
        "[identity]\nsign-in = ['phone']\nmfa = 'required'\nmfa-factors = ['sms']\nrecovery = ['admin-only']\n[linking]\nscopes = ['phone', 'openid']",
        // An e-mail address with a code by e-mail as second factor.
        "[identity]\nmfa = 'required'\nmfa-factors = ['email']\nrecovery = ['admin-only']\nemail = { from = 'a@example.com', ses-identity = 'arn:aws:ses:eu-west-1:123456789012:identity/example.com' }",
        // A phone number and one-time codes.
        "[identity]\nsign-in = ['phone']\nfirst-factors = ['password', 'sms-otp']\nrecovery = ['phone']",
        // E-mail address or phone number, with a second factor for those who want one.
        "[identity]\nsign-in = ['email', 'phone']\nmfa = 'optional'\nmfa-factors = ['sms', 'totp']",
        // User names, and the user's own operations.
        "[identity]\nsign-in = ['username']\n[linking]\nprofile-source = 'get-user'\nscopes = ['aws.cognito.signin.user.admin', 'openid']",
        // A web page beside the skill.
        "[identity.web-client]\ncallback-urls = ['https://www.example.com/in']\nscopes = ['aws.cognito.signin.user.admin']",
        // Amazon's own accounts.
        "[identity]\nprovider = 'login-with-amazon'\n[linking]\nprofile-source = 'login-with-amazon'\nscopes = ['profile']",
        "[identity]\nprovider = 'login-with-amazon'\nmfa = 'off'\n[linking]\nprofile-source = 'login-with-amazon'\nscopes = ['profile:user_id', 'postal_code']\nclient-authentication = 'body'",
        // A host of one's own.
        "[identity.domain]\ncustom = { name = 'login-{stage}.example.com', certificate-arn = 'arn:aws:acm:us-east-1:123456789012:certificate/1', hosted-zone-id = 'Z1EXAMPLE' }",
        // The cheapest plan.
        "[identity]\nplan = 'lite'\npages = 'classic'\n[linking]\ngrants = ['code', 'implicit']",
    ] {
        let text = text(case);
        let findings = check(&read(&text), &text);
        assert!(
            findings.refused.is_empty(),
            "{case}\n{:?}",
            findings.refused
        );
    }
}
