use super::Case;

pub(super) fn too_many() -> Case<String> {
    let custom: Vec<String> = (0..51)
        .map(|number| format!("a{number} = 'text'"))
        .collect();
    (
        format!("identity.attributes.custom = {{ {} }}", custom.join(", ")),
        (2, 30),
        "51 custom attributes are too many",
    )
}

pub(super) const ADVICE: &[Case] = &[
    (
        "identity.attributes.custom = { plan = 'text' }\nlinking.scopes = ['openid', 'email']",
        (2, 30),
        "the skill sees none of the custom attributes",
    ),
    (
        "identity.attributes.required = ['given_name', 'phone_number']",
        (2, 32),
        "nobody verifies `phone_number`",
    ),
];
