//! What the skill does when it is spoken to: which intents there are, and who answers them.

mod account_status;
mod built_in;
mod greeting;
mod request_info;

use crate::strings::Locale;

skill_kit::intents! {
    Locale, launch => greeting::launch;

    /// "Hello!"
    HelloWorld = "HelloWorldIntent", Linked, AskAgain => greeting::hello_world;
    /// "What is my e-mail address?"
    RequestInfo = "RequestInfoIntent", Linked, AskAgain => request_info::request_info;
    /// "Is my account linked?"
    AccountStatus = "AccountStatusIntent", Public, AskAgain => account_status::account_status;
    /// "Help."
    Help = "AMAZON.HelpIntent", Public, AskAgain => built_in::help;
    /// "Stop."
    Stop = "AMAZON.StopIntent", Public => built_in::stop;
    /// "Cancel."
    Cancel = "AMAZON.CancelIntent", Public => built_in::cancel;
    /// Something that the model does not understand.
    Fallback = "AMAZON.FallbackIntent", Public, AskAgain => built_in::fallback;
    /// "Go home."
    NavigateHome = "AMAZON.NavigateHomeIntent", Public => built_in::navigate_home;
    /// "Say that again."
    Repeat = "AMAZON.RepeatIntent", Public, AskAgain => built_in::repeat;
}
