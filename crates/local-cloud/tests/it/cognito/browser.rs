//! A person's browser, as small as the pages let it be.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use url::Url;

use super::Fixture;
use super::accessible::assert_accessible;

/// Cookies, and nothing else.
pub(super) struct Browser<'a> {
    fixture: &'a Fixture,
    pub(super) cookies: BTreeMap<String, String>,
}

/// What the browser has come to.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) url: Url,
    pub(super) status: u16,
    pub(super) html: String,
}

/// A page as Cognito shows it, and the strip of the stage below it, if there is one.
pub(super) fn apart(html: &str) -> (String, Option<String>) {
    let Some((before, rest)) = html.split_once("<aside") else {
        return (html.to_owned(), None);
    };
    let (strip, after) = rest.split_once("</aside>").unwrap();
    (format!("{before}{after}"), Some(strip.to_owned()))
}

impl Page {
    pub(super) fn at(&self, path: &str) -> &Self {
        assert_eq!(
            self.url.path(),
            path,
            "{} {} {}",
            self.status,
            self.url,
            self.html
        );
        self
    }

    pub(super) fn says(&self, text: &str) -> &Self {
        assert!(self.html.contains(text), "no “{text}” on {}", self.html);
        self
    }

    /// A parameter of the address that the browser was sent to.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        self.url
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The action and the hidden token of the form that posts to `path`.
    fn form(&self, path: &str) -> (Url, String) {
        let start = self
            .html
            .find(&format!("action=\"{path}?"))
            .unwrap_or_else(|| panic!("no form for {path} on {}", self.html));
        let form = &self.html[start..];
        let between = |from: &str| form.split(from).nth(1).unwrap().split('"').next().unwrap();
        let action = between("action=\"").replace("&#38;", "&");
        let token = between("name=\"_csrf\" value=\"").to_owned();
        (self.url.join(&action).unwrap(), token)
    }
}

impl<'a> Browser<'a> {
    pub(super) fn new(fixture: &'a Fixture) -> Self {
        Self {
            fixture,
            cookies: BTreeMap::new(),
        }
    }

    /// Opens an address and follows redirects as long as they stay on the stage's sign-in host.
    pub(super) async fn open(&mut self, url: &str) -> Page {
        let url = Url::parse(url).unwrap();
        let request = self.fixture.http.get(url.clone());
        self.follow(url, request).await
    }

    /// Fills a form in and sends it.
    pub(super) async fn submit(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let path = page.url.path().to_owned();
        self.submit_to(page, &path, fields).await
    }

    /// The same for a page with several forms.
    pub(super) async fn submit_to(
        &mut self,
        page: &Page,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        let (action, token) = page.form(path);
        let mut fields = fields.to_vec();
        fields.push(("_csrf", &token));
        let request = self.fixture.http.post(action.clone()).form(&fields);
        self.follow(action, request).await
    }

    async fn follow(&mut self, mut url: Url, mut request: reqwest::RequestBuilder) -> Page {
        loop {
            let cookies: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            if !cookies.is_empty() {
                request = request.header(COOKIE, cookies.join("; "));
            }
            let answer = request.send().await.unwrap();
            for cookie in answer.headers().get_all(SET_COOKIE) {
                let cookie = cookie.to_str().unwrap();
                assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
                let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let status = answer.status().as_u16();
            let location = answer
                .headers()
                .get(LOCATION)
                .map(|location| url.join(location.to_str().unwrap()).unwrap());
            let html = answer.text().await.unwrap();
            match location {
                None => {
                    // Whatever a test is about: every page on the way is for everybody.
                    if html.starts_with('<') {
                        assert_accessible(&apart(&html).0);
                    }
                    return Page { url, status, html };
                }
                Some(next) if next.origin() != url.origin() => {
                    return Page {
                        url: next,
                        status,
                        html,
                    };
                }
                Some(next) => {
                    request = self.fixture.http.get(next.clone());
                    url = next;
                }
            }
        }
    }

    /// Signs a person in with a password and returns where the browser was sent.
    pub(super) async fn sign_in(&mut self, authorize: &str, username: &str) -> Page {
        let page = self.open(authorize).await;
        page.at("/login");
        self.submit(
            &page,
            &[("username", username), ("password", super::PASSWORD)],
        )
        .await
    }
}
