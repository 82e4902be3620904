use super::Case;

pub(super) const REFUSED: &[Case] = &[
    (
        "[identity]\nuser-pool-id = 'eu-west-1_AbCdEf123'\nsign-in = ['phone']",
        (4, 11),
        "`sign-in` configures a user pool, and nothing of eu-west-1_AbCdEf123 is changed",
    ),
    // What is usual is refused as well: the pool may be another.
    (
        "[identity]\nuser-pool-id = 'eu-west-1_AbCdEf123'\nmfa = 'off'\nself-sign-up = true",
        (4, 7),
        "`mfa` configures a user pool, and nothing of eu-west-1_AbCdEf123 is changed",
    ),
    (
        "stages.dev.region = 'us-west-2'\n[identity]\nuser-pool-id = 'eu-west-1_AbCdEf123'",
        (4, 16),
        "user pool eu-west-1_AbCdEf123 is in eu-west-1, and the home of stage `dev` is us-west-2",
    ),
    (
        "identity.domain.existing = 'my-people'",
        (2, 28),
        "a new user pool cannot have the domain my-people already",
    ),
    (
        "[identity]\nuser-pool-id = 'eu-west-1_AbCdEf123'\ndomain = { existing = 'my-people', prefix = 'guide' }",
        (4, 23),
        "people sign in at one domain, and my-people is not the only one here",
    ),
];
