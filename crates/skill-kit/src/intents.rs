//! What an intent is: a name in the interaction models, whether it needs an account, what repeating
//! it does, and a handler.

use std::fmt::Debug;

use models::request::SkillEvent;
use models::response::Answer;
use user_profile::LinkProblem;

use crate::{Locale, Problem, Turn};

/// The answer of a handler. A problem with the account, or with a service that the skill uses, has an answer of its
/// own, the same for every handler; `?` leaves the handler for it.
pub type Reply = Result<Answer, Problem>;

/// Whether an intent needs a linked account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountUse {
    /// The handler is given the account, and is not called without one.
    Linked,
    /// The handler is called for anybody.
    Public,
}

/// The effect of "repeat that" after an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeating {
    /// The handler is called again. For an intent that only tells.
    AskAgain,
    /// Nothing is done, and the user hears that it was done already. A row that says nothing of
    /// repeating has this, so that nothing is ever done twice by mistake.
    DoneAlready,
}

/// The intents of a skill, and who answers them. [`intents!`](crate::intents) makes the type.
pub trait Intents: Copy + Debug + Eq + Send + Sync + 'static {
    /// The languages of the skill.
    type Locale: Locale;

    /// Every intent.
    const ALL: &'static [Self];
    /// What the skill does not understand: `AMAZON.FallbackIntent`.
    const FALLBACK: Self;

    /// The name in the interaction models.
    fn name(self) -> &'static str;

    /// Whether it needs a linked account.
    fn account_use(self) -> AccountUse;

    /// What "repeat that" does after it.
    fn repeating(self) -> Repeating;

    /// Answers a user who opens the skill.
    fn launch(turn: &Turn<'_, Self>) -> impl Future<Output = Reply> + Send;

    /// Calls the handler.
    fn handle(self, turn: &Turn<'_, Self>) -> impl Future<Output = Reply> + Send;

    /// Takes note of what happened to the skill or its link while nobody spoke. Events can be late,
    /// repeated or out of order. A link that was made is checked before, and one that ended is
    /// forgotten.
    fn event(
        event: &SkillEvent,
        turn: &Turn<'_, Self>,
    ) -> impl Future<Output = Result<(), LinkProblem>> + Send {
        let _ = (event, turn);
        std::future::ready(Ok(()))
    }

    /// The intent of a name, if this build knows it.
    fn known(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|intent| intent.name() == name)
    }

    /// The intent of a name. One that this build does not know, because the interaction model is
    /// newer or older than the code, is something that the skill does not understand.
    fn named(name: &str) -> Self {
        Self::known(name).unwrap_or(Self::FALLBACK)
    }
}

/// Makes the type `Intent` from a table: a name, the name in the interaction models, whether the
/// handler needs an account, what repeating does, and the handler.
///
/// The first line names the type of the locales and who answers a launch. One row has to be called
/// `Fallback`. See `docs/add-an-intent.md`.
#[macro_export]
macro_rules! intents {
    (
        $locale:ty, launch => $launch:path $(, event => $event:path)?;
        $(
            $(#[$doc:meta])*
            $intent:ident = $name:literal, $account:ident $(, $repeating:ident)? => $handler:path;
        )+
    ) => {
        /// An intent of the interaction models.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Intent {
            $($(#[$doc])* $intent,)+
        }

        impl $crate::Intents for Intent {
            type Locale = $locale;
            const ALL: &'static [Self] = &[$(Self::$intent,)+];
            const FALLBACK: Self = Self::Fallback;

            fn name(self) -> &'static str {
                match self {
                    $(Self::$intent => $name,)+
                }
            }

            fn account_use(self) -> $crate::AccountUse {
                match self {
                    $(Self::$intent => $crate::AccountUse::$account,)+
                }
            }

            fn repeating(self) -> $crate::Repeating {
                match self {
                    $(Self::$intent => $crate::intents!(@repeating $($repeating)?),)+
                }
            }

            async fn launch(turn: &$crate::Turn<'_, Self>) -> $crate::Reply {
                // Clients of the AWS SDK are deep futures; the compiler looks only so far.
                ::std::boxed::Box::pin($launch(turn)).await
            }

            async fn handle(self, turn: &$crate::Turn<'_, Self>) -> $crate::Reply {
                match self {
                    $(Self::$intent => $crate::intents!(@$account $handler, turn),)+
                }
            }

            $(
                async fn event(
                    event: &$crate::SkillEvent,
                    turn: &$crate::Turn<'_, Self>,
                ) -> Result<(), $crate::LinkProblem> {
                    $event(event, turn).await
                }
            )?
        }
    };
    (@repeating) => {
        $crate::Repeating::DoneAlready
    };
    (@repeating $repeating:ident) => {
        $crate::Repeating::$repeating
    };
    (@Linked $handler:path, $turn:ident) => {
        ::std::boxed::Box::pin(async { $handler($turn, &$turn.account().await?).await }).await
    };
    (@Public $handler:path, $turn:ident) => {
        ::std::boxed::Box::pin($handler($turn)).await
    };
}

#[cfg(test)]
mod tests {
    use super::Intents as _;
    use crate::small::Intent;

    #[test]
    fn an_unknown_intent_is_not_understood() {
        assert_eq!(Intent::named("AMAZON.HelpIntent"), Intent::Help);
        assert_eq!(Intent::named("IntentOfNextYear"), Intent::Fallback);
    }
}
