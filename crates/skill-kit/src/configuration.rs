//! What the environment says about the skill and its accounts.

use models::environment::{self, Variable};
use models::ids::{IdError, SkillId};
use models::secure_url::{SecureUrl, SecureUrlError};
use user_profile::{ProfileSource, Settings, SettingsError, TrustedRoots};

/// The configuration as far as it is there.
///
/// A skill without one still answers: it cannot tell whose token it sees, so it says nothing
/// personal.
#[derive(Debug, Default)]
pub struct Configuration {
    /// The skill to serve.
    pub skill_id: Option<SkillId>,
    /// Whose tokens to accept. Never there without a skill id: who may be told something personal
    /// is decided by both.
    pub accounts: Option<Settings>,
    /// What to trust where the accounts are.
    pub roots: TrustedRoots,
    /// Hosts that may be called with a person's token.
    pub backends: Vec<SecureUrl>,
    /// What is missing or wrong.
    pub problems: Vec<ConfigurationError>,
}

/// One variable that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// It is not set.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// It is not an id.
    #[error("{name} is wrong")]
    Id {
        /// The variable.
        name: &'static str,
        /// What it should be.
        #[source]
        source: IdError,
    },
    /// It is not a list of URLs.
    #[error("{name} is wrong")]
    Url {
        /// The variable.
        name: &'static str,
        /// The reason.
        #[source]
        source: SecureUrlError,
    },
    /// It is not a usable URL or source.
    #[error("{name} is wrong")]
    Settings {
        /// The variable.
        name: &'static str,
        /// What it should be.
        #[source]
        source: SettingsError,
    },
}

impl Configuration {
    /// Reads the variables of [`models::environment`].
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let mut reader = Reader {
            lookup,
            problems: Vec::new(),
        };
        let skill_id = reader.id(environment::SKILL_ID);
        let accounts = reader.accounts();
        Self {
            accounts: accounts.filter(|_| skill_id.is_some()),
            roots: reader.roots(),
            backends: reader.backends(),
            skill_id,
            problems: reader.problems,
        }
    }
}

struct Reader<F> {
    lookup: F,
    problems: Vec<ConfigurationError>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn text(&mut self, variable: Variable) -> Option<String> {
        let set = (self.lookup)(variable.name).filter(|text| !text.is_empty());
        let text = set.or_else(|| variable.default.map(str::to_owned));
        if text.is_none() {
            self.problems
                .push(ConfigurationError::Missing(variable.name));
        }
        text
    }

    /// Whose tokens to accept. What there has to be depends on where profiles come from.
    fn accounts(&mut self) -> Option<Settings> {
        let client_id = self.id(environment::CLIENT_ID);
        let source = self.text(environment::PROFILE_SOURCE)?;
        let settings = match self.settings(source.parse())? {
            ProfileSource::UserInfo => {
                let issuer = self.text(environment::ISSUER);
                let sign_in_url = self.text(environment::SIGN_IN_URL);
                let scopes = self.text(environment::SCOPES)?;
                Settings::user_info(client_id?, &issuer?, &sign_in_url?, &scopes)
            }
            ProfileSource::GetUser => {
                let issuer = self.text(environment::ISSUER);
                let cognito_url = self.text(environment::COGNITO_URL);
                let scopes = self.text(environment::SCOPES)?;
                Settings::get_user(client_id?, &issuer?, &cognito_url?, &scopes)
            }
            ProfileSource::LoginWithAmazon => {
                let api_url = self.text(environment::AMAZON_API_URL)?;
                Settings::login_with_amazon(client_id?, &api_url)
            }
        };
        self.settings(settings)
    }

    fn backends(&mut self) -> Vec<SecureUrl> {
        let variable = environment::BACKENDS;
        let text = (self.lookup)(variable.name).unwrap_or_default();
        let parsed: Result<Vec<SecureUrl>, _> = text.split_whitespace().map(str::parse).collect();
        parsed.unwrap_or_else(|source| {
            let name = variable.name;
            self.problems.push(ConfigurationError::Url { name, source });
            Vec::new()
        })
    }

    fn roots(&self) -> TrustedRoots {
        let file = (self.lookup)(environment::TRUSTED_ROOTS.name);
        file.filter(|file| !file.is_empty())
            .map_or(TrustedRoots::BuiltIn, |file| {
                TrustedRoots::File(file.into())
            })
    }

    fn id<T: std::str::FromStr<Err = IdError>>(&mut self, variable: Variable) -> Option<T> {
        let parsed = self.text(variable)?.parse();
        parsed
            .map_err(|source| {
                let name = variable.name;
                self.problems.push(ConfigurationError::Id { name, source });
            })
            .ok()
    }

    fn settings<T>(&mut self, result: Result<T, SettingsError>) -> Option<T> {
        result
            .map_err(|source| {
                let name = variable_of(&source).name;
                self.problems
                    .push(ConfigurationError::Settings { name, source });
            })
            .ok()
    }
}

fn variable_of(error: &SettingsError) -> Variable {
    match error {
        SettingsError::Issuer(_)
        | SettingsError::IssuerNotABase(_)
        | SettingsError::NotAPool(_) => environment::ISSUER,
        SettingsError::SignIn(_) | SettingsError::SignInNotABase(_) => environment::SIGN_IN_URL,
        SettingsError::Cognito(_) => environment::COGNITO_URL,
        SettingsError::Amazon(_) | SettingsError::AmazonNotABase(_) => environment::AMAZON_API_URL,
        SettingsError::Source(_) | SettingsError::NotBuilt(_) => environment::PROFILE_SOURCE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> (Configuration, Vec<String>) {
        let configuration = Configuration::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name)?;
            Some(found.1.to_owned())
        });
        let problems = configuration.problems.iter().map(ToString::to_string);
        let problems = problems.collect();
        (configuration, problems)
    }

    const ALL: [(&str, &str); 4] = [
        (environment::SKILL_ID.name, environment::SKILL_ID.example),
        (environment::CLIENT_ID.name, environment::CLIENT_ID.example),
        (environment::ISSUER.name, environment::ISSUER.example),
        (
            environment::SIGN_IN_URL.name,
            environment::SIGN_IN_URL.example,
        ),
    ];

    #[test]
    fn the_documented_examples_are_a_configuration() {
        let examples = environment::ALL.map(|variable| (variable.name, variable.example));
        let (configuration, problems) = read(&examples);
        assert_eq!(problems, <[String; 0]>::default());
        assert!(configuration.skill_id.is_some() && configuration.accounts.is_some());
        assert!(read(&ALL).0.accounts.is_some(), "the rest has defaults");
    }

    #[test]
    fn other_roots_are_trusted_when_a_file_is_named() {
        assert_eq!(read(&ALL).0.roots, TrustedRoots::BuiltIn);
        assert_eq!(
            read(&[("SSL_CERT_FILE", "")]).0.roots,
            TrustedRoots::BuiltIn
        );
        let file = environment::TRUSTED_ROOTS.example;
        assert_eq!(
            read(&[("SSL_CERT_FILE", file)]).0.roots,
            TrustedRoots::File(file.into())
        );
    }

    #[test]
    fn everything_that_is_missing_is_named() {
        let (configuration, problems) = read(&[]);
        assert!(configuration.accounts.is_none());
        assert_eq!(
            problems,
            [
                "VOICELINK_SKILL_ID is not set",
                "VOICELINK_CLIENT_ID is not set",
                "VOICELINK_ISSUER is not set",
                "VOICELINK_SIGN_IN_URL is not set",
            ]
        );
    }

    #[test]
    fn login_with_amazon_needs_no_user_pool() {
        let mut variables = vec![
            ("VOICELINK_SKILL_ID", environment::SKILL_ID.example),
            ("VOICELINK_PROFILE_SOURCE", "login-with-amazon"),
        ];
        assert_eq!(read(&variables).1, ["VOICELINK_CLIENT_ID is not set"]);
        let client_id = "amzn1.application-oa2-client.0123456789abcdef";
        variables.push(("VOICELINK_CLIENT_ID", client_id));
        let (configuration, problems) = read(&variables);
        assert_eq!(problems, <[String; 0]>::default());
        let amazon =
            Settings::login_with_amazon(client_id.parse().unwrap(), "https://api.amazon.com");
        assert_eq!(configuration.accounts, amazon.ok());
        variables.push(("VOICELINK_AMAZON_API_URL", "http://api.example.com"));
        assert_eq!(read(&variables).1, ["VOICELINK_AMAZON_API_URL is wrong"]);
    }

    #[cfg(feature = "get-user")]
    #[test]
    fn get_user_needs_the_api_and_no_sign_in_domain() {
        let mut variables = ALL[..3].to_vec();
        variables.push(("VOICELINK_PROFILE_SOURCE", "get-user"));
        assert_eq!(read(&variables).1, ["VOICELINK_COGNITO_URL is not set"]);
        let api = environment::COGNITO_URL.example;
        variables.push(("VOICELINK_COGNITO_URL", api));
        let (configuration, problems) = read(&variables);
        assert_eq!(problems, <[String; 0]>::default());
        let client_id = environment::CLIENT_ID.example.parse().unwrap();
        let expected = Settings::get_user(client_id, environment::ISSUER.example, api, "openid");
        assert_eq!(configuration.accounts, expected.ok());
        variables[4].1 = "http://api.example.com";
        assert_eq!(read(&variables).1, ["VOICELINK_COGNITO_URL is wrong"]);
    }

    #[test]
    fn a_wrong_variable_is_named() {
        for (name, value) in [
            ("VOICELINK_SKILL_ID", "my skill"),
            ("VOICELINK_ISSUER", "http://issuer.example.com"),
            ("VOICELINK_SIGN_IN_URL", "https://sign-in.example.com?x=y"),
            ("VOICELINK_PROFILE_SOURCE", "ldap"),
        ] {
            let mut variables = vec![(name, value)];
            variables.extend(ALL);
            let (configuration, problems) = read(&variables);
            assert_eq!(problems, [format!("{name} is wrong")]);
            assert!(configuration.accounts.is_none(), "{name}");
        }
    }
}
