//! The person of the story, and how they get through the sign-in pages.

use uuid::Uuid;

use super::browser::{Browser, Page};
use super::device::Device;
use super::error::Problem;

/// Somebody with an address that nobody else on the stage has.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) email: String,
    password: String,
}

impl Person {
    pub(super) fn new() -> Self {
        let unique = Uuid::new_v4().simple().to_string();
        Self {
            email: format!("ada.{}@example.com", &unique[..8]),
            // Long, with all the kinds of characters that a password policy may ask for.
            password: format!("Story-{}-42", &unique[8..24]),
        }
    }

    /// What the person writes into a field of a sign-in page.
    fn answer(&self, field: &str) -> Option<String> {
        let answer = match field {
            "username" | "email" => &self.email,
            "password" => &self.password,
            "name" => "Ada Lovelace",
            "given_name" => "Ada",
            "family_name" => "Lovelace",
            _ => return None,
        };
        Some(answer.to_owned())
    }

    /// From the sign-in page to an account; the result is the page after the e-mailed code.
    pub(super) async fn sign_up(
        &self,
        browser: &mut Browser,
        device: &Device,
        sign_in: &Page,
    ) -> Result<Page, Problem> {
        let sign_up = sign_in.link("/signup").ok_or_else(|| {
            Problem::unexpected(
                "a sign-in page with a link to /signup",
                sign_in.describe(),
                "is self sign-up switched on in stack.toml ([identity] self-sign-up)?",
            )
        })?;
        let page = browser.open(sign_up).await?;
        let page = self.fill(browser, &page, "password", None).await?;
        if page.form("code").is_none() {
            return Err(Problem::unexpected(
                "a page that asks for the e-mailed code",
                page.describe(),
                "the page says why the account was not created",
            ));
        }
        let code = device.newest_code(&self.email).await?.ok_or_else(|| {
            Problem::unexpected(
                format!("an e-mail with a code to {}", self.email),
                "an outbox without one",
                "GET /outbox of the device listener shows every message of the stage",
            )
        })?;
        self.fill(browser, &page, "code", Some(&code)).await
    }

    /// Signs in with address and password.
    pub(super) async fn sign_in(
        &self,
        browser: &mut Browser,
        page: &Page,
    ) -> Result<Page, Problem> {
        self.fill(browser, page, "password", None).await
    }

    /// Fills in the form of `page` that asks for `field`, and sends it.
    async fn fill(
        &self,
        browser: &mut Browser,
        page: &Page,
        field: &str,
        code: Option<&str>,
    ) -> Result<Page, Problem> {
        let form = page.form(field).ok_or_else(|| {
            Problem::unexpected(
                format!("a page with a form that asks for `{field}`"),
                page.describe(),
                "the page says what is wrong; app client, domain and branding of the user pool \
                 decide whether sign-in pages are shown",
            )
        })?;
        let answer = |name: &str| match name {
            "code" => code.map(str::to_owned),
            _ => self.answer(name),
        };
        browser.submit(page, form, answer).await
    }
}
