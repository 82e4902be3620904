//! Keys that mean nothing for the accounts that people sign in with, as each declares it.

use serde_json::Value;

use super::{Violation, violation};
use crate::stack_file::StackFile;
use crate::stack_file::declaration;
use crate::stack_file::problem::Locator;

/// The page that says what is managed where.
pub(super) const DOCS: &str = "docs/identity.md";

/// Every key of the file that does not apply, and why.
pub(super) fn check(
    stack: &StackFile,
    locator: &Locator<'_>,
) -> impl Iterator<Item = (&'static str, Violation)> {
    let values = serde_json::to_value(stack).unwrap_or_default();
    let accounts = stack.identity.accounts();
    declaration::keys().iter().filter_map(move |key| {
        let path = key.path.as_str();
        let applies = key.applies_to().is_none_or(|to| to.contains(&accounts));
        if applies || !locator.has(path) {
            return None;
        }
        let usual = usual().pointer(&pointer(path)) == values.pointer(&pointer(path));
        let name = path.rsplit('.').next().unwrap_or(path);
        let found = match &stack.identity.user_pool_id {
            // The pool may be another than the usual one, and a person who writes `mfa = "off"` would believe it.
            Some(pool) if stack.identity.has_a_pool() => violation(
                true,
                format!("`{name}` configures a user pool, and nothing of {pool} is changed"),
                format!("remove {name}: the pool has its own; or remove user-pool-id to have a pool made"),
            ),
            _ => violation(
                !usual,
                format!("`{name}` is about a user pool, and Login with Amazon has none"),
                format!("remove {name}, or use provider = \"cognito\""),
            ),
        };
        Some((path, found?))
    })
}

/// The values of a file that says nothing but a name.
fn usual() -> &'static Value {
    static USUAL: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| {
        let bare = toml::from_str::<StackFile>("name = 'a'").ok();
        bare.and_then(|bare| serde_json::to_value(bare).ok())
            .unwrap_or_default()
    });
    &USUAL
}

fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack_file::declaration::Accounts;

    /// A file of a kind, with one key that is declared not to apply: as usual, or as an example has it.
    fn refusals(kind: &str, path: &str, value: &Value) -> Vec<String> {
        let mut file: toml::Table = kind.parse().unwrap();
        let mut table = &mut file;
        let (tables, name) = path.rsplit_once('.').unwrap();
        for step in tables.split('.') {
            let inner = table
                .entry(step)
                .or_insert_with(|| toml::Table::new().into());
            table = inner.as_table_mut().unwrap();
        }
        table.insert(name.to_owned(), toml::Value::try_from(value).unwrap());
        let text = file.to_string();
        let refused = StackFile::parse(&text, "stack.toml");
        let problems = refused
            .err()
            .map_or_else(Vec::new, |error| error.problems().to_vec());
        problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    /// Values that a key may have: the usual one, and others.
    fn values(key: &declaration::Key) -> (Option<Value>, Option<Value>) {
        let schema = key.schema();
        let usual = schema.get("default").cloned();
        let words = |schema: &Value| {
            let words = schema["oneOf"].as_array().into_iter().flatten();
            words.map(|word| word["const"].clone()).collect::<Vec<_>>()
        };
        let other = match &usual {
            Some(Value::Bool(usual)) => Some(Value::Bool(!usual)),
            Some(Value::Array(usual)) => {
                let mut words = words(&schema["items"]).into_iter();
                words
                    .find(|word| !usual.contains(word))
                    .map(|word| vec![word].into())
            }
            Some(usual) => words(schema).into_iter().find(|word| word != usual),
            None => schema["examples"].get(0).cloned(),
        };
        (usual, other)
    }

    #[test]
    fn a_key_is_refused_where_it_is_declared_not_to_apply() {
        let amazon = "name = 'guide'\nidentity.provider = 'login-with-amazon'\n\
            linking = { scopes = ['profile'], profile-source = 'login-with-amazon' }";
        let existing = "name = 'guide'\nidentity.user-pool-id = 'eu-west-1_AbCdEf123'";
        let mut tried = 0;
        for (kind, accounts, message, usual_too) in [
            (
                amazon,
                Accounts::LoginWithAmazon,
                "is about a user pool",
                false,
            ),
            (
                existing,
                Accounts::ExistingPool,
                "configures a user pool",
                true,
            ),
        ] {
            for key in declaration::keys() {
                let Some(to) = key.applies_to() else { continue };
                let message = format!("`{}` {message}", key.path.rsplit('.').next().unwrap());
                let (usual, other) = values(key);
                for (value, expected) in [(usual, usual_too), (other, true)] {
                    let Some(value) = value else { continue };
                    let found = refusals(kind, &key.path, &value);
                    let refused = found.iter().any(|found| found.starts_with(&message));
                    assert_eq!(
                        refused,
                        expected && !to.contains(&accounts),
                        "{} = {value}: {found:?}",
                        key.path
                    );
                    tried += usize::from(refused);
                }
            }
        }
        assert!(tried >= 25, "only {tried} refusals");
    }
}
