//! What an intent is: a name in the interaction models, whether it needs an account, what repeating
//! it does, and a handler. The table of them is in [`handlers`](crate::handlers).

use crate::Intent;

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

/// Turns the table into an enum, its names and the calls of its handlers.
macro_rules! intents {
    ($(
        $(#[$doc:meta])*
        $intent:ident = $name:literal, $account:ident $(, $repeating:ident)? => $handler:path;
    )+) => {
        /// An intent of the interaction models.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Intent {
            $($(#[$doc])* $intent,)+
        }

        impl Intent {
            /// Every intent.
            pub const ALL: &[Self] = &[$(Self::$intent,)+];

            /// The name in the interaction models.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$intent => $name,)+
                }
            }

            /// Whether it needs a linked account.
            pub fn account_use(self) -> $crate::AccountUse {
                match self {
                    $(Self::$intent => $crate::AccountUse::$account,)+
                }
            }

            /// What "repeat that" does after it.
            pub fn repeating(self) -> $crate::Repeating {
                match self {
                    $(Self::$intent => intents!(@repeating $($repeating)?),)+
                }
            }

            /// Calls the handler.
            pub(crate) async fn handle(self, turn: &$crate::Turn<'_>) -> Reply {
                match self {
                    $(Self::$intent => intents!(@$account $handler, turn),)+
                }
            }
        }
    };
    (@repeating) => {
        $crate::Repeating::DoneAlready
    };
    (@repeating $repeating:ident) => {
        $crate::Repeating::$repeating
    };
    (@Linked $handler:path, $turn:ident) => {
        $handler($turn, &$turn.account().await?).await
    };
    (@Public $handler:path, $turn:ident) => {
        $handler($turn).await
    };
}

impl Intent {
    /// The intent of a name, if this build knows it.
    pub fn known(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|intent| intent.name() == name)
    }

    /// The intent of a name. One that this build does not know, because the interaction model is
    /// newer or older than the code, is something that the skill does not understand.
    pub fn named(name: &str) -> Self {
        Self::known(name).unwrap_or(Self::Fallback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_intents_never_need_a_link() {
        for intent in Intent::ALL {
            if intent.name().starts_with("AMAZON.") {
                assert_eq!(intent.account_use(), AccountUse::Public, "{intent:?}");
            }
        }
    }

    #[test]
    fn an_unknown_intent_is_not_understood() {
        assert_eq!(Intent::named("AMAZON.HelpIntent"), Intent::Help);
        assert_eq!(Intent::named("IntentOfNextYear"), Intent::Fallback);
    }
}
