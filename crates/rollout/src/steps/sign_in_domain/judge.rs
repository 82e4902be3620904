//! What keeps a sign-in domain of one's own from being made, as far as reading tells.

use infra::names::HostName;
use infra::stack_file::{CertificateArn, HostedZoneId};
use models::ids::UserPoolId;

use crate::aws::certificate::Certificate;
use crate::aws::zone::{Record, Zone};
use crate::error::{Code, Error};
use crate::resolver::Resolved;

/// What stack.toml wants.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) host: HostName,
    pub(super) certificate: &'a CertificateArn,
    pub(super) zone: &'a HostedZoneId,
}

/// What is there.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) certificate: Option<Certificate>,
    pub(super) zone: Option<Zone>,
    pub(super) records: Vec<Record>,
    /// What the domain above leads to.
    pub(super) parent: Resolved,
    /// The user pool that has the host, and the distribution that the host has to lead to.
    pub(super) taken: Option<Taken>,
}

#[derive(Debug)]
pub(super) struct Taken {
    pub(super) pool: String,
    pub(super) distribution: String,
}

/// What is in the way, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Obstacle {
    pub(super) what: String,
    pub(super) hint: String,
}

pub(super) fn judge(
    wanted: &Wanted<'_>,
    found: &Found,
    own: Option<&UserPoolId>,
    has_record: bool,
) -> Vec<Obstacle> {
    let Wanted {
        host,
        certificate,
        zone,
    } = wanted;
    let mut obstacles = Vec::new();
    let mut add = |what: String, hint: &str| {
        obstacles.push(Obstacle {
            what,
            hint: hint.to_owned(),
        });
    };
    match &found.certificate {
        None => add(
            format!("this account has no certificate {certificate} in us-east-1"),
            "request one for the host in Certificate Manager of us-east-1, in the account of the \
             stage, and write its ARN into identity.domain.custom of stack.toml",
        ),
        Some(found) if found.status != "ISSUED" => add(
            format!("certificate {certificate} is {}", found.status),
            "add the record that Certificate Manager shows to the domain's DNS, and wait until the \
             certificate is issued",
        ),
        Some(found) if !found.covers(host.as_str()) => add(
            format!(
                "certificate {certificate} is for {} and not for {host}",
                found.names.join(", ")
            ),
            "request one for the host, or for `*` in the place of its first label",
        ),
        Some(_) => {}
    }
    match &found.zone {
        None => add(
            format!("this account has no hosted zone {zone}"),
            "write the id of the zone that the host is in into identity.domain.custom of stack.toml",
        ),
        Some(found) if found.private => add(
            format!("hosted zone {zone} is private: nobody would find {host}"),
            "use the public hosted zone of the same domain",
        ),
        Some(found) if !host.as_str().ends_with(&format!(".{}", found.name)) => add(
            format!(
                "hosted zone {zone} is that of {}, and {host} is not in it",
                found.name
            ),
            "write the id of the zone that the host is in into identity.domain.custom of stack.toml",
        ),
        Some(_) => {}
    }
    let is_own = |taken: &&Taken| own.is_some_and(|own| own.as_str() == taken.pool);
    if let Some(taken) = found.taken.as_ref().filter(|taken| !is_own(taken)) {
        add(
            format!(
                "{host} is the sign-in domain of user pool {} already",
                taken.pool
            ),
            "each stage needs a host of its own: write {stage} into the name",
        );
    }
    // Cognito looks once, when it makes the domain.
    if let (None, Resolved::Nothing(why)) = (&found.taken, &found.parent) {
        add(
            format!(
                "{} has no address, and Cognito makes no domain below it: {why}",
                host.parent()
            ),
            "give it an A record, for instance that of your web site; any address will do",
        );
    }
    let distribution = found
        .taken
        .as_ref()
        .map(|taken| taken.distribution.as_str());
    let foreign = found.records.iter().find(|record| {
        // What CloudFormation would make exactly so, it takes over.
        let same = record.alias.is_some() && record.alias.as_deref() == distribution;
        match record.kind.as_str() {
            "A" => !has_record && !same,
            // A name that is another one has no other record.
            "CNAME" => true,
            _ => false,
        }
    });
    if let Some(record) = foreign {
        add(
            format!(
                "hosted zone {zone} has a record of type {} for {host} already",
                record.kind
            ),
            "CloudFormation overwrites no record: remove it, or use another host",
        );
    }
    obstacles
}

pub(super) fn refusal(host: &HostName, obstacles: Vec<Obstacle>) -> Option<Error> {
    let mut obstacles = obstacles.into_iter();
    let first = obstacles.next()?;
    let error = Error::new(
        Code::SignInDomain,
        format!("people could not sign in at {host}: {}", first.what),
    )
    .hint(format!("{} (docs/identity.md)", first.hint));
    Some(obstacles.fold(error, |error, other| {
        error.because(format!("also: {}; {}", other.what, other.hint))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/1";

    fn found() -> Found {
        Found {
            certificate: Some(Certificate {
                names: vec!["*.example.com".to_owned()],
                status: "ISSUED".to_owned(),
            }),
            zone: Some(Zone {
                name: "example.com".to_owned(),
                private: false,
            }),
            records: Vec::new(),
            parent: Resolved::To(vec![[192, 0, 2, 1].into()]),
            taken: None,
        }
    }

    fn obstacles(found: &Found, own: Option<&str>, has_record: bool) -> Vec<String> {
        let (certificate, zone) = (ARN.parse().unwrap(), "Z1EXAMPLE".parse().unwrap());
        let wanted = Wanted {
            host: HostName::parse("login.example.com").unwrap(),
            certificate: &certificate,
            zone: &zone,
        };
        let own = own.map(|id| id.parse().unwrap());
        let obstacles = judge(&wanted, found, own.as_ref(), has_record);
        obstacles.into_iter().map(|one| one.what).collect()
    }

    fn taken() -> Taken {
        Taken {
            pool: "us-east-1_AbCdEf123".to_owned(),
            distribution: "d1.cloudfront.net".to_owned(),
        }
    }

    fn record(kind: &str, alias: Option<&str>) -> Vec<Record> {
        vec![Record {
            kind: kind.to_owned(),
            alias: alias.map(str::to_owned),
            ..Record::default()
        }]
    }

    #[test]
    fn nothing_is_in_the_way_of_what_amazon_takes() {
        assert_eq!(obstacles(&found(), None, false), [""; 0]);
        let deployed = Found {
            records: record("A", Some("d1.cloudfront.net")),
            parent: Resolved::Nothing("gone meanwhile".to_owned()),
            taken: Some(taken()),
            ..found()
        };
        let own = Some("us-east-1_AbCdEf123");
        assert_eq!(obstacles(&deployed, own, true), [""; 0]);
        // The same with the stack gone: its record is taken over as it is.
        assert_eq!(obstacles(&deployed, own, false), [""; 0]);
        let mail = Found {
            records: record("MX", None),
            ..found()
        };
        assert_eq!(obstacles(&mail, None, false), [""; 0]);
    }

    #[test]
    fn each_obstacle_is_told() {
        let certificate = |names: &[&str], status: &str| {
            Some(Certificate {
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                status: status.to_owned(),
            })
        };
        let zone = |name: &str, private| {
            Some(Zone {
                name: name.to_owned(),
                private,
            })
        };
        let cases = [
            (
                Found {
                    certificate: None,
                    ..found()
                },
                "this account has no certificate",
            ),
            (
                Found {
                    certificate: certificate(&["*.example.com"], "PENDING_VALIDATION"),
                    ..found()
                },
                "is PENDING_VALIDATION",
            ),
            (
                Found {
                    certificate: certificate(&["example.com", "*.login.example.com"], "ISSUED"),
                    ..found()
                },
                "is for example.com, *.login.example.com and not for login.example.com",
            ),
            (
                Found {
                    zone: None,
                    ..found()
                },
                "this account has no hosted zone Z1EXAMPLE",
            ),
            (
                Found {
                    zone: zone("example.com", true),
                    ..found()
                },
                "is private",
            ),
            (
                Found {
                    zone: zone("badexample.com", false),
                    ..found()
                },
                "is that of badexample.com",
            ),
            (
                Found {
                    taken: Some(taken()),
                    ..found()
                },
                "is the sign-in domain of user pool us-east-1_AbCdEf123 already",
            ),
            (
                Found {
                    parent: Resolved::Nothing("there is no such name".to_owned()),
                    ..found()
                },
                "example.com has no address, and Cognito makes no domain below it: there is no",
            ),
            (
                Found {
                    records: record("CNAME", None),
                    ..found()
                },
                "has a record of type CNAME for login.example.com already",
            ),
            (
                Found {
                    records: record("A", Some("d2.cloudfront.net")),
                    ..found()
                },
                "has a record of type A for login.example.com already",
            ),
        ];
        for (found, expected) in cases {
            let said = obstacles(&found, None, false);
            assert_eq!(said.len(), 1, "{expected}: {said:?}");
            assert!(said[0].contains(expected), "{expected}: {said:?}");
        }
    }

    /// Its own record is put back, unless the name was made another one by hand.
    #[test]
    fn a_record_of_the_stages_own_is_in_nobodys_way() {
        let own = |kind: &str, alias: Option<&str>| {
            let found = Found {
                records: record(kind, alias),
                taken: Some(taken()),
                ..found()
            };
            obstacles(&found, Some("us-east-1_AbCdEf123"), true)
        };
        assert!(own("A", Some("d2.cloudfront.net")).is_empty());
        assert!(own("A", None).is_empty());
        assert!(own("CNAME", None)[0].contains("has a record of type CNAME"));
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let host = HostName::parse("login.example.com").unwrap();
        assert_eq!(refusal(&host, Vec::new()), None);
        let obstacle = |what: &str| Obstacle {
            what: what.to_owned(),
            hint: "mend it".to_owned(),
        };
        let error = refusal(&host, vec![obstacle("one"), obstacle("two")]).unwrap();
        assert_eq!(error.code(), "SIGN_IN_DOMAIN");
        assert!(error.message().ends_with("login.example.com: one"));
        assert_eq!(error.causes(), ["also: two; mend it"]);
    }
}
