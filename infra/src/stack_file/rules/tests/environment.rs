use super::Case;

pub(super) const REFUSED: &[Case] = &[
    (
        "[lambda.environment]\nA_B = '1'\nAB_ = '2'\naB = '3'",
        (2, 1),
        "AB_ and aB are the same but for capitals and underscores",
    ),
    (
        "[lambda.environment]\nAPI_KEY = '/taxi/api-key'\nSTRIPE = 'sk_live_0123456789abcdef'",
        (2, 1),
        "the value of STRIPE looks like a secret",
    ),
    (
        "[lambda.environment]\nBACKEND = 'https://user:word@api.example.com/'",
        (2, 1),
        "the value of BACKEND looks like a secret",
    ),
    (
        "[lambda.environment]\nDB_PASSWORD = 'x'\n[stages.dev.environment]\nDB_PASSWORD = 'correcthorse1'",
        (2, 1),
        "the value of DB_PASSWORD looks like a secret",
    ),
    (
        "[stages.dev.environment]\nBACKEND_URL = 'https://dev.example.com'",
        (2, 2),
        "stage dev has a value for BACKEND_URL, and [lambda.environment] has no such variable",
    ),
    (
        "[lambda.environment]\nA_KEY = { secret = 'a' }\n[stages.dev.environment]\nA_KEY = 'text'",
        (4, 2),
        "A_KEY is no secret in stage dev and a secret of Parameter Store in [lambda.environment]",
    ),
    (
        "[lambda.environment]\nTABLE = { output = 'Table' }",
        (2, 1),
        "there is no infra/resources.yaml that could have the output Table",
    ),
    (
        "[[lambda.permissions]]\nactions = ['s3:GetObject', 'sqs:*']\nresources = ['*']",
        (2, 1),
        "the function could do sqs:* to every resource of the account",
    ),
    (
        "[[lambda.permissions]]\nactions = ['s3:GetObject']\nresources = []",
        (2, 1),
        "a permission has no actions or no resources",
    ),
];

/// More than a function's environment holds.
pub(super) fn too_large() -> Case<String> {
    let value = "x".repeat(3100);
    (
        format!("[lambda.environment]\nTEXT = '{value}'"),
        (2, 1),
        "the variables of stage dev have 3104 bytes",
    )
}

pub(super) const ADVICE: &[Case] = &[
    (
        "[[lambda.permissions]]\nactions = ['s3:Get*']\nresources = ['arn:aws:s3:::orders/*']",
        (2, 1),
        "`s3:Get*` lets the function do more than what it says",
    ),
    (
        "[[lambda.permissions]]\nactions = ['s3:GetObject']\nresources = ['*']",
        (2, 1),
        "`*` lets the function do more than what it says",
    ),
];
