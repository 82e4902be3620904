use super::Case;

pub(super) const REFUSED: &[Case] = &[
    (
        "[stages.dev]\nregion = 'cn-north-1'",
        (2, 2),
        "stage dev is in cn-north-1, which is another AWS",
    ),
    (
        "[stages.local]\naws-emulator = 'http://127.0.0.1:4566'\n[stages.dev]\nregion = 'us-east-1'\n\
         aws-emulator = 'http://127.0.0.1:4566'",
        (6, 16),
        "stage dev is on AWS, and `aws-emulator` is for the stage `local` alone",
    ),
];

pub(super) const ADVICE: &[Case] = &[
    (
        "identity.domain.prefix = 'taxi'",
        (2, 26),
        "stages dev and prod would both sign people in at `taxi`",
    ),
    (
        "[identity.domain]\ncustom = { name = 'login.example.com', certificate-arn = 'arn:aws:acm:us-east-1:123456789012:certificate/1', hosted-zone-id = 'Z1EXAMPLE' }\n[stages.prod]\nregion = 'eu-west-1'",
        (3, 10),
        "stages dev and prod would both sign people in at `login.example.com`",
    ),
];
