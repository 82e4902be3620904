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
        "[identity]\nprovider = 'login-with-amazon'\ndomain = { prefix = 'guide' }",
        (4, 10),
        "`domain` is about a user pool",
    ),
];
