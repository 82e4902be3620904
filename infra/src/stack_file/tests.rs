use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> String {
    StackFile::parse(text, "stack.toml")
        .unwrap_err()
        .to_string()
}

#[test]
fn a_name_is_enough() {
    let stack = StackFile::parse("name = 'guide'", "stack.toml").unwrap();
    assert_eq!(stack.default_stage, StageName::local());
    assert_eq!(stack.identity, Identity::default());
    assert_eq!(stack.linking, Linking::default());
    assert_eq!(stack.lambda, Lambda::default());
    let stages: Vec<&str> = stack.stages.keys().map(StageName::as_str).collect();
    assert_eq!(stages, ["dev", "local", "prod"]);
    assert!(stack.advice().is_empty());
}

/// A code for a new password goes where people can be reached, unless the file says otherwise.
#[test]
fn a_phone_number_is_enough_with_every_default() {
    let recovery = |text: &str| {
        let text = format!("name = 'guide'\n[identity]\n{text}");
        let stack = StackFile::parse(&text, "stack.toml");
        stack.map(|stack| stack.identity.recovery.to_vec())
    };
    let phone = "sign-in = ['phone']\n";
    assert_eq!(recovery(phone).unwrap(), [Recovery::Phone]);
    let written = format!("{phone}recovery = ['admin-only']");
    assert_eq!(recovery(&written).unwrap(), [Recovery::AdminOnly]);
    assert!(recovery(&format!("{phone}recovery = ['email']")).is_err());
    assert_eq!(
        recovery("sign-in = ['email', 'phone']").unwrap(),
        [Recovery::Email]
    );
}

#[test]
fn a_stage_that_is_added_leaves_the_others() {
    let text =
        "name = 'guide'\n[stages.dev]\nregion = 'eu-west-1'\n[stages.try]\nask-profile = 'me'";
    let stack = StackFile::parse(text, "stack.toml").unwrap();
    let region = |stage: &str| stack.stages[&stage.parse().unwrap()].region.to_string();
    assert_eq!(region("dev"), "eu-west-1");
    assert_eq!(region("prod"), "us-east-1");
    let is_chosen = |stage: &str| stack.stages[&stage.parse().unwrap()].is_region_chosen;
    assert!(is_chosen("dev") && !is_chosen("prod") && !is_chosen("try"));
    assert!(is_chosen("local"));
    assert_eq!(
        stack.stages[&"try".parse().unwrap()].ask_profile.as_str(),
        "me"
    );
}

#[test]
fn a_stage_is_at_home_where_its_user_pool_is() {
    let text = "name = 'guide'\nidentity.user-pool-id = 'eu-west-1_AbCdEf123'\n\
                stages.try.ask-profile = 'me'";
    let stack = StackFile::parse(text, "stack.toml").unwrap();
    assert_eq!(stack.stages.len(), 4);
    for stage in stack.stages.values() {
        assert_eq!(stage.region.as_str(), "eu-west-1");
        assert!(stage.is_region_chosen);
    }
}

/// The page that documents every key shows a whole file with the defaults.
#[test]
fn the_documented_file_is_the_default() {
    let page = include_str!("../../../docs/stack.md");
    let (_, block) = page.split_once("```toml\n").unwrap();
    let (documented, _) = block.split_once("```").unwrap();
    let documented = StackFile::parse(documented, "docs/stack.md").unwrap();
    let name = documented.name.as_str();
    // The page shows where the region is written, which is all that makes a difference to the default.
    let least = format!("name = '{name}'\nstages.dev.region = 'us-east-1'");
    let default = StackFile::parse(&least, "stack.toml").unwrap();
    assert_eq!(documented, default);
}

#[test]
fn a_slip_of_the_pen_is_recognised() {
    insta::assert_snapshot!(
        refused("name = 'guide'\n[identity.tokens]\nacess = '1h'"),
        @r"
    stack.toml:3:1: unknown field `acess`, expected one of `access`, `refresh`, `rotation`
      hint: did you mean `access`?
    "
    );
    insta::assert_snapshot!(
        refused("name = 'guide'\nidentity.pages = 'managed_login'"),
        @r"
    stack.toml:2:18: unknown variant `managed_login`, expected `managed-login` or `classic`
      hint: did you mean `managed-login`?
    "
    );
}

#[test]
fn bad_values_say_what_is_allowed() {
    insta::assert_snapshot!(
        refused(""),
        @r#"
    stack.toml:1:1: missing field `name`
      hint: begin with name = "my-skill"; every other key has a default
    "#
    );
    insta::assert_snapshot!(
        refused("name = 'My Skill'"),
        @"stack.toml:1:8: `My Skill` is not a name: use 1 to 32 of a-z, 0-9 and -, beginning with a letter as a stack's name must"
    );
    insta::assert_snapshot!(
        refused("name = 'guide'\nidentity.tokens.access = 3600"),
        @"stack.toml:2:26: invalid type: integer `3600`, expected a string"
    );
    insta::assert_snapshot!(
        refused("name = 'guide'\nidentity.tokens.access = 'an hour'"),
        @"stack.toml:2:26: `an hour` is not a duration: write a whole number and s, m, h or d, such as `90s`, `6m`, `1h`, `30d`"
    );
    insta::assert_snapshot!(
        refused("name = 'guide'\n[lambda]\nregions = { default = 'eu-central-1' }"),
        @r"
    stack.toml:3:23: unknown variant `eu-central-1`, expected one of `us-east-1`, `us-west-2`, `eu-west-1`, `ap-northeast-1`
      hint: Alexa calls a custom skill's Lambda in these regions alone; people can sign in anywhere else: that is the region of a stage
      see https://developer.amazon.com/en-US/docs/alexa/custom-skills/host-a-custom-skill-as-an-aws-lambda-function.html
    "
    );
    insta::assert_snapshot!(
        refused("name = 'guide'\nidentity.password.min-length = 5"),
        @r"
    stack.toml:2:32: `5` is not a length of passwords: use 6 to 99 characters
      see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html
    "
    );
    insta::assert_snapshot!(
        refused("name = 'guide'\nlambda.memory = 64"),
        @r"
    stack.toml:2:17: `64` is not an amount of memory: use 128 to 10240, in MB
      see https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    "
    );
    insta::assert_snapshot!(
        refused("name = 'guide'\nlambda.log-retention = '31d'"),
        @r"
    stack.toml:2:24: `31d` is not a retention of logs: use one of 1d, 3d, 5d, 7d, 14d, 30d, 60d, 90d, 120d, 150d, 180d, 365d, 400d, 545d, 731d, 1096d, 1827d, 2192d, 2557d, 2922d, 3288d, 3653d
      see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    "
    );
    insta::assert_snapshot!(
        refused("name = 'guide'\nlinking.scopes = ['openid', 'email', 'openid']"),
        @"stack.toml:2:18: `openid` is listed twice"
    );
    insta::assert_snapshot!(
        refused("name = 'guide'\nidentity.domain.prefix = '{region}'"),
        @r"
    stack.toml:2:26: `{region}` is not a domain prefix: use a-z, 0-9, - and the placeholders {name}, {stage} and {account}
      see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
    "
    );
    insta::assert_snapshot!(
        refused("name = 'guide'\n[stages.Prod]"),
        @"stack.toml:2:9: `Prod` is not the name of a stage: use 1 to 16 of a-z, 0-9 and -, beginning with a letter or digit"
    );
    insta::assert_snapshot!(
        refused("name = 'guide"),
        @"stack.toml:1:14: invalid literal string, expected `'`"
    );
}

/// Also where the value alone is wrong, its rule is not ours.
#[test]
fn bad_values_say_where_it_is_written_down() {
    for (text, source) in [
        (
            "[lambda]\nregions = { default = 'eu-central-1' }",
            "developer.amazon.com/en-US/docs/alexa/custom-skills/host-a-custom-skill",
        ),
        (
            "[lambda.regions]\ndefault = 'us-east-1'\nEU = 'eu-central-1'",
            "developer.amazon.com/en-US/docs/alexa/custom-skills/host-a-custom-skill",
        ),
        ("lambda.memory = 64", "configuration-memory"),
        ("lambda.log-retention = '31d'", "API_PutRetentionPolicy"),
        ("identity.password.min-length = 5", "API_PasswordPolicyType"),
        (
            "[identity.password]\nmin-length = 100",
            "API_PasswordPolicyType",
        ),
        (
            "identity.attributes.required = ['shoe_size']",
            "user-pool-settings-attributes",
        ),
        (
            "[identity.attributes.custom]\n'shoe size' = 'number'",
            "user-pool-settings-attributes",
        ),
        (
            "identity.domain.prefix = 'Taxi'",
            "cognito-user-pools-assign-domain-prefix",
        ),
        (
            "[identity.domain]\ncustom = { name = 'login.example.com', hosted-zone-id = 'Z1', \
             certificate-arn = 'arn:aws:acm:eu-west-1:123456789012:certificate/1' }",
            "cognito-user-pools-add-custom-domain",
        ),
        (
            "identity.email = { from = 'nobody', ses-identity = 'arn:aws:ses:eu-west-1:123456789012:identity/example.com' }",
            "user-pool-email",
        ),
        (
            "[identity.web-client]\ncallback-urls = ['https://a.example', 'http://a.example']",
            "API_CreateUserPoolClient",
        ),
        (
            "linking.scopes = ['openid', 'everything']",
            "cognito-user-pools-define-resource-servers",
        ),
    ] {
        let said = refused(&format!("name = 'guide'\n{text}"));
        let (_, page) = said
            .split_once("\n  see https://")
            .unwrap_or_else(|| panic!("{said}"));
        assert!(page.contains(source), "{said}");
    }
    for ours in [
        "lambda.regoins = {}",
        "linking.optional = 'yes'",
        "identity.domain = { own = 'a' }",
    ] {
        let said = refused(&format!("name = 'guide'\n{ours}"));
        assert!(!said.contains("\n  see "), "{said}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    insta::assert_snapshot!(
        refused("name = 'guide'\n[identity]\nplan = 'lite'\n[identity.tokens]\naccess = '5m'"),
        @r#"
    stack.toml:3:8: managed login is not in the lite plan
      hint: use pages = "classic", or plan = "essentials" or "plus"
      see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
    stack.toml:5:10: an access token of 5m is too short: Alexa refuses less than 6 minutes
      hint: use 6m to 24h; 1h is usual
      see https://developer.amazon.com/docs/alexaplus/account-linking/requirements-account-linking.html
    "#
    );
}

proptest! {
    #[test]
    fn a_duration_reads_back_as_it_is_shown(seconds in 0..u64::MAX) {
        let duration = Duration::from_secs(seconds);
        prop_assert_eq!(duration.to_string().parse(), Ok(duration));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,60}", key in "[a-z.-]{1,12}") {
        let _ = StackFile::parse(&text, "stack.toml");
        let _ = StackFile::parse(&format!("name = 'a'\n{key} = {text}"), "stack.toml");
    }
}
