//! The browser in which a person signs in: cookies, redirects and forms.

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use url::Url;

use crate::cookies::Jar;
use crate::error::{Problem, without_query};
use crate::html::{Document, Form, Kind};

/// More redirects than this in a row are a loop.
const MOST_REDIRECTS: usize = 10;

/// One browser with its own cookies.
pub(super) struct Browser {
    client: reqwest::Client,
    jar: Jar,
    /// A page that nobody serves: whoever is sent there has arrived.
    own_page: Option<Url>,
}

/// A page on the screen.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) url: Url,
    pub(super) status: u16,
    pub(super) document: Document,
    /// Every address on the way to the page, the page's own last.
    pub(super) trail: Vec<Url>,
}

impl Page {
    /// The form that asks for a field of that name.
    pub(super) fn form(&self, field: &str) -> Option<&Form> {
        self.document.forms.iter().find(|form| form.asks_for(field))
    }

    /// The target of the first link to a path that ends so.
    pub(super) fn link(&self, path_end: &str) -> Option<Url> {
        self.document
            .links
            .iter()
            .filter_map(|link| self.url.join(&link.href).ok())
            .find(|url| url.path().ends_with(path_end))
    }

    /// The page in one sentence, for an error.
    pub(super) fn describe(&self) -> String {
        format!(
            "{} at {}: “{}”",
            self.status,
            without_query(&self.url),
            crate::http::excerpt(&self.document.text)
        )
    }
}

impl Browser {
    pub(super) fn new(client: &reqwest::Client) -> Self {
        Self {
            client: client.clone(),
            jar: Jar::default(),
            own_page: None,
        }
    }

    /// A browser that is at a page of its own when it is sent to that address.
    pub(super) fn with_page_at(self, address: Url) -> Self {
        Self {
            own_page: Some(address),
            ..self
        }
    }

    /// Opens an address and follows it to a page.
    pub(super) async fn open(&mut self, url: Url) -> Result<Page, Problem> {
        self.follow(self.client.get(url.clone()), url).await
    }

    /// Sends the form of `page` by the button of that value, or by the first; `answer` fills in what
    /// the page leaves to the person.
    pub(super) async fn submit(
        &mut self,
        page: &Page,
        form: &Form,
        button: Option<&str>,
        answer: impl Fn(&str) -> Option<String>,
    ) -> Result<Page, Problem> {
        let mut pairs = Vec::new();
        let mut pressed = false;
        for field in &form.fields {
            let value = match field.kind {
                Kind::Hidden => field.value.clone(),
                // Only the button that is pressed is sent, and people press the first.
                Kind::Button if pressed || button.is_some_and(|it| it != field.value) => continue,
                Kind::Button => {
                    pressed = true;
                    field.value.clone()
                }
                Kind::Visible => answer(&field.name).ok_or_else(|| {
                    Problem::unexpected(
                        "a page that asks for what the person knows",
                        format!("a field `{}` on {}", field.name, page.describe()),
                        "let the story's person know an answer (story/person.rs)",
                    )
                })?,
            };
            pairs.push((field.name.clone(), value));
        }
        let action = form.action.as_deref().unwrap_or_default();
        let mut target = page.url.join(action).map_err(|error| {
            Problem::unexpected(
                "a form with a usable action",
                format!("`{action}` ({error}) on {}", page.describe()),
                "the page's template has a bug",
            )
        })?;
        let request = if form.post {
            self.client.post(target.clone()).form(&pairs)
        } else {
            target.query_pairs_mut().clear().extend_pairs(&pairs);
            self.client.get(target.clone())
        };
        self.follow(request, target).await
    }

    async fn follow(
        &mut self,
        mut request: reqwest::RequestBuilder,
        mut url: Url,
    ) -> Result<Page, Problem> {
        let mut trail = vec![url.clone()];
        while trail.len() <= MOST_REDIRECTS {
            if let Some(cookies) = self.jar.header(&url) {
                request = request.header(COOKIE, cookies);
            }
            let response = request
                .send()
                .await
                .map_err(|source| Problem::unreachable(&url, source))?;
            for header in response.headers().get_all(SET_COOKIE) {
                if let Ok(header) = header.to_str() {
                    self.jar.store(&url, header);
                }
            }
            let status = response.status().as_u16();
            if !matches!(status, 301..=303) {
                let html = response
                    .text()
                    .await
                    .map_err(|source| Problem::unreachable(&url, source))?;
                return Ok(Page {
                    url,
                    status,
                    document: Document::parse(&html),
                    trail,
                });
            }
            let location = response
                .headers()
                .get(LOCATION)
                .and_then(|location| location.to_str().ok());
            url = location
                .and_then(|location| url.join(location).ok())
                .ok_or_else(|| {
                    Problem::unexpected(
                        format!("a redirect with an address from {}", without_query(&url)),
                        format!("{status} with Location {location:?}"),
                        "the service that answered so has a bug",
                    )
                })?;
            trail.push(url.clone());
            let own = self.own_page.as_ref().map(without_query);
            if own.is_some_and(|own| own == without_query(&url)) {
                return Ok(Page {
                    url,
                    status: 200,
                    document: Document::default(),
                    trail,
                });
            }
            request = self.client.get(url.clone());
        }
        let places: Vec<_> = trail.iter().map(without_query).collect();
        Err(Problem::unexpected(
            "a page",
            format!("redirects in a circle: {}", places.join(" → ")),
            "the sign-in service sends the browser in a circle; its session cookie may be lost",
        ))
    }
}
