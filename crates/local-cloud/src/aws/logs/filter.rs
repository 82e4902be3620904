//! Filter patterns for unstructured text.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>

use super::invalid;
use crate::base::error::AwsError;

/// `term`, `"a phrase"`, `?either ?or`, `-without`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, AwsError> {
        let mut pattern = Self::default();
        let mut rest = text.trim_start();
        if rest.starts_with(['{', '[', '%']) {
            return Err(invalid(
                "Invalid filter pattern: the local stage searches for terms, not for fields or \
                 regular expressions.",
            ));
        }
        while let Some(first) = rest.chars().next() {
            let list = match first {
                '?' => &mut pattern.any,
                '-' => &mut pattern.none,
                _ => &mut pattern.all,
            };
            if matches!(first, '?' | '-') {
                rest = &rest[1..];
            }
            let term;
            if let Some(quoted) = rest.strip_prefix('"') {
                let unclosed =
                    || invalid("Invalid filter pattern: a quotation mark is not closed.");
                (term, rest) = quoted.split_once('"').ok_or_else(unclosed)?;
            } else {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                (term, rest) = rest.split_at(end);
            }
            if term.is_empty() {
                return Err(invalid("Invalid filter pattern: a term is empty."));
            }
            list.push(term.to_owned());
            rest = rest.trim_start();
        }
        Ok(pattern)
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let holds = |term: &String| message.contains(term.as_str());
        self.all.iter().all(holds)
            && (self.any.is_empty() || self.any.iter().any(holds))
            && !self.none.iter().any(holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_searched_as_cloudwatch_does() {
        let line = "[ERROR] 500 user not found";
        for (pattern, matches) in [
            ("", true),
            ("ERROR", true),
            ("error", false),
            ("ERROR found", true),
            ("ERROR missing", false),
            ("\"not found\"", true),
            ("\"found not\"", false),
            ("?WARN ?ERROR", true),
            ("?WARN ?INFO", false),
            ("ERROR -user", false),
            ("ERROR -admin", true),
        ] {
            let parsed = Pattern::parse(pattern).unwrap();
            assert_eq!(parsed.matches(line), matches, "{pattern}");
        }
    }

    #[test]
    fn what_is_not_searched_is_refused() {
        for pattern in ["{ $.level = \"x\" }", "[a, b]", "%x%", "\"open", "-", "a ?"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
