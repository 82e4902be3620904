//! What of a stack file does not fit a user pool that exists already.

use infra::names::SignInDomain;
use infra::stack_file::{FirstFactor, Pages};

use super::ExistingPool;
use crate::error::{Code, Error};
use crate::resource_servers::Lack;

/// What stack.toml wants of the pool.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) pages: Pages,
    pub(super) first_factors: &'a [FirstFactor],
    /// Whether a refresh replaces the refresh token.
    pub(super) rotation: bool,
    /// What the app clients read.
    pub(super) attributes: Vec<String>,
    /// Where people sign in.
    pub(super) domain: &'a SignInDomain,
    /// The scope of one's own that it does not have.
    pub(super) lack: Option<Lack>,
}

/// What is known of the domain that people sign in at.
#[derive(Debug)]
pub(super) enum Domains<'a> {
    /// It is the stage's already.
    Own,
    /// It is to be made.
    Made {
        /// Another one that the stage has made in this pool.
        own: Option<&'a str>,
        /// The pool that has one of that name.
        owner: Option<String>,
    },
    /// It is to be used as it is: whose it is, and the version of its pages.
    Used(Option<(String, i32)>),
}

/// What is in the way, and what to do about it.
type Obstacle = (String, String);

/// The refusal of what Amazon would refuse half-way, or what people would stand in front of.
pub(super) fn judge(
    wanted: &Wanted<'_>,
    pool: &ExistingPool,
    domains: &Domains<'_>,
) -> Option<Error> {
    let checks = [
        plan(wanted, pool),
        rotation(wanted, pool),
        factors(wanted, pool),
        attributes(wanted, pool),
        wanted.lack.clone().map(|lack| (lack.what, lack.hint)),
        domain(wanted, pool, domains),
    ];
    let mut obstacles = checks.into_iter().flatten();
    let (what, hint) = obstacles.next()?;
    let error = Error::new(
        Code::UserPool,
        format!("user pool {} cannot be used like this: {what}", pool.id),
    )
    .hint(format!("{hint} (docs/identity.md)"));
    Some(obstacles.fold(error, |error, (what, hint)| {
        error.because(format!("also: {what}; {hint}"))
    }))
}

/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html>
fn plan(wanted: &Wanted<'_>, pool: &ExistingPool) -> Option<Obstacle> {
    (pool.lite && wanted.pages == Pages::ManagedLogin).then(|| {
        (
            "it is on the lite plan, which has no managed login".to_owned(),
            "use pages = \"classic\" in [identity]".to_owned(),
        )
    })
}

/// <https://aws.amazon.com/about-aws/whats-new/2025/04/amazon-cognito-refresh-token-rotation/>
fn rotation(wanted: &Wanted<'_>, pool: &ExistingPool) -> Option<Obstacle> {
    (pool.lite && wanted.rotation).then(|| {
        (
            "it is on the lite plan, which replaces no refresh tokens".to_owned(),
            "remove rotation from [identity.tokens]".to_owned(),
        )
    })
}

fn factors(wanted: &Wanted<'_>, pool: &ExistingPool) -> Option<Obstacle> {
    // A pool without a policy has passwords alone.
    let allowed = |factor: &&FirstFactor| {
        **factor == FirstFactor::Password || pool.first_factors.contains(factor)
    };
    let missing = wanted
        .first_factors
        .iter()
        .find(|factor| !allowed(factor))?;
    Some((
        format!("it does not allow {missing} as first factor"),
        format!("remove \"{missing}\" from first-factors, or have the pool allow it"),
    ))
}

/// Cognito refuses a client that reads what its pool does not have.
fn attributes(wanted: &Wanted<'_>, pool: &ExistingPool) -> Option<Obstacle> {
    let mut missing: Vec<_> = (wanted.attributes.iter())
        .filter(|name| !pool.attributes.contains(*name) && !is_computed(name))
        .map(String::as_str)
        .collect();
    missing.sort_unstable();
    missing.dedup();
    (!missing.is_empty()).then(|| {
        (
            format!("it has no attribute {}", missing.join(", ")),
            "ask for fewer scopes in [linking] and in identity.web-client".to_owned(),
        )
    })
}

/// What Cognito knows of everybody, and does not always list.
fn is_computed(name: &str) -> bool {
    matches!(
        name,
        "email_verified" | "phone_number_verified" | "updated_at"
    )
}

/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html>
fn domain(wanted: &Wanted<'_>, pool: &ExistingPool, domains: &Domains<'_>) -> Option<Obstacle> {
    let domain = wanted.domain;
    match domains {
        Domains::Own => None,
        Domains::Used(described) => used(wanted, pool, described.as_ref()),
        Domains::Made { own, owner } => {
            let (kind, there, other) = match domain {
                SignInDomain::Prefix(_) => ("prefix", &pool.prefix, "a host of your own, custom"),
                SignInDomain::Custom(_) => ("host of one's own", &pool.custom, "a prefix"),
            };
            if let Some(there) = there.as_deref() {
                // CloudFormation makes the new one first, and the stage's own stays as well.
                let hint = if *own == Some(there) {
                    format!(
                        "delete {there} in the Cognito console first; nobody can link or refresh a \
                         link at it from then on, so that {other}, beside it is better"
                    )
                } else {
                    format!(
                        "use that one, existing = \"{there}\" in [identity.domain], or {other}, \
                         beside it"
                    )
                };
                return Some((
                    format!("it has the domain {there} already, and a pool has one {kind} at most"),
                    hint,
                ));
            }
            let owner = owner
                .as_deref()
                .filter(|owner| *owner != pool.id.as_str())?;
            Some((
                format!("{domain} is the domain of user pool {owner} already"),
                "use another one in [identity.domain]".to_owned(),
            ))
        }
    }
}

fn used(
    wanted: &Wanted<'_>,
    pool: &ExistingPool,
    described: Option<&(String, i32)>,
) -> Option<Obstacle> {
    let domain = wanted.domain;
    let own = described.filter(|(owner, _)| owner == pool.id.as_str());
    let Some((_, version)) = own else {
        let has: Vec<_> = [&pool.prefix, &pool.custom].into_iter().flatten().collect();
        let hint = match has.first() {
            Some(there) => format!("write existing = \"{there}\" in [identity.domain]"),
            None => "remove existing from [identity.domain], so that one is made".to_owned(),
        };
        return Some((format!("{domain} is no domain of it"), hint));
    };
    // Managed login shows nobody a page of a client without a style, and the classic pages know none.
    let (shown, name) = match version {
        2 => (Pages::ManagedLogin, "managed login"),
        _ => (Pages::Classic, "the classic pages"),
    };
    (shown != wanted.pages).then(|| {
        (
            format!(
                "its domain {domain} shows {name}, and pages is `{}`",
                wanted.pages
            ),
            format!("use pages = \"{shown}\" in [identity]"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> ExistingPool {
        ExistingPool {
            id: "eu-west-1_AbCdEf123".parse().unwrap(),
            sign_in: Vec::new(),
            first_factors: vec![FirstFactor::Password, FirstFactor::EmailOtp],
            self_sign_up: true,
            lite: false,
            issuer: infra::stack_file::Issuer::Original,
            attributes: ["email", "name"].map(str::to_owned).into(),
            prefix: Some("my-people".to_owned()),
            custom: None,
        }
    }

    fn refusal(pages: Pages, factors: &[FirstFactor], reads: &[&str]) -> Option<String> {
        let wanted = Wanted {
            pages,
            first_factors: factors,
            rotation: false,
            attributes: reads.iter().map(|name| (*name).to_owned()).collect(),
            domain: &"login.example.com".parse().unwrap(),
            lack: None,
        };
        let lite = ExistingPool {
            lite: true,
            ..pool()
        };
        judge(&wanted, &lite, &Domains::Own).map(|error| error.message().to_owned())
    }

    #[test]
    fn what_the_pool_is_not_is_not_asked_of_it() {
        let codes = [FirstFactor::Password, FirstFactor::EmailOtp];
        let reads = ["email", "email_verified", "updated_at"];
        assert_eq!(refusal(Pages::Classic, &codes, &reads), None);
        for (pages, factors, reads, why) in [
            (
                Pages::ManagedLogin,
                &codes[..1],
                &reads[..],
                "on the lite plan",
            ),
            (
                Pages::Classic,
                &[FirstFactor::SmsOtp][..],
                &reads,
                "does not allow sms-otp",
            ),
            (
                Pages::Classic,
                &codes,
                &["name", "zoneinfo", "address"],
                "no attribute address, zoneinfo",
            ),
        ] {
            let message = refusal(pages, factors, reads).unwrap_or_default();
            assert!(message.contains(why), "{why}: {message}");
        }
    }

    #[test]
    fn several_obstacles_are_said_at_once() {
        let wanted = Wanted {
            pages: Pages::ManagedLogin,
            first_factors: &[FirstFactor::SmsOtp],
            rotation: true,
            attributes: Vec::new(),
            domain: &"other".parse().unwrap(),
            lack: None,
        };
        let lite = ExistingPool {
            lite: true,
            ..pool()
        };
        let domains = Domains::Made {
            own: None,
            owner: None,
        };
        let error = judge(&wanted, &lite, &domains).unwrap();
        assert_eq!(error.code(), "USER_POOL");
        assert_eq!(error.causes().len(), 3, "{error:?}");
    }

    fn at(domain: &str, domains: &Domains<'_>) -> Option<String> {
        let wanted = Wanted {
            pages: Pages::ManagedLogin,
            first_factors: &[],
            rotation: true,
            attributes: Vec::new(),
            domain: &domain.parse().unwrap(),
            lack: None,
        };
        judge(&wanted, &pool(), domains).map(|error| error.message().to_owned())
    }

    #[test]
    fn a_pool_has_one_domain_of_each_kind() {
        let made = |own, owner: Option<&str>| Domains::Made {
            own,
            owner: owner.map(str::to_owned),
        };
        let other = Some("eu-west-1_Other1234");
        assert_eq!(at("login.example.com", &made(None, None)), None);
        for (domain, domains, why) in [
            (
                "other",
                made(None, None),
                "has the domain my-people already",
            ),
            // The stage's own is there until somebody deletes it.
            (
                "other",
                made(Some("my-people"), None),
                "has the domain my-people already",
            ),
            // Of the same name, and not made by the stage.
            (
                "my-people",
                made(None, Some("eu-west-1_AbCdEf123")),
                "has the domain my-people already",
            ),
            (
                "login.example.com",
                made(None, other),
                "is the domain of user pool eu-west-1_Other1234",
            ),
        ] {
            let message = at(domain, &domains).unwrap_or_default();
            assert!(message.contains(why), "{domain}: {message}");
        }
    }

    #[test]
    fn a_domain_that_is_used_has_the_pages_that_are_said() {
        let used = |owner: &str, version| Domains::Used(Some((owner.to_owned(), version)));
        let own = "eu-west-1_AbCdEf123";
        assert_eq!(at("my-people", &used(own, 2)), None);
        for (domains, why) in [
            (used(own, 1), "shows the classic pages"),
            (
                used("eu-west-1_Other1234", 2),
                "my-people is no domain of it",
            ),
            (Domains::Used(None), "my-people is no domain of it"),
        ] {
            let message = at("my-people", &domains).unwrap_or_default();
            assert!(message.contains(why), "{message}");
        }
    }
}
