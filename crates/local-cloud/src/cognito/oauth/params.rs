//! Parameters of a query or a form, each of which may be given once (RFC 6749, section 3.1).

use url::form_urlencoded;

/// Decoded parameters in the order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

/// A parameter was given more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Duplicate(pub(crate) String);

impl Params {
    /// Decodes `application/x-www-form-urlencoded` text.
    pub(crate) fn parse(text: &str) -> Self {
        Self(
            form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// The one value of a parameter; an empty one counts as absent.
    pub(crate) fn single(&self, name: &str) -> Result<Option<&str>, Duplicate> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let first = values.next();
        if values.next().is_some() {
            return Err(Duplicate(name.to_owned()));
        }
        Ok(first
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty()))
    }

    /// The first value, for forms of our own making.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    }
}

/// Encodes pairs for a query.
pub(crate) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_parameter_is_given_once_or_not_at_all() {
        let params = Params::parse("a=1&b=&c=3&c=3");
        assert_eq!(params.single("a"), Ok(Some("1")));
        assert_eq!(params.single("b"), Ok(None));
        assert_eq!(params.single("d"), Ok(None));
        assert_eq!(params.single("c"), Err(Duplicate("c".to_owned())));
    }

    proptest! {
        #[test]
        fn whatever_is_encoded_is_decoded(value in "\\PC{1,40}") {
            let query = encode([("state", value.as_str())]);
            let params = Params::parse(&query);
            prop_assert_eq!(params.single("state"), Ok(Some(value.as_str())));
        }
    }
}
