use super::Case;

pub(super) const REFUSED: &[Case] = &[
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
        "[identity]\nprovider = 'login-with-amazon'\nissuer = 'updated'",
        (4, 10),
        "`issuer` is about a user pool",
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
];
