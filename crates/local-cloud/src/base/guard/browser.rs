//! Which site a request comes from, as a browser tells it.
//!
//! A script cannot set these headers: [`Origin`](https://fetch.spec.whatwg.org/#origin-header) comes
//! with every request that is not a plain GET or navigation, and
//! [`Sec-Fetch-Site`](https://www.w3.org/TR/fetch-metadata/) with all others. Programs send neither.
//! (`Sec-Fetch-Mode` alone is no sign of a browser: the `fetch` of Node.js sends it.)

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderMap, Method};

use super::door::{Browsers, Door};

/// The sender of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// No browser, or a person who typed the address.
    Program,
    /// A page of the same origin. `exactly` says that its `Origin` was sent and is this one.
    OwnPage {
        /// Whether the browser named the origin.
        exactly: bool,
    },
    /// Another site, which this door is open to.
    AnotherSite,
}

/// A browser that this door is not open to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Foreign(pub(crate) String);

/// Tells who sends a request, and refuses a browser that the door is not open to. `host` is the checked
/// `Host` header.
pub(crate) fn sender(door: &Door, host: &str, headers: &HeaderMap) -> Result<Sender, Foreign> {
    let scripts = matches!(door.browsers, Browsers::Scripts(_));
    let own_pages = matches!(door.browsers, Browsers::OwnPages | Browsers::Navigation);
    if let Some(origin) = headers.get(ORIGIN) {
        let origin = String::from_utf8_lossy(origin.as_bytes()).into_owned();
        return if scripts {
            Ok(Sender::AnotherSite)
        } else if own_pages && origin == format!("http://{host}") {
            Ok(Sender::OwnPage { exactly: true })
        } else {
            Err(Foreign(origin))
        };
    }
    match text(headers, "sec-fetch-site") {
        None | Some("none") => Ok(Sender::Program),
        Some(_) if scripts => Ok(Sender::AnotherSite),
        Some("same-origin") if own_pages => Ok(Sender::OwnPage { exactly: false }),
        Some(_)
            if door.browsers == Browsers::Navigation
                && text(headers, "sec-fetch-mode") == Some("navigate") =>
        {
            Ok(Sender::AnotherSite)
        }
        Some(site) => Err(Foreign(format!("a {site} page"))),
    }
}

/// The method that a [preflight](https://fetch.spec.whatwg.org/#cors-preflight-request) asks for, if it
/// is one.
pub(crate) fn preflight(method: &Method, headers: &HeaderMap) -> Option<Method> {
    if method != Method::OPTIONS {
        return None;
    }
    headers
        .get(ACCESS_CONTROL_REQUEST_METHOD)
        .and_then(|asked| Method::from_bytes(asked.as_bytes()).ok())
}

/// Whether a preflight asks for no header but those that the door takes.
pub(crate) fn asks_for_known_headers(headers: &HeaderMap, known: &[&str]) -> bool {
    headers
        .get_all(ACCESS_CONTROL_REQUEST_HEADERS)
        .iter()
        .all(|names| {
            names.to_str().is_ok_and(|names| {
                names
                    .split(',')
                    .map(|name| name.trim().to_ascii_lowercase())
                    .filter(|name| !name.is_empty())
                    .all(|name| known.contains(&name.as_str()))
            })
        })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::door::Caller;
    use super::*;

    const HOST: &str = "127.0.0.1:4000";

    fn door(browsers: Browsers) -> Door {
        Door::any("/", Caller::Anyone).browsers(browsers)
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_foreign_page_is_told_by_its_origin_or_its_site() {
        let navigation = [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
        ];
        let image = [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors"),
        ];
        let neighbour = [("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")];
        let node = [("sec-fetch-mode", "cors")];
        let own_form = [
            ("origin", "http://127.0.0.1:4000"),
            ("sec-fetch-site", "same-origin"),
        ];
        let own_image = [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", "no-cors"),
        ];
        let other_name = [
            ("origin", "http://localhost:4000"),
            ("sec-fetch-site", "cross-site"),
        ];
        let opaque = [("origin", "null"), ("sec-fetch-site", "cross-site")];
        let typed = [("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")];
        for (browsers, sent, expected) in [
            (Browsers::Refused, &node[..], Ok(Sender::Program)),
            (Browsers::Refused, &typed[..], Ok(Sender::Program)),
            (Browsers::Refused, &own_form[..], Err(())),
            (Browsers::Refused, &navigation[..], Err(())),
            (
                Browsers::OwnPages,
                &own_form[..],
                Ok(Sender::OwnPage { exactly: true }),
            ),
            (
                Browsers::OwnPages,
                &own_image[..],
                Ok(Sender::OwnPage { exactly: false }),
            ),
            (Browsers::OwnPages, &navigation[..], Err(())),
            (Browsers::OwnPages, &neighbour[..], Err(())),
            (Browsers::OwnPages, &other_name[..], Err(())),
            (Browsers::OwnPages, &opaque[..], Err(())),
            (
                Browsers::Navigation,
                &navigation[..],
                Ok(Sender::AnotherSite),
            ),
            (Browsers::Navigation, &image[..], Err(())),
            (Browsers::Navigation, &neighbour[..], Err(())),
            (Browsers::Navigation, &opaque[..], Err(())),
            (Browsers::Scripts(&[]), &opaque[..], Ok(Sender::AnotherSite)),
            (
                Browsers::Scripts(&[]),
                &neighbour[..],
                Ok(Sender::AnotherSite),
            ),
        ] {
            let told = sender(&door(browsers), HOST, &headers(sent));
            assert_eq!(told.map_err(drop), expected, "{browsers:?} {sent:?}");
        }
    }

    proptest! {
        #[test]
        fn no_origin_but_the_very_own_one_is_an_own_page(origin in "[ -~]{0,60}") {
            let own = origin == format!("http://{HOST}");
            for browsers in [Browsers::Refused, Browsers::OwnPages, Browsers::Navigation] {
                let told = sender(&door(browsers), HOST, &headers(&[("origin", &origin)]));
                prop_assert_eq!(told.is_ok(), own && browsers != Browsers::Refused);
            }
        }
    }

    #[test]
    fn a_preflight_may_ask_for_listed_headers_alone() {
        let known = ["content-type", "x-amz-target"];
        for (asked, granted) in [
            ("content-type, X-Amz-Target", true),
            ("", true),
            ("content-type,authorization", false),
            ("x-amz-target-", false),
        ] {
            let headers = headers(&[("access-control-request-headers", asked)]);
            assert_eq!(asks_for_known_headers(&headers, &known), granted, "{asked}");
        }
        assert!(asks_for_known_headers(&HeaderMap::new(), &known));
    }
}
