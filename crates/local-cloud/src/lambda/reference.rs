//! The names of functions: bare, partial ARN or ARN, with or without a qualifier.

use std::fmt;

use local_access::ACCOUNT_ID;

use super::error::{constraint, invalid_parameter};
use crate::base::error::AwsError;

/// The unpublished version.
pub(super) const LATEST: &str = "$LATEST";

/// A function in a region, and which of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) region: String,
    pub(super) name: String,
    /// A version number, an alias or `$LATEST`; absent when the caller named none.
    pub(super) qualifier: Option<String>,
}

impl Reference {
    /// Reads `FunctionName` and `Qualifier` as every operation takes them: `name`,
    /// `account:function:name` or the whole ARN, each with an optional `:qualifier`.
    pub(super) fn parse(
        region: &str,
        function_name: &str,
        qualifier: Option<&str>,
    ) -> Result<Self, AwsError> {
        let malformed = || {
            constraint(
                function_name,
                "functionName",
                "Member must satisfy regular expression pattern: \
                 (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?\
                 (function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
            )
        };
        let mut rest = function_name;
        let mut named_region = region;
        if let Some(after) = rest.strip_prefix("arn:aws:lambda:") {
            (named_region, rest) = after.split_once(':').ok_or_else(malformed)?;
        }
        if let Some((account, after)) = rest.split_once(":function:") {
            if account != ACCOUNT_ID {
                return Err(AwsError::new(
                    403,
                    "AccessDeniedException",
                    format!(
                        "The account {account} is not {ACCOUNT_ID}, the only one of a local stage."
                    ),
                ));
            }
            rest = after;
        } else {
            rest = rest.strip_prefix("function:").unwrap_or(rest);
        }
        let (name, suffix) = match rest.split_once(':') {
            Some((name, suffix)) => (name, Some(suffix)),
            None => (rest, None),
        };
        if named_region != region && !region.is_empty() {
            return Err(not_in_region(named_region, region));
        }
        if !is_word(name) || name.len() > 140 || suffix.is_some_and(|s| !is_qualifier(s)) {
            return Err(malformed());
        }
        if let Some(qualifier) = qualifier
            && !is_qualifier(qualifier)
        {
            return Err(constraint(
                qualifier,
                "qualifier",
                "Member must satisfy regular expression pattern: [a-zA-Z0-9$_-]+",
            ));
        }
        if let (Some(suffix), Some(qualifier)) = (suffix, qualifier)
            && suffix != qualifier
        {
            return Err(invalid_parameter(
                "The derived qualifier from the function name does not match the specified \
                 qualifier.",
            ));
        }
        Ok(Self {
            region: named_region.to_owned(),
            name: name.to_owned(),
            qualifier: suffix.or(qualifier).map(str::to_owned),
        })
    }

    /// Reads a whole ARN of any region.
    pub(super) fn parse_arn(arn: &str) -> Result<Self, AwsError> {
        if !arn.starts_with("arn:aws:lambda:") {
            return Err(constraint(arn, "resource", "Member must be a Lambda ARN"));
        }
        Self::parse("", arn, None)
    }

    /// The ARN without its qualifier.
    pub(super) fn function_arn(&self) -> String {
        function_arn(&self.region, &self.name)
    }
}

impl fmt::Display for Reference {
    /// The ARN, with the qualifier if there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.function_arn())?;
        match &self.qualifier {
            Some(qualifier) => write!(f, ":{qualifier}"),
            None => Ok(()),
        }
    }
}

/// The unqualified ARN of a function.
pub(super) fn function_arn(region: &str, name: &str) -> String {
    format!("arn:aws:lambda:{region}:{ACCOUNT_ID}:function:{name}")
}

fn not_in_region(named: &str, here: &str) -> AwsError {
    super::error::not_found(format!(
        "Functions from '{named}' are not reachable in this region ('{here}')"
    ))
}

/// Letters, digits, hyphens and underscores, at least one.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_qualifier(text: &str) -> bool {
    text.len() <= 128 && (text == LATEST || is_word(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:lambda:eu-west-1:000000000000:function:greeter";

    #[test]
    fn every_spelling_names_the_same_function() {
        for name in [
            "greeter",
            "function:greeter",
            "000000000000:function:greeter",
            ARN,
        ] {
            let reference = Reference::parse("eu-west-1", name, None).unwrap();
            assert_eq!(reference.to_string(), ARN, "{name}");
        }
    }

    #[test]
    fn a_qualifier_comes_with_the_name_or_beside_it() {
        let beside = Reference::parse("eu-west-1", "greeter", Some("live")).unwrap();
        let within = Reference::parse_arn(&format!("{ARN}:live")).unwrap();
        assert_eq!(beside, within);
        assert_eq!(within.to_string(), format!("{ARN}:live"));

        let both = Reference::parse("eu-west-1", "greeter:live", Some("1")).unwrap_err();
        assert!(both.message.contains("does not match"), "{both}");
    }

    #[test]
    fn what_is_not_a_function_name_is_refused() {
        for name in ["", "no spaces", "arn:aws:lambda:eu-west-1", "a:b c"] {
            assert!(Reference::parse("eu-west-1", name, None).is_err(), "{name}");
        }
        let elsewhere = Reference::parse("us-east-1", ARN, None).unwrap_err();
        assert_eq!(elsewhere.status, 404);
        let stranger = ARN.replace(ACCOUNT_ID, "123456789012");
        assert_eq!(Reference::parse_arn(&stranger).unwrap_err().status, 403);
    }
}
