//! The keys of one stage, made when it starts: each caller shows the one that is theirs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

#[cfg(feature = "attack-test")]
use crate::base::attack_test::AttackTest;
use crate::base::headers::cookie;
use crate::base::random;
use crate::base::secret::same;

/// The cookie of the strip. Two stages overwrite each other's, and the last one shows its strip.
const STRIP: &str = "voicelink-strip";

/// An AWS key pair.
#[derive(Debug, Clone)]
pub(crate) struct KeyPair {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: SecretString,
    /// Temporary credentials have one, and a request that is signed with them carries it.
    pub(crate) session_token: Option<SecretString>,
}

/// The caller that a signature proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Principal {
    /// The person at this machine, and the programs that they start.
    Deployer,
    /// A function that runs on the stage.
    Function {
        /// The region that the function is in.
        region: String,
        /// The function's name.
        name: String,
        /// The ARN of its role.
        role: String,
    },
}

/// The client of Login with Amazon that the stage's developer signs in with, and their tokens.
#[derive(Debug)]
pub(crate) struct Developer {
    pub(crate) client_secret: SecretString,
    pub(crate) refresh_token: SecretString,
    /// An access token for the Skill Management API that lasts as long as the stage.
    pub(crate) access_token: SecretString,
}

/// Every key of a stage. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    deployer: KeyPair,
    /// Opens the device, its controls and its page.
    token: SecretString,
    /// The value of the cookie of a browser that has shown the token. Not the token itself: a browser
    /// sends cookies to every port of a host.
    cookie: SecretString,
    /// The value of the cookie of a browser that sees the strip below sign-in pages, and opens nothing.
    strip: SecretString,
    developer: Developer,
    /// By access key id.
    functions: Mutex<HashMap<String, (KeyPair, Principal)>>,
    /// The keys are wherever a guard is made.
    #[cfg(feature = "attack-test")]
    attack_test: Option<AttackTest>,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            inner: Arc::new(Inner::default()),
        }
    }
}

impl Default for Inner {
    fn default() -> Self {
        Self {
            deployer: KeyPair::new("AKIA", false),
            token: random::token().into(),
            cookie: random::token().into(),
            strip: random::token().into(),
            developer: Developer {
                client_secret: format!("amzn1.oa2-cs.v1.{}", random::token()).into(),
                refresh_token: format!("Atzr|{}", random::token()).into(),
                access_token: format!("Atza|{}", random::token()).into(),
            },
            functions: Mutex::default(),
            #[cfg(feature = "attack-test")]
            attack_test: None,
        }
    }
}

impl KeyPair {
    /// A random pair of the form that AWS gives out: `AKIA…` lasts, `ASIA…` is temporary.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
    fn new(prefix: &str, temporary: bool) -> Self {
        let id = Uuid::new_v4().simple().to_string().to_uppercase();
        Self {
            access_key_id: format!("{prefix}{}", &id[..16]),
            secret_access_key: random::token()[..40].to_owned().into(),
            session_token: temporary.then(|| random::token().into()),
        }
    }
}

impl Keys {
    /// The deployer's key pair.
    pub(crate) fn deployer(&self) -> &KeyPair {
        &self.inner.deployer
    }

    /// The token of the device listener.
    pub(crate) fn token(&self) -> &SecretString {
        &self.inner.token
    }

    /// The value of the cookie of the stage's page.
    pub(crate) fn cookie(&self) -> &SecretString {
        &self.inner.cookie
    }

    /// The `Set-Cookie` with which a browser sees the strip below sign-in pages of the host that sets it.
    pub(crate) fn strip_cookie(&self) -> String {
        let value = self.inner.strip.expose_secret();
        format!("{STRIP}={value}; Path=/; HttpOnly; SameSite=Lax")
    }

    /// True if a browser has that cookie.
    pub(crate) fn shows_strip(&self, browser: &HeaderMap) -> bool {
        let given = cookie(browser, STRIP);
        given.is_some_and(|given| same(self.inner.strip.expose_secret(), given))
    }

    /// What the developer signs in with.
    pub(crate) fn developer(&self) -> &Developer {
        &self.inner.developer
    }

    /// The key pair of a function, made when it is first asked for.
    pub(crate) fn of_function(&self, region: &str, name: &str, role: &str) -> KeyPair {
        let principal = Principal::Function {
            region: region.to_owned(),
            name: name.to_owned(),
            role: role.to_owned(),
        };
        let mut functions = self.functions();
        let known = functions.values().find(|(_, whose)| *whose == principal);
        if let Some((pair, _)) = known {
            return pair.clone();
        }
        let pair = KeyPair::new("ASIA", true);
        functions.insert(pair.access_key_id.clone(), (pair.clone(), principal));
        pair
    }

    /// The key pair with this id, and whose it is.
    pub(crate) fn find(&self, access_key_id: &str) -> Option<(KeyPair, Principal)> {
        if access_key_id == self.inner.deployer.access_key_id {
            return Some((self.inner.deployer.clone(), Principal::Deployer));
        }
        self.functions().get(access_key_id).cloned()
    }

    /// Keys of a stage that is attacked on purpose.
    #[cfg(feature = "attack-test")]
    pub(crate) fn for_attack_test(test: AttackTest) -> Self {
        Self {
            inner: Arc::new(Inner {
                attack_test: Some(test),
                ..Inner::default()
            }),
        }
    }

    #[cfg(feature = "attack-test")]
    pub(crate) fn attack_test(&self) -> Option<&AttackTest> {
        self.inner.attack_test.as_ref()
    }

    /// Whether a text is the token of the device listener.
    pub(crate) fn opens(&self, token: &str) -> bool {
        same(self.token().expose_secret(), token)
    }

    fn functions(&self) -> MutexGuard<'_, HashMap<String, (KeyPair, Principal)>> {
        self.inner
            .functions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_has_a_pair_that_stays_its_own() {
        let keys = Keys::default();
        let pair = keys.of_function("eu-west-1", "guide", "arn:aws:iam::000000000000:role/guide");
        let again = keys.of_function("eu-west-1", "guide", "arn:aws:iam::000000000000:role/guide");
        let other = keys.of_function("eu-west-1", "other", "arn:aws:iam::000000000000:role/guide");
        assert_eq!(pair.access_key_id, again.access_key_id);
        assert_ne!(pair.access_key_id, other.access_key_id);
        let (_, whose) = keys.find(&pair.access_key_id).unwrap();
        assert!(matches!(whose, Principal::Function { name, .. } if name == "guide"));
        let (_, whose) = keys.find(&keys.deployer().access_key_id).unwrap();
        assert_eq!(whose, Principal::Deployer);
        assert!(keys.find("AKIDLOCAL").is_none());
    }

    #[test]
    fn two_stages_share_no_key() {
        let (one, other) = (Keys::default(), Keys::default());
        assert!(one.opens(one.token().expose_secret()));
        assert!(!one.opens(other.token().expose_secret()));
        assert!(!one.opens(""));
        assert!(!one.opens(one.cookie().expose_secret()));
        assert!(!format!("{one:?}").contains(one.token().expose_secret()));
    }
}
