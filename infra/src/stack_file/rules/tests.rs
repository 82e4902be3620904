use std::collections::BTreeSet;

use super::{Severity, all, check};
use crate::stack_file::{Problem, StackFile};

/// What follows `name = "guide"`, where the problem is, and how its message begins.
const REFUSED: &[(&str, (usize, usize), &str)] = &[
    (
        "linking.profile-source = 'login-with-amazon'",
        (2, 26),
        "people who sign in with Cognito have no profile",
    ),
    (
        "identity.provider = 'login-with-amazon'",
        (2, 21),
        "profile-source is `userinfo`, and Login with Amazon",
    ),
    (
        "identity.provider = 'login-with-amazon'",
        (2, 21),
        "Login with Amazon does not know the scope `openid`",
    ),
    (
        "linking.scopes = ['openid', 'postal_code']",
        (2, 18),
        "a user pool does not know the scope `postal_code`",
    ),
    (
        "[identity.web-client]\ncallback-urls = ['https://www.example.com/in']\nscopes = ['openid', 'profile:user_id']",
        (4, 10),
        "a user pool does not know the scope `profile:user_id`",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\nweb-client = { callback-urls = ['https://www.example.com/in'], scopes = ['openid'] }",
        (4, 14),
        "`web-client` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\n[linking]\nscopes = ['postal_code']",
        (5, 10),
        "Login with Amazon says who somebody is only",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\n[linking]\ngrants = ['code', 'implicit']",
        (5, 10),
        "`grants` is about the app client",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\nsign-in = ['phone']",
        (4, 11),
        "`sign-in` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\nfirst-factors = ['password', 'email-otp']",
        (4, 17),
        "`first-factors` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\npassword = { min-length = 10 }",
        (4, 12),
        "`password` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\nmfa = 'optional'",
        (4, 7),
        "`mfa` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\nmfa-factors = ['totp']",
        (4, 15),
        "`mfa-factors` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\nrecovery = ['admin-only']",
        (4, 12),
        "`recovery` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\nattributes = { custom = { plan = 'text' } }",
        (4, 14),
        "`attributes` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\nself-sign-up = false",
        (4, 16),
        "`self-sign-up` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\nplan = 'plus'",
        (4, 8),
        "`plan` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\npages = 'classic'",
        (4, 9),
        "`pages` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\nemail = { from = 'a@example.com', ses-identity = 'arn:aws:ses:eu-west-1:123456789012:identity/example.com' }",
        (4, 9),
        "`email` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\nuser-pool-id = 'eu-west-1_AbCdEf123'",
        (4, 16),
        "`user-pool-id` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\ntokens = { refresh = '200d' }",
        (4, 10),
        "`tokens` is about a user pool",
    ),
    (
        "[identity]\nprovider = 'login-with-amazon'\ndomain = { prefix = 'guide' }",
        (4, 10),
        "`domain` is about a user pool",
    ),
    (
        "[identity]\nuser-pool-id = 'eu-west-1_AbCdEf123'",
        (3, 16),
        "using a user pool that exists already",
    ),
    (
        "[identity.domain]\ncustom = { name = 'login.example.com', hosted-zone-id = 'Z1EXAMPLE' }",
        (3, 10),
        "the sign-in domain login.example.com has no certificate",
    ),
    (
        "[identity.domain]\nprefix = 'taxi'\ncustom = { name = 'login.example.com', certificate-arn = 'arn:aws:acm:us-east-1:123456789012:certificate/1', hosted-zone-id = 'Z1EXAMPLE' }",
        (3, 10),
        "a prefix beside a sign-in domain of one's own would not be used",
    ),
    (
        "stages.a-stage-too-long.region = 'us-east-1'\n[identity.domain.custom]\nname = '{name}-{name}-{name}-{name}-{name}-{name}-{stage}.example.com'\ncertificate-arn = 'arn:aws:acm:us-east-1:123456789012:certificate/1'\nhosted-zone-id = 'Z1EXAMPLE'",
        (3, 1),
        "the sign-in domain `guide-guide-guide-guide-guide-guide-a-stage-too-long.example.com` has 64 characters",
    ),
    (
        "[identity.email]\nfrom = 'a@example.com'\nses-identity = 'arn:aws:ses:eu-west-1:123456789012:identity/example.org'",
        (2, 1),
        "arn:aws:ses:eu-west-1:123456789012:identity/example.org may not send as a@example.com",
    ),
    (
        "linking.scopes = ['openid', 'shop/read']",
        (2, 18),
        "the scope `shop/read` needs a resource server",
    ),
    (
        "[identity.web-client]\ncallback-urls = ['https://www.example.com/in']\nscopes = ['openid', 'shop/read']",
        (4, 10),
        "the scope `shop/read` needs a resource server",
    ),
    (
        "[identity.web-client]\ncallback-urls = []",
        (3, 17),
        "callback-urls is empty",
    ),
    (
        "[identity.web-client]\ncallback-urls = ['https://www.example.com/in']\nscopes = []",
        (4, 10),
        "the scopes of web-client are empty",
    ),
    (
        "[identity.web-client]\ncallback-urls = ['https://www.example.com/in']\nscopes = ['aws.cognito.signin.user.admin', 'phone']",
        (4, 10),
        "Cognito gives web-client the scope `phone` only together with openid",
    ),
    (
        "[identity.web-client]\ncallback-urls = ['https://www.example.com/in']\nrefresh = '30m'",
        (4, 11),
        "a refresh token of 30m for web-client is outside",
    ),
    (
        "[identity.web-client]\ncallback-urls = ['https://www.example.com/in']\nrefresh = '2h'\n[identity.tokens]\naccess = '3h'",
        (4, 11),
        "the refresh token of web-client (2h) would end before its access token (3h)",
    ),
    (
        "default-stage = 'staging'",
        (2, 17),
        "default-stage is `staging`, and there is no such stage",
    ),
    (
        "identity.domain.prefix = 'my-amazon-{stage}'",
        (2, 26),
        "the domain prefix `my-amazon-dev` contains `amazon`",
    ),
    (
        "stages.a-stage-too-long.region = 'us-east-1'\nidentity.domain.prefix = '{name}-{name}-{name}-{name}-{name}-{name}-{name}-{stage}-{account}'",
        (3, 26),
        "the domain prefix `guide-guide-guide-guide-guide-guide-guide-a-stage-too-long-00000000` has 67 characters",
    ),
    (
        "identity.sign-in = []\nidentity.recovery = ['admin-only']",
        (2, 20),
        "sign-in is empty",
    ),
    (
        "identity.sign-in = ['username', 'phone']",
        (2, 20),
        "`username` cannot be combined",
    ),
    (
        "identity.first-factors = ['email-otp']",
        (2, 26),
        "first-factors lacks `password`",
    ),
    (
        "[identity]\nfirst-factors = ['password', 'email-otp']\nmfa = 'required'\nmfa-factors = ['totp']",
        (3, 17),
        "a one-time code as first factor excludes mfa = \"required\"",
    ),
    (
        "identity.first-factors = ['password', 'sms-otp']",
        (2, 26),
        "`sms-otp` has nowhere to go",
    ),
    (
        "[identity]\nplan = 'lite'\npages = 'classic'\nfirst-factors = ['password', 'email-otp']",
        (4, 9),
        "the classic pages only know passwords",
    ),
    (
        "[identity]\nplan = 'lite'\npages = 'classic'\nfirst-factors = ['password', 'email-otp']",
        (5, 17),
        "one-time codes as first factor are not in the lite plan",
    ),
    (
        "identity.plan = 'lite'",
        (2, 17),
        "managed login is not in the lite plan",
    ),
    (
        "identity.mfa = 'required'",
        (2, 16),
        "mfa is `required`, and mfa-factors is empty",
    ),
    (
        "identity.mfa-factors = ['totp']",
        (2, 24),
        "mfa-factors are given, and mfa is `off`",
    ),
    (
        "[identity]\nmfa = 'optional'\nmfa-factors = ['totp', 'email']\nrecovery = ['admin-only']",
        (4, 15),
        "a second factor by e-mail needs Amazon SES",
    ),
    (
        "[identity]\nplan = 'lite'\npages = 'classic'\nmfa = 'optional'\nmfa-factors = ['email']\nrecovery = ['admin-only']\nemail = { from = 'a@example.com', ses-identity = 'arn:aws:ses:eu-west-1:123456789012:identity/example.com' }",
        (3, 8),
        "a second factor by e-mail is not in the lite plan",
    ),
    (
        "[identity]\nsign-in = ['phone']\nmfa = 'optional'\nmfa-factors = ['email']\nrecovery = ['phone']\nemail = { from = 'a@example.com', ses-identity = 'arn:aws:ses:eu-west-1:123456789012:identity/example.com' }",
        (5, 15),
        "a second factor by e-mail needs an e-mail address",
    ),
    (
        "[identity]\nsign-in = ['phone']\nmfa = 'required'\nmfa-factors = ['sms']\nrecovery = ['phone']",
        (6, 12),
        "nobody can reset a password over the channel",
    ),
    (
        "identity.recovery = ['email', 'admin-only']",
        (2, 21),
        "recovery is either",
    ),
    ("identity.recovery = []", (2, 21), "recovery is either"),
    (
        "identity.sign-in = ['phone']",
        (2, 20),
        "recovery has nowhere to go",
    ),
    (
        "identity.tokens.access = '359s'",
        (2, 26),
        "an access token of 359s is too short: Alexa",
    ),
    (
        "identity.tokens.access = '25h'",
        (2, 26),
        "an access token of 25h is too long: Cognito",
    ),
    (
        "identity.tokens.refresh = '3651d'",
        (2, 27),
        "a refresh token of 3651d is outside",
    ),
    (
        "[identity.tokens]\naccess = '24h'\nrefresh = '1h'",
        (4, 11),
        "the refresh token (1h) would end before the access token (1d)",
    ),
    (
        "linking.scopes = ['openid', 'a/1', 'a/2', 'a/3', 'a/4', 'a/5', 'a/6', 'a/7', 'a/8', 'a/9', 'b/1', 'b/2', 'b/3', 'b/4', 'b/5', 'b/6']",
        (2, 18),
        "16 scopes are too many",
    ),
    ("linking.scopes = []", (2, 18), "scopes is empty"),
    (
        "linking.scopes = ['email']",
        (2, 18),
        "the userInfo endpoint refuses tokens without the scope openid",
    ),
    (
        "linking.profile-source = 'get-user'",
        (2, 26),
        "GetUser refuses tokens without",
    ),
    (
        "[linking]\nprofile-source = 'get-user'\nscopes = ['aws.cognito.signin.user.admin', 'email']",
        (4, 10),
        "Cognito gives the scope `email` only together with openid",
    ),
    (
        "linking.grants = ['implicit']",
        (2, 18),
        "grants lacks `code`",
    ),
    (
        concat!(
            "identity.attributes.custom = { ",
            "a0 = 'text', ",
            "a1 = 'text', ",
            "a2 = 'text', ",
            "a3 = 'text', ",
            "a4 = 'text', ",
            "a5 = 'text', ",
            "a6 = 'text', ",
            "a7 = 'text', ",
            "a8 = 'text', ",
            "a9 = 'text', ",
            "a10 = 'text', ",
            "a11 = 'text', ",
            "a12 = 'text', ",
            "a13 = 'text', ",
            "a14 = 'text', ",
            "a15 = 'text', ",
            "a16 = 'text', ",
            "a17 = 'text', ",
            "a18 = 'text', ",
            "a19 = 'text', ",
            "a20 = 'text', ",
            "a21 = 'text', ",
            "a22 = 'text', ",
            "a23 = 'text', ",
            "a24 = 'text', ",
            "a25 = 'text', ",
            "a26 = 'text', ",
            "a27 = 'text', ",
            "a28 = 'text', ",
            "a29 = 'text', ",
            "a30 = 'text', ",
            "a31 = 'text', ",
            "a32 = 'text', ",
            "a33 = 'text', ",
            "a34 = 'text', ",
            "a35 = 'text', ",
            "a36 = 'text', ",
            "a37 = 'text', ",
            "a38 = 'text', ",
            "a39 = 'text', ",
            "a40 = 'text', ",
            "a41 = 'text', ",
            "a42 = 'text', ",
            "a43 = 'text', ",
            "a44 = 'text', ",
            "a45 = 'text', ",
            "a46 = 'text', ",
            "a47 = 'text', ",
            "a48 = 'text', ",
            "a49 = 'text', ",
            "a50 = 'text' ",
            "}"
        ),
        (2, 30),
        "51 custom attributes are too many",
    ),
];

const ADVICE: &[(&str, (usize, usize), &str)] = &[
    (
        "identity.tokens.access = '6m'",
        (2, 26),
        "an access token of 6m makes Alexa refresh often",
    ),
    (
        "identity.tokens.refresh = '30d'",
        (2, 27),
        "everyone is unlinked 30d after signing in",
    ),
    (
        "identity.attributes.custom = { plan = 'text' }\nlinking.scopes = ['openid', 'email']",
        (2, 30),
        "the skill sees none of the custom attributes",
    ),
    (
        "identity.attributes.required = ['given_name', 'phone_number']",
        (2, 32),
        "nobody verifies `phone_number`",
    ),
];

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
    for (case, position, message) in REFUSED {
        let text = text(case);
        let error = StackFile::parse(&text, "stack.toml").unwrap_err();
        assert_found(error.problems(), case, *position, message);
    }
}

#[test]
fn what_is_not_advisable_is_mentioned_and_allowed() {
    for (case, position, message) in ADVICE {
        let text = text(case);
        let stack = StackFile::parse(&text, "stack.toml").unwrap();
        assert_found(stack.advice(), case, *position, message);
    }
}

#[test]
fn every_rule_has_a_case() {
    let fired: BTreeSet<usize> = REFUSED
        .iter()
        .chain(ADVICE)
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
