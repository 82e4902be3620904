use super::Case;

pub(super) const REFUSED: &[Case] = &[
    (
        "linking.scopes = ['openid', 'shop/read']",
        (2, 18),
        "the scope `shop/read` is of a resource server that is not declared",
    ),
    (
        "linking.scopes = ['openid', 'taxi/cancel']\n[identity.resource-servers.taxi]\norder = 'Order taxis'",
        (2, 18),
        "the resource server `taxi` has no scope `cancel`",
    ),
    (
        "[identity.web-client]\ncallback-urls = ['https://www.example.com/in']\nscopes = ['openid', 'shop/read']",
        (4, 10),
        "the scope `shop/read` is of a resource server that is not declared",
    ),
];

pub(super) fn too_many() -> [Case<String>; 2] {
    let scopes = |count: usize, is: &dyn Fn(usize) -> String| {
        (0..count).map(is).collect::<Vec<_>>().join(", ")
    };
    let declared = scopes(101, &|number| format!("s{number} = 'Scope'"));
    let asked = scopes(51, &|number| format!("'taxi/s{number}'"));
    [
        (
            format!("identity.resource-servers.taxi = {{ {declared} }}"),
            (2, 10),
            "the resource server `taxi` has 101 scopes, and Cognito allows 100",
        ),
        (
            format!(
                "[identity.web-client]\ncallback-urls = ['https://a.example']\nscopes = [{asked}]\n\
                 [identity.resource-servers]\ntaxi = {{ {declared} }}"
            ),
            (4, 10),
            "51 scopes are too many: an app client has at most 50",
        ),
    ]
}

pub(super) fn many() -> Case<String> {
    let servers: Vec<_> = (0..26).map(|number| format!("a{number} = {{}}")).collect();
    (
        format!("identity.resource-servers = {{ {} }}", servers.join(", ")),
        (2, 29),
        "a user pool has at most 25 resource servers, and these are 26",
    )
}
