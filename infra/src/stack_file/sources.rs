//! Where it is written down what a single value may be.
//!
//! Rules about several keys carry their source themselves; a value that its own type refuses gets it
//! here, by its key.

/// A key, or the table that it is in, and the page with its rule.
const SOURCES: &[(&str, &str)] = &[
    (
        "identity.attributes",
        "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html",
    ),
    (
        "identity.domain.custom",
        "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html",
    ),
    (
        "identity.domain.prefix",
        "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html",
    ),
    (
        "identity.email",
        "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html",
    ),
    (
        "identity.password",
        "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html",
    ),
    (
        "identity.web-client",
        "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html",
    ),
    (
        "lambda.log-retention",
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
    ),
    (
        "lambda.memory",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html",
    ),
    (LAMBDA_REGIONS, super::region::HOSTING),
    (
        "linking.scopes",
        "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html",
    ),
];

const LAMBDA_REGIONS: &str = "lambda.regions";

/// Where the rule about a key's value is written down.
pub(super) fn of(key: &str) -> Option<&'static str> {
    let (_, source) = SOURCES.iter().find(|(known, _)| is_within(key, known))?;
    Some(source)
}

/// What to do where the list of what is allowed does not say it.
pub(super) fn hint(key: &str) -> Option<String> {
    is_within(key, LAMBDA_REGIONS).then(|| {
        "Alexa calls a custom skill's Lambda in these regions alone; people can sign in anywhere \
         else: that is the region of a stage"
            .to_owned()
    })
}

fn is_within(key: &str, table: &str) -> bool {
    key.strip_prefix(table)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
