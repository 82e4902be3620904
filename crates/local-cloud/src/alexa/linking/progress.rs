//! How account linkings went: each step with its time, for who wants to see where one stands.

use std::collections::VecDeque;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::Serialize;

use crate::alexa::Alexa;
use crate::alexa::customer::{Customer, Voice};
use crate::alexa::state::fingerprint;
use crate::base::news::Topic;

/// How many linkings are kept.
const KEPT: usize = 20;
/// How many steps of one are kept.
const MOST_STEPS: usize = 60;

/// The part of a linking that a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::alexa) enum Part {
    /// The app opens the authorization page.
    Authorize,
    /// A page of the identity provider.
    Page,
    /// The browser is back with a code.
    Code,
    /// The code was exchanged, and the account is linked.
    Token,
    /// The skill got the event.
    Event,
    /// The account is not linked; the text says why.
    Failed,
}

#[derive(Debug, Clone, Serialize)]
struct Step {
    at: Timestamp,
    part: Part,
    text: String,
}

/// One account linking, from its start on.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::alexa) struct Linking {
    /// Of its `state`, which opens Alexa's redirect door.
    #[serde(skip)]
    state: String,
    skill_id: String,
    customer: Customer,
    voice: Option<Voice>,
    steps: Vec<Step>,
}

/// The newest linkings, oldest first.
#[derive(Debug, Default)]
pub(in crate::alexa) struct Linkings(VecDeque<Linking>);

impl Linkings {
    /// A linking begins.
    pub(super) fn begin(
        &mut self,
        state: &str,
        skill_id: &str,
        (customer, voice): (&Customer, Option<&Voice>),
    ) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(Linking {
            state: fingerprint(state),
            skill_id: skill_id.to_owned(),
            customer: customer.clone(),
            voice: voice.cloned(),
            steps: Vec::new(),
        });
    }

    /// Adds a step to the linking with this `state`, if it is kept.
    fn step(&mut self, state: &str, at: Timestamp, part: Part, text: String) -> bool {
        let state = fingerprint(state);
        let mut kept = self.0.iter_mut();
        let linking = kept.find(|linking| linking.state == state);
        linking.is_some_and(|linking| linking.add(at, part, text))
    }

    /// Adds the delivery of the event to the newest linking of a skill that waits for one.
    fn event(&mut self, skill_id: &str, at: Timestamp, text: String) {
        let waiting = |linking: &&mut Linking| {
            let last = linking.steps.last();
            linking.skill_id == skill_id && last.is_some_and(|step| step.part == Part::Token)
        };
        if let Some(linking) = self.0.iter_mut().find(waiting) {
            linking.add(at, Part::Event, text);
        }
    }

    /// Those of a customer.
    pub(in crate::alexa) fn of(&self, customer: &Customer) -> Vec<&Linking> {
        let kept = self.0.iter();
        kept.filter(|linking| linking.customer == *customer)
            .collect()
    }
}

impl Linking {
    fn add(&mut self, at: Timestamp, part: Part, text: String) -> bool {
        let again = self.steps.last().is_some_and(|last| last.text == text);
        let has_room = self.steps.len() < MOST_STEPS;
        if has_room && !again {
            self.steps.push(Step { at, part, text });
        }
        has_room && !again
    }
}

impl Alexa {
    /// Writes down a step of the linking with this `state`.
    pub(super) fn note(&self, state: &str, part: Part, text: impl Into<String>) {
        let now = self.now();
        if self.state().linkings.step(state, now, part, text.into()) {
            self.inner.shared.news.tell(Topic::Link);
        }
    }

    /// Writes down that the skill has got the event that an account was linked, or why not.
    pub(in crate::alexa) fn note_event(&self, skill_id: &str, error: Option<&str>) {
        let text = match error {
            None => "The skill got the event SkillAccountLinked.".to_owned(),
            Some(error) => format!("The skill did not take the event SkillAccountLinked: {error}"),
        };
        let now = self.now();
        self.state().linkings.event(skill_id, now, text);
        self.inner.shared.news.tell(Topic::Link);
    }

    /// Lets the pages of an identity provider tell of each linking that passes through them.
    pub(crate) fn watching(&self, pages: Router) -> Router {
        pages.layer(from_fn_with_state(self.clone(), watch))
    }
}

async fn watch(State(alexa): State<Alexa>, request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let state = url::form_urlencoded::parse(query.as_bytes())
        .find_map(|(name, value)| (name == "state").then(|| value.into_owned()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let answer = next.run(request).await;
    if let Some(state) = state
        && let Some(text) = seen(&method, &path, answer.status())
    {
        alexa.note(&state, Part::Page, text);
    }
    answer
}

/// A page in words, and what came of it.
fn seen(method: &Method, path: &str, status: StatusCode) -> Option<String> {
    let page = match path {
        "/login" | "/ap/signin" => "the sign-in page",
        "/signup" | "/ap/register" => "the page to create an account",
        "/confirmUser" => "the page for the code that confirms the account",
        "/oneTimeCode" => "the page for the one-time code",
        "/mfa" => "the page for the second factor",
        "/selectMfa" | "/selectMfaSetup" => "the page to choose a second factor",
        "/mfaSetup" => "the page to set up an authenticator app",
        "/changePassword" => "the page for a new password",
        "/forgotPassword" | "/confirmForgotPassword" => "the page for a forgotten password",
        "/ap/oa" | "/ap/consent" => "the page to agree",
        "/error" => "the page that says that the request is wrong",
        "/oauth2/authorize" if !status.is_redirection() => "the authorization endpoint",
        _ => return None,
    };
    let went = match (method, status) {
        (_, status) if status.is_server_error() => format!("{page} answered {status}"),
        (&Method::GET, status) if status.is_success() => format!("opened {page}"),
        (&Method::POST, status) if status.is_client_error() => {
            format!("filled in {page}, which refused it")
        }
        (&Method::POST, _) => format!("filled in {page}"),
        (_, status) if status.is_client_error() => format!("{page} answered {status}"),
        _ => return None,
    };
    Some(went)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linkings(states: std::ops::Range<usize>) -> Linkings {
        let mut linkings = Linkings::default();
        for state in states {
            let customer = Customer::default();
            linkings.begin(&state.to_string(), "skill", (&customer, None));
        }
        linkings
    }

    #[test]
    fn linkings_and_their_steps_are_bounded() {
        let mut linkings = linkings(0..KEPT + 5);
        assert_eq!(linkings.of(&Customer::default()).len(), KEPT);
        let now = Timestamp::UNIX_EPOCH;
        assert!(!linkings.step("0", now, Part::Page, "old".to_owned()));
        for number in 0..MOST_STEPS + 5 {
            linkings.step("10", now, Part::Page, format!("step {number}"));
        }
        let steps = linkings.of(&Customer::default()).into_iter();
        assert_eq!(steps.map(|one| one.steps.len()).max(), Some(MOST_STEPS));
    }

    #[test]
    fn what_is_shown_does_not_have_the_state() {
        let mut linkings = linkings(7..8);
        let now = Timestamp::UNIX_EPOCH;
        assert!(linkings.step("7", now, Part::Token, "linked".to_owned()));
        // The page was loaded again.
        assert!(!linkings.step("7", now, Part::Token, "linked".to_owned()));
        linkings.event("skill", now, "delivered".to_owned());
        let shown = serde_json::to_value(linkings.of(&Customer::default())).unwrap();
        assert_eq!(shown[0]["steps"][1]["part"], "event");
        assert!(!shown.to_string().contains(&fingerprint("7")), "{shown}");
    }

    #[test]
    fn pages_are_told_in_words() {
        let told =
            |method, path, status| seen(&method, path, StatusCode::from_u16(status).unwrap());
        assert_eq!(
            told(Method::GET, "/login", 200).as_deref(),
            Some("opened the sign-in page")
        );
        assert_eq!(
            told(Method::POST, "/confirmUser", 400).as_deref(),
            Some("filled in the page for the code that confirms the account, which refused it")
        );
        assert_eq!(told(Method::GET, "/oauth2/authorize", 302), None);
        assert!(told(Method::GET, "/login", 503).unwrap().contains("503"));
    }
}
