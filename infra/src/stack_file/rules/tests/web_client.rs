use super::Case;

pub(super) const REFUSED: &[Case] = &[
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
];

pub(super) fn too_many() -> [Case<String>; 2] {
    let urls: Vec<String> = (0..101)
        .map(|number| format!("'https://a.example/{number}'"))
        .collect();
    let urls = urls.join(", ");
    [
        (
            format!("[identity.web-client]\ncallback-urls = [{urls}]"),
            (3, 17),
            "101 callback-urls are too many",
        ),
        (
            format!(
                "[identity.web-client]\ncallback-urls = ['https://a.example']\nlogout-urls = [{urls}]"
            ),
            (4, 15),
            "101 logout-urls are too many",
        ),
    ]
}
