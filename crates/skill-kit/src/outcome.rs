//! What became of a request, as the log and the metrics call it.

use user_profile::LinkProblem;

use crate::log::Level;
use crate::problem::ServiceError;

/// What became of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A handler answered.
    Answered,
    /// An event or the end of a session: there was nothing to say.
    Noted,
    /// The answer is about the account, because of this problem.
    Account(LinkProblem),
    /// A service that the skill uses has failed.
    Service(ServiceError),
    /// The handler was not done in time.
    OutOfTime,
    /// Alexa could not use an earlier answer of this skill: a fault to mend.
    ResponseRefused,
    /// Alexa would refuse the handler's answer.
    RefusedAnswer,
    /// The handler panicked.
    Panic,
    /// The payload is no request.
    Unreadable,
    /// The request is for another skill.
    WrongSkill,
}

impl Outcome {
    /// The word in the log, one of docs/skill-log.md.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Noted => "noted",
            Self::Account(problem) => problem.name(),
            Self::Service(_) => "service-unavailable",
            Self::OutOfTime => LinkProblem::OutOfTime.name(),
            Self::ResponseRefused => "response-refused",
            Self::RefusedAnswer => "refused-answer",
            Self::Panic => "panic",
            Self::Unreadable => "unreadable",
            Self::WrongSkill => "wrong-skill",
        }
    }

    /// How much it matters to whoever runs the skill.
    pub(crate) fn level(&self) -> Level {
        match self {
            Self::Answered | Self::Noted => Level::Info,
            Self::Account(problem) => match problem {
                LinkProblem::NotLinked
                | LinkProblem::SpeakerNotLinked
                | LinkProblem::Expired(_) => Level::Info,
                LinkProblem::Foreign(_)
                | LinkProblem::ProviderUnavailable(_)
                | LinkProblem::OutOfTime => Level::Warn,
            },
            Self::OutOfTime | Self::Service(_) => Level::Warn,
            Self::ResponseRefused
            | Self::RefusedAnswer
            | Self::Panic
            | Self::Unreadable
            | Self::WrongSkill => Level::Error,
        }
    }
}
