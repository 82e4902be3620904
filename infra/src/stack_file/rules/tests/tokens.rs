use super::Case;

pub(super) const REFUSED: &[Case] = &[
    (
        "identity.tokens.access = '359s'",
        (2, 26),
        "an access token of 359s is too short: Alexa",
    ),
    (
        "identity.tokens.access = '25h'",
        (2, 26),
        "an access token of 25h is too long: Cognito",
    ),
    (
        "identity.tokens.refresh = '3651d'",
        (2, 27),
        "a refresh token of 3651d is outside",
    ),
    (
        "[identity.tokens]\naccess = '24h'\nrefresh = '1h'",
        (4, 11),
        "the refresh token (1h) would end before the access token (1d)",
    ),
    (
        "[identity]\nplan = 'lite'\npages = 'classic'\ntokens.rotation = true",
        (5, 19),
        "rotation of refresh tokens is not in the lite plan",
    ),
];

pub(super) const ADVICE: &[Case] = &[
    (
        "identity.tokens.access = '6m'",
        (2, 26),
        "an access token of 6m makes Alexa refresh often",
    ),
    (
        "identity.tokens.refresh = '30d'",
        (2, 27),
        "everyone is unlinked 30d after signing in",
    ),
];
