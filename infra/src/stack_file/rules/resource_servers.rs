//! Rules about scopes of resource servers.

use super::Severity::{Advice, Refused};
use super::{Rule, Violation, violation};
use crate::stack_file::{Scope, StackFile};

const SERVERS: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html";
const QUOTAS: &str = "https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html";

/// Most resource servers of a user pool, unless Amazon has raised it.
const USUAL_SERVERS: usize = 25;
/// Most scopes of a resource server.
const MOST_SCOPES: usize = 100;
/// Most scopes of an app client.
const MOST_OF_A_CLIENT: usize = 50;

pub(super) const RULES: &[Rule] = &[
    Rule {
        severity: Refused,
        keys: &["linking.scopes"],
        source: SERVERS,
        check: |stack| undeclared(stack, &stack.linking.scopes),
    },
    Rule {
        severity: Refused,
        keys: &["identity.web-client.scopes"],
        source: SERVERS,
        check: |stack| undeclared(stack, &stack.identity.web_client.as_ref()?.scopes),
    },
    Rule {
        severity: Refused,
        keys: &["identity.web-client.scopes"],
        source: QUOTAS,
        check: too_many_of_a_client,
    },
    Rule {
        severity: Refused,
        keys: &["identity.resource-servers"],
        source: QUOTAS,
        check: too_many_scopes,
    },
    Rule {
        severity: Advice,
        keys: &["identity.resource-servers"],
        source: QUOTAS,
        check: many_servers,
    },
];

fn undeclared(stack: &StackFile, scopes: &[Scope]) -> Option<Violation> {
    let servers = &stack.identity.resource_servers;
    if !stack.identity.has_a_pool() {
        return None;
    }
    let scope = scopes.iter().find(|scope| !servers.know(scope))?;
    let (server, name) = scope.of_server()?;
    let message = match servers.scopes_of(server) {
        Some(_) => format!("the resource server `{server}` has no scope `{name}`"),
        None => format!("the scope `{scope}` is of a resource server that is not declared"),
    };
    let (server, name) = (as_key(server), as_key(name));
    violation(
        true,
        message,
        format!(
            "write {name} = \"what it allows\" below [identity.resource-servers.{server}], or use openid, \
             email, phone, profile or aws.cognito.signin.user.admin"
        ),
    )
}

/// A name as TOML has it for a key.
fn as_key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.bytes().all(is_bare) {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

fn too_many_of_a_client(stack: &StackFile) -> Option<Violation> {
    let count = stack.identity.web_client.as_ref()?.scopes.len();
    violation(
        count > MOST_OF_A_CLIENT,
        format!("{count} scopes are too many: an app client has at most {MOST_OF_A_CLIENT}"),
        "leave out what the page does not use",
    )
}

fn too_many_scopes(stack: &StackFile) -> Option<Violation> {
    let mut servers = stack.identity.resource_servers.iter();
    let (server, scopes) = servers.find(|(_, scopes)| scopes.len() > MOST_SCOPES)?;
    violation(
        true,
        format!(
            "the resource server `{server}` has {} scopes, and Cognito allows {MOST_SCOPES}",
            scopes.len()
        ),
        "divide them among several resource servers",
    )
}

fn many_servers(stack: &StackFile) -> Option<Violation> {
    let count = stack.identity.resource_servers.len();
    violation(
        stack.identity.makes_a_pool() && count > USUAL_SERVERS,
        format!("a user pool has at most {USUAL_SERVERS} resource servers, and these are {count}"),
        "have Amazon raise the quota before you deploy, or use fewer, with more scopes",
    )
}
