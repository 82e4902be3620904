//! What differs from one language to another. Adding a language is adding a table.

/// The words of one language.
#[derive(Debug)]
pub(super) struct Language {
    /// The part of a locale before the hyphen.
    code: &'static str,
    /// Words that wake the device and mean nothing more.
    pub(super) wake_words: &'static [&'static str],
    /// "open", as in "open voice link".
    pub(super) launch: &'static [&'static str],
    /// "and", as in "open voice link and tell me my name".
    pub(super) launch_connectives: &'static [&'static str],
    /// "ask", as in "ask voice link for my name".
    pub(super) ask: &'static [&'static str],
    /// "for", as in "ask voice link for my name".
    pub(super) ask_connectives: &'static [&'static str],
    /// "from", as in "get my name from voice link".
    pub(super) trailing_connectives: &'static [&'static str],
    /// What ends a session without reaching the skill as an intent.
    pub(super) exit: &'static [&'static str],
    /// What Alexa understands as a built-in intent without samples.
    /// <https://developer.amazon.com/docs/alexa/custom-skills/standard-built-in-intents.html>
    pub(super) built_in: &'static [(&'static str, &'static [&'static str])],
    /// Ways of writing that sound the same, longest first; the second one is used.
    pub(super) same_sound: &'static [(&'static str, &'static str)],
    /// Number words, each with what it counts for.
    pub(super) numbers: &'static [(&'static str, u64)],
    /// When nobody can be found to answer.
    pub(super) not_sure: &'static str,
    /// When a skill's answer cannot be used.
    pub(super) problem: &'static str,
}

impl Language {
    /// The language of a locale such as `en-US`, if this device speaks it.
    pub(super) fn of_locale(locale: &str) -> Option<&'static Self> {
        let code = locale.split('-').next()?;
        LANGUAGES.iter().find(|language| language.code == code)
    }
}

const LANGUAGES: &[Language] = &[Language {
    code: "en",
    wake_words: &["alexa", "hey alexa"],
    launch: &[
        "open", "launch", "start", "begin", "load", "run", "use", "play", "resume", "talk to",
        "speak to", "go to",
    ],
    launch_connectives: &["and"],
    ask: &["ask", "tell", "search"],
    ask_connectives: &[
        "to", "for", "about", "that", "if", "whether", "by", "from", "in", "using", "with", "and",
    ],
    trailing_connectives: &["using", "with", "from", "in", "on", "through"],
    exit: &["exit", "quit"],
    built_in: &[
        ("AMAZON.StopIntent", &["stop", "off", "shut up"]),
        (
            "AMAZON.CancelIntent",
            &["cancel", "never mind", "forget it"],
        ),
        ("AMAZON.HelpIntent", &["help", "help me", "can you help me"]),
        (
            "AMAZON.NavigateHomeIntent",
            &[
                "go home",
                "navigate home",
                "home screen",
                "go to home screen",
            ],
        ),
        (
            "AMAZON.YesIntent",
            &["yes", "yes please", "sure", "okay", "yep", "yeah"],
        ),
        (
            "AMAZON.NoIntent",
            &["no", "no thanks", "no thank you", "nope"],
        ),
        (
            "AMAZON.RepeatIntent",
            &["repeat", "repeat that", "say that again", "say it again"],
        ),
        (
            "AMAZON.StartOverIntent",
            &["start over", "restart", "start again"],
        ),
        ("AMAZON.NextIntent", &["next", "skip", "skip forward"]),
        (
            "AMAZON.PreviousIntent",
            &["previous", "go back", "skip back", "back up"],
        ),
        ("AMAZON.PauseIntent", &["pause", "pause that"]),
        ("AMAZON.ResumeIntent", &["resume", "continue", "keep going"]),
    ],
    same_sound: &[
        ("e mail", "email"),
        ("e mails", "emails"),
        ("user name", "username"),
        ("nevermind", "never mind"),
        ("ok", "okay"),
        ("what's", "what is"),
        ("who's", "who is"),
        ("where's", "where is"),
        ("how's", "how is"),
        ("that's", "that is"),
        ("it's", "it is"),
        ("i'm", "i am"),
        ("i'd", "i would"),
        ("can't", "cannot"),
    ],
    numbers: &[
        ("zero", 0),
        ("oh", 0),
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("eleven", 11),
        ("twelve", 12),
        ("thirteen", 13),
        ("fourteen", 14),
        ("fifteen", 15),
        ("sixteen", 16),
        ("seventeen", 17),
        ("eighteen", 18),
        ("nineteen", 19),
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
        ("hundred", 100),
        ("thousand", 1000),
    ],
    not_sure: "I'm not quite sure how to help you with that.",
    problem: "There was a problem with the requested skill's response.",
}];
