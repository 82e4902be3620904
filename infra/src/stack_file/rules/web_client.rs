//! Rules about the web page's client.

use super::Severity::Refused;
use super::{Rule, Violation, tokens, violation};
use crate::stack_file::{Scope, StackFile, WebUrl};

const CLIENT: &str = "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html";
const AUTHORIZE: &str =
    "https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html";

/// Most URLs of each kind that a client has.
const MOST_URLS: usize = 100;

pub(super) const RULES: &[Rule] = &[
    Rule {
        severity: Refused,
        keys: &["identity.web-client.callback-urls"],
        source: CLIENT,
        check: no_callback,
    },
    Rule {
        severity: Refused,
        keys: &["identity.web-client.callback-urls"],
        source: CLIENT,
        check: |stack| {
            too_many_urls(
                "callback-urls",
                &stack.identity.web_client.as_ref()?.callback_urls,
            )
        },
    },
    Rule {
        severity: Refused,
        keys: &["identity.web-client.logout-urls"],
        source: CLIENT,
        check: |stack| {
            too_many_urls(
                "logout-urls",
                &stack.identity.web_client.as_ref()?.logout_urls,
            )
        },
    },
    Rule {
        severity: Refused,
        keys: &["identity.web-client.scopes"],
        source: AUTHORIZE,
        check: no_scopes,
    },
    Rule {
        severity: Refused,
        keys: &["identity.web-client.scopes"],
        source: AUTHORIZE,
        check: attributes_without_openid,
    },
    Rule {
        severity: Refused,
        keys: &["identity.web-client.refresh"],
        source: CLIENT,
        check: refresh_out_of_range,
    },
    Rule {
        severity: Refused,
        keys: &["identity.web-client.refresh", "identity.tokens.access"],
        source: CLIENT,
        check: refresh_shorter_than_access,
    },
];

fn no_callback(stack: &StackFile) -> Option<Violation> {
    let web = stack.identity.web_client.as_ref()?;
    violation(
        web.callback_urls.is_empty(),
        "callback-urls is empty: nobody who signs in could get back to the page",
        "write the URL that the page is called at with a code, such as \
         \"http://localhost:3000/signed-in\"",
    )
}

fn too_many_urls(key: &str, urls: &[WebUrl]) -> Option<Violation> {
    let count = urls.len();
    violation(
        count > MOST_URLS,
        format!("{count} {key} are too many: an app client has at most {MOST_URLS}"),
        "leave out what the page no longer uses",
    )
}

fn no_scopes(stack: &StackFile) -> Option<Violation> {
    let web = stack.identity.web_client.as_ref()?;
    violation(
        web.scopes.is_empty(),
        "the scopes of web-client are empty, and a token without scopes opens nothing",
        "use [\"openid\", \"email\", \"profile\"], or some of them with \"openid\"",
    )
}

fn attributes_without_openid(stack: &StackFile) -> Option<Violation> {
    let scopes = &stack.identity.web_client.as_ref()?.scopes;
    let attribute = [Scope::Email, Scope::Phone, Scope::Profile]
        .into_iter()
        .find(|scope| scopes.contains(scope))?;
    violation(
        !scopes.contains(&Scope::Openid),
        format!("Cognito gives web-client the scope `{attribute}` only together with openid"),
        "add \"openid\" to the scopes of web-client",
    )
}

fn refresh_out_of_range(stack: &StackFile) -> Option<Violation> {
    let refresh = stack.identity.web_client.as_ref()?.refresh;
    violation(
        !tokens::REFRESH_SECONDS.contains(&refresh.as_secs()),
        format!("a refresh token of {refresh} for web-client is outside of what Cognito allows"),
        "use 1h to 3650d",
    )
}

fn refresh_shorter_than_access(stack: &StackFile) -> Option<Violation> {
    let refresh = stack.identity.web_client.as_ref()?.refresh;
    let access = stack.identity.tokens.access;
    violation(
        refresh < access,
        format!(
            "the refresh token of web-client ({refresh}) would end before its access token \
             ({access})"
        ),
        "let refresh be longer; people have to sign in again when it ends",
    )
}
