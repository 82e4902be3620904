//! A domain that is newly made: what Cognito would refuse half-way, found out before anything is
//! touched. CloudFormation makes the new one first, and the old one stays.

use infra::names::SignInDomain;
use infra::stacks::DOMAIN;
use models::ids::UserPoolId;

use crate::aws::identity::domains;
use crate::diff::Part;
use crate::diff::change::{Change, Kind, Replacement};
use crate::error::{Code, Error};
use crate::existing_pool;
use crate::session::Session;

/// The refusal of a domain that is made in a pool of the stage's own, `pool` if it is there, while
/// that one or another has it, or one of its kind. Asks nobody unless the domain is made newly.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html>
pub(crate) async fn obstacle(
    session: &Session<'_>,
    part: &Part,
    pool: Option<&UserPoolId>,
) -> Result<Option<Error>, Error> {
    let Some(change) = part.changes.iter().find(|change| is_made(change)) else {
        return Ok(None);
    };
    let wanted = session.sign_in_domain()?;
    let refused = |what: String| {
        Error::new(
            Code::SignInDomain,
            format!("people could not sign in at {wanted}: {what}"),
        )
    };
    let to_another_pool = change
        .fields
        .iter()
        .any(|field| field.path == ["UserPoolId"]);
    if let Some(pool) = pool.filter(|_| !to_another_pool) {
        let [prefix, host] = domains(&session.aws, &session.inputs.home, pool).await?;
        let (there, kind, other) = match wanted {
            SignInDomain::Prefix(_) => (prefix, "prefix", "a host of your own"),
            SignInDomain::Custom(_) => (host, "host of one's own", "a prefix"),
        };
        if let Some(there) = there {
            let hint = if there == wanted.as_str() {
                format!(
                    "an earlier deployment has left it, outside of the stack; delete {there} in the \
                     Cognito console if nobody signs in there, and run the command again"
                )
            } else {
                format!(
                    "delete {there} in the Cognito console first; nobody can link or refresh a link \
                     at it from then on, so that {other} beside it is better (docs/identity.md)"
                )
            };
            return Ok(Some(
                refused(format!(
                    "user pool {pool} has the domain {there}, and a pool has one {kind} at most"
                ))
                .hint(hint),
            ));
        }
    }
    // A host that is taken is told of with all else that a host needs.
    if let SignInDomain::Prefix(prefix) = &wanted
        && let Some((owner, _)) = existing_pool::described(session, prefix.as_str()).await?
    {
        return Ok(Some(
            refused(format!("it is the domain of user pool {owner} already"))
                .hint("use another prefix in [identity.domain] (docs/identity.md)"),
        ));
    }
    Ok(None)
}

fn is_made(change: &Change) -> bool {
    change.subject == DOMAIN
        && (change.kind == Kind::Added
            || (change.kind == Kind::Changed && change.replacement != Replacement::No))
}
