//! The resource servers: one for each API whose scopes the stack file declares.

use models::ids::UserPoolId;

use crate::cloudformation::{Handle, Template, Value};
use crate::resources::{ResourceServerScope, UserPoolResourceServer};
use crate::stack_file::StackFile;

/// Adds them where the stage makes the pool. One that exists already has them, or a deployment is refused: an API's
/// scopes are its owner's.
pub(super) fn add(
    template: &mut Template,
    stack: &StackFile,
    pool: &Value<UserPoolId>,
) -> Vec<Handle<UserPoolResourceServer>> {
    if !stack.identity.makes_a_pool() {
        return Vec::new();
    }
    let servers = stack.identity.resource_servers.iter();
    servers
        .map(|(identifier, scopes)| {
            let scopes = scopes
                .iter()
                .map(|(name, description)| ResourceServerScope {
                    scope_name: name.to_string(),
                    scope_description: description.to_string(),
                });
            let server = UserPoolResourceServer {
                user_pool_id: pool.clone(),
                identifier: identifier.to_string(),
                name: identifier.friendly_name(),
                scopes: scopes.collect(),
            };
            // What a deployment makes that fails after it must not be in the way of the next: Cognito makes no second
            // one of an identifier.
            template.add_retained_once_made(identifier.resource(), server)
        })
        .collect()
}
