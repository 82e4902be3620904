//! The intents of the skill: a table from the interaction model's names to handlers.

use crate::Turn;
use crate::handlers::{
    Reply, account_status, cancel, fallback, hello_world, help, navigate_home, repeat,
    request_info, stop,
};

/// Whether an intent needs a linked account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountUse {
    /// The handler is given the account, and is not called without one.
    Linked,
    /// The handler is called for anybody.
    Public,
}

/// Turns the table into an enum, its names and the calls of its handlers.
macro_rules! intents {
    ($($(#[$doc:meta])* $intent:ident = $name:literal, $account:ident => $handler:ident;)+) => {
        /// An intent of the interaction model.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Intent {
            $($(#[$doc])* $intent,)+
        }

        impl Intent {
            /// Every intent.
            pub const ALL: &[Self] = &[$(Self::$intent,)+];

            /// The name in the interaction model.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$intent => $name,)+
                }
            }

            /// Whether it needs a linked account.
            pub fn account_use(self) -> AccountUse {
                match self {
                    $(Self::$intent => AccountUse::$account,)+
                }
            }

            /// Calls the handler.
            pub(crate) async fn handle(self, turn: &Turn<'_>) -> Reply {
                match self {
                    $(Self::$intent => intents!(@$account $handler, turn),)+
                }
            }
        }
    };
    (@Linked $handler:ident, $turn:ident) => {
        $handler($turn, &$turn.account().await?).await
    };
    (@Public $handler:ident, $turn:ident) => {
        $handler($turn).await
    };
}

intents! {
    /// "Hello!"
    HelloWorld = "HelloWorldIntent", Linked => hello_world;
    /// "What is my e-mail address?"
    RequestInfo = "RequestInfoIntent", Linked => request_info;
    /// "Is my account linked?"
    AccountStatus = "AccountStatusIntent", Public => account_status;
    /// "Help."
    Help = "AMAZON.HelpIntent", Public => help;
    /// "Stop."
    Stop = "AMAZON.StopIntent", Public => stop;
    /// "Cancel."
    Cancel = "AMAZON.CancelIntent", Public => cancel;
    /// Something that the model does not understand.
    Fallback = "AMAZON.FallbackIntent", Public => fallback;
    /// "Go home."
    NavigateHome = "AMAZON.NavigateHomeIntent", Public => navigate_home;
    /// "Say that again."
    Repeat = "AMAZON.RepeatIntent", Public => repeat;
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
