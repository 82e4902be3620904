//! What a handler sees of a request.

use std::time::Duration;

use bytes::Bytes;
use models::profile::Profile;
use models::request::{LinkedAccount, RequestBody, RequestEnvelope, Slot};
use models::response::{Answer, Speech};
use tokio::time::{Instant, timeout_at};
use user_profile::{Directory, LinkProblem, ProviderError, RequestTime, VerifiedToken};

use crate::asked::Asked;
use crate::moment::Moment;
use crate::problem::{Problem, ServiceError};
#[cfg(feature = "secrets")]
use crate::secret::Secret;
use crate::services::Services;
use crate::{Intents, Locale, Words};

/// One thing that the user said, and what is needed to answer it.
pub struct Turn<'a, I: Intents> {
    request: &'a RequestEnvelope,
    asked: Option<Asked<I>>,
    directory: Option<&'a dyn Directory>,
    locale: I::Locale,
    now: RequestTime,
    wait: Wait<'a>,
    services: Option<&'a Services>,
}

/// How long an answer may take, and what the user hears meanwhile.
struct Wait<'a> {
    deadline: Instant,
    moment: Option<Moment<'a>>,
}

impl<'a, I: Intents> Turn<'a, I> {
    /// A turn at `now`, to be answered before `deadline`. Without a directory nobody has an
    /// account.
    pub fn new(
        request: &'a RequestEnvelope,
        directory: Option<&'a dyn Directory>,
        now: RequestTime,
        deadline: Instant,
    ) -> Self {
        Self {
            request,
            asked: Asked::of(request),
            directory,
            locale: I::Locale::of(request.request.locale.as_deref()),
            now,
            wait: Wait {
                deadline,
                moment: None,
            },
            services: None,
        }
    }

    /// Lets handlers use other services.
    #[must_use]
    pub(crate) fn with_services(mut self, services: &'a Services) -> Self {
        self.services = Some(services);
        self
    }

    /// The configuration of a client of the AWS SDK: the function's credentials, the stage's home region, where its
    /// resources are, and the HTTP client that backends are called through. Not there in a test of a handler.
    ///
    /// ```ignore
    /// let tables = aws_sdk_dynamodb::Client::new(turn.aws()?);
    /// ```
    #[cfg(feature = "aws")]
    pub fn aws(&self) -> Result<&'a aws_types::SdkConfig, Problem> {
        Ok(running(self.services)?.aws())
    }

    /// The secret that a variable of `[lambda.environment]` names. It is read when it is first needed, and kept for as
    /// long as the function's process lives.
    #[cfg(feature = "secrets")]
    pub async fn secret(&self, variable: &str) -> Result<Secret, Problem> {
        let services = running(self.services)?;
        let lookup = |name: &str| std::env::var(name).ok();
        let read = services.secrets.read(&services.http, variable, lookup);
        Ok(self.wait_for(read).await??)
    }

    /// Lets the user be asked for a moment when the answer takes long.
    #[must_use]
    pub(crate) fn with_moment(mut self, moment: Option<Moment<'a>>) -> Self {
        self.wait.moment = moment;
        self
    }

    /// What to say, in the user's language.
    pub fn strings(&self) -> &'static <I::Locale as Locale>::Strings {
        self.locale.strings()
    }

    /// What every skill says, in the user's language.
    pub(crate) fn words(&self) -> &'static Words {
        self.locale.words()
    }

    /// The user's locale, or the one that comes nearest: for words that are not among the
    /// [`strings`](Self::strings).
    pub fn locale(&self) -> I::Locale {
        self.locale
    }

    /// What the user asks for; `None` when it was not a user who sent the request.
    pub(crate) fn asked(&self) -> Option<&Asked<I>> {
        self.asked.as_ref()
    }

    /// The id of the interaction model's value that fills a slot; `None` when the slot is empty or
    /// holds something that the model does not know. Still there when the answer is repeated.
    pub fn choice(&self, slot: &str) -> Option<&str> {
        self.asked.as_ref()?.choice(slot)
    }

    /// A slot of the intent, filled or not, with what was said. Not there when an answer is
    /// repeated: no words are kept.
    pub fn slot(&self, name: &str) -> Option<&'a Slot> {
        match &self.request.request.body {
            RequestBody::Intent(request) => request.intent.slot(name),
            _ => None,
        }
    }

    /// The linked account, verified: the recognised speaker's own, or the one that the home shares
    /// if Alexa recognised no speaker.
    pub async fn account(&self) -> Result<Account<'_>, LinkProblem> {
        let token = match self.request.linked_account() {
            LinkedAccount::Shared(token) | LinkedAccount::Speaker(token) => token,
            LinkedAccount::SpeakerNotLinked => return Err(LinkProblem::SpeakerNotLinked),
            LinkedAccount::NotLinked => return Err(LinkProblem::NotLinked),
        };
        let directory = self.directory.ok_or(LinkProblem::ProviderUnavailable(
            ProviderError::NotConfigured,
        ))?;
        let token = self.wait_for(directory.identify(token, self.now)).await??;
        Ok(Account {
            token,
            directory,
            services: self.services,
            wait: &self.wait,
        })
    }

    /// Waits for something that an answer needs, until the answer is due. When it takes long, the
    /// user hears that it does.
    pub async fn wait_for<T>(&self, work: impl Future<Output = T>) -> Result<T, LinkProblem> {
        self.wait.during(work).await
    }

    /// Forgets what was kept about accounts whose links are gone.
    pub(crate) fn forget_ended_links(&self) {
        if let Some(directory) = self.directory {
            (self.request.ended_links()).for_each(|token| directory.forget(token));
        }
    }

    /// Gives the user what was asked for. Whoever asked in one breath with opening the skill is
    /// done then; whoever is in a conversation is asked for more.
    pub fn answer(&self, speech: Speech) -> Answer {
        if self.request.opens_session() {
            return Answer::tell(speech);
        }
        let more = (self.words().anything_else)();
        Answer::ask(speech.and(more.clone()), more)
    }
}

/// The services of a skill that runs; a test of a handler has none.
fn running(services: Option<&Services>) -> Result<&Services, ServiceError> {
    services.ok_or_else(|| ServiceError::NotConfigured("a running skill".to_owned()))
}

impl<I: Intents> std::fmt::Debug for Turn<'_, I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turn")
            .field("type", &self.request.request.kind())
            .field("now", &self.now.latest())
            .finish_non_exhaustive()
    }
}

impl Wait<'_> {
    async fn during<T>(&self, work: impl Future<Output = T>) -> Result<T, LinkProblem> {
        let waiting = async {
            match &self.moment {
                Some(moment) => moment.during(work).await,
                None => work.await,
            }
        };
        let done = timeout_at(self.deadline, waiting).await;
        done.map_err(|_elapsed| LinkProblem::OutOfTime)
    }
}

/// The account that counts for the user who speaks. That there is one means that its token was
/// verified.
pub struct Account<'a> {
    token: VerifiedToken,
    directory: &'a dyn Directory,
    services: Option<&'a Services>,
    wait: &'a Wait<'a>,
}

impl Account<'_> {
    /// Calls a backend of the skill's own with the person's access token, as `authorization: Bearer`.
    ///
    /// The backend has to be named in `skill.backends` of stack.toml; on a local stage this machine may be called as
    /// well. A request that reads is sent again over a broken connection, any other one is sent once. A redirect is not
    /// followed. An answer that says no (4xx) is an answer; a server error (5xx) is a [`Problem`], whose answer to the
    /// user never speaks of linking.
    pub async fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, Problem> {
        let services = running(self.services)?;
        let call = services.backends.call(&services.http, &self.token, request);
        Ok(self.wait.during(call).await??)
    }

    /// Who it is, for the identity provider: the key under which to keep anything about the user.
    pub fn subject(&self) -> &str {
        self.token.subject()
    }

    /// What is known about the user.
    pub async fn profile(&self) -> Result<Profile, LinkProblem> {
        self.wait
            .during(self.directory.profile(&self.token))
            .await?
    }

    /// What is known about the user, if it is known soon: for what an answer can do without.
    pub async fn profile_within(&self, patience: Duration) -> Result<Profile, LinkProblem> {
        let soon = self.wait.deadline.min(Instant::now() + patience);
        timeout_at(soon, self.directory.profile(&self.token))
            .await
            .unwrap_or(Err(LinkProblem::OutOfTime))
    }
}

impl std::fmt::Debug for Account<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").finish_non_exhaustive()
    }
}
