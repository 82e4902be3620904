//! Changes that would cost users their accounts or their links. Each is refused before anything is
//! touched, unless it is allowed by name.

mod found;
mod immutable;

use std::fmt;
use std::str::FromStr;

use infra::stack_file::declaration::{self, Later};

use crate::aws::identity::LivePool;
use crate::diff::Plan;
use crate::error::{Code, Error};

pub use found::findings;
pub use immutable::check_recorded_pool;

/// A kind of change that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guard {
    /// The user pool would be deleted or replaced, or another one used.
    UserPool,
    /// The app client would be deleted or replaced.
    AppClient,
    /// The sign-in domain would be deleted or replaced.
    Domain,
    /// Links would end earlier.
    LinkLifetime,
    /// What people sign in with, or their attributes, differ from what the pool was created with.
    SignInAttributes,
    /// Tokens would be signed with another name, and those in hand refused.
    Issuer,
    /// A redirect URI that linked users depend on would be removed.
    RedirectUris,
    /// A scope that people may have agreed to would be removed.
    Scopes,
    /// A resource of `infra/resources.yaml` that holds data would be removed or replaced.
    Data,
    /// The live version of the skill would lose something that it uses.
    Live,
}

impl Guard {
    /// Every guard with what it guards against, in the order of the documentation.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (
            Self::UserPool,
            "the user pool would be deleted or replaced, or another one used",
        ),
        (
            Self::AppClient,
            "the app client would be deleted or replaced, or accounts would be another client's",
        ),
        (
            Self::Domain,
            "the sign-in domain would be deleted or replaced",
        ),
        (
            Self::LinkLifetime,
            "links would end earlier than they do now",
        ),
        (
            Self::SignInAttributes,
            "sign-in or attributes would differ from what the pool was created with",
        ),
        (Self::Issuer, "tokens would have another form of issuer"),
        (Self::RedirectUris, "a redirect URI in use would be removed"),
        (
            Self::Scopes,
            "a resource server, or a scope of one, would be removed",
        ),
        (
            Self::Data,
            "a resource of `infra/resources.yaml` that holds data would be removed or replaced",
        ),
        (
            Self::Live,
            "the live version of the skill would lose what it uses",
        ),
    ];

    /// The name that lifts it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserPool => "user-pool",
            Self::AppClient => "app-client",
            Self::Domain => "domain",
            Self::LinkLifetime => "link-lifetime",
            Self::SignInAttributes => "sign-in-attributes",
            Self::Issuer => "issuer",
            Self::RedirectUris => "redirect-uris",
            Self::Scopes => "scopes",
            Self::Data => "data",
            Self::Live => "live",
        }
    }

    /// The code of its refusal.
    pub fn code(self) -> Code {
        match self {
            Self::UserPool => Code::GuardUserPool,
            Self::AppClient => Code::GuardAppClient,
            Self::Domain => Code::GuardDomain,
            Self::LinkLifetime => Code::GuardLinkLifetime,
            Self::SignInAttributes => Code::GuardSignInAttributes,
            Self::Issuer => Code::GuardIssuer,
            Self::RedirectUris => Code::GuardRedirectUris,
            Self::Scopes => Code::GuardScopes,
            Self::Data => Code::GuardData,
            Self::Live => Code::GuardLive,
        }
    }

    /// The refusal of something that this guard has found.
    pub(crate) fn refusal(self, what: &str) -> Error {
        Error::new(
            self.code(),
            format!("refused: {what}; {}", self.consequence()),
        )
        .hint(format!(
            "{}; if it is meant, add --allow {self} (docs/guards.md)",
            self.advice()
        ))
    }

    fn consequence(self) -> &'static str {
        match self {
            Self::UserPool => {
                "nobody could use the account that they have, and everybody would lose their link"
            }
            Self::AppClient => {
                "what people agreed to is with the old client: everybody would have to link, or on \
                 a web page sign in, again"
            }
            Self::Domain => {
                "Alexa refreshes links at the old host until account linking is written, and a live \
                 skill for as long as its version lives"
            }
            Self::LinkLifetime => "people who link from then on have to link again earlier",
            Self::SignInAttributes => {
                "Cognito cannot change these after creation, and the update would fail half-way"
            }
            Self::Issuer => {
                "the skill refuses the access tokens that Alexa has in hand, and asks people to link \
                 again, until Alexa has refreshed them"
            }
            Self::RedirectUris => {
                "whoever links or signs in through it would end at Cognito's error page"
            }
            Self::Scopes => {
                "people who have linked an account may have it, and the API that asks for it would \
                 refuse them"
            }
            Self::Data => {
                "the skill would not find what it has kept there, and the old resource would be left without a stack"
            }
            Self::Live => {
                "what is certified cannot be changed: its customers would be without an answer or a \
                 link until another version is certified"
            }
        }
    }

    /// The keys of stack.toml that declare this guard, and so what it is about.
    fn keys(self) -> String {
        let keys = declaration::keys().iter().filter(|key| match key.later() {
            Some(Later::Guarded(guard)) => guard == self.name(),
            // Of a stage that is deployed, a pool is what cannot change.
            Some(Later::Never | Later::OnlyAdded) => {
                self == Self::SignInAttributes && key.path.starts_with("identity.")
            }
            _ => false,
        });
        let keys: Vec<_> = keys.map(|key| key.path.as_str()).collect();
        keys.join(", ")
    }

    fn advice(self) -> String {
        let back = || format!("put {} of stack.toml back", self.keys());
        let fixed = match self {
            Self::UserPool => "undo the change to stack.toml, or deploy it as another stage",
            Self::AppClient => {
                "undo the change to stack.toml, or name the security profile that the stage was made \
                 with; or deploy it as another stage"
            }
            Self::Domain | Self::LinkLifetime | Self::Scopes => return back(),
            Self::SignInAttributes => {
                return format!(
                    "{}, or deploy it as another stage and move people there",
                    back()
                );
            }
            Self::Issuer => {
                return format!("{}, or change it when few people talk to the skill", back());
            }
            Self::RedirectUris => {
                return format!(
                    "deploy with the vendor and hosts that the stage was made with, and with its {}",
                    self.keys()
                );
            }
            Self::Data => {
                "put the resource back as it was, or give the new one a name of its own beside it"
            }
            Self::Live => "keep what the live version uses until a version without it is certified",
        };
        fixed.to_owned()
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Guard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut guards = Self::ALL.iter().map(|(guard, _)| *guard);
        guards.find(|guard| guard.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|(guard, _)| guard.name()).collect();
            format!("there is no guard `{text}`; there are {}", names.join(", "))
        })
    }
}

/// Something that a guard has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The guard.
    pub guard: Guard,
    /// What it has found, in words.
    pub what: String,
}

/// Refuses a plan with a guarded change that is not allowed. `pool` is the live user pool, when
/// there is one and the identity stack changes.
pub fn check(plan: &Plan, pool: Option<&LivePool>, allowed: &[Guard]) -> Result<(), Error> {
    let found = plan.parts.iter().flat_map(|part| findings(part, pool));
    refuse(found, allowed)
}

/// Refuses what was found and is not allowed.
pub(crate) fn refuse(
    found: impl IntoIterator<Item = Finding>,
    allowed: &[Guard],
) -> Result<(), Error> {
    let refused: Vec<_> = found
        .into_iter()
        .filter(|finding| !allowed.contains(&finding.guard))
        .collect();
    let Some(first) = refused.first() else {
        return Ok(());
    };
    let refusal = first.guard.refusal(&first.what);
    Err(refused
        .iter()
        .skip(1)
        .map(|other| format!("also refused: {} (--allow {})", other.what, other.guard))
        .fold(refusal, Error::because))
}

#[cfg(test)]
mod tests;
