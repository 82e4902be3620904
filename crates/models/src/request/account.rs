//! The account that a request is about.

use super::{AccessToken, RequestBody, RequestEnvelope, SkillEventName};

/// The account that counts for a request, by its access token.
///
/// With
/// [personalization](https://developer.amazon.com/en-US/docs/alexa/custom-skills/personalization-and-account-linking.html)
/// a request can carry two tokens: `user.accessToken` of the account that everybody in the home
/// shares, and `person.accessToken` of the recognised speaker's own. The owner of the shared account
/// may not be the one who speaks, so a recognised speaker has their own account or none.
///
/// This type is the only way to a token of a request, so that no code can take the wrong one:
///
/// ```compile_fail,E0616
/// fn shared(user: &models::request::User) -> bool {
///     user.access_token.is_some()
/// }
/// ```
///
/// ```compile_fail,E0616
/// fn own(person: &models::request::Person) -> bool {
///     person.access_token.is_some()
/// }
/// ```
///
/// ```compile_fail,E0616
/// fn new(event: &models::request::SkillEventBody) -> bool {
///     event.access_token.is_some()
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub enum LinkedAccount<'a> {
    /// The account that everybody in the home shares: Alexa recognised no speaker.
    Shared(&'a AccessToken),
    /// The recognised speaker's own account.
    Speaker(&'a AccessToken),
    /// None: the recognised speaker has not linked an account of their own. The home may share one,
    /// which is not theirs.
    SpeakerNotLinked,
    /// None: the home shares no account, and Alexa recognised no speaker.
    NotLinked,
}

impl LinkedAccount<'_> {
    /// The account in a word, for logs: `shared`, `speaker` or `none`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shared(_) => "shared",
            Self::Speaker(_) => "speaker",
            Self::SpeakerNotLinked | Self::NotLinked => "none",
        }
    }
}

impl RequestEnvelope {
    /// The account that counts for this request.
    ///
    /// Tokens are read from the context, because a session, with its copy of the shared account's, is
    /// absent outside of one; and from the body of an account-linked event, which is where Amazon
    /// documents the new link's.
    pub fn linked_account(&self) -> LinkedAccount<'_> {
        let new = self.new_link();
        match self.person() {
            Some(person) => (new.or(person.access_token.as_ref()))
                .map_or(LinkedAccount::SpeakerNotLinked, LinkedAccount::Speaker),
            None => (new.or_else(|| self.shared()))
                .map_or(LinkedAccount::NotLinked, LinkedAccount::Shared),
        }
    }

    /// The access tokens of links that this request says are gone: those of an event that the skill
    /// was disabled. Any other request has none.
    pub fn ended_links(&self) -> impl Iterator<Item = &AccessToken> {
        let ended = matches!(
            &self.request.body,
            RequestBody::SkillEvent(event) if event.name == SkillEventName::SkillDisabled
        );
        let person = self
            .person()
            .and_then(|person| person.access_token.as_ref());
        [self.new_link(), self.shared(), person]
            .into_iter()
            .flatten()
            .filter(move |_| ended)
    }

    fn shared(&self) -> Option<&AccessToken> {
        self.system()?.user.as_ref()?.access_token.as_ref()
    }

    /// The access token in the body of a skill event.
    fn new_link(&self) -> Option<&AccessToken> {
        match &self.request.body {
            RequestBody::SkillEvent(event) => event.body.as_ref()?.access_token.as_ref(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::option;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// A request with the shared account's token and with a speaker, if there are.
    fn request(body: &Value, shared: Option<&str>, person: &Value) -> RequestEnvelope {
        let mut user = json!({ "userId": "amzn1.ask.account.A" });
        if let Some(token) = shared {
            user["accessToken"] = token.into();
        }
        let envelope = json!({
            "session": { "sessionId": "1", "user": user },
            "context": { "System": { "user": user, "person": person } },
            "request": body
        });
        serde_json::from_value(envelope).unwrap()
    }

    /// A speaker with an account of their own.
    fn with_own(token: &str) -> Value {
        json!({ "personId": "amzn1.ask.person.A", "accessToken": token })
    }

    /// A speaker who has none.
    fn without_own() -> Value {
        json!({ "personId": "amzn1.ask.person.A" })
    }

    /// The account in a word, and its token.
    fn account(request: &RequestEnvelope) -> (&'static str, Option<&str>) {
        match request.linked_account() {
            LinkedAccount::Shared(token) => ("shared", Some(token.expose())),
            LinkedAccount::Speaker(token) => ("speaker", Some(token.expose())),
            LinkedAccount::SpeakerNotLinked => ("speaker not linked", None),
            LinkedAccount::NotLinked => ("not linked", None),
        }
    }

    fn spoken() -> impl Strategy<Value = Value> {
        let kinds = vec!["LaunchRequest", "SessionEndedRequest", "OfNextYear"];
        prop_oneof![
            prop::sample::select(kinds).prop_map(|kind| json!({ "type": kind })),
            Just(json!({ "type": "IntentRequest", "intent": { "name": "A" } })),
        ]
    }

    fn person() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            Just(without_own()),
            "[A-Z]{1,8}".prop_map(|token| with_own(&token)),
        ]
    }

    /// Amazon's table of personalization and account linking, row by row.
    #[test]
    fn every_row_of_the_table() {
        let launch = json!({ "type": "LaunchRequest" });
        for (shared, person, expected) in [
            (Some("s"), with_own("p"), ("speaker", Some("p"))),
            (None, with_own("p"), ("speaker", Some("p"))),
            (None, without_own(), ("speaker not linked", None)),
            (Some("s"), without_own(), ("speaker not linked", None)),
            (Some("s"), Value::Null, ("shared", Some("s"))),
            (None, Value::Null, ("not linked", None)),
            // A speaker without an id, or with a bad token, is one all the same.
            (Some("s"), json!({}), ("speaker not linked", None)),
            (
                Some("s"),
                json!({ "accessToken": null }),
                ("speaker not linked", None),
            ),
            (
                Some("s"),
                json!({ "accessToken": "" }),
                ("speaker", Some("")),
            ),
        ] {
            assert_eq!(account(&request(&launch, shared, &person)), expected);
        }
    }

    proptest! {
        /// Whatever is said, a recognised speaker never has the shared account, and nobody else ever
        /// has a speaker's.
        #[test]
        fn nobody_has_the_account_of_somebody_else(
            body in spoken(),
            shared in option::of("[a-z]{1,8}"),
            person in person(),
        ) {
            let request = request(&body, shared.as_deref(), &person);
            let (_, token) = account(&request);
            if person.is_null() {
                prop_assert_eq!(token, shared.as_deref());
            } else {
                prop_assert_eq!(token, person["accessToken"].as_str());
            }
            prop_assert_eq!(request.ended_links().count(), 0);
        }

        /// An event that an account was linked is about that account, and about the speaker's own if
        /// it names a speaker.
        #[test]
        fn a_new_link_is_the_one_that_the_event_tells_of(
            shared in option::of("[a-z]{1,8}"),
            person in person(),
            new in "[0-9]{1,8}",
        ) {
            let body = json!({
                "type": "AlexaSkillEvent.SkillAccountLinked", "body": { "accessToken": new }
            });
            let request = request(&body, shared.as_deref(), &person);
            let kind = if person.is_null() { "shared" } else { "speaker" };
            prop_assert_eq!(account(&request), (kind, Some(new.as_str())));
            prop_assert_eq!(request.ended_links().count(), 0);
        }

        /// Disabling ends every link that the event names.
        #[test]
        fn a_disabled_skill_has_no_link_left(
            shared in option::of("[a-z]{1,8}"),
            person in person(),
        ) {
            let body = json!({ "type": "AlexaSkillEvent.SkillDisabled" });
            let request = request(&body, shared.as_deref(), &person);
            let ended: Vec<&str> = request.ended_links().map(AccessToken::expose).collect();
            let own = person["accessToken"].as_str();
            let expected: Vec<&str> = shared.as_deref().into_iter().chain(own).collect();
            prop_assert_eq!(ended, expected);
        }
    }
}
