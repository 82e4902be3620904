use super::Case;

pub(super) const REFUSED: &[Case] = &[(
    "[identity.email]\nfrom = 'a@example.com'\nses-identity = 'arn:aws:ses:eu-west-1:123456789012:identity/example.org'",
    (2, 1),
    "arn:aws:ses:eu-west-1:123456789012:identity/example.org may not send as a@example.com",
)];

pub(super) const ADVICE: &[Case] = &[
    (
        "[identity.email]\nfrom = 'a@example.com'\nses-identity = 'arn:aws:ses:eu-north-1:123456789012:identity/example.com'",
        (2, 1),
        "Cognito may be unable to send from an identity in eu-north-1: stage dev is in us-east-1",
    ),
    (
        "identity.first-factors = ['password', 'email-otp']",
        (2, 26),
        "every sign-in with a code sends an e-mail",
    ),
    (
        "[identity]\nmfa = 'optional'\nmfa-factors = ['sms', 'totp']",
        (4, 15),
        "a second factor by text message needs a phone number",
    ),
];
