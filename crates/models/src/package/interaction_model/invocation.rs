//! What people may call a skill.
//!
//! <https://developer.amazon.com/en-US/docs/alexa/custom-skills/choose-the-invocation-name-for-a-custom-skill.html>

use super::letters::{is_capital, is_letter};

/// Words that wake a device, or that Amazon keeps for itself.
const WAKE: [&str; 6] = ["alexa", "amazon", "echo", "computer", "skill", "app"];

/// Words that begin a request to a skill, and so cannot be part of its name.
const LAUNCH: [&str; 12] = [
    "ask", "begin", "enable", "launch", "load", "open", "play", "resume", "run", "start", "tell",
    "use",
];

/// What is wrong with an invocation name, and what to do about it.
pub(super) fn check(locale: &str, name: &str) -> Option<(String, String)> {
    let refuse = |what: String, hint: &str| Some((what, hint.to_owned()));
    let length = name.chars().count();
    if !(2..=50).contains(&length) {
        return refuse(
            format!("the invocation name has {length} characters"),
            "use 2 to 50",
        );
    }
    let letter = |c: char| is_letter(c) && !is_capital(c);
    // Words that Japanese has from elsewhere are separated by a dot.
    let dot = locale == "ja-JP";
    let strange = |c: &char| !(letter(*c) || matches!(c, ' ' | '\'' | '.') || dot && *c == '・');
    if let Some(strange) = name.chars().find(strange) {
        return refuse(
            format!("the invocation name `{name}` has the character `{strange}`"),
            "use lower-case letters, spaces, apostrophes and periods; spell numbers out",
        );
    }
    if name.split(' ').any(str::is_empty) {
        return refuse(
            format!("the invocation name `{name}` has a space too many"),
            "put one space between words",
        );
    }
    if !name.starts_with(letter) {
        return refuse(
            format!("the invocation name `{name}` does not begin with a letter"),
            "begin with a word",
        );
    }
    // The word lists are those of English.
    if !locale.starts_with("en-") {
        return None;
    }
    let mut words = name.split(' ');
    match words.find(|word| WAKE.contains(word) || LAUNCH.contains(word)) {
        Some(word) => refuse(
            format!("the invocation name `{name}` contains `{word}`"),
            "leave out wake words, and words that start a request to a skill",
        ),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn names_are_checked_as_alexa_does() {
        for good in ["account guide", "anna's garden", "t. v. guide"] {
            assert_eq!(check("en-US", good), None, "{good}");
        }
        assert_eq!(check("de-DE", "mein kontenführer"), None);
        for bad in [
            "",
            "a",
            "Account Guide",
            "guide 7",
            "my-guide",
            "my  guide",
            " guide",
            "'guide",
            "open guide",
            "alexa guide",
            "guide app",
        ] {
            assert!(check("en-US", bad).is_some(), "{bad}");
        }
    }
}
