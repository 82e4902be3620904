//! The person of the story, and how they get through the sign-in pages.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::administrator::Administrator;
use crate::authenticator::Authenticator;
use crate::browser::{Browser, Page};
use crate::device::Device;
use crate::error::Problem;

/// What everybody is called here, as a whole and by those who greet.
const NAME: &str = "Ada Lovelace";
const FIRST_NAME: &str = "Ada";

/// More pages in a row than anybody is shown.
const MOST_PAGES: usize = 8;

/// How long an authenticator app shows the same code, and a little more.
const APP_PATIENCE: Duration = Duration::from_secs(35);
const APP_POLL: Duration = Duration::from_millis(500);

/// Where somebody replaces a password that somebody else has chosen.
const CHANGE_PASSWORD: &str = "/changePassword";

/// What somebody signs in with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SignInName {
    /// Their e-mail address.
    #[default]
    Email,
    /// Their phone number.
    Phone,
    /// A name of their choice.
    Username,
}

/// A one-time code that can come first, in the place of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstCode {
    /// By e-mail.
    Email,
    /// By text message.
    Sms,
}

impl FirstCode {
    /// The value of the button that asks for it.
    fn button(self) -> &'static str {
        match self {
            Self::Email => "EMAIL_OTP",
            Self::Sms => "SMS_OTP",
        }
    }
}

/// How somebody signs in; what else the pages ask for is answered as it comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Way {
    /// With what.
    pub name: SignInName,
    /// With a code instead of the password, where the pages offer it.
    pub code_first: Option<FirstCode>,
    /// With an account at Amazon, which is made without a code, and asked whether the skill may know
    /// it.
    pub at_amazon: bool,
    /// Whether the e-mail address works beside the name; whoever comes back then uses it.
    pub alias: bool,
}

/// A page that somebody has got through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// Its path, such as `/mfa`.
    pub page: String,
    /// Where the code came from that it asked for: `sms`, `email` or, from an authenticator app,
    /// `totp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What was entered to sign in, where it is not what the account was made with: `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
}

/// Somebody with addresses that nobody else on the stage has.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) username: String,
    pub(super) password: String,
    /// Whether somebody else has chosen it, and it has to be replaced.
    pub(super) has_temporary_password: bool,
    /// Whether the account is there from another time.
    pub(super) comes_back: bool,
    way: Way,
    administrator: Option<Administrator>,
    /// Codes that were used; each works once.
    used: HashSet<String>,
    /// The authenticator app, once there is one.
    pub(super) app: Option<Authenticator>,
    pub(super) passed: Vec<Passed>,
}

impl Person {
    pub(super) fn new(way: Way, administrator: Option<Administrator>) -> Self {
        let id = Uuid::new_v4();
        let unique = id.simple().to_string();
        Self {
            // The page of the local stage hides what goes to such addresses and numbers.
            email: format!("ada.story.{}@example.com", &unique[..8]),
            phone: format!("+1425{:07}", 9_000_000 + id.as_u128() % 1_000_000),
            username: format!("ada{}", &unique[..8]),
            // As long as a password policy may ask for, with all the kinds of characters.
            password: format!("Story-{}-42", unique.repeat(3)),
            has_temporary_password: false,
            comes_back: false,
            way,
            administrator,
            used: HashSet::new(),
            app: None,
            passed: Vec::new(),
        }
    }

    /// What the person signs in with.
    pub(super) fn sign_in_name(&self) -> &str {
        match self.way.name {
            _ if self.uses_alias() => &self.email,
            SignInName::Email => &self.email,
            SignInName::Phone => &self.phone,
            SignInName::Username => &self.username,
        }
    }

    /// What only the person's account knows.
    pub(super) fn details(&self) -> impl Iterator<Item = &str> {
        [&self.email, &self.phone, &self.username]
            .into_iter()
            .map(String::as_str)
            .chain([NAME, FIRST_NAME])
    }

    fn uses_alias(&self) -> bool {
        self.way.alias && self.comes_back
    }

    /// The attribute by which the person is reached.
    pub(super) fn address(&self) -> &'static str {
        match self.way.name {
            SignInName::Phone => "phone_number",
            SignInName::Email | SignInName::Username => "email",
        }
    }

    /// What the person writes into a field of a sign-in page.
    pub(super) fn answer(&self, field: &str) -> Option<String> {
        let answer = match field {
            "username" => self.sign_in_name(),
            "email" => &self.email,
            "phone_number" => &self.phone,
            "password" => &self.password,
            "name" => NAME,
            "given_name" => FIRST_NAME,
            "family_name" => "Lovelace",
            "middle_name" => "King",
            "nickname" => "Countess",
            "preferred_username" => &self.username,
            "birthdate" => "1815-12-10",
            "gender" => "female",
            "address" => "12 St James's Square, London",
            "locale" => "en-GB",
            "zoneinfo" => "Europe/London",
            "website" | "profile" | "picture" => "https://example.com/ada",
            _ => return None,
        };
        Some(answer.to_owned())
    }

    /// From the sign-in page to an account, and through whatever the pages ask for after it.
    pub(super) async fn sign_up(
        &mut self,
        browser: &mut Browser,
        device: &Device,
        sign_in: Page,
    ) -> Result<Page, Problem> {
        if let Some(administrator) = self.administrator.clone() {
            return self
                .be_signed_up(&administrator, browser, device, sign_in)
                .await;
        }
        let path = if self.way.at_amazon {
            "/ap/register"
        } else {
            "/signup"
        };
        let sign_up = sign_in.link(path).ok_or_else(|| {
            Problem::unexpected(
                format!("a sign-in page with a link to {path}"),
                sign_in.describe(),
                "is self sign-up switched on in stack.toml ([identity] self-sign-up)?",
            )
        })?;
        let page = browser.open(sign_up).await?;
        let page = self.fill(browser, &page, "password", None).await?;
        if !self.way.at_amazon && page.form("code").is_none() {
            return Err(Problem::unexpected(
                "a page that asks for the code that was sent",
                page.describe(),
                "the page says why the account was not created",
            ));
        }
        self.go_on(browser, device, page).await
    }

    /// Signs in, and goes on until a page asks for nothing.
    pub(super) async fn go_on(
        &mut self,
        browser: &mut Browser,
        device: &Device,
        mut page: Page,
    ) -> Result<Page, Problem> {
        let mut before = String::new();
        for _ in 0..MOST_PAGES {
            let here = page.url.path().to_owned();
            let asks_for = ["code", "password", "decision", "factor"];
            let asked = asks_for.into_iter().find(|one| page.form(one).is_some());
            let Some(field) = asked else {
                return Ok(page);
            };
            if here == before {
                break;
            }
            let code = match field {
                "code" => Some(self.newest_code(device, &page).await?),
                _ => None,
            };
            page = self.fill(browser, &page, field, code).await?;
            before = here;
        }
        Err(Problem::unexpected(
            "a page that takes the answer",
            page.describe(),
            "the page says what is wrong",
        ))
    }

    /// The code that the app shows, or that was sent last, and from where it comes.
    async fn newest_code(
        &mut self,
        device: &Device,
        page: &Page,
    ) -> Result<(String, &'static str), Problem> {
        if page.document.text.contains("authenticator app") {
            // Where the second factor is required, the page shows a key once.
            let mut words = page.document.text.split_whitespace();
            let key = words.find(|word| is_key(word));
            if let Some(app) = key.and_then(Authenticator::new) {
                self.app = Some(app);
            }
            return Ok((self.read_app(device).await?, "totp"));
        }
        for (medium, to) in [("sms", &self.phone), ("email", &self.email)] {
            let code = device.newest_code(to).await?;
            if let Some(code) = code.filter(|code| !self.used.contains(code)) {
                return Ok((code, medium));
            }
        }
        Err(Problem::unexpected(
            format!("a message with a code to {} or {}", self.phone, self.email),
            format!("an outbox without one, after {}", page.describe()),
            "GET /outbox of the device listener shows every message of the stage",
        ))
    }

    /// Reads a code off the authenticator app; if all of now have been used, waits for another.
    pub(super) async fn read_app(&mut self, device: &Device) -> Result<String, Problem> {
        let Some(app) = &mut self.app else {
            return Err(Problem::unexpected(
                "a page that asks for what the person has",
                "one that asks for the code of an authenticator app",
                "the person sets one up where a page shows a key, or on a web page of the same pool",
            ));
        };
        let started = Instant::now();
        while started.elapsed() < APP_PATIENCE {
            if let Some(code) = app.read(device.now().await?) {
                return Ok(code);
            }
            tokio::time::sleep(APP_POLL).await;
        }
        Err(Problem::unexpected(
            "another code after half a minute",
            "the same one",
            "GET /control/clock of the device listener tells whether the stage's time passes",
        ))
    }

    /// Fills in the form of `page` that asks for `field`, and sends it.
    async fn fill(
        &mut self,
        browser: &mut Browser,
        page: &Page,
        field: &str,
        code: Option<(String, &'static str)>,
    ) -> Result<Page, Problem> {
        let form = page.form(field).ok_or_else(|| {
            Problem::unexpected(
                format!("a page with a form that asks for `{field}`"),
                page.describe(),
                "the page says what is wrong; app client, domain and branding of the user pool \
                 decide whether sign-in pages are shown",
            )
        })?;
        if page.url.path() == CHANGE_PASSWORD {
            self.password.push('!');
            self.has_temporary_password = false;
        }
        let code_first = (self.way.code_first).filter(|_| !self.has_temporary_password);
        let button = code_first.map(FirstCode::button);
        let button = button.filter(|button| form.offers(button));
        let answer = |name: &str| match name {
            "code" => code.as_ref().map(|(code, _)| code.clone()),
            "password" if button.is_some() => Some(String::new()),
            _ => self.answer(name),
        };
        let by_alias = self.uses_alias() && form.asks_for("username");
        let next = browser.submit(page, form, button, answer).await?;
        self.passed.push(Passed {
            page: page.url.path().to_owned(),
            code: code.as_ref().map(|(_, medium)| (*medium).to_owned()),
            alias: by_alias.then(|| "email".to_owned()),
        });
        self.used.extend(code.map(|(code, _)| code));
        Ok(next)
    }

    /// Has an account made, with a password that has to be replaced at once, and signs in.
    async fn be_signed_up(
        &mut self,
        administrator: &Administrator,
        browser: &mut Browser,
        device: &Device,
        sign_in: Page,
    ) -> Result<Page, Problem> {
        let mut attributes = administrator.demanded(device).await?;
        let address = self.address();
        if !attributes.iter().any(|name| name == address) {
            attributes.push(address.to_owned());
        }
        let mut values = Vec::new();
        for name in &attributes {
            let value = self.answer(name).ok_or_else(|| {
                Problem::unexpected(
                    "a user pool that demands what the person knows",
                    format!("the attribute `{name}`"),
                    "let the story's person know an answer (story/person.rs)",
                )
            })?;
            values.push(json!({ "Name": name, "Value": value }));
        }
        values.push(json!({ "Name": format!("{address}_verified"), "Value": "true" }));
        let input = json!({
            "Username": self.sign_in_name(),
            "UserAttributes": values,
            "MessageAction": "SUPPRESS",
            "TemporaryPassword": self.password,
        });
        administrator.call(device, "AdminCreateUser", input).await?;
        self.has_temporary_password = true;
        self.go_on(browser, device, sign_in).await
    }
}

/// Whether a word on a page is the key for an authenticator app: at least 128 bits in Base32
/// ([RFC 4226, 4](https://www.rfc-editor.org/rfc/rfc4226#section-4)).
fn is_key(word: &str) -> bool {
    word.len() >= 26 && (word.bytes()).all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'))
}
