//! A host of one's own for the sign-in pages: whether it can be made, found out before anything is
//! touched, and whether people get there, waited for before Alexa sends anybody.

mod judge;
pub(crate) mod made;
mod patience;

use std::time::{Duration, Instant};

use infra::names::{HostName, SignInDomain};
use infra::stack_file::CustomDomain;
use models::ids::UserPoolId;

use self::judge::{Found, Taken, Wanted, judge, refusal};
use self::patience::{Missing, PROPAGATION, Patience};
use super::linking;
use crate::accounts::Accounts;
use crate::aws::certificate::certificate;
use crate::aws::stack::Observed;
use crate::aws::zone::{records, zone};
use crate::checks::sign_in;
use crate::error::Error;
use crate::poll::Poll;
use crate::progress::Step;
use crate::resolver::Resolved;
use crate::session::Session;
use crate::template::Template;

/// What of it is the stage's already.
#[derive(Debug, Default)]
pub(crate) struct Own<'a> {
    /// Its user pool.
    pub(crate) pool: Option<&'a UserPoolId>,
    /// Its identity stack.
    pub(crate) stack: Option<&'a Observed>,
}

/// The refusal of a domain that Amazon would refuse half-way, or that nobody would find.
pub(crate) async fn obstacle(session: &Session<'_>, own: Own<'_>) -> Result<Option<Error>, Error> {
    let Some(wanted) = wanted(session)? else {
        return Ok(None);
    };
    let has_record = match own.stack {
        Some(stack) => declares_record(stack, &wanted.host)?,
        None => false,
    };
    let found = find(session, &wanted).await?;
    let obstacles = judge(&wanted, &found, own.pool, has_record);
    Ok(refusal(&wanted.host, obstacles))
}

fn wanted<'a>(session: &Session<'a>) -> Result<Option<Wanted<'a>>, Error> {
    let stack = &session.inputs.stack;
    let (Some(custom), SignInDomain::Custom(host)) =
        (&stack.identity.domain.custom, session.sign_in_domain()?)
    else {
        return Ok(None);
    };
    let CustomDomain {
        certificate_arn,
        hosted_zone_id,
        ..
    } = custom;
    // A stack file without a certificate is refused when it is read.
    Ok(certificate_arn.as_ref().map(|certificate| Wanted {
        host,
        certificate,
        zone: hosted_zone_id,
    }))
}

/// Whether a record of the host is in the deployed stack, which may then change it.
fn declares_record(stack: &Observed, host: &HostName) -> Result<bool, Error> {
    if stack.template.is_empty() {
        return Ok(false);
    }
    let resources = Template::read(&stack.template, &stack.parameters)?.resources();
    Ok(resources.values().any(|one| {
        let name = one.properties.get("Name").and_then(|name| name.as_str());
        one.kind == "AWS::Route53::RecordSet" && name == Some(host.as_str())
    }))
}

async fn find(session: &Session<'_>, wanted: &Wanted<'_>) -> Result<Found, Error> {
    let aws = &session.aws;
    let resolver = &session.inputs.endpoints.resolver;
    // The host itself is asked for when there is a record: resolvers remember what is not there.
    let (certificate, zone, records, parent, taken) = tokio::join!(
        certificate(aws, wanted.certificate),
        zone(aws, wanted.zone),
        records(aws, wanted.zone, &wanted.host),
        resolver.addresses(wanted.host.parent(), aws.http()),
        taken(session, &wanted.host),
    );
    Ok(Found {
        certificate: certificate?,
        zone: zone?,
        records: records?,
        parent: parent?,
        taken: taken?,
    })
}

/// A domain that does not exist is described as an empty one.
async fn taken(session: &Session<'_>, host: &HostName) -> Result<Option<Taken>, Error> {
    let answer = session
        .aws
        .cognito(&session.inputs.home)
        .describe_user_pool_domain()
        .domain(host.as_str())
        .send()
        .await
        .map_err(|error| Error::aws(format!("cannot read sign-in domain {host}"), &error))?;
    let domain = answer.domain_description;
    Ok(domain.and_then(|domain| {
        Some(Taken {
            pool: domain.user_pool_id?,
            distribution: domain.cloud_front_distribution.unwrap_or_default(),
        })
    }))
}

/// Waits until people get to the sign-in pages at a host of one's own.
pub(crate) async fn wait(session: &Session<'_>, accounts: &Accounts) -> Result<(), Error> {
    let domain = accounts.user_pool().map(|pool| &pool.domain);
    let Some(SignInDomain::Custom(host)) = domain else {
        return Ok(());
    };
    session
        .step(Step::SignInDomain, async {
            until_there(session, accounts, host, PROPAGATION).await?;
            Ok(((), format!("{host} answers")))
        })
        .await
}

async fn until_there(
    session: &Session<'_>,
    accounts: &Accounts,
    host: &HostName,
    limit: Duration,
) -> Result<(), Error> {
    let linking = linking::desired(session, accounts).await?;
    let started = Instant::now();
    let mut poll = Poll::default();
    let mut patience = Patience::new(host, limit);
    loop {
        let resolver = &session.inputs.endpoints.resolver;
        let missing = match resolver
            .addresses(host.as_str(), session.aws.http())
            .await?
        {
            Resolved::Nothing(why) => Missing::Address(why),
            Resolved::To(_) => match sign_in::problem(session, &linking).await {
                None => return Ok(()),
                Some(problem) => Missing::Page(problem),
            },
        };
        if let Some(news) = patience.consider(missing, started.elapsed())? {
            session.note(&Step::SignInDomain, &news);
        }
        session.may_change()?;
        poll.wait().await;
    }
}
