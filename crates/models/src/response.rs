//! What a skill answers.
//!
//! The types cannot say what Alexa forbids
//! ([response reference](https://developer.amazon.com/en-US/docs/alexa/custom-skills/request-and-response-json-reference.html#response-format)):
//! an [`Answer`] either asks, and then has a reprompt and keeps the session open, or tells, and
//! then has neither; an [`Acknowledgement`] cannot speak at all, which is what the end of a
//! session and skill events demand; absent fields are never written as `null`. What only shows in the
//! finished answer, its length, is checked where it is rendered.
//!
//! ```
//! use models::response::{Answer, Card, Speech};
//!
//! let answer = Answer::ask(
//!     Speech::text("Fish & chips?"),
//!     Speech::text("Would you like fish & chips?"),
//! )
//! .with_card(Card::simple("Lunch", "Fish & chips?"));
//!
//! let json = answer.render()?;
//! assert_eq!(
//!     json["response"]["outputSpeech"]["ssml"],
//!     "<speak>Fish &amp; chips?</speak>"
//! );
//! assert_eq!(json["response"]["shouldEndSession"], false);
//! # Ok::<(), models::response::ResponseError>(())
//! ```

mod alexa_api;
mod answer;
mod can_fulfill;
mod card;
mod directive;
mod limits;
mod progressive;
mod speech;

pub use alexa_api::{ALEXA_API_HOSTS, AlexaApi};
pub use answer::{Acknowledgement, Answer, Question};
pub use can_fulfill::{CanFulfill, CanFulfillAnswer, CanFulfillSlot};
pub use card::{Card, Image};
pub use directive::{
    Directive, DynamicEntities, DynamicName, DynamicType, DynamicValue, RawDirective,
};
pub use limits::{
    MAX_CARD_CHARACTERS, MAX_DYNAMIC_ENTITIES, MAX_RESPONSE_BYTES, MAX_SPEECH_CHARACTERS,
    ResponseError,
};
pub use progressive::ProgressiveResponse;
pub use speech::{InterpretAs, Speech};
