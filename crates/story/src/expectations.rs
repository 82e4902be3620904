//! What the story expects at a step, and the sentence when it does not come.

use url::Url;

use crate::browser::Page;
use crate::device::Answer;
use crate::error::{Problem, without_query};

/// Where to look when the skill itself answered wrongly.
pub(super) const LOGS: &str = "the skill's log group on the stage tells what it saw";

/// What Alexa puts into the address; the answer is its redirect URI.
pub(super) fn check_authorize_url(
    authorize: &Url,
    region: &str,
    pkce: bool,
) -> Result<Url, Problem> {
    let query = |name: &str| {
        let mut values = authorize.query_pairs().filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) if !value.is_empty() => Some(value.into_owned()),
            _ => None,
        }
    };
    let wrong = |what: &str| {
        let names: Vec<_> = authorize.query_pairs().map(|(key, _)| key).collect();
        Problem::unexpected(
            format!("an authorize URL with {what}"),
            format!("{} with {}", without_query(authorize), names.join(", ")),
            "GET the skill's accountLinkingClient to see what Alexa was configured with",
        )
    };
    for name in ["state", "client_id", "scope"] {
        query(name).ok_or_else(|| wrong(&format!("one `{name}`")))?;
    }
    if query("response_type").as_deref() != Some("code") {
        return Err(wrong("response_type=code"));
    }
    let method = query("code_challenge_method");
    let challenged = query("code_challenge").is_some() && method.as_deref() == Some("S256");
    if pkce && !challenged {
        return Err(wrong("an S256 code_challenge"));
    }
    if !pkce && (challenged || method.is_some()) {
        return Err(wrong("no code_challenge"));
    }
    let region = format!("/{}/api/skill/link/", region.to_lowercase());
    query("redirect_uri")
        .and_then(|uri| Url::parse(&uri).ok())
        .filter(|uri| uri.path().starts_with(&region))
        .ok_or_else(|| wrong(&format!("a redirect_uri to {region}")))
}

/// The browser has to come back to the redirect URI with a code and the state it was given.
pub(super) fn check_redirect(page: &Page, redirect: &Url, authorize: &Url) -> Result<(), Problem> {
    let returned = page
        .trail
        .iter()
        .find(|url| without_query(url) == redirect.as_str())
        .ok_or_else(|| {
            Problem::unexpected(
                format!("a redirect to {redirect}"),
                page.describe(),
                "the page says why; the redirect URI has to be registered with the app client",
            )
        })?;
    let value = |url: &Url, name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    if value(returned, "code").is_none_or(|code| code.is_empty()) {
        return Err(Problem::unexpected(
            "a redirect with a code",
            format!(
                "error {:?}: {:?}",
                value(returned, "error").unwrap_or_default(),
                value(returned, "error_description").unwrap_or_default()
            ),
            "the sign-in service refused the authorize request for the reason above",
        ));
    }
    if value(returned, "state") == value(authorize, "state") {
        return Ok(());
    }
    Err(Problem::unexpected(
        "the state that Alexa sent, unchanged",
        "another one",
        "a sign-in page has to echo `state` byte for byte",
    ))
}

/// The browser has to be told that the account is linked, and the app has to agree.
pub(super) fn check_linked(page: &Page, linked: bool) -> Result<(), Problem> {
    if page.status == 200 && linked {
        return Ok(());
    }
    Err(Problem::unexpected(
        "the page that says the account has been linked",
        page.describe(),
        "the page names the reason; account linking and the app client have to agree on token \
         URL, client id, secret and authentication scheme",
    ))
}

/// Whether an answer asks to link an account.
pub(super) fn has_link_card(answer: &Answer) -> bool {
    answer.card_type() == Some("LinkAccount")
}

pub(super) fn expect_link_card(answer: &Answer) -> Result<(), Problem> {
    if has_link_card(answer) {
        return Ok(());
    }
    Err(Problem::unexpected(
        "a LinkAccount card",
        format!("card {:?} and “{}”", answer.card_type(), answer.heard),
        LOGS,
    ))
}

/// An answer to a linked person that does not send them to link again.
pub(super) fn expect_plain(answer: &Answer) -> Result<(), Problem> {
    if answer.linked && !has_link_card(answer) {
        return Ok(());
    }
    let request = if answer.linked { "with" } else { "without" };
    Err(Problem::unexpected(
        "an answer for a linked person",
        format!(
            "card {:?} and “{}” to a request {request} access token",
            answer.card_type(),
            answer.heard
        ),
        LOGS,
    ))
}

pub(super) fn expect_token(answer: &Answer) -> Result<(), Problem> {
    if answer.linked && answer.token.is_some() {
        return Ok(());
    }
    Err(Problem::unexpected(
        "a request with the expired access token while refreshing is held back",
        format!("token {:?}", answer.token),
        "POST /control/refresh of the device listener should hold Alexa back",
    ))
}

#[cfg(test)]
mod tests {
    use super::super::html::Document;
    use super::*;

    const REDIRECT: &str = "http://localhost:5/na/api/skill/link/M1";

    fn authorize(extra: &str) -> Url {
        let mut url = Url::parse(&format!("http://127.0.0.1:4/oauth2/authorize?{extra}")).unwrap();
        url.query_pairs_mut().append_pair("redirect_uri", REDIRECT);
        url
    }

    fn page(last: &str) -> Page {
        let url = Url::parse(last).unwrap();
        Page {
            url: url.clone(),
            status: 200,
            document: Document::default(),
            trail: vec![url],
        }
    }

    #[test]
    fn an_authorize_url_has_everything_once() {
        let full = "response_type=code&client_id=c&scope=openid&state=s";
        let accepts =
            |extra: &str, pkce| check_authorize_url(&authorize(extra), "NA", pkce).is_ok();
        assert!(accepts(full, false));
        assert!(!accepts(full, true));
        let challenged = format!("{full}&code_challenge=x&code_challenge_method=S256");
        assert!(accepts(&challenged, true));
        assert!(!accepts(&challenged, false));
        let plain = format!("{full}&code_challenge=x&code_challenge_method=plain");
        assert!(!accepts(&plain, true));
        assert!(!accepts(&format!("{full}&state=t"), false));
        for name in [
            "response_type=code&",
            "client_id=c&",
            "scope=openid&",
            "&state=s",
        ] {
            assert!(!accepts(&full.replace(name, ""), false), "{name}");
        }
        assert!(check_authorize_url(&authorize(full), "EU", false).is_err());
    }

    #[test]
    fn a_redirect_has_a_code_and_the_same_state() {
        let authorize = authorize("state=a%2Bb");
        let redirect = Url::parse(REDIRECT).unwrap();
        let accepts = |last: &str| check_redirect(&page(last), &redirect, &authorize).is_ok();
        assert!(accepts(&format!("{REDIRECT}?code=c&state=a%2Bb")));
        assert!(!accepts(&format!("{REDIRECT}?code=c&state=a+b")));
        assert!(!accepts(&format!("{REDIRECT}?state=a%2Bb")));
        assert!(!accepts(&format!(
            "{REDIRECT}?error=access_denied&state=a%2Bb"
        )));
        assert!(!accepts("http://127.0.0.1:4/login?state=a%2Bb"));
    }
}
