mod amazon;
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

use super::{Severity, Violation, all, check};
use crate::stack_file::{Problem, StackFile};

/// What follows `name = "guide"`, where the problem is, and how its message begins.
type Case<T = &'static str> = (T, (usize, usize), &'static str);

fn refused() -> Vec<Case<String>> {
    let written = [
        amazon::REFUSED,
        environment::REFUSED,
        existing_pool::REFUSED,
        identity::REFUSED,
        linking::REFUSED,
        messages::REFUSED,
        resource_servers::REFUSED,
        scope::REFUSED,
        stages::REFUSED,
        tokens::REFUSED,
        web_client::REFUSED,
    ];
    let written = written.into_iter().flatten();
    let written = written.map(|(case, at, message)| ((*case).to_owned(), *at, *message));
    (written.chain([attributes::too_many(), environment::too_large()]))
        .chain(web_client::too_many())
        .chain(resource_servers::too_many())
        .collect()
}

fn advised() -> impl Iterator<Item = Case<String>> {
    let written = [
        attributes::ADVICE,
        environment::ADVICE,
        identity::ADVICE,
        linking::ADVICE,
        messages::ADVICE,
        stages::ADVICE,
        tokens::ADVICE,
    ];
    let written = written.into_iter().flatten();
    let written = written.map(|(case, at, message)| ((*case).to_owned(), *at, *message));
    written.chain([resource_servers::many()])
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
    for (case, position, message) in &refused() {
        let text = text(case);
        let error = StackFile::parse(&text, "stack.toml").unwrap_err();
        assert_found(error.problems(), case, *position, message);
    }
}

#[test]
fn what_is_not_advisable_is_mentioned_and_allowed() {
    for (case, position, message) in &advised().collect::<Vec<_>>() {
        let text = text(case);
        let stack = StackFile::parse(&text, "stack.toml").unwrap();
        assert_found(stack.advice(), case, *position, message);
    }
}

/// A case for another rule that happens to break this one, too, is none.
#[test]
fn every_rule_has_a_case_of_its_own() {
    let cases: Vec<_> = refused().into_iter().chain(advised()).collect();
    let stacks: Vec<_> = cases.iter().map(|(case, ..)| read(&text(case))).collect();
    for (index, rule) in all().enumerate() {
        let mut tried = cases.iter().zip(&stacks);
        let its_own = tried.any(|((_, _, expected), stack)| {
            (rule.check)(stack)
                .is_some_and(|Violation { message, .. }| message.starts_with(expected))
        });
        assert!(its_own, "rule {index}, about {:?}, has no case", rule.keys);
    }
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
        // A pool that exists already, with codes and a domain of its own.
        "[identity]\nuser-pool-id = 'eu-west-1_AbCdEf123'\nfirst-factors = ['password', 'sms-otp']\n[identity.web-client]\ncallback-urls = ['https://www.example.com/in']",
        "[identity]\nuser-pool-id = 'eu-west-1_AbCdEf123'\npages = 'classic'\n[identity.domain]\nexisting = 'login.example.com'\n[linking]\nscopes = ['openid', 'phone']\n[identity.tokens]\nrefresh = '200d'\n[stages.dev]\nregion = 'eu-west-1'",
        // Scopes of one's own, of an API that is called by its URL, too.
        "[linking]\nscopes = ['openid', 'taxi/order', 'https://api.example.com/v1/read']\n[identity.resource-servers]\ntaxi = { order = 'Order taxis', cancel = 'Cancel them' }\n'https://api.example.com/v1' = { read = 'Read' }",
        "[identity]\nuser-pool-id = 'eu-west-1_AbCdEf123'\nresource-servers.taxi.order = 'Order taxis'\n[linking]\nscopes = ['openid', 'taxi/order']",
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
        // What people give, and how, is not known of a pool that exists already.
        let exists = case.contains("user-pool-id");
        assert!(
            !exists || findings.advice.is_empty(),
            "{case}\n{:?}",
            findings.advice
        );
    }
}
