use super::Case;

pub(super) const REFUSED: &[Case] = &[
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
];

pub(super) const ADVICE: &[Case] = &[
    (
        "linking.scopes = ['openid', 'email', 'phone']",
        (2, 18),
        "the scope `phone` shows nothing: nobody gives `phone_number`",
    ),
    (
        "[identity]\nsign-in = ['phone']\nrecovery = ['phone']",
        (3, 11),
        "the scope `email` shows nothing: nobody gives `email`",
    ),
];
