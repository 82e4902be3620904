use super::Case;

pub(super) const REFUSED: &[Case] = &[
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
];
