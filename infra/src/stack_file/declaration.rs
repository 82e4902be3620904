//! The keys of `stack.toml` as data. A key is declared once, as a field of the type that it is parsed into: its
//! type, its default, its doc comment, and with `#[schemars(extend(…))]`
//!
//! - `x-source`: the page that its rule is from;
//! - `x-hint`: the way out where the list of what is allowed does not say it;
//! - `x-applies-to`: the [`Accounts`] that it is about, if not all of them;
//! - `x-later`: how it can change once the stage is deployed ([`Later`]), if that is restricted.
//!
//! The reference page, the schema for editors and the refusals of keys that do not apply are made from these.

use std::sync::LazyLock;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Written;

/// Whose accounts people sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Accounts {
    /// Those of a user pool that the stage makes.
    OwnPool,
    /// Those of a user pool that exists already, which `user-pool-id` names.
    ExistingPool,
    /// Amazon's own.
    LoginWithAmazon,
}

/// A key that configures the user pool.
pub(super) const OWN_POOL: [Accounts; 1] = [Accounts::OwnPool];
/// A key about app clients and domains of a user pool.
pub(super) const POOLS: [Accounts; 2] = [Accounts::OwnPool, Accounts::ExistingPool];

/// How a key can change once the stage is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Later {
    /// Not at all.
    Never,
    /// More can be added; what is there stays.
    OnlyAdded,
    /// Another value is another deployment.
    AnotherDeployment,
    /// A change that would cost people their accounts or links is refused unless this guard is lifted.
    Guarded(String),
}

/// A key that can be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Tables and name with dots between; `*` is a name of the file's own, and `[]` ends a list of tables.
    pub path: String,
    /// True if it has to be written.
    pub required: bool,
    schema: Value,
}

impl Key {
    /// Its schema.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// The doc comment.
    pub fn description(&self) -> &str {
        self.text("description").unwrap_or_default()
    }

    /// The page that its rule is from.
    pub fn source(&self) -> Option<&str> {
        self.text("x-source")
    }

    /// The way out where the list of what is allowed does not say it.
    pub fn hint(&self) -> Option<&str> {
        self.text("x-hint")
    }

    /// The accounts that it is about; `None` if all.
    pub fn applies_to(&self) -> Option<Vec<Accounts>> {
        Vec::deserialize(self.schema.get("x-applies-to")?).ok()
    }

    /// How it can change once the stage is deployed; `None` if freely.
    pub fn later(&self) -> Option<Later> {
        Later::deserialize(self.schema.get("x-later")?).ok()
    }

    /// The table of keys that it is, if it is one.
    pub fn properties(&self) -> Option<&Map<String, Value>> {
        self.schema.get("properties")?.as_object()
    }

    fn text(&self, member: &str) -> Option<&str> {
        self.schema.get(member)?.as_str()
    }

    /// True if `key` of a file is this one or inside of it.
    fn has(&self, key: &str) -> bool {
        let mut written = key.split('.');
        let mut steps = self.path.split('.');
        steps.all(|step| {
            let step = step.trim_end_matches("[]");
            written
                .next()
                .is_some_and(|name| step == "*" || step == name)
        })
    }
}

/// Every key, tables before what is in them, in the order of the declaration.
pub fn keys() -> &'static [Key] {
    static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
        let mut keys = Vec::new();
        collect(&schema(), "", &mut keys);
        keys
    });
    &KEYS
}

/// The declaration of the innermost key around `key` of a file, itself included, that says it.
pub(super) fn of<T>(key: &str, what: fn(&'static Key) -> Option<T>) -> Option<T> {
    let mut around = keys().iter().rev().filter(|declared| declared.has(key));
    around.find_map(what)
}

fn collect(table: &Value, above: &str, keys: &mut Vec<Key>) {
    let below = |name: &str| match above {
        "" => name.to_owned(),
        _ => format!("{above}.{name}"),
    };
    let members = |name: &str| table[name].as_object().into_iter().flatten();
    let required = |name: &String| {
        let names = table["required"].as_array();
        names.is_some_and(|names| names.iter().any(|one| one == name))
    };
    for (name, schema) in members("properties") {
        let is_list = schema["items"].get("properties").is_some();
        let path = below(name) + if is_list { "[]" } else { "" };
        keys.push(Key {
            path: path.clone(),
            required: required(name),
            schema: schema.clone(),
        });
        collect(if is_list { &schema["items"] } else { schema }, &path, keys);
    }
    for (_, schema) in members("patternProperties") {
        collect(schema, &below("*"), keys);
    }
    // A table in the place of a value that is written short.
    for schema in table["anyOf"].as_array().into_iter().flatten() {
        collect(schema, above, keys);
    }
}

/// The JSON schema of the file (draft 7, which editors know).
pub fn schema() -> Value {
    let settings = SchemaSettings::draft07()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(RecursiveTransform(tidy));
    let mut schema = settings.into_generator().into_root_schema_for::<Written>();
    schema.insert("title".to_owned(), "stack.toml".into());
    schema.insert("$comment".to_owned(), crate::render::rendered_by().into());
    schema.to_value()
}

/// The text of `stack.schema.json`.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

/// Takes out what TOML has not, which is null, and what the keys of a table say themselves.
fn tidy(schema: &mut Schema) {
    let is_null =
        |value: &Value| value == "null" || value.get("type").is_some_and(|kind| kind == "null");
    for member in ["type", "anyOf"] {
        let Some(Value::Array(choices)) = schema.get_mut(member) else {
            continue;
        };
        choices.retain(|choice| !is_null(choice));
        if let [only] = choices.as_mut_slice() {
            let only = only.take();
            match only {
                Value::Object(inner) => {
                    schema.remove(member);
                    for (name, value) in inner {
                        let object = schema.ensure_object();
                        object.entry(name).or_insert(value);
                    }
                }
                kind => {
                    schema.insert(member.to_owned(), kind);
                }
            }
        }
    }
    let is_table = schema.get("properties").is_some() && schema.get("required").is_none();
    match schema.get_mut("default") {
        Some(Value::Null) => {
            schema.remove("default");
        }
        Some(Value::Object(_)) if is_table => {
            schema.remove("default");
        }
        Some(Value::Object(default)) => default.retain(|_, value| !value.is_null()),
        _ => {}
    }
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ").replace("  ", "\n\n");
    }
}

/// Gives a type the schema of a value that is written short, or of a table in its place.
macro_rules! either {
    ($name:ident, $short:ty, $table:ty) => {
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let short = generator.subschema_for::<$short>();
                let table = generator.subschema_for::<$table>();
                schemars::json_schema!({ "anyOf": [short, table] })
            }
        }
    };
}
pub(super) use either;

#[cfg(test)]
mod tests;
