use super::Case;

pub(super) const REFUSED: &[Case] = &[
    (
        "identity.sign-in = []\nidentity.recovery = ['admin-only']",
        (2, 20),
        "sign-in is empty",
    ),
    (
        "identity.sign-in = ['username', 'phone']",
        (2, 20),
        "`username` cannot be combined",
    ),
    (
        "identity.first-factors = ['email-otp']",
        (2, 26),
        "first-factors lacks `password`",
    ),
    (
        "[identity]\nfirst-factors = ['password', 'email-otp']\nmfa = 'required'\nmfa-factors = ['totp']",
        (3, 17),
        "a one-time code as first factor excludes mfa = \"required\"",
    ),
    (
        "identity.first-factors = ['password', 'sms-otp']",
        (2, 26),
        "`sms-otp` has nowhere to go",
    ),
    (
        "[identity]\nplan = 'lite'\npages = 'classic'\nfirst-factors = ['password', 'email-otp']",
        (4, 9),
        "the classic pages only know passwords",
    ),
    (
        "[identity]\nplan = 'lite'\npages = 'classic'\nfirst-factors = ['password', 'email-otp']",
        (5, 17),
        "one-time codes as first factor are not in the lite plan",
    ),
    (
        "identity.plan = 'lite'",
        (2, 17),
        "managed login is not in the lite plan",
    ),
    (
        "identity.mfa = 'required'",
        (2, 16),
        "mfa is `required`, and mfa-factors is empty",
    ),
    (
        "identity.mfa-factors = ['totp']",
        (2, 24),
        "mfa-factors are given, and mfa is `off`",
    ),
    (
        "[identity]\nmfa = 'optional'\nmfa-factors = ['totp', 'email']\nrecovery = ['admin-only']",
        (4, 15),
        "a second factor by e-mail needs Amazon SES",
    ),
    (
        "[identity]\nplan = 'lite'\npages = 'classic'\nmfa = 'optional'\nmfa-factors = ['email']\nrecovery = ['admin-only']\nemail = { from = 'a@example.com', ses-identity = 'arn:aws:ses:eu-west-1:123456789012:identity/example.com' }",
        (3, 8),
        "a second factor by e-mail is not in the lite plan",
    ),
    (
        "[identity]\nsign-in = ['phone']\nmfa = 'optional'\nmfa-factors = ['email']\nrecovery = ['phone']\nemail = { from = 'a@example.com', ses-identity = 'arn:aws:ses:eu-west-1:123456789012:identity/example.com' }",
        (5, 15),
        "a second factor by e-mail needs an e-mail address",
    ),
    (
        "[identity]\nsign-in = ['phone']\nmfa = 'required'\nmfa-factors = ['sms']\nrecovery = ['phone']",
        (6, 12),
        "no password can be reset over the channel",
    ),
    (
        "[identity]\nsign-in = ['phone']\nmfa = 'required'\nmfa-factors = ['sms']\nrecovery = ['phone', 'email']",
        (6, 12),
        "no password can be reset over the channel",
    ),
    (
        "[identity]\nsign-in = ['email', 'phone']\nmfa = 'required'\nmfa-factors = ['email']\nrecovery = ['phone']\nemail = { from = 'a@example.com', ses-identity = 'arn:aws:ses:eu-west-1:123456789012:identity/example.com' }",
        (5, 15),
        "a person who signs up with a phone number can have none of mfa-factors, and so never",
    ),
    (
        "[identity]\nmfa = 'required'\nmfa-factors = ['sms']",
        (4, 15),
        "a person who signs up with an e-mail address can have none of mfa-factors, and so never",
    ),
    (
        "identity.recovery = ['email', 'admin-only']",
        (2, 21),
        "recovery is either",
    ),
    ("identity.recovery = []", (2, 21), "recovery is either"),
    (
        "identity.sign-in = ['phone']\nidentity.recovery = ['email']",
        (3, 21),
        "recovery has nowhere to go",
    ),
];

pub(super) const ADVICE: &[Case] = &[
    (
        "identity.sign-in = ['email', 'phone']",
        (2, 20),
        "a person who signed up with a phone number alone cannot reset a password",
    ),
    (
        "[identity]\nsign-in = ['email', 'phone']\nmfa = 'optional'\nmfa-factors = ['sms', 'totp']\nrecovery = ['email', 'phone']",
        (6, 12),
        "a person with a phone number alone, who takes codes there",
    ),
    (
        "[identity]\nsign-in = ['email', 'phone']\nmfa = 'optional'\nmfa-factors = ['sms']\nrecovery = ['email', 'phone']",
        (5, 15),
        "a person who signs up with an e-mail address can have none of mfa-factors",
    ),
    (
        "[identity]\nmfa = 'required'\nmfa-factors = ['email']\nrecovery = ['admin-only']\nemail = { from = 'a@example.com', ses-identity = 'arn:aws:ses:eu-west-1:123456789012:identity/example.com' }",
        (4, 15),
        "CloudFormation was reported not to create a pool",
    ),
    (
        "identity.pages = 'classic'",
        (2, 18),
        "the classic pages are in English",
    ),
];
