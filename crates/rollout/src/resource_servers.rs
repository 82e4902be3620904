//! Scopes of one's own: what a pool has of them.

use std::collections::BTreeMap;

use infra::stack_file::{Region, ResourceServers, ScopeName};
use infra::stacks::RESOURCE_SERVER;
use models::ids::UserPoolId;
use serde_json::Value;

use crate::aws::Aws;
use crate::aws::document::{self, Document};
use crate::diff::Part;
use crate::diff::change::Kind;
use crate::error::{Code, Error};
use crate::session::Session;
use crate::template::Resource;

/// Names in a template and identifiers of its resource servers.
pub(crate) fn of(resources: &BTreeMap<String, Resource>) -> impl Iterator<Item = (&str, &str)> {
    let servers = resources
        .iter()
        .filter(|(_, one)| one.kind == RESOURCE_SERVER);
    servers.filter_map(|(name, one)| {
        Some((name.as_str(), one.properties.get("Identifier")?.as_str()?))
    })
}

/// The configurations of a template's resource servers by their names in it; absent is what somebody has deleted.
pub(crate) async fn read(
    aws: &Aws,
    home: &Region,
    pool: &UserPoolId,
    resources: &BTreeMap<String, Resource>,
) -> Result<BTreeMap<String, Option<Document>>, Error> {
    let mut servers = BTreeMap::new();
    for (name, identifier) in of(resources) {
        let server = document::resource_server(aws, home, pool, identifier).await?;
        servers.insert(name.to_owned(), server);
    }
    Ok(servers)
}

/// The refusal of a resource server that would be made in a pool of the stage's own that has it already: one that
/// has left the stack file stays in the pool, and Cognito has no second one of its identifier.
pub(crate) async fn obstacle(
    session: &Session<'_>,
    part: &Part,
    pool: Option<&UserPoolId>,
) -> Result<Option<Error>, Error> {
    let Some(pool) = pool else {
        return Ok(None);
    };
    let is_made = |name: &str| {
        let mut changes = part.changes.iter();
        changes.any(|change| change.kind == Kind::Added && change.subject == name)
    };
    let servers = session.inputs.stack.identity.resource_servers.iter();
    for (identifier, _) in servers.filter(|(identifier, _)| is_made(&identifier.resource())) {
        let (aws, home) = (&session.aws, &session.inputs.home);
        if document::resource_server(aws, home, pool, identifier.as_str())
            .await?
            .is_some()
        {
            let what = format!(
                "user pool {pool} has a resource server {identifier} already, outside of the stack"
            );
            return Ok(Some(Error::new(Code::UserPool, what).hint(format!(
                "an earlier deployment has left it: if its scopes are those of stack.toml, delete it with \
                 `aws cognito-idp delete-resource-server --region {home} --user-pool-id {pool} \
                 --identifier '{identifier}'` and run the command again, which makes it anew; or use \
                 another identifier"
            ))));
        }
    }
    Ok(None)
}

/// A scope that a stack file declares and a pool that exists already lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lack {
    /// The missing server or scope, in words.
    pub(crate) what: String,
    /// The way to have it there.
    pub(crate) hint: String,
}

/// The first scope of the stack file that a pool which exists already does not have.
pub(crate) async fn lacking(
    session: &Session<'_>,
    pool: &UserPoolId,
) -> Result<Option<Lack>, Error> {
    let declared = &session.inputs.stack.identity.resource_servers;
    let mut found = BTreeMap::new();
    for (identifier, _) in declared.iter() {
        let (aws, home) = (&session.aws, &session.inputs.home);
        let server = document::resource_server(aws, home, pool, identifier.as_str()).await?;
        let names = server.map(|server| {
            let scopes = server.get("Scopes").and_then(Value::as_array);
            let names = scopes.into_iter().flatten();
            let names = names.filter_map(|scope| scope["ScopeName"].as_str());
            names.map(str::to_owned).collect()
        });
        found.insert(identifier.to_string(), names);
    }
    Ok(lack(declared, &found))
}

/// Compares what is declared with the names of the scopes that each server has, if it is there.
fn lack(declared: &ResourceServers, found: &BTreeMap<String, Option<Vec<String>>>) -> Option<Lack> {
    declared.iter().find_map(|(identifier, scopes)| {
        let there = found.get(identifier.as_str()).and_then(Option::as_ref);
        let lacks = |name: &str| there.is_none_or(|there| !there.iter().any(|one| one == name));
        let missing: Vec<_> = scopes
            .keys()
            .map(ScopeName::as_str)
            .filter(|name| lacks(name))
            .collect();
        if there.is_some() && missing.is_empty() {
            return None;
        }
        let what = match there {
            None => format!("it has no resource server {identifier}"),
            Some(_) => format!(
                "its resource server {identifier} has no scope {}",
                missing.join(", ")
            ),
        };
        let hint = "have the pool's owner add it in the Cognito console, below Domain and resource servers, or remove \
             it from [identity.resource-servers]: nothing of a pool that exists is changed";
        Some(Lack {
            what,
            hint: hint.to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacks(found: Option<&[&str]>) -> Option<String> {
        let text = "name = 'guide'\nidentity.resource-servers.taxi = { order = 'Order', cancel = 'Cancel' }";
        let stack = infra::StackFile::parse(text, "stack.toml").unwrap();
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let found = [("taxi".to_owned(), found.map(names))].into();
        lack(&stack.identity.resource_servers, &found).map(|lack| lack.what)
    }

    #[test]
    fn a_pool_has_every_scope_that_is_declared() {
        assert_eq!(lacks(Some(&["cancel", "order", "rate"])), None);
        let one = "its resource server taxi has no scope order";
        assert_eq!(lacks(Some(&["cancel"])).as_deref(), Some(one));
        let none = "it has no resource server taxi";
        assert_eq!(lacks(None).as_deref(), Some(none));
    }
}
