//! Scopes beside Cognito's own: those of an API that the skill or a web page calls with a person's access token.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::linking::Scope;
use super::value::text;

text! {
    /// The identifier of a resource server, which may be a URL
    /// ([`Identifier`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerType.html)).
    ServerIdentifier, "the identifier of a resource server",
    "use 1 to 256 letters, digits and marks of ASCII but \" and \\",
    r"^[!#-\[\]-~]{1,256}$"
}

text! {
    /// The name of a scope, the part behind the last `/`
    /// ([`ScopeName`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerScopeType.html)).
    ScopeName, "the name of a scope",
    "use 1 to 256 letters, digits and marks of ASCII but \", \\ and /",
    r"^[!#-.0-\[\]-~]{1,256}$"
}

text! {
    /// A sentence about what a scope allows
    /// ([`ScopeDescription`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerScopeType.html)).
    ScopeDescription, "the description of a scope",
    "write 1 to 256 characters in one line",
    r"^.{1,256}$"
}

/// Resource servers by their identifier, each with its scopes and their descriptions
/// ([resource servers](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html)).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ResourceServers(BTreeMap<ServerIdentifier, BTreeMap<ScopeName, ScopeDescription>>);

impl ResourceServers {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if the file has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Identifiers and scopes, in the order of the identifiers.
    pub fn iter(
        &self,
    ) -> impl Iterator<Item = (&ServerIdentifier, &BTreeMap<ScopeName, ScopeDescription>)> {
        self.0.iter()
    }

    /// The scopes of a resource server.
    pub fn scopes_of(&self, identifier: &str) -> Option<&BTreeMap<ScopeName, ScopeDescription>> {
        let mut all = self.0.iter();
        all.find_map(|(name, scopes)| (name.as_str() == identifier).then_some(scopes))
    }

    /// True if a scope is Cognito's own or declared.
    pub fn know(&self, scope: &Scope) -> bool {
        scope.of_server().is_none_or(|(server, name)| {
            let scopes = self.scopes_of(server);
            scopes.is_some_and(|scopes| scopes.keys().any(|known| known.as_str() == name))
        })
    }
}

impl ServerIdentifier {
    /// The name of its resource in the template, of letters and digits: `ResourceServerTaxi` for `taxi`. One that
    /// would not tell two identifiers apart ends with a part of the identifier's SHA-256.
    pub fn resource(&self) -> String {
        let mut name = "ResourceServer".to_owned();
        let words = self.0.split(|mark: char| !mark.is_ascii_alphanumeric());
        for word in words.filter(|word| !word.is_empty()) {
            let (first, rest) = word.split_at(1);
            name += &first.to_ascii_uppercase();
            name += rest;
        }
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if self.0.len() <= 64 && self.0.bytes().all(is_plain) {
            return name;
        }
        name.truncate(96);
        let digest = Sha256::digest(self.0.as_bytes());
        let digest = digest.iter().take(4).map(|byte| format!("{byte:02x}"));
        name + "X" + &digest.collect::<String>()
    }

    /// Its name in the Cognito console, which has fewer marks than an identifier
    /// ([`Name`](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerType.html)).
    pub fn friendly_name(&self) -> String {
        let allowed = |mark: char| mark.is_ascii_alphanumeric() || "_+=,.@-".contains(mark);
        let marks = self.0.chars();
        marks
            .map(|mark| if allowed(mark) { mark } else { '-' })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn identifier(text: &str) -> ServerIdentifier {
        text.parse().unwrap()
    }

    #[test]
    fn identifiers_names_and_descriptions_are_what_cognito_takes() {
        for good in ["taxi", "https://api.example.com", "Taxi:1"] {
            assert!(good.parse::<ServerIdentifier>().is_ok(), "{good}");
        }
        for bad in ["", "a b", "a\"b", "a\\b", "taxí"] {
            assert!(bad.parse::<ServerIdentifier>().is_err(), "{bad}");
            assert!(bad.parse::<ScopeName>().is_err(), "{bad}");
        }
        assert!("order/one".parse::<ScopeName>().is_err());
        assert!("a".repeat(256).parse::<ScopeName>().is_ok());
        assert!("a".repeat(257).parse::<ScopeName>().is_err());
        assert!("Taxis für dich".parse::<ScopeDescription>().is_ok());
        assert!("ü".repeat(257).parse::<ScopeDescription>().is_err());
        assert!("two\nlines".parse::<ScopeDescription>().is_err());
    }

    #[test]
    fn a_server_is_called_what_a_template_and_cognito_allow() {
        let taxi = identifier("taxi");
        assert_eq!(taxi.resource(), "ResourceServerTaxi");
        assert_eq!(taxi.friendly_name(), "taxi");
        let url = identifier("https://api.example.com/v1");
        assert!(
            url.resource()
                .starts_with("ResourceServerHttpsApiExampleComV1X")
        );
        assert_eq!(url.friendly_name(), "https---api.example.com-v1");
    }

    proptest! {
        #[test]
        fn two_servers_have_two_names(all in prop::collection::hash_set("[!#-\\[\\]-~]{1,256}", 2..20)) {
            let names: HashSet<_> = all.iter().map(|text| identifier(text).resource()).collect();
            prop_assert_eq!(names.len(), all.len());
            for name in names {
                prop_assert!(name.len() <= 255 && name.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            }
        }

        #[test]
        fn what_is_declared_can_be_asked_for(server in "[!#-\\[\\]-~]{1,30}", name in "[!#-.0-\\[\\]-~]{1,30}") {
            let quoted = |text: &str| format!("\"{text}\"");
            let scope = format!("{server}/{name}");
            let text = format!(
                "name = 'guide'\nlinking.scopes = ['openid', {}]\n[identity.resource-servers.{}]\n{} = 'Do it'\n",
                quoted(&scope), quoted(&server), quoted(&name),
            );
            let stack = crate::StackFile::parse(&text, "stack.toml");
            prop_assert!(stack.is_ok(), "{text}{:?}", stack.err());
            prop_assert!(scope.parse::<Scope>().is_ok_and(|scope| scope.of_server() == Some((&server, &name))));
        }
    }
}
