//! What somebody changed by hand: found by comparing the live configuration, read from the
//! services themselves, with the deployed template and with what was there after the last
//! deployment.

mod compare;
pub(crate) mod functions;
mod record;

use std::collections::BTreeMap;

use infra::stacks::{self, IdentityOutputs};
use serde_json::{Value, json};

use crate::agreement::Agreement;
use crate::aws::document::{self, Document, Seen};
use crate::aws::members::{self, Members};
use crate::diff::Part;
use crate::diff::change::{Change, apply};
use crate::error::{Code, Error};
use crate::progress::Step;
use crate::resource_servers;
use crate::session::Session;
use crate::state::Left;
use crate::template::Template;

use self::compare::Compared;
use super::{Act, Look, Looked, identity};

/// The live configuration; absent is what somebody has deleted.
#[derive(Debug)]
struct Live {
    pool: Pool,
    client: Seen,
    web_client: Seen,
    domain: Option<Document>,
    record: record::Seen,
    servers: BTreeMap<String, Option<Document>>,
}

/// What is there of the user pool.
#[derive(Debug)]
enum Pool {
    /// It is there, and ours.
    Own(Document),
    /// It was ours, and is gone.
    Gone,
    /// It exists already: what is changed in it is somebody else's matter.
    NotOurs,
}

/// A drift, by the document that it is in.
#[derive(Debug, Default)]
struct Found {
    /// Absent where the pool is not ours.
    pool: Option<Compared>,
    client: Compared,
    // Absent where there is none, or where the pool had it already.
    web_client: Option<Compared>,
    domain: Option<Compared>,
    record: Option<Compared>,
    servers: Vec<Compared>,
}

impl Found {
    fn all(&self) -> Vec<&Compared> {
        let mut all: Vec<_> = self.pool.iter().collect();
        all.push(&self.client);
        let more = [&self.web_client, &self.domain, &self.record];
        all.extend(more.into_iter().flatten().chain(&self.servers));
        all
    }

    /// What putting it back changes, resource by resource.
    fn changes(&self) -> Vec<Change> {
        self.all()
            .into_iter()
            .filter_map(Compared::change)
            .collect()
    }

    fn part(&self) -> Part {
        let changes = self.changes();
        let unchanged = self.all().len() - changes.len();
        Part::of(
            Step::Drift,
            "put back what was changed by hand",
            changes,
            unchanged,
        )
    }
}

pub(crate) async fn look(
    session: &Session<'_>,
    needs: Option<(&IdentityOutputs, &Template)>,
) -> Look<()> {
    let part = match needs {
        Some((identity, template)) => part(session, identity, template).await?,
        None => Part::nothing(Step::Drift),
    };
    Ok(Looked::new([part], Some(())))
}

/// What would be put back. `template` is the deployed one.
pub(crate) async fn part(
    session: &Session<'_>,
    identity: &IdentityOutputs,
    template: &Template,
) -> Result<Part, Error> {
    let live = read(session, identity, template).await?;
    let left = session.store.state().await.left;
    Ok(find(&live, template, left.as_ref(), identity)?.part())
}

/// Puts back what differs, proves it, and remembers what is then there.
pub(crate) async fn act(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    (identity, template): (&IdentityOutputs, &Template),
) -> Act<()> {
    let left = session.store.state().await.left;
    let look = async || {
        let live = read(session, identity, template).await?;
        let found = find(&live, template, left.as_ref(), identity)?;
        Ok::<_, Error>((live, found))
    };
    let (mut live, mut found) = look().await?;
    let part = found.part();
    let foreseen = agreement.foresees(&Step::Drift);
    if part.action.is_some() && foreseen {
        session.may_change()?;
        agreement.agree(&part)?;
        if found.all().iter().any(|compared| compared.is_declared()) {
            identity::client(session)?.revert(&part).await?;
            (live, found) = look().await?;
        }
        // What no template mentions is nothing that CloudFormation could put back.
        if !found.changes().is_empty() {
            write(session, identity, &live, &found).await?;
            (live, found) = look().await?;
        }
        if let Some(change) = found.changes().first() {
            return Err(Error::new(
                Code::Drift,
                format!("{} was put back and still differs", change.subject),
            )
            .because(names(change))
            .hint("see who else changes it; then run the command again"));
        }
    }
    // What came to light after the plan was agreed to is for the next one to say, unless it is
    // what the services made of a stack that has just been deployed.
    let trusted = part.action.is_none() || foreseen || agreement.foresees(&Step::Identity);
    if let (Seen::There(app_client), true) = (live.client, trusted) {
        let is_made = template.resources().contains_key(stacks::DOMAIN);
        let left = Left {
            domain: (matches!(live.pool, Pool::NotOurs) && is_made)
                .then(|| identity.domain.to_string()),
            user_pool: match live.pool {
                Pool::Own(document) => document,
                Pool::Gone | Pool::NotOurs => Document::new(),
            },
            app_client,
            web_client: live.web_client.there(),
        };
        session
            .store
            .update(|state| state.left = Some(left))
            .await?;
    }
    let put_back = part.changes.iter().filter(|_| foreseen).map(names);
    let put_back: Vec<_> = put_back.collect();
    let outcome = match put_back.as_slice() {
        [] => "none".to_owned(),
        all => format!("put back: {}", all.join("; ")),
    };
    Ok(((), outcome))
}

/// The resource and its fields, in words.
fn names(change: &Change) -> String {
    let fields: Vec<_> = change
        .fields
        .iter()
        .map(|field| field.path.join("/"))
        .collect();
    format!("{} {}", change.subject, fields.join(", "))
}

async fn read(
    session: &Session<'_>,
    identity: &IdentityOutputs,
    template: &Template,
) -> Result<Live, Error> {
    let (aws, home) = (&session.aws, &session.inputs.home);
    let pool = &identity.user_pool_id;
    let resources = template.resources();
    let declares_factors = resources
        .values()
        .any(|resource| resource.properties.contains_key("EnabledMfas"));
    let factors = async {
        if declares_factors {
            document::factors(aws, home, pool).await.map(Some)
        } else {
            Ok(None)
        }
    };
    let mut live = if resources.contains_key(stacks::USER_POOL) {
        match document::pool(aws, home, pool).await? {
            Some(document) => Pool::Own(document),
            None => {
                return Ok(Live {
                    pool: Pool::Gone,
                    client: Seen::Gone,
                    web_client: Seen::Gone,
                    domain: None,
                    record: record::Seen::Undeclared,
                    servers: BTreeMap::new(),
                });
            }
        }
    } else {
        Pool::NotOurs
    };
    let web_client = async {
        match &identity.web_client_id {
            Some(client) => document::client(aws, home, pool, client).await,
            None => Ok(Seen::Gone),
        }
    };
    let domain = async {
        if resources.contains_key(stacks::DOMAIN) {
            document::domain(aws, home, pool, identity.domain.as_str()).await
        } else {
            Ok(None)
        }
    };
    let (client, web_client, domain, record, servers, factors) = tokio::join!(
        document::client(aws, home, pool, &identity.client_id),
        web_client,
        domain,
        record::read(aws, template, &identity.domain),
        resource_servers::read(aws, home, pool, &resources),
        factors,
    );
    if let (Pool::Own(live), Some(factors)) = (&mut live, factors?) {
        live.insert(compare::FACTORS.to_owned(), json!(factors));
    }
    let client = client?;
    if matches!(client, Seen::Withheld) {
        session.note(
            &Step::Drift,
            "these credentials may not read app clients, so that neither the client's configuration \
             nor its secret was compared",
        );
    }
    Ok(Live {
        pool: live,
        client,
        web_client: web_client?,
        domain: domain?,
        record: record?,
        servers: servers?,
    })
}

fn find(
    live: &Live,
    template: &Template,
    left: Option<&Left>,
    identity: &IdentityOutputs,
) -> Result<Found, Error> {
    if matches!(live.pool, Pool::Gone) {
        return Err(Error::new(
            Code::Drift,
            format!("user pool {} was deleted by hand", identity.user_pool_id),
        )
        .hint(
            "its people are gone with it; nothing was changed. Deploy another stage, or delete the \
             identity stack and this stage's state and begin anew",
        ));
    }
    let resources: BTreeMap<_, _> = template.resources();
    let compare = |name: &str, live: Option<&Document>, left: Option<&Document>| {
        let declared = resources.get(name);
        declared.map(|resource| compare::compare(name, resource, live, left))
    };
    let compare_client = |name: &str, live: &Seen, left: Option<&Document>| match live {
        Seen::Withheld => None,
        Seen::Gone => compare(name, None, left),
        Seen::There(client) => compare(name, Some(client), left),
    };
    let pool = match &live.pool {
        Pool::Own(live) => compare(
            stacks::USER_POOL,
            Some(live),
            left.map(|left| &left.user_pool),
        ),
        Pool::Gone | Pool::NotOurs => None,
    };
    let client = compare_client(
        stacks::ALEXA.client,
        &live.client,
        left.map(|left| &left.app_client),
    );
    // One whose id no output tells has not been made yet.
    let web_client = identity.web_client_id.as_ref().and_then(|_| {
        compare_client(
            stacks::WEB.client,
            &live.web_client,
            left.and_then(|left| left.web_client.as_ref()),
        )
    });
    let domain = compare(stacks::DOMAIN, live.domain.as_ref(), None);
    Ok(Found {
        pool,
        client: client.unwrap_or_default(),
        web_client,
        domain,
        record: record::compare(&resources, &live.record, live.domain.as_ref()),
        servers: (live.servers.iter())
            .filter_map(|(name, server)| compare(name, server.as_ref(), None))
            .collect(),
    })
}

/// Writes what is left whole: what is there, and in it what has to be as it was.
async fn write(
    session: &Session<'_>,
    identity: &IdentityOutputs,
    live: &Live,
    found: &Found,
) -> Result<(), Error> {
    session.may_change()?;
    let cognito = session.aws.cognito(&session.inputs.home);
    let pool = &identity.user_pool_id;
    let changed = found.pool.as_ref().filter(|found| !found.is_empty());
    if let (Pool::Own(document), Some(found)) = (&live.pool, changed) {
        let mut changed = apply(document, &found.live_fields());
        changed.remove(compare::FACTORS);
        refuse_unknown("user pool", &changed, Members::of_pools())?;
        members::say_what_is_off(document, &mut changed);
        document::write_pool(&cognito, pool, changed).await?;
    }
    let alexa = (Some(&identity.client_id), &live.client, Some(&found.client));
    let web = (
        identity.web_client_id.as_ref(),
        &live.web_client,
        found.web_client.as_ref(),
    );
    for client in [alexa, web] {
        let (Some(id), Seen::There(document), Some(found)) = client else {
            continue;
        };
        if !found.is_empty() {
            let mut changed = apply(document, &found.live_fields());
            refuse_unknown("app client", &changed, Members::of_clients())?;
            members::say_what_is_off(document, &mut changed);
            document::write_client(&cognito, pool, id, changed).await?;
        }
    }
    Ok(())
}

/// A setting that this version does not know may not survive being written, or may not be taken.
fn refuse_unknown(what: &str, document: &Document, known: &Members) -> Result<(), Error> {
    let unknown: Vec<_> = document
        .iter()
        .filter(|(name, value)| !known.writes(name) && **value != Value::Null)
        .map(|(name, _)| name.as_str())
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        Code::Drift,
        format!(
            "the {what} has settings that this version does not know: {}",
            unknown.join(", ")
        ),
    )
    .because("a configuration can only be written whole, and writing it could reset them")
    .hint("put it back in the Cognito console, or deploy with a newer version of this project"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_of_a_newer_cognito_is_not_written_over() {
        let mut document = Document::new();
        document.insert("MfaConfiguration".to_owned(), json!("OFF"));
        assert!(refuse_unknown("user pool", &document, Members::of_pools()).is_ok());
        document.insert("QuantumConfiguration".to_owned(), json!({}));
        let refused = refuse_unknown("user pool", &document, Members::of_pools()).unwrap_err();
        assert_eq!(refused.code(), "DRIFT");
        assert!(refused.message().contains("QuantumConfiguration"));
    }
}
